// SPDX-License-Identifier: EUPL-1.2
// The time, as an argument. All times are UTC seconds; a zone is chosen only where they are shown.
#pragma once
#include <chrono>
#include <cstdint>

namespace base {

using Time = std::chrono::sys_seconds;
using Date = std::chrono::sys_days;

struct Clock {
    virtual ~Clock() = default;
    virtual Time now() const = 0;
};

// Seconds since 1970-01-01T00:00:00Z: how times stand in the database.
inline std::int64_t to_epoch(Time time) {
    return time.time_since_epoch().count();
}
inline Time from_epoch(std::int64_t seconds) {
    return Time{std::chrono::seconds{seconds}};
}

}  // namespace base
