// SPDX-License-Identifier: EUPL-1.2
// What must hold of all seats at every moment, asked of the whole database: `campus check`.
#include "db/database.hpp"
#include "enrolments/seats.hpp"
#include "enrolments/store.hpp"

namespace enrolments {
namespace {

// A job may be a little late without anything being wrong.
constexpr std::chrono::minutes patience{15};

struct Rows {
    std::map<State, int> by_state;
    std::vector<std::pair<std::string, int>> pools;  // of seats held or offered
    int held() const { return of(State::seated) + of(State::offered); }
    int of(State state) const {
        const auto found = by_state.find(state);
        return found == by_state.end() ? 0 : found->second;
    }
};

std::string counted(std::string_view what, int said, int are) {
    return std::string{what} + ": the session says " + std::to_string(said) + ", its rows say " +
           std::to_string(are);
}

void check_one(const sessions::Counted& session, const Rows& rows, base::Time now,
               std::vector<Finding>& findings) {
    const auto find = [&](std::string_view rule, std::string detail) {
        findings.push_back({rule, session.id, std::move(detail)});
    };
    const sessions::Seats& seats = session.seats;
    if (seats.taken > seats.capacity || rows.held() > seats.capacity)
        find("capacity", "more seats are taken than there are");
    if (seats.taken != rows.held()) find("counters", counted("taken", seats.taken, rows.held()));
    if (seats.waiting != rows.of(State::waiting))
        find("counters", counted("waiting", seats.waiting, rows.of(State::waiting)));
    if (rows.of(State::applied) > 0 && session.results_at)
        find("lost", "somebody still applies although the results were given");
    if (session.status == sessions::Status::cancelled && rows.held() + rows.of(State::waiting) > 0)
        find("lost", "somebody holds a seat or a place of a session that was called off");
    const bool unreserved_free = [&] {
        Room room(session.rules, seats.capacity, now);
        bool fit = true;
        for (const auto& [pool, count] : rows.pools)
            for (int i = 0; i < count; ++i) fit = room.take(pool) && fit;
        if (!fit) find("quota", "more seats of a quota, or for all, are taken than there are");
        return room.free_for_all() > 0;
    }();
    // Free for everyone, and somebody waits: only between a release and the job that follows it.
    const bool coming = now + patience < session.starts_at;
    const bool released_now = [&] {
        for (const sessions::Quota& quota : session.rules.quotas)
            if (now >= quota.reserved_until && now < quota.reserved_until + patience) return true;
        return false;
    }();
    if (session.status == sessions::Status::open && coming && rows.of(State::waiting) > 0 &&
        unreserved_free && !released_now)
        find("free", "somebody waits while a seat is free for all");
}

}  // namespace

std::vector<Finding> Enrolments::check(db::Transaction& transaction, base::Time now) {
    std::map<base::SessionId, Rows> rows;
    for (const store::RowCount& count : store::row_counts(transaction)) {
        Rows& of_session = rows[count.session];
        of_session.by_state[count.state] += count.rows;
        if (count.state == State::seated || count.state == State::offered)
            of_session.pools.emplace_back(count.pool, count.rows);
    }
    std::vector<Finding> findings;
    for (const sessions::Counted& session : sessions_.counted(transaction))
        check_one(session, rows[session.id], now, findings);
    const auto add = [&](std::string_view rule, const std::vector<store::Odd>& odd,
                         const std::string& words) {
        for (const store::Odd& one : odd)
            findings.push_back(
                {rule, one.session, "enrolment " + std::to_string(one.enrolment) + " " + words});
    };
    add("once", store::held_twice(transaction), "is a second one of the same person");
    add("offer", store::offers_that_ended(transaction, now - patience),
        "is an offer whose time is over");
    add("order", store::overtaken_without_reason(transaction),
        "was overtaken and no reason is written down");
    add("lost", store::lost_places(transaction), "lost its seat or place without a trace");
    return findings;
}

}  // namespace enrolments
