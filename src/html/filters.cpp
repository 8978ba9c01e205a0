// SPDX-License-Identifier: EUPL-1.2
#include "html/filters.hpp"

#include "base/text.hpp"
#include "html/messages.hpp"

#include <date/tz.h>
#include <fmt/core.h>
#include <boost/json.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <stdexcept>
#include <vector>

namespace html {
namespace {

namespace json = boost::json;
using Values = std::vector<std::pair<std::string, std::string>>;

// ---- reading
// -------------------------------------------------------------------------------------

std::string text_of(const json::value& value) {
    if (const auto* text = value.if_string()) return std::string(*text);
    if (value.is_null() || value.is_structured()) return {};
    return json::serialize(value);
}

std::optional<std::int64_t> integer_of(const json::value& value) {
    if (const auto* number = value.if_int64()) return *number;
    if (const auto* number = value.if_uint64(); number && *number <= INT64_MAX)
        return static_cast<std::int64_t>(*number);
    if (const auto* text = value.if_string()) return base::to_integer(*text);
    return std::nullopt;
}

// A day and, where there is one, the minute of the day, both in Paris.
struct Moment {
    std::chrono::year_month_day day;
    unsigned weekday;  // 0 is Monday
    std::optional<int> minute;
};

Moment moment(base::Date day, std::optional<int> minute) {
    return {day, std::chrono::weekday{day}.iso_encoding() - 1, minute};
}

Moment in_paris(base::Time time) {
    static const date::time_zone* const paris = date::locate_zone("Europe/Paris");
    const base::Time local{paris->to_local(time).time_since_epoch()};
    const auto day = std::chrono::floor<std::chrono::days>(local);
    return moment(day, static_cast<int>((local - day).count() / 60));
}

// "T13:30:00Z" and "T13:30Z" in seconds.
std::optional<int> seconds_of_day(std::string_view text) {
    const bool has_seconds = text.size() == 10 && text[6] == ':';
    if (!has_seconds && text.size() != 7) return std::nullopt;
    if (text.front() != 'T' || text[3] != ':' || text.back() != 'Z') return std::nullopt;
    const auto part = [&](std::size_t at, int below) -> std::optional<int> {
        const char tens = text[at];
        const char ones = text[at + 1];
        if (tens < '0' || tens > '9' || ones < '0' || ones > '9') return std::nullopt;
        const int value = (tens - '0') * 10 + (ones - '0');
        return value < below ? std::optional{value} : std::nullopt;
    };
    const auto hours = part(1, 24);
    const auto minutes = part(4, 60);
    const auto seconds = has_seconds ? part(7, 61) : std::optional{0};
    if (!hours || !minutes || !seconds) return std::nullopt;
    return (*hours * 60 + *minutes) * 60 + *seconds;
}

std::optional<Moment> moment_of(const json::value& value) {
    if (value.is_int64() || value.is_uint64()) {
        const auto seconds = integer_of(value);
        // The years 0 to 9999, which is what the calendar below can write.
        if (!seconds || *seconds < -62'167'219'200 || *seconds >= 253'402'300'800)
            return std::nullopt;
        return in_paris(base::from_epoch(*seconds));
    }
    const auto* string = value.if_string();
    if (!string) return std::nullopt;
    const std::string_view text = *string;
    const auto day = base::parse_iso_date(text.substr(0, 10));
    if (!day) return std::nullopt;
    if (text.size() == 10) return moment(*day, std::nullopt);
    const auto seconds = seconds_of_day(text.substr(10));
    if (!seconds) return std::nullopt;
    return in_paris(base::Time{*day} + std::chrono::seconds{*seconds});
}

// ---- dates and times
// -----------------------------------------------------------------------------

std::string day_text(const Words& words, const Moment& moment, const std::string& pattern) {
    const unsigned day = static_cast<unsigned>(moment.day.day());
    const unsigned month = static_cast<unsigned>(moment.day.month());
    const Values values{{"weekday", words.days[moment.weekday]},
                        {"day", day == 1 ? words.first_day : std::to_string(day)},
                        {"month", words.months[month - 1]},
                        {"short_month", words.short_months[month - 1]},
                        {"year", std::to_string(static_cast<int>(moment.day.year()))},
                        {"dd", fmt::format("{:02}", day)},
                        {"d", std::to_string(day)},
                        {"mm", fmt::format("{:02}", month)}};
    return fill(pattern, values);
}

std::string time_text(const Words& words, int minute) {
    const Values values{{"hour", std::to_string(minute / 60)},
                        {"hh", fmt::format("{:02}", minute / 60)},
                        {"minutes", fmt::format("{:02}", minute % 60)}};
    return fill(minute % 60 == 0 ? words.full_hour : words.time, values);
}

template <std::string Words::* pattern>
std::string date(const Words& words, const json::value& value, std::string_view) {
    const auto moment = moment_of(value);
    return moment ? day_text(words, *moment, words.*pattern) : text_of(value);
}

std::string time(const Words& words, const json::value& value, std::string_view) {
    const auto moment = moment_of(value);
    if (!moment) return text_of(value);
    return moment->minute ? time_text(words, *moment->minute) : std::string{};
}

std::string date_time(const Words& words, const json::value& value, std::string_view) {
    const auto moment = moment_of(value);
    if (!moment) return text_of(value);
    std::string day = day_text(words, *moment, words.date);
    if (!moment->minute) return day;
    const Values values{{"date", std::move(day)}, {"time", time_text(words, *moment->minute)}};
    return fill(words.date_time, values);
}

// ---- numbers
// -------------------------------------------------------------------------------------

// "-1234.5" with the signs of the language.
std::string grouped(const Words& words, std::string_view digits) {
    std::string out;
    if (digits.starts_with('-')) {
        out += '-';
        digits.remove_prefix(1);
    }
    const auto point = digits.find('.');
    const auto whole = digits.substr(0, point);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        if (i > 0 && (whole.size() - i) % 3 == 0) out += words.thousands;
        out += whole[i];
    }
    if (point != std::string_view::npos) {
        out += words.decimal;
        out += digits.substr(point + 1);
    }
    return out;
}

std::string number(const Words& words, const json::value& value, std::string_view) {
    if (const auto whole = integer_of(value)) return grouped(words, std::to_string(*whole));
    const auto* decimal = value.if_double();
    if (!decimal || !(*decimal > -1e15 && *decimal < 1e15)) return text_of(value);
    std::array<char, 64> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), *decimal,
                                   std::chars_format::fixed)
                         .ptr;
    return grouped(words, {digits.data(), static_cast<std::size_t>(end - digits.data())});
}

std::string euros(const Words& words, const json::value& value, std::string_view) {
    const auto cents = integer_of(value);
    if (!cents) return text_of(value);
    const auto size =
        *cents < 0 ? 0 - static_cast<std::uint64_t>(*cents) : static_cast<std::uint64_t>(*cents);
    const Values values{{"amount", grouped(words, fmt::format("{}{}.{:02}", *cents < 0 ? "-" : "",
                                                              size / 100, size % 100))}};
    return fill(words.euros, values);
}

std::string duration(const Words& words, const json::value& value, std::string_view) {
    const auto minutes = integer_of(value);
    if (!minutes || *minutes < 0) return text_of(value);
    const auto hours = *minutes / 60;
    const auto rest = *minutes % 60;
    const Values values{{"hours", grouped(words, std::to_string(hours))},
                        {"minutes", hours > 0 ? fmt::format("{:02}", rest) : std::to_string(rest)}};
    if (hours == 0) return fill(words.minutes, values);
    return fill(rest == 0 ? words.hours : words.hours_minutes, values);
}

// ---- others
// --------------------------------------------------------------------------------------

std::string url(const Words&, const json::value& value, std::string_view) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (const char c : text_of(value)) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
            c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4];
            out += digits[byte & 15];
        }
    }
    return out;
}

std::string label(const Words& words, const json::value& value, std::string_view prefix) {
    std::string text = text_of(value);
    if (text.empty()) return text;
    std::string key;
    key.reserve(prefix.size() + 1 + text.size());
    key.append(prefix).append(1, '.').append(text);
    const auto found = words.messages.find(words.language, key);
    return found ? std::string(*found) : text;
}

// What could end the script element, or start one, is written as \u00XX, which JSON reads alike.
std::string json_text(const Words&, const json::value& value, std::string_view) {
    std::string out;
    for (const char c : json::serialize(value)) {
        if (c == '<' || c == '>' || c == '&' || c == '\'')
            out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            out += c;
    }
    return out;
}

constexpr auto filters = std::to_array<Filter>({
    {"date", date<&Words::date>},
    {"long_date", date<&Words::long_date>},
    {"short_date", date<&Words::short_date>},
    {"time", time},
    {"date_time", date_time},
    {"euros", euros},
    {"number", number},
    {"duration", duration},
    {"url", url},
    {"label", label, true},
    {"json", json_text},
});

}  // namespace

Words::Words(const Messages& all, std::string_view chosen) : messages(all), language(chosen) {
    const auto get = [&](const std::string& key) {
        const auto text = messages.find(language, "html." + key);
        if (!text) throw std::runtime_error("there is no message html." + key + " in " + language);
        return std::string(*text);
    };
    for (std::size_t i = 0; i < 12; ++i) {
        months[i] = get("month." + std::to_string(i + 1));
        short_months[i] = get("short_month." + std::to_string(i + 1));
    }
    for (std::size_t i = 0; i < 7; ++i) days[i] = get("day." + std::to_string(i + 1));
    first_day = get("first_day");
    date = get("date");
    long_date = get("long_date");
    short_date = get("short_date");
    date_time = get("date_time");
    time = get("time");
    full_hour = get("full_hour");
    minutes = get("minutes");
    hours = get("hours");
    hours_minutes = get("hours_minutes");
    thousands = get("thousands");
    decimal = get("decimal");
    euros = get("euros");
}

const Filter* find_filter(std::string_view name) {
    const auto found = std::ranges::find(filters, name, &Filter::name);
    return found == filters.end() ? nullptr : &*found;
}

}  // namespace html
