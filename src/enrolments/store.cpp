// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/store.hpp"

#include "db/database.hpp"

namespace enrolments::store {
namespace {

State state_of(std::string_view name) {
    if (name == "seated") return State::seated;
    if (name == "waiting") return State::waiting;
    return name == "withdrawn" ? State::withdrawn : State::cancelled;
}

Enrolment enrolment_from(const db::Row& row) {
    return {{row.integer(0)},
            {row.integer(1)},
            {row.integer(2)},
            state_of(row.text(3)),
            row.integer(4),
            base::from_epoch(row.integer(5)),
            base::from_epoch(row.integer(6)),
            row.integer(7)};
}

std::vector<Enrolment> list(db::Transaction& transaction, const db::Query& query,
                            std::initializer_list<db::Value> values) {
    std::vector<Enrolment> found;
    transaction.run(query, values,
                    [&](const db::Row& row) { found.push_back(enrolment_from(row)); });
    return found;
}

std::optional<Enrolment> first(std::vector<Enrolment> found) {
    if (found.empty()) return std::nullopt;
    return found.front();
}

}  // namespace

#define ENROLMENT_COLUMNS \
    "e.id, e.session_id, e.person_id, e.state, e.place, e.created_at, e.changed_at, e.sequence"

constexpr db::Query insert_enrolment{"enrolments.insert", R"sql(
    INSERT INTO enrolments (session_id, person_id, state, place, created_at, changed_at)
    VALUES ($1, $2, $3, $4, $5, $5)
    ON CONFLICT DO NOTHING RETURNING id
)sql"};

std::optional<base::EnrolmentId> insert(db::Transaction& transaction, const Enrolment& e) {
    std::optional<base::EnrolmentId> id;
    transaction.run(
        insert_enrolment,
        {e.session.value, e.person.value, name_of(e.state), e.place, base::to_epoch(e.created_at)},
        [&](const db::Row& row) { id = base::EnrolmentId{row.integer(0)}; });
    return id;
}

constexpr db::Query insert_all_seated{"enrolments.insert_seated", R"sql(
    INSERT INTO enrolments (session_id, person_id, state, created_at, changed_at)
    SELECT CAST($1 AS bigint), value, 'seated', CAST($3 AS bigint), CAST($3 AS bigint)
    FROM json_each(CAST($2 AS text))
)sql"};

void insert_seated(db::Transaction& transaction, base::SessionId session,
                   std::string_view json_person_ids, base::Time now) {
    transaction.run(insert_all_seated, {session.value, json_person_ids, base::to_epoch(now)});
}

constexpr db::Query select_enrolment{"enrolments.find", "SELECT " ENROLMENT_COLUMNS R"sql(
    FROM enrolments e WHERE e.id = $1
)sql"};

std::optional<Enrolment> find(db::Transaction& transaction, base::EnrolmentId id) {
    return first(list(transaction, select_enrolment, {id.value}));
}

constexpr db::Query select_held{"enrolments.held", "SELECT " ENROLMENT_COLUMNS R"sql(
    FROM enrolments e
    WHERE session_id = $1 AND person_id = $2 AND state IN ('seated', 'waiting')
)sql"};

std::optional<Enrolment> find_held(db::Transaction& transaction, base::SessionId session,
                                   base::PersonId person) {
    return first(list(transaction, select_held, {session.value, person.value}));
}

constexpr db::Query select_held_by{"enrolments.held_by", "SELECT " ENROLMENT_COLUMNS R"sql(
    FROM enrolments e
    WHERE person_id = $1 AND state IN ('seated', 'waiting')
      AND session_id IN (SELECT value FROM json_each(CAST($2 AS text)))
)sql"};

std::vector<Enrolment> held_by(db::Transaction& transaction, base::PersonId person,
                               std::string_view json_session_ids) {
    return list(transaction, select_held_by, {person.value, json_session_ids});
}

constexpr db::Query select_held_by_all{"enrolments.held_by_all", "SELECT " ENROLMENT_COLUMNS R"sql(
    FROM enrolments e
    WHERE person_id IN (SELECT value FROM json_each(CAST($1 AS text)))
      AND state IN ('seated', 'waiting') AND created_at >= $2
    ORDER BY id
)sql"};

std::vector<Enrolment> held_by_all(db::Transaction& transaction, std::string_view json_person_ids,
                                   base::Time since) {
    return list(transaction, select_held_by_all, {json_person_ids, base::to_epoch(since)});
}

// One row at least, so that the feed is told to somebody without enrolments, too.
constexpr db::Query select_of_person{"enrolments.of_person", "SELECT " ENROLMENT_COLUMNS R"sql(,
           CASE WHEN e.state = 'waiting' THEN
               (SELECT count(*) FROM enrolments w
                WHERE w.session_id = e.session_id AND w.state = 'waiting' AND w.place < e.place)
           ELSE 0 END,
           f.created_at
    FROM (SELECT CAST($1 AS bigint) AS id) p
    LEFT JOIN enrolments e ON e.person_id = p.id
    LEFT JOIN calendar_feeds f ON f.person_id = p.id
    ORDER BY e.id
)sql"};

OfPerson of_person(db::Transaction& transaction, base::PersonId person) {
    OfPerson found;
    transaction.run(select_of_person, {person.value}, [&](const db::Row& row) {
        found.has_feed = !row.is_null(9);
        if (!row.is_null(0))
            found.enrolments.emplace_back(enrolment_from(row), static_cast<int>(row.integer(8)));
    });
    return found;
}

constexpr db::Query select_of_session{"enrolments.of_session", "SELECT " ENROLMENT_COLUMNS R"sql(
    FROM enrolments e WHERE session_id = $1 AND state IN ('seated', 'waiting')
    ORDER BY e.state, e.place, e.id
)sql"};

std::vector<Enrolment> of_session(db::Transaction& transaction, base::SessionId session) {
    return list(transaction, select_of_session, {session.value});
}

constexpr db::Query update_state{"enrolments.set_state", R"sql(
    UPDATE enrolments SET state = $2, changed_at = $3, sequence = sequence + 1 WHERE id = $1
)sql"};

void set_state(db::Transaction& transaction, base::EnrolmentId id, State state, base::Time now) {
    transaction.run(update_state, {id.value, name_of(state), base::to_epoch(now)});
}

constexpr db::Query cancel_held{"enrolments.cancel_all", R"sql(
    UPDATE enrolments SET state = 'cancelled', changed_at = $2, sequence = sequence + 1
    WHERE session_id = $1 AND state IN ('seated', 'waiting')
)sql"};

void cancel_all(db::Transaction& transaction, base::SessionId session, base::Time now) {
    transaction.run(cancel_held, {session.value, base::to_epoch(now)});
}

constexpr db::Query select_first_waiting{"enrolments.first_waiting",
                                         "SELECT " ENROLMENT_COLUMNS R"sql(
    FROM enrolments e WHERE session_id = $1 AND state = 'waiting' ORDER BY place LIMIT 1
)sql"};

std::optional<Enrolment> first_waiting(db::Transaction& transaction, base::SessionId session) {
    return first(list(transaction, select_first_waiting, {session.value}));
}

constexpr db::Query upsert_feed{"enrolments.put_feed", R"sql(
    INSERT INTO calendar_feeds (person_id, token_hash, created_at) VALUES ($1, $2, $3)
    ON CONFLICT (person_id)
    DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at
)sql"};

void put_feed(db::Transaction& transaction, base::PersonId person, std::string_view token_hash,
              base::Time now) {
    transaction.run(upsert_feed, {person.value, token_hash, base::to_epoch(now)});
}

constexpr db::Query select_feed_owner{"enrolments.owner_of_feed", R"sql(
    SELECT person_id FROM calendar_feeds WHERE token_hash = $1
)sql"};

std::optional<base::PersonId> owner_of_feed(db::Transaction& transaction,
                                            std::string_view token_hash) {
    std::optional<base::PersonId> owner;
    transaction.run(select_feed_owner, {token_hash},
                    [&](const db::Row& row) { owner = base::PersonId{row.integer(0)}; });
    return owner;
}

}  // namespace enrolments::store
