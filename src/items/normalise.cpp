// SPDX-License-Identifier: EUPL-1.2
#include "items/normalise.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <vector>

namespace items {
namespace {

// Of well-formed UTF-8; the bytes of one character.
std::string_view next_character(std::string_view& text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::string_view one = text.substr(0, bytes);
    text.remove_prefix(one.size());
    return one;
}

bool is_space(std::string_view c) {
    return c == " " || c == "\t" || c == "\n" || c == "\r" || c == "\u00A0" || c == "\u202F" ||
           c == "\u2009" || c == "\u200B" || c == "\uFEFF";
}

bool is_quote(std::string_view c) {
    return c == "'" || c == "\"" || c == "\u2019" || c == "\u2018" || c == "\u201C" ||
           c == "\u201D" || c == "\u00AB" || c == "\u00BB" || c == "`";
}

// U+0300 to U+036F: accents as some keyboards send them, behind their letter.
bool is_accent(std::string_view c) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(c[i]); };
    return c.size() == 2 && (byte(0) == 0xCC || (byte(0) == 0xCD && byte(1) <= 0xAF));
}

std::string without_spaces(std::string_view text) {
    std::string out;
    while (!text.empty())
        if (const auto c = next_character(text); !is_space(c)) out += c;
    return out;
}

std::optional<double> read_digits(std::string_view text) {
    double number = 0;
    const auto done =
        std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    if (done.ec != std::errc{} || done.ptr != text.data() + text.size() || text.empty() ||
        !std::isfinite(number))
        return std::nullopt;
    return number;
}

std::optional<base::Date> day_of(std::int64_t year, std::int64_t month, std::int64_t day) {
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31 || !date.ok())
        return std::nullopt;
    return base::Date{date};
}

}  // namespace

std::string plain_text(std::string_view text) {
    std::string out;
    while (!text.empty())
        if (const auto c = next_character(text); !is_space(c) && !is_quote(c) && !is_accent(c))
            out += c;
    while (out.ends_with('.')) out.pop_back();
    return base::fold(out);
}

std::string plain_code(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto c = next_character(text);
        if (is_space(c)) continue;
        if (c == "\u2019" || c == "\u2018")
            out += '\'';
        else if (c == "\u201C" || c == "\u201D")
            out += '"';
        else if (c.size() == 1)
            out += c.front() >= 'A' && c.front() <= 'Z' ? static_cast<char>(c.front() | 0x20)
                                                        : c.front();
        else if (c.size() == 2 && c[0] == '\xC3' && static_cast<unsigned char>(c[1]) >= 0x80 &&
                 static_cast<unsigned char>(c[1]) <= 0x9E && c != "\u00D7")
            out += {c[0], static_cast<char>(c[1] | 0x20)};  // À to Þ
        else if (c == "\u0152")
            out += "\u0153";
        else
            out += c;
    }
    return out;
}

std::optional<double> read_plain_number(std::string_view text) {
    std::string digits = without_spaces(text);
    std::ranges::replace(digits, ',', '.');
    return read_digits(digits);
}

std::optional<double> read_number(std::string_view text) {
    constexpr std::array<std::string_view, 21> words{
        "zero",     "un",     "deux",  "trois",   "quatre",  "cinq",    "six",
        "sept",     "huit",   "neuf",  "dix",     "onze",    "douze",   "treize",
        "quatorze", "quinze", "seize", "dixsept", "dixhuit", "dixneuf", "vingt"};
    std::string word = plain_text(text);
    std::erase(word, '-');
    if (const auto found = std::ranges::find(words, word); found != words.end())
        return static_cast<double>(found - words.begin());
    std::string digits;
    bool negative = false;
    std::string_view rest = text;
    while (!rest.empty()) {
        const auto c = next_character(rest);
        if (is_space(c) || c == "'" || c == "\u2019") continue;
        if (digits.empty() && !negative && (c == "-" || c == "\u2212" || c == "\u2013")) {
            negative = true;
        } else if (digits.empty() && c == "+") {
            continue;
        } else if (c.size() == 1 && ((c[0] >= '0' && c[0] <= '9') || c == "." || c == ",")) {
            digits += c;
        } else {
            // A unit may follow: letters and signs, no more digits.
            if (digits.empty() ||
                std::ranges::any_of(rest, [](char d) { return d >= '0' && d <= '9'; }))
                return std::nullopt;
            break;
        }
    }
    while (digits.ends_with('.') || digits.ends_with(',')) digits.pop_back();
    // Of two separators the last is the decimal one; one that stands twice parts thousands.
    const auto last = digits.find_last_of(".,");
    if (last != std::string::npos) {
        const bool both =
            digits.find('.') != std::string::npos && digits.find(',') != std::string::npos;
        const bool twice = digits.find(digits[last]) != last;
        if (twice && both) return std::nullopt;
        std::string plain;
        for (std::size_t i = 0; i < digits.size(); ++i)
            if (digits[i] != '.' && digits[i] != ',')
                plain += digits[i];
            else if (i == last && !twice)
                plain += '.';
        digits = plain;
    }
    const auto number = read_digits(digits);
    if (!number) return std::nullopt;
    return negative ? -*number : *number;
}

std::optional<base::Date> read_plain_date(std::string_view text) {
    if (const auto day = base::parse_iso_date(text)) return day;
    if (text.size() != 10 || text[2] != '/' || text[5] != '/') return std::nullopt;
    const auto day = base::to_integer(text.substr(0, 2));
    const auto month = base::to_integer(text.substr(3, 2));
    const auto year = base::to_integer(text.substr(6));
    return day && month && year ? day_of(*year, *month, *day) : std::nullopt;
}

std::optional<base::Date> read_date(std::string_view text) {
    constexpr std::array<std::string_view, 12> months{
        "janvier", "fevrier", "mars",      "avril",   "mai",      "juin",
        "juillet", "aout",    "septembre", "octobre", "novembre", "decembre"};
    constexpr std::array<std::string_view, 7> weekdays{"lundi",    "mardi",  "mercredi", "jeudi",
                                                       "vendredi", "samedi", "dimanche"};
    std::vector<std::string> parts(1);
    for (const char c : base::fold(text)) {
        const bool digit = c >= '0' && c <= '9';
        const bool letter = c >= 'a' && c <= 'z';
        std::string& last = parts.back();
        const bool goes_on = last.empty() || (digit == (last[0] >= '0' && last[0] <= '9'));
        if (!digit && !letter) {
            if (static_cast<unsigned char>(c) < 0x80 &&
                std::string_view{" \t,/.-"}.find(c) == std::string_view::npos)
                return std::nullopt;
            if (!last.empty()) parts.emplace_back();
        } else if (goes_on) {
            last += c;
        } else {
            parts.emplace_back(1, c);
        }
    }
    std::erase_if(parts, [&](const std::string& part) {
        return part.empty() || part == "le" || part == "er" ||
               std::ranges::find(weekdays, part) != weekdays.end();
    });
    if (parts.size() != 3) return std::nullopt;
    std::array<std::int64_t, 3> numbers{};
    for (std::size_t i = 0; i < 3; ++i) {
        const auto month = std::ranges::find(months, parts[i]);
        const auto number = base::to_integer(parts[i]);
        if (number)
            numbers[i] = *number;
        else if (i == 1 && month != months.end())
            numbers[i] = month - months.begin() + 1;
        else
            return std::nullopt;
    }
    if (parts[0].size() == 4) return day_of(numbers[0], numbers[1], numbers[2]);
    if (parts[2].size() == 2) numbers[2] += 2000;
    return day_of(numbers[2], numbers[1], numbers[0]);
}

int typing_slips(std::string_view a, std::string_view b, int most) {
    const auto characters = [](std::string_view text) {
        std::vector<std::string_view> all;
        while (!text.empty()) all.push_back(next_character(text));
        return all;
    };
    const auto left = characters(a), right = characters(b);
    if (left.size() > right.size() + static_cast<std::size_t>(most) ||
        right.size() > left.size() + static_cast<std::size_t>(most))
        return most + 1;
    std::vector<std::vector<int>> cost(left.size() + 1, std::vector<int>(right.size() + 1));
    for (std::size_t i = 0; i <= left.size(); ++i) {
        for (std::size_t j = 0; j <= right.size(); ++j) {
            if (i == 0 || j == 0) {
                cost[i][j] = static_cast<int>(i + j);
                continue;
            }
            cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1,
                                   cost[i - 1][j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
        }
    }
    return std::min(cost[left.size()][right.size()], most + 1);
}

}  // namespace items
