// SPDX-License-Identifier: EUPL-1.2
// Under sanitizers, which take ten times as long, random walks have a quarter of the steps and
// simulations a quarter of the candidates, and what is estimated from these may be twice as far
// off: every check stays.
#pragma once

namespace tests {

#if defined(__SANITIZE_ADDRESS__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif
inline constexpr int fewer = sanitized ? 4 : 1;
inline constexpr double wider = sanitized ? 2 : 1;

}  // namespace tests
