// SPDX-License-Identifier: EUPL-1.2
#include "http/worker_pool.hpp"

#include <algorithm>
#include <utility>

namespace http {

WorkerPool::WorkerPool(int threads, std::size_t max_queued) : max_queued_(max_queued) {
    for (int i = 0; i < std::max(threads, 1); ++i) threads_.emplace_back([this] { run(); });
}

WorkerPool::~WorkerPool() {
    std::deque<Task> dropped;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        dropped.swap(tasks_);
    }
    wake_.notify_all();
}

bool WorkerPool::submit(Task&& task) {
    {
        const std::lock_guard lock(mutex_);
        // A free worker takes its task at once: that one does not wait.
        if (tasks_.size() >= max_queued_ + idle_) return false;
        tasks_.push_back(std::move(task));
        if (idle_ == 0) return true;  // whoever finishes first looks at the queue anyway
    }
    wake_.notify_one();
    return true;
}

std::size_t WorkerPool::queued() const {
    const std::lock_guard lock(mutex_);
    return tasks_.size();
}

void WorkerPool::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        ++idle_;
        wake_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
        --idle_;
        if (stopping_) return;
        {
            Task task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
        }
        lock.lock();
    }
}

}  // namespace http
