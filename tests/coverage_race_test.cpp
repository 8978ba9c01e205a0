// SPDX-License-Identifier: EUPL-1.2
// Two nodes that publish a day's coverage at the same moment: as processes, then many days in turn.
#include "campus_process.hpp"
#include "db/versions.hpp"
#include "jobs/jobs.hpp"
#include "seat_race.hpp"
#include "test_bank.hpp"

#include <doctest/doctest.h>

#include <barrier>
#include <map>
#include <thread>

namespace {

using std::chrono::days;

// A directorate with two services, a small bank and a core that it can measure.
struct Directorate {
    TestApp app;
    std::uint64_t agents = 0;

    Directorate() {
        use_real_time(app);
        app.given_organisation({.code = "dg"});
        for (const char* code : {"sud", "nord"})
            app.given_organisation({.code = code, .parent = "dg"});
        given_bank(app);
        app.database->write([&](db::Transaction& transaction) {
            transaction.run({"test.core",
                             "INSERT INTO common_cores (framework, from_day, targets, created_at) "
                             "VALUES ('digcomp-2.2', 1, $1, 0)"},
                            {R"({"1.1": 3, "1.2": 3, "1.3": 3})"});
            db::bump_version(transaction, "frameworks");
        });
    }
    // The same people with the same results, whatever else there is.
    void position(const std::string& organisation, int count) {
        for (int i = 0; i < count; ++i) {
            const auto person = app.given_person({.organisation = organisation});
            const double ability = ++agents % 2 == 0 ? 2 : -2;
            app.database->write([&](db::Transaction& transaction) {
                app.app().positioning.put_finished(
                    transaction, person, positioning::Scope::core, "",
                    {{"1.1", ability}, {"1.2", ability}, {"1.3", ability}}, agents, 12, true,
                    app.now);
            });
        }
    }
    std::map<std::string, coverage::Counts> shown() {
        return app.read([&](db::Transaction& transaction) {
            const auto tree = app.app().organisations.tree();
            std::map<std::string, coverage::Counts> found;
            for (const char* code : {"dg", "sud", "nord"}) {
                const std::array only{tree->find(std::string_view{code})->id};
                for (const auto& [id, figures] : app.app().coverage.figures(transaction, only))
                    found[code] = figures.counts;
            }
            return found;
        });
    }
    int count(const db::Query& query) {
        return app.read([&](db::Transaction& transaction) {
            std::int64_t number = 0;
            transaction.run(query, {}, [&](const db::Row& row) { number = row.integer(0); });
            return static_cast<int>(number);
        });
    }
};

constexpr db::Query publications{"test.runs", "SELECT COUNT(*) FROM coverage_runs"};

// None is of one to four persons, nor leaves so few between two of them.
void check_groups(const std::map<std::string, coverage::Counts>& shown) {
    for (const auto& [organisation, counts] : shown)
        for (const std::int64_t count : counts) CHECK(count % coverage::smallest_group == 0);
}

}  // namespace

TEST_CASE("two nodes that publish at the same moment publish once, as one alone would") {
    Directorate two, alone;
    for (Directorate* one : {&two, &alone}) {
        one->position("sud", 13);
        one->position("nord", 3);
    }
    REQUIRE(alone.app.app().coverage.publish(alone.app.now));
    constexpr db::Query going{
        "test.going",
        "SELECT COUNT(*) FROM jobs WHERE kind = 'coverage.publish' AND payload = "
        "'race' AND state = 'waiting'"};
    constexpr db::Query failed{"test.failed", "SELECT COUNT(*) FROM jobs WHERE last_error <> ''"};
    two.app.database->write([&](db::Transaction& transaction) {
        for (int i = 0; i < 4; ++i)
            jobs::enqueue(
                transaction,
                {.kind = "coverage.publish", .payload = "race", .due_at = two.app.now - days{1}});
    });
    {
        const auto first = CampusServer::worker(two.app.fresh.url);
        const auto second = CampusServer::worker(two.app.fresh.url);
        CHECK(eventually([&] { return two.count(going) == 0; }, 60));
    }
    CHECK(two.count(failed) == 0);
    CHECK(two.count(publications) == 1);
    CHECK(two.shown() == alone.shown());
    CHECK(two.shown().at("sud").at(coverage::count_positioned) == 10);
    check_groups(two.shown());

    // Night after night, some come and some services stay small.
    const auto database = db::open({.url = two.app.fresh.url, .connections = 4});
    app::Application other(two.app.configuration, *database);
    for (int night = 1; night <= 12; ++night) {
        for (Directorate* one : {&two, &alone}) {
            one->app.now += days{1};
            one->position("sud", night % 4);
            one->position("nord", night % 3);
        }
        REQUIRE(alone.app.app().coverage.publish(alone.app.now));
        std::barrier together(2);
        std::array<bool, 2> published{};
        {
            const std::jthread thread([&] {
                together.arrive_and_wait();
                published[0] = other.coverage.publish(two.app.now);
            });
            together.arrive_and_wait();
            published[1] = two.app.app().coverage.publish(two.app.now);
        }
        CHECK(published[0] != published[1]);
        CHECK(two.count(publications) == night + 1);
        CHECK(two.shown() == alone.shown());
        check_groups(two.shown());
    }
}
