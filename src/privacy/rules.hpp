// SPDX-License-Identifier: EUPL-1.2
// How long what is kept, and who may decide on an erasure: pure functions.
#pragma once
#include "privacy/privacy.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace privacy {

// data/reference/retention.json. Throws std::logic_error for a file that is wrong: it is ours.
std::vector<Rule> read_rules(std::string_view json);

// What began its term before this moment is due now: the same day of the calendar, earlier by the
// rule's years, months or days (the last of the month where it has no such day).
base::Time due_before(const Rule&, base::Time now);

// The answer to a request is due one month after it (GDPR, art. 12(3)).
base::Time answer_due(base::Time asked_at);

// The day's run is at this time (UTC), when few people work.
inline constexpr std::chrono::hours runs_at{2};
base::Time next_run(base::Time now);

inline constexpr std::size_t longest_reason = 2'000;  // characters
// Why this person may not decide, or nothing. `within`: what they may decide on.
std::optional<base::Error> why_not_decide(const ErasureRequest&, base::PersonId by,
                                          const audit::Sight& within);
std::optional<base::Reason> why_not_this_reason(std::string_view reason);

}  // namespace privacy
