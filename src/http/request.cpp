// SPDX-License-Identifier: EUPL-1.2
#include "http/request.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace http {
namespace {

template <class Value>
const Value* find(const std::vector<std::pair<std::string, Value>>& pairs, std::string_view name) {
    for (const auto& [key, value] : pairs)
        if (key == name) return &value;
    return nullptr;
}

std::string_view text_of(const Pairs& pairs, std::string_view name) {
    const std::string* found = find(pairs, name);
    return found ? std::string_view{*found} : std::string_view{};
}

std::vector<std::string> list_of(const Pairs& pairs, std::string_view name) {
    std::vector<std::string> out;
    for (const auto& [key, value] : pairs)
        if (key == name)
            if (const auto text = base::trim(value); !text.empty()) out.emplace_back(text);
    return out;
}

}  // namespace

bool Caller::has_role(std::string_view role) const {
    return std::ranges::find(roles, role) != roles.end();
}

std::string_view Query::text(std::string_view name) const {
    return text_of(pairs_, name);
}

std::vector<std::string> Query::list(std::string_view name) const {
    return list_of(pairs_, name);
}

std::int64_t Query::integer(std::string_view name, std::int64_t low, std::int64_t high,
                            std::int64_t otherwise) const {
    const auto number = base::to_integer(text(name));
    return number && *number >= low && *number <= high ? *number : otherwise;
}

Form::Form(Pairs pairs, std::vector<std::pair<std::string, File>> files)
    : pairs_(std::move(pairs)), files_(std::move(files)) {
    for (auto& [name, value] : pairs_) base::drop_direction_controls(value);
}

std::string_view Form::text(std::string_view name) const {
    return base::trim(text_of(pairs_, name));
}

std::vector<std::string> Form::list(std::string_view name) const {
    return list_of(pairs_, name);
}

std::optional<std::int64_t> Form::integer(std::string_view name) const {
    return base::to_integer(text(name));
}

bool Form::flag(std::string_view name) const {
    const auto value = text(name);
    return value == "1" || value == "on" || value == "true" || value == "oui";
}

bool Form::has(std::string_view name) const {
    return find(pairs_, name) != nullptr;
}

const File* Form::file(std::string_view name) const {
    return find(files_, name);
}

std::string_view Request::header(std::string_view name) const {
    return text_of(headers, name);
}

std::string_view Request::cookie(std::string_view name) const {
    auto rest = header("cookie");
    while (!rest.empty()) {
        const auto end = std::min(rest.find(';'), rest.size());
        const auto pair = base::trim(rest.substr(0, end));
        if (pair.size() > name.size() && pair[name.size()] == '=' && pair.starts_with(name))
            return pair.substr(name.size() + 1);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

std::string_view Request::path_value(std::string_view name) const {
    return text_of(path_values, name);
}

std::optional<std::int64_t> Request::path_integer(std::string_view name) const {
    return base::to_integer(path_value(name));
}

}  // namespace http
