// SPDX-License-Identifier: EUPL-1.2
#include "pix/settings.hpp"

#include "base/text.hpp"
#include "fetch/fetch.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace pix {
namespace json = boost::json;

namespace {

// What is wrong, "" when nothing is.
std::string problem_of(const Connection& one, const std::vector<Connection>& others) {
    if (one.code.empty() || one.code != base::slug(one.code))
        return "\"code\" must be of a-z, 0-9 and -";
    if (std::ranges::any_of(others, [&](const Connection& o) { return o.code == one.code; }))
        return "\"code\" is there twice: " + one.code;
    if (one.organisation.empty()) return "\"organisation\" is missing";
    for (const auto& [name, url] : {std::pair{"url", &one.url}, {"application", &one.application}})
        if (!fetch::is_safe_origin(fetch::origin_of(*url)) || url->ends_with('/') ||
            url->find_first_of("?# \"") != std::string::npos)
            return '"' + std::string{name} + "\" must be https://... and not end with /";
    if (one.client_id.empty()) return "\"client_id\" is missing";
    if (one.client_secret.empty()) return "\"client_secret\" or \"client_secret_file\" is missing";
    return {};
}

}  // namespace

Checked<std::vector<Connection>> read_connections(
    std::string_view text, Checked<std::string> (*read_file)(const std::string& name)) {
    json::error_code error;
    const json::value value = json::parse(text, error);
    if (error || !value.is_array()) return std::unexpected("must be a JSON list");
    std::vector<Connection> read;
    for (const json::value& item : value.get_array()) {
        const auto* object = item.if_object();
        if (object == nullptr) return std::unexpected("must be a list of objects");
        Connection one;
        std::string file;
        const std::pair<std::string_view, std::string*> fields[] = {
            {"code", &one.code},
            {"organisation", &one.organisation},
            {"url", &one.url},
            {"application", &one.application},
            {"client_id", &one.client_id},
            {"client_secret", &one.client_secret},
            {"client_secret_file", &file}};
        for (const auto& [key, field] : *object) {
            const auto* known = std::ranges::find(fields, std::string_view{key},
                                                  [](const auto& pair) { return pair.first; });
            const auto* told = field.if_string();
            if (known == std::end(fields) || told == nullptr)
                return std::unexpected("unknown or no text: \"" + std::string{key} + '"');
            known->second->assign(told->data(), told->size());
        }
        if (!file.empty()) {
            auto secret = read_file(file);
            if (!secret) return std::unexpected(std::move(secret.error()));
            one.client_secret = base::trim(*secret);
        }
        if (auto wrong = problem_of(one, read); !wrong.empty())
            return std::unexpected(std::move(wrong));
        read.push_back(std::move(one));
    }
    return read;
}

}  // namespace pix
