// SPDX-License-Identifier: EUPL-1.2
// Door of the jobs slice: work that is done later, kept in the database. At least once: a node that
// dies in the middle of a job leaves it to another, so handlers are idempotent.
#pragma once
#include "base/clock.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace db {
class Database;
class Transaction;
}  // namespace db

namespace jobs {

struct Job {
    std::string_view kind;         // "enrolments.release_offers": the slice and a verb
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

class Jobs {
public:
    // The database must outlive it.
    explicit Jobs(db::Database& database) : database_(database) {}

    // Before the first run. Two handlers of one kind throw std::logic_error.
    void handle(std::string_view kind, Handler);

    // Does what is due, one after the other, at most `most`; returns how many it tried.
    int run_due(base::Time now, int most = 1000);

private:
    db::Database& database_;
    std::map<std::string, Handler, std::less<>> handlers_;
};

}  // namespace jobs
