// SPDX-License-Identifier: EUPL-1.2
// When a job is tried again, and when one that comes back is due.
#pragma once
#include "base/clock.hpp"

#include <optional>

namespace jobs {

// How long a node may hold a job before another takes it.
inline constexpr std::chrono::minutes lease{5};
// After these many attempts a job waits for an administrator.
inline constexpr int most_attempts = 12;

// After one minute, then twice as long each time, at most a day. Nothing after the last attempt.
std::optional<base::Time> next_attempt(int attempt, base::Time now);

// The first moment after `now` that is a multiple of the period since 1970, plus the offset.
base::Time next_occurrence(std::chrono::seconds period, std::chrono::seconds offset,
                           base::Time now);

}  // namespace jobs
