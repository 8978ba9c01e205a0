// SPDX-License-Identifier: EUPL-1.2
// Files embedded in the binary at build time under hashed names (/static/campus.3f9a1c.css), with
// their gzip and brotli forms. Immutable for a year.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace http {

struct StaticFile {
    std::string_view name;         // "campus.css": what templates say
    std::string_view hashed_name;  // "campus.3f9a1c02.css": what the URL says
    std::string_view content_type;
    std::string_view identity, gzip, brotli;  // brotli and gzip empty where they do not pay
};

// What web/build.mjs put into the binary (static/manifest.json says what); empty without a
// manifest. Throws std::runtime_error when the manifest names a file that is not there.
std::vector<StaticFile> embedded_static_files();

class StaticFiles {
public:
    explicit StaticFiles(std::span<const StaticFile>);  // which must outlive it
    const StaticFile* find(std::string_view hashed_name) const;
    std::string url(
        std::string_view name) const;  // "/static/campus.3f9a1c02.css"; throws if unknown

private:
    std::map<std::string_view, const StaticFile*> by_hashed_name_, by_name_;
};

}  // namespace http
