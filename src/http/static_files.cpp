// SPDX-License-Identifier: EUPL-1.2
#include "http/static_files.hpp"

#include "base/embedded.hpp"

#include <boost/json.hpp>

#include <stdexcept>

namespace http {
namespace {

// The one copy of a text of the manifest that outlives the parsed manifest: the manifest itself is
// embedded, and no name or media type in it needs an escape.
std::string_view within(std::string_view manifest, std::string_view text) {
    const auto at = manifest.find(text);
    if (at == std::string_view::npos)
        throw std::runtime_error("static/manifest.json escapes characters in " + std::string(text));
    return manifest.substr(at, text.size());
}

std::string_view content_of(std::string_view path) {
    for (const auto& file : base::embedded_under(path))
        if (file.path == path) return file.content;
    return {};
}

}  // namespace

std::vector<StaticFile> embedded_static_files() {
    const std::string_view manifest = content_of("static/manifest.json");
    std::vector<StaticFile> files;
    if (manifest.empty()) return files;
    const auto parsed =
        boost::json::parse(boost::json::string_view{manifest.data(), manifest.size()});
    for (const auto& entry : parsed.as_object()) {
        const auto& hashed = entry.value().at("file").as_string();
        const auto& type = entry.value().at("type").as_string();
        const std::string path = "static/" + std::string(hashed.data(), hashed.size());
        StaticFile file{within(manifest, {entry.key().data(), entry.key().size()}),
                        within(manifest, {hashed.data(), hashed.size()}),
                        within(manifest, {type.data(), type.size()}),
                        content_of(path),
                        content_of(path + ".gz"),
                        content_of(path + ".br")};
        if (file.identity.data() == nullptr)
            throw std::runtime_error("static/manifest.json names " + path + ", which is missing");
        files.push_back(file);
    }
    return files;
}

StaticFiles::StaticFiles(std::span<const StaticFile> files) {
    for (const StaticFile& file : files) {
        by_hashed_name_[file.hashed_name] = &file;
        by_name_[file.name] = &file;
    }
}

const StaticFile* StaticFiles::find(std::string_view hashed_name) const {
    const auto found = by_hashed_name_.find(hashed_name);
    return found == by_hashed_name_.end() ? nullptr : found->second;
}

std::string StaticFiles::url(std::string_view name) const {
    const auto found = by_name_.find(name);
    if (found == by_name_.end())
        throw std::logic_error("there is no static file " + std::string(name));
    return "/static/" + std::string(found->second->hashed_name);
}

}  // namespace http
