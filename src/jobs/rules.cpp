// SPDX-License-Identifier: EUPL-1.2
#include "jobs/rules.hpp"

#include <algorithm>

namespace jobs {

std::optional<base::Time> next_attempt(int attempt, base::Time now) {
    if (attempt >= most_attempts) return std::nullopt;
    const auto doubled = std::chrono::minutes{1} * (std::int64_t{1} << std::min(attempt - 1, 20));
    return now + std::min<std::chrono::seconds>(doubled, std::chrono::hours{24});
}

}  // namespace jobs
