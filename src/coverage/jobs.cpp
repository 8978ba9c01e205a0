// SPDX-License-Identifier: EUPL-1.2
#include "jobs/jobs.hpp"

#include "coverage/pages.hpp"

#include <boost/json.hpp>

namespace coverage {
namespace {

// An hour after midnight in Paris, winter or summer: the day's tests are over.
constexpr std::chrono::hours publishes_at{1};
// A draft that failed so often is told so.
constexpr int most_attempts = 3;

}  // namespace

void add_jobs(jobs::Jobs& jobs, Coverage& coverage) {
    jobs.every(
        "coverage.publish", std::chrono::days{1},
        [&coverage](const jobs::Attempt& attempt) { coverage.publish(attempt.now); }, publishes_at);
    jobs.handle("coverage.draft", [&coverage](const jobs::Attempt& attempt) {
        const auto id = boost::json::parse(attempt.payload).at("draft").as_int64();
        if (attempt.number > most_attempts)
            coverage.give_up(id);
        else
            coverage.compute(id, attempt.now);
    });
}

}  // namespace coverage
