// SPDX-License-Identifier: EUPL-1.2
#include "jobs/jobs.hpp"

#include "db/database.hpp"
#include "fresh_database.hpp"
#include "jobs/loop.hpp"
#include "jobs/rules.hpp"
#include "jobs/store.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

using namespace std::chrono_literals;

namespace {

struct Site {
    FreshDatabase fresh;
    std::unique_ptr<db::Database> database = db::open({.url = fresh.url, .connections = 4});
    base::Time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 9h};

    void put(const jobs::Job& job) {
        database->write([&](db::Transaction& transaction) { jobs::enqueue(transaction, job); });
    }
    jobs::Counts counts() {
        return database->read(
            [&](db::Transaction& transaction) { return jobs::store::count(transaction, now); });
    }
    std::vector<jobs::store::Shown> list() {
        return database->read(
            [&](db::Transaction& transaction) { return jobs::store::list(transaction, now, 100); });
    }
};

struct Node : base::Clock {
    std::atomic<base::Time> at;
    explicit Node(base::Time time) : at(time) {}
    base::Time now() const override { return at; }
};

}  // namespace

TEST_CASE("a job runs once it is due, with its payload, and only once") {
    Site site;
    jobs::Jobs jobs(*site.database);
    std::vector<std::string> ran;
    jobs.handle("test.note", [&](const jobs::Attempt& attempt) { ran.push_back(attempt.payload); });
    site.put({.kind = "test.note", .payload = "later", .due_at = site.now + 1s});
    site.put({.kind = "test.note", .payload = "now", .due_at = site.now});
    CHECK(jobs.run_due(site.now) == 1);
    CHECK(ran == std::vector<std::string>{"now"});
    CHECK(jobs.run_due(site.now) == 0);
    CHECK(jobs.run_due(site.now + 1s) == 1);
    CHECK(ran == std::vector<std::string>{"now", "later"});
    CHECK(jobs.run_due(site.now + 365 * 24h) == 0);
    CHECK_THROWS_AS(jobs.handle("test.note", {}), std::logic_error);
}

TEST_CASE("a job with a word waits once; while it runs another may be put") {
    Site site;
    jobs::Jobs jobs(*site.database);
    int ran = 0;
    jobs.handle("test.once", [&](const jobs::Attempt&) {
        if (++ran == 1) site.put({.kind = "test.once", .due_at = site.now, .unique = "session-7"});
    });
    for (int i = 0; i < 3; ++i)
        site.put({.kind = "test.once", .due_at = site.now, .unique = "session-7"});
    site.put({.kind = "test.once", .due_at = site.now, .unique = "session-8"});
    CHECK(jobs.run_due(site.now) == 3);
    CHECK(ran == 3);
}

TEST_CASE("a handler that throws is tried again twelve times, then waits for an administrator") {
    Site site;
    jobs::Jobs jobs(*site.database);
    bool broken = true;
    std::vector<int> attempts;
    jobs.handle("test.break", [&](const jobs::Attempt& attempt) {
        attempts.push_back(attempt.number);
        if (broken) throw std::runtime_error("the disk is full");
    });
    site.put({.kind = "test.break", .due_at = site.now});
    for (int attempt = 1; attempt <= jobs::most_attempts; ++attempt) {
        CAPTURE(attempt);
        CHECK(jobs.run_due(site.now) == 1);
        CHECK(jobs.run_due(site.now) == 0);
        const auto next = jobs::next_attempt(attempt, site.now);
        CHECK(next.has_value() == (attempt < jobs::most_attempts));
        if (!next) break;
        CHECK(jobs.run_due(*next - 1s) == 0);
        site.now = *next;
    }
    CHECK(attempts.size() == 12);
    CHECK(site.counts().failed == 1);
    CHECK(site.counts().waiting == 0);
    CHECK(jobs.run_due(site.now + 365 * 24h) == 0);
    const auto shown = site.list();
    REQUIRE(shown.size() == 1);
    CHECK(shown[0].state == "failed");
    CHECK(shown[0].last_error == "the disk is full");

    // The cause is put right, and the administrator lets it run.
    broken = false;
    site.database->write([&](db::Transaction& transaction) {
        CHECK(jobs::store::restart(transaction, shown[0].id, site.now));
        CHECK_FALSE(jobs::store::restart(transaction, shown[0].id, site.now));
    });
    CHECK(jobs.run_due(site.now) == 1);
    CHECK(attempts.back() == 1);
    CHECK(site.counts().failed == 0);
    CHECK(jobs.failed_here() == 12);
    CHECK(jobs.done_here() == 1);
}

TEST_CASE("a job of a kind that this version does not know waits for one that does") {
    Site site;
    jobs::Jobs jobs(*site.database);
    site.put({.kind = "future.do", .due_at = site.now});
    CHECK(jobs.run_due(site.now) == 1);
    CHECK(site.counts().waiting == 1);
    jobs::Jobs newer(*site.database);
    int ran = 0;
    newer.handle("future.do", [&](const jobs::Attempt&) { ++ran; });
    CHECK(newer.run_due(site.now + 1min) == 1);
    CHECK(ran == 1);
}

TEST_CASE("a node that died loses its job; one that lives keeps it as long as it takes") {
    Site site;
    site.put({.kind = "test.long", .due_at = site.now});
    // Taken, and never heard of again.
    const auto taken = site.database->write([&](db::Transaction& transaction) {
        return jobs::store::take_due(transaction, site.now, site.now + jobs::lease, "gone:1");
    });
    REQUIRE(taken);
    CHECK(site.counts().running == 1);
    CHECK(site.list().at(0).node == "gone:1");

    jobs::Jobs other(*site.database);
    std::vector<int> attempts;
    jobs::Jobs third(*site.database);
    int ran_by_third = 0;
    third.handle("test.long", [&](const jobs::Attempt&) { ++ran_by_third; });
    other.handle("test.long", [&](const jobs::Attempt& attempt) {
        attempts.push_back(attempt.number);
        // Far longer than a lease, which its node renews meanwhile.
        for (int i = 1; i <= 5; ++i) {
            const base::Time later = attempt.now + i * (jobs::lease - 1s);
            other.renew(later);
            CHECK(third.run_due(later) == 0);
        }
    });
    CHECK(other.run_due(site.now + jobs::lease - 1s) == 0);
    CHECK(other.run_due(site.now + jobs::lease) == 1);
    CHECK(attempts == std::vector<int>{2});
    CHECK(ran_by_third == 0);
    // What the dead one would still say changes nothing.
    site.database->write([&](db::Transaction& transaction) {
        CHECK_FALSE(jobs::store::finish(transaction, taken->attempt.id, 1, site.now));
        CHECK_FALSE(jobs::store::fail(transaction, taken->attempt.id, 1, "late", {}, site.now));
        CHECK_THROWS_AS(jobs::finish(transaction, taken->attempt), base::Failure);
    });
    CHECK(site.counts().failed == 0);
    CHECK(site.counts().waiting == 0);
}

TEST_CASE("a job that ends its node each time is given up, too") {
    Site site;
    jobs::Jobs jobs(*site.database);
    int ran = 0;
    jobs.handle("test.fatal", [&](const jobs::Attempt&) { ++ran; });
    site.put({.kind = "test.fatal", .due_at = site.now});
    for (int i = 0; i < jobs::most_attempts; ++i) {
        site.database->write([&](db::Transaction& transaction) {
            CHECK(jobs::store::take_due(transaction, site.now, site.now + jobs::lease, "dies"));
        });
        site.now += jobs::lease;
    }
    CHECK(jobs.run_due(site.now) == 1);
    CHECK(ran == 0);
    CHECK(site.counts().failed == 1);
}

TEST_CASE("the effect of a handler that ends its job itself stands with it or not at all") {
    Site site;
    jobs::Jobs jobs(*site.database);
    static constexpr db::Query bump{"test.bump",
                                    "INSERT INTO versions (name, value) VALUES ('test', 1) "
                                    "ON CONFLICT (name) DO UPDATE "
                                    "SET value = versions.value + 1"};
    bool lose = false;
    jobs.handle("test.exact", [&](const jobs::Attempt& attempt) {
        site.database->write([&](db::Transaction& transaction) {
            transaction.run(bump, {});
            jobs::Attempt mine = attempt;
            if (lose) ++mine.number;
            jobs::finish(transaction, mine);
        });
    });
    const auto value = [&] {
        std::int64_t sum = 0;
        site.database->read([&](db::Transaction& transaction) {
            static constexpr db::Query query{
                "test.sum", "SELECT coalesce(max(value), 0) FROM versions WHERE name = 'test'"};
            transaction.run(query, {}, [&](const db::Row& row) { sum = row.integer(0); });
        });
        return sum;
    };
    const auto before = value();
    site.put({.kind = "test.exact", .due_at = site.now});
    lose = true;
    CHECK(jobs.run_due(site.now) == 1);
    CHECK(value() == before);
    lose = false;
    CHECK(jobs.run_due(site.now + 1min) == 1);
    CHECK(value() == before + 1);
    CHECK(jobs.run_due(site.now + 24h) == 0);
}

TEST_CASE("what comes back runs once a period on all nodes together, also after it failed") {
    Site site;
    jobs::Jobs one(*site.database), two(*site.database);
    int ran = 0;
    bool broken = false;
    const auto count = [&](const jobs::Attempt&) {
        ++ran;
        if (broken) throw std::runtime_error("no");
    };
    for (jobs::Jobs* node : {&one, &two}) {
        node->every("test.hourly", 1h, count);
        node->plan(site.now + 1s);
    }
    one.plan(site.now + 2s);
    for (int hour = 1; hour <= 3; ++hour) {
        CAPTURE(hour);
        site.now += 1h;
        one.run_due(site.now - 1s);
        two.run_due(site.now - 1s);
        CHECK(ran == hour - 1);
        one.run_due(site.now);
        two.run_due(site.now);
        CHECK(ran == hour);
    }
    // A node that was away for a day does it once, not 24 times.
    site.now += 24h;
    one.run_due(site.now);
    CHECK(ran == 4);
    // It fails for good: the next one comes all the same.
    broken = true;
    site.now += 1h;
    for (int i = 0; i < 100 && site.counts().failed == 0; ++i) {
        one.run_due(site.now);
        one.plan(site.now);
        site.now += 30min;
    }
    CHECK(site.counts().failed == 1);
    CHECK(ran == 16);
    broken = false;
    site.now += 1h;
    two.run_due(site.now);
    CHECK(ran == 17);
}

TEST_CASE("jobs that were done before a day can be removed, those that failed or wait are not") {
    Site site;
    jobs::Jobs jobs(*site.database);
    jobs.handle("test.fine", [](const jobs::Attempt&) {});
    site.put({.kind = "test.fine", .due_at = site.now});
    CHECK(jobs.run_due(site.now) == 1);
    site.put({.kind = "test.fine", .due_at = site.now});
    const auto remove = [&](base::Time before, int most, bool really) {
        return site.database->write([&](db::Transaction& transaction) {
            return jobs::remove_done(transaction, before, most, really);
        });
    };
    CHECK(remove(site.now, 10, true) == 0);  // done at that very second
    CHECK(remove(site.now + 1s, 0, true) == 0);
    CHECK(remove(site.now + 1s, 10, false) == 1);
    CHECK(remove(site.now + 1s, 10, false) == 1);
    CHECK(remove(site.now + 1s, 10, true) == 1);
    CHECK(remove(site.now + 1s, 10, true) == 0);
    CHECK(jobs.run_due(site.now) == 1);
}

TEST_CASE("several threads of several nodes do 300 jobs, each of them once") {
    Site site;
    site.database->write([&](db::Transaction& transaction) {
        for (int i = 0; i < 300; ++i)
            jobs::enqueue(transaction, {.kind = "test.count", .due_at = site.now});
    });
    std::atomic<int> ran = 0;
    const Node clock(site.now);
    {
        std::vector<std::unique_ptr<db::Database>> databases;
        std::vector<std::unique_ptr<jobs::Jobs>> nodes;
        std::vector<std::unique_ptr<jobs::Loop>> loops;
        for (int i = 0; i < 3; ++i) {
            databases.push_back(db::open({.url = site.fresh.url, .connections = 4}));
            nodes.push_back(std::make_unique<jobs::Jobs>(*databases.back()));
            nodes.back()->handle("test.count", [&](const jobs::Attempt&) { ++ran; });
            loops.push_back(std::make_unique<jobs::Loop>(clock));
            jobs::add_jobs(*loops.back(), *nodes.back(), 2);
        }
        const auto end = std::chrono::steady_clock::now() + 60s;
        while (site.counts().overdue + site.counts().running > 0 &&
               std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(2ms);
        loops.clear();  // stops them: what is under way is done
        std::int64_t done = 0;
        for (const auto& node : nodes) done += node->done_here();
        CHECK(done == 300);
    }
    CHECK(ran == 300);
}
