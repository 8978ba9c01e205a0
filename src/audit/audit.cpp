// SPDX-License-Identifier: EUPL-1.2
#include "audit/audit.hpp"

#include "audit/store.hpp"

namespace audit {

void record(db::Transaction& transaction, const Decision& decision) {
    store::insert(transaction, decision);
}

}  // namespace audit
