// SPDX-License-Identifier: EUPL-1.2
#include "jobs/rules.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

TEST_CASE("a job is tried again after a minute, then twice as long each time, twelve times") {
    const base::Time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};
    struct Row {
        int attempt;
        std::optional<std::chrono::seconds> after;
    };
    for (const auto& [attempt, after] : {Row{1, 1min}, Row{2, 2min}, Row{3, 4min}, Row{10, 512min},
                                         Row{11, 1024min}, Row{12, {}}, Row{13, {}}}) {
        CAPTURE(attempt);
        const auto next = jobs::next_attempt(attempt, now);
        CHECK(next.has_value() == after.has_value());
        if (next && after) CHECK(*next - now == *after);
    }
}

TEST_CASE("what comes back is due at the next multiple of its period") {
    const base::Time midnight{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};
    struct Row {
        std::chrono::seconds period, offset, at, due;  // since midnight
    };
    for (const Row& row :
         {Row{24h, 0s, 0s, 24h}, Row{24h, 0s, 1s, 24h}, Row{24h, 0s, -1s, 0s}, Row{24h, 5h, 4h, 5h},
          Row{24h, 5h, 5h, 29h}, Row{24h, 5h, 6h, 29h}, Row{1h, 0s, 59min, 1h},
          Row{1h, 0s, 60min, 2h}, Row{1h, 10min, 5min, 10min}}) {
        CAPTURE(row.at.count());
        CHECK(jobs::next_occurrence(row.period, row.offset, midnight + row.at) ==
              midnight + row.due);
    }
    const base::Time before_1970{-1s};
    CHECK(jobs::next_occurrence(24h, 0s, before_1970) == base::Time{});
}
