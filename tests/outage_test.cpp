// SPDX-License-Identifier: EUPL-1.2
// The database goes away while the program serves: readable errors, then recovery by itself.
#include "database_proxy.hpp"
#include "html/messages.hpp"
#include "html/mustache.hpp"
#include "http_client.hpp"
#include "seat_race.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace json = boost::json;

TEST_CASE("with the database away people and programs are told so, and it comes back by itself" *
          doctest::skip(!test_on_postgresql())) {
    TestApp app;
    use_real_time(app);
    const auto session = app.given_session({.seats = 2});
    const auto takers = given_takers(app, 2);
    const Sent page{.session = {}, .accept = "text/html"};
    const Sent signed_in{.session = takers[0].token, .accept = "text/html"};

    DatabaseProxy proxy(app.fresh.url);
    CampusServer server(proxy.url());
    HttpClient client(server.port());
    CHECK(client.get("/catalogue", page).status == 200);
    CHECK(client.get("/health/ready").status == 200);
    CHECK(client.post(take_target(session), {.session = takers[0].token}).status == 201);

    for (int outage = 0; outage < 2; ++outage) {
        proxy.cut();

        const html::Messages messages;
        for (const Sent& reader : {page, signed_in}) {
            const Reply refused = client.get("/catalogue", reader);
            CHECK(refused.status == 503);
            CHECK(refused.header("Retry-After") != "");
            CHECK(refused.header("Content-Type") == "text/html; charset=utf-8");
            CHECK(refused.header("Content-Language") == "fr");
            for (const char* key : {"html.error.503.title", "html.error.503.text"}) {
                CAPTURE(key);
                CHECK(refused.body.find(html::escape(messages.text("fr", key))) !=
                      std::string::npos);
            }
        }
        const Reply problem = client.get("/catalogue");
        CHECK(problem.status == 503);
        CHECK(problem.header("Content-Type") == "application/problem+json");
        CHECK(problem.header("Retry-After") != "");
        CHECK(json::parse(problem.body).at("type").as_string() == "/problems/unavailable");
        CHECK(client.get("/my-trainings", signed_in).status == 503);
        CHECK(client.post(take_target(session), {.session = takers[1].token}).status == 503);

        CHECK(client.get("/health/live").status == 200);
        CHECK(client.get("/health/ready").status == 503);
        CHECK(client.get("/metrics").status == 200);
        CHECK(client.get("/help", page).status == 200);

        // Many at once do not queue up behind an attempt to connect.
        std::vector<HttpClient> others;
        for (int i = 0; i < 100; ++i) others.emplace_back(server.port());
        const auto before = std::chrono::steady_clock::now();
        for (HttpClient& other : others) other.send("GET", "/catalogue", page);
        int unavailable = 0;
        for (HttpClient& other : others) unavailable += other.read().status == 503;
        CHECK(unavailable == 100);
        CHECK(std::chrono::steady_clock::now() - before < std::chrono::seconds{10});

        proxy.restore();
        CHECK(eventually([&] { return client.get("/catalogue", page).status == 200; }));
        CHECK(eventually([&] { return client.get("/health/ready").status == 200; }));
        CHECK(client.get("/my-trainings", signed_in).status == 200);
    }
    CHECK(client.post(take_target(session), {.session = takers[1].token}).status == 201);
    const SeatCount count = seat_count(*app.database, session);
    CHECK(count.broken() == "");
    CHECK(count.taken == 2);
    CHECK(server.stop() == 0);
    // Some 200 requests failed; the log is not flooded by them.
    const std::string errors = server.errors();
    CHECK(errors.find("the database is away") != std::string::npos);
    CHECK(std::ranges::count(errors, '\n') < 60);
}
