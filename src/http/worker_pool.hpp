// SPDX-License-Identifier: EUPL-1.2
// Threads that run the handlers, behind a queue that says no when it is full.
#pragma once
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace http {

class WorkerPool {
public:
    using Task = std::move_only_function<void()>;  // must not throw

    WorkerPool(int threads, std::size_t max_queued);
    ~WorkerPool();  // drops what is queued, waits for what runs
    // False, without having taken the task, when max_queued others wait.
    bool submit(Task&&);
    std::size_t queued() const;

private:
    void run();

    const std::size_t max_queued_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Task> tasks_;
    std::size_t idle_ = 0;
    bool stopping_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace http
