// SPDX-License-Identifier: EUPL-1.2
// The part of the store that personal data needs (privacy.cpp).
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "enrolments/store.hpp"

namespace enrolments::store {

constexpr db::Query delete_feed_row{"enrolments.delete_feed", R"sql(
    DELETE FROM calendar_feeds WHERE person_id = $1
)sql"};

int delete_feed(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(delete_feed_row, {person.value});
}

constexpr db::Query select_own_texts{"enrolments.texts_of", R"sql(
    SELECT id, motivation FROM enrolments WHERE person_id = $1 AND motivation <> ''
)sql"};

std::map<base::EnrolmentId, std::string> motivations_of(db::Transaction& transaction,
                                                        base::PersonId person) {
    std::map<base::EnrolmentId, std::string> found;
    transaction.run(select_own_texts, {person.value}, [&](const db::Row& row) {
        found.emplace(base::EnrolmentId{row.integer(0)}, row.text(1));
    });
    return found;
}

constexpr db::Query select_own_grades{"enrolments.grades_of", R"sql(
    SELECT g.enrolment_id, g.criterion, g.points, g.graded_at
    FROM grades g JOIN enrolments e ON e.id = g.enrolment_id
    WHERE e.person_id = $1 ORDER BY g.enrolment_id, g.criterion, g.graded_at
)sql"};

std::vector<OwnGrade> grades_of(db::Transaction& transaction, base::PersonId person) {
    std::vector<OwnGrade> found;
    transaction.run(select_own_grades, {person.value}, [&](const db::Row& row) {
        found.push_back({{row.integer(0)},
                         static_cast<int>(row.integer(1)),
                         static_cast<int>(row.integer(2)),
                         base::from_epoch(row.integer(3))});
    });
    return found;
}

constexpr db::Query select_own_replacements{"enrolments.replacements_of", R"sql(
    SELECT state, proposed_at FROM replacements
    WHERE colleague_id = $1 OR proposed_by = $1 ORDER BY id
)sql"};

std::vector<std::pair<std::string, base::Time>> replacements_of(db::Transaction& transaction,
                                                                base::PersonId person) {
    std::vector<std::pair<std::string, base::Time>> found;
    transaction.run(select_own_replacements, {person.value}, [&](const db::Row& row) {
        found.emplace_back(row.text(0), base::from_epoch(row.integer(1)));
    });
    return found;
}

// What of the rows `ids` could be read: the score stays, it is what the order was made of.
#define EMPTY_TEXTS(ids)                                                   \
    "UPDATE enrolments SET motivation = '', reason = '' WHERE id IN (" ids \
    ") "                                                                   \
    "AND (motivation <> '' OR reason <> '')"
#define DELETE_GRADES(ids) "DELETE FROM grades WHERE enrolment_id IN (" ids ")"
#define OWN "SELECT id FROM enrolments WHERE person_id = $1"
#define LISTED "SELECT value FROM json_each(CAST($1 AS text))"
constexpr db::Query empty_own_texts{"enrolments.empty_texts_of", EMPTY_TEXTS(OWN)};
constexpr db::Query delete_own_grades{"enrolments.delete_grades_of", DELETE_GRADES(OWN)};
constexpr db::Query empty_listed_texts{"enrolments.empty_texts", EMPTY_TEXTS(LISTED)};
constexpr db::Query delete_listed_grades{"enrolments.delete_grades", DELETE_GRADES(LISTED)};
#undef EMPTY_TEXTS
#undef DELETE_GRADES
#undef OWN
#undef LISTED

int empty_texts_of(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(empty_own_texts, {person.value});
}
int delete_grades_of(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(delete_own_grades, {person.value});
}

// Of enrolments that hold nothing any more, or whose session is long over.
constexpr db::Query select_old_texts{"enrolments.old_texts", R"sql(
    SELECT id FROM enrolments e
    WHERE changed_at < $1
      AND (motivation <> '' OR reason <> ''
           OR EXISTS (SELECT 1 FROM grades g WHERE g.enrolment_id = e.id))
    ORDER BY changed_at, id LIMIT $2
)sql"};

int retain_texts(db::Transaction& transaction, base::Time before, int most, bool real) {
    std::vector<base::EnrolmentId> old;
    transaction.run(select_old_texts, {base::to_epoch(before), most},
                    [&](const db::Row& row) { old.push_back({row.integer(0)}); });
    if (real && !old.empty()) {
        const std::string list = db::json_ids(old);
        transaction.run(empty_listed_texts, {list});
        transaction.run(delete_listed_grades, {list});
    }
    return static_cast<int>(old.size());
}

#define OLD_REPLACEMENTS                                                      \
    "SELECT id FROM replacements WHERE state <> 'open' AND proposed_at < $1 " \
    "ORDER BY proposed_at, id LIMIT $2"
constexpr db::Query select_old_replacements{"enrolments.old_replacements", OLD_REPLACEMENTS};
constexpr db::Query delete_old_replacements{
    "enrolments.delete_replacements",
    "DELETE FROM replacements WHERE id IN (" OLD_REPLACEMENTS ")"};
#undef OLD_REPLACEMENTS

int retain_replacements(db::Transaction& transaction, base::Time before, int most, bool real) {
    return transaction.run(real ? delete_old_replacements : select_old_replacements,
                           {base::to_epoch(before), most});
}

}  // namespace enrolments::store
