// SPDX-License-Identifier: EUPL-1.2
// Breakdowns, never refusals: thrown by base, db and http, caught by the router, the job loop and
// the command line only.
#pragma once
#include <stdexcept>

namespace base {

struct Failure : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// Something that we need is away for now (the database, most often): nothing was changed, and the
// same request may succeed in a few seconds. Over HTTP it is a 503 with Retry-After.
struct Unavailable : Failure {
    using Failure::Failure;
};

}  // namespace base
