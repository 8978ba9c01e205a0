// SPDX-License-Identifier: EUPL-1.2
#include "enrolments/pages.hpp"

#include "db/database.hpp"
#include "db/versions.hpp"
#include "enrolments/enrolments.hpp"
#include "enrolments/handlers.hpp"
#include "enrolments/views.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace enrolments {
namespace {

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
    const auto organiser = http::Access::role("organiser");
    constexpr std::string_view flag = R"({"type":"boolean"})";
    constexpr std::string_view any_object = R"({"type":"object"})";
    add("POST", "/sessions/{session}/enrolments", me,
        {.summary = "Take a seat, or a place on the waiting list; apply where motivation is asked",
         .form = {{"motivation"}, {"prerequisite", flag, false, "I have what is asked before"}},
         .answer = enrolment_schema},
        take);
    add("GET", "/sessions/{session}/apply", me,
        {.summary = "What a session asks before a seat", .answer = apply_schema}, show_apply);
    add("GET", "/enrolments/{enrolment}", me,
        {.summary = "My place, why, my chances, and other dates", .answer = one_schema},
        show_enrolment);
    add("POST", "/enrolments/{enrolment}/transfer", me,
        {.summary = "Go over to another session of the same offer",
         .form = {{"to", R"({"type":"integer"})", true, "Id of the session"}},
         .answer = enrolment_schema},
        transfer);
    add("POST", "/enrolments/{enrolment}/keep", me,
        {.summary = "Keep the seat of a session that was moved", .answer = enrolment_schema}, keep);
    add("POST", "/enrolments/{enrolment}/colleague", me,
        {.summary = "Propose the seat to a colleague of the same organisation",
         .form = {{"email", R"({"type":"string","format":"email"})", true}},
         .answer = enrolment_schema},
        propose_colleague);
    add("GET", "/replacements/{replacement}", me,
        {.summary = "A seat that a colleague offers me", .answer = any_object}, show_replacement);
    add("POST", "/replacements/{replacement}", me,
        {.summary = "Accept or decline a colleague's seat",
         .form = {{"accept", flag, true}},
         .answer = enrolment_schema},
        answer_replacement);
    add("GET", "/sessions/{session}/selection", organiser,
        {.summary = "The applications of a selection on motivation", .answer = selection_schema},
        show_selection);
    add("POST", "/enrolments/{enrolment}/grade", organiser,
        {.summary = "Grade an application",
         .form = {{"points",
                   R"({"type":"array","items":{"type":"integer","minimum":0,"maximum":5}})", true,
                   "In the order of the grid"}},
         .answer = any_object},
        grade);
    add("POST", "/sessions/{session}/results", organiser,
        {.summary = "Give everyone the results of a selection",
         .form = {{"reasons", R"({"type":"object","additionalProperties":{"type":"string"}})", true,
                   "By id of the enrolment; each one without a seat needs one"}},
         .answer = any_object},
        give_results);
    add("POST", "/enrolments/{enrolment}/prerequisite", organiser,
        {.summary = "A declared prerequisite holds, or the enrolment is refused",
         .form = {{"holds", flag, true}, {"reason"}},
         .answer = enrolment_schema},
        check_prerequisite);
    add("GET", "/sessions/{session}/priorities", organiser,
        {.summary = "Who goes before whom on the waiting list; a preview of other rules",
         .query = {{"preview", R"({"type":"integer"})"},
                   {"priority", R"({"type":"array","items":{"type":"string"}})"}},
         .answer = priorities_schema},
        show_priorities);
    add("POST", "/sessions/{session}/priorities", organiser,
        {.summary = "Change who goes before whom",
         .form = {{"priority", R"({"type":"array","items":{"type":"string"}})"}},
         .answer = any_object},
        set_priorities);
    add("GET", "/sessions/{session}/minimum", organiser,
        {.summary = "Too few people: confirm or call off", .answer = any_object}, show_minimum);
    add("POST", "/sessions/{session}/confirm", organiser,
        {.summary = "The session takes place with fewer people", .answer = any_object},
        confirm_session);
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
