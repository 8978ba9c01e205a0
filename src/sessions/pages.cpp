// SPDX-License-Identifier: EUPL-1.2
#include "sessions/pages.hpp"

#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "organisations/organisations.hpp"
#include "sessions/handlers.hpp"
#include "sessions/rules.hpp"
#include "sessions/views.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace sessions {

base::Date today(const http::Request& request) {
    return std::chrono::floor<std::chrono::days>(request.now);
}

std::string path_of(base::SessionId id) {
    return "/sessions/" + std::to_string(id.value);
}

identity::Rights rights_of(db::Transaction& transaction, const http::Request& request,
                           const Site& site) {
    return site.identity.rights(transaction, db::Versions(transaction), request.person());
}

std::optional<Venue> venue_of(db::Transaction& transaction, const Session& session,
                              const Site& site) {
    if (!session.venue) return std::nullopt;
    return site.sessions.venues(transaction, {*session.venue}).at(*session.venue);
}

base::Result<Session> organised_session(db::Transaction& transaction, const http::Request& request,
                                        const Site& site) {
    const auto id = request.path_id<base::SessionId>("session");
    auto session = id ? site.sessions.find(transaction, *id) : std::nullopt;
    if (!session)
        return base::unexpected(base::Error{base::ErrorKind::not_found, "sessions.unknown"});
    if (!rights_of(transaction, request, site).may("organiser", session->organisation))
        return base::unexpected(base::Error{base::ErrorKind::forbidden, "sessions.not_yours"});
    return *std::move(session);
}

namespace {

std::vector<base::OrganisationId> organisations_of(const identity::Rights& rights) {
    std::vector<base::OrganisationId> ids;
    for (const auto& [organisation, depth] : rights.tree().in_order())
        if (rights.may("organiser", organisation->id)) ids.push_back(organisation->id);
    return ids;
}

Listed listed_of(std::string_view name) {
    const auto found = std::ranges::find(all_listed, name, [](Listed l) { return name_of(l); });
    return found == all_listed.end() ? Listed::coming : *found;
}

// The coming sessions among which what waits for the organiser is looked for, the next first, and
// how many of them are told.
constexpr int most_looked_at = 200;
constexpr std::size_t most_told = 10;

http::Response show_list(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        ListQuery query{.organisations = organisations_of(rights_of(transaction, request, site)),
                        .offer = std::nullopt,
                        .listed = listed_of(request.query.text("state"))};
        auto titles = site.catalogue.titles(
            transaction, site.sessions.offers_of(transaction, query.organisations));
        const std::string wanted{request.query.text("offer")};
        if (!wanted.empty()) {
            for (const auto& [id, title] : titles)
                if (title.slug == wanted) query.offer = id;
            // An offer that has no session here yet: the empty list says how to plan one.
            if (!query.offer) query.offer = base::OfferId{-1};
        }
        const auto counts = site.sessions.count(transaction, query, request.now);
        const int last = std::max(1, (counts.at(query.listed) + query.limit - 1) / query.limit);
        const int page = static_cast<int>(request.query.integer("page", 1, last, 1));
        query.offset = (page - 1) * query.limit;
        auto sessions = site.sessions.list(transaction, query, request.now);
        // What waits comes first, on the page that one comes to.
        std::vector<Session> waiting;
        std::map<base::SessionId, ToDo> to_do;
        if (query.listed == Listed::coming && page == 1 && wanted.empty()) {
            ListQuery all = query;
            all.limit = most_looked_at;
            waiting = counts.at(Listed::coming) > query.limit
                          ? site.sessions.list(transaction, all, request.now)
                          : sessions;
            std::vector<base::SessionId> ids;
            for (const Session& session : waiting) ids.push_back(session.id);
            to_do = site.seat_holders.to_do(transaction, ids);
            std::erase_if(waiting, [&](const Session& session) {
                return !waits(session, to_do[session.id], request.now);
            });
            if (waiting.size() > most_told) waiting.resize(most_told);
        }
        std::vector<base::VenueId> venue_ids;
        for (const Session& session : waiting)
            if (session.venue) venue_ids.push_back(*session.venue);
        for (const Session& session : sessions)
            if (session.venue) venue_ids.push_back(*session.venue);
        return http::show(http::view(
            "sessions/list", list_view({query, page, wanted, std::move(sessions), counts,
                                        site.sessions.venues(transaction, venue_ids),
                                        std::move(titles), std::move(waiting), std::move(to_do)},
                                       request.now)));
    });
}

http::Response show_session(const http::Request& request, const Site& site,
                            const char* template_name) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto session = organised_session(transaction, request, site);
        if (!session) return http::refuse(session.error());
        const auto venue = venue_of(transaction, *session, site);
        const auto same_venue = site.sessions.same_venue(transaction, *session);
        std::vector<base::OfferId> offers{session->offer};
        for (const Session& other : same_venue) offers.push_back(other.offer);
        const auto titles = site.catalogue.titles(transaction, offers);
        boost::json::object view = organiser_view(*session, venue ? &*venue : nullptr,
                                                  titles.at(session->offer), request.now);
        boost::json::array booked_twice;
        for (const Session& other : same_venue)
            booked_twice.push_back({{"id", other.id.value},
                                    {"starts_at", base::iso_time(other.starts_at())},
                                    {"title", titles.at(other.offer).title}});
        view["booked_twice"] = std::move(booked_twice);
        return http::show(http::view(template_name, std::move(view)));
    });
}

base::Error conflict(std::string_view message_key) {
    return {base::ErrorKind::conflict, std::string{message_key}};
}

http::Response open(const http::Request& request, const Site& site) {
    const auto opened =
        site.database.write([&](db::Transaction& transaction) -> base::Result<Session> {
            auto session = organised_session(transaction, request, site);
            if (!session) return session;
            if (const auto reason = why_not_open(*session, request.now))
                return base::unexpected(conflict(*reason));
            const auto published =
                site.catalogue.published(transaction, db::Versions(transaction), today(request));
            if (published->find(session->offer) == nullptr)
                return base::unexpected(conflict("sessions.offer_not_published"));
            const Session before = *session;
            session->status = Status::open;
            if (!site.sessions.update(transaction, *session))
                return base::unexpected(conflict("sessions.stale"));
            if (auto told = site.seat_holders.session_changed(transaction, before, *session,
                                                              request.person(), request.now);
                !told)
                return base::unexpected(std::move(told.error()));
            return session;
        });
    if (!opened) return http::refuse(opened.error());
    return http::done(path_of(opened->id), "sessions.notice.opened",
                      http::view("", {{"id", opened->id.value}, {"status", "open"}}));
}

// A draft goes away, since nobody saw it; an open one stays in sight as cancelled.
http::Response cancel(const http::Request& request, const Site& site) {
    const auto cancelled =
        site.database.write([&](db::Transaction& transaction) -> base::Result<Session> {
            auto session = organised_session(transaction, request, site);
            if (!session) return session;
            if (const auto reason = why_not_cancel(*session, request.now))
                return base::unexpected(conflict(*reason));
            if (session->status == Status::draft) {
                if (!site.sessions.remove_draft(transaction, *session))
                    return base::unexpected(conflict("sessions.stale"));
                return session;
            }
            Session changed = *session;
            changed.status = Status::cancelled;
            ++changed.sequence;
            if (!site.sessions.update(transaction, changed))
                return base::unexpected(conflict("sessions.stale"));
            changed.seats = site.sessions.lock(transaction, changed.id).value_or(changed.seats);
            site.seat_holders.session_cancelled(transaction, changed.id, request.person(),
                                                request.now);
            return changed;
        });
    if (!cancelled) return http::refuse(cancelled.error());
    if (cancelled->status == Status::draft)
        return http::done("/sessions?state=draft", "sessions.notice.deleted",
                          http::view("", {{"id", cancelled->id.value},
                                          {"status", "deleted"},
                                          {"seats_lost", 0},
                                          {"places_lost", 0}}));
    return http::done(path_of(cancelled->id), "sessions.notice.cancelled",
                      http::view("", {{"id", cancelled->id.value},
                                      {"status", "cancelled"},
                                      {"seats_lost", cancelled->seats.taken},
                                      {"places_lost", cancelled->seats.waiting}}));
}

constexpr std::string_view changed_schema = R"json({"type": "object",
 "required": ["id", "status"],
 "properties": {"id": {"type": "integer"},
                "status": {"enum": ["draft", "open", "cancelled", "deleted"]},
                "seats_lost": {"type": "integer"}, "places_lost": {"type": "integer"}}})json";

std::vector<http::Parameter> session_fields(bool is_new) {
    constexpr std::string_view moment = R"({"type":"string","format":"date-time"})";
    std::vector<http::Parameter> fields{
        {"slots", R"json({"type":"array","items":{"type":"object","required":["date"],"properties":{
          "date":{"type":"string","format":"date"},"half":{"enum":["am","pm","day",""]},
          "starts":{"type":"string"},"ends":{"type":"string"}}}})json",
         true, "Half days; hours (09:00, of Paris) that are left out are the usual ones"},
        {"venue", R"({"type":"string"})", false, "Code; a venue or a video link is needed"},
        {"video_link", R"({"type":"string","format":"uri"})"},
        {"capacity", R"({"type":"integer","minimum":1,"maximum":5000})", true},
        {"minimum", R"({"type":"integer","minimum":0})", false, "Of participants"},
        {"language"},
        {"enrolment_opens_at", moment, false, "2026-12-01T09:00 of Paris, or UTC with a Z"},
        {"enrolment_closes_at", moment},
        {"cancel_until", moment, false, "Until when people may withdraw by themselves"},
        {"note"},
        {"quotas",
         R"json({"type":"array","items":{"type":"object","required":["who","seats"],"properties":{
          "who":{"type":"string"},"detail":{"type":"string"},"seats":{"type":"integer","minimum":1},
          "until":{"type":"string"}}}})json",
         false, "Seats kept for some until a moment: population:etat, region:84, town..."},
        {"selection", R"({"enum":["first_come","on_motivation",""]})"},
        {"apply_until", moment},
        {"results_on", R"({"type":"string","format":"date"})"},
        {"grid", R"json({"type":"array","items":{"type":"object","required":["name"],"properties":{
          "name":{"type":"string"},"weight":{"type":"integer","minimum":1,"maximum":10}}}})json"},
        {"prerequisites", R"({"type":"string"})", false, "Slugs of offers, between spaces"},
        {"priorities", R"({"type":"array","items":{"type":"string"}})"},
        {"offer_hours", R"({"type":"integer","minimum":2,"maximum":336})"},
        {"minimum_by", R"({"type":"string","format":"date"})"},
        {"open", R"({"type":"boolean"})", false, "Open a draft at once"}};
    if (is_new)
        fields.push_back({"offer", R"({"type":"string"})", true, "Slug"});
    else
        fields.push_back({"revision", R"({"type":"integer"})", true,
                          "Of the session as it was read; an older one is refused"});
    return fields;
}

std::vector<http::Parameter> venue_fields(bool is_new) {
    std::vector<http::Parameter> fields{{"name", R"({"type":"string"})", true},
                                        {"town", R"({"type":"string"})", true},
                                        {"address"},
                                        {"capacity", R"({"type":"integer","minimum":1})"},
                                        {"step_free", R"({"type":"boolean"})"},
                                        {"hearing_loop", R"({"type":"boolean"})"},
                                        {"equipment"},
                                        {"contact"}};
    if (is_new)
        fields.push_back({"organisation", R"({"type":"string"})", false, "Code; of a perimeter"});
    else
        fields.push_back({"revision", R"({"type":"integer"})", true});
    return fields;
}

}  // namespace

void add_pages(http::Router& router, const Site& given) {
    const auto site = std::make_shared<const Site>(given);  // shared by the handlers below
    const auto add = [&](const char* method, const char* pattern, http::Doc doc, auto handler) {
        router.add(
            method, pattern, http::Access::role("organiser"), std::move(doc),
            [site, handler](const http::Request& request) { return handler(request, *site); });
    };
    const auto shown_with = [](const char* template_name) {
        return [template_name](const http::Request& request, const Site& pages) {
            return show_session(request, pages, template_name);
        };
    };
    add("GET", "/sessions",
        {.summary = "The sessions of my perimeter",
         .query = {{"state", R"({"enum":["coming","past","draft","cancelled"]})"},
                   {"offer", R"({"type":"string"})", false, "Slug"},
                   {"page", R"({"type":"integer","minimum":1})"}},
         .answer = list_schema},
        show_list);
    add("GET", "/sessions/new",
        {.summary = "The form of a new session; without an offer, the offers to choose from",
         .query = {{"offer", R"({"type":"string"})", false, "Slug"},
                   {"copy", R"({"type":"integer"})", false, "Id of a session to repeat"},
                   {"q", R"({"type":"string"})", false, "Words, to find the offer"}},
         .answer = R"({"type":"object"})"},
        show_new);
    add("POST", "/sessions",
        {.summary = "Plan a session", .form = session_fields(true), .answer = changed_schema},
        create);
    add("GET", "/sessions/{session}",
        {.summary = "A session, for its organiser", .answer = session_schema},
        shown_with("sessions/session"));
    router.add("GET", "/sessions/{session}/rules", http::Access::anyone(),
               {.summary = "How the seats of a session are given", .answer = rules_schema},
               [site](const http::Request& request) { return show_rules(request, *site); });
    add("GET", "/sessions/{session}/edit",
        {.summary = "The form of a session", .answer = form_schema}, show_edit);
    add("POST", "/sessions/{session}",
        {.summary = "Change a session", .form = session_fields(false), .answer = changed_schema},
        change);
    add("POST", "/sessions/{session}/open",
        {.summary = "Open a draft for enrolment", .answer = changed_schema}, open);
    add("GET", "/sessions/{session}/cancel",
        {.summary = "What calling a session off would do", .answer = session_schema},
        shown_with("sessions/cancel"));
    add("POST", "/sessions/{session}/cancel",
        {.summary = "Call a session off, or delete a draft", .answer = changed_schema}, cancel);
    add("GET", "/venues", {.summary = "Venues", .answer = venues_schema}, show_venues);
    add("GET", "/venues/new", {.summary = "The form of a new venue", .answer = form_schema},
        show_new_venue);
    add("POST", "/venues",
        {.summary = "Add a venue", .form = venue_fields(true), .answer = venue_schema},
        create_venue);
    add("GET", "/venues/{code}/edit", {.summary = "The form of a venue", .answer = form_schema},
        show_edit_venue);
    add("POST", "/venues/{code}",
        {.summary = "Change a venue", .form = venue_fields(false), .answer = venue_schema},
        change_venue);
}

}  // namespace sessions
