// SPDX-License-Identifier: EUPL-1.2
// What was acknowledged is durable: the program is killed in the middle of takings, again and
// again, and no seat that somebody was told of is lost. (That a commit waits for the disk, so that
// it also survives a power cut, is tested in src/db.)
#include "http_client.hpp"
#include "seat_race.hpp"

#include <doctest/doctest.h>

#include <map>

namespace json = boost::json;

TEST_CASE("kill -9 in the middle of takings loses no seat that was acknowledged") {
    TestApp app;
    use_real_time(app);
    const auto takers = given_takers(app, 400);
    for (const int answers_before_kill : {10, 40, 120}) {
        const auto session = app.given_session({.seats = 300});
        // Nobody else has the database open, so that the next to open it must recover it.
        app.application.reset();
        app.database.reset();

        std::map<std::size_t, std::int64_t> acknowledged;  // taker -> enrolment
        {
            CampusServer server(app.fresh.url);
            std::vector<HttpClient> clients;
            for (std::size_t i = 0; i < takers.size(); ++i) clients.emplace_back(server.port());
            // Never more than 64 under way, so that the end comes in the middle however fast it is.
            const auto ask = [&](std::size_t i) {
                if (i < takers.size())
                    clients[i].send("POST", take_target(session), {.session = takers[i].token});
            };
            for (std::size_t i = 0; i < 64; ++i) ask(i);
            for (std::size_t i = 0; i < takers.size(); ++i) {
                if (i == static_cast<std::size_t>(answers_before_kill)) server.kill();
                ask(i + 64);
                const Reply reply = clients[i].read();
                if (reply.status == 201)
                    acknowledged.emplace(i, json::parse(reply.body).at("id").as_int64());
            }
        }
        CHECK(acknowledged.size() >= static_cast<std::size_t>(answers_before_kill));
        CHECK(acknowledged.size() < takers.size());  // else it was not in the middle

        CampusServer server(app.fresh.url);
        app.database = db::open({.url = app.fresh.url, .connections = 4});
        app.application = std::make_unique<app::Application>(app.configuration, *app.database);
        CHECK(seat_count(*app.database, session).broken() == "");
        // Everyone asks again: who was told something has it still, the others get theirs now.
        HttpClient client(server.port());
        std::size_t kept = 0;
        std::size_t answered = 0;
        for (std::size_t i = 0; i < takers.size(); ++i) {
            const Reply reply = client.post(take_target(session), {.session = takers[i].token});
            if (reply.status == 201) ++answered;
            if (const auto told = acknowledged.find(i); told != acknowledged.end())
                if (reply.status == 201 &&
                    json::parse(reply.body).at("id").as_int64() == told->second)
                    ++kept;
        }
        CHECK(answered == takers.size());
        CHECK(kept == acknowledged.size());
        const SeatCount count = seat_count(*app.database, session);
        CHECK(count.broken() == "");
        CHECK(count.taken == 300);
        CHECK(count.waiting == 100);
        CHECK(server.stop() == 0);
    }
}
