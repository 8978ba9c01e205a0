// SPDX-License-Identifier: EUPL-1.2
// A ZIP archive (PKWARE APPNOTE 6.3.3) of a few small files, the same bytes for the same content.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace items {

struct ZipEntry {
    std::string name;
    std::string content;
    bool stored = false;  // not compressed: the "mimetype" of OpenDocument, which comes first
};
std::string write_zip(const std::vector<ZipEntry>&);

}  // namespace items
