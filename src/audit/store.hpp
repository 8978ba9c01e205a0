// SPDX-License-Identifier: EUPL-1.2
// All SQL on the log of decisions.
#pragma once
#include "audit/audit.hpp"

namespace audit::store {

void insert(db::Transaction&, const Decision&);

}  // namespace audit::store
