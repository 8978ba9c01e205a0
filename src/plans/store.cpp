// SPDX-License-Identifier: EUPL-1.2
#include "plans/store.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"

#include <boost/json.hpp>

namespace plans::store {
namespace json = boost::json;
namespace {

std::int64_t day_number(base::Date day) {
    return day.time_since_epoch().count();
}

}  // namespace

// One row at least of a person with a plan; each further one a mark.
constexpr db::Query select_plan{"plans.find", R"sql(
    SELECT p.aim, p.trade, p.agreed, p.agreed_on, p.agreed_with, p.shared_with, p.shared_at,
           m.offer_id, m.mark, m.marked_at
    FROM plans p LEFT JOIN plan_marks m ON m.person_id = p.person_id
    WHERE p.person_id = $1
)sql"};

Chosen find(db::Transaction& transaction, base::PersonId person) {
    Chosen found;
    transaction.run(select_plan, {person.value}, [&](const db::Row& row) {
        found.aim = aim_named(row.text(0)).value();
        found.trade = row.text(1);
        if (!row.is_null(3)) {
            const std::string_view text = row.text(2);
            found.agreement = {.targets = json::value_to<frameworks::Targets>(
                                   json::parse(json::string_view(text.data(), text.size()))),
                               .on = base::Date{std::chrono::days{row.integer(3)}},
                               .with = std::string{row.text(4)}};
        }
        if (!row.is_null(5)) {
            found.shared_with = base::PersonId{row.integer(5)};
            found.shared_at = base::from_epoch(row.integer(6));
        }
        if (!row.is_null(7))
            found.marks[{row.integer(7)}] = {mark_named(row.text(8)).value(),
                                             base::from_epoch(row.integer(9))};
    });
    return found;
}

constexpr db::Query upsert_plan{"plans.lock", R"sql(
    INSERT INTO plans (person_id, changed_at) VALUES ($1, $2)
    ON CONFLICT (person_id) DO UPDATE SET changed_at = excluded.changed_at
)sql"};

void lock(db::Transaction& transaction, base::PersonId person, base::Time now) {
    transaction.run(upsert_plan, {person.value, base::to_epoch(now)});
}

// An agreement stays when something else is aimed at.
constexpr db::Query update_aim{"plans.set_aim", R"sql(
    UPDATE plans
    SET aim = $2, trade = CASE WHEN $3 = '' THEN trade ELSE $3 END,
        agreed = CASE WHEN $4 = '' THEN agreed ELSE $4 END,
        agreed_on = CASE WHEN $4 = '' THEN agreed_on ELSE CAST($5 AS bigint) END,
        agreed_with = CASE WHEN $4 = '' THEN agreed_with ELSE $6 END, changed_at = $7
    WHERE person_id = $1
)sql"};

void set_aim(db::Transaction& transaction, base::PersonId person, Aim aim, std::string_view trade,
             const std::optional<Agreement>& agreement, base::Time now) {
    const std::string targets =
        agreement ? json::serialize(json::value_from(agreement->targets)) : "";
    transaction.run(
        update_aim,
        {person.value, name_of(aim), trade, targets, agreement ? day_number(agreement->on) : 0,
         agreement ? std::string_view{agreement->with} : "", base::to_epoch(now)});
}

constexpr db::Query update_shared{"plans.set_shared", R"sql(
    UPDATE plans SET shared_with = $2, shared_at = $3, changed_at = $4 WHERE person_id = $1
)sql"};

void set_shared(db::Transaction& transaction, base::PersonId person,
                std::optional<base::PersonId> with, base::Time now) {
    transaction.run(update_shared,
                    {person.value, with ? db::Value{with->value} : db::Value{},
                     with ? db::Value{base::to_epoch(now)} : db::Value{}, base::to_epoch(now)});
}

constexpr db::Query upsert_mark{"plans.put_mark", R"sql(
    INSERT INTO plan_marks (person_id, offer_id, mark, marked_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT (person_id, offer_id) DO UPDATE
    SET mark = excluded.mark, marked_at = excluded.marked_at
)sql"};

void put_mark(db::Transaction& transaction, base::PersonId person, base::OfferId offer, Mark mark,
              base::Time now) {
    transaction.run(upsert_mark, {person.value, offer.value, name_of(mark), base::to_epoch(now)});
}

constexpr db::Query delete_mark{"plans.remove_mark",
                                "DELETE FROM plan_marks WHERE person_id = $1 AND offer_id = $2"};

void remove_mark(db::Transaction& transaction, base::PersonId person, base::OfferId offer) {
    transaction.run(delete_mark, {person.value, offer.value});
}

constexpr db::Query select_shared{"plans.shared", R"sql(
    SELECT person_id, shared_with FROM plans
    WHERE person_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
      AND shared_with IS NOT NULL
)sql"};

std::map<base::PersonId, base::PersonId> shared(db::Transaction& transaction,
                                                std::string_view json_person_ids) {
    std::map<base::PersonId, base::PersonId> found;
    transaction.run(select_shared, {json_person_ids}, [&](const db::Row& row) {
        found.emplace(base::PersonId{row.integer(0)}, base::PersonId{row.integer(1)});
    });
    return found;
}

constexpr db::Query delete_plan{"plans.remove", "DELETE FROM plans WHERE person_id = $1"};

int remove(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(delete_plan, {person.value});
}

constexpr db::Query update_sharing_ended{"plans.end_sharing", R"sql(
    UPDATE plans SET shared_with = NULL, shared_at = NULL, changed_at = $2
    WHERE person_id = $1 AND shared_with IS NOT NULL
)sql"};

void end_sharing(db::Transaction& transaction, base::PersonId person, base::Time now) {
    transaction.run(update_sharing_ended, {person.value, base::to_epoch(now)});
}

constexpr db::Query update_reader{"plans.forget_reader", R"sql(
    UPDATE plans SET shared_with = NULL, shared_at = NULL WHERE shared_with = $1
)sql"};

int forget_reader(db::Transaction& transaction, base::PersonId supervisor) {
    return transaction.run(update_reader, {supervisor.value});
}

constexpr db::Query select_unchanged{"plans.unchanged", R"sql(
    SELECT person_id FROM plans WHERE changed_at < $1 ORDER BY changed_at LIMIT $2
)sql"};

std::vector<base::PersonId> unchanged_since(db::Transaction& transaction, base::Time before,
                                            int most) {
    std::vector<base::PersonId> found;
    transaction.run(select_unchanged, {base::to_epoch(before), most},
                    [&](const db::Row& row) { found.push_back({row.integer(0)}); });
    return found;
}

}  // namespace plans::store
