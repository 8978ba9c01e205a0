// SPDX-License-Identifier: EUPL-1.2
// What a node does by itself, beside answering requests: each task on its own thread, again and
// again until the node stops. A database that is away is waited for.
#pragma once
#include "base/clock.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

namespace jobs {

class Jobs;

class Loop {
public:
    // The clock must outlive it.
    explicit Loop(const base::Clock&);
    ~Loop();  // stop()

    // Does a part of the task; true when there may be more to do now. What it throws goes to
    // standard error, once for as long as it stays the same.
    using Task = std::function<bool(base::Time now, const std::stop_token&)>;
    // Begins at once. After a turn that found nothing to do, the next is after `pause`.
    void add(std::string name, std::chrono::milliseconds pause, Task);
    // Tells all tasks to stop and waits until what is under way is done.
    void stop();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// The tasks of jobs: `threads` that run what is due, looking once a second; one that keeps the
// leases and the counts.
void add_jobs(Loop&, Jobs&, int threads);

}  // namespace jobs
