// SPDX-License-Identifier: EUPL-1.2
// The letters of this slice: who is told what, in the transaction that decides it. Sentences are in
// po/, under "enrolments.mail.".
#pragma once
#include "enrolments/enrolments.hpp"
#include "identity/identity.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace enrolments {

class Post {
public:
    // The arguments must outlive it.
    Post(identity::Identity& identity, catalogue::Catalogue& catalogue,
         sessions::Sessions& sessions, Origin origin)
        : identity_(identity),
          catalogue_(catalogue),
          sessions_(sessions),
          origin_(std::move(origin)) {}

    // For the calendar of who has this seat.
    std::string invitation(const Training&, const identity::Person&, bool off) const;

    // What became of the asking: a seat with its invitation, a place, an application.
    void taken(db::Transaction&, const sessions::Session&, const Enrolment&, base::Time now) const;
    // The same where the letter's other contents are known already, so that nothing is read while
    // the session is locked.
    void taken(db::Transaction&, const sessions::Placed&, const catalogue::OfferTitle&,
               const identity::Person&, const Enrolment&, base::Time now) const;
    void offered(db::Transaction&, const sessions::Session&, const Enrolment&,
                 base::Time now) const;
    // An offer that nobody answered.
    void expired(db::Transaction&, const sessions::Session&, const Enrolment&,
                 base::Time now) const;
    void refused(db::Transaction&, const sessions::Session&, const Enrolment&,
                 base::Time now) const;
    // The seat was given back or passed on: the calendar entry goes.
    void given_back(db::Transaction&, const sessions::Session&, const Enrolment&,
                    base::Time now) const;
    void replacement_asked(db::Transaction&, const sessions::Session&, base::PersonId colleague,
                           base::PersonId holder, std::int64_t replacement, base::Time now) const;
    // To all who held something, as they did before.
    void cancelled(db::Transaction&, const sessions::Session&, const std::vector<Enrolment>&,
                   base::Time now) const;
    void moved(db::Transaction&, const sessions::Session&, const std::vector<Enrolment>&,
               base::Time now) const;
    // To the organisers.
    void minimum_not_reached(db::Transaction&, const sessions::Session&,
                             const std::vector<base::PersonId>&, base::Time now) const;
    void results_due(db::Transaction&, const sessions::Session&, const std::vector<base::PersonId>&,
                     base::Time now) const;

private:
    struct About;
    About about(db::Transaction&, const sessions::Session&) const;
    void write(db::Transaction&, const About&, const identity::Person&, const Enrolment*,
               std::string_view word, base::Time now) const;
    void write_all(db::Transaction&, const sessions::Session&, const std::vector<Enrolment>&,
                   std::string_view word, base::Time now) const;

    identity::Identity& identity_;
    catalogue::Catalogue& catalogue_;
    sessions::Sessions& sessions_;
    const Origin origin_;
};

}  // namespace enrolments
