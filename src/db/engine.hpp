// SPDX-License-Identifier: EUPL-1.2
// What both engines share: the retry loop, the counters, the slow-query log, the statement cache.
// Internal to src/db.
#pragma once
#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "db/database.hpp"

namespace db {

class EngineDatabase : public Database {
public:
    explicit EngineDatabase(const Options& options) : options_(options) {}

    // Around one statement: counts it, and reports it when it was slow.
    class Timing {
    public:
        Timing(EngineDatabase& database, std::string_view name)
            : database_(database), name_(name), start_(std::chrono::steady_clock::now()) {}
        ~Timing() { database_.took(name_, std::chrono::steady_clock::now() - start_); }
        Timing(const Timing&) = delete;
        Timing& operator=(const Timing&) = delete;

    private:
        EngineDatabase& database_;
        std::string_view name_;
        std::chrono::steady_clock::time_point start_;
    };

protected:
    using Body = std::function<Outcome(Transaction&)>;

    // One try: begins, runs the body, commits or rolls back.
    virtual void attempt(Mode, const Body& body) = 0;

    void transact(Mode, const Body& body) override;
    Stats counted() const;

    const Options options_;

private:
    void took(std::string_view name, std::chrono::steady_clock::duration time);

    std::atomic<std::int64_t> queries_ = 0;
    std::atomic<std::int64_t> retries_ = 0;
};

// A statement failed, `work` has caught the exception and wants to commit what is left: PostgreSQL
// cannot, and SQLite would. try_run is there for it.
[[noreturn]] void throw_commit_after_failure();
[[noreturn]] void throw_second_statement(std::string_view query_name);

// Per connection, by the text of the SQL: 50 ns more than its address, and SQL built at run time
// is safe. Programs have some hundred texts; beyond `most_statements` a text is not kept.
inline constexpr std::size_t most_statements = 1000;
struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>{}(text);
    }
};
template <class Statement>
using StatementCache = std::unordered_map<std::string, Statement, TextHash, std::equal_to<>>;

// Refuses a text with a NUL: PostgreSQL cannot hold it, and would cut it off here silently.
void check_text(std::string_view text, std::string_view query_name);

std::unique_ptr<Database> open_sqlite(const Options&, const std::string& file);
std::unique_ptr<Database> open_postgres(const Options&);

}  // namespace db
