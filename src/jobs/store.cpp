// SPDX-License-Identifier: EUPL-1.2
#include "jobs/store.hpp"

#include "db/database.hpp"

namespace jobs::store {

constexpr db::Query insert_job{"jobs.insert", R"sql(
    INSERT INTO jobs (kind, payload, unique_word, due_at) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING
)sql"};

void insert(db::Transaction& transaction, const Job& job) {
    const auto unique = job.unique.empty() ? std::nullopt : std::optional{job.unique};
    transaction.run_later(insert_job, {job.kind, job.payload, unique, base::to_epoch(job.due_at)});
}

// The unique index leaves out those that run or ran (leased_until): here they count, too.
constexpr db::Query insert_job_if_none{"jobs.insert_if_none", R"sql(
    INSERT INTO jobs (kind, payload, unique_word, due_at)
    SELECT $1, $2, $3, $4
    WHERE NOT EXISTS (SELECT 1 FROM jobs
                      WHERE kind = $1 AND unique_word = $3 AND state = 'waiting')
    ON CONFLICT DO NOTHING
)sql"};

void insert_if_none(db::Transaction& transaction, const Job& job) {
    transaction.run(insert_job_if_none,
                    {job.kind, job.payload, job.unique, base::to_epoch(job.due_at)});
}

constexpr db::Query find_due{"jobs.any_due", R"sql(
    SELECT 1 FROM jobs
    WHERE state = 'waiting' AND due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
    LIMIT 1
)sql"};

bool any_due(db::Transaction& transaction, base::Time now) {
    return transaction.run(find_due, {base::to_epoch(now)}) > 0;
}

// SQLite has one writer at a time. On PostgreSQL two nodes would queue for the same row, and the
// second get nothing: each skips what another is taking.
#define TAKE_DUE(skip_locked)                                                \
    "UPDATE jobs SET leased_until = $2, attempts = attempts + 1, node = $3 " \
    "WHERE id = (SELECT id FROM jobs "                                       \
    "            WHERE state = 'waiting' AND due_at <= $1 "                  \
    "              AND (leased_until IS NULL OR leased_until <= $1) "        \
    "            ORDER BY due_at, id LIMIT 1" skip_locked                    \
    ") RETURNING id, kind, payload, attempts"
constexpr db::Query take_due_sqlite{"jobs.take_due", TAKE_DUE("")};
constexpr db::Query take_due_postgresql{"jobs.take_due", TAKE_DUE(" FOR UPDATE SKIP LOCKED")};
#undef TAKE_DUE

std::optional<Taken> take_due(db::Transaction& transaction, base::Time now, base::Time leased_until,
                              std::string_view node) {
    const bool postgresql = transaction.engine() == db::Engine::postgresql;
    std::optional<Taken> taken;
    transaction.run(postgresql ? take_due_postgresql : take_due_sqlite,
                    {base::to_epoch(now), base::to_epoch(leased_until), node},
                    [&](const db::Row& row) {
                        taken = Taken{.kind = std::string{row.text(1)},
                                      .attempt = {.id = row.integer(0),
                                                  .payload = std::string{row.text(2)},
                                                  .now = now,
                                                  .number = static_cast<int>(row.integer(3))}};
                    });
    return taken;
}

// Who takes a job counts an attempt: the number is also what tells whether one still has it.
constexpr db::Query renew_job{"jobs.renew", R"sql(
    UPDATE jobs SET leased_until = $3 WHERE id = $1 AND attempts = $2 AND state = 'waiting'
)sql"};

bool renew(db::Transaction& transaction, std::int64_t id, int attempt, base::Time leased_until) {
    return transaction.run(renew_job, {id, attempt, base::to_epoch(leased_until)}) > 0;
}

constexpr db::Query finish_job{"jobs.finish", R"sql(
    UPDATE jobs SET state = 'done', finished_at = $3, last_error = ''
    WHERE id = $1 AND attempts = $2 AND state = 'waiting'
)sql"};

bool finish(db::Transaction& transaction, std::int64_t id, int attempt, base::Time now) {
    return transaction.run(finish_job, {id, attempt, base::to_epoch(now)}) > 0;
}

// leased_until stays set, so that a job with a unique word that came meanwhile is no obstacle.
constexpr db::Query fail_job{"jobs.fail", R"sql(
    UPDATE jobs
    SET state = CASE WHEN CAST($4 AS bigint) IS NULL THEN 'failed' ELSE 'waiting' END,
        due_at = coalesce($4, due_at), leased_until = coalesce($4, leased_until), last_error = $3,
        finished_at = CASE WHEN CAST($4 AS bigint) IS NULL THEN CAST($5 AS bigint) END
    WHERE id = $1 AND attempts = $2 AND state = 'waiting'
)sql"};

bool fail(db::Transaction& transaction, std::int64_t id, int attempt, std::string_view error,
          std::optional<base::Time> due_at, base::Time now) {
    const auto due = due_at ? std::optional{base::to_epoch(*due_at)} : std::nullopt;
    return transaction.run(fail_job, {id, attempt, error, due, base::to_epoch(now)}) > 0;
}

constexpr db::Query count_jobs{"jobs.count", R"sql(
    SELECT count(CASE WHEN leased_until IS NULL OR leased_until <= $1 OR due_at > $1 THEN 1 END),
           count(CASE WHEN due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
                      THEN 1 END),
           count(CASE WHEN due_at <= $1 AND leased_until > $1 THEN 1 END)
    FROM jobs WHERE state = 'waiting'
)sql"};
constexpr db::Query count_failed{"jobs.count_failed",
                                 "SELECT count(*) FROM jobs WHERE state = 'failed'"};

Counts count(db::Transaction& transaction, base::Time now) {
    Counts counts;
    transaction.run(count_jobs, {base::to_epoch(now)}, [&](const db::Row& row) {
        counts.waiting = row.integer(0);
        counts.overdue = row.integer(1);
        counts.running = row.integer(2);
    });
    transaction.run(count_failed, {}, [&](const db::Row& row) { counts.failed = row.integer(0); });
    return counts;
}

constexpr db::Query list_jobs{"jobs.list", R"sql(
    SELECT id, kind, state, due_at, attempts, node, last_error, finished_at,
           CASE WHEN state = 'waiting' AND due_at <= $1 AND leased_until > $1 THEN 1 ELSE 0 END
               AS runs
    FROM jobs WHERE state IN ('waiting', 'failed')
    ORDER BY CASE WHEN state = 'failed' THEN 0 ELSE 1 END, runs DESC, due_at, id LIMIT $2
)sql"};

std::vector<Shown> list(db::Transaction& transaction, base::Time now, int most) {
    std::vector<Shown> jobs;
    transaction.run(list_jobs, {base::to_epoch(now), most}, [&](const db::Row& row) {
        const bool runs = row.boolean(8);
        Shown& job = jobs.emplace_back();
        job.id = row.integer(0);
        job.kind = row.text(1);
        job.state = runs ? "running" : std::string{row.text(2)};
        job.due_at = base::from_epoch(row.integer(3));
        job.attempts = static_cast<int>(row.integer(4));
        if (runs) job.node = row.text(5);
        job.last_error = row.text(6);
        if (const auto at = row.optional_integer(7)) job.finished_at = base::from_epoch(*at);
    });
    return jobs;
}

constexpr db::Query restart_job{"jobs.restart", R"sql(
    UPDATE jobs SET state = 'waiting', due_at = $2, leased_until = $2, attempts = 0,
                    finished_at = NULL
    WHERE id = $1 AND state = 'failed'
)sql"};

bool restart(db::Transaction& transaction, std::int64_t id, base::Time now) {
    return transaction.run(restart_job, {id, base::to_epoch(now)}) > 0;
}

constexpr db::Query restart_jobs{"jobs.restart_all", R"sql(
    UPDATE jobs SET state = 'waiting', due_at = $1, leased_until = $1, attempts = 0,
                    finished_at = NULL
    WHERE state = 'failed'
)sql"};

int restart_all(db::Transaction& transaction, base::Time now) {
    return transaction.run(restart_jobs, {base::to_epoch(now)});
}

// Both choose by the same words.
constexpr db::Query count_done_jobs{"jobs.count_done", R"sql(
    SELECT count(*) FROM (
        SELECT id FROM jobs WHERE state = 'done' AND finished_at < $1
        ORDER BY finished_at LIMIT $2) AS oldest
)sql"};
constexpr db::Query remove_done_jobs{"jobs.remove_done", R"sql(
    DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE state = 'done' AND finished_at < $1
        ORDER BY finished_at LIMIT $2)
)sql"};

int remove_done(db::Transaction& transaction, base::Time before, int most, bool really) {
    if (really) return transaction.run(remove_done_jobs, {base::to_epoch(before), most});
    int count = 0;
    transaction.run(count_done_jobs, {base::to_epoch(before), most},
                    [&](const db::Row& row) { count = static_cast<int>(row.integer(0)); });
    return count;
}

}  // namespace jobs::store
