// SPDX-License-Identifier: EUPL-1.2
// Door of the sessions slice: when and where an offer is given, how many seats it has and how many
// are taken. Who holds them is the enrolments slice's.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "sessions/seat_rules.hpp"

#include <boost/json/fwd.hpp>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Database;
class Transaction;
class Versions;
}  // namespace db

namespace sessions {

struct Venue {
    base::VenueId id;
    std::string code;
    base::OrganisationId organisation;
    std::string name;
    std::string address;  // whole, with the town; "" where it is not told
    std::string town;
    std::optional<int> capacity;
    bool step_free = false;     // accessible with reduced mobility
    bool hearing_loop = false;  // magnetic induction loop
    std::string equipment;
    std::string contact;
    std::int64_t revision = 0;
    friend bool operator==(const Venue&, const Venue&) = default;
};

struct Slot {
    base::Time starts_at{};
    base::Time ends_at{};
    friend bool operator==(const Slot&, const Slot&) = default;
};

enum class Status { draft, open, cancelled };
std::string_view name_of(Status);

struct Seats {
    int capacity = 0;
    int taken = 0;                // held or offered; never over capacity
    int waiting = 0;              // 0 while a seat is free, unless it is held back
    bool held_back = false;       // a free seat that none of those who wait may have by the rules
    std::int64_t last_place = 0;  // on the waiting list; grows, never given twice
    base::Time last_asked_at{};   // of the last who was put on it
    int reached = 0;              // how many of the list were offered a seat until now
    bool full() const { return taken >= capacity; }
    friend bool operator==(const Seats&, const Seats&) = default;
};

struct Session {
    base::SessionId id;
    base::OfferId offer;
    base::OrganisationId organisation;
    Status status = Status::draft;
    std::optional<base::VenueId> venue;
    std::string video_link;
    std::string language = "fr";
    std::string note;
    base::Time enrolment_opens_at{};
    base::Time enrolment_closes_at{};
    base::Time cancel_until{};  // withdrawing later needs the organiser
    int minimum = 0;            // of participants
    std::vector<Slot> slots;    // half days in order, at least one
    std::int64_t sequence = 0;  // RFC 5545
    std::int64_t revision = 0;
    Seats seats;
    SeatRules rules;
    std::optional<base::Time> results_at = {};  // of a selection on motivation: made known

    bool selecting() const { return rules.selection == Selection::on_motivation && !results_at; }
    base::Time starts_at() const { return slots.front().starts_at; }
    base::Time ends_at() const { return slots.back().ends_at; }
};

// With where it is, if it has a venue.
struct Placed {
    Session session;
    std::optional<Venue> venue;
};

// Of which offer it is and when: what a list of many people's trainings needs.
struct Dated {
    base::OfferId offer;
    Status status = Status::draft;
    std::vector<Slot> slots;  // in order, at least one
    base::Time starts_at() const { return slots.front().starts_at; }
    base::Time ends_at() const { return slots.back().ends_at; }
};

// An offer's session: when it begins and ends, when enrolment opens and closes.
using OnOpen = std::function<void(base::OfferId, base::Time, base::Time, base::Time, base::Time)>;

// The lists of an organiser: `coming` and `past` are open, `past` has ended.
enum class Listed { coming, past, draft, cancelled };
inline constexpr std::array all_listed{Listed::coming, Listed::past, Listed::draft,
                                       Listed::cancelled};
std::string_view name_of(Listed);

struct ListQuery {
    std::vector<base::OrganisationId> organisations;
    std::optional<base::OfferId> offer;  // nothing: of all
    Listed listed = Listed::coming;
    int offset = 0;
    int limit = 20;
};

// What an organiser has to do for a session, as far as those enrolled go.
struct ToDo {
    int to_grade = 0;  // applications that nobody has graded
    int applications = 0;
    int to_check = 0;  // declared prerequisites
    int offered = 0;   // seats that wait for an answer
};

// What the enrolments slice does when a session changes; declared here because sessions is below.
// Each is called in the transaction that changes the session.
struct SeatHolders {
    virtual ~SeatHolders() = default;
    // Planned, opened or changed by `by`: `after` is what update() has written, and its capacity is
    // set here. Seats pass on, who holds one is told of another time or place, what must happen
    // later is put down. Refuses, by field, a capacity or quota that those who hold seats break.
    virtual base::Result<void> session_changed(db::Transaction&, const Session& before,
                                               const Session& after, base::PersonId by,
                                               base::Time now) = 0;
    // Of these sessions, those with something to do.
    virtual std::map<base::SessionId, ToDo> to_do(db::Transaction&,
                                                  const std::vector<base::SessionId>&) = 0;
    // Called off: nobody holds a seat or a place any more; each is told.
    virtual void session_cancelled(db::Transaction&, base::SessionId, base::PersonId by,
                                   base::Time now) = 0;
};

// What a taker got.
struct Taken {
    bool seated = false;
    std::int64_t place = 0;  // on the waiting list when not seated; grows, never reused
    base::Time asked_at{};   // never before that of the place before
};

// What `campus check` compares with the enrolments.
struct Counted {
    base::SessionId id;
    Status status = Status::draft;
    base::Time starts_at{};
    Seats seats;
    SeatRules rules;
    std::optional<base::Time> results_at;
};

// The members that every view of a session has, here because enrolments shows sessions, too.
// `venue`: nullptr when there is none.
boost::json::object session_view(const Session&, const Venue* venue);
boost::json::object venue_view(const Venue&);

class Sessions {
public:
    // -- reading
    std::optional<Session> find(db::Transaction&, base::SessionId);
    std::map<base::SessionId, Placed> placed(db::Transaction&, const std::vector<base::SessionId>&);
    std::map<base::SessionId, Dated> dated(db::Transaction&, const std::vector<base::SessionId>&);
    // Those that are open or cancelled and have not ended, by date.
    std::vector<Session> coming(db::Transaction&, base::OfferId, base::Time now);
    // The same of several offers, in one query; by date.
    std::vector<Session> coming(db::Transaction&, const std::vector<base::OfferId>&,
                                base::Time now);
    // The open ones that have not ended, by date.
    void for_open(db::Transaction&, base::Time now, const OnOpen&);
    // Those with a seat that can be taken now, the next first.
    std::vector<Placed> next_with_free_seats(db::Transaction&, base::Time now, int most);
    // By date; the past and the cancelled ones from the latest.
    std::vector<Session> list(db::Transaction&, const ListQuery&, base::Time now);
    // How many each of the lists has, whatever `listed` says.
    std::map<Listed, int> count(db::Transaction&, const ListQuery&, base::Time now);
    // The offers that these organisations have sessions of.
    std::vector<base::OfferId> offers_of(db::Transaction&,
                                         const std::vector<base::OrganisationId>&);
    // A session that is the same but for its id: what a form sent twice would make again. Until the
    // transaction ends nobody else makes one.
    std::optional<base::SessionId> find_same(db::Transaction&, const Session&);
    // Sessions of the offer that have ended or were called off.
    std::vector<base::SessionId> over(db::Transaction&, base::OfferId, base::Time now);
    // Others that are not called off and meet in the same venue at the same time.
    std::vector<Session> same_venue(db::Transaction&, const Session&);
    // How far down their waiting lists the last ended sessions of the offer came, at most ten, of
    // those that somebody waited for or that were full.
    std::vector<int> reach_of_past(db::Transaction&, base::OfferId, base::Time now);
    std::vector<Counted> counted(db::Transaction&);
    std::map<base::VenueId, Venue> venues(db::Transaction&, const std::vector<base::VenueId>&);
    std::vector<Venue> all_venues(db::Transaction&);
    std::optional<Venue> find_venue(db::Transaction&, std::string_view code);
    // Offers with a seat to take now; kept in memory until a session fills, frees or opens.
    std::shared_ptr<const std::vector<base::OfferId>> offers_with_free_seats(db::Transaction&,
                                                                             const db::Versions&,
                                                                             base::Time now);

    // -- writing; the caller's transaction, the caller's rights
    base::SessionId insert(db::Transaction&, const Session&);
    // Nothing when there is one of this code already.
    std::optional<base::VenueId> insert(db::Transaction&, const Venue&);
    // False when `revision` is no longer the present one, here and below.
    bool update(db::Transaction&, const Venue&);
    // Everything but the seats, which are the SeatHolders' to change.
    bool update(db::Transaction&, const Session&);
    // A draft only: the others are called off. When false the transaction must be rolled back.
    bool remove_draft(db::Transaction&, const Session&);

    // -- seats; each locks the session's row until the transaction ends
    // A seat if there is one, else the next place on the waiting list; nothing when the session is
    // not open, or gives its seats by rules. One statement, so that what it saw and what it did
    // cannot differ.
    std::optional<Taken> take(db::Transaction&, base::SessionId, base::Time now);
    // The present numbers, locked.
    std::optional<Seats> lock(db::Transaction&, base::SessionId);
    // The whole session, locked.
    std::optional<Session> lock_whole(db::Transaction&, base::SessionId);
    void set_results(db::Transaction&, base::SessionId, base::Time now);
    void set_seats(db::Transaction&, base::SessionId, const Seats& before, const Seats& after);

private:
    std::mutex mutex_;  // guards the cache only; what is true is in the database
    struct Free {
        std::int64_t version = -1;
        base::Time from{}, until{};  // between two moments at which an enrolment opens or closes
        std::shared_ptr<const std::vector<base::OfferId>> offers;
    } free_;
};

}  // namespace sessions
