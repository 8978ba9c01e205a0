// SPDX-License-Identifier: EUPL-1.2
// Random operations on seats, held against a small model of the same rules. One process: after each
// step the database is what the model says. Several processes at once: nobody can say what the
// order was, so the invariants of `campus check` must hold, of every snapshot and in the end.
#include "effort.hpp"
#include "seat_model.hpp"
#include "test_app.hpp"

#include <doctest/doctest.h>
#include <spawn.h>
#include <sys/wait.h>

#include <cstdlib>
#include <fstream>
#include <thread>

namespace {

constexpr int sequential_steps = 6'000 / tests::fewer;
constexpr int processes = 3;
constexpr int steps_of_each = 4'700 / tests::fewer;
constexpr int sequential_people = 40;

std::vector<enrolments::Finding> findings(TestApp& app) {
    return app.read([&](db::Transaction& transaction) {
        return app.app().enrolments.check(transaction, app.now);
    });
}

void tell(const std::vector<enrolments::Finding>& found) {
    for (const auto& one : found)
        MESSAGE("session " << one.session.value << ": " << one.rule << ": " << one.detail);
}

}  // namespace

TEST_CASE("random operations one after the other are what the model says") {
    const char* given = std::getenv("CAMPUS_TEST_SEED");
    const unsigned seed = given != nullptr ? static_cast<unsigned>(std::atoi(given)) : 20261122;
    CAPTURE(seed);
    TestApp app;
    SeatWorld world(app, seed, sequential_people);
    SeatModel model(world);
    std::string different;
    int step = 0;
    for (; step < sequential_steps && different.empty(); ++step) different = model.step();
    CHECK(different == "");
    CHECK(step == sequential_steps);
    // The walk has been everywhere: a model of nothing would agree with everything.
    for (const char* name :
         {"take", "apply", "grade", "select", "withdraw", "accept", "decline", "expire", "time",
          "transfer", "replace", "capacity", "quota", "move", "cancel"}) {
        CAPTURE(name);
        const auto done = model.done().find(name);
        CHECK(done != model.done().end());
        if (done != model.done().end()) CHECK(done->second >= 10 / tests::fewer);
    }
    const auto found = findings(app);
    tell(found);
    CHECK(found.empty());
}

// Run by the case below in processes of its own, with the world in CAMPUS_TEST_WORLD.
TEST_CASE("a process among several" * doctest::skip()) {
    const char* file = std::getenv("CAMPUS_TEST_WORLD");
    REQUIRE(file != nullptr);
    const auto done = walk_in_a_crowd(file, steps_of_each);
    CHECK(done > 0);
}

TEST_CASE("random operations from several processes at once break no invariant") {
    TestApp app;
    const SeatWorld world(app, 4711, 120);
    const std::string base = "/tmp/campus-seats-" + std::to_string(::getpid());
    std::vector<pid_t> children;
    for (int i = 0; i < processes; ++i) {
        const std::string file = base + "-" + std::to_string(i);
        std::ofstream(file) << world.written(static_cast<unsigned>(i) + 1);
        std::string program = "/proc/self/exe";
        std::string only = "-tc=a process among several";
        std::string skipped = "--no-skip";
        std::string quiet = "-m";
        std::vector<char*> arguments{program.data(), only.data(), skipped.data(), quiet.data(),
                                     nullptr};
        const std::string variable = "CAMPUS_TEST_WORLD=" + file;
        std::vector<std::string> kept{variable};
        for (char** entry = environ; *entry != nullptr; ++entry) kept.emplace_back(*entry);
        std::vector<char*> environment;
        for (std::string& entry : kept) environment.push_back(entry.data());
        environment.push_back(nullptr);
        pid_t child = 0;
        REQUIRE(::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments.data(),
                              environment.data()) == 0);
        children.push_back(child);
    }
    int snapshots = 0;
    std::vector<enrolments::Finding> found;
    {
        // Whoever looks meanwhile, now and then, never sees it otherwise than it must be.
        const std::jthread onlooker([&](const std::stop_token& stop) {
            while (!stop.stop_requested() && found.empty()) {
                found = findings(app);
                ++snapshots;
                std::this_thread::sleep_for(std::chrono::milliseconds{20});
            }
        });
        for (const pid_t child : children) {
            int status = 0;
            CHECK(::waitpid(child, &status, 0) == child);
            CHECK(WIFEXITED(status));
            CHECK(WEXITSTATUS(status) == 0);
        }
    }
    tell(found);
    CHECK(found.empty());
    CHECK(snapshots > 2);
    const auto last = findings(app);
    tell(last);
    CHECK(last.empty());
    for (int i = 0; i < processes; ++i) std::remove((base + "-" + std::to_string(i)).c_str());
}
