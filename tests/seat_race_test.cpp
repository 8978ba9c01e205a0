// SPDX-License-Identifier: EUPL-1.2
// Seats are never oversold and the waiting list is in order: 1,000 people, each with a double
// click, want 20 seats at the same moment, in one process and in two.
#include "seat_race.hpp"

#include "http/router.hpp"
#include "http/tokens.hpp"
#include "http_client.hpp"

#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <thread>

namespace json = boost::json;

namespace {

constexpr int seats = 20;
constexpr int takers_count = 1000;

// What the two clicks of each taker got.
struct Answers {
    struct Click {
        int status = 0;
        std::string body;
    };
    std::vector<std::array<Click, 2>> clicks;
};

// Everyone has exactly one thing: 20 a seat, the others the places from 1 on, each once. Both
// clicks of a taker were told the same.
std::vector<std::int64_t> check_answers(const Answers& answers) {
    std::vector<std::int64_t> enrolments;
    std::vector<std::int64_t> places;
    int seated = 0;
    int good = 0;
    for (const auto& [first, second] : answers.clicks) {
        if (first.status != 201 || second.status != 201) {
            MESSAGE(first.status << " and " << second.status << ": " << first.body << second.body);
            continue;
        }
        ++good;
        CHECK(first.body == second.body);
        const json::value told = json::parse(first.body);
        enrolments.push_back(told.at("id").as_int64());
        if (told.at("state").as_string() == "seated")
            ++seated;
        else
            places.push_back(told.at("place").as_int64());
    }
    const int all = static_cast<int>(answers.clicks.size());
    CHECK(good == all);
    CHECK(seated == seats);
    std::ranges::sort(places);
    bool in_order = static_cast<int>(places.size()) == all - seats;
    for (std::size_t i = 0; i < places.size(); ++i)
        in_order = in_order && places[i] == static_cast<std::int64_t>(i) + 1;
    CHECK(in_order);
    return enrolments;
}

void check_seats(TestApp& app, base::SessionId session) {
    const SeatCount count = seat_count(*app.database, session);
    CHECK(count.broken() == "");
    CHECK(count.taken == seats);
    CHECK(count.waiting == takers_count - seats);
    CHECK(count.places.front() == 1);
    CHECK(count.places.back() == takers_count - seats);
}

// One request for each connection, all of them sent before the first answer is read.
class Crowd {
public:
    Crowd() {
        // Two connections for each taker.
        rlimit files{};
        ::getrlimit(RLIMIT_NOFILE, &files);
        files.rlim_cur = files.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &files);
    }
    void ask(const CampusServer& server, std::string_view target, const std::string& token) {
        requests_.push_back(request_bytes("POST", target, {.session = token}));
        clients_.emplace_back(server.port());
    }
    std::vector<Reply> answers() {
        for (std::size_t i = 0; i < clients_.size(); ++i) clients_[i].send(requests_[i]);
        std::vector<Reply> replies;
        for (HttpClient& client : clients_) replies.push_back(client.read());
        clients_.clear();
        requests_.clear();
        return replies;
    }

private:
    std::vector<HttpClient> clients_;
    std::vector<std::string> requests_;
};

}  // namespace

TEST_CASE("1,000 takers of 20 seats in one process") {
    TestApp app;
    const auto session = app.given_session({.seats = seats});
    const auto takers = given_takers(app, takers_count);
    Answers answers;
    answers.clicks.resize(takers.size());
    std::atomic<std::size_t> next = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i)
            threads.emplace_back([&] {
                for (std::size_t click = 0; (click = next++) < 2 * takers.size();) {
                    http::Request request;
                    request.method = "POST";
                    request.path = request.target = take_target(session);
                    const std::string& token = takers[click / 2].token;
                    request.headers = {{"host", "campus.test"},
                                       {"accept", "application/json"},
                                       {"x-csrf-token", http::form_token(token)},
                                       {"cookie", std::string{http::session_cookie} + "=" + token}};
                    request.now = app.now;
                    const auto answer = app.app().router.dispatch(request);
                    answers.clicks[click / 2][click % 2] = {answer.status, answer.body};
                }
            });
    }
    check_answers(answers);
    check_seats(app, session);
}

TEST_CASE("1,000 takers of 20 seats in two processes, then 500 withdraw while others take") {
    TestApp app;
    use_real_time(app);
    const auto session = app.given_session({.seats = seats});
    const auto takers = given_takers(app, takers_count);
    const CampusServer one(app.fresh.url);
    const CampusServer two(app.fresh.url);
    Crowd crowd;

    for (const Taker& taker : takers) {  // a click in each process
        crowd.ask(one, take_target(session), taker.token);
        crowd.ask(two, take_target(session), taker.token);
    }
    const auto replies = crowd.answers();
    Answers answers;
    for (std::size_t i = 0; i < replies.size(); i += 2)
        answers.clicks.push_back(
            {{{replies[i].status, replies[i].body}, {replies[i + 1].status, replies[i + 1].body}}});
    const auto enrolments = check_answers(answers);
    check_seats(app, session);
    REQUIRE(enrolments.size() == takers.size());

    // 500 of them, whoever they are, give back what they have (and click twice); 200 others come.
    std::vector<std::size_t> who(takers.size());
    for (std::size_t i = 0; i < who.size(); ++i) who[i] = i;
    std::shuffle(who.begin(), who.end(), std::mt19937{std::random_device{}()});
    who.resize(500);
    const auto others = given_takers(app, 200);
    std::string broken;
    std::atomic<int> snapshots = 0;
    std::vector<Reply> done;
    {
        // Whoever looks, from before the first of them on, never sees it otherwise than it must be.
        const std::jthread onlooker([&](const std::stop_token& stop) {
            do {
                broken = seat_count(*app.database, session).broken();
                ++snapshots;
                snapshots.notify_one();
            } while (!stop.stop_requested() && broken.empty());
        });
        snapshots.wait(0);
        for (std::size_t i = 0; i < who.size(); ++i) {
            const std::string target = withdraw_target(enrolments[who[i]]);
            crowd.ask(i % 2 ? one : two, target, takers[who[i]].token);
            crowd.ask(one, target, takers[who[i]].token);
            if (i < others.size()) crowd.ask(two, take_target(session), others[i].token);
        }
        done = crowd.answers();
    }
    CHECK(broken == "");
    CHECK(snapshots > 0);
    std::map<int, int> statuses;
    for (const Reply& reply : done) ++statuses[reply.status];
    CHECK(statuses == std::map<int, int>{{200, 1000}, {201, 200}});
    const SeatCount count = seat_count(*app.database, session);
    CHECK(count.broken() == "");
    CHECK(count.taken == seats);
    CHECK(count.taken + count.waiting == takers_count - 500 + 200);
    CHECK(one.pid() > 0);
    CHECK(two.pid() > 0);
}

TEST_CASE("the schema itself refuses to oversell, and to let somebody wait while a seat is free") {
    TestApp app;
    const auto session = app.given_session({.seats = seats});
    const auto change = [&](db::Query query) {
        app.database->write(
            [&](db::Transaction& transaction) { transaction.run(query, {session.value}); });
    };
    const auto refused = [&](db::Query query) {
        try {
            change(query);
        } catch (const db::ConstraintViolation& violation) {
            return violation.kind == db::ConstraintViolation::Kind::check;
        }
        return false;
    };
    CHECK(refused({"t1", "UPDATE sessions SET taken = capacity + 1 WHERE id = $1"}));
    CHECK(refused({"t2", "UPDATE sessions SET taken = -1 WHERE id = $1"}));
    CHECK(refused({"t3", "UPDATE sessions SET taken = capacity - 1, waiting = 1 WHERE id = $1"}));
    change({"t4", "UPDATE sessions SET taken = capacity, waiting = 1 WHERE id = $1"});
    CHECK(refused({"t5", "UPDATE sessions SET capacity = capacity - 1 WHERE id = $1"}));
    CHECK(refused({"t6", "UPDATE sessions SET capacity = capacity + 1 WHERE id = $1"}));
}
