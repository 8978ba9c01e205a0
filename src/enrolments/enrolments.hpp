// SPDX-License-Identifier: EUPL-1.2
// Door of the enrolments slice: who has a seat in which session, who waits, and how seats pass on.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"
#include "catalogue/catalogue.hpp"
#include "sessions/sessions.hpp"

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace enrolments {

enum class State { seated, waiting, withdrawn, cancelled };
std::string_view name_of(State);

struct Enrolment {
    base::EnrolmentId id;
    base::SessionId session;
    base::PersonId person;
    State state = State::seated;
    std::int64_t place = 0;  // on the waiting list; 0 for one who never waited
    base::Time created_at{};
    base::Time changed_at{};
    std::int64_t sequence = 0;  // RFC 5545
    bool holds() const { return state == State::seated || state == State::waiting; }
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

class Enrolments final : public sessions::SeatHolders, public catalogue::SessionsOfOffers {
public:
    // The arguments must outlive it.
    Enrolments(db::Database&, sessions::Sessions&, catalogue::Catalogue&);

    // A seat, or a place on the waiting list when there is none. Taking twice gives what one has.
    // Refuses when somebody must agree first, and by rules.hpp, with not_found for a session that
    // is not there or not yet open.
    base::Result<Enrolment> take(base::PersonId, base::SessionId, base::Time now);

    // What take() does inside the transaction in which it was agreed, asking no circuit. The double
    // click that another transaction won comes back as "enrolments.already_held".
    base::Result<Enrolment> take_agreed(db::Transaction&, base::PersonId, base::SessionId,
                                        base::Time now);
    // Whom take() asks; it must outlive this. Without it nobody has to agree.
    void ask(Approvals& approvals) { approvals_ = &approvals; }

    // The same for a load of many, in their order: asks no rule, and who has a seat already breaks
    // it.
    void put_all(db::Transaction&, base::SessionId, std::span<const base::PersonId>,
                 base::Time now);

    // Gives the seat or the place back; the first who waits gets the seat in the same transaction.
    base::Result<Enrolment> withdraw(base::PersonId, base::EnrolmentId, base::Time now);

    Trainings trainings_of(db::Transaction&, base::PersonId, base::Time now);

    // The seats and places that these people hold, taken since that time.
    std::vector<Enrolment> held_by(db::Transaction&, const std::vector<base::PersonId>&,
                                   base::Time since);
    // The invitation (RFC 5546) to the half days of a seat; "" for somebody who waits.
    std::string invitation(db::Transaction&, const Enrolment&, std::string_view base_url);

    // Those who come and those who wait, in order.
    std::vector<Enrolment> roster(db::Transaction&, base::SessionId);

    // A new secret for the address of the person's calendar feed; the one before stops working.
    std::string new_feed(base::PersonId, base::Time now);
    std::optional<base::PersonId> owner_of_feed(db::Transaction&, std::string_view token);

    // sessions::SeatHolders
    bool set_capacity(db::Transaction&, base::SessionId, int capacity, base::Time now) override;
    void session_cancelled(db::Transaction&, base::SessionId, base::Time now) override;

    // catalogue::SessionsOfOffers
    std::shared_ptr<const std::vector<base::OfferId>> with_free_seats(db::Transaction&,
                                                                      const db::Versions&,
                                                                      base::Time now) override;
    boost::json::value of_offer(db::Transaction&, base::OfferId,
                                std::optional<base::PersonId> reader, base::Time now) override;

private:
    db::Database& database_;
    sessions::Sessions& sessions_;
    catalogue::Catalogue& catalogue_;
    Approvals* approvals_ = nullptr;
};

}  // namespace enrolments
