// SPDX-License-Identifier: EUPL-1.2
#include "audit/store.hpp"

#include "db/database.hpp"

namespace audit::store {

constexpr db::Query insert_decision{"audit.insert", R"sql(
    INSERT INTO audit_log (at, actor_id, role, perimeter_id, action, object, object_id,
                           before_json, after_json)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
)sql"};

void insert(db::Transaction& transaction, const Decision& decision) {
    const auto actor = decision.actor ? std::optional{decision.actor->value} : std::nullopt;
    const auto perimeter =
        decision.perimeter ? std::optional{decision.perimeter->value} : std::nullopt;
    transaction.run(insert_decision,
                    {base::to_epoch(decision.at), actor, decision.role, perimeter, decision.action,
                     decision.object, decision.object_id, decision.before, decision.after});
}

}  // namespace audit::store
