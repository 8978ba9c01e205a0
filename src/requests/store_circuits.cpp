// SPDX-License-Identifier: EUPL-1.2
#include "db/database.hpp"
#include "requests/columns.hpp"
#include "requests/store.hpp"

namespace requests::store {

constexpr db::Query select_circuits{"requests.circuits", R"sql(
    SELECT c.id, c.organisation_id, c.version, c.inherited, c.created_at,
           s.decider, s.days, s.reminder_days, s.silence
    FROM circuits c LEFT JOIN circuit_steps s ON s.circuit_id = c.id
    ORDER BY c.organisation_id, c.version, s.number
)sql"};

std::vector<Circuit> all_circuits(db::Transaction& transaction) {
    std::vector<Circuit> found;
    transaction.run(select_circuits, {}, [&](const db::Row& row) {
        if (found.empty() || found.back().id.value != row.integer(0))
            found.push_back({.id = {row.integer(0)},
                             .organisation = {row.integer(1)},
                             .version = row.integer(2),
                             .inherited = row.boolean(3),
                             .created_at = base::from_epoch(row.integer(4))});
        if (row.is_null(5)) return;
        found.back().steps.push_back({.decider = decider_named(row.text(5)).value(),
                                      .days = static_cast<int>(row.integer(6)),
                                      .reminder_days = static_cast<int>(row.integer(7)),
                                      .silence = silence_named(row.text(8)).value()});
    });
    return found;
}

constexpr db::Query insert_circuit{"requests.insert_circuit", R"sql(
    INSERT INTO circuits (organisation_id, version, inherited, created_at, created_by)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING RETURNING id
)sql"};

constexpr db::Query insert_step{"requests.insert_step", R"sql(
    INSERT INTO circuit_steps (circuit_id, number, decider, days, reminder_days, silence)
    VALUES ($1, $2, $3, $4, $5, $6)
)sql"};

std::optional<base::CircuitId> insert(db::Transaction& transaction, const Circuit& circuit,
                                      std::optional<base::PersonId> by) {
    std::optional<base::CircuitId> id;
    transaction.run(insert_circuit,
                    {circuit.organisation.value, circuit.version, circuit.inherited,
                     base::to_epoch(circuit.created_at), value_of(by)},
                    [&](const db::Row& row) { id = base::CircuitId{row.integer(0)}; });
    if (!id) return id;
    int number = 0;
    for (const Step& step : circuit.steps)
        transaction.run(insert_step, {id->value, ++number, name_of(step.decider), step.days,
                                      step.reminder_days, name_of(step.silence)});
    return id;
}

}  // namespace requests::store
