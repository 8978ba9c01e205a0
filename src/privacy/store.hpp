// SPDX-License-Identifier: EUPL-1.2
// All SQL on requests for erasure.
#pragma once
#include "privacy/privacy.hpp"

namespace privacy::store {

// False when one is open already.
bool insert(db::Transaction&, base::PersonId, std::optional<base::OrganisationId>, base::Time now);
std::optional<ErasureRequest> find(db::Transaction&, std::int64_t id);
std::optional<ErasureRequest> last_of(db::Transaction&, base::PersonId);
std::vector<ErasureRequest> all_of(db::Transaction&, base::PersonId);
// Those of these organisations, or all.
std::vector<ErasureRequest> list(db::Transaction&, const audit::Sight&, int most);
// From asked to this; false when it was decided meanwhile. Locks the row.
bool decide(db::Transaction&, std::int64_t id, ErasureState, std::optional<base::PersonId> by,
            std::string_view reason, base::Time now);
// Those that were decided before then.
int count_decided(db::Transaction&, base::Time before, int most);
int remove_decided(db::Transaction&, base::Time before, int most);

}  // namespace privacy::store
