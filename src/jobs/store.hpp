// SPDX-License-Identifier: EUPL-1.2
// All SQL on jobs.
#pragma once
#include "jobs/jobs.hpp"

#include <optional>

namespace jobs::store {

void insert(db::Transaction&, const Job&);

struct Taken {
    std::string kind;
    Attempt attempt;
};
// The one that is due longest, leased until then, if there is any.
std::optional<Taken> take_due(db::Transaction&, base::Time now, base::Time leased_until);
void finish(db::Transaction&, std::int64_t id, base::Time now);
// To be tried again at `due_at`; for good when there is none.
void fail(db::Transaction&, std::int64_t id, std::string_view error,
          std::optional<base::Time> due_at, base::Time now);

}  // namespace jobs::store
