// SPDX-License-Identifier: EUPL-1.2
#include "jobs/rules.hpp"

#include <algorithm>

namespace jobs {

std::optional<base::Time> next_attempt(int attempt, base::Time now) {
    if (attempt >= most_attempts) return std::nullopt;
    const auto doubled = std::chrono::minutes{1} * (std::int64_t{1} << std::min(attempt - 1, 20));
    return now + std::min<std::chrono::seconds>(doubled, std::chrono::hours{24});
}

base::Time next_occurrence(std::chrono::seconds period, std::chrono::seconds offset,
                           base::Time now) {
    const auto since = (now - offset).time_since_epoch();
    const auto begun = since / period - (since % period < std::chrono::seconds{0} ? 1 : 0);
    return base::Time{(begun + 1) * period + offset};
}

}  // namespace jobs
