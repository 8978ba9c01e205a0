// SPDX-License-Identifier: EUPL-1.2
// Files embedded in the binary at build time under hashed names (/static/campus.3f9a1c.css), with
// their gzip and brotli forms. Immutable for a year.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace http {

struct StaticFile {
    std::string_view name;         // "campus.css": what templates say
    std::string_view hashed_name;  // "campus.3f9a1c02.css": what the URL says
    std::string_view content_type;
    std::string_view identity, gzip, brotli;  // brotli and gzip empty where they do not pay
};

class StaticFiles {
public:
    explicit StaticFiles(std::span<const StaticFile>);
    const StaticFile* find(std::string_view hashed_name) const;
    std::string url(std::string_view name) const;  // "/static/campus.3f9a1c02.css"; throws if unknown

private:
    std::map<std::string_view, const StaticFile*> by_hashed_name_, by_name_;
};

}  // namespace http
