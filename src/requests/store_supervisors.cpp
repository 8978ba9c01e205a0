// SPDX-License-Identifier: EUPL-1.2
#include "db/database.hpp"
#include "requests/columns.hpp"
#include "requests/store.hpp"

#include <array>

namespace requests::store {
namespace {

SupervisionState supervision_state(std::string_view name) {
    for (const auto state :
         {SupervisionState::declared, SupervisionState::to_accept, SupervisionState::confirmed,
          SupervisionState::refused, SupervisionState::replaced})
        if (name == name_of(state)) return state;
    throw std::logic_error("a supervision in a state without a name");
}

Supervision supervision_from(const db::Row& row) {
    return {.id = {row.integer(0)},
            .person = {row.integer(1)},
            .supervisor_email = std::string{row.text(2)},
            .supervisor = id_at<base::PersonId>(row, 3),
            .state = supervision_state(row.text(4)),
            .created_at = base::from_epoch(row.integer(5)),
            .changed_at = base::from_epoch(row.integer(6)),
            .accepted = !row.is_null(7)};
}

std::optional<Supervision> one(db::Transaction& transaction, const db::Query& query,
                               std::int64_t id) {
    std::optional<Supervision> found;
    transaction.run(query, {id}, [&](const db::Row& row) { found = supervision_from(row); });
    return found;
}

}  // namespace

#define SUPERVISION_COLUMNS \
    "id, person_id, supervisor_email, supervisor_id, state, created_at, changed_at, accepted_by"

constexpr db::Query select_supervision{"requests.supervision", "SELECT " SUPERVISION_COLUMNS R"sql(
    FROM supervisions WHERE id = $1
)sql"};

std::optional<Supervision> find_supervision(db::Transaction& transaction, base::SupervisionId id) {
    return one(transaction, select_supervision, id.value);
}

constexpr db::Query select_supervision_of{"requests.supervision_of",
                                          "SELECT " SUPERVISION_COLUMNS R"sql(
    FROM supervisions
    WHERE person_id = $1 AND state IN ('declared', 'to_accept', 'confirmed')
)sql"};

std::optional<Supervision> supervision_of(db::Transaction& transaction, base::PersonId person) {
    return one(transaction, select_supervision_of, person.value);
}

constexpr db::Query lock_supervision{"requests.lock_supervision", R"sql(
    UPDATE supervisions SET state = state
    WHERE person_id = $1 AND state IN ('declared', 'to_accept', 'confirmed')
    RETURNING )sql" SUPERVISION_COLUMNS};

std::optional<Supervision> lock_supervision_of(db::Transaction& transaction,
                                               base::PersonId person) {
    return one(transaction, lock_supervision, person.value);
}

constexpr db::Query insert_supervision{"requests.insert_supervision", R"sql(
    INSERT INTO supervisions (person_id, supervisor_email, supervisor_id, state, accepted_by,
                              created_at, changed_at)
    VALUES ($1, $2, $3, $4, $5, $6, $6) RETURNING id
)sql"};

base::SupervisionId insert(db::Transaction& transaction, const Supervision& s,
                           std::optional<base::PersonId> accepted_by) {
    base::SupervisionId id;
    transaction.run(insert_supervision,
                    {s.person.value, s.supervisor_email, value_of(s.supervisor), name_of(s.state),
                     value_of(accepted_by), base::to_epoch(s.created_at)},
                    [&](const db::Row& row) { id.value = row.integer(0); });
    return id;
}

constexpr db::Query update_supervision{"requests.update_supervision", R"sql(
    UPDATE supervisions SET supervisor_id = $2, state = $3, changed_at = $4,
                            accepted_by = coalesce($5, accepted_by)
    WHERE id = $1
)sql"};

void update(db::Transaction& transaction, const Supervision& s,
            std::optional<base::PersonId> accepted_by) {
    transaction.run(update_supervision, {s.id.value, value_of(s.supervisor), name_of(s.state),
                                         base::to_epoch(s.changed_at), value_of(accepted_by)});
}

constexpr db::Query select_supervisors{"requests.supervisors", R"sql(
    SELECT supervisor_id FROM supervisions WHERE state IN ('to_accept', 'confirmed')
    UNION SELECT delegate_id FROM delegations WHERE until_day >= $1 AND ended_at IS NULL
)sql"};

std::vector<base::PersonId> supervisors(db::Transaction& transaction, base::Date day) {
    std::vector<base::PersonId> found;
    transaction.run(select_supervisors, {day_number(day)},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

constexpr db::Query insert_delegation{"requests.insert_delegation", R"sql(
    INSERT INTO delegations (supervisor_id, delegate_id, from_day, until_day, created_at)
    VALUES ($1, $2, $3, $4, $5) RETURNING id
)sql"};

base::DelegationId insert(db::Transaction& transaction, const Delegation& d, base::Time now) {
    base::DelegationId id;
    transaction.run(insert_delegation,
                    {d.supervisor.value, d.delegate.value, day_number(d.from), day_number(d.until),
                     base::to_epoch(now)},
                    [&](const db::Row& row) { id.value = row.integer(0); });
    return id;
}

constexpr db::Query select_delegations{"requests.delegations_of", R"sql(
    SELECT id, supervisor_id, delegate_id, from_day, until_day FROM delegations
    WHERE (supervisor_id = $1 OR delegate_id = $1) AND until_day >= $2 AND ended_at IS NULL
    ORDER BY from_day, id
)sql"};

std::vector<Delegation> delegations_of(db::Transaction& transaction, base::PersonId person,
                                       base::Date day) {
    std::vector<Delegation> found;
    transaction.run(select_delegations, {person.value, day_number(day)}, [&](const db::Row& row) {
        found.push_back({.id = {row.integer(0)},
                         .supervisor = {row.integer(1)},
                         .delegate = {row.integer(2)},
                         .from = date_at(row, 3).value(),
                         .until = date_at(row, 4).value(),
                         .ended_at = std::nullopt});
    });
    return found;
}

constexpr db::Query end_one_delegation{"requests.end_delegation", R"sql(
    UPDATE delegations SET ended_at = $3
    WHERE id = $1 AND supervisor_id = $2 AND ended_at IS NULL
)sql"};

bool end_delegation(db::Transaction& transaction, base::PersonId supervisor, base::DelegationId id,
                    base::Time now) {
    return transaction.run(end_one_delegation, {id.value, supervisor.value, base::to_epoch(now)}) ==
           1;
}

constexpr db::Query select_delegates{"requests.delegates_of", R"sql(
    SELECT DISTINCT delegate_id FROM delegations
    WHERE supervisor_id = $1 AND from_day <= $2 AND until_day >= $2 AND ended_at IS NULL
)sql"};

std::vector<base::PersonId> delegates_of(db::Transaction& transaction, base::PersonId supervisor,
                                         base::Date day) {
    std::vector<base::PersonId> found;
    transaction.run(select_delegates, {supervisor.value, day_number(day)},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

// Of a reader $1: themselves, and those whose delegate they are on the day $2.
#define THEIRS                                         \
    "WITH theirs AS (SELECT CAST($1 AS bigint) AS id " \
    "UNION SELECT supervisor_id FROM delegations "     \
    "WHERE delegate_id = $1 AND from_day <= $2 AND until_day >= $2 AND ended_at IS NULL) "

constexpr db::Query select_supervised{"requests.supervised_by", THEIRS R"sql(
    SELECT person_id, supervisor_id FROM supervisions
    WHERE supervisor_id IN (SELECT id FROM theirs) AND state = 'confirmed' AND person_id <> $1
    ORDER BY person_id
)sql"};

std::vector<Supervised> supervised_by(db::Transaction& transaction, base::PersonId reader,
                                      base::Date today) {
    std::vector<Supervised> found;
    transaction.run(select_supervised, {reader.value, day_number(today)}, [&](const db::Row& row) {
        found.push_back({{row.integer(0)}, {row.integer(1)}});
    });
    return found;
}

#define LISTED                                                                      \
    "r.id, r.offer_id, r.session_id, r.decider, r.due_at, r.regime, r.motivation, " \
    "r.price_cents, r.submitted_at, r.changed_at"

// Of a request only what a list tells, as each column costs 200 NULLs in a team of 200. BETWEEN: a
// range cannot be hashed, so that PostgreSQL asks the index for each person of the team, where it
// would read all open requests of the State.
constexpr db::Query select_team{"requests.team", THEIRS R"sql(
    SELECT s.person_id, s.id, s.state, 0, )sql" LISTED R"sql(
    FROM supervisions s
    LEFT JOIN requests r ON r.person_id BETWEEN s.person_id AND s.person_id
                        AND r.state = 'to_decide'
    WHERE s.supervisor_id IN (SELECT id FROM theirs)
      AND s.state IN ('declared', 'to_accept', 'confirmed')
    UNION ALL
    SELECT r.person_id, NULL, 'confirmed', 1, )sql" LISTED R"sql(
    FROM requests r
    WHERE r.decider_id IN (SELECT id FROM theirs)
      AND r.state = 'to_decide' AND r.decider = 'supervisor'
    ORDER BY 4
)sql"};

std::vector<TeamRow> team_of(db::Transaction& transaction, base::PersonId reader,
                             base::Date today) {
    std::vector<TeamRow> found;
    transaction.run(select_team, {reader.value, day_number(today)}, [&](const db::Row& row) {
        TeamRow one{
            {{row.integer(0)}, id_at<base::SupervisionId>(row, 1), supervision_state(row.text(2))},
            std::nullopt,
            row.boolean(3)};
        if (!row.is_null(4)) {
            Request& request = one.request.emplace();
            request.id = {row.integer(4)};
            request.person = one.member.person;
            request.offer = {row.integer(5)};
            request.session = id_at<base::SessionId>(row, 6);
            request.state = State::to_decide;
            request.decider = decider_named(row.text(7)).value();
            request.due_at = time_at(row, 8);
            request.answers.regime = row.text(9);
            request.answers.motivation = row.text(10);
            request.price_cents = row.optional_integer(11);
            request.submitted_at = time_at(row, 12);
            request.changed_at = base::from_epoch(row.integer(13));
        }
        found.push_back(std::move(one));
    });
    return found;
}

}  // namespace requests::store
