// SPDX-License-Identifier: EUPL-1.2
// Door of the enrolments slice: who has a seat in which session, who waits or applies, and how
// seats pass on.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "catalogue/catalogue.hpp"
#include "sessions/sessions.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Versions;
}
namespace identity {
class Identity;
struct Person;
}  // namespace identity
namespace organisations {
class Organisations;
}

namespace enrolments {

enum class State {
    applied,  // to a session on motivation, before its results
    seated,   // has a seat
    offered,  // has a seat to accept or decline
    waiting,  // on the list
    withdrawn,
    declined,
    expired,  // gave it back; said no to an offer; did not answer it
    refused,  // by the organiser: the prerequisite is not met
    transferred,
    replaced,   // to another session; by a colleague
    cancelled,  // with its session
};
std::string_view name_of(State);

inline bool has_seat(State state) {
    return state == State::seated || state == State::offered;
}

struct Enrolment {
    base::EnrolmentId id;
    base::SessionId session;
    base::PersonId person;
    State state = State::seated;
    std::int64_t place = 0;  // on the waiting list; 0 for one who never waited
    base::Time created_at{};
    base::Time changed_at{};
    std::int64_t sequence = 0;  // RFC 5545
    base::Time asked_at{};      // seniority; a transfer keeps it
    bool returned = false;      // priority given back by a session that was called off or moved
    std::int64_t rank = 0;      // of a selection on motivation; 0: none
    std::string pool = {};      // the quota whose seat it is; "" : a seat for all
    std::string standing = {};  // JSON, see seats.hpp; "" where no rule asks for it
    std::optional<base::Time> given_at = {};   // when the seat was given or offered
    std::optional<base::Time> answer_by = {};  // until when an offer stands
    std::string prerequisite = {};             // "declared": to be checked; "checked"
    std::optional<int> score = {};             // thousandths of the best possible
    std::string reason = {};                   // what the organiser wrote to this person
    bool moved = false;  // the session was moved: to keep, or to give back without penalty

    bool has_seat() const { return enrolments::has_seat(state); }
    bool holds() const { return has_seat() || state == State::waiting || state == State::applied; }
};

// A seat or place that somebody holds.
struct Held {
    base::SessionId session;
    base::PersonId person;
    State state = State::seated;
};

// One of a person's enrolments with what is needed to show it.
struct Training {
    Enrolment enrolment;
    sessions::Session session;
    std::optional<sessions::Venue> venue;
    catalogue::OfferTitle offer;
    int ahead = 0;  // how many wait before this person
};

struct Trainings {
    std::vector<Training> list;  // the next first, then the past ones from the latest
    bool has_feed = false;       // a calendar address exists
};

// Does somebody have to agree before this person takes a seat? The requests slice, above, knows the
// circuit of each administration and implements it.
struct Approvals {
    virtual ~Approvals() = default;
    virtual bool asks_first(db::Transaction&, const db::Versions&, base::PersonId, base::SessionId,
                            base::Date) = 0;
};

// What a person says when asking for a seat, where the session asks it.
struct Asking {
    std::string motivation = {};
    bool declares_prerequisites = false;
};

// A place on a waiting list, as the one who has it may see it.
struct Place {
    int rank = 0;  // 1: the next
    int of = 0;
    std::string why_before;  // why the one before goes first: the end of a message key; "" for none
    std::string why_after;   // why this one goes before the next
    bool known = false;      // are the chances known?
    int reached = 0;         // so many of the last ...
    int sessions = 0;        // ... sessions of the offer came as far as this place
    std::vector<std::pair<std::string, int>> overtaken;  // reason, and by how many
};

// What graders see of the applications to a session.
struct Application {
    std::string motivation;
    std::map<base::PersonId, std::vector<int>> points;  // by grader, in the order of the grid
    std::optional<int> score;                           // thousandths
};
using Selection = std::map<base::EnrolmentId, Application>;

// What `campus check` found: the rule that does not hold, and where.
struct Finding {
    std::string_view rule;  // "counters", "capacity", "quota", "order", ...
    base::SessionId session;
    std::string detail;
};

// A seat that somebody agreed to, with what the agreeing has read already.
struct Agreed {
    const db::Versions& versions;
    const sessions::Placed& placed;
    const identity::Person& person;
    std::string motivation;  // as asked for: of use where the session selects on it
};

// Whose the letters are: the links in calendar invitations, and who invites.
struct Origin {
    std::string base_url;
    std::string name, email;
};

class Post;

// Nothing when the reader may take a seat (or wait) now; else the message key, under
// "enrolments.why_not." or, for the offer's own rule, "catalogue.why_not.". Pure; see rules.hpp.
std::optional<std::string> why_not_take(const sessions::Session&, const catalogue::Eligibility&,
                                        const catalogue::Reader&, base::Time now);

class Enrolments final : public sessions::SeatHolders, public catalogue::SessionsOfOffers {
public:
    // The arguments must outlive it.
    Enrolments(db::Database&, sessions::Sessions&, catalogue::Catalogue&, identity::Identity&,
               organisations::Organisations&, Origin);
    ~Enrolments() override;

    // A seat, or a place on the waiting list when there is none; an application where the session
    // selects on motivation. Taking twice gives what one has. Refuses when somebody must agree
    // first, and by rules.hpp, with not_found for a session that is not there or not yet open.
    base::Result<Enrolment> take(base::PersonId, base::SessionId, base::Time now,
                                 const Asking& = {});

    // What take() does inside the transaction in which it was agreed, asking no circuit. The double
    // click that another transaction won comes back as "enrolments.already_held". The prerequisite
    // is then the organiser's to check, and the caller tells the person what they got.
    base::Result<Enrolment> take_agreed(db::Transaction&, const Agreed&, base::Time now);
    // Whom take() asks; it must outlive this. Without it nobody has to agree.
    void ask(Approvals& approvals) { approvals_ = &approvals; }

    // The same for a load of many, in their order: asks no rule, tells nobody, and who has a seat
    // already breaks it.
    void put_all(db::Transaction&, base::SessionId, std::span<const base::PersonId>,
                 base::Time now);

    // Gives a seat, an offered seat, a place or an application back; a seat that is freed is
    // offered to the first who fits in the same transaction.
    base::Result<Enrolment> withdraw(base::PersonId, base::EnrolmentId, base::Time now);
    // The answer to an offered seat.
    base::Result<Enrolment> answer(base::PersonId, base::EnrolmentId, bool accept, base::Time now);
    // To another session of the same offer: the seat there first, or it stays here; a place on the
    // list keeps its seniority.
    base::Result<Enrolment> transfer(base::PersonId, base::EnrolmentId, base::SessionId to,
                                     base::Time now);
    // After the session was moved: the seat is kept.
    base::Result<Enrolment> keep(base::PersonId, base::EnrolmentId, base::Time now);

    // A colleague of the same organisation is asked to take a seat over, by its holder or an
    // organiser (`as_organiser`: the caller has checked the perimeter).
    base::Result<Enrolment> propose_colleague(base::PersonId by, bool as_organiser,
                                              base::EnrolmentId, std::string_view email,
                                              base::Time now);
    // The colleague's answer.
    base::Result<Enrolment> answer_colleague(base::PersonId colleague, std::int64_t replacement,
                                             bool accept, base::Time now);

    // -- the organiser's; the caller has checked the perimeter
    // Points for each criterion of the grid, in its order. Each grader has their own.
    base::Result<void> grade(base::PersonId grader, base::EnrolmentId, std::span<const int> points,
                             base::Time now);
    // The results of a selection, for everyone at once: seats by rank as far as there are, places
    // on the list in the order of the rank for the others. Each gets the reason written for them;
    // who is not seated must have one.
    base::Result<void> give_results(base::PersonId by, base::SessionId,
                                    const std::map<base::EnrolmentId, std::string>& reasons,
                                    base::Time now);
    // A prerequisite that was declared holds, or the enrolment is refused with a reason.
    base::Result<Enrolment> check_prerequisite(base::PersonId by, base::EnrolmentId, bool holds,
                                               std::string_view reason, base::Time now);

    // -- what jobs do; each may run twice or late
    void expire_offer(base::EnrolmentId, base::Time now);
    // Seats whose quota is open to all from now on are offered.
    void release_quotas(base::SessionId, base::Time now);
    // Tells the organisers of a minimum that is not reached.
    void warn_of_minimum(base::SessionId, base::Time now);
    // Tells the organisers of a selection whose applications are complete.
    void call_for_results(base::SessionId, base::Time now);

    // -- reading
    Trainings trainings_of(db::Transaction&, base::PersonId, base::Time now);
    // The seats and places that these people hold, taken since that time.
    std::vector<Held> held_by(db::Transaction&, const std::vector<base::PersonId>&,
                              base::Time since);
    // The invitation (RFC 5546) to the half days of a seat; "" for somebody who waits.
    std::string invitation(const Training&, const identity::Person&) const;
    std::optional<Enrolment> find(db::Transaction&, base::EnrolmentId);
    // What somebody on the list may know: their place, who is before them and why, their chances.
    Place place_of(db::Transaction&, const Enrolment&, const sessions::Session&, base::Time now);
    // What somebody is asked to take over; nothing when it is not theirs or was answered.
    std::optional<Training> asked_to_replace(db::Transaction&, base::PersonId,
                                             std::int64_t replacement);
    Selection selection(db::Transaction&, base::SessionId);
    // Those who come and those who wait or apply, in order.
    std::vector<Enrolment> roster(db::Transaction&, const sessions::Session&);
    // What rules that the session does not have yet would ask of these people, for a preview of
    // their order: fills in the standing where there is none.
    void complete_standings(db::Transaction&, const sessions::Session&, std::vector<Enrolment>&,
                            base::Time now);
    // All invariants, over all sessions.
    std::vector<Finding> check(db::Transaction&, base::Time now);

    // A new secret for the address of the person's calendar feed; the one before stops working.
    std::string new_feed(base::PersonId, base::Time now);
    std::optional<base::PersonId> owner_of_feed(db::Transaction&, std::string_view token);

    // sessions::SeatHolders
    base::Result<void> session_changed(db::Transaction&, const sessions::Session& before,
                                       const sessions::Session& after, base::PersonId by,
                                       base::Time now) override;
    std::map<base::SessionId, sessions::ToDo> to_do(db::Transaction&,
                                                    const std::vector<base::SessionId>&) override;
    void session_cancelled(db::Transaction&, base::SessionId, base::PersonId by,
                           base::Time now) override;

    // catalogue::SessionsOfOffers
    std::shared_ptr<const std::vector<base::OfferId>> with_free_seats(db::Transaction&,
                                                                      const db::Versions&,
                                                                      base::Time now) override;
    boost::json::value of_offer(db::Transaction&, base::OfferId,
                                std::optional<base::PersonId> reader, base::Time now) override;
    catalogue::Periods periods(db::Transaction&, base::Time now) override;

private:
    struct Found;  // an enrolment, its session locked
    base::Result<Found> find_locked(db::Transaction&, base::EnrolmentId,
                                    std::optional<base::PersonId> owner, base::Time now);
    // `asking`: nothing where somebody else agreed.
    base::Result<Enrolment> take_placed(db::Transaction&, const Agreed&, const Asking* asking,
                                        base::Time now);
    base::Result<Enrolment> take_by_rules(db::Transaction&, const sessions::Session&,
                                          const catalogue::Reader&, const Asking* asking,
                                          std::string_view motivation, std::string prerequisite,
                                          base::Time now);
    std::string standing_of(db::Transaction&, const catalogue::Reader&, base::OfferId,
                            base::Time now);
    base::Result<std::string> prerequisite_of(db::Transaction&, const sessions::Session&,
                                              base::PersonId, const Asking* asking, base::Time now);
    void put_down_jobs(db::Transaction&, const sessions::Session&, base::Time now);
    std::vector<base::PersonId> organisers_of(db::Transaction&, const sessions::Session&);

    db::Database& database_;
    sessions::Sessions& sessions_;
    catalogue::Catalogue& catalogue_;
    identity::Identity& identity_;
    organisations::Organisations& organisations_;
    std::unique_ptr<const Post> post_;
    Approvals* approvals_ = nullptr;
};

}  // namespace enrolments
