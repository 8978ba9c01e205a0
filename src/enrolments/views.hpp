// SPDX-License-Identifier: EUPL-1.2
// From enrolments to the JSON of their pages and to calendar files.
#pragma once
#include "enrolments/enrolments.hpp"
#include "http/request.hpp"
#include "identity/identity.hpp"

#include <boost/json/fwd.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace enrolments {

extern const std::string_view trainings_schema;   // JSON Schema of trainings_view
extern const std::string_view roster_schema;      // ... of roster_view
extern const std::string_view one_schema;         // ... of enrolment_view
extern const std::string_view apply_schema;       // ... of apply_view
extern const std::string_view selection_schema;   // ... of selection_view
extern const std::string_view priorities_schema;  // ... of priorities_view

// The sessions on the page of an offer: may one take a seat now, must one ask for it first, and
// what does the reader hold.
boost::json::array coming_sessions_view(const std::vector<sessions::Session>&,
                                        const std::map<base::VenueId, sessions::Venue>&,
                                        const std::map<base::SessionId, Enrolment>& held,
                                        bool asks_first, base::Time now);

boost::json::object training_view(const Training&, base::Time now);
// What comes, what is waited for, what is past.
boost::json::object trainings_view(const Trainings&, base::Time now);

// My enrolment: the place and why, other dates, a colleague. `email`: as typed.
boost::json::object enrolment_view(const Training&, const Place&,
                                   const std::vector<sessions::Session>& others,
                                   const std::map<base::VenueId, sessions::Venue>&,
                                   std::string_view email, base::Time now);
// What a session asks before a seat, with what was typed.
boost::json::object apply_view(const sessions::Session&, const sessions::Venue*,
                               const std::map<base::OfferId, catalogue::OfferTitle>&,
                               std::string_view motivation, bool declares);

struct Participant {
    Enrolment enrolment;
    identity::Person person;
    std::string organisation;  // shown name; "" for one who works nowhere any more
};
boost::json::object roster_view(const sessions::Session&, const sessions::Venue*,
                                const catalogue::OfferTitle&, const std::vector<Participant>&);

struct SelectionPage {
    const sessions::Session& session;
    const sessions::Venue* venue;
    const catalogue::OfferTitle& offer;
    std::vector<Participant> participants;
    Selection selection;
    std::map<base::PersonId, identity::Person> graders;
    base::PersonId me;
    const http::Form& typed;
};
boost::json::object selection_view(const SelectionPage&, base::Time now);
// `people`: those who wait. With why each goes before the next.
boost::json::object priorities_view(const sessions::Session&, const sessions::Venue*,
                                    const catalogue::OfferTitle&,
                                    const std::vector<Participant>& people, bool preview);
boost::json::object minimum_view(const sessions::Session&, const sessions::Venue*,
                                 const catalogue::OfferTitle&);

// The invitation to a seat (RFC 5546 REQUEST), or, `off`, its withdrawal (CANCEL).
struct Invited {
    std::string organiser_name, organiser_mail;
    std::string name, mail;
};
std::string invitation(const Training&, bool off, std::string_view base_url, const Invited&);

// One VEVENT for each half day of each seat; a seat given back or called off is CANCELLED.
std::string calendar_file(const std::vector<Training>&, bool feed, std::string_view base_url,
                          std::string_view calendar_name);

}  // namespace enrolments
