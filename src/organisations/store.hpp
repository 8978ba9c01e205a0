// SPDX-License-Identifier: EUPL-1.2
// All SQL on the table organisations.
#pragma once
#include "organisations/organisations.hpp"

namespace organisations::store {

std::vector<Organisation> all(db::Transaction&);
base::OrganisationId insert(db::Transaction&, const Organisation&);
void update(db::Transaction&, const Organisation&);

}  // namespace organisations::store
