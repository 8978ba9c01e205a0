// SPDX-License-Identifier: EUPL-1.2
// Reading the values of header fields (RFC 9110, 5.6): lists, parameters, quality values.
#pragma once
#include "http/request.hpp"

#include <string_view>

namespace http {

inline char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

// Equal but for the case of ASCII letters.
inline bool same_text(std::string_view a, std::string_view b) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

inline std::string_view without_blanks(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// What stands before `end`, trimmed; all of it when there is none.
inline std::string_view until(std::string_view text, char end) {
    return without_blanks(text.substr(0, text.find(end)));
}

// Calls `use` with each element of a comma-separated list, trimmed; empty ones are left out.
template <class Use>
void for_each_element(std::string_view list, Use use) {
    while (!list.empty()) {
        const auto comma = list.find(',');
        if (const auto element = without_blanks(list.substr(0, comma)); !element.empty())
            use(element);
        list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    }
}

// The weight of "name;q=0.5" in thousandths: 1000 without one, 0 for a malformed one.
int quality_of(std::string_view element);

// The value of a header, by its name in lower case; "" if absent.
inline std::string_view find_header(const Pairs& headers, std::string_view name) {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

}  // namespace http
