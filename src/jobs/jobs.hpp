// SPDX-License-Identifier: EUPL-1.2
// Door of the jobs slice: work that is done later, kept in the database. At least once: a node that
// dies in the middle of a job leaves it to another, so handlers are idempotent.
#pragma once
#include "base/clock.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

namespace db {
class Database;
class Transaction;
}  // namespace db

namespace jobs {

struct Job {
    std::string_view kind;         // the slice and a verb: enrolments.release_offers
    std::string payload = "{}";    // a small JSON object: ids, no personal data
    base::Time due_at{};           // not before
    std::string_view unique = {};  // at most one job of this kind waits with this word; "": any
};

// In the transaction of what makes it necessary.
void enqueue(db::Transaction&, const Job&);

// What a handler is given. It opens its own transactions; it throws when it could not be done, and
// is tried again later.
struct Attempt {
    std::int64_t id = 0;
    std::string payload;
    base::Time now{};
    int number = 1;  // of the attempt
};
using Handler = std::function<void(const Attempt&)>;

// For a handler, in its last transaction: the job ends with what it brought about, so that the
// effect happens exactly once. Throws base::Failure when the lease was lost and another node has
// the job: the transaction rolls back.
void finish(db::Transaction&, const Attempt&);

// Of the jobs that were done before then, the oldest and at most `most`: how many; removed if so
// asked. The privacy slice calls it: retention is one table.
int remove_done(db::Transaction&, base::Time before, int most, bool really);

struct Counts {
    std::int64_t waiting = 0;  // due or not; without those that run
    std::int64_t overdue = 0;  // of these, due and not taken
    std::int64_t running = 0;
    std::int64_t failed = 0;
};

class Jobs {
public:
    // The database must outlive it.
    explicit Jobs(db::Database& database);

    // Before the first run. Two handlers of one kind throw std::logic_error.
    void handle(std::string_view kind, Handler);
    // A job that comes back, on all nodes together once a period: at the multiples of it since
    // 1970, plus `offset`. A failed one is tried again like any other, and when it failed for good,
    // the next one runs all the same.
    void every(std::string_view kind, std::chrono::seconds period, Handler,
               std::chrono::seconds offset = {});
    // Puts the next of each job that comes back, where none waits. At the start of a node.
    void plan(base::Time now);

    // Does what is due, one after the other, at most `most`; returns how many it tried. From
    // several threads and nodes at once: each takes another job.
    int run_due(base::Time now, int most = 1000);
    // Keeps what runs now in this process from others for another lease: a handler may take long.
    void renew(base::Time now);

    // For /metrics, which asks no database: counted now, and as last counted.
    void refresh_counts(base::Time now);
    Counts last_counts() const;
    std::int64_t done_here() const { return done_; }      // since the start of the process
    std::int64_t failed_here() const { return failed_; }  // attempts

private:
    struct Known {
        Handler handler;
        std::chrono::seconds period{};  // 0: does not come back
        std::chrono::seconds offset{};
    };
    // "" when it was done, else why not.
    std::string attempt(std::string_view kind, const Attempt&) const;

    db::Database& database_;
    const std::string node_;
    std::map<std::string, Known, std::less<>> known_;
    mutable std::mutex mutex_;  // of what follows
    std::map<std::int64_t, int> running_;
    Counts counts_;
    std::atomic<std::int64_t> done_ = 0;
    std::atomic<std::int64_t> failed_ = 0;
};

}  // namespace jobs
