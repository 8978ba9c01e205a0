// SPDX-License-Identifier: EUPL-1.2
// Tests of positioning on the real program: killed in the middle of answers, again and again, no
// answer that somebody was told of is lost, and none is there twice.
#include "campus_process.hpp"
#include "http_client.hpp"
#include "test_bank.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace json = boost::json;

namespace {

struct Candidate {
    std::string token, url;
    std::int64_t revision = 0;  // acknowledged: so many answers
};

Sent sent(const Candidate& one, const std::string& body = "") {
    return {
        .session = one.token, .content_type = body.empty() ? "" : "application/json", .body = body};
}

}  // namespace

TEST_CASE("kill -9 in the middle of tests loses no answer that was acknowledged") {
    TestApp app;
    app.now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    given_bank(app, Questions::typed);
    std::vector<Candidate> candidates(24);
    for (Candidate& one : candidates)
        one.token = app.app().identity.sign_in(app.given_person(), app.now);
    app.application.reset();
    app.database.reset();
    constexpr int before_kill = 40;
    for (int round = 0; round < 3; ++round) {
        CampusServer server(app.fresh.url);
        std::vector<HttpClient> clients;
        for (std::size_t i = 0; i < candidates.size(); ++i) clients.emplace_back(server.port());
        for (std::size_t i = 0; i < candidates.size(); ++i) {
            Candidate& one = candidates[i];
            if (one.url.empty()) {
                const Reply begun =
                    clients[i].post("/positioning", sent(one, R"({"scope": "area", "area": "1"})"));
                REQUIRE(begun.status == 201);
                one.url =
                    "/positioning/" + std::to_string(json::parse(begun.body).at("id").as_int64());
            }
            const json::value test = json::parse(clients[i].get(one.url, sent(one)).body);
            const std::int64_t revision = test.at("revision").as_int64();
            // What was acknowledged is there; one more may have been recorded and not told.
            CHECK(revision >= one.revision);
            CHECK(revision <= one.revision + 1);
            CHECK(test.at("progress").at("place").as_int64() == revision + 1);
            one.revision = revision;
        }
        std::vector<bool> waits(candidates.size(), false);
        const auto ask = [&](std::size_t i) {
            // Now right, now wrong, so that no test is over soon.
            const bool right = candidates[i].revision % 2 == 0;
            clients[i].send(
                "POST", candidates[i].url + "/answers",
                sent(candidates[i], std::string(R"({"answer": ")") +
                                        (right ? "le mot secret" : "non") + R"(", "revision": )" +
                                        std::to_string(candidates[i].revision) + "}"));
            waits[i] = true;
        };
        for (std::size_t i = 0; i < candidates.size(); ++i) ask(i);
        int answered = 0, refused = 0;
        // All are under way when the end comes.
        for (int turn = 0; turn < 3; ++turn)
            for (std::size_t i = 0; i < candidates.size(); ++i) {
                if (!waits[i]) continue;
                if (answered == before_kill) server.kill();
                const Reply reply = clients[i].read();
                waits[i] = false;
                if (reply.status != 200) {
                    ++refused;
                    continue;
                }
                ++answered;
                const json::value told = json::parse(reply.body);
                CHECK(told.at("recorded").as_bool());
                ++candidates[i].revision;
                if (told.at("over").as_bool())
                    candidates[i] = {.token = candidates[i].token};
                else if (turn < 2)
                    ask(i);
            }
        CHECK(answered >= before_kill);
        CHECK(refused > 0);  // else it was not in the middle
    }
}
