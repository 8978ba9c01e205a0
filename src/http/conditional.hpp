// SPDX-License-Identifier: EUPL-1.2
// Conditional and range requests (RFC 9110, 13 and 14).
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace http {

// 64 bits that differ when the bodies do, about 10 bytes a nanosecond. Not against an adversary:
// who makes two pages collide shows himself an old page.
std::uint64_t fast_hash(std::string_view);

// The entity tag of a body: W/"0123456789abcdef", without W/ when strong.
std::string etag_of(std::string_view body, bool strong);

// If-None-Match: weak comparison against a list, or "*".
bool etag_listed(std::string_view if_none_match, std::string_view etag);

struct Range {
    enum Kind { whole, part, unsatisfiable } kind = whole;
    std::size_t first = 0;
    std::size_t length = 0;
};

// The part of `size` bytes that "bytes=0-499" asks for. Whole when the header is absent, malformed,
// asks for several ranges (which a server may ignore), or If-Range names another version.
Range choose_range(std::string_view range, std::string_view if_range, std::string_view etag,
                   std::size_t size);

}  // namespace http
