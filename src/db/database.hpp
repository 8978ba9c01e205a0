// SPDX-License-Identifier: EUPL-1.2
// One database, two engines (SQLite, PostgreSQL), one SQL text for both. The drivers stay behind
// this header. SQL is written with $1, $2 ... (bound by name: reuse and any order work), times as
// epoch seconds (bigint), booleans as 0/1 (smallint), structured content as JSON text.
#pragma once
#include "base/failure.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

namespace db {

enum class Engine { sqlite, postgresql };

// A named query: the name stands in logs, metrics and slow-query reports ("sessions.take_seat").
struct Query {
    std::string_view name;
    std::string_view sql;  // must outlive the process's connections: a constant
};

// A parameter. Text and bytes are not copied and must outlive the call of run().
class Value {
public:
    using Bytes = std::span<const std::byte>;
    Value() = default;  // NULL
    Value(std::nullopt_t) {}
    Value(std::int64_t v) : value_(v) {}
    Value(int v) : value_(std::int64_t{v}) {}
    Value(bool v) : value_(std::int64_t{v}) {}
    Value(double v) : value_(v) {}
    Value(std::string_view v) : value_(v) {}
    Value(const std::string& v) : value_(std::string_view{v}) {}
    Value(const char* v) : value_(std::string_view{v}) {}
    Value(Bytes v) : value_(v) {}
    template <class T>
    Value(const std::optional<T>& v) {
        if (v) *this = Value(*v);
    }
    using Variant = std::variant<std::monostate, std::int64_t, double, std::string_view, Bytes>;
    const Variant& variant() const { return value_; }

private:
    Variant value_;
};

// One row, valid inside the callback only. Columns count from 0. Reading a NULL as anything but an
// optional is a bug and throws std::logic_error.
class Row {
public:
    virtual ~Row() = default;
    virtual bool is_null(int column) const = 0;
    virtual std::int64_t integer(int column) const = 0;
    virtual double real(int column) const = 0;
    virtual std::string_view text(int column) const = 0;  // valid inside the callback
    virtual std::string bytes(int column) const = 0;
    bool boolean(int column) const { return integer(column) != 0; }
    std::optional<std::int64_t> optional_integer(int column) const {
        return is_null(column) ? std::nullopt : std::optional{integer(column)};
    }
    std::optional<std::string> optional_text(int column) const {
        return is_null(column) ? std::nullopt : std::optional{std::string{text(column)}};
    }
};

// A breakdown, never a refusal. Unavailable: nobody answers; the pages say "try again in a moment"
// (503) and the pool reconnects by itself.
using base::Failure;
using base::Unavailable;
// A constraint of the schema said no. Where a rule expects it, the use case catches it through
// Transaction::try_run; elsewhere it is a bug.
struct ConstraintViolation : Failure {
    enum class Kind { unique, foreign_key, not_null, check };
    ConstraintViolation(Kind k, const std::string& what) : Failure(what), kind(k) {}
    Kind kind;
};
// Serialization failure, deadlock or busy: Database::write runs the function again.
struct Retry : Failure {
    using Failure::Failure;
};

using OnRow = std::function<void(const Row&)>;

class Transaction {
public:
    virtual ~Transaction() = default;

    // Calls on_row once per row; returns the rows returned, or for a statement that returns none,
    // the rows changed.
    int run(const Query& query, std::initializer_list<Value> values, const OnRow& on_row = {}) {
        return run(query, std::span<const Value>{values.begin(), values.size()}, on_row);
    }
    virtual int run(const Query&, std::span<const Value>, const OnRow& on_row = {}) = 0;

    // The same inside a savepoint: false when a unique constraint refused it, and nothing changed.
    virtual bool try_run(const Query&, std::span<const Value>, const OnRow& on_row = {}) = 0;
    bool try_run(const Query& query, std::initializer_list<Value> values,
                 const OnRow& on_row = {}) {
        return try_run(query, std::span<const Value>{values.begin(), values.size()}, on_row);
    }

    // A statement whose answer nobody needs (a letter, a row of the audit log). On PostgreSQL it
    // travels with the next one, or with the commit, which throws what it was refused: what holds
    // locks that others want does not wait for it.
    void run_later(const Query& query, std::initializer_list<Value> values) {
        run_later(query, std::span<const Value>{values.begin(), values.size()});
    }
    virtual void run_later(const Query&, std::span<const Value>) = 0;

    // For migrations and bulk loads: several statements, no parameters.
    virtual void script(std::string_view sql) = 0;

    virtual Engine engine() const = 0;
};

struct Stats {
    std::int64_t queries = 0;      // since the start of the process
    std::int64_t retries = 0;      // transactions run again
    std::int64_t connections = 0;  // open now
    std::int64_t connections_idle = 0;
    std::int64_t waiting = 0;  // threads that wait for a connection now
};

namespace detail {
template <class T>
struct IsRefused {
    static bool test(const T&) { return false; }
};
template <class T>
    requires requires(const T& t) {
        t.has_value();
        t.error();
    }
struct IsRefused<T> {
    static bool test(const T& t) { return !t.has_value(); }
};
}  // namespace detail

class Database {
public:
    virtual ~Database() = default;

    // Runs `work(Transaction&)` in a read-only transaction on one consistent snapshot.
    template <class Work>
    auto read(Work&& work) {
        return in_transaction(Mode::read, std::forward<Work>(work));
    }
    // The same for work that runs one statement; a second one throws std::logic_error. Spares what
    // holds statements together: on PostgreSQL a message each way.
    template <class Work>
    auto read_one(Work&& work) {
        return in_transaction(Mode::read_one, std::forward<Work>(work));
    }
    // Runs `work(Transaction&)` and commits; rolls back when it throws or returns a refused
    // Result. On serialization failure, deadlock or busy it runs again (at most 10 times, with
    // growing random pauses, then throws Unavailable), so `work` must have no effect but on the
    // database and must assign, not add to, what it captures. What write() has returned is durable.
    template <class Work>
    auto write(Work&& work) {
        return in_transaction(Mode::write, std::forward<Work>(work));
    }
    // The same for work that runs one statement; a second one throws std::logic_error, and nothing
    // rolls it back. Spares two messages each way on PostgreSQL. When a connection breaks before
    // its answer came, the statement may run again although it was committed: only for one that
    // changes nothing the second time (guarded by a revision, ON CONFLICT).
    template <class Work>
    auto write_one(Work&& work) {
        return in_transaction(Mode::write_one, std::forward<Work>(work));
    }

    virtual Engine engine() const = 0;
    virtual Stats stats() const = 0;
    // A consistent copy of a running database. SQLite only; PostgreSQL has pg_dump and throws
    // Failure with that advice. Never overwrites a file.
    virtual void backup_to(const std::string& file) = 0;

protected:
    enum class Mode { read_one, read, write_one, write };
    enum class Outcome { commit, roll_back };
    virtual void transact(Mode, const std::function<Outcome(Transaction&)>& body) = 0;

private:
    template <class Work>
    auto in_transaction(Mode mode, Work&& work) {
        using T = std::invoke_result_t<Work&, Transaction&>;
        if constexpr (std::is_void_v<T>) {
            transact(mode, [&](Transaction& transaction) {
                work(transaction);
                return Outcome::commit;
            });
        } else {
            std::optional<T> result;
            transact(mode, [&](Transaction& transaction) {
                result.emplace(work(transaction));
                return detail::IsRefused<T>::test(*result) ? Outcome::roll_back : Outcome::commit;
            });
            // transact() has called the body, or thrown.
            return std::move(*result);  // NOLINT(bugprone-unchecked-optional-access)
        }
    }
};

struct Options {
    // "sqlite:FILE" or "postgresql://…" (a libpq URI).
    std::string url = "sqlite:campus.db";
    int connections = 8;            // at most, per process
    int slow_query_ms = 200;        // slower ones are logged with their name, never their values
    int acquire_timeout_ms = 5000;  // then Unavailable
};

// Throws Failure with a clear text for a wrong URL; opening itself is lazy for PostgreSQL, so that
// a server starts and recovers by itself while the database is away.
std::unique_ptr<Database> open(const Options&);

}  // namespace db
