// SPDX-License-Identifier: EUPL-1.2
// Who may set what, and from when, as pure functions.
#pragma once
#include "frameworks/frameworks.hpp"

namespace frameworks {

inline constexpr std::size_t longest_note = 1000;        // characters
inline constexpr std::chrono::days furthest_core{3660};  // ahead: a date typed wrong

// Nothing when the core may be set; else the reason with its field. A day that has begun is past:
// what people were measured against stays as it was.
std::optional<base::Reason> why_not_core(const NewCore&, base::Date today);

}  // namespace frameworks
