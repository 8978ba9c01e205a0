// SPDX-License-Identifier: EUPL-1.2
#include "jobs/jobs.hpp"

#include "base/failure.hpp"
#include "db/database.hpp"
#include "jobs/rules.hpp"
#include "jobs/store.hpp"

#include <fmt/core.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <stdexcept>

namespace jobs {
namespace {

// The word of a job that comes back: one of a kind waits.
constexpr std::string_view comes_back = "every";

// "host:process", for administrators only.
std::string name_of_node() {
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '\0';
    return fmt::format("{}:{}", host.data(), ::getpid());
}

}  // namespace

void enqueue(db::Transaction& transaction, const Job& job) {
    store::insert(transaction, job);
}

void finish(db::Transaction& transaction, const Attempt& attempt) {
    if (!store::finish(transaction, attempt.id, attempt.number, attempt.now))
        throw base::Failure("took longer than its lease, and another node has it");
}

Jobs::Jobs(db::Database& database) : database_(database), node_(name_of_node()) {}

int remove_done(db::Transaction& transaction, base::Time before, int most, bool really) {
    return store::remove_done(transaction, before, most, really);
}

void Jobs::handle(std::string_view kind, Handler handler) {
    every(kind, {}, std::move(handler));
}

void Jobs::every(std::string_view kind, std::chrono::seconds period, Handler handler,
                 std::chrono::seconds offset) {
    if (!known_.emplace(kind, Known{std::move(handler), period, offset}).second)
        throw std::logic_error("two handlers of the job " + std::string{kind});
}

void Jobs::plan(base::Time now) {
    database_.write([&](db::Transaction& transaction) {
        for (const auto& [kind, known] : known_)
            if (known.period.count() > 0)
                store::insert_if_none(transaction,
                                      {.kind = kind,
                                       .due_at = next_occurrence(known.period, known.offset, now),
                                       .unique = comes_back});
    });
}

std::string Jobs::attempt(std::string_view kind, const Attempt& attempt) const try {
    // It was never told that it failed: each time the node that ran it died.
    if (attempt.number > most_attempts) return "its node ended each time that it was run";
    const auto known = known_.find(kind);
    if (known == known_.end()) return "no handler of this kind in this version";
    known->second.handler(attempt);
    return {};
} catch (const std::exception& failure) {
    const std::string_view words = failure.what();
    return words.empty() ? "failed without a word" : std::string{words};
}

int Jobs::run_due(base::Time now, int most) {
    int tried = 0;
    for (; tried < most; ++tried) {
        // Most often there is none: a node that has nothing to do writes nothing.
        if (!database_.read(
                [&](db::Transaction& transaction) { return store::any_due(transaction, now); }))
            break;
        const auto taken = database_.write([&](db::Transaction& transaction) {
            return store::take_due(transaction, now, now + lease, node_);
        });
        if (!taken) break;
        const Attempt& given = taken->attempt;
        {
            const std::scoped_lock lock(mutex_);
            running_.emplace(given.id, given.number);
        }
        const std::string error = attempt(taken->kind, given);
        {
            const std::scoped_lock lock(mutex_);
            running_.erase(given.id);
        }
        const auto again = error.empty() ? std::nullopt : next_attempt(given.number, now);
        if (!error.empty())
            fmt::print(stderr, "job {} ({}), attempt {}: {}{}\n", given.id, taken->kind,
                       given.number, error, again ? "" : "; it waits for an administrator");
        ++(error.empty() ? done_ : failed_);
        database_.write([&](db::Transaction& transaction) {
            // A lost lease changes nothing here: whoever has the job tells how it ends.
            if (error.empty())
                store::finish(transaction, given.id, given.number, now);
            else
                store::fail(transaction, given.id, given.number, error, again, now);
            const auto known = known_.find(taken->kind);
            if (!again && known != known_.end() && known->second.period.count() > 0)
                store::insert_if_none(
                    transaction,
                    {.kind = taken->kind,
                     .due_at = next_occurrence(known->second.period, known->second.offset, now),
                     .unique = comes_back});
        });
    }
    return tried;
}

void Jobs::renew(base::Time now) {
    std::map<std::int64_t, int> running;
    {
        const std::scoped_lock lock(mutex_);
        running = running_;
    }
    if (running.empty()) return;
    database_.write([&](db::Transaction& transaction) {
        for (const auto& [id, number] : running) store::renew(transaction, id, number, now + lease);
    });
}

void Jobs::refresh_counts(base::Time now) {
    const Counts counts = database_.read(
        [&](db::Transaction& transaction) { return store::count(transaction, now); });
    const std::scoped_lock lock(mutex_);
    counts_ = counts;
}

Counts Jobs::last_counts() const {
    const std::scoped_lock lock(mutex_);
    return counts_;
}

}  // namespace jobs
