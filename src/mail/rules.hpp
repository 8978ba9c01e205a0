// SPDX-License-Identifier: EUPL-1.2
// What becomes of a letter, and when it is tried again.
#pragma once
#include "base/clock.hpp"

#include <optional>
#include <string_view>

namespace mail {

// How long a node may hold the letters that it is sending.
inline constexpr std::chrono::minutes lease{10};
// Taken at a time: when a node dies, at most these many letters leave twice, with the same
// Message-ID.
inline constexpr int batch_size = 20;
// A relay may be away for a long weekend (RFC 5321, section 4.5.4.1: at least 4 to 5 days).
inline constexpr std::chrono::days given_up_after{5};
// When the day's digest is made: before work begins in France, in winter and in summer.
inline constexpr std::chrono::hours digest_at{5};  // UTC

// What a person chose for a kind of letters.
enum class Choice { at_once, digest, never };
std::optional<Choice> choice_of(std::string_view name);
std::string_view name_of(Choice);

// What leaves whatever was chosen: a letter that says so, and an invitation, which a calendar must
// get alone.
Choice what_becomes(Choice chosen, bool at_once, bool has_calendar);

// One minute after the first attempt, then twice as long each time, at most four hours. Nothing
// when the letter has waited for too long.
std::optional<base::Time> next_attempt(int attempt, base::Time created_at, base::Time now);

// An address that can stand in SMTP without SMTPUTF8 (RFC 8398) and in a header: printable ASCII,
// one '@' with something on both sides, no space, quote or bracket, at most 254 bytes.
bool is_address(std::string_view);

}  // namespace mail
