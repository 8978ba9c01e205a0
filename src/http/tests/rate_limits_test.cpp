// SPDX-License-Identifier: EUPL-1.2
#include "http/rate_limits.hpp"

#include <doctest/doctest.h>

#include <string>

namespace {
const http::RateLimit two{"two", 2, 4};
base::Time at(int second) {
    return base::from_epoch(1'800'000'000 + second);
}
}  // namespace

TEST_CASE("a burst is allowed, then the steady rate") {
    http::RateLimits limits;
    for (int i = 0; i < 4; ++i) CHECK(limits.wait_s(two, "a", at(0)) == 0);
    CHECK(limits.wait_s(two, "a", at(0)) == 1);
    CHECK(limits.wait_s(two, "b", at(0)) == 0);  // another client
    const http::RateLimit other{"other", 0.1, 1};
    CHECK(limits.wait_s(other, "a", at(0)) == 0);  // another limit
    CHECK(limits.wait_s(other, "a", at(0)) == 10);
    CHECK(limits.wait_s(other, "a", at(9)) == 1);
    CHECK(limits.wait_s(other, "a", at(10)) == 0);
    for (int i = 0; i < 2; ++i) CHECK(limits.wait_s(two, "a", at(1)) == 0);
    CHECK(limits.wait_s(two, "a", at(1)) == 1);
    for (int i = 0; i < 4; ++i) CHECK(limits.wait_s(two, "a", at(100)) == 0);  // full, no more
    CHECK(limits.wait_s(two, "a", at(100)) == 1);
}

TEST_CASE("a refused request costs nothing, and a rate of 0 is no limit") {
    http::RateLimits limits;
    for (int i = 0; i < 1000; ++i) limits.wait_s(two, "a", at(0));
    CHECK(limits.wait_s(two, "a", at(1)) == 0);
    for (int i = 0; i < 100; ++i) CHECK(limits.wait_s({"off", 0, 1}, "a", at(0)) == 0);
}

TEST_CASE("a clock that is set back locks nobody out") {
    http::RateLimits limits;
    for (int i = 0; i < 5; ++i) limits.wait_s(two, "a", at(100'000));
    CHECK(limits.wait_s(two, "a", at(0)) == 1);
    CHECK(limits.wait_s(two, "a", at(1)) == 1);  // its debt is at most an empty bucket
}

TEST_CASE("an IPv6 client is its /64, a mapped IPv4 address itself") {
    http::RateLimits limits;
    const http::RateLimit one{"one", 1, 1};
    CHECK(limits.wait_s(one, "2001:db8:1:2::1", at(0)) == 0);
    CHECK(limits.wait_s(one, "2001:db8:1:2:ffff::9", at(0)) == 1);
    CHECK(limits.wait_s(one, "2001:db8:1:3::1", at(0)) == 0);
    CHECK(limits.wait_s(one, "::ffff:192.0.2.1", at(0)) == 0);
    CHECK(limits.wait_s(one, "192.0.2.1", at(0)) == 1);
    CHECK(limits.wait_s(one, "192.0.2.2", at(0)) == 0);
}

TEST_CASE("a flood of addresses does not free the heaviest user") {
    http::RateLimits limits;
    const http::RateLimit slow{"slow", 0.001, 5};
    for (int i = 0; i < 5; ++i) CHECK(limits.wait_s(slow, "heavy", at(0)) == 0);
    for (int i = 0; i < 300'000; ++i) limits.wait_s(slow, std::to_string(i), at(0));
    CHECK(limits.wait_s(slow, "heavy", at(0)) > 0);
}
