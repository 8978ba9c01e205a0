// SPDX-License-Identifier: EUPL-1.2
// Reading the tree of an item: what is absent or of another type is empty, because the checks have
// already said so.
#pragma once
#include <boost/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace items::tree {

namespace json = boost::json;

inline const json::value* find(const json::object& object, std::string_view key) {
    return object.if_contains(json::string_view(key.data(), key.size()));
}

// A text, or a number or flag as it is written.
inline std::optional<std::string> scalar(const json::value& value) {
    if (const auto* text = value.if_string()) return std::string(*text);
    if (const auto* number = value.if_int64()) return std::to_string(*number);
    if (const auto* flag = value.if_bool()) return *flag ? "true" : "false";
    if (value.is_double()) {
        std::string text = json::serialize(value);
        return text;
    }
    return std::nullopt;
}

inline std::string text(const json::object& object, std::string_view key) {
    const json::value* value = find(object, key);
    return value == nullptr ? std::string{} : scalar(*value).value_or("");
}

inline bool flag(const json::object& object, std::string_view key, bool otherwise = false) {
    const json::value* value = find(object, key);
    return value != nullptr && value->is_bool() ? value->get_bool() : otherwise;
}

inline std::int64_t integer(const json::object& object, std::string_view key,
                            std::int64_t otherwise = 0) {
    const json::value* value = find(object, key);
    return value != nullptr && value->is_int64() ? value->get_int64() : otherwise;
}

inline const json::array& list(const json::object& object, std::string_view key) {
    static const json::array none;
    const json::value* value = find(object, key);
    return value != nullptr && value->is_array() ? value->get_array() : none;
}

inline const json::object& no_table() {
    static const json::object none;
    return none;
}
inline const json::object& table(const json::value& value) {
    return value.is_object() ? value.get_object() : no_table();
}
inline const json::object& table(const json::object& object, std::string_view key) {
    const json::value* value = find(object, key);
    return value == nullptr ? no_table() : table(*value);
}

inline std::vector<std::string> texts(const json::object& object, std::string_view key) {
    std::vector<std::string> found;
    for (const json::value& value : list(object, key))
        if (auto one = scalar(value)) found.push_back(std::move(*one));
    return found;
}

}  // namespace items::tree
