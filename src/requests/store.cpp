// SPDX-License-Identifier: EUPL-1.2
#include "requests/store.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "requests/columns.hpp"

namespace requests::store {

Request request_from(const db::Row& row) {
    const auto text = [&](int column) { return std::string{row.text(column)}; };
    return {.id = {row.integer(0)},
            .person = {row.integer(1)},
            .offer = {row.integer(2)},
            .session = id_at<base::SessionId>(row, 3),
            .organisation = {row.integer(4)},
            .circuit = id_at<base::CircuitId>(row, 5),
            .state = state_named(row.text(6)).value(),
            .step = static_cast<int>(row.integer(7)),
            .decider = decider_named(row.text(8)).value_or(Decider::supervisor),
            .decider_id = id_at<base::PersonId>(row, 9),
            .escalated = row.boolean(10),
            .due_at = time_at(row, 11),
            .answers = {.regime = text(12),
                        .nature = text(13),
                        .prerequisite = text(14),
                        .expertise = text(15),
                        .motivation = text(16),
                        .observatoire = text(17),
                        .accommodation = text(18)},
            .price_cents = row.optional_integer(26),
            .created_at = base::from_epoch(row.integer(19)),
            .submitted_at = time_at(row, 20),
            .changed_at = base::from_epoch(row.integer(21)),
            .decided_at = time_at(row, 22),
            .deferred_until = date_at(row, 23),
            .outcome = text(24),
            .revision = row.integer(25)};
}

namespace {

std::vector<Request> list_of(db::Transaction& transaction, const db::Query& query,
                             std::initializer_list<db::Value> values) {
    std::vector<Request> found;
    transaction.run(query, values, [&](const db::Row& row) { found.push_back(request_from(row)); });
    return found;
}

std::optional<Request> first(std::vector<Request> found) {
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::string_view decider_column(const Request& request) {
    return request.step == 0 ? std::string_view{} : name_of(request.decider);
}

}  // namespace

constexpr db::Query insert_request{"requests.insert", R"sql(
    INSERT INTO requests (person_id, offer_id, session_id, organisation_id, state, regime, nature,
                          prerequisite, expertise, motivation, observatoire, accommodation,
                          created_at, changed_at)
    VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $11, $12, $12)
    ON CONFLICT DO NOTHING RETURNING id
)sql"};

std::optional<base::RequestId> insert(db::Transaction& transaction, const Request& r) {
    std::optional<base::RequestId> id;
    const Answers& a = r.answers;
    transaction.run(insert_request,
                    {r.person.value, r.offer.value, value_of(r.session), r.organisation.value,
                     a.regime, a.nature, a.prerequisite, a.expertise, a.motivation, a.observatoire,
                     a.accommodation, base::to_epoch(r.created_at)},
                    [&](const db::Row& row) { id = base::RequestId{row.integer(0)}; });
    return id;
}

constexpr db::Query select_request{"requests.find", "SELECT " REQUEST_COLUMNS R"sql(
    FROM requests r WHERE r.id = $1
)sql"};

std::optional<Request> find(db::Transaction& transaction, base::RequestId id) {
    return first(list_of(transaction, select_request, {id.value}));
}

constexpr db::Query select_present{"requests.present", "SELECT " REQUEST_COLUMNS R"sql(
    FROM requests r
    WHERE r.person_id = $1 AND r.offer_id = $2 AND r.state IN ('draft', 'to_decide')
)sql"};

std::optional<Request> find_present(db::Transaction& transaction, base::PersonId person,
                                    base::OfferId offer) {
    return first(list_of(transaction, select_present, {person.value, offer.value}));
}

constexpr db::Query select_of_person{"requests.of_person", "SELECT " REQUEST_COLUMNS R"sql(
    FROM requests r WHERE r.person_id = $1 ORDER BY r.id DESC
)sql"};

std::vector<Request> of_person(db::Transaction& transaction, base::PersonId person) {
    return list_of(transaction, select_of_person, {person.value});
}

constexpr db::Query select_approved{"requests.approved", "SELECT " REQUEST_COLUMNS R"sql(
    FROM requests r WHERE r.person_id = $1 AND r.offer_id = $2 AND r.state = 'approved'
)sql"};

std::vector<Request> approved(db::Transaction& transaction, base::PersonId person,
                              base::OfferId offer) {
    return list_of(transaction, select_approved, {person.value, offer.value});
}

// The row first: whoever decides, withdraws or lets time pass takes this lock before any other.
constexpr db::Query lock_request{"requests.lock", R"sql(
    UPDATE requests SET revision = revision + 1 WHERE id = $1
    RETURNING )sql" REQUEST_COLUMNS_OF("") R"sql(,
        CASE WHEN EXISTS (SELECT 1 FROM delegations d
                          WHERE d.supervisor_id = decider_id AND d.delegate_id = $2
                            AND d.from_day <= $3 AND d.until_day >= $3 AND d.ended_at IS NULL)
             THEN 1 ELSE 0 END
)sql"};

std::optional<Locked> lock(db::Transaction& transaction, base::RequestId id,
                           std::optional<base::PersonId> reader, base::Date today) {
    std::optional<Locked> found;
    transaction.run(lock_request, {id.value, value_of(reader), day_number(today)},
                    [&](const db::Row& row) {
                        found = Locked{request_from(row), row.boolean(request_columns)};
                    });
    return found;
}

constexpr db::Query update_request{"requests.update", R"sql(
    UPDATE requests
    SET session_id = $2, circuit_id = $3, state = $4, step = $5, decider = $6, decider_id = $7,
        escalated = $8, due_at = $9, regime = $10, nature = $11, prerequisite = $12,
        expertise = $13, motivation = $14, observatoire = $15, accommodation = $16,
        submitted_at = $17, changed_at = $18, decided_at = $19, deferred_until = $20,
        outcome = $21, organisation_id = $22, price_cents = $23
    WHERE id = $1
)sql"};

void update(db::Transaction& transaction, const Request& r) {
    const Answers& a = r.answers;
    transaction.run_later(update_request, {r.id.value,
                                           value_of(r.session),
                                           value_of(r.circuit),
                                           name_of(r.state),
                                           r.step,
                                           decider_column(r),
                                           value_of(r.decider_id),
                                           r.escalated,
                                           epoch_of(r.due_at),
                                           a.regime,
                                           a.nature,
                                           a.prerequisite,
                                           a.expertise,
                                           a.motivation,
                                           a.observatoire,
                                           a.accommodation,
                                           epoch_of(r.submitted_at),
                                           base::to_epoch(r.changed_at),
                                           epoch_of(r.decided_at),
                                           day_of(r.deferred_until),
                                           r.outcome,
                                           r.organisation.value,
                                           r.price_cents});
}

constexpr db::Query select_delegate{"requests.is_delegate", R"sql(
    SELECT 1 FROM delegations
    WHERE supervisor_id = $1 AND delegate_id = $2 AND from_day <= $3 AND until_day >= $3
      AND ended_at IS NULL LIMIT 1
)sql"};

bool is_delegate(db::Transaction& transaction, base::PersonId supervisor, base::PersonId delegate,
                 base::Date day) {
    return transaction.run(select_delegate, {supervisor.value, delegate.value, day_number(day)}) >
           0;
}

constexpr db::Query lock_waiting{"requests.lock_waiting_for_supervisor", R"sql(
    UPDATE requests SET revision = revision + 1
    WHERE person_id = $1 AND state = 'to_decide' AND decider = 'supervisor'
    RETURNING )sql" REQUEST_COLUMNS_OF("")};

std::vector<Request> lock_waiting_for_supervisor(db::Transaction& transaction,
                                                 base::PersonId agent) {
    return list_of(transaction, lock_waiting, {agent.value});
}

constexpr db::Query select_refused{"requests.refused_on", R"sql(
    SELECT decided_at FROM requests
    WHERE person_id = $1 AND state = 'refused' AND regime = 'cpf' AND nature = $2
    ORDER BY decided_at
)sql"};

std::vector<base::Date> refused_on(db::Transaction& transaction, base::PersonId person,
                                   std::string_view nature) {
    std::vector<base::Date> days;
    transaction.run(select_refused, {person.value, nature}, [&](const db::Row& row) {
        days.push_back(std::chrono::floor<std::chrono::days>(base::from_epoch(row.integer(0))));
    });
    return days;
}

constexpr db::Query clear_accommodation{"requests.forget_accommodation", R"sql(
    UPDATE requests SET accommodation = '' WHERE id = $1 AND accommodation <> ''
)sql"};

void forget_accommodation(db::Transaction& transaction, base::RequestId id) {
    transaction.run(clear_accommodation, {id.value});
}

// -- the list of the training office, by pages. What waits is read by its deadline, the rest from
// the latest change.
#define LISTED                                                                                    \
    " FROM requests r WHERE r.organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))" \
    " AND (CAST($2 AS text) = '' OR r.regime = $2)"                                               \
    " AND (CAST($3 AS bigint) = 0 OR r.offer_id = $3)"

constexpr db::Query select_waiting{"requests.list_waiting", "SELECT " REQUEST_COLUMNS LISTED R"sql(
      AND r.state = 'to_decide' AND (CAST($4 AS text) = '' OR r.decider = $4)
      AND r.due_at < $5 AND (r.due_at > $6 OR (r.due_at = $6 AND r.id > $7))
    ORDER BY r.due_at, r.id LIMIT $8
)sql"};

constexpr db::Query select_decided{"requests.list_decided", "SELECT " REQUEST_COLUMNS LISTED R"sql(
      AND r.state IN ('approved', 'refused', 'deferred')
      AND (r.decided_at < $4 OR (r.decided_at = $4 AND r.id < $5))
    ORDER BY r.decided_at DESC, r.id DESC LIMIT $6
)sql"};

std::vector<Request> list(db::Transaction& transaction, const ListQuery& query, base::Time now) {
    const std::string organisations = db::json_ids(query.organisations);
    const std::int64_t offer = query.offer ? query.offer->value : 0;
    if (query.waits == Waits::decided) {
        const auto [at, id] = query.after.value_or(std::pair{INT64_MAX, base::RequestId{}});
        return list_of(transaction, select_decided,
                       {organisations, query.regime, offer, at, id.value, query.limit});
    }
    const std::string_view decider = query.waits == Waits::for_office       ? "training_office"
                                     : query.waits == Waits::for_supervisor ? "supervisor"
                                                                            : "";
    const std::int64_t before = query.waits == Waits::overdue ? base::to_epoch(now) : INT64_MAX;
    const auto [at, id] = query.after.value_or(std::pair{std::int64_t{-1}, base::RequestId{}});
    return list_of(
        transaction, select_waiting,
        {organisations, query.regime, offer, decider, before, at, id.value, query.limit});
}

constexpr db::Query count_all{"requests.count", R"sql(
    SELECT coalesce(sum(CASE WHEN r.state = 'to_decide' AND r.decider = 'training_office'
                             THEN 1 ELSE 0 END), 0),
           coalesce(sum(CASE WHEN r.state = 'to_decide' AND r.decider = 'supervisor'
                             THEN 1 ELSE 0 END), 0),
           coalesce(sum(CASE WHEN r.state = 'to_decide' AND r.due_at < $4 THEN 1 ELSE 0 END), 0),
           coalesce(sum(CASE WHEN r.state IN ('approved', 'refused', 'deferred')
                             THEN 1 ELSE 0 END), 0)
)sql" LISTED};

std::map<Waits, int> count(db::Transaction& transaction, const ListQuery& query, base::Time now) {
    std::map<Waits, int> counts;
    transaction.run(count_all,
                    {db::json_ids(query.organisations), query.regime,
                     query.offer ? query.offer->value : 0, base::to_epoch(now)},
                    [&](const db::Row& row) {
                        const auto number = [&](int column) {
                            return static_cast<int>(row.integer(column));
                        };
                        counts = {{Waits::for_office, number(0)},
                                  {Waits::for_supervisor, number(1)},
                                  {Waits::overdue, number(2)},
                                  {Waits::decided, number(3)}};
                    });
    return counts;
}

constexpr db::Query select_accommodations{"requests.accommodations", R"sql(
    SELECT person_id, accommodation FROM requests
    WHERE session_id = $1 AND state = 'approved' AND accommodation <> '' ORDER BY id
)sql"};

std::vector<std::pair<base::PersonId, std::string>> accommodations(db::Transaction& transaction,
                                                                   base::SessionId session) {
    std::vector<std::pair<base::PersonId, std::string>> found;
    transaction.run(select_accommodations, {session.value}, [&](const db::Row& row) {
        found.emplace_back(base::PersonId{row.integer(0)}, std::string{row.text(1)});
    });
    return found;
}

// -- answers to the steps

constexpr db::Query insert_answer{"requests.insert_decision", R"sql(
    INSERT INTO request_decisions (request_id, step, verdict, decided_by, decided_as, reason,
                                   joint_opinion_on, decided_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
)sql"};

// One answer a step: who gives it has locked the request and seen that the step waits.
void insert(db::Transaction& transaction, const Answered& a) {
    transaction.run_later(
        insert_answer, {a.request.value, a.step, name_of(a.verdict), value_of(a.by), a.as, a.reason,
                        day_of(a.joint_opinion_on), base::to_epoch(a.at)});
}

constexpr db::Query select_answers{"requests.decisions_of", R"sql(
    SELECT request_id, step, verdict, decided_by, decided_as, reason, joint_opinion_on, decided_at
    FROM request_decisions WHERE request_id = $1 ORDER BY step
)sql"};

std::vector<Answered> answers_of(db::Transaction& transaction, base::RequestId id) {
    std::vector<Answered> found;
    transaction.run(select_answers, {id.value}, [&](const db::Row& row) {
        found.push_back({.request = {row.integer(0)},
                         .step = static_cast<int>(row.integer(1)),
                         .verdict = verdict_named(row.text(2)).value(),
                         .by = id_at<base::PersonId>(row, 3),
                         .as = std::string{row.text(4)},
                         .reason = std::string{row.text(5)},
                         .joint_opinion_on = date_at(row, 6),
                         .at = base::from_epoch(row.integer(7))});
    });
    return found;
}

// -- the reasons of a silence

constexpr db::Query select_reasons{"requests.reasons_of", R"sql(
    SELECT asked_at, answered_at FROM reason_requests WHERE request_id = $1
)sql"};

ReasonsAsked reasons_of(db::Transaction& transaction, base::RequestId id) {
    ReasonsAsked found;
    transaction.run(select_reasons, {id.value},
                    [&](const db::Row& row) { found = {time_at(row, 0), time_at(row, 1)}; });
    return found;
}

constexpr db::Query insert_reasons{"requests.ask_reasons", R"sql(
    INSERT INTO reason_requests (request_id, asked_at) VALUES ($1, $2)
)sql"};

void ask_reasons(db::Transaction& transaction, base::RequestId id, base::Time now) {
    transaction.run_later(insert_reasons, {id.value, base::to_epoch(now)});
}

constexpr db::Query answer_reasons{"requests.give_reasons", R"sql(
    UPDATE reason_requests SET answered_at = $2, answered_by = $3 WHERE request_id = $1
)sql"};
constexpr db::Query write_reasons{"requests.write_reasons", R"sql(
    UPDATE request_decisions SET reason = $2
    WHERE request_id = $1 AND decided_as = 'program' AND verdict = 'unfavourable'
)sql"};

void give_reasons(db::Transaction& transaction, base::RequestId id, base::PersonId by,
                  std::string_view reasons, base::Time now) {
    transaction.run_later(answer_reasons, {id.value, base::to_epoch(now), by.value});
    transaction.run_later(write_reasons, {id.value, reasons});
}

constexpr db::Query select_offers{"requests.offers_asked", R"sql(
    SELECT DISTINCT offer_id FROM requests
    WHERE organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
      AND state IN ('to_decide', 'approved', 'refused', 'deferred')
    ORDER BY offer_id LIMIT 1000
)sql"};

std::vector<base::OfferId> offers_asked(db::Transaction& transaction,
                                        const std::vector<base::OrganisationId>& organisations) {
    std::vector<base::OfferId> found;
    transaction.run(select_offers, {db::json_ids(organisations)},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

// -- links in letters

constexpr db::Query insert_link{"requests.insert_link", R"sql(
    INSERT INTO request_links (token_hash, request_id, step, person_id, expires_at)
    VALUES ($1, $2, $3, $4, $5)
)sql"};

void insert(db::Transaction& transaction, std::string_view token_hash, const Link& link) {
    transaction.run_later(insert_link, {token_hash, link.request.value, link.step,
                                        link.person.value, base::to_epoch(link.expires_at)});
}

constexpr db::Query select_link{"requests.find_link", R"sql(
    SELECT request_id, step, person_id, expires_at FROM request_links
    WHERE token_hash = $1 AND expires_at > $2
)sql"};

std::optional<Link> find_link(db::Transaction& transaction, std::string_view token_hash,
                              base::Time now) {
    std::optional<Link> found;
    transaction.run(select_link, {token_hash, base::to_epoch(now)}, [&](const db::Row& row) {
        found = Link{{row.integer(0)},
                     static_cast<int>(row.integer(1)),
                     {row.integer(2)},
                     base::from_epoch(row.integer(3))};
    });
    return found;
}

constexpr db::Query delete_links{"requests.remove_links", R"sql(
    DELETE FROM request_links WHERE request_id = $1
)sql"};

void remove_links(db::Transaction& transaction, base::RequestId id) {
    transaction.run(delete_links, {id.value});
}

}  // namespace requests::store
