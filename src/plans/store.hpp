// SPDX-License-Identifier: EUPL-1.2
// All SQL on plans and plan_marks.
#pragma once
#include "plans/plans.hpp"

namespace plans::store {

Chosen find(db::Transaction&, base::PersonId);
// The row of a person, made if there is none, locked until the transaction ends.
void lock(db::Transaction&, base::PersonId, base::Time now);
void set_aim(db::Transaction&, base::PersonId, Aim, std::string_view trade,
             const std::optional<Agreement>&, base::Time now);
void set_shared(db::Transaction&, base::PersonId, std::optional<base::PersonId> with,
                base::Time now);
void put_mark(db::Transaction&, base::PersonId, base::OfferId, Mark, base::Time now);
void remove_mark(db::Transaction&, base::PersonId, base::OfferId);
std::map<base::PersonId, base::PersonId> shared(db::Transaction&, std::string_view json_person_ids);

// -- privacy
int remove(db::Transaction&, base::PersonId);
// Nobody's plan is shared with this supervisor any more.
void end_sharing(db::Transaction&, base::PersonId, base::Time now);
int forget_reader(db::Transaction&, base::PersonId supervisor);
std::vector<base::PersonId> unchanged_since(db::Transaction&, base::Time, int most);

}  // namespace plans::store
