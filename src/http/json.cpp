// SPDX-License-Identifier: EUPL-1.2
#include "http/json.hpp"

#include <boost/json/value.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace http {
namespace {

template <class Number, class... Options>
void append_chars(std::string& out, Number value, Options... options) {
    std::array<char, 64> digits;  // NOLINT: to_chars fills it
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, options...);
    out.append(digits.data(), end.ptr);
}

bool needs_escape(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            constexpr std::string_view hex = "0123456789abcdef";
            const auto byte = static_cast<unsigned char>(c);
            out += "\\u00";
            out += hex[byte >> 4];
            out += hex[byte & 15];
    }
}

void append_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t plain = 0;  // where the run not yet copied starts
    for (std::size_t i = 0; i < text.size(); ++i)
        if (needs_escape(text[i])) {
            out.append(text, plain, i - plain);
            append_escaped(out, text[i]);
            plain = i + 1;
        }
    out.append(text, plain);
    out += '"';
}

}  // namespace

void append_number(std::string& out, double value) {
    const double size = std::abs(value);
    if (!std::isfinite(value))
        out += "null";
    else if (size == 0 || (size >= 1e-6 && size < 1e21))
        append_chars(out, value, std::chars_format::fixed);
    else
        append_chars(out, value, std::chars_format::scientific);
}

// NOLINTNEXTLINE(misc-no-recursion): as deep as the views that we build
void append_json(std::string& out, const boost::json::value& value) {
    switch (value.kind()) {
        case boost::json::kind::null:
            out += "null";
            return;
        case boost::json::kind::bool_:
            out += value.get_bool() ? "true" : "false";
            return;
        case boost::json::kind::int64:
            return append_chars(out, value.get_int64());
        case boost::json::kind::uint64:
            return append_chars(out, value.get_uint64());
        case boost::json::kind::double_:
            return append_number(out, value.get_double());
        case boost::json::kind::string:
            return append_string(out, value.get_string());
        case boost::json::kind::array: {
            char before = '[';
            for (const auto& item : value.get_array()) {
                out += before;
                append_json(out, item);
                before = ',';
            }
            out += before == '[' ? "[]" : "]";
            return;
        }
        case boost::json::kind::object: {
            char before = '{';
            for (const auto& [key, item] : value.get_object()) {
                out += before;
                append_string(out, key);
                out += ':';
                append_json(out, item);
                before = ',';
            }
            out += before == '{' ? "{}" : "}";
            return;
        }
    }
}

std::string to_json(const boost::json::value& value) {
    std::string out;
    out.reserve(1024);
    append_json(out, value);
    return out;
}

}  // namespace http
