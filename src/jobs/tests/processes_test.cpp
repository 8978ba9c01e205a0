// SPDX-License-Identifier: EUPL-1.2
// Two processes, 1,000 jobs, kill -9 in the middle of one of them.
#include "db/database.hpp"
#include "fresh_database.hpp"
#include "jobs/jobs.hpp"
#include "jobs/loop.hpp"
#include "jobs/rules.hpp"

#include <doctest/doctest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

using namespace std::chrono_literals;

namespace {

constexpr int many = 1000;

// What all processes see.
struct Shared {
    std::atomic<std::int64_t> now;
    std::atomic<bool> stop;
    std::atomic<int> overlaps;  // a job that began while another process was in it
    std::array<std::atomic<pid_t>, many> inside;
    std::array<std::atomic<int>, many> runs;
};

struct SharedClock : base::Clock {
    const Shared& shared;
    explicit SharedClock(const Shared& given) : shared(given) {}
    base::Time now() const override { return base::from_epoch(shared.now); }
};

constexpr db::Query insert_effect{"test.insert_effect", "INSERT INTO effects (job) VALUES ($1)"};
constexpr db::Query count_effects{"test.count_effects",
                                  "SELECT count(*), count(DISTINCT job) FROM effects"};

// A node, in a process of its own; `dead` is one that may have left a job in the middle.
pid_t start_node(const std::string& url, Shared& shared, pid_t dead) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const auto database = db::open({.url = url, .connections = 4});
    jobs::Jobs jobs(*database);
    jobs.handle("test.effect", [&](const jobs::Attempt& attempt) {
        const int job = std::stoi(attempt.payload);
        const auto at = static_cast<std::size_t>(job);
        const pid_t before = shared.inside[at].exchange(::getpid());
        if (before != 0 && before != dead) ++shared.overlaps;
        ++shared.runs[at];
        std::this_thread::sleep_for(1ms);
        database->write([&](db::Transaction& transaction) {
            transaction.run(insert_effect, {job});
            jobs::finish(transaction, attempt);
        });
        shared.inside[at] = 0;
    });
    const SharedClock clock(shared);
    jobs::Loop loop(clock);
    jobs::add_jobs(loop, jobs, 2);
    while (!shared.stop) std::this_thread::sleep_for(1ms);
    loop.stop();
    ::_exit(0);
}

}  // namespace

TEST_CASE("1,000 jobs, two processes, one killed: each job's effect is there exactly once") {
    const FreshDatabase fresh;
    void* memory =
        ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(memory != MAP_FAILED);
    auto& shared = *new (memory) Shared{};
    shared.now = base::to_epoch(std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} + 9h);
    auto database = db::open({.url = fresh.url});
    database->write([&](db::Transaction& transaction) {
        transaction.script("CREATE TABLE effects (job BIGINT NOT NULL)");
        for (int i = 0; i < many; ++i)
            jobs::enqueue(transaction, {.kind = "test.effect",
                                        .payload = std::to_string(i),
                                        .due_at = base::from_epoch(shared.now)});
    });
    database.reset();  // no connection of ours is copied into the nodes

    const pid_t first = start_node(fresh.url, shared, 0);
    const pid_t second = start_node(fresh.url, shared, first);
    database = db::open({.url = fresh.url});
    std::int64_t rows = 0;
    std::int64_t distinct = 0;
    const auto count = [&] {
        database->read([&](db::Transaction& transaction) {
            transaction.run(count_effects, {}, [&](const db::Row& row) {
                rows = row.integer(0);
                distinct = row.integer(1);
            });
        });
        return distinct;
    };
    const auto wait_for = [&](std::int64_t effects) {
        const auto end = std::chrono::steady_clock::now() + 120s;
        while (count() < effects && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(5ms);
        return distinct >= effects;
    };
    CHECK(wait_for(many / 4));
    ::kill(first, SIGKILL);
    ::waitpid(first, nullptr, 0);
    CHECK(distinct < many);  // else it was not in the middle
    // The other one does all but what the dead one holds.
    CHECK(wait_for(many - 2));
    // When the leases have ended, that too.
    shared.now += std::chrono::seconds{jobs::lease}.count();
    CHECK(wait_for(many));
    shared.stop = true;
    int status = -1;
    ::waitpid(second, &status, 0);
    CHECK(status == 0);
    count();
    CHECK(rows == many);
    CHECK(distinct == many);
    CHECK(shared.overlaps == 0);
    int not_run = 0;
    int twice = 0;
    for (const auto& runs : shared.runs) {
        not_run += runs == 0;
        twice += runs > 1;
    }
    CHECK(not_run == 0);
    CHECK(twice <= 2);  // those that it was doing
    ::munmap(memory, sizeof(Shared));
}
