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
    transaction.run(insert_job, {job.kind, job.payload, unique, base::to_epoch(job.due_at)});
}

// Two nodes that see the same row: the second one's UPDATE waits for the first, then finds the
// lease and changes nothing.
constexpr db::Query take_due_job{"jobs.take_due", R"sql(
    UPDATE jobs SET leased_until = $2, attempts = attempts + 1
    WHERE id = (SELECT id FROM jobs
                WHERE state = 'waiting' AND due_at <= $1
                  AND (leased_until IS NULL OR leased_until <= $1)
                ORDER BY due_at, id LIMIT 1)
      AND state = 'waiting' AND (leased_until IS NULL OR leased_until <= $1)
    RETURNING id, kind, payload, attempts
)sql"};

std::optional<Taken> take_due(db::Transaction& transaction, base::Time now,
                              base::Time leased_until) {
    std::optional<Taken> taken;
    transaction.run(take_due_job, {base::to_epoch(now), base::to_epoch(leased_until)},
                    [&](const db::Row& row) {
                        taken = Taken{.kind = std::string{row.text(1)},
                                      .attempt = {.id = row.integer(0),
                                                  .payload = std::string{row.text(2)},
                                                  .now = now,
                                                  .number = static_cast<int>(row.integer(3))}};
                    });
    return taken;
}

constexpr db::Query finish_job{"jobs.finish", R"sql(
    UPDATE jobs SET state = 'done', finished_at = $2, last_error = '' WHERE id = $1
)sql"};

void finish(db::Transaction& transaction, std::int64_t id, base::Time now) {
    transaction.run(finish_job, {id, base::to_epoch(now)});
}

constexpr db::Query fail_job{"jobs.fail", R"sql(
    UPDATE jobs
    SET state = CASE WHEN $3 IS NULL THEN 'failed' ELSE 'waiting' END,
        due_at = coalesce($3, due_at), last_error = $2,
        finished_at = CASE WHEN $3 IS NULL THEN $4 END
    WHERE id = $1
)sql"};

void fail(db::Transaction& transaction, std::int64_t id, std::string_view error,
          std::optional<base::Time> due_at, base::Time now) {
    const auto due = due_at ? std::optional{base::to_epoch(*due_at)} : std::nullopt;
    transaction.run(fail_job, {id, error, due, base::to_epoch(now)});
}

}  // namespace jobs::store
