// SPDX-License-Identifier: EUPL-1.2
#include "http/negotiation.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace http {
namespace {

struct Range {
    std::string_view value;
    int quality = 1000;  // thousandths; -1: malformed
};

bool same_word(std::string_view a, std::string_view lower) {
    return std::ranges::equal(a, lower, [](char x, char y) {
        return (x >= 'A' && x <= 'Z' ? static_cast<char>(x + 32) : x) == y;
    });
}

// Takes the text before the next separator that stands outside quotes, and moves on.
std::string_view take_until(std::string_view& rest, char separator) {
    bool quoted = false;
    std::size_t i = 0;
    for (; i < rest.size() && (quoted || rest[i] != separator); ++i) {
        if (rest[i] == '"') quoted = !quoted;
        if (rest[i] == '\\' && quoted) ++i;
    }
    const auto taken = rest.substr(0, i);
    rest.remove_prefix(std::min(i + 1, rest.size()));
    return base::trim(taken);
}

// qvalue of RFC 9110 section 12.4.2: 0 to 1 with at most three decimals.
int to_quality(std::string_view text) {
    if (text.empty() || (text[0] != '0' && text[0] != '1') || text.size() > 5) return -1;
    int value = (text[0] - '0') * 1000;
    if (text.size() == 1) return value;
    if (text[1] != '.') return -1;
    int unit = 100;
    for (const char digit : text.substr(2)) {
        if (digit < '0' || digit > '9') return -1;
        value += (digit - '0') * unit;
        unit /= 10;
    }
    return value <= 1000 ? value : -1;
}

Range take_range(std::string_view& rest) {
    auto element = take_until(rest, ',');
    Range range{take_until(element, ';')};
    while (!element.empty()) {
        auto parameter = take_until(element, ';');
        if (parameter.size() > 1 && (parameter[0] == 'q' || parameter[0] == 'Q') &&
            parameter[1] == '=')
            range.quality = to_quality(parameter.substr(2));
    }
    return range;
}

// How much one media type is wanted: the most specific range decides (RFC 9110 section 12.5.1).
struct Wish {
    int quality = 0;
    int specificity = -1;
    void consider(int range_quality, int range_specificity) {
        if (range_specificity < specificity) return;
        quality =
            range_specificity > specificity ? range_quality : std::max(quality, range_quality);
        specificity = range_specificity;
    }
};

}  // namespace

std::optional<Format> choose_format(std::string_view accept) {
    if (base::trim(accept).empty()) return Format::html;
    Wish html;
    Wish json;
    while (!accept.empty()) {
        const Range range = take_range(accept);
        if (range.quality < 0) continue;
        if (range.value == "*/*") {
            html.consider(range.quality, 0);
            json.consider(range.quality, 0);
        } else if (same_word(range.value, "text/*")) {
            html.consider(range.quality, 1);
        } else if (same_word(range.value, "application/*")) {
            json.consider(range.quality, 1);
        } else if (same_word(range.value, "text/html")) {
            html.consider(range.quality, 2);
        } else if (same_word(range.value, "application/json") ||
                   same_word(range.value, "application/problem+json")) {
            json.consider(range.quality, 2);
        }
    }
    if (html.quality == 0 && json.quality == 0) return std::nullopt;
    if (html.quality != json.quality)
        return html.quality > json.quality ? Format::html : Format::json;
    return json.specificity > html.specificity ? Format::json : Format::html;
}

std::string_view choose_language(std::string_view accept_language) {
    std::string_view best;
    int best_quality = 0;
    while (!accept_language.empty()) {
        const Range range = take_range(accept_language);
        if (range.quality <= best_quality) continue;
        const auto primary = range.value.substr(0, range.value.find('-'));
        for (const std::string_view language : {"fr", "en"})
            if (same_word(primary, language)) {
                best = language;
                best_quality = range.quality;
            }
    }
    return best;
}

}  // namespace http
