// SPDX-License-Identifier: EUPL-1.2
// Token buckets against floods. They protect this process, not a rule of the domain, so each node
// keeps its own in memory (docs/adr/).
#pragma once
#include "base/clock.hpp"

#include <memory>
#include <string_view>

namespace http {

struct RateLimit {
    std::string_view name;  // "sign-in", "write"
    double per_second;
    double burst;
};

class RateLimits {
public:
    RateLimits();
    ~RateLimits();
    // Seconds to wait; 0 when allowed (and then counted). `who` is an address or a person.
    int wait_s(const RateLimit&, std::string_view who, base::Time now);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace http
