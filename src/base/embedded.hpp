// SPDX-License-Identifier: EUPL-1.2
// The files that the binary carries, sorted by path (made by tools/embed.py, which lists the
// paths).
#pragma once
#include <span>
#include <string_view>

namespace base {

struct EmbeddedFile {
    std::string_view path;  // "templates/catalogue/list"
    std::string_view content;
};

std::span<const EmbeddedFile> embedded_files();

// Those whose path begins with `folder` ("templates/").
std::span<const EmbeddedFile> embedded_under(std::string_view folder);

// The content of one; throws std::logic_error when the binary has no such file.
std::string_view embedded(std::string_view path);

}  // namespace base
