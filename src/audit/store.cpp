// SPDX-License-Identifier: EUPL-1.2
#include "audit/store.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"

#include <span>

namespace audit::store {

constexpr db::Query insert_decision{"audit.insert", R"sql(
    INSERT INTO audit_log (at, actor_id, role, perimeter_id, action, object, object_id,
                           before_json, after_json)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
)sql"};

void insert(db::Transaction& transaction, const Decision& decision) {
    const auto actor = decision.actor ? std::optional{decision.actor->value} : std::nullopt;
    const auto perimeter =
        decision.perimeter ? std::optional{decision.perimeter->value} : std::nullopt;
    transaction.run_later(insert_decision, {base::to_epoch(decision.at), actor, decision.role,
                                            perimeter, decision.action, decision.object,
                                            decision.object_id, decision.before, decision.after});
}

namespace {

RowView view_of(const db::Row& row) {
    return {.turn = row.integer(0),
            .id = row.integer(1),
            .at = row.integer(2),
            .actor = row.optional_integer(3),
            .role = row.text(4),
            .perimeter = row.optional_integer(5),
            .action = row.text(6),
            .object = row.text(7),
            .object_id = row.integer(8),
            .before = row.text(9),
            .after = row.text(10)};
}

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span{text.data(), text.size()});
}

}  // namespace

// Every transaction below xmin has ended, and those to come are numbered above it.
constexpr db::Query select_horizon_postgresql{"audit.horizon", R"sql(
    SELECT txid_snapshot_xmin(txid_current_snapshot()) + shift FROM audit_order
)sql"};

std::int64_t horizon(db::Transaction& transaction) {
    if (transaction.engine() == db::Engine::sqlite) return INT64_MAX;  // one writer
    std::int64_t found = 0;
    transaction.run(select_horizon_postgresql, {},
                    [&](const db::Row& row) { found = row.integer(0); });
    return found;
}

constexpr db::Query select_to_seal{"audit.rows_to_seal", R"sql(
    SELECT turn, id, at, actor_id, role, perimeter_id, action, object, object_id, before_json,
           after_json
    FROM audit_log WHERE (turn, id) > ($1, $2) AND turn < $3
    ORDER BY turn, id LIMIT $4
)sql"};

void rows_to_seal(db::Transaction& transaction, Place after, std::int64_t before_turn, int most,
                  const OnRow& on_row) {
    transaction.run(select_to_seal, {after.turn, after.id, before_turn, most},
                    [&](const db::Row& row) { on_row(view_of(row)); });
}

constexpr db::Query select_between{"audit.rows_between", R"sql(
    SELECT turn, id, at, actor_id, role, perimeter_id, action, object, object_id, before_json,
           after_json
    FROM audit_log WHERE (turn, id) > ($1, $2) AND (turn, id) <= ($3, $4)
    ORDER BY turn, id LIMIT 4097
)sql"};

// The limit is one more than a seal has: a whole one is read by one statement, and PostgreSQL walks
// the index in order instead of sorting, which took five times as long.
void rows_between(db::Transaction& transaction, Place after, Place last, const OnRow& on_row) {
    static_assert(rows_per_seal == 4096);
    int rows = rows_per_seal + 1;
    while (rows > rows_per_seal)
        rows = transaction.run(select_between, {after.turn, after.id, last.turn, last.id},
                               [&](const db::Row& row) {
                                   const RowView view = view_of(row);
                                   on_row(view);
                                   after = {view.turn, view.id};
                               });
}

constexpr db::Query select_row{"audit.row", R"sql(
    SELECT turn, id, at, actor_id, role, perimeter_id, action, object, object_id, before_json,
           after_json
    FROM audit_log WHERE id = $1
)sql"};

void row_of(db::Transaction& transaction, std::int64_t id, const OnRow& on_row) {
    transaction.run(select_row, {id}, [&](const db::Row& row) { on_row(view_of(row)); });
}

constexpr db::Query count_unsealed{"audit.unsealed", R"sql(
    SELECT count(*), min(at) FROM audit_log WHERE (turn, id) > ($1, $2)
)sql"};

Unsealed unsealed(db::Transaction& transaction, Place after) {
    Unsealed found;
    transaction.run(count_unsealed, {after.turn, after.id}, [&](const db::Row& row) {
        found.count = row.integer(0);
        if (const auto since = row.optional_integer(1)) found.since = base::from_epoch(*since);
    });
    return found;
}

// The lock waits for those who are writing to the log: a turn given with the old shift must not be
// running still when a horizon is told with the new one.
constexpr db::Query lock_log{"audit.lock_log", "LOCK TABLE audit_log IN EXCLUSIVE MODE"};
constexpr db::Query find_behind{"audit.is_behind", R"sql(
    SELECT 1 FROM audit_order
    WHERE greatest((SELECT max(turn) FROM audit_log),
                   (SELECT max(last_turn) FROM audit_seals), 0) >= txid_current() + shift
)sql"};
constexpr db::Query move_order{"audit.move_order", R"sql(
    UPDATE audit_order
    SET shift = greatest((SELECT max(turn) FROM audit_log),
                         (SELECT max(last_turn) FROM audit_seals), 0) + 1 - txid_current()
    WHERE greatest((SELECT max(turn) FROM audit_log),
                   (SELECT max(last_turn) FROM audit_seals), 0) >= txid_current() + shift
)sql"};

void continue_order(db::Transaction& transaction) {
    if (transaction.engine() == db::Engine::sqlite || transaction.run(find_behind, {}) == 0) return;
    transaction.run(lock_log, {});
    transaction.run(move_order, {});
}

constexpr db::Query select_last_seal{"audit.last_seal", R"sql(
    SELECT number, last_turn, last_id, hash FROM audit_seals ORDER BY number DESC LIMIT 1
)sql"};

Head last_seal(db::Transaction& transaction) {
    Head head;
    transaction.run(select_last_seal, {}, [&](const db::Row& row) {
        head = {row.integer(0), {row.integer(1), row.integer(2)}, std::string{row.text(3)}};
    });
    return head;
}

constexpr db::Query insert_seal_row{"audit.insert_seal", R"sql(
    INSERT INTO audit_seals (number, sealed_at, last_turn, last_id, entries, previous_hash, hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
)sql"};

bool insert_seal(db::Transaction& transaction, const SealView& seal, std::string_view hash) {
    return transaction.try_run(insert_seal_row,
                               {seal.number, seal.sealed_at, seal.last_turn, seal.last_id,
                                bytes_of(seal.entries), seal.previous_hash, hash});
}

constexpr db::Query select_seals{"audit.seals", R"sql(
    SELECT number, sealed_at, last_turn, last_id, entries, previous_hash, hash
    FROM audit_seals WHERE number > $1 ORDER BY number LIMIT $2
)sql"};

void seals_after(db::Transaction& transaction, std::int64_t number, int most,
                 const std::function<void(const SealView&, std::string_view hash)>& on_seal) {
    transaction.run(select_seals, {number, most}, [&](const db::Row& row) {
        const std::string entries = row.bytes(4);
        on_seal({.number = row.integer(0),
                 .sealed_at = row.integer(1),
                 .last_turn = row.integer(2),
                 .last_id = row.integer(3),
                 .previous_hash = row.text(5),
                 .entries = entries},
                row.text(6));
    });
}

constexpr db::Query select_removal{"audit.last_removal", R"sql(
    SELECT up_to_seal, last_turn, last_id FROM audit_removals ORDER BY up_to_seal DESC LIMIT 1
)sql"};

Removal last_removal(db::Transaction& transaction) {
    Removal found;
    transaction.run(select_removal, {}, [&](const db::Row& row) {
        found = {row.integer(0), {row.integer(1), row.integer(2)}};
    });
    return found;
}

constexpr db::Query insert_removal_row{"audit.insert_removal", R"sql(
    INSERT INTO audit_removals (up_to_seal, last_turn, last_id, older_than)
    VALUES ($1, $2, $3, $4)
)sql"};

void insert_removal(db::Transaction& transaction, const Removal& removal, base::Time older_than) {
    transaction.run(insert_removal_row, {removal.up_to_seal, removal.last.turn, removal.last.id,
                                         base::to_epoch(older_than)});
}

constexpr db::Query delete_old_rows{"audit.delete_rows", R"sql(
    DELETE FROM audit_log WHERE (turn, id) <= ($1, $2)
)sql"};

int delete_rows(db::Transaction& transaction, Place last) {
    return transaction.run(delete_old_rows, {last.turn, last.id});
}

namespace {

// Which index the database walks; all other filters are looked at on the way. One text a walk,
// because a planner that must serve every filter with one text walks the wrong index.
enum class Walk { time, actor, object, few };

std::string log_sql(Walk walk) {
    std::string sql = R"sql(
    SELECT id, at, actor_id, role, perimeter_id, action, object, object_id, before_json, after_json
    FROM audit_log
    WHERE (at, id) < ($1, $2) AND at >= $3
      AND substr(action, 1, length(CAST($4 AS text))) = $4)sql";
    const auto optional = [&](bool needed, std::string_view is_absent, std::string_view condition) {
        sql += needed ? " AND " : " AND (" + std::string{is_absent} + " OR ";
        sql += std::string{condition} + (needed ? "" : ")");
    };
    optional(walk == Walk::actor, "CAST($5 AS bigint) = 0", "actor_id = $5");
    optional(walk == Walk::object, "CAST($6 AS text) = ''", "object = $6");
    optional(walk == Walk::object, "CAST($7 AS bigint) = 0", "object_id = $7");
    optional(walk == Walk::few, "CAST($8 AS bigint) = 1",
             "perimeter_id IN (SELECT value FROM json_each(CAST($9 AS text)))");
    if (walk == Walk::few) sql += " AND CAST($8 AS bigint) = 0";
    return sql + " ORDER BY at DESC, id DESC LIMIT $10";
}

// In small perimeters their rows are read and sorted; in large ones the log is walked until enough
// of them are found.
constexpr int small_perimeter = 5000;

}  // namespace

constexpr db::Query count_of_perimeters{"audit.count_of_perimeters", R"sql(
    SELECT count(*) FROM (
        SELECT id FROM audit_log
        WHERE perimeter_id IN (SELECT value FROM json_each(CAST($1 AS text))) LIMIT $2) AS the_first
)sql"};

std::vector<LogEntry> log(db::Transaction& transaction, const LogFilter& filter) {
    static const std::string by_time = log_sql(Walk::time), by_actor = log_sql(Walk::actor),
                             by_object = log_sql(Walk::object), by_few = log_sql(Walk::few);
    const std::string organisations = db::json_ids(filter.sight.organisations);
    std::string_view sql = by_time;
    if (filter.actor) {
        sql = by_actor;
    } else if (!filter.object.empty() && filter.object_id != 0) {
        sql = by_object;
    } else if (!filter.sight.everything) {
        std::int64_t count = 0;
        transaction.run(count_of_perimeters, {organisations, small_perimeter},
                        [&](const db::Row& row) { count = row.integer(0); });
        if (count < small_perimeter) sql = by_few;
    }
    LogFilter::Key before{filter.until ? base::to_epoch(*filter.until) : INT64_MAX, 0};
    if (filter.after) before = *filter.after;
    std::vector<LogEntry> found;
    transaction.run(
        db::Query{"audit.log", sql},
        {before.at, before.id, filter.from ? base::to_epoch(*filter.from) : INT64_MIN,
         filter.action, filter.actor ? filter.actor->value : std::int64_t{0}, filter.object,
         filter.object_id, filter.sight.everything, organisations, filter.most},
        [&](const db::Row& row) {
            LogEntry entry{.id = row.integer(0),
                           .at = base::from_epoch(row.integer(1)),
                           .actor = {},
                           .role = std::string{row.text(3)},
                           .perimeter = {},
                           .action = std::string{row.text(5)},
                           .object = std::string{row.text(6)},
                           .object_id = row.integer(7),
                           .before = std::string{row.text(8)},
                           .after = std::string{row.text(9)}};
            if (const auto actor = row.optional_integer(2)) entry.actor = base::PersonId{*actor};
            if (const auto perimeter = row.optional_integer(4))
                entry.perimeter = base::OrganisationId{*perimeter};
            found.push_back(std::move(entry));
        });
    return found;
}

constexpr db::Query select_decided{"audit.decided_by", R"sql(
    SELECT at, role, action, object, object_id FROM audit_log
    WHERE actor_id = $1 ORDER BY at DESC, id DESC LIMIT $2
)sql"};

std::vector<Audit::Decided> decided_by(db::Transaction& transaction, base::PersonId person,
                                       int most) {
    std::vector<Audit::Decided> found;
    transaction.run(select_decided, {person.value, most}, [&](const db::Row& row) {
        found.push_back({base::from_epoch(row.integer(0)), std::string{row.text(1)},
                         std::string{row.text(2)}, std::string{row.text(3)}, row.integer(4)});
    });
    return found;
}

}  // namespace audit::store
