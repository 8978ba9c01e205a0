// SPDX-License-Identifier: EUPL-1.2
#include "http/rate_limits.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <mutex>
#include <random>
#include <span>
#include <string>
#include <vector>

namespace http {
namespace {

// A household or office owns a whole /64 of IPv6 and may change its address at will: all of it is
// one client. An IPv4 address that comes as ::ffff:a.b.c.d is one of its own.
std::string client_of(std::string_view who) {
    std::string text{who};
    std::array<unsigned char, 16> bytes{};
    if (inet_pton(AF_INET6, text.c_str(), bytes.data()) != 1) return text;
    const bool mapped =
        std::ranges::all_of(std::span{bytes}.first(10), [](auto b) { return b == 0; }) &&
        bytes[10] == 0xFF && bytes[11] == 0xFF;
    if (mapped) {
        text.resize(INET_ADDRSTRLEN);
        inet_ntop(AF_INET, bytes.data() + 12, text.data(), INET_ADDRSTRLEN);
        text.resize(text.find('\0'));
        return text;
    }
    return {bytes.begin(), bytes.begin() + 8};
}

}  // namespace

// The generic cell rate algorithm (ITU-T I.371): a bucket is the one moment when it is full again.
// 65,536 buckets in sets of 8, as in a processor's cache: memory is fixed, and a flood of addresses
// can only push out those of its set who have used least.
struct RateLimits::Impl {
    struct Bucket {
        std::uint64_t key = 0;
        double full_at = 0;  // epoch seconds
    };
    static constexpr std::size_t ways = 8;
    static constexpr std::size_t sets = 8192;

    std::mutex mutex;
    std::vector<Bucket> buckets{ways * sets};
    // Unknown to those who would like to share a bucket with someone.
    std::string seed =
        std::to_string(std::random_device{}()) + std::to_string(std::random_device{}());

    Bucket& find(std::uint64_t key) {
        const auto set = std::span{buckets}.subspan(key % sets * ways, ways);
        Bucket* least = &set[0];
        for (Bucket& bucket : set) {
            if (bucket.key == key) return bucket;
            if (bucket.full_at < least->full_at) least = &bucket;
        }
        *least = {key, 0};
        return *least;
    }
};

RateLimits::RateLimits() : impl_(std::make_unique<Impl>()) {}
RateLimits::~RateLimits() = default;

int RateLimits::wait_s(const RateLimit& limit, std::string_view who, base::Time now) {
    if (limit.per_second <= 0) return 0;
    std::string name = impl_->seed;
    name.append(limit.name).append(1, '\n').append(client_of(who));
    const std::uint64_t key = std::hash<std::string>{}(name);
    const auto at = static_cast<double>(base::to_epoch(now));
    const double depth = std::max(limit.burst, 1.0) / limit.per_second;  // seconds to fill

    const std::lock_guard lock{impl_->mutex};
    Impl::Bucket& bucket = impl_->find(key);
    // Never later than an empty bucket: a clock that was set back locks nobody out.
    const double full_at = std::min(std::max(bucket.full_at, at), at + depth);
    const double wait = full_at + 1 / limit.per_second - depth - at;
    if (wait > 1e-6) return static_cast<int>(std::ceil(wait));  // the rest is rounding
    bucket.full_at = full_at + 1 / limit.per_second;
    return 0;
}

}  // namespace http
