// SPDX-License-Identifier: EUPL-1.2
#include "mail/rules.hpp"

#include <algorithm>

namespace mail {

std::optional<Choice> choice_of(std::string_view name) {
    for (const Choice choice : {Choice::at_once, Choice::digest, Choice::never})
        if (name == name_of(choice)) return choice;
    return std::nullopt;
}

std::string_view name_of(Choice choice) {
    switch (choice) {
        case Choice::at_once:
            return "at_once";
        case Choice::digest:
            return "digest";
        case Choice::never:
            return "never";
    }
    return {};
}

Choice what_becomes(Choice chosen, bool at_once, bool has_calendar) {
    if (at_once) return Choice::at_once;
    if (has_calendar && chosen == Choice::digest) return Choice::at_once;
    return chosen;
}

std::optional<base::Time> next_attempt(int attempt, base::Time created_at, base::Time now) {
    if (now - created_at >= given_up_after) return std::nullopt;
    const auto doubled = std::chrono::minutes{1} * (1 << std::clamp(attempt - 1, 0, 10));
    return now + std::min<std::chrono::seconds>(doubled, std::chrono::hours{4});
}

bool is_address(std::string_view text) {
    constexpr std::string_view refused = "\"(),:;<>[\\]";
    const auto at = text.find('@');
    return text.size() <= 254 && at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
           text.find('@', at + 1) == std::string_view::npos &&
           std::ranges::all_of(text, [&](char c) {
               return c > ' ' && c < 127 && refused.find(c) == std::string_view::npos;
           });
}

}  // namespace mail
