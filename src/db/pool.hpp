// SPDX-License-Identifier: EUPL-1.2
// At most N connections, opened when needed, the most recently used one given first (its caches are
// warm). Internal to src/db.
#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "db/database.hpp"

namespace db {

// Connection must have `bool usable() const`: whether it may be used by the next one.
template <class Connection>
class Pool {
public:
    using Open = std::function<std::unique_ptr<Connection>()>;

    Pool(int most, std::chrono::milliseconds timeout, Open open)
        : most_(most), timeout_(timeout), open_(std::move(open)) {}

    // A connection that is ours until the end of the scope.
    class Lease {
    public:
        explicit Lease(Pool& pool) : pool_(pool), connection_(pool.acquire(reused_)) {}
        ~Lease() { pool_.give_back(std::move(connection_)); }
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        Connection& operator*() const { return *connection_; }
        Connection* operator->() const { return connection_.get(); }
        // It has lain idle, so that it may have been broken without anyone noticing.
        bool reused() const { return reused_; }

        // Takes a new connection for a broken one. The idle ones are as old as the broken one, and
        // are thrown away with it.
        void replace() {
            pool_.close_idle();
            reused_ = false;
            connection_.reset();
            connection_ = pool_.open_();  // in the place that this lease holds
        }

    private:
        Pool& pool_;
        bool reused_ = false;
        std::unique_ptr<Connection> connection_;
    };

    void add_to(Stats& stats) const {
        const std::lock_guard lock(mutex_);
        stats.connections += open_count_;
        stats.connections_idle += static_cast<std::int64_t>(idle_.size());
        stats.waiting += waiting_;
    }

private:
    std::unique_ptr<Connection> acquire(bool& reused) {
        std::unique_lock lock(mutex_);
        if (idle_.empty() && open_count_ >= most_) {
            ++waiting_;
            const bool came = changed_.wait_for(
                lock, timeout_, [&] { return !idle_.empty() || open_count_ < most_; });
            --waiting_;
            if (!came)
                throw Unavailable("no database connection became free within " +
                                  std::to_string(timeout_.count()) + " ms");
        }
        if (!idle_.empty()) {
            reused = true;
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            return connection;
        }
        ++open_count_;
        lock.unlock();
        try {
            return open_();
        } catch (...) {
            give_back(nullptr);
            throw;
        }
    }

    // Null: the place is free again, without a connection.
    void give_back(std::unique_ptr<Connection> connection) {
        if (connection && !connection->usable()) connection.reset();
        {
            const std::lock_guard lock(mutex_);
            if (connection)
                idle_.push_back(std::move(connection));
            else
                --open_count_;
        }
        changed_.notify_one();
    }

    void close_idle() {
        std::vector<std::unique_ptr<Connection>> old;
        const std::lock_guard lock(mutex_);
        old.swap(idle_);
        open_count_ -= static_cast<int>(old.size());
        changed_.notify_all();
    }

    const int most_;
    const std::chrono::milliseconds timeout_;
    const Open open_;
    mutable std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::unique_ptr<Connection>> idle_;
    int open_count_ = 0;
    int waiting_ = 0;
};

}  // namespace db
