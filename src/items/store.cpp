// SPDX-License-Identifier: EUPL-1.2
#include "items/store.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"

#include <algorithm>
#include <cmath>

namespace items::store {
namespace {

db::Value epoch(const std::optional<base::Time>& time) {
    return time ? db::Value{base::to_epoch(*time)} : db::Value{};
}

db::Value person(const std::optional<base::PersonId>& id) {
    return id ? db::Value{id->value} : db::Value{};
}

std::optional<base::PersonId> person_at(const db::Row& row, int column) {
    const auto id = row.optional_integer(column);
    return id ? std::optional{base::PersonId{*id}} : std::nullopt;
}

// id, code, published_number, working_number, working_state, retired_at, seeded, revision
ItemRecord read_record(const db::Row& row) {
    ItemRecord record;
    record.id = {row.integer(0)};
    record.code = row.text(1);
    record.published_number = row.optional_integer(2);
    record.working_number = row.optional_integer(3);
    record.working_state = row.optional_text(4).value_or("");
    if (const auto at = row.optional_integer(5)) record.retired_at = base::from_epoch(*at);
    record.seeded = row.boolean(6);
    record.revision = row.integer(7);
    return record;
}

}  // namespace

constexpr db::Query select_published{"items.published", R"sql(
    SELECT i.id, i.code, i.published_number, i.seeded, p.a, p.d, p.se_a, p.se_d
    FROM items i LEFT JOIN item_parameters p ON p.item_id = i.id
    WHERE i.published_number IS NOT NULL AND i.retired_at IS NULL ORDER BY i.code
)sql"};

std::vector<Published> published(db::Transaction& transaction) {
    std::vector<Published> found;
    transaction.run(select_published, {}, [&](const db::Row& row) {
        Published one{.id = {row.integer(0)},
                      .code = std::string(row.text(1)),
                      .number = row.integer(2),
                      .seeded = row.boolean(3),
                      .parameters = {}};
        if (!row.is_null(4))
            one.parameters = Parameters{.a = row.real(4),
                                        .d = row.real(5),
                                        .se_a = row.real(6),
                                        .se_d = row.real(7),
                                        .calibrated = true};
        found.push_back(std::move(one));
    });
    return found;
}

constexpr db::Query select_text{"items.text", R"sql(
    SELECT text FROM item_versions WHERE item_id = $1 AND number = $2
)sql"};

std::optional<std::string> text(db::Transaction& transaction, base::ItemId id,
                                std::int64_t number) {
    std::optional<std::string> found;
    transaction.run(select_text, {id.value, number},
                    [&](const db::Row& row) { found = std::string(row.text(0)); });
    return found;
}

constexpr db::Query select_changed_texts{"items.texts", R"sql(
    SELECT i.id, v.text FROM items i
    JOIN item_versions v ON v.item_id = i.id AND v.number = i.published_number
    WHERE i.retired_at IS NULL AND i.revision > $1
)sql"};

void for_texts(db::Transaction& transaction, std::int64_t after_revision,
               const std::function<void(base::ItemId, std::string_view)>& each) {
    transaction.run(select_changed_texts, {after_revision},
                    [&](const db::Row& row) { each({row.integer(0)}, row.text(1)); });
}

constexpr db::Query select_all{"items.all", R"sql(
    SELECT i.id, i.code, i.published_number, i.working_number, i.working_state, i.retired_at,
           i.seeded, i.revision, v.text, v.author_id, v.created_at, v.reviewed_at
    FROM items i
    JOIN item_versions v ON v.item_id = i.id
                        AND v.number = COALESCE(i.working_number, i.published_number)
    ORDER BY i.code
)sql"};

std::vector<Overview> all(db::Transaction& transaction) {
    std::vector<Overview> found;
    transaction.run(select_all, {}, [&](const db::Row& row) {
        const auto reviewed = row.optional_integer(11).value_or(0);
        found.push_back({.record = read_record(row),
                         .text = std::string(row.text(8)),
                         .author = person_at(row, 9),
                         .changed_at = base::from_epoch(std::max(row.integer(10), reviewed))});
    });
    return found;
}

constexpr db::Query select_one{"items.find", R"sql(
    SELECT id, code, published_number, working_number, working_state, retired_at, seeded, revision
    FROM items WHERE id = $1
)sql"};
constexpr db::Query select_by_code{"items.find_by_code", R"sql(
    SELECT id, code, published_number, working_number, working_state, retired_at, seeded, revision
    FROM items WHERE code = $1
)sql"};

std::optional<ItemRecord> find(db::Transaction& transaction, base::ItemId id) {
    std::optional<ItemRecord> found;
    transaction.run(select_one, {id.value}, [&](const db::Row& row) { found = read_record(row); });
    return found;
}

std::optional<ItemRecord> find_by_code(db::Transaction& transaction, std::string_view code) {
    std::optional<ItemRecord> found;
    transaction.run(select_by_code, {code}, [&](const db::Row& row) { found = read_record(row); });
    return found;
}

constexpr db::Query insert_item{"items.insert", R"sql(
    INSERT INTO items (code, published_number, working_number, working_state, seeded, revision)
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (code) DO NOTHING RETURNING id
)sql"};

std::optional<base::ItemId> insert(db::Transaction& transaction, const ItemRecord& item) {
    std::optional<base::ItemId> id;
    transaction.run(insert_item,
                    {item.code, item.published_number, item.working_number,
                     item.working_state.empty() ? db::Value{} : db::Value{item.working_state},
                     item.seeded, item.revision},
                    [&](const db::Row& row) { id = base::ItemId{row.integer(0)}; });
    return id;
}

constexpr db::Query update_item{"items.update", R"sql(
    UPDATE items SET published_number = $2, working_number = $3, working_state = $4,
                     retired_at = $5, seeded = $6, revision = $7
    WHERE id = $1
)sql"};

void update(db::Transaction& transaction, const ItemRecord& item) {
    transaction.run(update_item,
                    {item.id.value, item.published_number, item.working_number,
                     item.working_state.empty() ? db::Value{} : db::Value{item.working_state},
                     epoch(item.retired_at), item.seeded, item.revision});
}

constexpr db::Query select_versions{"items.versions", R"sql(
    SELECT number, text, author_id, created_at, reviewer_id, reviewed_at, comment
    FROM item_versions WHERE item_id = $1 ORDER BY number DESC
)sql"};

std::vector<ItemVersion> versions(db::Transaction& transaction, base::ItemId id) {
    std::vector<ItemVersion> found;
    transaction.run(select_versions, {id.value}, [&](const db::Row& row) {
        ItemVersion version;
        version.number = row.integer(0);
        version.text = row.text(1);
        version.author = person_at(row, 2);
        version.created_at = base::from_epoch(row.integer(3));
        version.reviewer = person_at(row, 4);
        if (const auto at = row.optional_integer(5)) version.reviewed_at = base::from_epoch(*at);
        version.comment = row.text(6);
        found.push_back(std::move(version));
    });
    return found;
}

constexpr db::Query insert_one_version{"items.insert_version", R"sql(
    INSERT INTO item_versions (item_id, number, text, author_id, created_at, reviewer_id,
                               reviewed_at, comment)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
)sql"};

void insert_version(db::Transaction& transaction, base::ItemId id, const ItemVersion& version) {
    transaction.run(insert_one_version,
                    {id.value, version.number, version.text, person(version.author),
                     base::to_epoch(version.created_at), person(version.reviewer),
                     epoch(version.reviewed_at), version.comment});
}

constexpr db::Query update_one_version{"items.update_version", R"sql(
    UPDATE item_versions SET text = $3, author_id = $4, created_at = $5, reviewer_id = $6,
                             reviewed_at = $7, comment = $8
    WHERE item_id = $1 AND number = $2
)sql"};

void update_version(db::Transaction& transaction, base::ItemId id, const ItemVersion& version) {
    transaction.run(update_one_version,
                    {id.value, version.number, version.text, person(version.author),
                     base::to_epoch(version.created_at), person(version.reviewer),
                     epoch(version.reviewed_at), version.comment});
}

constexpr db::Query upsert_parameters{"items.put_parameters", R"sql(
    INSERT INTO item_parameters (item_id, a, d, se_a, se_d, answers, approved_by, approved_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (item_id) DO UPDATE SET a = excluded.a, d = excluded.d, se_a = excluded.se_a,
        se_d = excluded.se_d, answers = excluded.answers, approved_by = excluded.approved_by,
        approved_at = excluded.approved_at
)sql"};

void put_parameters(db::Transaction& transaction, const Calibrated& given, base::PersonId by,
                    base::Time now) {
    const Parameters& p = given.parameters;
    transaction.run(upsert_parameters, {given.item.value, p.a, p.d, p.se_a, p.se_d, given.answers,
                                        by.value, base::to_epoch(now)});
}

// Only what the item is used for changes, so its text is not read anew.
constexpr db::Query update_seeded{"items.set_seeded", R"sql(
    UPDATE items SET seeded = $2 WHERE id = $1
)sql"};

void set_seeded(db::Transaction& transaction, base::ItemId id, bool seeded) {
    transaction.run(update_seeded, {id.value, seeded});
}

constexpr db::Query upsert_uses{"items.add_uses", R"sql(
    INSERT INTO item_uses (item_id, asked, correct, unknown) VALUES ($1, $2, $3, $4)
    ON CONFLICT (item_id) DO UPDATE SET asked = item_uses.asked + excluded.asked,
        correct = item_uses.correct + excluded.correct,
        unknown = item_uses.unknown + excluded.unknown
)sql"};

void add_uses(db::Transaction& transaction, base::ItemId id, const Statistics& more) {
    transaction.run_later(upsert_uses, {id.value, more.asked, more.right, more.unknown});
}

constexpr db::Query upsert_seconds{"items.add_seconds", R"sql(
    INSERT INTO item_seconds (item_id, bucket, count) VALUES ($1, $2, $3)
    ON CONFLICT (item_id, bucket) DO UPDATE SET count = item_seconds.count + excluded.count
)sql"};

void add_seconds(db::Transaction& transaction, base::ItemId id, int bucket, std::int64_t count) {
    transaction.run_later(upsert_seconds, {id.value, bucket, count});
}

constexpr db::Query select_uses{"items.uses", R"sql(
    SELECT item_id, asked, correct, unknown FROM item_uses
)sql"};
constexpr db::Query select_seconds{"items.seconds", R"sql(
    SELECT item_id, bucket, count FROM item_seconds ORDER BY item_id, bucket
)sql"};
constexpr db::Query select_seconds_of{"items.seconds_of", R"sql(
    SELECT item_id, bucket, count FROM item_seconds
    WHERE item_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
    ORDER BY item_id, bucket
)sql"};

namespace {

std::map<base::ItemId, int> medians(db::Transaction& transaction, const db::Query& query,
                                    std::initializer_list<db::Value> values) {
    std::map<base::ItemId, std::vector<std::pair<int, std::int64_t>>> times;
    transaction.run(query, values, [&](const db::Row& row) {
        times[{row.integer(0)}].emplace_back(static_cast<int>(row.integer(1)), row.integer(2));
    });
    std::map<base::ItemId, int> found;
    for (const auto& [id, buckets] : times) {
        std::int64_t all = 0, below = 0;
        for (const auto& [bucket, count] : buckets) all += count;
        for (const auto& [bucket, count] : buckets) {
            below += count;
            if (2 * below < all) continue;
            found[id] = seconds_of(bucket);
            break;
        }
    }
    return found;
}

}  // namespace

std::map<base::ItemId, int> typical_seconds(db::Transaction& transaction,
                                            std::span<const base::ItemId> ids) {
    return medians(transaction, select_seconds_of, {db::json_ids(ids)});
}

std::map<base::ItemId, Statistics> statistics(db::Transaction& transaction) {
    std::map<base::ItemId, Statistics> found;
    transaction.run(select_uses, {}, [&](const db::Row& row) {
        found[{row.integer(0)}] = {
            .asked = row.integer(1), .right = row.integer(2), .unknown = row.integer(3)};
    });
    for (const auto& [id, seconds] : medians(transaction, select_seconds, {}))
        found[id].seconds = seconds;
    return found;
}

constexpr double buckets_per_doubling = 4;

int bucket_of(int seconds) {
    return static_cast<int>(std::floor(std::log2(std::max(seconds, 1)) * buckets_per_doubling));
}

int seconds_of(int bucket) {
    return static_cast<int>(std::lround(std::exp2((bucket + 0.5) / buckets_per_doubling)));
}

}  // namespace items::store
