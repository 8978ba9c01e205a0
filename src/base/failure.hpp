// SPDX-License-Identifier: EUPL-1.2
// Breakdowns that every layer may need to tell apart from a bug.
#pragma once
#include <stdexcept>

namespace base {

// Something that we need is away for now (the database, most often): nothing was changed, and the
// same request may succeed in a few seconds. Over HTTP it is a 503 with Retry-After.
struct Unavailable : std::runtime_error {
    using std::runtime_error::runtime_error;
};

}  // namespace base
