// SPDX-License-Identifier: EUPL-1.2
// What a session and a venue must be, and when a session may be changed, as pure functions.
#pragma once
#include "sessions/sessions.hpp"

#include <cstddef>
#include <string_view>

namespace sessions {

inline constexpr int max_capacity = 5000;
inline constexpr int max_slots = 60;  // half days
inline constexpr std::chrono::days latest_start{5 *
                                                366};  // from today: beyond is a slip of the key

// Languages that a form offers: ISO 639-1, and "fsl", French sign language, of ISO 639-3.
inline constexpr std::array<std::string_view, 7> languages{"fr", "en", "de", "es",
                                                           "it", "pt", "fsl"};

// The first that overlaps one before it in the list; they need not be in order.
std::optional<std::size_t> first_overlap(const std::vector<Slot>&);

// What is wrong, by field of the form; empty: nothing. Slots are in order and do not overlap;
// without any, nothing is said of the times. `before`: the session as it stands, nullptr for a new
// one; one that has begun may still be changed.
std::vector<base::Reason> problems_of(const Session&, const Venue*, const Session* before,
                                      base::Time now);
std::vector<base::Reason> problems_of(const Venue&);

// Nothing when one may; else the message key.
std::optional<std::string_view> why_not_change(const Session&, base::Time now);
std::optional<std::string_view> why_not_open(const Session&, base::Time now);
std::optional<std::string_view> why_not_cancel(const Session&, base::Time now);

// Must the calendars of those who come be told? Then `sequence` grows (RFC 5545, 3.8.7.4).
bool time_or_place_differ(const Session&, const Session&);

// http or https with a host, without white space.
bool is_link(std::string_view);

}  // namespace sessions
