// SPDX-License-Identifier: EUPL-1.2
// From sessions and venues to the JSON of the organisers' pages. The views that all may see
// (session_view, venue_view) are in the door.
#pragma once
#include "catalogue/catalogue.hpp"
#include "sessions/form.hpp"
#include "sessions/sessions.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <utility>
#include <vector>

namespace sessions {

extern const std::string_view list_schema;     // JSON Schema of list_view
extern const std::string_view session_schema;  // ... of organiser_view
extern const std::string_view rules_schema;    // ... of rules_view
extern const std::string_view offers_schema;   // ... of offers_view
extern const std::string_view form_schema;     // ... of form_view and venue_form_view
extern const std::string_view venues_schema;   // ... of venues_view
extern const std::string_view venue_schema;    // ... of one

// Everything an organiser may know of it, and what can be done with it now.
boost::json::object organiser_view(const Session&, const Venue*, const catalogue::OfferTitle&,
                                   base::Time now);

struct ListPage {
    const ListQuery& query;
    int page;                // from 1
    std::string offer_slug;  // "" : of all offers
    std::vector<Session> sessions;
    std::map<Listed, int> counts;
    std::map<base::VenueId, Venue> venues;
    std::map<base::OfferId, catalogue::OfferTitle> titles;  // of all that may be chosen, too
    std::vector<Session> waiting = {};                      // coming ones with something to do
    std::map<base::SessionId, ToDo> to_do = {};
};
// Is there something that waits for the organiser?
bool waits(const Session&, const ToDo&, base::Time now);
boost::json::object list_view(const ListPage&, base::Time now);

// How the seats of a session are given, for everyone. `organisations`: shown names, by code.
boost::json::object rules_view(const Session&, const Venue*,
                               const std::map<base::OfferId, catalogue::OfferTitle>&,
                               const std::map<std::string, std::string>& organisations,
                               base::Time now);

struct OfferChoice {
    std::string slug, title;
    bool fictitious = false;
};
boost::json::object offers_view(std::string_view words, int total, const std::vector<OfferChoice>&);

struct FormContext {
    catalogue::OfferTitle offer;
    std::vector<Venue> venues;         // to choose from
    const Session* session = nullptr;  // the one that is edited
    base::Time now{};
};
boost::json::object form_view(const SessionForm&, const FormContext&,
                              const std::vector<base::Reason>& problems);

struct VenueOf {
    Venue venue;
    std::string organisation;  // shown name
    bool mine = false;         // may be changed
};
boost::json::object venues_view(const std::vector<VenueOf>&);
// `owners`: code and name of those who may answer for it. `code`: of the venue edited, "" for a new
// one.
boost::json::object venue_form_view(const VenueForm&,
                                    const std::vector<std::pair<std::string, std::string>>& owners,
                                    std::string_view code);

}  // namespace sessions
