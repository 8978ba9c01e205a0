// SPDX-License-Identifier: EUPL-1.2
// Door of the audit slice: the log of decisions. Who decided, as what, in which perimeter, on what,
// what it was before and after, and when. Rows are only ever added.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace db {
class Transaction;
}

namespace audit {

struct Decision {
    base::Time at{};
    std::optional<base::PersonId> actor = {};  // nothing: the program, when a deadline passed
    std::string_view role = "agent";           // as what: a role, "agent", "supervisor", "program"
    std::optional<base::OrganisationId> perimeter = {};  // where the role was used
    std::string_view action;                             // "requests.approve": the slice and a verb
    std::string_view object;  // "request", "session", "person": what was decided on
    std::int64_t object_id = 0;
    // JSON objects with what changed and nothing more: no names, no free text that somebody wrote,
    // so that the log outlives an erasure. "" where there is nothing to tell.
    std::string before = {}, after = {};
};

// In the transaction of the decision itself: neither stands without the other.
void record(db::Transaction&, const Decision&);

}  // namespace audit
