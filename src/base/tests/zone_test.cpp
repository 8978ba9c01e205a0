// SPDX-License-Identifier: EUPL-1.2
#include "base/zone.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace std::chrono;

TEST_CASE("nine o'clock in Paris is eight or seven in UTC, by season") {
    CHECK(base::iso_time(base::paris_time(sys_days{2026y / 1 / 15}, 9h)) == "2026-01-15T08:00:00Z");
    CHECK(base::iso_time(base::paris_time(sys_days{2026y / 7 / 15}, 9h)) == "2026-07-15T07:00:00Z");
    const auto wall = base::in_paris(base::Time{sys_days{2026y / 7 / 14}} + 22h + 30min);
    CHECK(wall.day == base::Date{2026y / 7 / 15});
    CHECK(wall.since_midnight == 30min);
}
