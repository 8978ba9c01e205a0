// SPDX-License-Identifier: EUPL-1.2
#include "jobs/jobs.hpp"

#include "positioning/pages.hpp"
#include "positioning/positioning.hpp"

namespace positioning {

void add_jobs(jobs::Jobs& jobs, Positioning& positioning) {
    jobs.every("positioning.count_uses", std::chrono::minutes{1},
               [&positioning](const jobs::Attempt&) { positioning.count_uses(); });
}

}  // namespace positioning
