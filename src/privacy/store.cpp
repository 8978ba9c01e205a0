// SPDX-License-Identifier: EUPL-1.2
#include "privacy/store.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"

#include <stdexcept>

namespace privacy::store {
namespace {

ErasureState state_from(std::string_view word) {
    for (const ErasureState state :
         {ErasureState::asked, ErasureState::done, ErasureState::refused, ErasureState::withdrawn})
        if (name_of(state) == word) return state;
    throw std::logic_error("an erasure request in an unknown state");
}

ErasureRequest request_from(const db::Row& row) {
    ErasureRequest request{.id = row.integer(0),
                           .person = {row.integer(1)},
                           .organisation = {},
                           .state = state_from(row.text(3)),
                           .asked_at = base::from_epoch(row.integer(4)),
                           .decided_at = {},
                           .decided_by = {},
                           .reason = std::string{row.text(7)}};
    if (const auto organisation = row.optional_integer(2))
        request.organisation = base::OrganisationId{*organisation};
    if (const auto at = row.optional_integer(5)) request.decided_at = base::from_epoch(*at);
    if (const auto by = row.optional_integer(6)) request.decided_by = base::PersonId{*by};
    return request;
}

}  // namespace

constexpr db::Query insert_request{"privacy.insert", R"sql(
    INSERT INTO erasure_requests (person_id, organisation_id, state, asked_at)
    VALUES ($1, $2, 'asked', $3)
    ON CONFLICT DO NOTHING
)sql"};

bool insert(db::Transaction& transaction, base::PersonId person,
            std::optional<base::OrganisationId> organisation, base::Time now) {
    const auto where = organisation ? std::optional{organisation->value} : std::nullopt;
    return transaction.run(insert_request, {person.value, where, base::to_epoch(now)}) > 0;
}

constexpr db::Query select_request{"privacy.find", R"sql(
    SELECT id, person_id, organisation_id, state, asked_at, decided_at, decided_by, reason
    FROM erasure_requests WHERE id = $1
)sql"};

std::optional<ErasureRequest> find(db::Transaction& transaction, std::int64_t id) {
    std::optional<ErasureRequest> found;
    transaction.run(select_request, {id}, [&](const db::Row& row) { found = request_from(row); });
    return found;
}

constexpr db::Query select_of_person{"privacy.of_person", R"sql(
    SELECT id, person_id, organisation_id, state, asked_at, decided_at, decided_by, reason
    FROM erasure_requests WHERE person_id = $1 ORDER BY id DESC
)sql"};

std::vector<ErasureRequest> all_of(db::Transaction& transaction, base::PersonId person) {
    std::vector<ErasureRequest> found;
    transaction.run(select_of_person, {person.value},
                    [&](const db::Row& row) { found.push_back(request_from(row)); });
    return found;
}

std::optional<ErasureRequest> last_of(db::Transaction& transaction, base::PersonId person) {
    auto all = all_of(transaction, person);
    return all.empty() ? std::nullopt : std::optional{std::move(all.front())};
}

constexpr db::Query select_list{"privacy.list", R"sql(
    SELECT id, person_id, organisation_id, state, asked_at, decided_at, decided_by, reason
    FROM erasure_requests
    WHERE CAST($1 AS bigint) = 1
       OR organisation_id IN (SELECT value FROM json_each(CAST($2 AS text)))
    ORDER BY CASE WHEN state = 'asked' THEN 0 ELSE 1 END,
             CASE WHEN state = 'asked' THEN asked_at ELSE -decided_at END, id
    LIMIT $3
)sql"};

std::vector<ErasureRequest> list(db::Transaction& transaction, const audit::Sight& sight,
                                 int most) {
    std::vector<ErasureRequest> found;
    const std::string organisations = db::json_ids(sight.organisations);
    transaction.run(select_list, {sight.everything, organisations, most},
                    [&](const db::Row& row) { found.push_back(request_from(row)); });
    return found;
}

constexpr db::Query decide_request{"privacy.decide", R"sql(
    UPDATE erasure_requests SET state = $2, decided_by = $3, reason = $4, decided_at = $5
    WHERE id = $1 AND state = 'asked'
)sql"};

bool decide(db::Transaction& transaction, std::int64_t id, ErasureState state,
            std::optional<base::PersonId> by, std::string_view reason, base::Time now) {
    const auto who = by ? std::optional{by->value} : std::nullopt;
    return transaction.run(decide_request, {id, name_of(state), who, reason, base::to_epoch(now)}) >
           0;
}

// Both choose by the same words.
constexpr db::Query count_old{"privacy.count_decided", R"sql(
    SELECT count(*) FROM (
        SELECT id FROM erasure_requests WHERE state <> 'asked' AND decided_at < $1
        ORDER BY decided_at LIMIT $2) AS oldest
)sql"};
constexpr db::Query remove_old{"privacy.remove_decided", R"sql(
    DELETE FROM erasure_requests WHERE id IN (
        SELECT id FROM erasure_requests WHERE state <> 'asked' AND decided_at < $1
        ORDER BY decided_at LIMIT $2)
)sql"};

int count_decided(db::Transaction& transaction, base::Time before, int most) {
    int count = 0;
    transaction.run(count_old, {base::to_epoch(before), most},
                    [&](const db::Row& row) { count = static_cast<int>(row.integer(0)); });
    return count;
}

int remove_decided(db::Transaction& transaction, base::Time before, int most) {
    return transaction.run(remove_old, {base::to_epoch(before), most});
}

}  // namespace privacy::store
