// SPDX-License-Identifier: EUPL-1.2
#include "http/router.hpp"

#include "base/failure.hpp"
#include "http/tokens.hpp"

#include <doctest/doctest.h>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <stdexcept>

using boost::json::object;
using http::Access;

namespace {

std::string text(const base::Error* error) {
    return error ? " !" + error->reasons[0].message_key + "@" + error->reasons[0].field : "";
}

// Pages as one line that tells what they were made from.
struct Pages final : http::PageRenderer {
    std::string page(const http::Request& request, const http::View& view,
                     const base::Error* error) const override {
        if (view.template_name == "broken") throw std::runtime_error("template");
        return "page " + view.template_name + " " + request.language +
               (request.caller ? " for " + request.caller->name : "") +
               (request.notice.empty() ? "" : " notice " + request.notice) + text(error);
    }
    std::string error_page(const http::Request& request, int status,
                           const base::Error* error) const override {
        if (all_broken) throw std::runtime_error("templates");
        return "error " + std::to_string(status) + " " + request.language +
               (request.caller ? " for " + request.caller->name : "") + text(error);
    }
    std::string message(std::string_view language, const base::Reason& reason) const override {
        return std::string{language} + ":" + reason.message_key;
    }
    bool all_broken = false;
};

struct People final : http::SignIns {
    std::optional<http::Caller> find_caller(std::string_view token, base::Time) override {
        ++asked;
        if (away) throw base::Unavailable("database is away");
        if (token == "anna") return http::Caller{{1}, "Anna", {"agent", "organiser"}};
        if (token == "ben") return http::Caller{{2}, "Ben", {"agent"}};
        return std::nullopt;
    }
    int asked = 0;
    bool away = false;
};

struct App {
    Pages pages;
    People people;
    http::RateLimits rate_limits;
    http::Router router;
    explicit App(http::RouterOptions options = {}) : router(pages, people, rate_limits, options) {}

    void get(std::string pattern, Access access = {}) {
        router.add("GET", pattern, std::move(access), {}, [pattern](const http::Request& got) {
            object values;
            for (const auto& [name, value] : got.path_values) values[name] = value;
            values["extension"] = got.extension;
            return http::show(http::view(pattern, values));
        });
    }
    // Fields of the form come back, so that the answer shows that the handler ran.
    void post(std::string pattern, Access access = {}) {
        router.add("POST", pattern, std::move(access), {}, [](const http::Request& got) {
            return http::done("/done?n=" + std::string{got.form.text("n")}, "saved");
        });
    }

    http::Response ask(std::string method, std::string target, http::Pairs headers = {},
                       std::string body = {}) {
        request = {};
        request.method = std::move(method);
        request.target = target;
        if (const auto query = target.find('?'); query != std::string::npos) {
            const auto equals = target.find('=', query);
            request.query = http::Query{
                {{target.substr(query + 1, equals - query - 1), target.substr(equals + 1)}}};
            target.resize(query);
        }
        request.path = target;
        request.headers = std::move(headers);
        request.headers.emplace_back("host", "campus.example");
        request.body = std::move(body);
        request.client = "192.0.2.1";
        request.request_id = "r1";
        request.now = base::from_epoch(1'800'000'000);
        return router.dispatch(request);
    }
    http::Response json(std::string target) {
        return ask("GET", std::move(target), {{"accept", "application/json"}});
    }
    // A form as a browser sends it, signed in as Anna.
    http::Response send(std::string target, std::string body, http::Pairs more = {}) {
        http::Pairs headers{{"cookie", "campus_session=anna"},
                            {"content-type", "application/x-www-form-urlencoded"}};
        headers.insert(headers.begin(), more.begin(), more.end());
        return ask("POST", std::move(target), std::move(headers), std::move(body));
    }
    http::Request request;
};

std::string header(const http::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers)
        if (key == name) return value;
    return {};
}
const http::Cookie* cookie(const http::Response& response, std::string_view name) {
    for (const auto& cookie : response.cookies)
        if (cookie.name == name) return &cookie;
    return nullptr;
}
const std::string anna_token = "_token=" + http::form_token("anna");

}  // namespace

TEST_CASE("the most exact route is found") {
    App app;
    for (const auto* pattern :
         {"/", "/catalogue", "/catalogue/new", "/catalogue/{slug}", "/catalogue/{slug}/history",
          "/seats/{id}.ics", "/seats/{id}", "/openapi.json", "/files/{rest*}", "/a/{x}/b/{y}"})
        app.get(pattern);
    struct Case {
        const char* path;
        const char* pattern;
        const char* values;
    };
    for (const auto& [path, pattern, values] : std::vector<Case>{
             {"/", "/", ""},
             {"/catalogue", "/catalogue", ""},
             {"/catalogue/new", "/catalogue/new", ""},
             {"/catalogue/newer", "/catalogue/{slug}", "slug=newer"},
             {"/catalogue/new/history", "/catalogue/{slug}/history",
              "slug=new"},  // back from "new"
             {"/seats/7", "/seats/{id}", "id=7"},
             {"/seats/7.ics", "/seats/{id}.ics", "id=7"},
             {"/seats/.ics", "/seats/{id}", "id=.ics"},
             {"/files/a/b.css", "/files/{rest*}", "rest=a/b.css"},
             {"/files/a.json", "/files/{rest*}", "rest=a.json"},
             {"/a/1/b/2", "/a/{x}/b/{y}", "x=1&y=2"},
             {"/.json", "/", ""},
             {"/catalogue.json", "/catalogue", ""},
             {"/catalogue/x.json", "/catalogue/{slug}", "slug=x"},
             {"/catalogue/x.y.json", "/catalogue/{slug}", "slug=x.y"},
             {"/openapi.json", "/openapi.json", ""},
             {"/nothing", "", ""},
             {"/files", "", ""},
             {"/catalogue//history", "", ""},
             {"//catalogue", "", ""},
             {"/a/1/b", "", ""},
             {"/openapi.json.json", "/openapi.json", ""},
         }) {
        CAPTURE(path);
        const auto response = app.ask("GET", path);
        CHECK(response.status == (*pattern ? 200 : 404));
        CHECK(app.request.pattern == pattern);
        std::string found;
        for (const auto& [name, value] : app.request.path_values)
            found += (found.empty() ? "" : "&") + name + "=" + value;
        CHECK(found == values);
    }
    app.ask("GET", "/seats/7.ics");
    CHECK(app.request.extension == "ics");
    CHECK(app.ask("GET", "/catalogue/x.json").content_type == "application/json");
    CHECK(app.request.extension == "json");
    CHECK(app.request.path == "/catalogue/x");
    CHECK(app.ask("HEAD", "/catalogue").status == 200);
}

TEST_CASE("a method that the address lacks is told which it has") {
    App app;
    app.get("/sessions/{id}");
    app.post("/sessions/{id}");
    app.post("/only-post");
    const auto wrong = app.ask("DELETE", "/sessions/1");
    CHECK(wrong.status == 405);
    CHECK(header(wrong, "allow") == "GET, HEAD, POST, OPTIONS");
    CHECK(header(app.ask("GET", "/only-post"), "allow") == "POST, OPTIONS");
    CHECK(app.ask("BREW", "/only-post").status == 405);
    CHECK(app.ask("BREW", "/nothing").status == 404);
    const auto options = app.ask("OPTIONS", "/sessions/1");
    CHECK(options.status == 204);
    CHECK(header(options, "allow") == "GET, HEAD, POST, OPTIONS");
    CHECK(options.body.empty());
    const auto on_json = app.ask("POST", "/sessions/1.json");
    CHECK(on_json.status == 405);
    CHECK(header(on_json, "allow") == "GET, HEAD, OPTIONS");
    CHECK(app.router.max_body("POST", "/sessions/1") == 256 * 1024);
    CHECK(app.router.max_body("GET", "/sessions/1") == 0);
    CHECK(app.router.max_body("PUT", "/sessions/1") == 0);
    CHECK(app.router.max_body("POST", "/nothing") == 0);
}

TEST_CASE("a trailing slash is taken off, but leads nowhere else") {
    App app;
    app.get("/catalogue");
    app.get("/x/{rest*}");
    const auto response = app.ask("GET", "/catalogue/?q=1");
    CHECK(response.status == 308);
    CHECK(header(response, "location") == "/catalogue?q=1");
    CHECK(app.ask("GET", "/nothing/").status == 404);
    CHECK(app.ask("GET", "//evil.example/").status == 404);
    CHECK(app.ask("GET", "/catalogue//").status == 404);
}

TEST_CASE("patterns that are malformed, double or ambiguous are refused") {
    App app;
    app.get("/a/{id}");
    app.get("/f/{id}.ics");
    for (const auto* bad : {"/a/{id}",    "/a/{other}", "/a/{other}/more",
                            "/f/{x}.ics", "",           "a",
                            "/a/",        "//",         "/{}",
                            "/{*}",       "/{A}",       "/x{id}",
                            "/{a}{b}",    "/{a}-{b}",   "/{a}x",
                            "/{a}.",      "/{a*}.x",    "/{a*}/b",
                            "/{a}/{a}",   "/{a",        "/a}"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(app.get(bad), std::logic_error);
    }
    CHECK_NOTHROW(app.post("/a/{id}"));
    CHECK_NOTHROW(app.get("/a/{id}/more"));
    CHECK_THROWS_AS(app.router.add("FETCH", "/x", {}, {}, [](auto&) { return http::Response{}; }),
                    std::logic_error);
    CHECK_THROWS_AS(app.router.add("GET", "/y", {}, {}, nullptr), std::logic_error);
    CHECK_THROWS_AS(Access::any_role({}), std::logic_error);
}

TEST_CASE("one resource has two faces") {
    App app;
    app.get("/catalogue/{slug}");
    const auto page = app.ask("GET", "/catalogue/x");
    CHECK(page.body == "page /catalogue/{slug} fr");
    CHECK(page.content_type == "text/html; charset=utf-8");
    CHECK(header(page, "vary") == "Accept, Accept-Language, Cookie");
    CHECK(header(page, "content-language") == "fr");
    const auto json = app.json("/catalogue/x");
    CHECK(json.body == R"({"slug":"x","extension":""})");
    CHECK(json.content_type == "application/json");
    CHECK(app.ask("GET", "/catalogue/x", {{"accept", "image/png"}}).status == 406);
    CHECK(app.ask("GET", "/catalogue/x.json", {{"accept", "image/png"}}).status == 200);
    // What is no view does not ask.
    app.router.add("GET", "/feed.ics", {}, {},
                   [](auto&) { return http::content("BEGIN:VCALENDAR", "text/calendar"); });
    const auto feed = app.ask("GET", "/feed.ics", {{"accept", "text/calendar"}});
    CHECK(feed.status == 200);
    CHECK(feed.content_type == "text/calendar");
    CHECK(header(feed, "vary") == "");
}

TEST_CASE("the language comes from the address, the cookie, the browser, and is French else") {
    App app;
    app.get("/p");
    CHECK(app.ask("GET", "/p").body == "page /p fr");
    CHECK(app.ask("GET", "/p", {{"accept-language", "en"}}).body == "page /p en");
    CHECK(app.ask("GET", "/p", {{"accept-language", "en"}, {"cookie", "a=b; campus_language=fr"}})
              .body == "page /p fr");
    CHECK(app.ask("GET", "/p", {{"cookie", "campus_language=xx"}}).body == "page /p fr");
    const auto switched = app.ask("GET", "/p?lang=en", {{"cookie", "campus_language=fr"}});
    CHECK(switched.body == "page /p en");
    REQUIRE(cookie(switched, "campus_language"));
    CHECK(cookie(switched, "campus_language")->value == "en");
    CHECK(cookie(app.ask("GET", "/p?lang=de"), "campus_language") == nullptr);
}

TEST_CASE("signed out, people are sent to sign in and programs are told") {
    App app;
    app.get("/mine", Access::signed_in());
    app.post("/mine", Access::signed_in());
    app.get("/catalogue");
    const auto people = app.ask("GET", "/mine?a=b&c");
    CHECK(people.status == 303);
    CHECK(header(people, "location") == "/sign-in?next=/mine%3Fa%3Db%26c");
    const auto program = app.json("/mine");
    CHECK(program.status == 401);
    CHECK(program.content_type == "application/problem+json");
    CHECK(header(program, "www-authenticate") != "");
    CHECK(app.people.asked == 0);  // no cookie, no question

    const auto next = [&](const char* referer) {
        return header(app.ask("POST", "/mine", {{"referer", referer}}), "location");
    };
    CHECK(next("http://campus.example/form?x=1") == "/sign-in?next=/form%3Fx%3D1");
    CHECK(next("http://campus.example//evil.example") == "/sign-in");
    CHECK(next("http://evil.example/form") == "/sign-in");
    CHECK(next("/form") == "/sign-in");

    const auto old = app.ask("GET", "/mine", {{"cookie", "campus_session=expired"}});
    CHECK(old.status == 303);
    CHECK(app.people.asked == 1);
    CHECK(app.ask("GET", "/mine", {{"cookie", "campus_session=ben"}}).body ==
          "page /mine fr for Ben");
    CHECK(app.people.asked == 2);
    app.ask("GET", "/none", {{"cookie", "campus_session=ben"}});
    CHECK(app.people.asked == 3);
}

TEST_CASE("a role opens what it opens and nothing else") {
    App app;
    app.get("/organise", Access::role("organiser"));
    app.get("/either", Access::any_role({"auditor", "agent"}));
    const auto refused = app.ask("GET", "/organise", {{"cookie", "campus_session=ben"}});
    CHECK(refused.status == 403);
    CHECK(refused.body == "error 403 fr for Ben !http.role_missing@");
    CHECK(app.ask("GET", "/organise", {{"cookie", "campus_session=anna"}}).status == 200);
    CHECK(app.ask("GET", "/either", {{"cookie", "campus_session=ben"}}).status == 200);
    CHECK(app.ask("GET", "/either").status == 303);
}

TEST_CASE("a change needs the reader's form token") {
    App app;
    app.post("/save", Access::signed_in());
    const auto good = app.send("/save", anna_token + "&n=5");
    CHECK(good.status == 303);
    CHECK(header(good, "location") == "/done?n=5");
    CHECK(app.send("/save", "n=5", {{"x-csrf-token", http::form_token("anna")}}).status == 303);
    for (const std::string body : {"n=5", "_token=", "_token=x"}) {
        const auto refused = app.send("/save", body);
        CHECK(refused.status == 403);
        CHECK(refused.body == "error 403 fr for Anna !http.form_token@");
    }
    CHECK(app.send("/save", "_token=" + http::form_token("ben")).status == 403);
    CHECK(app.send("/save", "_token=" + http::form_token("")).status == 403);
}

TEST_CASE("a change from another site is refused even with a token") {
    App app{{.public_url = "https://public.example"}};
    app.post("/save", Access::signed_in());
    struct Case {
        http::Pairs headers;
        int status;
    };
    for (const auto& [headers, status] : std::vector<Case>{
             {{{"sec-fetch-site", "same-origin"}}, 303},
             {{{"sec-fetch-site", "cross-site"}}, 403},
             {{{"origin", "http://campus.example"}}, 303},
             {{{"origin", "https://public.example"}}, 303},
             {{{"origin", "https://evil.example"}}, 403},
             {{{"origin", "https://campus.example.evil.example"}}, 403},
             {{{"origin", "garbage"}}, 403},
             {{{"origin", "null"}}, 403},
             {{{"origin", "null"}, {"sec-fetch-site", "same-origin"}}, 303},
         })
        CHECK(app.send("/save", anna_token, headers).status == status);
    App without;
    without.post("/save", Access::signed_in());
    CHECK(without.send("/save", anna_token, {{"origin", "garbage"}}).status == 403);
}

TEST_CASE("machine routes need no token") {
    App app;
    app.router.add({.method = "POST",
                    .pattern = "/hook",
                    .access = {},
                    .doc = {},
                    .handler = [](auto&) { return http::content("ok", "text/plain"); },
                    .needs_token = false});
    CHECK(app.ask("POST", "/hook", {{"origin", "https://elsewhere.example"}}).body == "ok");
}

TEST_CASE(
    "a reader who is signed out gets a cookie and token on the pages above an open form only") {
    App app;
    app.get("/");
    app.get("/catalogue");
    app.get("/sign-in");
    app.post("/sign-in/demo");
    for (const auto* path : {"/", "/catalogue"}) {
        CHECK(app.ask("GET", path).cookies.empty());
        CHECK(app.request.form_token.empty());
    }
    const auto page = app.ask("GET", "/sign-in");
    REQUIRE(cookie(page, http::visitor_cookie));
    const auto secret = cookie(page, http::visitor_cookie)->value;
    CHECK(http::is_form_token(app.request.form_token, http::form_token(secret)));
    const http::Pairs with_cookie{{"cookie", "campus_visitor=" + secret},
                                  {"content-type", "application/x-www-form-urlencoded"}};
    CHECK(app.ask("GET", "/sign-in", with_cookie).cookies.empty());  // kept, not renewed
    const auto body = "_token=" + http::form_token(secret);
    CHECK(app.ask("POST", "/sign-in/demo", with_cookie, body).status == 303);
    CHECK(app.ask("POST", "/sign-in/demo", with_cookie, "_token=x").status == 403);
    CHECK(app.ask("POST", "/sign-in/demo", {with_cookie[1]}, body).status == 403);
    CHECK(app.ask("POST", "/sign-in/demo", {with_cookie[1]}, "_token=" + http::form_token(""))
              .status == 403);
    // Signed in, the session counts.
    CHECK(app.send("/sign-in/demo", anna_token).status == 303);
    CHECK(app.ask("GET", "/sign-in", {{"cookie", "campus_session=anna"}}).cookies.empty());
}

TEST_CASE("bodies that cannot be read are told from those that break a rule") {
    App app;
    app.router.add(
        {.method = "POST",
         .pattern = "/save",
         .access = Access::signed_in(),
         .doc = {},
         .handler = [](auto&) { return http::refuse({base::ErrorKind::invalid, "no", "n"}); },
         .max_body = 100});
    const http::Pairs token{{"x-csrf-token", http::form_token("anna")}};
    CHECK(app.send("/save", "n=%", token).status == 400);
    CHECK(app.send("/save", "n=%FF", token).status == 400);
    CHECK(app.send("/save", "n=1", token).status == 422);
    CHECK(app.send("/save", std::string(100, 'x'), token).status == 422);
    CHECK(app.send("/save", std::string(101, 'x'), token).status == 413);
    auto typed = token;
    typed.emplace_back("content-type", "text/plain");
    CHECK(app.send("/save", "n=1", typed).status == 415);
    typed.back().second = "application/json";
    CHECK(app.send("/save", "{\"n\":}", typed).status == 400);
    CHECK(app.send("/save", "{\"n\":1}", typed).status == 422);
    CHECK(app.ask("GET", "/\xFF").status == 400);
    CHECK(app.ask("GET", "/save?q=\xFF").status == 400);
}

TEST_CASE("each kind of refusal has its status, a page for people and a problem for programs") {
    using base::ErrorKind;
    struct Case {
        ErrorKind kind;
        int status;
        const char* type;
    };
    for (const auto& [kind, status, type] : std::vector<Case>{
             {ErrorKind::invalid, 422, "/problems/invalid"},
             {ErrorKind::forbidden, 403, "/problems/forbidden"},
             {ErrorKind::not_found, 404, "/problems/not-found"},
             {ErrorKind::conflict, 409, "/problems/conflict"},
             {ErrorKind::too_large, 413, "/problems/too-large"},
             {ErrorKind::unsupported, 415, "/problems/unsupported"},
             {ErrorKind::signed_out, 401, "/problems/signed-out"},
         }) {
        App app;
        app.router.add("GET", "/plain", {}, {},
                       [&](auto&) { return http::refuse({kind, "x.key", "field"}); });
        app.router.add("GET", "/form", {}, {}, [&](auto&) {
            return http::refuse({kind, "x.key", "field"}, http::view("form", object{}));
        });
        const auto people = app.ask("GET", "/plain");
        if (kind == ErrorKind::signed_out) {
            CHECK(people.status == 303);
            CHECK(header(people, "location") == "/sign-in?next=/plain");
        } else {
            CHECK(people.status == status);
            CHECK(people.body == "error " + std::to_string(status) + " fr !x.key@field");
        }
        const auto form = app.ask("GET", "/form");
        CHECK(form.status == status);
        CHECK(form.body == "page form fr !x.key@field");
        for (const auto* path : {"/plain", "/form"}) {
            const auto program = app.json(path);
            CHECK(program.status == status);
            CHECK(program.content_type == "application/problem+json");
            const auto problem = boost::json::parse(program.body).as_object();
            CHECK(problem.at("type").as_string() == type);
            CHECK(problem.at("status").as_int64() == status);
            CHECK(problem.at("title").as_string() ==
                  "fr:http." + std::to_string(status) + ".title");
            CHECK(problem.at("detail").as_string() == "fr:x.key");
            CHECK(problem.at("instance").as_string() == "r1");
            const auto& reason = problem.at("errors").as_array().at(0).as_object();
            CHECK(reason.at("field").as_string() == "field");
            CHECK(reason.at("key").as_string() == "x.key");
            CHECK(reason.at("message").as_string() == "fr:x.key");
        }
    }
}

TEST_CASE("done sends people on and tells programs where it is") {
    App app;
    app.router.add("GET", "/plain", {}, {},
                   [](auto&) { return http::done("/s/1", "s.made", 201); });
    app.router.add("GET", "/view", {}, {}, [](auto&) {
        return http::done("/s/1", "s.made", http::view("s", object{{"id", 1}}), 201);
    });
    for (const auto* path : {"/plain", "/view"}) {
        const auto people = app.ask("GET", path);
        CHECK(people.status == 303);
        CHECK(header(people, "location") == "/s/1");
        CHECK(people.body.empty());
        REQUIRE(cookie(people, "campus_notice"));
        CHECK(cookie(people, "campus_notice")->value == "s.made");
        const auto program = app.json(path);
        CHECK(program.status == 201);
        CHECK(header(program, "location") == "/s/1");
        CHECK(program.cookies.empty());
    }
    CHECK(app.json("/plain").body == R"({"location":"/s/1"})");
    CHECK(app.json("/view").body == R"({"id":1})");
}

TEST_CASE("a notice is shown once, on the next page") {
    App app;
    app.get("/p");
    app.get("/mine", Access::signed_in());
    const auto page = app.ask("GET", "/p", {{"cookie", "campus_notice=s.made"}});
    CHECK(page.body == "page /p fr notice s.made");
    REQUIRE(cookie(page, "campus_notice"));
    CHECK(cookie(page, "campus_notice")->max_age_s == 0);
    CHECK(app.ask("GET", "/mine", {{"cookie", "campus_notice=s.made"}})
              .cookies.empty());  // a redirect
    CHECK(app.ask("GET", "/p.json", {{"cookie", "campus_notice=s.made"}}).cookies.empty());
    const auto bad = app.ask("GET", "/p", {{"cookie", "campus_notice=<b>"}});
    CHECK(bad.body == "page /p fr");
    CHECK(cookie(bad, "campus_notice"));
    app.router.add("GET", "/now", {}, {}, [](auto&) {
        return http::show(http::view("v", object{})).with_notice("s.now");
    });
    const auto now = app.ask("GET", "/now");
    CHECK(now.body == "page v fr notice s.now");
    CHECK(now.cookies.empty());
}

TEST_CASE("a header takes no line break from a value") {
    App app;
    app.router.add("GET", "/r", {}, {},
                   [](auto&) { return http::redirect("/a\r\nSet-Cookie: é x"); });
    CHECK(header(app.ask("GET", "/r"), "location") == "/a%0D%0ASet-Cookie:%20%C3%A9%20x");
    app.router.add("GET", "/h", {}, {}, [](auto&) {
        return http::content("x", "text/plain").with_header("x-a", "b\r\nc: d");
    });
    CHECK(app.ask("GET", "/h").status == 500);
    app.router.add("GET", "/c", {}, {}, [](auto&) {
        return http::content("x", "text/plain").with_cookie({"a", "b; Domain=evil"});
    });
    CHECK(app.ask("GET", "/c").status == 500);
    for (const auto* good : {"/", "/a", "/a?b=//c"}) CHECK(http::is_local_path(good));
    for (const auto* bad : {"", "a", "//evil", "/\\evil", "/\t/evil", "https://evil", "\\\\evil"})
        CHECK_FALSE(http::is_local_path(bad));
}

TEST_CASE("a breakdown is one page and the router lives on") {
    App app;
    app.router.add("GET", "/bug", {}, {},
                   [](auto&) -> http::Response { throw std::runtime_error("x"); });
    app.router.add("GET", "/odd", {}, {}, [](auto&) -> http::Response { throw 42; });
    app.router.add("GET", "/away", {}, {},
                   [](auto&) -> http::Response { throw base::Unavailable("db"); });
    app.router.add("GET", "/template", {}, {},
                   [](auto&) { return http::show(http::view("broken", object{})); });
    app.get("/p");
    CHECK(app.ask("GET", "/bug").body == "error 500 fr");
    CHECK(app.ask("GET", "/odd").status == 500);
    CHECK(app.ask("GET", "/template").status == 500);
    const auto away = app.ask("GET", "/away");
    CHECK(away.status == 503);
    CHECK(header(away, "retry-after") == "5");
    CHECK(boost::json::parse(app.json("/away").body).at("type").as_string() ==
          "/problems/unavailable");
    app.people.away = true;
    CHECK(app.ask("GET", "/p", {{"cookie", "campus_session=anna"}}).status == 503);
    CHECK(app.people.asked == 1);
    app.people.away = false;
    app.pages.all_broken = true;
    const auto bare = app.ask("GET", "/bug");
    CHECK(bare.status == 500);
    CHECK(bare.content_type == "application/problem+json");
    CHECK(app.ask("GET", "/p").status == 200);
}

TEST_CASE("writes and sign-ins are limited") {
    App app{{.write_person = {"p", 1, 2}, .write_address = {"a", 1, 2}, .sign_in = {"s", 1, 1}}};
    app.post("/save", Access::signed_in());
    app.post("/sign-in");
    app.get("/p");
    CHECK(app.send("/save", anna_token).status == 303);
    CHECK(app.send("/save", anna_token).status == 303);
    const auto refused = app.send("/save", anna_token);
    CHECK(refused.status == 429);
    CHECK(header(refused, "retry-after") == "1");
    CHECK(app.send("/save", "x", {{"cookie", "campus_session=ben"}}).status ==
          403);  // another person
    CHECK(app.ask("POST", "/sign-in").status == 403);
    CHECK(app.ask("POST", "/sign-in").status == 429);
    for (int i = 0; i < 10; ++i) CHECK(app.ask("GET", "/p").status == 200);

    App open{{.write_person = {"p", 0, 0}, .write_address = {"a", 0, 0}, .sign_in = {"s", 0, 0}}};
    open.post("/save", Access::signed_in());
    for (int i = 0; i < 100; ++i) CHECK(open.send("/save", anna_token).status == 303);
}

TEST_CASE("OpenAPI lists every route with its access, parameters and answers") {
    App app;
    app.router.add("GET", "/s/{id}", Access::signed_in(),
                   {.summary = "A session",
                    .query = {{.name = "page", .schema = R"({"type":"integer"})"}},
                    .answer = R"({"type":"object"})"},
                   [](auto&) { return http::Response{}; });
    app.router.add(
        "POST", "/s/{id}", Access::any_role({"organiser", "auditor"}),
        {.summary = "Changes it", .form = {{.name = "title", .required = true}, {.name = "n"}}},
        [](auto&) { return http::Response{}; });
    app.router.add("GET", "/files/{rest*}", {}, {.summary = "A file", .content_type = "text/csv"},
                   [](auto&) { return http::Response{}; });
    const auto document = http::openapi(app.router, "1.2");
    CHECK(document.at("openapi").as_string() == "3.1.0");
    CHECK(document.at("info").at("version").as_string() == "1.2");
    const auto& paths = document.at("paths").as_object();
    CHECK(paths.size() == 2);
    const auto& get = paths.at("/s/{id}").at("get");
    CHECK(get.at("x-access").as_string() == "signed-in");
    CHECK(get.at("parameters").as_array().size() == 2);
    CHECK(get.at("responses").at("200").at("content").at("application/json").at("schema") ==
          object{{"type", "object"}});
    CHECK(get.at("security").as_array().size() == 1);
    CHECK(get.at("security").as_array()[0] == object{{"session", boost::json::array{}}});
    const auto& post = paths.at("/s/{id}").at("post");
    CHECK(post.at("x-access") == boost::json::array{"organiser", "auditor"});
    const auto& form = post.at("requestBody").at("content").at("application/json").at("schema");
    CHECK(form.at("required") == boost::json::array{"title"});
    CHECK(form.at("properties").as_object().size() == 2);
    const auto& file = paths.at("/files/{rest}").at("get");
    CHECK(file.at("x-access").as_string() == "anyone");
    CHECK(file.at("security").as_array().empty());
    CHECK(file.at("responses").at("200").at("content").as_object().contains("text/csv"));

    app.router.add("GET", "/bad", {}, {.summary = "x", .answer = "{"},
                   [](auto&) { return http::Response{}; });
    CHECK_THROWS_AS(http::openapi(app.router, "1"), std::logic_error);
}
