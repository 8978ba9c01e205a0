// SPDX-License-Identifier: EUPL-1.2
// Civil time in France (Europe/Paris, IANA time zone database): where sessions take place.
#pragma once
#include "base/clock.hpp"

namespace base {

// A time of day on a date, as the clock on the wall shows it. In the hour that is there twice when
// summer time ends, the first; in the hour that is skipped, the same instant as one hour later.
Time paris_time(Date day, std::chrono::minutes since_midnight);

// The date on the wall at that instant, and the minutes since its midnight.
struct WallClock {
    Date day{};
    std::chrono::minutes since_midnight{};
};
WallClock in_paris(Time);

}  // namespace base
