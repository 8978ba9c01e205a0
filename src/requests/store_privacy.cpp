// SPDX-License-Identifier: EUPL-1.2
// What is told, emptied and removed for the sake of somebody's privacy.
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "requests/columns.hpp"
#include "requests/store.hpp"

namespace requests::store {

constexpr db::Query select_answers_by{"requests.decisions_by", R"sql(
    SELECT verdict, decided_at FROM request_decisions WHERE decided_by = $1 ORDER BY id
)sql"};

std::vector<std::pair<std::string, base::Time>> answers_by(db::Transaction& transaction,
                                                           base::PersonId person) {
    std::vector<std::pair<std::string, base::Time>> found;
    transaction.run(select_answers_by, {person.value}, [&](const db::Row& row) {
        found.emplace_back(row.text(0), base::from_epoch(row.integer(1)));
    });
    return found;
}

// '-' where a refusal must have a reason: the constraint stays.
#define EMPTY_REASONS                                                           \
    "UPDATE request_decisions SET reason = CASE WHEN verdict = 'unfavourable' " \
    "AND decided_as <> 'program' THEN '-' ELSE '' END WHERE reason NOT IN ('', '-') AND "

constexpr db::Query empty_reasons_of{"requests.empty_reasons_of", EMPTY_REASONS R"sql(
    request_id IN (SELECT id FROM requests WHERE person_id = $1)
)sql"};
constexpr db::Query empty_requests_of{"requests.empty_texts_of", R"sql(
    UPDATE requests SET motivation = '', observatoire = '', accommodation = ''
    WHERE person_id = $1 AND (motivation <> '' OR observatoire <> '' OR accommodation <> '')
)sql"};

int empty_texts_of(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(empty_reasons_of, {person.value}) +
           transaction.run(empty_requests_of, {person.value});
}

// Whom they supervised, and who supervised them. ".invalid" is nobody's (RFC 6761, section 6.4).
constexpr db::Query end_supervisions{"requests.end_supervisions_of", R"sql(
    UPDATE supervisions
    SET state = 'replaced', changed_at = $2,
        supervisor_email = CASE WHEN supervisor_id = $1 THEN 'efface@campus.invalid'
                                ELSE supervisor_email END
    WHERE (person_id = $1 OR supervisor_id = $1)
      AND (state IN ('declared', 'to_accept', 'confirmed')
           OR (supervisor_id = $1 AND supervisor_email <> 'efface@campus.invalid'))
)sql"};

int end_supervisions_of(db::Transaction& transaction, base::PersonId person, base::Time now) {
    return transaction.run(end_supervisions, {person.value, base::to_epoch(now)});
}

constexpr db::Query end_delegations{"requests.end_delegations_of", R"sql(
    UPDATE delegations SET ended_at = $2
    WHERE (supervisor_id = $1 OR delegate_id = $1) AND ended_at IS NULL
)sql"};

int end_delegations_of(db::Transaction& transaction, base::PersonId person, base::Time now) {
    return transaction.run(end_delegations, {person.value, base::to_epoch(now)});
}

namespace {

std::vector<base::RequestId> ids(db::Transaction& transaction, const db::Query& query,
                                 base::Time before, int most) {
    std::vector<base::RequestId> found;
    transaction.run(query, {base::to_epoch(before), most},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

}  // namespace

constexpr db::Query select_old_drafts{"requests.old_drafts", R"sql(
    SELECT id FROM requests WHERE state = 'draft' AND changed_at < $1 ORDER BY changed_at LIMIT $2
)sql"};
constexpr db::Query delete_drafts{"requests.delete_drafts", R"sql(
    DELETE FROM requests
    WHERE id IN (SELECT value FROM json_each(CAST($1 AS text))) AND state = 'draft'
)sql"};

int retain_drafts(db::Transaction& transaction, base::Time before, int most, bool real) {
    const auto old = ids(transaction, select_old_drafts, before, most);
    return real && !old.empty() ? transaction.run(delete_drafts, {db::json_ids(old)})
                                : static_cast<int>(old.size());
}

// Of requests that are over; the reasons of their decisions too.
constexpr db::Query select_old_texts{"requests.old_texts", R"sql(
    SELECT id FROM requests r
    WHERE state IN ('approved', 'refused', 'deferred', 'withdrawn') AND changed_at < $1
      AND (motivation <> '' OR observatoire <> '' OR accommodation <> ''
           OR EXISTS (SELECT 1 FROM request_decisions d
                      WHERE d.request_id = r.id AND d.reason NOT IN ('', '-')))
    ORDER BY changed_at LIMIT $2
)sql"};
constexpr db::Query empty_old_texts{"requests.empty_old_texts", R"sql(
    UPDATE requests SET motivation = '', observatoire = '', accommodation = ''
    WHERE id IN (SELECT value FROM json_each(CAST($1 AS text)))
)sql"};
constexpr db::Query empty_old_reasons{"requests.empty_old_reasons", EMPTY_REASONS R"sql(
    request_id IN (SELECT value FROM json_each(CAST($1 AS text)))
)sql"};

int retain_texts(db::Transaction& transaction, base::Time before, int most, bool real) {
    const auto old = ids(transaction, select_old_texts, before, most);
    if (real && !old.empty()) {
        const std::string list = db::json_ids(old);
        transaction.run(empty_old_texts, {list});
        transaction.run(empty_old_reasons, {list});
    }
    return static_cast<int>(old.size());
}

}  // namespace requests::store
