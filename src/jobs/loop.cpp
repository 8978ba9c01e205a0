// SPDX-License-Identifier: EUPL-1.2
#include "jobs/loop.hpp"

#include "base/failure.hpp"
#include "jobs/jobs.hpp"

#include <fmt/core.h>

#include <condition_variable>
#include <cstdio>
#include <list>
#include <mutex>
#include <thread>

namespace jobs {
namespace {

// After a breakdown, which seldom passes within a second.
constexpr std::chrono::seconds rest_after_failure{3};
constexpr std::chrono::seconds keeping_pause{15};

}  // namespace

struct Loop::Impl {
    const base::Clock& clock;
    std::stop_source stopping;
    std::mutex mutex;
    std::condition_variable_any wake;
    std::list<std::jthread> threads;

    void rest(std::chrono::milliseconds pause) {
        std::unique_lock lock(mutex);
        wake.wait_for(lock, stopping.get_token(), pause, [] { return false; });
    }

    void run(const std::string& name, std::chrono::milliseconds pause, const Task& task) {
        std::string told;
        while (!stopping.stop_requested()) {
            try {
                const bool more = task(clock.now(), stopping.get_token());
                if (!told.empty()) fmt::print(stderr, "{}: works again\n", name);
                told.clear();
                if (!more) rest(pause);
            } catch (const std::exception& failure) {
                const bool away = dynamic_cast<const base::Unavailable*>(&failure) != nullptr;
                const std::string now = away ? "the database is away" : failure.what();
                if (now != told) fmt::print(stderr, "{}: {}\n", name, now);
                told = now;
                rest(rest_after_failure);
            }
        }
    }
};

Loop::Loop(const base::Clock& clock) : impl_(std::make_unique<Impl>(clock)) {}

Loop::~Loop() {
    stop();
}

void Loop::add(std::string name, std::chrono::milliseconds pause, Task task) {
    impl_->threads.emplace_back([impl = impl_.get(), name = std::move(name), pause,
                                 task = std::move(task)] { impl->run(name, pause, task); });
}

void Loop::stop() {
    impl_->stopping.request_stop();
    impl_->threads.clear();
}

void add_jobs(Loop& loop, Jobs& jobs, int threads) {
    for (int i = 0; i < threads; ++i)
        loop.add("jobs", std::chrono::seconds{1}, [&jobs](base::Time now, const std::stop_token&) {
            return jobs.run_due(now, 1) > 0;
        });
    loop.add("jobs (leases)", keeping_pause,
             [&jobs, planned = false](base::Time now, const std::stop_token&) mutable {
                 if (!planned) jobs.plan(now);
                 planned = true;
                 jobs.renew(now);
                 jobs.refresh_counts(now);
                 return false;
             });
}

}  // namespace jobs
