// SPDX-License-Identifier: EUPL-1.2
#include "db/engine.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>
#include <thread>

namespace db {

namespace {

constexpr int most_attempts = 10;

// Up to 2, 4, 8 ... 256 ms: those who met each other once shall not meet again.
void pause_after(int attempt) {
    thread_local std::minstd_rand random{std::random_device{}()};
    const int most_us = 1000 << std::min(attempt, 8);
    std::this_thread::sleep_for(
        std::chrono::microseconds(std::uniform_int_distribution{most_us / 8, most_us}(random)));
}

}  // namespace

void EngineDatabase::transact(Mode mode, const Body& body) {
    for (int attempts = 1;; ++attempts) {
        try {
            return attempt(mode, body);
        } catch (const Retry& failure) {
            const bool writes = mode == Mode::write || mode == Mode::write_one;
            if (!writes || attempts == most_attempts)
                throw Unavailable(
                    fmt::format("gave up after {} attempts: {}", attempts, failure.what()));
        }
        retries_.fetch_add(1, std::memory_order_relaxed);
        pause_after(attempts);
    }
}

Stats EngineDatabase::counted() const {
    return {.queries = queries_.load(std::memory_order_relaxed),
            .retries = retries_.load(std::memory_order_relaxed)};
}

void EngineDatabase::took(std::string_view name, std::chrono::steady_clock::duration time) {
    queries_.fetch_add(1, std::memory_order_relaxed);
    const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    if (ms < options_.slow_query_ms) return;
    // The name is a constant of ours: nothing in it needs escaping.
    const auto line =
        fmt::format(R"({{"level":"warning","event":"slow_query","query":"{}","ms":{}}})"
                    "\n",
                    name, ms);
    std::fwrite(line.data(), 1, line.size(), stderr);
}

void throw_commit_after_failure() {
    throw std::logic_error(
        "a transaction with a failed statement cannot be committed: use try_run");
}

void throw_second_statement(std::string_view query_name) {
    throw std::logic_error(fmt::format("{}: read_one and write_one run one statement", query_name));
}

void check_text(std::string_view text, std::string_view query_name) {
    if (!text.empty() && std::memchr(text.data(), 0, text.size()))
        throw std::logic_error(fmt::format("{}: a text parameter with a NUL", query_name));
}

std::unique_ptr<Database> open(const Options& options) {
    const std::string& url = options.url;
    constexpr std::string_view sqlite = "sqlite:";
    if (url.starts_with("postgresql://") || url.starts_with("postgres://"))
        return open_postgres(options);
    if (url.starts_with(sqlite)) {
        const auto file = url.substr(sqlite.size());
        if (file.empty() || file.starts_with(':'))
            throw Failure("sqlite: needs a file name, as in sqlite:campus.db");
        return open_sqlite(options, file);
    }
    // The URL itself may hold a password and is not repeated.
    throw Failure("the database is sqlite:FILE or postgresql://USER@HOST/NAME");
}

}  // namespace db
