// SPDX-License-Identifier: EUPL-1.2
// Venues: any organiser may plan a session in any of them; those of a perimeter keep them up to
// date.
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "organisations/organisations.hpp"
#include "sessions/form.hpp"
#include "sessions/handlers.hpp"
#include "sessions/views.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sessions {
namespace {

using base::ErrorKind;
using Owners = std::vector<std::pair<std::string, std::string>>;

// Who may answer for a new venue: the organisations at the top of the perimeters.
Owners owners_of(const identity::Rights& rights) {
    Owners owners;
    for (const base::OrganisationId id : rights.perimeters("organiser"))
        if (const auto* organisation = rights.tree().find(id))
            owners.emplace_back(organisation->code, organisation->shown_name());
    return owners;
}

base::Result<Venue> own_venue(db::Transaction& transaction, const http::Request& request,
                              const Site& site) {
    auto venue = site.sessions.find_venue(transaction, request.path_value("code"));
    if (!venue)
        return base::unexpected(base::Error{ErrorKind::not_found, "sessions.venue_unknown"});
    if (!rights_of(transaction, request, site).may("organiser", venue->organisation))
        return base::unexpected(base::Error{ErrorKind::forbidden, "sessions.venue_not_yours"});
    return *std::move(venue);
}

boost::json::object saved_view(const Venue& venue) {
    boost::json::object view = venue_view(venue);
    view["can_change"] = true;
    return view;
}

http::View form_page(const VenueForm& form, const Owners& owners, std::string_view code) {
    return http::view("sessions/venue-form", venue_form_view(form, owners, code));
}

}  // namespace

http::Response show_venues(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto rights = rights_of(transaction, request, site);
        std::vector<VenueOf> venues;
        for (Venue& venue : site.sessions.all_venues(transaction)) {
            const auto* owner = rights.tree().find(venue.organisation);
            const bool mine = rights.may("organiser", venue.organisation);
            venues.push_back({std::move(venue), owner ? owner->shown_name() : "", mine});
        }
        return http::show(http::view("sessions/venues", venues_view(venues)));
    });
}

http::Response show_new_venue(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(form_page({}, owners_of(rights_of(transaction, request, site)), ""));
    });
}

http::Response create_venue(const http::Request& request, const Site& site) {
    VenueForm form = read_venue_form(request.form);
    Owners owners;
    const auto created =
        site.database.write([&](db::Transaction& transaction) -> base::Result<Venue> {
            const auto rights = rights_of(transaction, request, site);
            owners = owners_of(rights);
            if (form.organisation.empty() && owners.size() == 1)
                form.organisation = owners.front().first;
            ReadVenue read = venue_from(form, {});
            const auto* owner = rights.tree().find(form.organisation);
            if (owner == nullptr || !rights.may("organiser", owner->id))
                read.problems.push_back({"sessions.problem.venue_organisation", "organisation"});
            if (!read.problems.empty())
                return base::unexpected(base::Error{ErrorKind::invalid, std::move(read.problems)});
            read.venue.organisation = owner->id;
            read.venue.code = base::slug(read.venue.name + " " + read.venue.town);
            // Also what a form sent twice comes to.
            if (!site.sessions.insert(transaction, read.venue))
                return base::unexpected(
                    base::Error{ErrorKind::conflict, "sessions.problem.venue_exists", "name"});
            return std::move(read.venue);
        });
    if (!created) return http::refuse(created.error(), form_page(form, owners, ""));
    return http::done("/venues", "sessions.notice.venue_created",
                      http::view("", saved_view(*created)), 201);
}

http::Response show_edit_venue(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto venue = own_venue(transaction, request, site);
        if (!venue) return http::refuse(venue.error());
        return http::show(form_page(form_of(*venue, ""), {}, venue->code));
    });
}

http::Response change_venue(const http::Request& request, const Site& site) {
    VenueForm form = read_venue_form(request.form);
    std::optional<Venue> present;
    const auto changed =
        site.database.write([&](db::Transaction& transaction) -> base::Result<Venue> {
            const auto before = own_venue(transaction, request, site);
            if (!before) return before;
            present = *before;
            ReadVenue read = venue_from(form, *before);
            read.venue.revision = form.revision;
            if (!read.problems.empty())
                return base::unexpected(base::Error{ErrorKind::invalid, std::move(read.problems)});
            if (!site.sessions.update(transaction, read.venue))
                return base::unexpected(base::Error{ErrorKind::conflict, "sessions.venue_stale"});
            return std::move(read.venue);
        });
    if (changed)
        return http::done("/venues", "sessions.notice.venue_changed",
                          http::view("", saved_view(*changed)));
    if (!present || changed.error().kind == ErrorKind::forbidden)
        return http::refuse(changed.error());
    if (changed.error().kind == ErrorKind::conflict) form.revision = present->revision;
    return http::refuse(changed.error(), form_page(form, {}, present->code));
}

}  // namespace sessions
