// SPDX-License-Identifier: EUPL-1.2
// SQLite: one writer connection (a mutex beats the file lock: 22-26k against 10-16k tx/s with 16
// threads) and N readers, in WAL mode, so that readers and the writer never wait for each other.
#include <fcntl.h>
#include <fmt/core.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <mutex>
#include <thread>

#include "db/engine.hpp"
#include "db/pool.hpp"

namespace db {

namespace {

using std::chrono::milliseconds;

// How long SQLite itself waits for a lock that another process holds; then Retry.
constexpr int busy_timeout_ms = 2000;

struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;
using StatementHandle = std::unique_ptr<sqlite3_stmt, Close>;

[[noreturn]] void throw_failure(sqlite3* handle, int code, std::string_view name) {
    using Kind = ConstraintViolation::Kind;
    const auto what =
        fmt::format("{}: {} (SQLite {})", name, handle ? sqlite3_errmsg(handle) : "", code);
    switch (code) {
        case SQLITE_CONSTRAINT_UNIQUE:
        case SQLITE_CONSTRAINT_PRIMARYKEY:
        case SQLITE_CONSTRAINT_ROWID:
            throw ConstraintViolation(Kind::unique, what);
        case SQLITE_CONSTRAINT_FOREIGNKEY:
            throw ConstraintViolation(Kind::foreign_key, what);
        case SQLITE_CONSTRAINT_NOTNULL:
            throw ConstraintViolation(Kind::not_null, what);
        case SQLITE_CONSTRAINT_CHECK:
            throw ConstraintViolation(Kind::check, what);
        default:
            break;
    }
    switch (code & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw Retry(what);
        default:
            throw Failure(what);  // SQLITE_FULL, SQLITE_IOERR, wrong SQL ...
    }
}

struct Statement {
    StatementHandle handle;
    std::vector<int> slots;  // SQLite's index of $1, $2 ...
    bool in_use = false;     // by a callback further up that runs the same query
};

class SqliteRow final : public Row {
public:
    SqliteRow(sqlite3_stmt* statement, std::string_view name)
        : statement_(statement), name_(name), columns_(sqlite3_column_count(statement)) {}

    bool is_null(int column) const override { return type(column) == SQLITE_NULL; }

    std::int64_t integer(int column) const override {
        switch (type(column)) {
            case SQLITE_INTEGER:
                return sqlite3_column_int64(statement_, column);
            case SQLITE_FLOAT: {  // as round(x): whole, and the same as on PostgreSQL
                const double value = sqlite3_column_double(statement_, column);
                if (value == std::floor(value) && std::abs(value) < 9e18)
                    return static_cast<std::int64_t>(value);
                break;
            }
            case SQLITE_TEXT: {
                std::int64_t value = 0;
                const auto all = text(column);
                const auto [end, error] = std::from_chars(all.begin(), all.end(), value);
                if (error == std::errc{} && end == all.end()) return value;
                break;
            }
            default:
                break;
        }
        wrong(column, "no integer");
    }

    double real(int column) const override {
        const int t = type(column);
        if (t != SQLITE_FLOAT && t != SQLITE_INTEGER) wrong(column, "no number");
        return sqlite3_column_double(statement_, column);
    }

    std::string_view text(int column) const override {
        if (is_null(column)) wrong(column, "NULL");
        const auto* bytes = sqlite3_column_text(statement_, column);
        return {reinterpret_cast<const char*>(bytes),
                static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
    }

    std::string bytes(int column) const override {
        if (is_null(column)) wrong(column, "NULL");
        const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, column));
        return data ? std::string(data, size) : std::string();
    }

private:
    int type(int column) const {
        if (column < 0 || column >= columns_) wrong(column, "no such column");
        return sqlite3_column_type(statement_, column);
    }
    [[noreturn]] void wrong(int column, std::string_view what) const {
        throw std::logic_error(fmt::format("{}: column {}: {}", name_, column, what));
    }

    sqlite3_stmt* statement_;
    std::string_view name_;
    int columns_;
};

class Connection {
public:
    Connection(const std::string& file, bool writer) {
        sqlite3* handle = nullptr;
        const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                          (writer ? SQLITE_OPEN_CREATE : 0);
        const int code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
        handle_.reset(handle);
        if (code != SQLITE_OK) throw_failure(handle, code, "the file " + file);
        sqlite3_busy_timeout(handle, busy_timeout_ms);
        // "word" is a column here and never a string, as on PostgreSQL; LIKE minds case there too.
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
        if (writer) use_wal();
        // synchronous=FULL syncs the log at each commit, so that what write() has returned survives
        // a power cut (NORMAL would lose the last commits). No mmap: each connection's mapping
        // would count in the memory of the process, and a disk error would be a SIGBUS.
        script(
            "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA case_sensitive_like=ON;"
            "PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY; PRAGMA journal_size_limit=67108864;"
            "PRAGMA wal_autocheckpoint=2000");
        if (!writer) script("PRAGMA query_only=ON");
    }

    bool usable() const { return sqlite3_get_autocommit(handle_.get()) != 0; }
    sqlite3* handle() const { return handle_.get(); }

    int run(const Query& query, std::span<const Value> values, const OnRow& on_row) {
        const auto found = cache_.find(query.sql);
        if (found != cache_.end() && !found->second.in_use)
            return run(found->second, query, values, on_row);
        Statement fresh = prepare(query);
        if (found != cache_.end() || cache_.size() >= most_statements)
            return run(fresh, query, values, on_row);
        auto& kept = cache_.emplace(query.sql, std::move(fresh)).first->second;
        return run(kept, query, values, on_row);
    }

    void script(const std::string& sql) {
        const int code = sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr);
        if (code != SQLITE_OK) throw_failure(handle(), code, "script");
    }

    // Never throws. Some failures (disk full) have rolled back already.
    void roll_back() {
        if (!sqlite3_get_autocommit(handle()))
            sqlite3_exec(handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    }

private:
    // Two processes that make the file at once: SQLite answers busy without waiting.
    void use_wal() {
        for (int attempts = 0;; ++attempts) {
            std::string mode;
            const int code = sqlite3_exec(
                handle(), "PRAGMA journal_mode=WAL",
                [](void* to, int, char** values, char**) {
                    *static_cast<std::string*>(to) = values[0] ? values[0] : "";
                    return 0;
                },
                &mode, nullptr);
            if (code == SQLITE_OK && mode == "wal") return;
            if (code == SQLITE_OK)
                throw Failure("SQLite cannot use WAL on this file system (is it a network one?)");
            if ((code & 0xff) != SQLITE_BUSY || attempts == 200)
                throw_failure(handle(), code, "PRAGMA journal_mode");
            std::this_thread::sleep_for(milliseconds(10));
        }
    }

    Statement prepare(const Query& query) {
        sqlite3_stmt* raw = nullptr;
        const char* tail = nullptr;
        const int code =
            sqlite3_prepare_v3(handle(), query.sql.data(), static_cast<int>(query.sql.size()),
                               SQLITE_PREPARE_PERSISTENT, &raw, &tail);
        Statement statement{StatementHandle{raw}, {}};
        if (code != SQLITE_OK) throw_failure(handle(), code, query.name);
        const std::string_view rest(tail, query.sql.data() + query.sql.size());
        if (!raw || rest.find_first_not_of(" \n\t;") != rest.npos)
            throw std::logic_error(fmt::format("{}: not one statement", query.name));
        const int count = sqlite3_bind_parameter_count(raw);
        for (int i = 1; i <= count; ++i) {
            const int slot = sqlite3_bind_parameter_index(raw, fmt::format("${}", i).c_str());
            if (slot == 0) throw std::logic_error(fmt::format("{}: ${} unused", query.name, i));
            statement.slots.push_back(slot);
        }
        return statement;
    }

    int bind(sqlite3_stmt* statement, int slot, const Value& value, std::string_view name) {
        return std::visit(
            [&]<class T>(const T& v) {
                if constexpr (std::is_same_v<T, std::monostate>)
                    return sqlite3_bind_null(statement, slot);
                else if constexpr (std::is_same_v<T, std::int64_t>)
                    return sqlite3_bind_int64(statement, slot, v);
                else if constexpr (std::is_same_v<T, double>)
                    return sqlite3_bind_double(statement, slot, v);
                else if constexpr (std::is_same_v<T, std::string_view>) {
                    check_text(v, name);
                    // A null pointer would be bound as NULL, even when it is an empty text.
                    return sqlite3_bind_text64(statement, slot, v.data() ? v.data() : "", v.size(),
                                               SQLITE_STATIC, SQLITE_UTF8);
                } else
                    return v.empty() ? sqlite3_bind_zeroblob(statement, slot, 0)
                                     : sqlite3_bind_blob64(statement, slot, v.data(), v.size(),
                                                           SQLITE_STATIC);
            },
            value.variant());
    }

    int run(Statement& statement, const Query& query, std::span<const Value> values,
            const OnRow& on_row) {
        sqlite3_stmt* raw = statement.handle.get();
        if (values.size() != statement.slots.size())
            throw std::logic_error(fmt::format("{}: {} values for {} parameters", query.name,
                                               values.size(), statement.slots.size()));
        // Also when the callback throws: a statement left running would keep its locks.
        struct Use {
            Statement& used;
            explicit Use(Statement& s) : used(s) { used.in_use = true; }
            ~Use() {
                sqlite3_reset(used.handle.get());
                used.in_use = false;
            }
        } const use(statement);
        for (std::size_t i = 0; i < values.size(); ++i)
            if (const int code = bind(raw, statement.slots[i], values[i], query.name))
                throw_failure(handle(), code, query.name);

        const auto changes_before = sqlite3_total_changes64(handle());
        const SqliteRow row(raw, query.name);
        int rows = 0;
        int code = SQLITE_OK;
        while ((code = sqlite3_step(raw)) == SQLITE_ROW) {
            ++rows;
            if (on_row) on_row(row);
        }
        if (code != SQLITE_DONE) throw_failure(handle(), code, query.name);
        if (sqlite3_column_count(raw) > 0) return rows;
        // sqlite3_changes keeps the number of an earlier statement when this one counts none.
        return sqlite3_total_changes64(handle()) == changes_before
                   ? 0
                   : static_cast<int>(sqlite3_changes64(handle()));
    }

    Handle handle_;
    StatementCache<Statement> cache_;  // after handle_: goes first
};

class SqliteTransaction final : public Transaction {
public:
    // `statements`: at most as many may be run.
    SqliteTransaction(EngineDatabase& database, Connection& connection, int statements)
        : database_(database), connection_(connection), left_(statements) {}

    using Transaction::run;
    using Transaction::run_later;
    using Transaction::try_run;

    int run(const Query& query, std::span<const Value> values, const OnRow& on_row) override {
        if (left_-- == 0) throw_second_statement(query.name);
        const EngineDatabase::Timing timing(database_, query.name);
        try {
            return connection_.run(query, values, on_row);
        } catch (const Failure&) {
            failed = true;
            throw;
        }
    }

    // Needs no savepoint: a failed statement undoes itself and leaves the transaction usable.
    bool try_run(const Query& query, std::span<const Value> values, const OnRow& on_row) override {
        const EngineDatabase::Timing timing(database_, query.name);
        try {
            connection_.run(query, values, on_row);
            return true;
        } catch (const ConstraintViolation& violation) {
            if (violation.kind == ConstraintViolation::Kind::unique) return false;
            throw;
        } catch (const Failure&) {
            failed = true;
            throw;
        }
    }

    // Nothing travels.
    void run_later(const Query& query, std::span<const Value> values) override {
        run(query, values, {});
    }

    void script(std::string_view sql) override {
        try {
            connection_.script(std::string(sql));
        } catch (const Failure&) {
            failed = true;
            throw;
        }
    }

    Engine engine() const override { return Engine::sqlite; }

    bool failed = false;

private:
    EngineDatabase& database_;
    Connection& connection_;
    int left_;
};

class SqliteDatabase final : public EngineDatabase {
public:
    SqliteDatabase(const Options& options, const std::string& file)
        : EngineDatabase(options),
          file_(file),
          writer_(1, milliseconds(options.acquire_timeout_ms),
                  [file] { return std::make_unique<Connection>(file, true); }),
          readers_(std::max(1, options.connections - 1), milliseconds(options.acquire_timeout_ms),
                   [file] { return std::make_unique<Connection>(file, false); }) {
        const Pool<Connection>::Lease first(writer_);  // makes the file, or says why not
    }

    Engine engine() const override { return Engine::sqlite; }

    Stats stats() const override {
        Stats stats = counted();
        writer_.add_to(stats);
        readers_.add_to(stats);
        return stats;
    }

    void backup_to(const std::string& file) override;

private:
    void attempt(Mode mode, const Body& body) override {
        // IMMEDIATE takes the write lock at once: upgrading later could only fail as busy.
        static constexpr Query begin_write{"begin", "BEGIN IMMEDIATE"};
        static constexpr Query begin_read{"begin", "BEGIN"};
        static constexpr Query commit{"commit", "COMMIT"};

        const bool writes = mode == Mode::write || mode == Mode::write_one;
        const Pool<Connection>::Lease lease(writes ? writer_ : readers_);
        Connection& connection = *lease;
        // A statement alone is a transaction.
        if (mode == Mode::read_one || mode == Mode::write_one) {
            SqliteTransaction transaction(*this, connection, 1);
            body(transaction);
            return;
        }
        SqliteTransaction transaction(*this, connection, std::numeric_limits<int>::max());
        try {
            connection.run(writes ? begin_write : begin_read, {}, {});
            if (body(transaction) == Outcome::roll_back) return connection.roll_back();
            if (transaction.failed) throw_commit_after_failure();
            connection.run(commit, {}, {});
        } catch (...) {
            connection.roll_back();
            throw;
        }
    }

    const std::string file_;
    Pool<Connection> writer_;
    Pool<Connection> readers_;
};

// Waits until the file, or a directory's list of names, is on the disk.
void sync_to_disk(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool done = fd >= 0 && ::fsync(fd) == 0;
    const int error = errno;
    if (fd >= 0) ::close(fd);
    if (!done) throw Failure(fmt::format("cannot sync {}: {}", path, std::strerror(error)));
}

void copy_database(sqlite3* from, const std::string& file) {
    sqlite3* raw = nullptr;
    const int code =
        sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, nullptr);
    const Handle to(raw);
    if (code != SQLITE_OK) throw_failure(raw, code, "the file " + file);
    // The copy is synced whole at the end.
    sqlite3_exec(raw, "PRAGMA synchronous=OFF", nullptr, nullptr, nullptr);
    sqlite3_backup* backup = sqlite3_backup_init(raw, "main", from, "main");
    if (!backup) throw_failure(raw, sqlite3_errcode(raw), "backup");
    int step = SQLITE_OK;
    while ((step = sqlite3_backup_step(backup, 1024)) == SQLITE_OK) {
    }
    sqlite3_backup_finish(backup);
    if (step != SQLITE_DONE) throw_failure(raw, step, "backup");
}

// The open read transaction holds one snapshot, so that writers neither wait nor make the copy
// start again. The name appears only when the content is on the disk.
void SqliteDatabase::backup_to(const std::string& file) {
    if (::access(file.c_str(), F_OK) == 0) throw Failure(file + " exists: choose another name");
    const std::string partial = fmt::format("{}.partial-{}", file, ::getpid());
    try {
        Connection from(file_, false);
        from.script("BEGIN; SELECT count(*) FROM sqlite_schema");
        copy_database(from.handle(), partial);
        sync_to_disk(partial);
        if (::renameat2(AT_FDCWD, partial.c_str(), AT_FDCWD, file.c_str(), RENAME_NOREPLACE) != 0)
            throw Failure(fmt::format("cannot make {}: {}", file, std::strerror(errno)));
    } catch (...) {
        ::unlink(partial.c_str());
        ::unlink((partial + "-journal").c_str());
        throw;
    }
    const auto slash = file.rfind('/');
    sync_to_disk(slash == file.npos ? "." : file.substr(0, slash + 1));
}

}  // namespace

std::unique_ptr<Database> open_sqlite(const Options& options, const std::string& file) {
    // Its memory statistics cost a process-wide lock at every allocation. Before the first use.
    static std::once_flag once;
    std::call_once(once, [] { sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); });
    return std::make_unique<SqliteDatabase>(options, file);
}

}  // namespace db
