// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"

#include <array>
#include <charconv>
#include <cstdint>

namespace base {
namespace {

// Reads one code point at `at` and moves on; nothing for malformed UTF-8.
std::optional<char32_t> next_code_point(std::string_view text, std::size_t& at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(at);
    if (lead < 0x80) {
        ++at;
        return lead;
    }
    const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
    if (lead < 0xC2 || lead > 0xF4 || at + static_cast<std::size_t>(more) >= text.size())
        return std::nullopt;
    char32_t point = lead & (0x3F >> more);
    for (int i = 1; i <= more; ++i) {
        const unsigned char next = byte(at + static_cast<std::size_t>(i));
        if ((next & 0xC0) != 0x80) return std::nullopt;
        point = (point << 6) | (next & 0x3F);
    }
    constexpr std::array<char32_t, 4> least{0, 0x80, 0x800, 0x10000};
    if (point < least[static_cast<std::size_t>(more)] || point > 0x10FFFF ||
        (point >= 0xD800 && point <= 0xDFFF))
        return std::nullopt;
    at += static_cast<std::size_t>(more) + 1;
    return point;
}

// U+00C0 to U+017F (Latin-1 Supplement and Latin Extended-A) without accents, in lower case; '*'
// stands for those that fold to two letters and '#' for the two signs that are no letters.
constexpr std::string_view folded_latin =
    "aaaaaa*ceeeeiiiidnooooo#ouuuuy**"   // C0-DF
    "aaaaaa*ceeeeiiiidnooooo#ouuuuy*y"   // E0-FF
    "aaaaaaccccccccddddeeeeeeeeeegggg"   // 100-11F
    "gggghhhhiiiiiiiiii**jjkkklllllll"   // 120-13F
    "lllnnnnnnnnnoooooo**rrrrrrssssss"   // 140-15F
    "ssttttttuuuuuuuuuuuuwwyyyzzzzzzs";  // 160-17F

std::string_view two_letters(char32_t point) {
    switch (point) {
        case 0xC6:
        case 0xE6:
            return "ae";
        case 0xDE:
        case 0xFE:
            return "th";
        case 0xDF:
            return "ss";
        case 0x132:
        case 0x133:
            return "ij";
        default:
            return "oe";  // 0x152, 0x153
    }
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

int two_digits(std::string_view text) {
    return (text[0] - '0') * 10 + (text[1] - '0');
}

void append_padded(std::string& out, unsigned value, std::size_t width) {
    const std::string digits = std::to_string(value);
    if (digits.size() < width) out.append(width - digits.size(), '0');
    out += digits;
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();)
        if (const auto point = next_code_point(text, at); !point || *point == 0) return false;
    return true;
}

std::string fold(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t start = at;
        const auto point = next_code_point(text, at);
        if (!point) {
            out += text[at++];
        } else if (*point < 0x80) {
            const char c = text[start];
            out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        } else if (*point == 0x2019) {
            out += '\'';  // the typographer's apostrophe is the typist's
        } else if (*point >= 0xC0 && *point <= 0x17F && folded_latin[*point - 0xC0] != '#') {
            const char letter = folded_latin[*point - 0xC0];
            if (letter == '*')
                out += two_letters(*point);
            else
                out += letter;
        } else if (*point >= 0x300 && *point <= 0x36F) {
            continue;  // a combining accent
        } else {
            out += text.substr(start, at - start);
        }
    }
    return out;
}

std::string slug(std::string_view text) {
    std::string out;
    for (const char c : fold(text)) {
        if ((c >= 'a' && c <= 'z') || is_digit(c))
            out += c;
        else if (!out.empty() && out.back() != '-')
            out += '-';
    }
    if (out.size() > 80) {
        const auto cut = out.rfind('-', 80);
        out.resize(cut == std::string::npos || cut < 40 ? 80 : cut);
    }
    while (!out.empty() && out.back() == '-') out.pop_back();
    return out;
}

void drop_direction_controls(std::string& text) {
    const auto control = [&](std::size_t at) {
        const std::string_view point = std::string_view{text}.substr(at, 3);
        return (point >= "\xE2\x80\xAA" && point <= "\xE2\x80\xAE") ||
               (point >= "\xE2\x81\xA6" && point <= "\xE2\x81\xA9");
    };
    auto kept = text.find('\xE2');
    if (kept == std::string::npos) return;
    for (std::size_t at = kept; at < text.size();) {
        if (control(at))
            at += 3;
        else
            text[kept++] = text[at++];
    }
    text.resize(kept);
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view nbsp = "\xC2\xA0";
    for (;;) {
        if (text.empty()) return text;
        if (static_cast<unsigned char>(text.front()) <= ' ')
            text.remove_prefix(1);
        else if (text.starts_with(nbsp))
            text.remove_prefix(2);
        else
            break;
    }
    for (;;) {
        if (static_cast<unsigned char>(text.back()) <= ' ')
            text.remove_suffix(1);
        else if (text.ends_with(nbsp))
            text.remove_suffix(2);
        else
            return text;
    }
}

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> parts;
    for (;;) {
        const auto end = text.find(separator);
        if (const auto part = trim(text.substr(0, end)); !part.empty()) parts.emplace_back(part);
        if (end == std::string_view::npos) return parts;
        text.remove_prefix(end + 1);
    }
}

std::size_t length(std::string_view text) {
    std::size_t count = 0;
    for (const char c : text)
        if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++count;
    return count;
}

std::optional<std::int64_t> to_integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::string iso_date(Date date) {
    const std::chrono::year_month_day day{date};
    std::string out;
    append_padded(out, static_cast<unsigned>(static_cast<int>(day.year())), 4);
    out += '-';
    append_padded(out, static_cast<unsigned>(day.month()), 2);
    out += '-';
    append_padded(out, static_cast<unsigned>(day.day()), 2);
    return out;
}

std::string iso_time(Time time) {
    const Date day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::hh_mm_ss clock{time - day};
    std::string out = iso_date(day) + 'T';
    append_padded(out, static_cast<unsigned>(clock.hours().count()), 2);
    out += ':';
    append_padded(out, static_cast<unsigned>(clock.minutes().count()), 2);
    out += ':';
    append_padded(out, static_cast<unsigned>(clock.seconds().count()), 2);
    out += 'Z';
    return out;
}

std::optional<Date> parse_iso_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    for (const std::size_t i : {0UL, 1UL, 2UL, 3UL, 5UL, 6UL, 8UL, 9UL})
        if (!is_digit(text[i])) return std::nullopt;
    const std::chrono::year_month_day day{
        std::chrono::year{two_digits(text) * 100 + two_digits(text.substr(2))},
        std::chrono::month{static_cast<unsigned>(two_digits(text.substr(5)))},
        std::chrono::day{static_cast<unsigned>(two_digits(text.substr(8)))}};
    if (!day.ok()) return std::nullopt;
    return Date{day};
}

bool is_siret(std::string_view text) {
    if (text.size() != 14) return false;
    int luhn = 0;
    int plain = 0;
    for (std::size_t i = 0; i < 14; ++i) {
        if (!is_digit(text[i])) return false;
        const int digit = text[i] - '0';
        const int doubled = i % 2 == 0 ? 2 * digit : digit;
        luhn += doubled > 9 ? doubled - 9 : doubled;
        plain += digit;
    }
    if (text.starts_with("356000000") && plain % 5 == 0) return true;
    return luhn % 10 == 0;
}

}  // namespace base
