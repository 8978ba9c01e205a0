// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/store.hpp"

#include "db/database.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

namespace enrolments::store {
namespace {

State state_of(std::string_view name) {
    constexpr std::array all{State::applied,     State::seated,   State::offered,  State::waiting,
                             State::withdrawn,   State::declined, State::expired,  State::refused,
                             State::transferred, State::replaced, State::cancelled};
    const auto* const found =
        std::ranges::find(all, name, [](State state) { return name_of(state); });
    if (found == all.end()) throw std::logic_error("an enrolment in no known state");
    return *found;
}

std::optional<base::Time> time_of(const db::Row& row, int column) {
    const auto seconds = row.optional_integer(column);
    return seconds ? std::optional{base::from_epoch(*seconds)} : std::nullopt;
}

Enrolment enrolment_from(const db::Row& row) {
    Enrolment enrolment{.id = {row.integer(0)},
                        .session = {row.integer(1)},
                        .person = {row.integer(2)},
                        .state = state_of(row.text(3)),
                        .place = row.integer(4),
                        .created_at = base::from_epoch(row.integer(5)),
                        .changed_at = base::from_epoch(row.integer(6)),
                        .sequence = row.integer(7),
                        .asked_at = base::from_epoch(row.integer(8)),
                        .returned = row.boolean(9),
                        .rank = row.integer(10),
                        .pool = std::string{row.text(11)},
                        .standing = std::string{row.text(12)},
                        .given_at = time_of(row, 13),
                        .answer_by = time_of(row, 14),
                        .prerequisite = std::string{row.text(15)},
                        .score = {},
                        .reason = std::string{row.text(17)},
                        .moved = row.boolean(18)};
    if (const auto score = row.optional_integer(16)) enrolment.score = static_cast<int>(*score);
    return enrolment;
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

#define ENROLMENT_COLUMNS                                                                         \
    "e.id, e.session_id, e.person_id, e.state, e.place, e.created_at, e.changed_at, e.sequence, " \
    "e.asked_at, e.returned, e.rank, e.pool, e.standing, e.given_at, e.answer_by, "               \
    "e.prerequisite, e.score, e.reason, e.moved"
#define HOLDS " state IN ('applied', 'seated', 'offered', 'waiting') "

constexpr db::Query insert_enrolment{"enrolments.insert", R"sql(
    INSERT INTO enrolments (session_id, person_id, state, place, created_at, changed_at, asked_at,
                            returned, pool, standing, given_at, prerequisite, motivation)
    VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, $12)
    ON CONFLICT DO NOTHING RETURNING id
)sql"};

std::optional<base::EnrolmentId> insert(db::Transaction& transaction, const Enrolment& e,
                                        std::string_view motivation) {
    std::optional<base::EnrolmentId> id;
    const auto given_at = e.given_at ? std::optional{base::to_epoch(*e.given_at)} : std::nullopt;
    transaction.run(insert_enrolment,
                    {e.session.value, e.person.value, name_of(e.state), e.place,
                     base::to_epoch(e.created_at), base::to_epoch(e.asked_at), e.returned, e.pool,
                     e.standing, given_at, e.prerequisite, motivation},
                    [&](const db::Row& row) { id = base::EnrolmentId{row.integer(0)}; });
    return id;
}

constexpr db::Query insert_all_seated{"enrolments.insert_seated", R"sql(
    INSERT INTO enrolments (session_id, person_id, state, created_at, changed_at, asked_at, given_at)
    SELECT CAST($1 AS bigint), value, 'seated', CAST($3 AS bigint), CAST($3 AS bigint),
           CAST($3 AS bigint), CAST($3 AS bigint)
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
    WHERE session_id = $1 AND person_id = $2 AND)sql" HOLDS};

std::optional<Enrolment> find_held(db::Transaction& transaction, base::SessionId session,
                                   base::PersonId person) {
    return first(list(transaction, select_held, {session.value, person.value}));
}

constexpr db::Query select_held_by{"enrolments.held_by", "SELECT " ENROLMENT_COLUMNS R"sql(
    FROM enrolments e
    WHERE person_id = $1 AND)sql" HOLDS R"sql(
      AND session_id IN (SELECT value FROM json_each(CAST($2 AS text)) AS ids)
)sql"};

std::vector<Enrolment> held_by(db::Transaction& transaction, base::PersonId person,
                               std::string_view json_session_ids) {
    return list(transaction, select_held_by, {person.value, json_session_ids});
}

constexpr db::Query select_held_by_all{"enrolments.held_by_all", R"sql(
    SELECT session_id, person_id, state FROM enrolments
    WHERE person_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
      AND created_at >= $2 AND)sql" HOLDS R"sql(
    ORDER BY id
)sql"};

std::vector<Held> held_by_all(db::Transaction& transaction, std::string_view json_person_ids,
                              base::Time since) {
    std::vector<Held> found;
    transaction.run(
        select_held_by_all, {json_person_ids, base::to_epoch(since)}, [&](const db::Row& row) {
            found.push_back({{row.integer(0)}, {row.integer(1)}, state_of(row.text(2))});
        });
    return found;
}

// One row at least, so that the feed is told to somebody without enrolments, too.
constexpr db::Query select_of_person{"enrolments.of_person", "SELECT " ENROLMENT_COLUMNS R"sql(,
           CASE WHEN e.state = 'waiting' THEN
               (SELECT count(*) FROM enrolments w
                WHERE w.session_id = e.session_id AND w.state = 'waiting'
                  AND (w.returned > e.returned
                       OR (w.returned = e.returned
                           AND (w.asked_at < e.asked_at
                                OR (w.asked_at = e.asked_at AND w.place < e.place)))))
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
        found.has_feed = !row.is_null(20);
        if (!row.is_null(0))
            found.enrolments.emplace_back(enrolment_from(row), static_cast<int>(row.integer(19)));
    });
    return found;
}

constexpr db::Query select_of_session{"enrolments.of_session", "SELECT " ENROLMENT_COLUMNS R"sql(
    FROM enrolments e WHERE session_id = $1 AND)sql" HOLDS R"sql(
    ORDER BY e.state, e.returned DESC, e.asked_at, e.place, e.id
)sql"};

std::vector<Enrolment> of_session(db::Transaction& transaction, base::SessionId session) {
    return list(transaction, select_of_session, {session.value});
}

constexpr db::Query update_state{"enrolments.set_state", R"sql(
    UPDATE enrolments
    SET state = $2, changed_at = $3, sequence = sequence + 1, moved = 0,
        answer_by = CASE WHEN $2 = 'seated' THEN NULL ELSE answer_by END
    WHERE id = $1
)sql"};

void set_state(db::Transaction& transaction, base::EnrolmentId id, State state, base::Time now) {
    transaction.run(update_state, {id.value, name_of(state), base::to_epoch(now)});
}

constexpr db::Query cancel_held{"enrolments.cancel_all", R"sql(
    UPDATE enrolments SET state = 'cancelled', changed_at = $2, sequence = sequence + 1
    WHERE session_id = $1 AND)sql" HOLDS};

void cancel_all(db::Transaction& transaction, base::SessionId session, base::Time now) {
    transaction.run(cancel_held, {session.value, base::to_epoch(now)});
}

constexpr db::Query select_first_waiting{"enrolments.first_waiting",
                                         "SELECT " ENROLMENT_COLUMNS R"sql(
    FROM enrolments e WHERE session_id = $1 AND state = 'waiting'
    ORDER BY returned DESC, asked_at, place LIMIT 1
)sql"};

std::optional<Enrolment> first_waiting(db::Transaction& transaction, base::SessionId session) {
    return first(list(transaction, select_first_waiting, {session.value}));
}

constexpr db::Query update_offered{"enrolments.set_offered", R"sql(
    UPDATE enrolments SET state = 'offered', pool = $2, answer_by = $3, given_at = $4,
                          changed_at = $4, sequence = sequence + 1
    WHERE id = $1
)sql"};

void set_offered(db::Transaction& transaction, base::EnrolmentId id, std::string_view pool,
                 base::Time answer_by, base::Time now) {
    transaction.run(update_offered,
                    {id.value, pool, base::to_epoch(answer_by), base::to_epoch(now)});
}

constexpr db::Query update_pool{"enrolments.set_pool",
                                "UPDATE enrolments SET pool = $2 WHERE id = $1"};

void set_pool(db::Transaction& transaction, base::EnrolmentId id, std::string_view pool) {
    transaction.run(update_pool, {id.value, pool});
}

constexpr db::Query update_standing{"enrolments.set_standing",
                                    "UPDATE enrolments SET standing = $2 WHERE id = $1"};

void set_standing(db::Transaction& transaction, base::EnrolmentId id, std::string_view standing) {
    transaction.run(update_standing, {id.value, standing});
}

constexpr db::Query update_motivation{"enrolments.set_motivation",
                                      "UPDATE enrolments SET motivation = $2 WHERE id = $1"};

void set_motivation(db::Transaction& transaction, base::EnrolmentId id,
                    std::string_view motivation) {
    transaction.run(update_motivation, {id.value, motivation});
}

constexpr db::Query update_kept{"enrolments.set_kept",
                                "UPDATE enrolments SET moved = 0, changed_at = $2 WHERE id = $1"};

void set_kept(db::Transaction& transaction, base::EnrolmentId id, base::Time now) {
    transaction.run(update_kept, {id.value, base::to_epoch(now)});
}

constexpr db::Query update_all_moved{"enrolments.set_all_moved", R"sql(
    UPDATE enrolments SET moved = 1, changed_at = $2
    WHERE session_id = $1 AND state IN ('seated', 'offered')
)sql"};

void set_all_moved(db::Transaction& transaction, base::SessionId session, base::Time now) {
    transaction.run(update_all_moved, {session.value, base::to_epoch(now)});
}

constexpr db::Query update_prerequisite{"enrolments.set_prerequisite", R"sql(
    UPDATE enrolments SET prerequisite = $2, reason = $3 WHERE id = $1
)sql"};

void set_prerequisite(db::Transaction& transaction, base::EnrolmentId id,
                      std::string_view prerequisite, std::string_view reason) {
    transaction.run(update_prerequisite, {id.value, prerequisite, reason});
}

constexpr db::Query update_result{"enrolments.set_result", R"sql(
    UPDATE enrolments SET state = $2, place = $3, rank = $4, pool = $5, given_at = $6, score = $7,
                          reason = $8, changed_at = $9, sequence = sequence + 1
    WHERE id = $1
)sql"};

void set_result(db::Transaction& transaction, const Enrolment& e, base::Time now) {
    const auto given_at = e.given_at ? std::optional{base::to_epoch(*e.given_at)} : std::nullopt;
    transaction.run(update_result, {e.id.value, name_of(e.state), e.place, e.rank, e.pool, given_at,
                                    e.score, e.reason, base::to_epoch(now)});
}

constexpr db::Query select_motivations{"enrolments.motivations", R"sql(
    SELECT id, motivation FROM enrolments WHERE session_id = $1 AND motivation <> ''
)sql"};

std::map<base::EnrolmentId, std::string> motivations(db::Transaction& transaction,
                                                     base::SessionId session) {
    std::map<base::EnrolmentId, std::string> found;
    transaction.run(select_motivations, {session.value}, [&](const db::Row& row) {
        found.emplace(base::EnrolmentId{row.integer(0)}, std::string{row.text(1)});
    });
    return found;
}

namespace {

int count(db::Transaction& transaction, const db::Query& query,
          std::initializer_list<db::Value> values) {
    int counted = 0;
    transaction.run(query, values,
                    [&](const db::Row& row) { counted = static_cast<int>(row.integer(0)); });
    return counted;
}

}  // namespace

constexpr db::Query count_lists{"enrolments.lists_without_seat", R"sql(
    SELECT count(DISTINCT session_id) FROM enrolments
    WHERE person_id = $1 AND place > 0 AND given_at IS NULL AND state IN ('waiting', 'cancelled')
      AND session_id IN (SELECT value FROM json_each(CAST($2 AS text)))
)sql"};

int lists_without_seat(db::Transaction& transaction, base::PersonId person,
                       std::string_view json_session_ids) {
    return count(transaction, count_lists, {person.value, json_session_ids});
}

constexpr db::Query count_seats_held{"enrolments.seats_held", R"sql(
    SELECT count(*) FROM enrolments
    WHERE person_id = $1 AND state = 'seated'
      AND session_id IN (SELECT value FROM json_each(CAST($2 AS text)))
)sql"};

int seats_held(db::Transaction& transaction, base::PersonId person,
               std::string_view json_session_ids) {
    return count(transaction, count_seats_held, {person.value, json_session_ids});
}

constexpr db::Query select_waiting_before{"enrolments.waiting_before", R"sql(
    SELECT id FROM enrolments WHERE session_id = $1 AND state = 'waiting' AND id < $2
)sql"};

std::vector<base::EnrolmentId> waiting_before(db::Transaction& transaction, base::SessionId session,
                                              base::EnrolmentId id) {
    std::vector<base::EnrolmentId> found;
    transaction.run(select_waiting_before, {session.value, id.value},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

constexpr db::Query insert_passed{"enrolments.insert_overtakings", R"sql(
    INSERT INTO overtakings (passed_id, by_id, reason, at)
    SELECT value, CAST($2 AS bigint), CAST($3 AS text), CAST($4 AS bigint)
    FROM json_each(CAST($1 AS text)) WHERE true
    ON CONFLICT DO NOTHING
)sql"};

void insert_overtakings(db::Transaction& transaction, std::string_view json_passed_ids,
                        base::EnrolmentId by, std::string_view reason, base::Time now) {
    if (json_passed_ids == "[]") return;
    transaction.run(insert_passed, {json_passed_ids, by.value, reason, base::to_epoch(now)});
}

constexpr db::Query select_overtakings{"enrolments.overtakings_of", R"sql(
    SELECT reason, count(*) FROM overtakings WHERE passed_id = $1 GROUP BY reason ORDER BY reason
)sql"};

std::vector<std::pair<std::string, int>> overtakings_of(db::Transaction& transaction,
                                                        base::EnrolmentId id) {
    std::vector<std::pair<std::string, int>> found;
    transaction.run(select_overtakings, {id.value}, [&](const db::Row& row) {
        found.emplace_back(row.text(0), static_cast<int>(row.integer(1)));
    });
    return found;
}

constexpr db::Query upsert_grade{"enrolments.put_grade", R"sql(
    INSERT INTO grades (enrolment_id, grader_id, criterion, points, graded_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (enrolment_id, grader_id, criterion)
    DO UPDATE SET points = excluded.points, graded_at = excluded.graded_at
)sql"};

void put_grade(db::Transaction& transaction, base::EnrolmentId id, base::PersonId grader,
               int criterion, int points, base::Time now) {
    transaction.run(upsert_grade, {id.value, grader.value, criterion, points, base::to_epoch(now)});
}

constexpr db::Query select_grades{"enrolments.grades", R"sql(
    SELECT g.enrolment_id, g.grader_id, g.criterion, g.points
    FROM enrolments e JOIN grades g ON g.enrolment_id = e.id
    WHERE e.session_id = $1 ORDER BY g.enrolment_id, g.grader_id, g.criterion
)sql"};

std::map<base::EnrolmentId, std::vector<Grade>> grades(db::Transaction& transaction,
                                                       base::SessionId session) {
    std::map<base::EnrolmentId, std::vector<Grade>> found;
    transaction.run(select_grades, {session.value}, [&](const db::Row& row) {
        found[{row.integer(0)}].push_back(
            {{row.integer(1)}, static_cast<int>(row.integer(2)), static_cast<int>(row.integer(3))});
    });
    return found;
}

constexpr db::Query insert_seat_return{"enrolments.insert_return", R"sql(
    INSERT INTO seat_returns (person_id, offer_id, session_id, granted_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
)sql"};

void insert_return(db::Transaction& transaction, base::PersonId person, base::OfferId offer,
                   base::SessionId session, base::Time now) {
    transaction.run(insert_seat_return,
                    {person.value, offer.value, session.value, base::to_epoch(now)});
}

constexpr db::Query use_seat_return{"enrolments.use_return", R"sql(
    UPDATE seat_returns SET used_by = $3
    WHERE id = (SELECT min(id) FROM seat_returns
                WHERE person_id = $1 AND offer_id = $2 AND used_by IS NULL)
)sql"};
constexpr db::Query set_returned{"enrolments.set_returned",
                                 "UPDATE enrolments SET returned = 1 WHERE id = $1"};

bool use_return(db::Transaction& transaction, base::PersonId person, base::OfferId offer,
                base::EnrolmentId id) {
    if (transaction.run(use_seat_return, {person.value, offer.value, id.value}) == 0) return false;
    transaction.run(set_returned, {id.value});
    return true;
}

constexpr db::Query void_replacement{"enrolments.void_replacement", R"sql(
    UPDATE replacements SET state = 'void' WHERE enrolment_id = $1 AND state = 'open'
)sql"};
constexpr db::Query insert_replacement{"enrolments.insert_replacement", R"sql(
    INSERT INTO replacements (enrolment_id, colleague_id, proposed_by, proposed_at)
    VALUES ($1, $2, $3, $4) RETURNING id
)sql"};

std::int64_t put_replacement(db::Transaction& transaction, const Replacement& replacement,
                             base::Time now) {
    std::int64_t id = 0;
    transaction.run(void_replacement, {replacement.enrolment.value});
    transaction.run(insert_replacement,
                    {replacement.enrolment.value, replacement.colleague.value,
                     replacement.proposed_by.value, base::to_epoch(now)},
                    [&](const db::Row& row) { id = row.integer(0); });
    return id;
}

constexpr db::Query select_replacement{"enrolments.find_replacement", R"sql(
    SELECT id, enrolment_id, colleague_id, proposed_by, state FROM replacements WHERE id = $1
)sql"};

std::optional<Replacement> find_replacement(db::Transaction& transaction, std::int64_t id) {
    std::optional<Replacement> found;
    transaction.run(select_replacement, {id}, [&](const db::Row& row) {
        found = {row.integer(0),
                 {row.integer(1)},
                 {row.integer(2)},
                 {row.integer(3)},
                 row.text(4) == "open"};
    });
    return found;
}

constexpr db::Query update_replacement{"enrolments.close_replacement",
                                       "UPDATE replacements SET state = $2 WHERE id = $1"};

void close_replacement(db::Transaction& transaction, std::int64_t id, std::string_view state) {
    transaction.run(update_replacement, {id, state});
}

constexpr db::Query select_to_do{"enrolments.to_do", R"sql(
    SELECT session_id, count(CASE WHEN state = 'applied' THEN 1 END),
           count(CASE WHEN state = 'applied' AND NOT EXISTS (
                           SELECT 1 FROM grades g WHERE g.enrolment_id = enrolments.id) THEN 1 END),
           count(CASE WHEN prerequisite = 'declared' THEN 1 END),
           count(CASE WHEN state = 'offered' THEN 1 END)
    FROM enrolments
    WHERE session_id IN (SELECT value FROM json_each(CAST($1 AS text))) AND)sql" HOLDS R"sql(
    GROUP BY session_id
)sql"};

std::map<base::SessionId, sessions::ToDo> to_do(db::Transaction& transaction,
                                                std::string_view json_session_ids) {
    std::map<base::SessionId, sessions::ToDo> found;
    transaction.run(select_to_do, {json_session_ids}, [&](const db::Row& row) {
        const auto number = [&](int column) { return static_cast<int>(row.integer(column)); };
        found[{row.integer(0)}] = {.to_grade = number(2),
                                   .applications = number(1),
                                   .to_check = number(3),
                                   .offered = number(4)};
    });
    return found;
}

constexpr db::Query count_rows{"enrolments.row_counts", R"sql(
    SELECT session_id, state, pool, count(*) FROM enrolments WHERE)sql" HOLDS R"sql(
    GROUP BY session_id, state, pool ORDER BY session_id
)sql"};

std::vector<RowCount> row_counts(db::Transaction& transaction) {
    std::vector<RowCount> found;
    transaction.run(count_rows, {}, [&](const db::Row& row) {
        found.push_back({{row.integer(0)},
                         state_of(row.text(1)),
                         std::string{row.text(2)},
                         static_cast<int>(row.integer(3))});
    });
    return found;
}

namespace {

std::vector<Odd> odd(db::Transaction& transaction, const db::Query& query,
                     std::initializer_list<db::Value> values = {}) {
    std::vector<Odd> found;
    transaction.run(query, values, [&](const db::Row& row) {
        found.push_back({{row.integer(0)}, row.integer(1)});
    });
    return found;
}

}  // namespace

constexpr db::Query select_held_twice{"enrolments.held_twice", R"sql(
    SELECT session_id, max(id) FROM enrolments WHERE)sql" HOLDS R"sql(
    GROUP BY session_id, person_id HAVING count(*) > 1
)sql"};

std::vector<Odd> held_twice(db::Transaction& transaction) {
    return odd(transaction, select_held_twice);
}

constexpr db::Query select_ended_offers{"enrolments.offers_that_ended", R"sql(
    SELECT session_id, id FROM enrolments WHERE state = 'offered' AND answer_by < $1
)sql"};

std::vector<Odd> offers_that_ended(db::Transaction& transaction, base::Time before) {
    return odd(transaction, select_ended_offers, {base::to_epoch(before)});
}

// Two who were ranked by one selection are in the order of their ranks.
constexpr db::Query select_overtaken{"enrolments.overtaken_without_reason", R"sql(
    SELECT DISTINCT w.session_id, w.id
    FROM enrolments w
    JOIN enrolments s ON s.session_id = w.session_id AND s.state IN ('seated', 'offered')
                     AND s.id > w.id
    WHERE w.state = 'waiting'
      AND NOT (w.rank > 0 AND s.rank > 0 AND s.rank < w.rank)
      AND NOT EXISTS (SELECT 1 FROM overtakings o WHERE o.passed_id = w.id AND o.by_id = s.id)
)sql"};

std::vector<Odd> overtaken_without_reason(db::Transaction& transaction) {
    return odd(transaction, select_overtaken);
}

// A seat that was offered was asked for on the list, or in a selection; a person who was
// transferred or replaced has left a row behind that holds.
constexpr db::Query select_lost{"enrolments.lost_places", R"sql(
    SELECT e.session_id, e.id FROM enrolments e
    WHERE (e.state = 'offered' AND e.place = 0)
       OR (e.state = 'seated' AND e.given_at IS NULL)
       OR (e.state = 'replaced' AND NOT EXISTS (
               SELECT 1 FROM replacements r JOIN enrolments n
                   ON n.session_id = e.session_id AND n.person_id = r.colleague_id
               WHERE r.enrolment_id = e.id AND r.state = 'accepted'))
)sql"};

std::vector<Odd> lost_places(db::Transaction& transaction) {
    return odd(transaction, select_lost);
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
