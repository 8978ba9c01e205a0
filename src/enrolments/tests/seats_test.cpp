// SPDX-License-Identifier: EUPL-1.2
// The rules by which seats are given, as tables.
#include "enrolments/seats.hpp"

#include <doctest/doctest.h>

using namespace std::chrono;
using namespace std::chrono_literals;
using enrolments::compare;
using enrolments::fits;
using enrolments::Room;
using enrolments::Standing;
using enrolments::Waiter;
using enrolments::Why;

namespace {

constexpr base::Time now{sys_days{2026y / 11 / 23}};

Standing agent(std::string population = "etat", std::string department = "75") {
    return {.population = std::move(population),
            .contractor = false,
            .organisations = {"dinum", "etat"},
            .department = std::move(department),
            .town = "paris"};
}

sessions::Quota quota(std::string kind, std::string value, int seats = 1,
                      base::Time until = now + days{7}) {
    return {std::move(kind), std::move(value), seats, until};
}

std::string pool_of(const Room& room, const Standing& standing) {
    return room.free_for(standing).value_or("none");
}

Waiter waiter(std::int64_t place) {
    return {{place}, place, now + seconds{place}, false, 0, agent()};
}

}  // namespace

TEST_CASE("whom a quota is for") {
    Standing contractor = agent();
    contractor.contractor = true;
    const Standing lyon{.population = "territoriale",
                        .contractor = false,
                        .organisations = {"lyon", "rhone"},
                        .department = "69",
                        .town = "lyon"};
    const Standing nowhere;
    struct Row {
        sessions::Quota quota;
        bool agent_of_paris, contractor, lyon, nowhere;
    };
    for (const Row& row : {Row{quota("organisation", "etat"), true, true, false, false},
                           {quota("organisation", "rhone"), false, false, true, false},
                           {quota("population", "etat"), true, false, false, false},
                           {quota("population", "territoriale"), false, false, true, false},
                           {quota("population", "contractor"), false, true, false, false},
                           {quota("outside_idf", "1"), false, false, true, false},
                           {quota("region", "11"), true, true, false, false},
                           {quota("region", "84"), false, false, true, false},
                           {quota("department", "69"), false, false, true, false},
                           {quota("town", "lyon"), false, false, true, false}}) {
        CAPTURE(row.quota.pool());
        CHECK(fits(row.quota, agent()) == row.agent_of_paris);
        CHECK(fits(row.quota, contractor) == row.contractor);
        CHECK(fits(row.quota, lyon) == row.lyon);
        CHECK(fits(row.quota, nowhere) == row.nowhere);
    }
}

TEST_CASE("a reserved seat is for its group until the second of its release, then for all") {
    sessions::SeatRules rules;
    rules.quotas = {quota("population", "territoriale", 2)};
    const auto at = [&](base::Time time) {
        Room room(rules, 3, time);
        room.take("");  // one seat for all is taken: none is left
        return room;
    };
    const base::Time release = rules.quotas[0].reserved_until;
    CHECK(pool_of(at(release - 1s), agent()) == "none");
    CHECK(pool_of(at(release - 1s), agent("territoriale")) == "population:territoriale");
    CHECK(pool_of(at(release), agent()) == "");
    CHECK(pool_of(at(release), agent("territoriale")) == "");

    Room room = at(now);
    CHECK(room.take("population:territoriale"));
    CHECK(room.take("population:territoriale"));
    CHECK_FALSE(room.take("population:territoriale"));
    CHECK(pool_of(room, agent("territoriale")) == "none");
}

TEST_CASE("one who fits a quota takes its seat first, so that seats for all stay for all") {
    sessions::SeatRules rules;
    rules.quotas = {quota("population", "etat"), quota("outside_idf", "1")};
    Room room(rules, 3, now);
    CHECK(pool_of(room, agent("etat", "69")) == "population:etat");
    room.take("population:etat");
    CHECK(pool_of(room, agent("etat", "69")) == "outside_idf:1");
    room.take("outside_idf:1");
    CHECK(pool_of(room, agent("etat", "69")) == "");
}

TEST_CASE("why one goes before another: the first rule that tells them apart") {
    sessions::SeatRules rules;
    rules.priorities = {sessions::Priority::state_agents, sessions::Priority::far_from_paris,
                        sessions::Priority::waited_before};
    struct Row {
        const char* what;
        Waiter later;  // asked later, and goes first
        Why why;
        bool remote = true;
    };
    const auto with = [](auto change) {
        Waiter one = waiter(2);
        change(one);
        return one;
    };
    Waiter earlier = waiter(1);
    earlier.standing.population = "territoriale";
    const Row rows[] = {
        {"returned", with([](Waiter& w) { w.returned = true; }), Why::returned},
        {"state", with([](Waiter&) {}), Why::state_agents},
        {"ranked", with([](Waiter& w) { w.rank = 5; }), Why::was_selected},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        const auto told = compare(row.later, earlier, rules, row.remote);
        CHECK(told.first);
        CHECK(told.why == row.why);
        CHECK_FALSE(compare(earlier, row.later, rules, row.remote).first);
    }
    const auto told = [&](const Waiter& a, const Waiter& b, bool remote) {
        const auto found = compare(a, b, rules, remote);
        return std::string{found.first ? "first " : "second "} + std::string{name_of(found.why)};
    };
    const Waiter far = with([](Waiter& w) { w.standing.department = "69"; });
    CHECK(told(far, waiter(1), true) == "first far_from_paris");
    CHECK(told(far, waiter(1), false) == "second asked_first");
    const Waiter unknown = with([](Waiter& w) { w.standing.department = ""; });
    CHECK(told(unknown, waiter(1), true) == "second asked_first");
    const Waiter once = with([](Waiter& w) { w.standing.waited = 1; });
    const Waiter twice = with([](Waiter& w) { w.standing.waited = 2; });
    CHECK(told(once, waiter(1), true) == "second asked_first");
    CHECK(told(twice, waiter(1), true) == "first waited_before");
    const Waiter senior = with([](Waiter& w) { w.asked_at = now; });
    CHECK(told(senior, waiter(1), true) == "first asked_first");
    const Waiter better = with([](Waiter& w) { w.rank = 1; });
    const Waiter worse = with([](Waiter& w) { w.rank = 2; });
    CHECK(told(worse, better, true) == "second better_ranked");
}

TEST_CASE("a list is in one order, with a reason between neighbours") {
    sessions::SeatRules rules;
    rules.priorities = {sessions::Priority::state_agents};
    std::vector<Waiter> waiters;
    for (std::int64_t place = 1; place <= 4; ++place) waiters.push_back(waiter(place));
    waiters[0].standing.population = "hospitaliere";
    waiters[3].returned = true;
    const auto order = order_of(waiters, rules, true);
    std::vector<std::int64_t> places;
    for (const Waiter& one : order.waiters) places.push_back(one.place);
    CHECK(places == std::vector<std::int64_t>{4, 2, 3, 1});
    CHECK(order.why == std::vector{Why::returned, Why::asked_first, Why::state_agents});
}

TEST_CASE("how long an offer stands") {
    struct Row {
        seconds left, stands;
        int hours;
    };
    for (const Row& row : {Row{days{30}, 48h, 48},
                           {96h, 48h, 48},
                           {96h - 2s, 48h - 1s, 48},  // half of what is left
                           {10h, 5h, 48},
                           {4h, 2h, 48},
                           {3h, 2h, 48},  // two hours at least
                           {2h, 2h, 48},
                           {1h, 1h, 48},  // and never beyond the beginning
                           {1s, 1s, 48},
                           {days{30}, 6h, 6}}) {
        CAPTURE(row.left.count());
        CHECK(enrolments::offer_until(now, now + row.left, row.hours) == now + row.stands);
    }
    CHECK_FALSE(enrolments::offer_until(now, now, 48));
    CHECK_FALSE(enrolments::offer_until(now, now - 1s, 48));
}

TEST_CASE("a place's chances are what the last sessions tell, and unknown without any") {
    CHECK_FALSE(enrolments::chance({}, 1));
    const std::vector<int> reach{0, 2, 5};
    const auto told = [&](int rank) {
        const auto found = enrolments::chance(reach, rank).value();
        return std::to_string(found.reached) + " of " + std::to_string(found.of);
    };
    CHECK(told(1) == "2 of 3");
    CHECK(told(2) == "2 of 3");
    CHECK(told(3) == "1 of 3");
    CHECK(told(6) == "0 of 3");
}

TEST_CASE("a score is the mean of those graders who graded every criterion") {
    const std::vector<sessions::Criterion> grid{{"Projet", 3}, {"Équipe", 1}};
    using enrolments::Grade;
    const base::PersonId ada{1};
    const base::PersonId bob{2};
    CHECK_FALSE(enrolments::score({}, grid));
    CHECK_FALSE(enrolments::score(std::vector<Grade>{{ada, 0, 5}}, grid));
    CHECK(enrolments::score(std::vector<Grade>{{ada, 0, 5}, {ada, 1, 5}}, grid) == 1000);
    CHECK(enrolments::score(std::vector<Grade>{{ada, 0, 5}, {ada, 1, 1}}, grid) == 800);
    CHECK(enrolments::score(std::vector<Grade>{{ada, 0, 5}, {ada, 1, 5}, {bob, 0, 0}, {bob, 1, 0}},
                            grid) == 500);
    CHECK(enrolments::score(std::vector<Grade>{{ada, 0, 5}, {ada, 1, 5}, {bob, 0, 0}}, grid) ==
          1000);
}

TEST_CASE("a standing is what was written down") {
    Standing standing = agent();
    standing.waited = 3;
    CHECK(enrolments::standing_from(to_json(standing)) == standing);
    CHECK(enrolments::standing_from("") == Standing{});
}
