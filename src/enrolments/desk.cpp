// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/desk.hpp"

#include "audit/audit.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "enrolments/post.hpp"
#include "enrolments/store.hpp"
#include "jobs/jobs.hpp"

#include <algorithm>
#include <stdexcept>

namespace enrolments {
namespace {

// Rows of one session are numbered in the order in which people came: each is written while the
// session is locked.
bool asked_before(const Waiter& a, const Waiter& b) {
    return a.id < b.id;
}

}  // namespace

Desk::Desk(db::Transaction& transaction, sessions::Sessions& sessions, const Post& post,
           sessions::Session session, base::Time now)
    : transaction_(transaction),
      sessions_(sessions),
      post_(post),
      session_(std::move(session)),
      before_(session_.seats),
      seats_(session_.seats),
      now_(now) {}

void Desk::close() {
    seats_.held_back = seats_.waiting > 0 && !seats_.full();
    sessions_.set_seats(transaction_, session_.id, before_, seats_);
    before_ = seats_;
}

Room Desk::room(const std::vector<Enrolment>& rows) const {
    Room room(session_.rules, seats_.capacity, now_);
    for (const Enrolment& row : rows)
        if (row.has_seat() && !room.take(row.pool))
            throw std::logic_error("a session has more seats taken than its rules allow");
    return room;
}

std::optional<std::string> Desk::free_for(const Standing& standing) {
    if (seats_.full()) return std::nullopt;
    return room(store::of_session(transaction_, session_.id)).free_for(standing);
}

std::optional<Enrolment> Desk::add(Enrolment enrolment, std::string_view motivation) {
    const auto id = store::insert(transaction_, enrolment, motivation);
    if (!id) return std::nullopt;
    enrolment.id = *id;
    if (enrolment.has_seat()) ++seats_.taken;
    if (enrolment.state == State::waiting) ++seats_.waiting;
    return enrolment;
}

void Desk::end(Enrolment& enrolment, State state) {
    if (enrolment.has_seat()) --seats_.taken;
    if (enrolment.state == State::waiting) --seats_.waiting;
    store::set_state(transaction_, enrolment.id, state, now_);
    enrolment.state = state;
    enrolment.changed_at = now_;
    ++enrolment.sequence;
}

void Desk::put_on_list(Enrolment& enrolment) {
    enrolment.state = State::waiting;
    enrolment.place = ++seats_.last_place;
    // Clocks of several nodes differ a little; the list does not go backwards for it.
    seats_.last_asked_at = std::max(seats_.last_asked_at, now_);
    enrolment.asked_at = seats_.last_asked_at;
}

void Desk::pass(const Enrolment& winner, Why why) {
    store::insert_overtakings(
        transaction_, db::json_ids(store::waiting_before(transaction_, session_.id, winner.id)),
        winner.id, name_of(why), now_);
}

void Desk::offer(Enrolment& enrolment, const std::string& pool, base::Time until) {
    store::set_offered(transaction_, enrolment.id, pool, until, now_);
    enrolment.state = State::offered;
    enrolment.pool = pool;
    enrolment.given_at = now_;
    enrolment.answer_by = until;
    enrolment.changed_at = now_;
    ++enrolment.sequence;
    ++seats_.taken;
    --seats_.waiting;
    ++seats_.reached;
    const std::string id = std::to_string(enrolment.id.value);
    jobs::enqueue(transaction_, {.kind = "enrolments.expire_offer",
                                 .payload = R"({"enrolment":)" + id + "}",
                                 .due_at = until + std::chrono::seconds{1},
                                 .unique = id});
    audit::record(transaction_, {.at = now_,
                                 .role = "program",
                                 .perimeter = session_.organisation,
                                 .action = "enrolments.offer",
                                 .object = "enrolment",
                                 .object_id = enrolment.id.value,
                                 .after = R"({"state":"offered","session":)" +
                                          std::to_string(session_.id.value) + "}"});
    post_.offered(transaction_, session_, enrolment, now_);
}

void Desk::give_free_seats() {
    const auto until = offer_until(now_, session_.starts_at(), session_.rules.offer_hours);
    if (!until || session_.status != sessions::Status::open || session_.selecting()) return;
    if (seats_.full() || seats_.waiting == 0) return;
    if (session_.rules.ruled())
        give_by_rules(*until);
    else
        give_in_order(*until);
}

void Desk::give_in_order(base::Time until) {
    while (!seats_.full() && seats_.waiting > 0) {
        auto first = store::first_waiting(transaction_, session_.id);
        if (!first) throw std::logic_error("a session counts people who do not wait");
        offer(*first, "", until);
        // Seldom anybody: who came here before, but has no returned priority, or asked later when
        // all is told: somebody was transferred here with their seniority.
        pass(*first, first->returned ? Why::returned : Why::asked_first);
    }
}

void Desk::give_by_rules(base::Time until) {
    const auto rows = store::of_session(transaction_, session_.id);
    Room seats = room(rows);
    std::vector<Waiter> waiters;
    std::map<base::EnrolmentId, Enrolment> by_id;
    for (const Enrolment& row : rows) {
        if (row.state != State::waiting) continue;
        waiters.push_back(waiter_of(row));
        by_id.emplace(row.id, row);
    }
    const bool remote = !session_.venue;
    const Order order = order_of(std::move(waiters), session_.rules, remote);
    std::vector<const Waiter*> passed;  // who stood before, and got none
    for (const Waiter& waiter : order.waiters) {
        if (seats_.full()) break;
        const auto pool = seats.free_for(waiter.standing);
        if (!pool) {
            passed.push_back(&waiter);
            continue;
        }
        seats.take(*pool);
        std::map<Why, std::vector<base::EnrolmentId>> why;
        for (const Waiter* other : passed) why[Why::quota].push_back(other->id);
        for (const Waiter& other : order.waiters)
            if (by_id.at(other.id).state == State::waiting && asked_before(other, waiter) &&
                std::ranges::find(passed, &other) == passed.end())
                why[compare(waiter, other, session_.rules, remote).why].push_back(other.id);
        by_id.at(waiter.id).state = State::offered;
        offer(by_id.at(waiter.id), *pool, until);
        for (const auto& [reason, ids] : why)
            if (!ids.empty())
                store::insert_overtakings(transaction_, db::json_ids(ids), waiter.id,
                                          name_of(reason), now_);
    }
}

bool Desk::reassign_pools() {
    auto rows = store::of_session(transaction_, session_.id);
    std::erase_if(rows, [](const Enrolment& row) { return !row.has_seat(); });
    std::ranges::sort(rows, [](const Enrolment& a, const Enrolment& b) {
        return std::pair{a.given_at, a.id} < std::pair{b.given_at, b.id};
    });
    Room room(session_.rules, seats_.capacity, now_);
    for (const Enrolment& row : rows) {
        const auto pool = room.free_for(standing_from(row.standing));
        if (!pool) return false;
        room.take(*pool);
        if (*pool != row.pool) store::set_pool(transaction_, row.id, *pool);
    }
    return true;
}

}  // namespace enrolments
