// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/pages.hpp"

#include "db/database.hpp"
#include "db/versions.hpp"
#include "enrolments/enrolments.hpp"
#include "enrolments/views.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace enrolments {
namespace {

http::Response not_found(std::string message_key) {
    return http::refuse({base::ErrorKind::not_found, std::move(message_key)});
}

http::Response take(const http::Request& request, const Site& site) {
    const auto session = request.path_id<base::SessionId>("session");
    if (!session) return not_found("enrolments.session_unknown");
    const auto enrolment = site.enrolments.take(request.person(), *session, request.now);
    if (!enrolment) return http::refuse(enrolment.error());
    const bool seated = enrolment->state == State::seated;
    return http::done("/my-trainings",
                      seated ? "enrolments.notice.seated" : "enrolments.notice.waiting",
                      http::view("", {{"id", enrolment->id.value},
                                      {"state", name_of(enrolment->state)},
                                      {"place", enrolment->place}}),
                      201);
}

http::Response changed(const base::Result<Enrolment>& enrolment, std::string notice) {
    if (!enrolment) return http::refuse(enrolment.error());
    return http::done("/my-trainings", std::move(notice),
                      http::view("", {{"id", enrolment->id.value},
                                      {"state", name_of(enrolment->state)},
                                      {"place", enrolment->place}}));
}

http::Response withdraw(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::EnrolmentId>("enrolment");
    if (!id) return not_found("enrolments.enrolment_unknown");
    return changed(site.enrolments.withdraw(request.person(), *id, request.now),
                   "enrolments.notice.withdrawn");
}

http::Response answer(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::EnrolmentId>("enrolment");
    if (!id) return not_found("enrolments.enrolment_unknown");
    const bool accept = request.form.flag("accept");
    return changed(site.enrolments.answer(request.person(), *id, accept, request.now),
                   accept ? "enrolments.notice.accepted" : "enrolments.notice.declined");
}

http::Response show_trainings(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(http::view(
            "enrolments/my-trainings",
            trainings_view(site.enrolments.trainings_of(transaction, request.person(), request.now),
                           request.now)));
    });
}

http::Response calendar_of_one(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::EnrolmentId>("enrolment");
    return site.database.read([&](db::Transaction& transaction) {
        auto trainings =
            site.enrolments.trainings_of(transaction, request.person(), request.now).list;
        std::erase_if(trainings,
                      [&](const Training& training) { return training.enrolment.id != id; });
        if (trainings.empty()) return not_found("enrolments.enrolment_unknown");
        return http::download(calendar_file(trainings, false, site.base_url, ""),
                              "text/calendar; charset=utf-8", "formation.ics");
    });
}

http::Response calendar_feed(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto owner = site.enrolments.owner_of_feed(transaction, request.path_value("secret"));
        if (!owner) return not_found("enrolments.feed_unknown");
        auto response = http::content(
            calendar_file(site.enrolments.trainings_of(transaction, *owner, request.now).list, true,
                          site.base_url, "Campus"),
            "text/calendar; charset=utf-8");
        response.max_age_s = 300;
        return response;
    });
}

// The address is shown once: the database keeps only its digest.
http::Response new_feed(const http::Request& request, const Site& site) {
    const std::string url = site.base_url + "/calendar/" +
                            site.enrolments.new_feed(request.person(), request.now) + ".ics";
    return http::show(http::view("enrolments/feed", {{"url", url}}));
}

http::Response show_roster(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto id = request.path_id<base::SessionId>("session");
        const auto session = id ? site.sessions.find(transaction, *id) : std::nullopt;
        if (!session) return not_found("enrolments.session_unknown");
        const db::Versions versions(transaction);
        const auto rights = site.identity.rights(transaction, versions, request.person());
        if (!rights.may("organiser", session->organisation))
            return http::refuse({base::ErrorKind::forbidden, "enrolments.not_your_session"});

        const auto enrolments = site.enrolments.roster(transaction, *session);
        std::vector<base::PersonId> ids;
        for (const Enrolment& enrolment : enrolments) ids.push_back(enrolment.person);
        const auto people = site.identity.persons(transaction, ids);
        const auto today = std::chrono::floor<std::chrono::days>(request.now);
        const auto affiliations = site.identity.affiliations(transaction, ids, today);
        std::vector<Participant> participants;
        for (const Enrolment& enrolment : enrolments) {
            Participant participant{enrolment, people.at(enrolment.person), ""};
            if (const auto at = affiliations.find(enrolment.person); at != affiliations.end())
                if (const auto* employer = rights.tree().find(at->second.organisation))
                    participant.organisation = employer->shown_name();
            participants.push_back(std::move(participant));
        }
        std::vector<base::VenueId> venue_ids;
        if (session->venue) venue_ids.push_back(*session->venue);
        const auto venues = site.sessions.venues(transaction, venue_ids);
        return http::show(http::view(
            "enrolments/roster",
            roster_view(*session, venues.empty() ? nullptr : &venues.begin()->second,
                        site.catalogue.titles(transaction, {session->offer})[session->offer],
                        participants)));
    });
}

constexpr std::string_view enrolment_schema = R"json({
 "type": "object",
 "required": ["id", "state", "place"],
 "properties": {"id": {"type": "integer"},
                "state": {"enum": ["applied", "seated", "offered", "waiting", "withdrawn", "declined",
                                   "expired", "refused", "transferred", "replaced",
                                   "cancelled"]},
                "place": {"type": "integer"}}})json";

}  // namespace

void add_pages(http::Router& router, const Site& given) {
    const auto site = std::make_shared<const Site>(given);  // shared by the handlers below
    const auto add = [&](const char* method, const char* pattern, http::Access access,
                         http::Doc doc, auto handler) {
        router.add(
            method, pattern, std::move(access), std::move(doc),
            [site, handler](const http::Request& request) { return handler(request, *site); });
    };
    const auto me = http::Access::signed_in();
    add("POST", "/sessions/{session}/enrolments", me,
        {.summary = "Take a seat, or a place on the waiting list", .answer = enrolment_schema},
        take);
    add("POST", "/enrolments/{enrolment}/withdraw", me,
        {.summary = "Give a seat or a place back", .answer = enrolment_schema}, withdraw);
    add("POST", "/enrolments/{enrolment}/answer", me,
        {.summary = "Accept or decline a seat that is offered",
         .form = {{"accept", R"({"type":"boolean"})", true}},
         .answer = enrolment_schema},
        answer);
    add("GET", "/my-trainings", me, {.summary = "My trainings", .answer = trainings_schema},
        show_trainings);
    add("GET", "/enrolments/{enrolment}.ics", me,
        {.summary = "One training as a calendar file (RFC 5545)", .content_type = "text/calendar"},
        calendar_of_one);
    add("POST", "/my-trainings/feed", me,
        {.summary = "A new secret address for my calendar",
         .answer =
             R"({"type":"object","required":["url"],"properties":{"url":{"type":"string"}}})"},
        new_feed);
    add("GET", "/calendar/{secret}.ics", http::Access::anyone(),
        {.summary = "The calendar behind a secret address", .content_type = "text/calendar"},
        calendar_feed);
    add("GET", "/sessions/{session}/roster", http::Access::role("organiser"),
        {.summary = "Who comes and who waits", .answer = roster_schema}, show_roster);
}

}  // namespace enrolments
