// SPDX-License-Identifier: EUPL-1.2
#include "frameworks/store.hpp"

#include "db/database.hpp"

#include <boost/json.hpp>

namespace frameworks::store {
namespace {

std::string written(const Targets& targets) {
    return boost::json::serialize(boost::json::value_from(targets));
}

Targets read_targets(std::string_view text) {
    return boost::json::value_to<Targets>(
        boost::json::parse(boost::json::string_view(text.data(), text.size())));
}

std::optional<base::PersonId> person_at(const db::Row& row, int column) {
    const auto id = row.optional_integer(column);
    return id ? std::optional{base::PersonId{*id}} : std::nullopt;
}

db::Value person(const std::optional<base::PersonId>& id) {
    return id ? db::Value{id->value} : db::Value{};
}

}  // namespace

constexpr db::Query select_cores{"frameworks.cores", R"sql(
    SELECT id, organisation_id, framework, from_day, targets, note, author_id, created_at
    FROM common_cores
)sql"};

std::vector<Core> cores(db::Transaction& transaction) {
    std::vector<Core> found;
    transaction.run(select_cores, {}, [&](const db::Row& row) {
        Core core;
        core.id = row.integer(0);
        if (const auto id = row.optional_integer(1)) core.organisation = base::OrganisationId{*id};
        core.framework = row.text(2);
        core.from = base::Date{std::chrono::days{row.integer(3)}};
        core.targets = read_targets(row.text(4));
        core.note = row.text(5);
        core.author = person_at(row, 6);
        core.created_at = base::from_epoch(row.integer(7));
        found.push_back(std::move(core));
    });
    return found;
}

// One place for both partial unique indexes; who puts holds the counter's row and is alone.
constexpr db::Query delete_core{"frameworks.delete_core", R"sql(
    DELETE FROM common_cores
    WHERE from_day = $2 AND (organisation_id = $1
        OR (organisation_id IS NULL AND CAST($1 AS bigint) IS NULL))
)sql"};
constexpr db::Query insert_core{"frameworks.insert_core", R"sql(
    INSERT INTO common_cores (organisation_id, framework, from_day, targets, note, author_id,
                              created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id
)sql"};

std::int64_t put_core(db::Transaction& transaction, const Core& core) {
    const db::Value organisation =
        core.organisation ? db::Value{core.organisation->value} : db::Value{};
    const std::int64_t day = core.from.time_since_epoch().count();
    transaction.run(delete_core, {organisation, day});
    std::int64_t id = 0;
    transaction.run(insert_core,
                    {organisation, core.framework, day, written(core.targets), core.note,
                     person(core.author), base::to_epoch(core.created_at)},
                    [&](const db::Row& row) { id = row.integer(0); });
    return id;
}

constexpr db::Query select_targets{"frameworks.trade_targets", R"sql(
    SELECT trade, targets, author_id, changed_at FROM trade_targets WHERE framework = $1
)sql"};

std::vector<EditedTargets> trade_targets(db::Transaction& transaction, std::string_view framework) {
    std::vector<EditedTargets> found;
    transaction.run(select_targets, {framework}, [&](const db::Row& row) {
        found.push_back({std::string(row.text(0)), read_targets(row.text(1)), person_at(row, 2),
                         base::from_epoch(row.integer(3))});
    });
    return found;
}

constexpr db::Query upsert_targets{"frameworks.put_trade_targets", R"sql(
    INSERT INTO trade_targets (trade, framework, targets, author_id, changed_at)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (trade, framework) DO UPDATE SET targets = excluded.targets,
        author_id = excluded.author_id, changed_at = excluded.changed_at
)sql"};

void put_trade_targets(db::Transaction& transaction, std::string_view framework,
                       const EditedTargets& edited) {
    transaction.run(upsert_targets, {edited.trade, framework, written(edited.targets),
                                     person(edited.author), base::to_epoch(edited.changed_at)});
}

}  // namespace frameworks::store
