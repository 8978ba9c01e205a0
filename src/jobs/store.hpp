// SPDX-License-Identifier: EUPL-1.2
// All SQL on jobs.
#pragma once
#include "jobs/jobs.hpp"

#include <optional>
#include <vector>

namespace jobs::store {

void insert(db::Transaction&, const Job&);
// Unless one of this kind waits or runs with that word.
void insert_if_none(db::Transaction&, const Job&);

struct Taken {
    std::string kind;
    Attempt attempt;
};
// Without locking anything: is there one to take?
bool any_due(db::Transaction&, base::Time now);
// The one that is due longest and that nobody else is taking, leased until then.
std::optional<Taken> take_due(db::Transaction&, base::Time now, base::Time leased_until,
                              std::string_view node);
// Each of these three only while the attempt has the lease; false when it was lost.
bool renew(db::Transaction&, std::int64_t id, int attempt, base::Time leased_until);
bool finish(db::Transaction&, std::int64_t id, int attempt, base::Time now);
// To be tried again at `due_at`; for good when there is none.
bool fail(db::Transaction&, std::int64_t id, int attempt, std::string_view error,
          std::optional<base::Time> due_at, base::Time now);

Counts count(db::Transaction&, base::Time now);

// A job as an administrator sees it.
struct Shown {
    std::int64_t id = 0;
    std::string kind;
    std::string state;  // waiting, running, failed, done
    base::Time due_at{};
    int attempts = 0;
    std::string node;  // of the one that runs
    std::string last_error;
    std::optional<base::Time> finished_at;
};
// Those that failed for good, then those that run, then those that wait by their due time.
std::vector<Shown> list(db::Transaction&, base::Time now, int most);

// A failed one waits again, as new; false when there is no such. All: returns how many.
bool restart(db::Transaction&, std::int64_t id, base::Time now);
int restart_all(db::Transaction&, base::Time now);

int remove_done(db::Transaction&, base::Time before, int most, bool really);

}  // namespace jobs::store
