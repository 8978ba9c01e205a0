// SPDX-License-Identifier: EUPL-1.2
// Two who may decide on one request, at the same moment and each at a server of their own.
#include "campus_process.hpp"
#include "http_client.hpp"
#include "requests/tests/given.hpp"

#include <doctest/doctest.h>

#include <array>
#include <chrono>

namespace json = boost::json;

TEST_CASE("two deciders at the same moment, each at a server of their own, decide once") {
    constexpr std::size_t rounds = 10;
    Ministry given;
    TestApp& app = given.app;
    app.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto delegate = app.given_person({.name = "Dora", .organisation = "bureau"});
    REQUIRE(app.app().requests.delegate(
        given.supervisor, "dora@exemple.fr", std::chrono::floor<std::chrono::days>(app.now),
        std::chrono::floor<std::chrono::days>(app.now) + std::chrono::days{2}, app.now));
    std::array<std::string, rounds> ids;
    for (std::string& id : ids) id = given.asks(given.agent, app.given_session());
    const CampusServer one(app.fresh.url), two(app.fresh.url);
    const std::array sessions{app.app().identity.sign_in(given.supervisor, app.now),
                              app.app().identity.sign_in(delegate, app.now)};
    const std::array bodies{json::serialize(json::object{{"verdict", "favourable"}}),
                            json::serialize(json::object{{"verdict", "unfavourable"},
                                                         {"reason", "Nécessité de service"}})};
    int approved = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        const std::string target = "/requests/" + ids[round] + "/decision";
        std::array clients{HttpClient(one.port()), HttpClient(two.port())};
        for (std::size_t i = 0; i < 2; ++i) {
            const std::size_t who = (round + i) % 2;  // none is always the first
            clients[who].send("POST", target,
                              {.session = sessions[who],
                               .content_type = "application/json",
                               .body = bodies[who]});
        }
        const std::array replies{clients[0].read().status, clients[1].read().status};
        CAPTURE(replies[0]);
        CAPTURE(replies[1]);
        CHECK(
            ((replies[0] == 200 && replies[1] == 409) || (replies[0] == 409 && replies[1] == 200)));
        const std::string state = given.state_of(ids[round]);
        CHECK(state == (replies[0] == 200 ? "approved" : "refused"));
        approved += state == "approved" ? 1 : 0;
    }
    CHECK(given.audited("requests.decide") == static_cast<int>(rounds));
    CHECK(given.audited("enrolments.take") == approved);
    CHECK(given.letters("agente@exemple.fr", "requests.decided").size() == rounds);
}
