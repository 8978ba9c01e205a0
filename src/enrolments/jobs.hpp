// SPDX-License-Identifier: EUPL-1.2
// What enrolments do at a deadline.
#pragma once

namespace jobs {
class Jobs;
}

namespace enrolments {

class Enrolments;

// Both must outlive the last run.
void add_jobs(jobs::Jobs&, Enrolments&);

}  // namespace enrolments
