// SPDX-License-Identifier: EUPL-1.2
// PostgreSQL through libpq in pipeline mode: what can travel together does.
//
// A read is one round trip and runs no BEGIN and no COMMIT: in the extended protocol, all
// statements up to a Sync message are one transaction (implicit), and the sessions' default makes
// it REPEATABLE READ READ ONLY, so it sees one snapshot. Each statement ends with a Flush (answer
// now, stay in the transaction); the Sync that ends it goes out when the work is done, and nobody
// waits for its answer: the connection's next user reads it away. A read of one statement sends the
// Sync with it. A write is READ COMMITTED, locks rows by UPDATE, and sends BEGIN together with its
// first statement and a savepoint together with what it guards; only its end is waited for. What
// nobody needs the answer of (run_later) is sent with the next statement. A write of one statement
// is one packet, BEGIN and COMMIT in it.
//
// Its row locks do not wait for the disk: COMMIT is asynchronous (it frees the locks, 0.1 ms), and
// a second, implicit transaction in the same packet commits synchronously, which flushes the log up
// to there, and so the first one (the log is written in order). write() returns after both. So a
// row that everybody wants (the seats of one session) changes hands some thousand times a second
// and not once per disk sync, and what write() has returned is durable all the same. Others may see
// a commit some milliseconds before it is durable; a crash then loses it and all that came after
// it.
#include <fmt/core.h>
#include <libpq-fe.h>

#include <array>
#include <charconv>
#include <cstring>
#include <mutex>

#include "db/engine.hpp"
#include "db/pool.hpp"

namespace db {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// While the database is away, who asks within this time of a failed connection is answered at once.
constexpr milliseconds rest_after_failure{250};

constexpr Oid bool_oid = 16;
constexpr Oid bytea_oid = 17;

struct Free {
    void operator()(PGconn* handle) const { PQfinish(handle); }
    void operator()(PGresult* handle) const { PQclear(handle); }
    void operator()(PQconninfoOption* handle) const { PQconninfoFree(handle); }
};
using Handle = std::unique_ptr<PGconn, Free>;
using Result = std::unique_ptr<PGresult, Free>;

// The connection is gone; before anything was done, another one may be tried.
struct Lost final : Unavailable {
    using Unavailable::Unavailable;
};

std::string first_line(const char* message) {
    const std::string_view all = message ? message : "";
    return std::string(all.substr(0, all.find('\n')));
}

[[noreturn]] void throw_failure(PGconn* handle, const PGresult* result, std::string_view name) {
    using Kind = ConstraintViolation::Kind;
    const char* field = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : nullptr;
    const std::string_view state = field ? field : "";
    // The first line only: the detail lines quote values, which may be personal.
    const auto what =
        fmt::format("{}: {} ({})", name,
                    first_line(result ? PQresultErrorMessage(result) : PQerrorMessage(handle)),
                    state.empty() ? "no SQLSTATE" : state);
    if (PQstatus(handle) != CONNECTION_OK || state.starts_with("08") || state.starts_with("57P"))
        throw Lost(what);
    if (state == "23505") throw ConstraintViolation(Kind::unique, what);
    if (state == "23503" || state == "23001") throw ConstraintViolation(Kind::foreign_key, what);
    if (state == "23502") throw ConstraintViolation(Kind::not_null, what);
    if (state == "23514" || state == "23P01") throw ConstraintViolation(Kind::check, what);
    // serialization_failure, deadlock_detected, lock_not_available
    if (state == "40001" || state == "40P01" || state == "55P03") throw Retry(what);
    throw Failure(what);
}

// A list of keys that is marked "AS ids" becomes an array: an index is then asked once for all of
// them, which takes half as long as a join with the list.
std::string with_arrays(std::string_view sql) {
    constexpr std::string_view before = "IN (SELECT value FROM json_each(CAST($";
    constexpr std::string_view after = " AS text)) AS ids)";
    std::string out;
    for (auto at = sql.find(before); at != sql.npos; at = sql.find(before)) {
        const auto number = at + before.size();
        const auto end = sql.find_first_not_of("0123456789", number);
        const bool marked = sql.substr(end).starts_with(after);
        out += sql.substr(0, marked ? at : number);
        if (marked)
            out += fmt::format("= ANY (CAST(translate(${}, '[]', '{{}}') AS bigint[]))",
                               sql.substr(number, end - number));
        sql.remove_prefix(marked ? end + after.size() : number);
    }
    return out += sql;
}

// Results travel as text: a bigint costs no more than in binary, and numeric (sum of bigint),
// boolean and real are read by the same few lines.
class PostgresRow final : public Row {
public:
    PostgresRow(const PGresult* result, std::string_view name) : result_(result), name_(name) {}

    void move_to(int row) { row_ = row; }

    bool is_null(int column) const override {
        check_column(column);
        return PQgetisnull(result_, row_, column) != 0;
    }

    std::int64_t integer(int column) const override {
        const auto all = text(column);
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(all.begin(), all.end(), value);
        if (error == std::errc{} && end == all.end()) return value;
        if (PQftype(result_, column) == bool_oid) return all == "t" ? 1 : 0;
        wrong(column, "no integer");
    }

    double real(int column) const override {
        const auto all = text(column);
        double value = 0;
        const auto [end, error] = std::from_chars(all.begin(), all.end(), value);
        if (error != std::errc{} || end != all.end()) wrong(column, "no number");
        return value;
    }

    std::string_view text(int column) const override {
        if (is_null(column)) wrong(column, "NULL");
        return {PQgetvalue(result_, row_, column),
                static_cast<std::size_t>(PQgetlength(result_, row_, column))};
    }

    std::string bytes(int column) const override {
        const auto all = text(column);
        if (PQftype(result_, column) != bytea_oid) return std::string(all);
        std::string decoded;  // "\x00ff": bytea_output is hex
        decoded.reserve(all.size() / 2);
        for (std::size_t i = 2; i + 1 < all.size(); i += 2)
            decoded.push_back(static_cast<char>(digit(all[i]) * 16 + digit(all[i + 1])));
        return decoded;
    }

private:
    static int digit(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }
    void check_column(int column) const {
        if (column < 0 || column >= PQnfields(result_)) wrong(column, "no such column");
    }
    [[noreturn]] void wrong(int column, std::string_view what) const {
        throw std::logic_error(fmt::format("{}: column {}: {}", name_, column, what));
    }

    const PGresult* result_;
    std::string_view name_;
    int row_ = 0;
};

// The parameters of one statement, without a type: the server takes the type from where they stand,
// so that the SQL needs no casts that SQLite would not need. Bytes travel in binary, all else as
// text.
class Parameters {
public:
    void set(std::span<const Value> values, std::string_view query_name) {
        text_.clear();
        starts_.clear();
        for (const Value& value : values) {
            starts_.push_back(text_.size());
            std::visit([&](const auto& v) { write(v, query_name); }, value.variant());
        }
        pointers_.clear();
        lengths_.clear();
        formats_.clear();
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto& variant = values[i].variant();
            const auto* bytes = std::get_if<Value::Bytes>(&variant);
            const char* data = text_.data() + starts_[i];
            if (std::holds_alternative<std::monostate>(variant)) data = nullptr;
            if (bytes && !bytes->empty()) data = reinterpret_cast<const char*>(bytes->data());
            pointers_.push_back(data);
            lengths_.push_back(bytes ? static_cast<int>(bytes->size()) : 0);
            formats_.push_back(bytes ? 1 : 0);
        }
    }

    int count() const { return static_cast<int>(pointers_.size()); }
    const char* const* pointers() const { return pointers_.data(); }
    const int* lengths() const { return lengths_.data(); }
    const int* formats() const { return formats_.data(); }

private:
    void write(std::monostate, std::string_view) {}
    void write(Value::Bytes, std::string_view) { text_.push_back('\0'); }
    void write(std::string_view text, std::string_view query_name) {
        check_text(text, query_name);
        text_.append(text).push_back('\0');
    }
    template <class Number>
    void write(Number number, std::string_view) {
        std::array<char, 32> digits{};
        const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        text_.append(digits.data(), static_cast<std::size_t>(end - digits.data())).push_back('\0');
    }

    std::string text_;  // all texts behind each other, each with its NUL
    std::vector<std::size_t> starts_;
    std::vector<const char*> pointers_;
    std::vector<int> lengths_, formats_;
};

class Connection {
public:
    // flush: stay in the implicit transaction; last: end it and wait for its answers only.
    enum class End { flush, last, sync };

    explicit Connection(Handle handle) : handle_(std::move(handle)) {
        // Notices ("relation exists, skipping") are of no use here.
        PQsetNoticeProcessor(handle_.get(), [](void*, const char*) {}, nullptr);
        PQenterPipelineMode(handle_.get());
    }

    bool usable() const { return !broken_ && PQstatus(handle_.get()) == CONNECTION_OK; }
    bool waits() const { return !pending_.empty(); }  // something was added and not asked

    // Adds a statement to what ask() will send. The answer of the one marked `wanted` is returned.
    void add(const Query& query, std::span<const Value> values, bool wanted = false) {
        parameters_.set(values, query.name);
        auto known = cache_.find(query.sql);
        if (known == cache_.end() && cache_.size() < most_statements) {
            known = cache_.emplace(query.sql, fmt::format("q{}", ++last_number_)).first;
            sent(PQsendPrepare(handle_.get(), known->second.c_str(), with_arrays(query.sql).c_str(),
                               0, nullptr));
            pending_.push_back({query.name, &known->first, false});
        }
        if (known != cache_.end())
            sent(PQsendQueryPrepared(handle_.get(), known->second.c_str(), parameters_.count(),
                                     parameters_.pointers(), parameters_.lengths(),
                                     parameters_.formats(), 0));
        else
            sent(PQsendQueryParams(handle_.get(), with_arrays(query.sql).c_str(),
                                   parameters_.count(), nullptr, parameters_.pointers(),
                                   parameters_.lengths(), parameters_.formats(), 0));
        pending_.push_back({query.name, nullptr, wanted});
    }

    // Sends what was added, reads all the answers, throws the first error.
    Result ask(End end) {
        sent(end == End::flush ? PQsendFlushRequest(handle_.get()) : PQpipelineSync(handle_.get()));
        read_owed();
        Result wanted, error;
        std::string_view failed;
        for (const Pending& pending : pending_) {
            Result result = next();
            const auto status = PQresultStatus(result.get());
            const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
            if (!good && pending.prepares) cache_.erase(cache_.find(*pending.prepares));
            if (!good && status != PGRES_PIPELINE_ABORTED && !error) {
                error = std::move(result);
                failed = pending.name;
                check_plan(error.get());
                if (PQstatus(handle_.get()) != CONNECTION_OK) break;
            }
            if (good && pending.wanted) wanted = std::move(result);
            PQgetResult(handle_.get());  // the null that ends this statement's answers
        }
        pending_.clear();
        if (end != End::flush) {
            ++owed_;
            if (end == End::sync && PQstatus(handle_.get()) == CONNECTION_OK) read_owed();
        }
        if (error) throw_failure(handle_.get(), error.get(), failed);
        return wanted;
    }

    // Ends the implicit transaction; its answer is read by the next ask().
    void end_read() {
        pending_.clear();
        if (PQpipelineSync(handle_.get()) == 1)
            ++owed_;
        else
            broken_ = true;
    }

    void roll_back() {
        // When one of those that wait fails, the server skips all up to the next Sync.
        if (waits()) end_read();
        if (PQsendQueryParams(handle_.get(), "ROLLBACK", 0, nullptr, nullptr, nullptr, nullptr,
                              0) == 1)
            end_read();
        else
            broken_ = true;
    }

    // Several statements, outside the pipeline.
    void script(const std::string& sql) {
        read_owed();
        if (PQexitPipelineMode(handle_.get()) != 1) broken_ = true;
        const Result result(PQexec(handle_.get(), sql.c_str()));
        if (PQenterPipelineMode(handle_.get()) != 1) broken_ = true;
        const auto status = PQresultStatus(result.get());
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
            throw_failure(handle_.get(), result.get(), "script");
    }

private:
    struct Pending {
        std::string_view name;
        const std::string* prepares;  // the SQL, when it is a Prepare
        bool wanted;
    };

    void sent(int done) {
        if (done == 1) return;
        broken_ = true;
        pending_.clear();
        throw Lost("sending: " + first_line(PQerrorMessage(handle_.get())));
    }

    Result next() {
        Result result(PQgetResult(handle_.get()));
        if (!result) {
            broken_ = true;
            pending_.clear();
            throw Lost("reading: " + first_line(PQerrorMessage(handle_.get())));
        }
        return result;
    }

    void read_owed() {
        for (bool was_null = false; owed_ > 0;) {
            const Result result(
                PQgetResult(handle_.get()));  // a null ends each statement's answers
            if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) --owed_;
            if (PQstatus(handle_.get()) != CONNECTION_OK || (!result && was_null)) {
                broken_ = true;
                pending_.clear();
                throw Lost("reading: " + first_line(PQerrorMessage(handle_.get())));
            }
            was_null = !result;
        }
    }

    // A migration has changed what a cached plan returns: this connection's plans are of no use.
    void check_plan(const PGresult* error) {
        const char* state = PQresultErrorField(error, PG_DIAG_SQLSTATE);
        if (state && (std::strcmp(state, "0A000") == 0 || std::strcmp(state, "26000") == 0))
            broken_ = true;
    }

    Handle handle_;
    StatementCache<std::string> cache_;  // SQL -> its name on the server
    std::vector<Pending> pending_;
    Parameters parameters_;
    int owed_ = 0;  // Syncs sent whose answers nobody has read
    int last_number_ = 0;
    bool broken_ = false;
};

using Lease = Pool<Connection>::Lease;

class PostgresTransaction final : public Transaction {
public:
    PostgresTransaction(EngineDatabase& database, Lease& lease, bool writes, bool one)
        : database_(database), lease_(lease), writes_(writes), one_(one) {}

    using Transaction::run;
    using Transaction::run_later;
    using Transaction::try_run;

    int run(const Query& query, std::span<const Value> values, const OnRow& on_row) override {
        if (one_ && asked_) throw_second_statement(query.name);
        asked_ = true;
        Result result;
        {
            const EngineDatabase::Timing timing(database_, query.name);
            try {
                result = ask(query, values, false);
            } catch (const Failure&) {
                failed_ = true;
                throw;
            }
        }
        return deliver(result.get(), query, on_row);
    }

    bool try_run(const Query& query, std::span<const Value> values, const OnRow& on_row) override {
        if (!writes_) throw std::logic_error("try_run in a read");
        Result result;
        {
            const EngineDatabase::Timing timing(database_, query.name);
            try {
                if (lease_->waits()) ask({}, {}, false);  // what is refused there is no answer here
            } catch (const Failure&) {
                failed_ = true;
                throw;
            }
            try {
                result = ask(query, values, true);
            } catch (const ConstraintViolation& violation) {
                undo_savepoint();
                if (violation.kind == ConstraintViolation::Kind::unique) return false;
                throw;
            } catch (const Failure&) {
                failed_ = true;
                throw;
            }
        }
        deliver(result.get(), query, on_row);
        return true;
    }

    void run_later(const Query& query, std::span<const Value> values) override {
        if (!writes_) throw std::logic_error("run_later in a read");
        if (!begun_) {  // shows whether the connection is alive
            run(query, values, {});
            return;
        }
        const EngineDatabase::Timing timing(database_, query.name);
        try {
            lease_->add(query, values);
        } catch (const Failure&) {
            failed_ = true;
            throw;
        }
    }

    void script(std::string_view sql) override {
        if (!writes_) throw std::logic_error("script in a read");
        try {
            ask({}, {}, false);
            lease_->script(std::string(sql));
        } catch (const Failure&) {
            failed_ = true;
            throw;
        }
    }

    Engine engine() const override { return Engine::postgresql; }

    void commit() {
        if (failed_) throw_commit_after_failure();
        if (!begun_) return;
        if (!writes_) {
            lease_->end_read();
        } else {
            const EngineDatabase::Timing timing(database_, commit_query.name);
            // The message (to nobody) makes it a transaction that writes, so that its end flushes.
            static constexpr Query flush{
                "commit", "SELECT 1 FROM pg_logical_emit_message(true, 'campus', '')"};
            lease_->add(commit_query, {});
            lease_->add(flush, {});
            lease_->ask(Connection::End::sync);
        }
        begun_ = false;
    }

    // Never waits and never throws.
    void roll_back() {
        if (!begun_ || !lease_->usable()) return;
        if (writes_)
            lease_->roll_back();
        else
            lease_->end_read();
    }

private:
    static constexpr Query commit_query{"commit", "COMMIT"};

    // An idle connection may have been broken without a sign (server restarted). That shows at the
    // first statement, when nothing has been done yet: it is asked again, once, on a new
    // connection.
    Result ask(const Query& query, std::span<const Value> values, bool guarded) {
        const bool first = !begun_;
        try {
            return ask_once(query, values, guarded);
        } catch (const Lost&) {
            if (!first || !lease_.reused()) throw;
        }
        begun_ = false;
        lease_.replace();
        return ask_once(query, values, guarded);
    }

    Result ask_once(const Query& query, std::span<const Value> values, bool guarded) {
        static constexpr Query begin{"begin", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"};
        static constexpr Query free_early{"begin", "SET LOCAL synchronous_commit = off"};
        static constexpr Query savepoint{"savepoint", "SAVEPOINT s"};
        static constexpr Query release{"release", "RELEASE SAVEPOINT s"};
        Connection& connection = *lease_;
        if (writes_ && !begun_) {
            connection.add(begin, {});
            // What is written alone keeps its locks for no other statement.
            if (!one_) connection.add(free_early, {});
        }
        begun_ = true;
        if (guarded) connection.add(savepoint, {});
        if (!query.sql.empty()) connection.add(query, values, true);
        if (guarded) connection.add(release, {});
        if (!one_) return connection.ask(writes_ ? Connection::End::sync : Connection::End::flush);
        if (writes_) connection.add(commit_query, {});
        Result result = connection.ask(writes_ ? Connection::End::sync : Connection::End::last);
        begun_ = false;  // and ended
        return result;
    }

    void undo_savepoint() {
        static constexpr Query back{"roll back to savepoint", "ROLLBACK TO SAVEPOINT s"};
        static constexpr Query release{"release", "RELEASE SAVEPOINT s"};
        lease_->add(back, {});
        lease_->add(release, {});
        lease_->ask(Connection::End::sync);
    }

    static int deliver(const PGresult* result, const Query& query, const OnRow& on_row) {
        if (!result) throw Failure(fmt::format("{}: an earlier statement has failed", query.name));
        if (PQresultStatus(result) != PGRES_TUPLES_OK) {
            const std::string_view changed = PQcmdTuples(const_cast<PGresult*>(result));
            int count = 0;
            std::from_chars(changed.begin(), changed.end(), count);
            return count;
        }
        const int rows = PQntuples(result);
        if (on_row) {
            PostgresRow row(result, query.name);
            for (int i = 0; i < rows; ++i) {
                row.move_to(i);
                on_row(row);
            }
        }
        return rows;
    }

    EngineDatabase& database_;
    Lease& lease_;
    const bool writes_;
    const bool one_;  // runs one statement, which ends the transaction
    bool asked_ = false;
    bool begun_ = false;
    bool failed_ = false;
};

// Opens connections, and while the server is away lets only one thread at a time find that out.
class Connector {
public:
    explicit Connector(const std::string& url) : url_(url) {
        char* message = nullptr;
        const std::unique_ptr<PQconninfoOption, Free> parsed(
            PQconninfoParse(url.c_str(), &message));
        if (!parsed) {
            const auto what = first_line(message);
            PQfreemem(message);
            throw Failure("the database's URL: " + what);
        }
        for (const auto* option = parsed.get(); option->keyword; ++option)
            if (std::string_view(option->keyword) == "options" && option->val)
                options_ = option->val;
        // The isolation and access mode are those of the implicit transactions (see the top).
        options_ +=
            " -c default_transaction_isolation=repeatable\\ read -c "
            "default_transaction_read_only=on"
            " -c statement_timeout=30s -c lock_timeout=5s"
            " -c idle_in_transaction_session_timeout=60s"
            " -c bytea_output=hex -c standard_conforming_strings=on -c jit=off"
            // Of memory and solid state disks: by its default, made for rotating ones, a list of
            // 200 ids reads a table of 25,000 rows.
            " -c random_page_cost=1.1"
            // Planned once a connection: the queries are short look-ups, whose plans do not depend
            // on the values, and planning one anew costs more than running it.
            " -c plan_cache_mode=force_generic_plan";
    }

    std::unique_ptr<Connection> open() {
        {
            const std::lock_guard lock(mutex_);
            if (away_ && (probing_ || steady_clock::now() < next_try_))
                throw Unavailable("the database is away: " + reason_);
            probing_ = away_;
        }
        Handle handle(connect());
        const bool good = PQstatus(handle.get()) == CONNECTION_OK;
        const std::lock_guard lock(mutex_);
        probing_ = false;
        away_ = !good;
        if (good) return std::make_unique<Connection>(std::move(handle));
        next_try_ = steady_clock::now() + rest_after_failure;
        reason_ = first_line(PQerrorMessage(handle.get()));
        throw Unavailable("the database is away: " + reason_);
    }

private:
    // What stands before dbname is a default that the URL may change; what stands after it is ours.
    // A peer that vanished without a word is noticed within 20 s.
    PGconn* connect() const {
        const std::array<const char*, 10> keys{"connect_timeout",
                                               "keepalives_idle",
                                               "keepalives_interval",
                                               "keepalives_count",
                                               "tcp_user_timeout",
                                               "application_name",
                                               "dbname",
                                               "client_encoding",
                                               "options",
                                               nullptr};
        const std::array<const char*, 10> values{
            "3",    "10", "3", "3", "20000", "campus", url_.c_str(), "UTF8", options_.c_str(),
            nullptr};
        return PQconnectdbParams(keys.data(), values.data(), 1);
    }

    const std::string url_;
    std::string options_;
    std::mutex mutex_;
    bool away_ = false;
    bool probing_ = false;  // one thread is trying while the others are answered at once
    steady_clock::time_point next_try_;
    std::string reason_;
};

class PostgresDatabase final : public EngineDatabase {
public:
    explicit PostgresDatabase(const Options& options)
        : EngineDatabase(options),
          connector_(options.url),
          pool_(std::max(1, options.connections), milliseconds(options.acquire_timeout_ms),
                [this] { return connector_.open(); }) {}

    Engine engine() const override { return Engine::postgresql; }

    Stats stats() const override {
        Stats stats = counted();
        pool_.add_to(stats);
        return stats;
    }

    void backup_to(const std::string&) override {
        throw Failure("PostgreSQL is backed up with pg_dump --format=custom --file=FILE");
    }

private:
    void attempt(Mode mode, const Body& body) override {
        Lease lease(pool_);
        const bool writes = mode == Mode::write || mode == Mode::write_one;
        const bool one = mode == Mode::read_one || mode == Mode::write_one;
        PostgresTransaction transaction(*this, lease, writes, one);
        try {
            if (body(transaction) == Outcome::commit)
                transaction.commit();
            else
                transaction.roll_back();
        } catch (...) {
            transaction.roll_back();
            throw;
        }
    }

    Connector connector_;
    Pool<Connection> pool_;
};

}  // namespace

std::unique_ptr<Database> open_postgres(const Options& options) {
    return std::make_unique<PostgresDatabase>(options);
}

}  // namespace db
