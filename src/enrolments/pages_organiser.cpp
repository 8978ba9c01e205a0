// SPDX-License-Identifier: EUPL-1.2
// What an organiser sees of the people of a session, and decides.
#include "audit/audit.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "enrolments/handlers.hpp"
#include "enrolments/rules.hpp"
#include "enrolments/seats.hpp"
#include "enrolments/views.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace enrolments {
namespace {

// The session that the path names, or whose enrolment it names, for its organisers.
base::Result<sessions::Session> organised(db::Transaction& transaction,
                                          const http::Request& request, const Site& site) {
    auto id = request.path_id<base::SessionId>("session");
    if (const auto enrolment = request.path_id<base::EnrolmentId>("enrolment"))
        if (const auto found = site.enrolments.find(transaction, *enrolment)) id = found->session;
    auto session = id ? site.sessions.find(transaction, *id) : std::nullopt;
    if (!session)
        return base::unexpected(
            base::Error{base::ErrorKind::not_found, "enrolments.session_unknown"});
    if (!site.identity.rights(transaction, db::Versions(transaction), request.person())
             .may("organiser", session->organisation))
        return base::unexpected(
            base::Error{base::ErrorKind::forbidden, "enrolments.not_your_session"});
    return *std::move(session);
}

base::Result<sessions::Session> organised(const http::Request& request, const Site& site) {
    return site.database.read(
        [&](db::Transaction& transaction) { return organised(transaction, request, site); });
}

std::vector<Participant> participants(db::Transaction& transaction, const Site& site,
                                      const sessions::Session& session, base::Time now,
                                      bool with_standings = false) {
    auto enrolments = site.enrolments.roster(transaction, session);
    if (with_standings) site.enrolments.complete_standings(transaction, session, enrolments, now);
    std::vector<base::PersonId> ids;
    for (const Enrolment& enrolment : enrolments) ids.push_back(enrolment.person);
    const auto people = site.identity.persons(transaction, ids);
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const auto affiliations = site.identity.affiliations(transaction, ids, today);
    const auto tree = site.organisations.tree(transaction, db::Versions(transaction));
    std::vector<Participant> found;
    for (const Enrolment& enrolment : enrolments) {
        Participant participant{enrolment, people.at(enrolment.person), ""};
        if (const auto at = affiliations.find(enrolment.person); at != affiliations.end())
            if (const auto* employer = tree->find(at->second.organisation))
                participant.organisation = employer->shown_name();
        found.push_back(std::move(participant));
    }
    return found;
}

struct Shown {
    std::optional<sessions::Venue> venue;
    catalogue::OfferTitle offer;
    const sessions::Venue* place() const { return venue ? &*venue : nullptr; }
};

Shown shown(db::Transaction& transaction, const Site& site, const sessions::Session& session) {
    Shown found{{}, site.catalogue.titles(transaction, {session.offer}).at(session.offer)};
    if (session.venue)
        found.venue = site.sessions.venues(transaction, {*session.venue}).at(*session.venue);
    return found;
}

http::View selection_page(db::Transaction& transaction, const http::Request& request,
                          const Site& site, const sessions::Session& session) {
    const Shown about = shown(transaction, site, session);
    const auto selection = site.enrolments.selection(transaction, session.id);
    std::vector<base::PersonId> graders;
    for (const auto& [id, application] : selection)
        for (const auto& [grader, points] : application.points) graders.push_back(grader);
    return http::view(
        "enrolments/selection",
        selection_view({.session = session,
                        .venue = about.place(),
                        .offer = about.offer,
                        .participants = participants(transaction, site, session, request.now),
                        .selection = selection,
                        .graders = site.identity.persons(transaction, graders),
                        .me = request.person(),
                        .typed = request.form},
                       request.now));
}

std::vector<sessions::Priority> priorities_in(const std::vector<std::string>& names) {
    std::vector<sessions::Priority> found;
    for (const std::string& name : names)
        if (const auto priority = sessions::priority_of(name))
            if (std::ranges::find(found, *priority) == found.end()) found.push_back(*priority);
    return found;
}

std::string path_of(const sessions::Session& session, std::string_view rest) {
    return "/sessions/" + std::to_string(session.id.value) + std::string{rest};
}

}  // namespace

http::Response show_roster(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto session = organised(transaction, request, site);
        if (!session) return http::refuse(session.error());
        const Shown about = shown(transaction, site, *session);
        return http::show(
            http::view("enrolments/roster",
                       roster_view(*session, about.place(), about.offer,
                                   participants(transaction, site, *session, request.now))));
    });
}

http::Response show_selection(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto session = organised(transaction, request, site);
        if (!session) return http::refuse(session.error());
        if (session->rules.selection != sessions::Selection::on_motivation)
            return http::refuse({base::ErrorKind::not_found, "enrolments.why_not.no_selection"});
        return http::show(selection_page(transaction, request, site, *session));
    });
}

http::Response grade(const http::Request& request, const Site& site) {
    const auto session = organised(request, site);
    if (!session) return http::refuse(session.error());
    std::vector<int> points;
    for (std::size_t i = 0; i < session->rules.grid.size(); ++i)
        points.push_back(static_cast<int>(
            std::clamp(request.form.integer("points." + std::to_string(i)).value_or(-1),
                       std::int64_t{-1}, std::int64_t{sessions::most_points + 1})));
    const auto id = request.path_id<base::EnrolmentId>("enrolment");
    const auto graded = site.enrolments.grade(request.person(), *id, points, request.now);
    if (!graded) return http::refuse(graded.error());
    return http::done(path_of(*session, "/selection"), "enrolments.notice.graded");
}

http::Response give_results(const http::Request& request, const Site& site) {
    const auto session = organised(request, site);
    if (!session) return http::refuse(session.error());
    std::map<base::EnrolmentId, std::string> reasons;
    constexpr std::string_view prefix = "reasons.";
    for (const auto& [name, value] : request.form.pairs())
        if (name.starts_with(prefix))
            if (const auto id = base::to_integer(std::string_view{name}.substr(prefix.size())))
                reasons[{*id}] = base::trim(value);
    const auto given =
        site.enrolments.give_results(request.person(), session->id, reasons, request.now);
    if (given) return http::done(path_of(*session, "/roster"), "enrolments.notice.results_given");
    if (given.error().kind != base::ErrorKind::invalid) return http::refuse(given.error());
    return site.database.read([&](db::Transaction& transaction) {
        return http::refuse(given.error(), selection_page(transaction, request, site, *session));
    });
}

http::Response check_prerequisite(const http::Request& request, const Site& site) {
    const auto session = organised(request, site);
    if (!session) return http::refuse(session.error());
    const bool holds = request.form.flag("holds");
    return changed(site.enrolments.check_prerequisite(
                       request.person(), *request.path_id<base::EnrolmentId>("enrolment"), holds,
                       request.form.text("reason"), request.now),
                   holds ? "enrolments.notice.prerequisite_checked" : "enrolments.notice.refused",
                   path_of(*session, "/roster"));
}

// With ?priority=..., the order that these rules would make; nothing is changed by looking.
http::Response show_priorities(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        auto session = organised(transaction, request, site);
        if (!session) return http::refuse(session.error());
        if (request.query.text("preview") == "1")
            session->rules.priorities = priorities_in(request.query.list("priority"));
        const Shown about = shown(transaction, site, *session);
        auto people = participants(transaction, site, *session, request.now, true);
        std::erase_if(people,
                      [](const Participant& p) { return p.enrolment.state != State::waiting; });
        return http::show(http::view("enrolments/priorities",
                                     priorities_view(*session, about.place(), about.offer, people,
                                                     request.query.text("preview") == "1")));
    });
}

http::Response set_priorities(const http::Request& request, const Site& site) {
    const auto saved =
        site.database.write([&](db::Transaction& transaction) -> base::Result<sessions::Session> {
            auto session = organised(transaction, request, site);
            if (!session) return session;
            if (session->status == sessions::Status::cancelled ||
                session->starts_at() <= request.now)
                return base::unexpected(
                    base::Error{base::ErrorKind::conflict, "enrolments.why_not.started"});
            const sessions::Session before = *session;
            session->rules.priorities = priorities_in(request.form.list("priority"));
            if (!site.sessions.update(transaction, *session))
                return base::unexpected(base::Error{base::ErrorKind::conflict, "sessions.stale"});
            if (auto done = site.enrolments.session_changed(transaction, before, *session,
                                                            request.person(), request.now);
                !done)
                return base::unexpected(std::move(done.error()));
            return session;
        });
    if (!saved) return http::refuse(saved.error());
    return http::done(path_of(*saved, "/priorities"), "sessions.notice.changed");
}

http::Response show_minimum(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto session = organised(transaction, request, site);
        if (!session) return http::refuse(session.error());
        const Shown about = shown(transaction, site, *session);
        return http::show(
            http::view("enrolments/minimum", minimum_view(*session, about.place(), about.offer)));
    });
}

// It takes place with fewer people than planned: nobody is warned again.
http::Response confirm_session(const http::Request& request, const Site& site) {
    const auto confirmed =
        site.database.write([&](db::Transaction& transaction) -> base::Result<sessions::Session> {
            auto session = organised(transaction, request, site);
            if (!session) return session;
            if (!session->rules.minimum_by) return session;  // the second click
            session->rules.minimum_by.reset();
            if (!site.sessions.update(transaction, *session))
                return base::unexpected(base::Error{base::ErrorKind::conflict, "sessions.stale"});
            audit::record(transaction,
                          {.at = request.now,
                           .actor = request.person(),
                           .role = "organiser",
                           .perimeter = session->organisation,
                           .action = "sessions.confirm",
                           .object = "session",
                           .object_id = session->id.value,
                           .after = R"({"taken":)" + std::to_string(session->seats.taken) + "}"});
            return session;
        });
    if (!confirmed) return http::refuse(confirmed.error());
    return http::done(path_of(*confirmed, ""), "enrolments.notice.confirmed");
}

}  // namespace enrolments
