// SPDX-License-Identifier: EUPL-1.2
// What holds for every route of the program, whoever adds it: its access rule, its form token, both
// languages, and a clear answer to whatever is sent.
#include "base/text.hpp"
#include "base/url.hpp"
#include "http/tokens.hpp"
#include "http_client.hpp"
#include "seat_race.hpp"
#include "test_bank.hpp"

#include <doctest/doctest.h>

#include <map>
#include <regex>
#include <set>

namespace {

// The doors that are open to everyone. A new one is added here by hand, and thought about.
const std::set<std::string> open_routes{
    "GET /",
    "GET /accessibility",
    "GET /calendar/{secret}.ics",              // the secret is the key
    "GET /campaign-reminders/{reminder_key}",  // the link of a letter is the key
    "GET /catalogue",
    "GET /catalogue.atom",
    "GET /catalogue.csv",
    "GET /catalogue.xml",
    "GET /catalogue/open-data.csv",
    "GET /catalogue/{slug}",
    "GET /common-core",
    "GET /decide/{link}",  // the link of a letter is the key
    "GET /demo/mail",      // of the demonstration, as are those below it
    "GET /demo/mail/{letter}",
    "GET /demo/mail/{letter}/html",
    "GET /demo/mail/{letter}/invitation.ics",
    "GET /demo/mail/{letter}/message.eml",
    "GET /frameworks/{framework}",
    "GET /health/live",
    "GET /health/ready",
    "GET /help",
    "GET /invited/{token}",  // the token is the key
    "GET /legal",
    "GET /metrics",
    "GET /openapi.json",
    "GET /positioning/how-it-works",
    "GET /privacy",
    "GET /sessions/{session}/rules",
    "GET /sign-in",
    "GET /trades",
    "GET /trades/{trade}",
    "POST /campaign-reminders/{reminder_key}",
    "POST /decide/{link}",
    "GET /sign-in/emergency",
    "GET /sign-in/passkey",
    "POST /invited/{token}/challenge",
    "POST /invited/{token}/passkey",
    "POST /mail/bounces",  // the secret is the key
    "POST /sign-in",       // of the demonstration
    "POST /sign-in/emergency",
    "POST /sign-in/passkey",
    "POST /sign-in/passkey/challenge",
};
// Changing routes that programs call without a session.
const std::set<std::string> without_token{"POST /mail/bounces"};

std::string name_of(const http::Route& route) {
    return route.method + " " + route.pattern;
}

bool changes(const http::Route& route) {
    return route.method != "GET";
}

// Braces and what they hold, replaced.
template <class Value>
std::string filled(const std::string& pattern, Value&& value) {
    std::string out;
    for (std::size_t at = 0; at < pattern.size();) {
        const auto open = pattern.find('{', at);
        if (open == std::string::npos) return out + pattern.substr(at);
        const auto close = pattern.find('}', open);
        std::string name = pattern.substr(open + 1, close - open - 1);
        if (name.ends_with('*')) name.pop_back();
        out += pattern.substr(at, open - at) + value(name);
        at = close + 1;
    }
    return out;
}

// The application with somebody for each role, an offer, a session, an enrolment, a calendar.
struct Site {
    TestApp app{[](app::Configuration& configuration) {
        configuration.pix.connections = {{.code = "un-acces",
                                          .organisation = "dinum",
                                          .url = "https://pix.example",
                                          .application = "https://app.pix.example",
                                          .client_id = "campus",
                                          .client_secret = "a-secret"}};
    }};
    std::vector<std::string> roles;                   // all that routes ask for
    std::map<std::string, base::PersonId> person_of;  // role ("" : a plain agent, "all": each role)
    std::map<std::string, std::string> values;        // of path names
    std::map<std::string, std::string> paths;         // of patterns with an object of their own

    Site() {
        std::set<std::string> known;
        for (const http::Route& route : routes())
            known.insert(route.access.roles().begin(), route.access.roles().end());
        roles.assign(known.begin(), known.end());
        const auto organisation = app.given_organisation();
        person_of[""] = app.given_person({.name = "Agente"});
        for (const std::string& role : roles)
            person_of[role] = app.given_person({.name = "Une " + role, .roles = {role}});
        person_of["all"] = app.given_person({.name = "Toutes", .roles = roles});
        const auto offer = app.given_offer({.title = "Une formation"});
        const auto session = app.given_session({.offer = offer});
        const auto enrolment =
            app.app().enrolments.take(person_of["all"], session, app.now).value().id;
        app.database->write([&](db::Transaction& transaction) {
            app.app().sessions.insert(transaction, sessions::Venue{.id = {},
                                                                   .code = "dinum",
                                                                   .organisation = organisation,
                                                                   .name = "La salle",
                                                                   .town = "Paris"});
        });
        app.database->write([&](db::Transaction& transaction) {
            mail::put(transaction,
                      {.to = {.person = person_of["all"], .email = "toutes@exemple.fr"},
                       .kind = "enrolments.seat",
                       .subject = "enrolments.notice.seated",
                       .calendar = {{"REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}}},
                      app.now);
        });
        const std::string replacement = a_replacement(offer);  // before anybody has to be asked
        const auto request = a_request(organisation, offer);
        if (!app.app().privacy.ask_erasure(person_of[""], app.now))
            throw std::logic_error("no erasure may be asked");
        sessions::SeatRules selecting;
        selecting.selection = sessions::Selection::on_motivation;
        paths = {
            {"/sessions/{session}/selection",
             "/sessions/" +
                 std::to_string(app.given_session({.offer = offer, .rules = selecting}).value) +
                 "/selection"}};
        given_bank(app);  // with files, so that each route of an item answers
        values = {{"request", std::to_string(request.request.value)},
                  {"supervision", std::to_string(request.supervision.value)},
                  {"link", "a-link"},
                  {"slug", "une-formation"},
                  {"connection", "un-acces"},
                  {"campaign", "1"},
                  {"letter", "1"},
                  {"replacement", replacement},
                  {"id", std::to_string(offer.value)},
                  {"number", "1"},
                  {"offer", std::to_string(offer.value)},
                  {"session", std::to_string(session.value)},
                  {"enrolment", std::to_string(enrolment.value)},
                  {"organisation", std::to_string(organisation.value)},
                  {"person", std::to_string(person_of[""].value)},
                  {"code", "dinum"},  // of the organisation, and of its venue
                  {"secret", app.app().enrolments.new_feed(person_of["all"], app.now)},
                  {"item", "1"},
                  {"positioning", a_positioning(true)},
                  {"framework", "digcomp-2.2"},
                  {"trade", "data-analyst"},
                  {"draft", a_draft_plan(organisation)},
                  {"token", given_invitation()}};
        paths["/positioning/{positioning}"] = "/positioning/" + a_positioning(false);
        const auto sharing = app.given_person({.name = "Partage"});
        app.database->write([&](db::Transaction& transaction) {
            app.app().requests.put_supervisor(transaction, sharing, person_of["all"], app.now);
        });
        if (!app.app().plans.share(sharing, true, app.now))
            throw std::logic_error("a plan cannot be shared");
        paths["/my-team/plans/{person}"] = "/my-team/plans/" + std::to_string(sharing.value);
        given_campaign(organisation);
        // Its page is there only while there is one.
        if (!app.app().emergency.create("une-administrator@exemple.fr", "une phrase assez longue",
                                        app.now))
            throw std::logic_error("no emergency administrator");
    }
    std::string a_draft_plan(base::OrganisationId organisation) {
        std::int64_t id = 0;
        app.database->write([&](db::Transaction& transaction) {
            transaction.run({"test.draft",
                             "INSERT INTO training_drafts (organisation_id, "
                             "created_at, state, budget_minutes, budget_cents) "
                             "VALUES ($1, $2, 'waiting', 60, 0) RETURNING id"},
                            {organisation.value, base::to_epoch(app.now)},
                            [&](const db::Row& row) { id = row.integer(0); });
        });
        return std::to_string(id);
    }
    std::string a_positioning(bool finished) {
        base::PositioningId id;
        app.database->write([&](db::Transaction& transaction) {
            id = app.app().positioning.put_finished(transaction, person_of["all"],
                                                    positioning::Scope::area, "1", {}, 1, 10,
                                                    finished, app.now);
        });
        return std::to_string(id.value);
    }
    // An open one, number 1, and the link that ends its reminders.
    void given_campaign(base::OrganisationId organisation) {
        auto& campaigns = app.app().campaigns;
        const campaigns::By by{person_of["training_office"], "training_office"};
        const auto id = campaigns.create({.organisation = organisation,
                                          .title = "Une campagne",
                                          .opens_at = app.now,
                                          .closes_at = app.now + std::chrono::days{30}},
                                         by, app.now);
        if (!id || !campaigns.publish(*id, by, app.now) ||
            !campaigns.invite(*id, "toutes@exemple.fr", by, app.now))
            throw std::logic_error("a campaign is refused");
        app.read([&](db::Transaction& transaction) {
            values["campaign_code"] = campaigns.find(transaction, *id)->code;
            values["reminder_key"] = campaigns.invitations(transaction, *id, 0, 1).at(0).stop_key;
        });
    }
    // The secret of its link, as the letter has it.
    std::string given_invitation() {
        const auto until = std::chrono::floor<std::chrono::days>(app.now) + std::chrono::days{30};
        if (!app.app().invitations.invite(person_of["administrator"],
                                          {.email = "externe@exemple.org",
                                           .given_name = "Zoé",
                                           .usual_name = "Roy",
                                           .role = "trainer",
                                           .organisation = "dinum",
                                           .until = until},
                                          app.now))
            throw std::logic_error("not invited");
        std::string letter;
        app.read([&](db::Transaction& transaction) {
            transaction.run({"test.letter", "SELECT letter FROM outbox ORDER BY id"}, {},
                            [&](const db::Row& row) { letter = row.text(0); });
        });
        constexpr std::string_view path = "/invited/";
        return letter.substr(letter.find(path) + path.size(), 43);
    }
    // Of a seat that somebody else is asked to take over.
    std::string a_replacement(base::OfferId offer) {
        auto& enrolments = app.app().enrolments;
        const auto seat =
            enrolments.take(person_of["organiser"], app.given_session({.offer = offer}), app.now);
        if (!seat || !enrolments.propose_colleague(person_of["organiser"], false, seat->id,
                                                   "toutes@exemple.fr", app.now))
            throw std::logic_error("no colleague may be asked");
        return "1";
    }
    // A draft of somebody who is also declared as the supervisor of somebody else.
    struct Asked {
        base::RequestId request;
        base::SupervisionId supervision;
    };
    Asked a_request(base::OrganisationId organisation, base::OfferId offer) {
        auto& requests = app.app().requests;
        app.database->write([&](db::Transaction& transaction) {
            requests.put_circuit(transaction, organisation, {requests::Step{}}, app.now);
        });
        const auto request =
            requests.put(person_of["all"], {offer, std::nullopt}, {}, "", false, app.now);
        if (!requests.declare_supervisor(person_of[""], "toutes@exemple.fr", app.now))
            throw std::logic_error("a supervisor is refused");
        const auto supervision = app.read([&](db::Transaction& transaction) {
            return requests.supervision_of(transaction, person_of[""]);
        });
        return {request.value().id, supervision.value().id};
    }
    const std::vector<http::Route>& routes() { return app.app().router.routes(); }
    std::string real_path(const http::Route& route) {
        if (const auto own = paths.find(route.pattern); own != paths.end()) return own->second;
        return filled(route.pattern, [&](const std::string& name) {
            const auto found = values.find(name);
            return found == values.end() ? "1" : found->second;
        });
    }
    bool knows_path(const http::Route& route) {
        bool known = true;
        filled(route.pattern, [&](const std::string& name) {
            known = known && values.contains(name);
            return name;
        });
        return known;
    }
    // A new session each time, because some routes end it. "visitor": nobody's.
    std::string token_of(const std::string& who) {
        return who == "visitor" ? "" : app.app().identity.sign_in(person_of.at(who), app.now);
    }
};

struct Asked {
    std::string method = "GET";
    std::string target;
    std::string token = {};
    std::string accept = "application/json";
    std::string content_type = {};
    std::string body = {};
    bool with_form_token = true;
    http::Pairs headers = {};
};

http::Response ask(Site& site, const Asked& asked) {
    http::Request request;
    request.method = asked.method;
    request.target = asked.target;
    const auto question = std::min(asked.target.find('?'), asked.target.size());
    const auto path = base::url_decode(asked.target.substr(0, question), false);
    if (!path) return {.status = 400};  // as the server does, before the router
    request.path = *path;
    http::Pairs pairs;
    for (const std::string& part : base::split(asked.target.substr(question), '&')) {
        const std::string pair = part.starts_with('?') ? part.substr(1) : part;
        const auto equals = std::min(pair.find('='), pair.size());
        const auto value = base::url_decode(pair.substr(std::min(equals + 1, pair.size())), true);
        if (!value) return {.status = 400};
        pairs.emplace_back(pair.substr(0, equals), *value);
    }
    request.query = http::Query(pairs);
    request.headers = asked.headers;
    request.headers.emplace_back("host", "campus.test");
    request.headers.emplace_back("accept", asked.accept);
    if (!asked.content_type.empty())
        request.headers.emplace_back("content-type", asked.content_type);
    std::string cookie;
    if (!asked.token.empty()) cookie = std::string{http::session_cookie} + "=" + asked.token;
    std::string secret = asked.token;
    if (secret.empty()) {  // what the page with the form has given a visitor
        secret = "a-visitor-of-the-page-with-the-form-000000";
        cookie = std::string{http::visitor_cookie} + "=" + secret;
    }
    request.headers.emplace_back("cookie", cookie);
    if (asked.with_form_token && asked.method != "GET")
        request.headers.emplace_back("x-csrf-token", http::form_token(secret));
    request.body = asked.body;
    request.client = "192.0.2.1";
    request.request_id = "test";
    request.now = site.app.now;
    return site.app.app().router.dispatch(request);
}

const std::string form_type = "application/x-www-form-urlencoded";

std::string location_of(const http::Response& response) {
    for (const auto& [name, value] : response.headers)
        if (name == "location") return value;
    return {};
}

// Never a breakdown; 503 neither, because the database is there.
bool clear(int status) {
    return status >= 200 && status < 500;
}

}  // namespace

TEST_CASE("the open routes are exactly those listed here") {
    Site site;
    std::set<std::string> open, tokenless;
    for (const http::Route& route : site.routes()) {
        if (route.access.open()) open.insert(name_of(route));
        if (changes(route) && !route.needs_token) tokenless.insert(name_of(route));
        CAPTURE(name_of(route));
        CHECK_FALSE(route.doc.summary.empty());
    }
    CHECK(open.size() == open_routes.size());
    for (const std::string& route : open) {
        CAPTURE(route);
        CHECK(open_routes.contains(route));
    }
    CHECK(tokenless == without_token);
}

TEST_CASE("whoever is signed out is sent to sign in, a program is told 401") {
    Site site;
    for (const http::Route& route : site.routes()) {
        if (route.access.open()) continue;
        CAPTURE(name_of(route));
        const std::string path = site.real_path(route);
        CHECK(ask(site, {.method = route.method, .target = path}).status == 401);
        const auto page =
            ask(site, {.method = route.method, .target = path, .accept = "text/html"});
        CHECK(page.status == 303);
        CHECK(location_of(page).starts_with("/sign-in"));
        // An expired or invented session is none.
        CHECK(ask(site, {.method = route.method, .target = path, .token = "invented"}).status ==
              401);
    }
}

TEST_CASE("a route for a role is closed to those who do not hold it") {
    Site site;
    for (const http::Route& route : site.routes()) {
        const auto& allowed = route.access.roles();
        if (allowed.empty()) continue;
        CAPTURE(name_of(route));
        for (const auto& [role, person] : site.person_of) {
            if (role == "all" || std::ranges::find(allowed, role) != allowed.end()) continue;
            CAPTURE(role);
            for (const char* accept : {"application/json", "text/html"})
                CHECK(ask(site, {.method = route.method,
                                 .target = site.real_path(route),
                                 .token = site.token_of(role),
                                 .accept = accept})
                          .status == 403);
        }
    }
}

TEST_CASE("every change needs the form token, also of somebody who is signed in") {
    Site site;
    for (const http::Route& route : site.routes()) {
        if (!changes(route) || !route.needs_token) continue;
        CAPTURE(name_of(route));
        Asked asked{.method = route.method,
                    .target = site.real_path(route),
                    .token = site.token_of("all"),
                    .content_type = form_type,
                    .with_form_token = false};
        CHECK(ask(site, asked).status == 403);
        asked.body = "_token=" + http::form_token("another session");
        CHECK(ask(site, asked).status == 403);
        asked.body = "";
        asked.headers = {{"x-csrf-token", ""}};
        CHECK(ask(site, asked).status == 403);
        // With it, but from a stranger's page.
        asked.with_form_token = true;
        asked.headers = {{"sec-fetch-site", "cross-site"}};
        CHECK(ask(site, asked).status == 403);
        asked.headers = {{"origin", "https://evil.example"}};
        CHECK(ask(site, asked).status == 403);
        if (!route.access.open()) continue;
        CHECK(ask(site, {.method = route.method,
                         .target = asked.target,
                         .content_type = form_type,
                         .with_form_token = false})
                  .status == 403);
    }
}

TEST_CASE("every page shows in both languages, with all its messages") {
    Site site;
    const std::regex key(
        R"re([>\s"](app|campaigns|catalogue|enrolments|html|http|identity|layout|navigation|organisations|requests|sessions)(\.[a-z0-9_]+){2,}[<\s"])re");
    int pages = 0;
    for (const http::Route& route : site.routes()) {
        if (changes(route) || route.doc.answer.empty()) continue;
        CAPTURE(name_of(route));
        REQUIRE_MESSAGE(site.knows_path(route), "add its values to Site::values");
        ++pages;
        for (const std::string language : {"fr", "en"}) {
            const auto page = ask(site, {.target = site.real_path(route) + "?lang=" + language,
                                         .token = site.token_of("all"),
                                         .accept = "text/html"});
            CHECK(page.status == 200);
            CHECK(page.content_type == "text/html; charset=utf-8");
            CHECK(shows(page, "<html lang=\"" + language + "\""));
            std::smatch found;
            const bool bare = std::regex_search(page.body, found, key);
            CHECK_MESSAGE(!bare, "a message is missing: " << (bare ? found.str() : ""));
        }
        // Its other face, HEAD, and methods it has not.
        const std::string path = site.real_path(route);
        const std::string token = site.token_of("all");
        CHECK(ask(site, {.target = path, .token = token}).content_type == "application/json");
        CHECK(ask(site, {.method = "HEAD", .target = path, .token = token}).status == 200);
        CHECK(ask(site, {.method = "DELETE", .target = path, .token = token}).status == 405);
        CHECK(ask(site, {.method = "OPTIONS", .target = path, .token = token}).status == 204);
        CHECK(ask(site, {.target = path, .token = token, .accept = "image/png"}).status == 406);
    }
    CHECK(pages > 5);
}

TEST_CASE("no path and no query breaks anything, in any role") {
    Site site;
    const std::vector<std::string> odd{"abc",
                                       "-1",
                                       "0",
                                       "9999999999999999999",
                                       "%00",
                                       std::string(3000, 'x'),
                                       "..%2F..%2Fetc",
                                       "%F0%9F%8E%93",
                                       "%FF%FE",
                                       "'%20OR%201=1--",
                                       "%3Cscript%3E",
                                       "1.5",
                                       "%20",
                                       "null"};
    std::vector<std::string> callers{"visitor", "", "all"};
    callers.insert(callers.end(), site.roles.begin(), site.roles.end());
    for (const std::string& who : callers) {
        const std::string token = site.token_of(who);
        for (const http::Route& route : site.routes()) {
            if (changes(route)) continue;
            CAPTURE(who);
            CAPTURE(name_of(route));
            for (const std::string& value : odd) {
                CAPTURE(value);
                const char* accept = who == "all" ? "text/html" : "application/json";
                const auto path = filled(route.pattern, [&](const std::string&) { return value; });
                if (path != route.pattern)
                    CHECK(clear(
                        ask(site, {.target = path, .token = token, .accept = accept}).status));
                if (who != "visitor" && who != "all") continue;
                std::string query = "?lang=" + value + "&unknown=" + value;
                for (const auto& parameter : route.doc.query)
                    query.append("&").append(parameter.name).append("=").append(value);
                CHECK(clear(
                    ask(site,
                        {.target = site.real_path(route) + query, .token = token, .accept = accept})
                        .status));
            }
        }
    }
}

TEST_CASE("no body breaks anything, in any role") {
    Site site;
    struct Body {
        std::string type, text;
    };
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "a=1&";
    const std::vector<Body> bodies{
        {form_type, "%ZZ=%&&&==="},
        {form_type, "a=%FF%FE"},
        {form_type, "a=%00"},
        {form_type, many},
        {"application/json", "{"},
        {"application/json", "[1, 2, 3]"},
        {"application/json", "\"text\""},
        {"application/json", "{\"a\": \"\xFF\"}"},
        {"application/json", "{\"a\": 1e999999}"},
        {"application/json", std::string(100'000, '[')},
        {"application/json", std::string(30, '[') + std::string(30, ']')},
        {"multipart/form-data", "no boundary"},
        {"multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data\r\n\r\n--x--"},
        {"multipart/form-data; boundary=x", "--x\r\n" + std::string(5000, 'y')},
    };
    const std::vector<std::string> odd{"abc",
                                       "-1",
                                       "0",
                                       "%00",
                                       "2026-13-45",
                                       "9999999999999999999",
                                       "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
                                       std::string(3000, 'x')};
    for (const std::string who : {"all", "", "visitor"})
        for (const http::Route& route : site.routes()) {
            if (!changes(route)) continue;
            CAPTURE(who);
            CAPTURE(name_of(route));
            const bool allowed = who == "all" || route.access.open() ||
                                 (who.empty() && route.access.roles().empty());
            const auto send = [&](const Body& body, const std::string& path) {
                return ask(site, {.method = route.method,
                                  .target = path,
                                  .token = site.token_of(who),
                                  .content_type = body.type,
                                  .body = body.text})
                    .status;
            };
            // What is not allowed is refused before it is read.
            for (const char* type : {"text/plain", "application/xml", "image/png"})
                CHECK(send({type, "a=1"}, site.real_path(route)) == (allowed            ? 415
                                                                     : who == "visitor" ? 401
                                                                                        : 403));
            for (const Body& body : bodies) {
                CAPTURE(body.type);
                CAPTURE(body.text.substr(0, 60));
                CHECK(clear(send(body, site.real_path(route))));
            }
            if (!allowed) continue;
            for (const std::string& value : odd) {
                CAPTURE(value);
                std::string all_odd = "unknown=" + value;
                for (const auto& field : route.doc.form) {
                    const std::string one = std::string{field.name} + "=" + value;
                    all_odd += "&" + one;
                    CHECK(clear(send({form_type, one}, site.real_path(route))));
                }
                const auto path = filled(route.pattern, [&](const std::string&) { return value; });
                CHECK(clear(send({form_type, all_odd}, site.real_path(route))));
                CHECK(clear(send({form_type, all_odd}, path)));
            }
        }
}

TEST_CASE(
    "bodies that are too large are refused before they are sent, slow clients hold nobody up") {
    TestApp app;
    use_real_time(app);
    const auto taker = given_takers(app, 1).front();
    const auto session = app.given_session();
    CampusServer server(app.fresh.url, {"--demo", "--workers", "2"});
    for (const auto& [target, status] :
         {std::pair{std::string{"/sign-in"}, 413}, std::pair{take_target(session), 303}}) {
        CAPTURE(target);
        HttpClient client(server.port());
        client.send("POST " + target +
                    " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n"
                    "Content-Length: 10000000000\r\n\r\n");
        const auto answer = client.read();
        CHECK(answer.status == status);
        if (status == 413) CHECK(answer.body.contains("trop volumineux"));
    }
    // Each has begun something and says nothing more.
    std::vector<HttpClient> slow;
    for (int i = 0; i < 60; ++i) {
        slow.emplace_back(server.port());
        slow.back().send(i % 2 ? "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Le"
                               : "POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
                                 "application/json\r\nContent-Length: 100\r\n\r\n{");
    }
    HttpClient client(server.port());
    for (int i = 0; i < 20; ++i) CHECK(client.get("/catalogue").status == 200);
    CHECK(client.post(take_target(session), {.session = taker.token}).status == 201);
    for (const HttpClient& one : slow) CHECK_FALSE(one.readable(0));
    CHECK(server.errors() == "");
}
