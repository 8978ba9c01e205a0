// SPDX-License-Identifier: EUPL-1.2
// The rules by which seats are given, as pure functions of values: whose quota a seat is, who goes
// before whom and why, how long an offer stands, what a place on the list is worth.
#pragma once
#include "base/clock.hpp"
#include "enrolments/enrolments.hpp"
#include "sessions/sessions.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace enrolments {

// What the rules ask of a person, as of the moment of asking: a later change of post moves nobody.
struct Standing {
    std::string population;  // etat, territoriale, hospitaliere; "" : works nowhere at present
    bool contractor = false;
    std::vector<std::string> organisations;  // codes, from the own one up to the root
    std::string department;                  // INSEE code; "" : not known
    std::string town;                        // folded
    int waited = 0;  // earlier sessions of the offer on whose list they never got a seat
    friend bool operator==(const Standing&, const Standing&) = default;
};
std::string to_json(const Standing&);
Standing standing_from(std::string_view json);

bool fits(const sessions::Quota&, const Standing&);

// The seats of a session by quota. Those of a quota whose time is over are seats for all.
class Room {
public:
    Room(const sessions::SeatRules&, int capacity, base::Time now);
    // Somebody holds or is offered a seat of this pool. False: there is none left.
    bool take(std::string_view pool);
    // A free seat that this person may have: first of a quota of theirs, so that seats for all stay
    // for all. Nothing when there is none.
    std::optional<std::string> free_for(const Standing&) const;
    int free_for_all() const { return open_.seats - open_.taken; }
    struct Pool {
        int seats = 0, taken = 0;
    };
    // Of each quota that still holds seats back, in the order of the rules.
    const std::vector<std::pair<const sessions::Quota*, Pool>>& reserved() const {
        return reserved_;
    }

private:
    Pool open_;
    std::vector<std::pair<const sessions::Quota*, Pool>> reserved_;  // of the rules given
};

// The words for why one goes before another; messages under "enrolments.why_before.".
enum class Why {
    asked_first,     // on the list, or, for one who was transferred, on that of the session before
    better_ranked,   // in the selection on motivation
    was_selected,    // ranked at all: the other asked after the selection
    returned,        // priority that was given back when a session was called off or moved
    state_agents,    // sessions::Priority
    far_from_paris,  // ..
    waited_before,   // ..
    quota,           // the seat is one of a quota
    replacement,     // a holder's colleague
};
std::string_view name_of(Why);

// What tells people on one list apart.
struct Waiter {
    base::EnrolmentId id;
    std::int64_t place = 0;
    base::Time asked_at{};
    bool returned = false;
    std::int64_t rank = 0;
    Standing standing;
};
Waiter waiter_of(const Enrolment&);

// Does `a` go before `b`, and why does the one that goes first? Two who are the same go by place.
struct Precedence {
    bool first = true;
    Why why = Why::asked_first;
};
Precedence compare(const Waiter& a, const Waiter& b, const sessions::SeatRules&, bool remote);

// In the order in which seats are offered. With why each goes before the next: one less than there
// are people.
struct Order {
    std::vector<Waiter> waiters;
    std::vector<Why> why;
};
Order order_of(std::vector<Waiter>, const sessions::SeatRules&, bool remote);

// Until when an offer made now stands: so many hours, but never beyond half of the time that is
// left before the session, at least two hours, and never beyond its beginning. Nothing once it
// began: then no seat is offered any more.
std::optional<base::Time> offer_until(base::Time now, base::Time starts_at, int hours);

// What the past tells of a place: of the last sessions of the offer whose list is known, how many
// came as far as it. Nothing where there is no such session: it is not known.
struct Chance {
    int reached = 0;
    int of = 0;
};
std::optional<Chance> chance(std::span<const int> reach_of_past, int rank);

// Points of all graders, by criterion: the mean of the weighted means, in thousandths of the best.
// Nothing when nobody has graded every criterion.
struct Grade {
    base::PersonId grader;
    int criterion = 0;
    int points = 0;
};
std::optional<int> score(std::span<const Grade>, const std::vector<sessions::Criterion>&);

}  // namespace enrolments
