// SPDX-License-Identifier: EUPL-1.2
#include "db/database.hpp"

#include <doctest/doctest.h>

#include <unistd.h>
#include <atomic>
#include <chrono>
#include <expected>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "db/versions.hpp"
#include "fresh_database.hpp"

namespace {

using Kind = db::ConstraintViolation::Kind;

struct Fixture {
    FreshDatabase fresh;
    std::unique_ptr<db::Database> database = open({});

    std::unique_ptr<db::Database> open(db::Options options) const {
        options.url = fresh.url;
        return db::open(options);
    }
    void script(std::string_view sql) {
        database->write([&](db::Transaction& t) { t.script(sql); });
    }
    std::int64_t integer(std::string_view sql) { return integer_of(*database, sql); }
    static std::int64_t integer_of(db::Database& from, std::string_view sql) {
        std::int64_t value = -1;
        from.read([&](db::Transaction& t) {
            t.run({"integer", sql}, {}, [&](const db::Row& row) { value = row.integer(0); });
        });
        return value;
    }
    std::string text(std::string_view sql) {
        std::string value;
        database->read([&](db::Transaction& t) {
            t.run({"text", sql}, {}, [&](const db::Row& row) { value = row.text(0); });
        });
        return value;
    }
};

constexpr std::string_view counters =
    "CREATE TABLE counters (id bigint NOT NULL PRIMARY KEY, n bigint NOT NULL);"
    "INSERT INTO counters VALUES (1, 0)";
constexpr db::Query get_counter{"get", "SELECT n FROM counters WHERE id = 1"};
constexpr db::Query set_counter{"set", "UPDATE counters SET n = $1 WHERE id = 1"};
constexpr db::Query add_one{"add", "UPDATE counters SET n = n + 1 WHERE id = 1"};

// What the process wrote to stderr while `work` ran.
template <class Work>
std::string stderr_of(const Work& work) {
    std::FILE* file = std::tmpfile();
    const int kept = ::dup(2);
    ::dup2(::fileno(file), 2);
    work();
    std::fflush(stderr);
    ::dup2(kept, 2);
    ::close(kept);
    std::rewind(file);
    std::string all(4096, '\0');
    all.resize(std::fread(all.data(), 1, all.size(), file));
    std::fclose(file);
    return all;
}

}  // namespace

TEST_CASE_FIXTURE(Fixture, "every type comes back as it went in") {
    const bool pg = test_on_postgresql();
    script(pg ? "CREATE TABLE things (i bigint, s smallint, r double precision, t text, b bytea)"
              : "CREATE TABLE things (i bigint, s smallint, r double precision, t text, b blob)");
    const std::string bytes("\0\xff\n\\x'\0", 6);
    const auto span = std::as_bytes(std::span(bytes));
    const std::string text = "l'École « œ » 日本 \\ % \"";
    constexpr db::Query insert{"insert", "INSERT INTO things VALUES ($1, $2, $3, $4, $5)"};
    database->write([&](db::Transaction& t) {
        CHECK(t.run(insert, {INT64_MIN, true, 0.1, text, span}) == 1);
        CHECK(t.run(insert, {INT64_MAX, 0, -1e300, "", db::Value::Bytes{}}) == 1);
        CHECK(
            t.run(insert,
                  {std::nullopt, {}, std::optional<double>{}, std::optional<std::string>{}, {}}) ==
            1);
    });
    int rows = 0;
    database->read([&](db::Transaction& t) {
        CHECK(t.run({"select", "SELECT i, s, r, t, b FROM things ORDER BY i"}, {},
                    [&](const db::Row& row) {
                        if (row.is_null(0)) {
                            for (int column = 0; column < 5; ++column) CHECK(row.is_null(column));
                            CHECK_FALSE(row.optional_text(3).has_value());
                            CHECK_FALSE(row.optional_integer(0).has_value());
                            CHECK_THROWS_AS(row.integer(0), std::logic_error);
                            CHECK_THROWS_AS(row.text(3), std::logic_error);
                            CHECK_THROWS_AS(row.text(9), std::logic_error);
                        } else if (row.integer(0) == INT64_MIN) {
                            CHECK(row.boolean(1));
                            CHECK(row.real(2) == 0.1);
                            CHECK(row.text(3) == text);
                            CHECK(row.bytes(4) == bytes);
                            CHECK_THROWS_AS(row.integer(3), std::logic_error);
                        } else {
                            CHECK(row.integer(0) == INT64_MAX);
                            CHECK_FALSE(row.boolean(1));
                            CHECK(row.real(2) == -1e300);
                            CHECK(row.text(3).empty());
                            CHECK(row.bytes(4).empty());
                        }
                        ++rows;
                    }) == 3);
    });
    CHECK(rows == 3);
    CHECK_THROWS_AS(database->write([&](db::Transaction& t) {
        t.run(insert, {1, 1, 1.0, std::string_view("a\0b", 3), {}});
    }),
                    std::logic_error);
    CHECK(integer("SELECT count(*) FROM things") == 3);
    CHECK(integer("SELECT sum(s) FROM things") == 1);
    CHECK(integer("SELECT count(*) > 2 FROM things") == 1);
}

TEST_CASE_FIXTURE(Fixture, "parameters are bound by name, and counted") {
    database->read([](db::Transaction& t) {
        std::string joined;
        t.run({"join", "SELECT $2||$1||$1"}, {"a", "b"},
              [&](const db::Row& row) { joined = row.text(0); });
        CHECK(joined == "baa");
    });
    for (const auto& values : {std::vector<db::Value>{}, std::vector<db::Value>{1, 2}})
        CHECK_THROWS(database->read(
            [&](db::Transaction& t) { t.run({"one", "SELECT 1 WHERE 1 = $1"}, values); }));
    CHECK(integer("SELECT 5") == 5);  // a failed read leaves a good connection behind
}

TEST_CASE_FIXTURE(Fixture, "a list of ids is one parameter, with plan reuse") {
    script(
        "CREATE TABLE rows_of_test (id bigint NOT NULL PRIMARY KEY);"
        "INSERT INTO rows_of_test VALUES (1), (2), (3), (5000000000)");
    constexpr db::Query joined{"joined",
                               "SELECT id FROM rows_of_test WHERE id IN (SELECT value FROM "
                               "json_each(CAST($1 AS text))) ORDER BY id"};
    constexpr db::Query marked{"marked",
                               "SELECT id FROM rows_of_test WHERE id IN (SELECT value FROM "
                               "json_each(CAST($1 AS text)) AS ids) ORDER BY id"};
    for (int again = 0; again < 24; ++again) {  // PostgreSQL makes a generic plan after five
        const db::Query& query = again < 12 ? joined : marked;
        std::vector<std::int64_t> ids;
        database->read([&](db::Transaction& t) {
            t.run(query, {again % 2 ? "[2, 5000000000,9]" : "[]"},
                  [&](const db::Row& row) { ids.push_back(row.integer(0)); });
        });
        CHECK(ids ==
              (again % 2 ? std::vector<std::int64_t>{2, 5000000000} : std::vector<std::int64_t>{}));
    }
}

TEST_CASE_FIXTURE(Fixture, "run tells how many rows came or changed") {
    script("CREATE TABLE rows_of_test (id bigint NOT NULL PRIMARY KEY)");
    database->write([](db::Transaction& t) {
        CHECK(t.run({"insert", "INSERT INTO rows_of_test VALUES (1), (2), (3)"}, {}) == 3);
        CHECK(t.run({"create", "CREATE TABLE more (id bigint)"}, {}) == 0);
        CHECK(t.run({"change", "UPDATE rows_of_test SET id = id + 10 WHERE id > $1"}, {1}) == 2);
        CHECK(t.run({"back", "DELETE FROM rows_of_test WHERE id > 10 RETURNING id"}, {}) == 2);
        CHECK(t.run({"none", "DELETE FROM rows_of_test WHERE id > 10"}, {}) == 0);
        CHECK(t.run({"select", "SELECT id FROM rows_of_test"}, {}) == 1);
    });
}

TEST_CASE_FIXTURE(Fixture, "a violated constraint has its kind") {
    script(
        "CREATE TABLE parents (id bigint NOT NULL PRIMARY KEY);"
        "CREATE TABLE children (id bigint NOT NULL PRIMARY KEY, code text UNIQUE,"
        " parent bigint NOT NULL REFERENCES parents (id), n bigint CHECK (n > 0));"
        "INSERT INTO parents VALUES (1); INSERT INTO children VALUES (1, 'a', 1, 1)");
    const auto kind_of = [&](std::string_view sql) -> std::optional<Kind> {
        try {
            database->write([&](db::Transaction& t) { t.run({"violate", sql}, {}); });
            return std::nullopt;
        } catch (const db::ConstraintViolation& violation) {
            return violation.kind;
        }
    };
    CHECK(kind_of("INSERT INTO children VALUES (2, 'a', 1, 1)") == Kind::unique);
    CHECK(kind_of("INSERT INTO children VALUES (1, 'b', 1, 1)") == Kind::unique);
    CHECK(kind_of("INSERT INTO children VALUES (2, 'b', 7, 1)") == Kind::foreign_key);
    CHECK(kind_of("DELETE FROM parents") == Kind::foreign_key);
    CHECK(kind_of("INSERT INTO children VALUES (2, 'b', NULL, 1)") == Kind::not_null);
    CHECK(kind_of("INSERT INTO children VALUES (2, 'b', 1, 0)") == Kind::check);
    CHECK_FALSE(kind_of("INSERT INTO children VALUES (2, 'b', 1, 1)").has_value());
    CHECK_THROWS_AS(script("SELECT nonsense"), db::Failure);
    CHECK_THROWS_AS(integer("SELECT \"nonsense\""), db::Failure);
}

TEST_CASE_FIXTURE(Fixture, "try_run says no and the transaction goes on") {
    script(counters);
    constexpr db::Query insert{"insert", "INSERT INTO counters VALUES ($1, $2)"};
    database->write([&](db::Transaction& t) {
        CHECK_FALSE(t.try_run(insert, {1, 5}));  // as the first statement, too
        CHECK(t.try_run(insert, {2, 5}));
        CHECK_FALSE(t.try_run(insert, {2, 6}));
        CHECK_THROWS_AS(t.try_run(insert, {3, {}}), db::ConstraintViolation);
        int id = 0;
        CHECK(t.try_run({"returning", "INSERT INTO counters VALUES (4, 4) RETURNING id"}, {},
                        [&](const db::Row& row) { id = static_cast<int>(row.integer(0)); }));
        CHECK(id == 4);
    });
    CHECK(integer("SELECT sum(id * 100 + n) FROM counters") == 100 + 205 + 404);
}

TEST_CASE_FIXTURE(Fixture,
                  "what is run later is done in its order, and its refusal rolls all back") {
    script(counters);
    constexpr db::Query insert{"insert", "INSERT INTO counters VALUES ($1, $2)"};
    constexpr db::Query sum{"sum", "SELECT coalesce(sum(n), 0) FROM counters"};
    const auto total = [&](db::Transaction& t) {
        std::int64_t found = 0;
        t.run(sum, {}, [&](const db::Row& row) { found = row.integer(0); });
        return found;
    };
    database->write([&](db::Transaction& t) {
        t.run_later(insert, {8, 10});  // as the first statement, too
        t.run_later(insert, {2, 20});
        CHECK(total(t) == 30);
        t.run_later(insert, {3, 30});
        CHECK_FALSE(t.try_run(insert, {3, 40}));
        t.run_later(insert, {4, 40});
    });
    CHECK(integer("SELECT sum(n) FROM counters") == 100);

    const auto refused = [&](const std::function<void(db::Transaction&)>& rest) {
        CHECK_THROWS_AS(database->write([&](db::Transaction& t) {
            t.run(insert, {5, 50});
            t.run_later(insert, {1, 1});
            rest(t);
        }),
                        db::ConstraintViolation);
        CHECK(integer("SELECT sum(n) FROM counters") == 100);
    };
    refused([](db::Transaction&) {});                                  // at the commit
    refused([&](db::Transaction& t) { total(t); });                    // at the next one
    refused([&](db::Transaction& t) { t.try_run(insert, {6, 60}); });  // which is not its own
    CHECK_THROWS_AS(database->write([&](db::Transaction& t) {
        t.run(insert, {5, 50});
        t.run_later(insert, {6, 60});
        throw std::runtime_error("given up");
    }),
                    std::runtime_error);
    CHECK_THROWS_AS(database->write([&](db::Transaction& t) {
        t.run(insert, {5, 50});
        if (t.engine() == db::Engine::postgresql) t.run_later(insert, {1, 1});
        throw std::runtime_error("given up");
    }),
                    std::runtime_error);
    database->write([&](db::Transaction& t) { t.run_later(insert, {7, 1}); });
    CHECK(integer("SELECT sum(n) FROM counters") == 101);
}

TEST_CASE_FIXTURE(Fixture, "a refused Result and an exception roll back, a good Result commits") {
    script(counters);
    using Outcome = std::expected<int, std::string>;
    const auto set = [&](int n, const Outcome& outcome) {
        return database->write([&](db::Transaction& t) {
            CHECK(t.run(set_counter, {n}) == 1);
            return outcome;
        });
    };
    CHECK(set(7, 3) == Outcome(3));
    CHECK(set(8, std::unexpected("no")) == Outcome(std::unexpected("no")));
    CHECK(integer(get_counter.sql) == 7);
    CHECK_THROWS_AS(database->write([&](db::Transaction& t) {
        t.run(set_counter, {9});
        throw std::runtime_error("stop");
    }),
                    std::runtime_error);
    CHECK(integer(get_counter.sql) == 7);

    // PostgreSQL could not commit this, so SQLite may not either.
    CHECK_THROWS_AS(database->write([&](db::Transaction& t) {
        t.run(set_counter, {10});
        CHECK_THROWS_AS(t.run({"again", "INSERT INTO counters VALUES (1, 1)"}, {}),
                        db::ConstraintViolation);
    }),
                    std::logic_error);
    CHECK(integer(get_counter.sql) == 7);
}

TEST_CASE_FIXTURE(Fixture, "a callback may throw, and may run the same query again") {
    script(
        "CREATE TABLE rows_of_test (id bigint NOT NULL PRIMARY KEY);"
        "INSERT INTO rows_of_test VALUES (1), (2), (3)");
    constexpr db::Query all{"all", "SELECT id FROM rows_of_test"};
    for (int again = 0; again < 3; ++again) {
        CHECK_THROWS_AS(database->read([&](db::Transaction& t) {
            t.run(all, {}, [](const db::Row&) { throw std::runtime_error("stop"); });
        }),
                        std::runtime_error);
        database->write([&](db::Transaction& t) {
            int pairs = 0;
            t.run(all, {},
                  [&](const db::Row&) { t.run(all, {}, [&](const db::Row&) { ++pairs; }); });
            CHECK(pairs == 9);
        });
    }
    CHECK(database->stats().connections == database->stats().connections_idle);
}

TEST_CASE_FIXTURE(Fixture, "a read writes nothing and sees one snapshot") {
    script(counters);
    CHECK_THROWS_AS(database->read([](db::Transaction& t) { t.run(add_one, {}); }), db::Failure);
    database->read([&](db::Transaction& t) {
        std::vector<std::int64_t> seen;
        const auto look = [&] {
            t.run(get_counter, {}, [&](const db::Row& row) { seen.push_back(row.integer(0)); });
        };
        look();
        std::thread([&] {
            database->write([](db::Transaction& w) { w.run(add_one, {}); });
        }).join();
        look();
        CHECK(seen == std::vector<std::int64_t>{0, 0});
    });
    CHECK(integer(get_counter.sql) == 1);
}

TEST_CASE_FIXTURE(Fixture, "read_one runs one statement, and the connection goes on") {
    static constexpr db::Query one{"test.one", "SELECT 1"};
    static constexpr db::Query wrong{"test.wrong", "SELECT no_such_column"};
    const auto ask = [&](db::Transaction& transaction) { return transaction.run(one, {}); };
    for (int i = 0; i < 3; ++i) CHECK(database->read_one(ask) == 1);
    CHECK_THROWS_AS(database->read_one([&](db::Transaction& transaction) {
        return ask(transaction) + ask(transaction);
    }),
                    std::logic_error);
    CHECK_THROWS_AS(
        database->read_one([&](db::Transaction& transaction) { transaction.run(wrong, {}); }),
        db::Failure);
    CHECK(database->read_one(ask) == 1);
    CHECK(database->read([&](db::Transaction& transaction) {
        return ask(transaction) + ask(transaction);
    }) == 2);
}

TEST_CASE_FIXTURE(Fixture,
                  "write_one runs one statement, which stays, and the connection goes on") {
    script(counters);
    const auto add = [](db::Transaction& transaction) { return transaction.run(add_one, {}); };
    for (int i = 0; i < 3; ++i) CHECK(database->write_one(add) == 1);
    CHECK(integer(get_counter.sql) == 3);
    CHECK_THROWS_AS(database->write_one([&](db::Transaction& transaction) {
        return add(transaction) + add(transaction);
    }),
                    std::logic_error);
    static constexpr db::Query wrong{"test.wrong", "UPDATE counters SET no_such_column = 1"};
    CHECK_THROWS_AS(
        database->write_one([&](db::Transaction& transaction) { transaction.run(wrong, {}); }),
        db::Failure);
    CHECK(database->write_one(add) == 1);
    // Another process sees it.
    CHECK(open({.connections = 1})->read_one([](db::Transaction& transaction) {
        std::int64_t value = 0;
        transaction.run(get_counter, {}, [&](const db::Row& row) { value = row.integer(0); });
        return value;
    }) == 5);
}

TEST_CASE_FIXTURE(Fixture, "writers that read first and write then lose nothing") {
    script(counters);
    const auto second = open({.connections = 3});  // as another process on the same database
    std::vector<std::thread> threads;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&, i] {
            for (int n = 0; n < 25; ++n)
                (i % 2 ? *second : *database).write([&](db::Transaction& t) {
                    t.run(add_one, {});
                    CHECK(db::bump_version(t, "counters") > 0);
                });
        });
    for (auto& thread : threads) thread.join();
    CHECK(integer(get_counter.sql) == 150);
    database->read([](db::Transaction& t) {
        CHECK(db::Versions(t).of("counters") == 150);
        CHECK(db::Versions(t).of("other") == 0);
    });
}

TEST_CASE_FIXTURE(Fixture, "a deadlock is run again until both have committed") {
    script(counters);
    script("INSERT INTO counters VALUES (2, 0)");
    constexpr db::Query add{"add", "UPDATE counters SET n = n + 1 WHERE id = $1"};
    const auto second = open({});
    std::atomic<int> holding = 0;
    const auto both = [&](db::Database& by, int from, int to) {
        by.write([&](db::Transaction& t) {
            t.run(add, {from});
            ++holding;
            // Until the other one has its first row, too. (On SQLite it cannot: one writer.)
            for (int i = 0; test_on_postgresql() && i < 1000 && holding < 2; ++i)
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
            t.run(add, {to});
        });
    };
    std::thread other([&] { both(*second, 2, 1); });
    both(*database, 1, 2);
    other.join();
    CHECK(integer("SELECT min(n) * 10 + max(n) FROM counters") == 22);
    if (test_on_postgresql()) CHECK(database->stats().retries + second->stats().retries > 0);
}

TEST_CASE_FIXTURE(Fixture, "write gives up after ten tries, and a full pool says so") {
    int tries = 0;
    CHECK_THROWS_AS(database->write([&](db::Transaction&) {
        ++tries;
        throw db::Retry("always");
    }),
                    db::Unavailable);
    CHECK(tries == 10);
    CHECK(database->stats().retries == 9);

    const auto narrow = open({.connections = 1, .acquire_timeout_ms = 20});
    narrow->read([&](db::Transaction& t) {
        t.run({"one", "SELECT 1"}, {});
        CHECK_THROWS_AS(narrow->read([](db::Transaction&) {}), db::Unavailable);
    });
    narrow->read([](db::Transaction&) {});
}

TEST_CASE_FIXTURE(Fixture, "a slow query is reported by its name, without its values") {
    const auto strict = open({.slow_query_ms = 0});
    const auto report = stderr_of([&] {
        strict->read([](db::Transaction& t) {
            t.run({"people.find", "SELECT 1 WHERE $1 = 'secret'"}, {"secret"});
        });
    });
    CHECK(report.starts_with(
        R"({"level":"warning","event":"slow_query","query":"people.find","ms":)"));
    CHECK(report.find("secret") == report.npos);
    CHECK(stderr_of([&] { integer("SELECT 1"); }).empty());
    CHECK(strict->stats().queries == 1);
}

TEST_CASE("a wrong URL is refused with a clear text") {
    for (const char* url : {"", "mysql://x", "sqlite:", "sqlite::memory:",
                            "sqlite:/no/such/folder/campus.db", "postgresql://h/d?nonsense=1"}) {
        db::Options options;
        options.url = url;
        CHECK_THROWS_AS(db::open(options), db::Failure);
    }
}

TEST_CASE_FIXTURE(Fixture,
                  "what was committed survives a power cut by the settings of the engine") {
    // On SQLite at every connection; on PostgreSQL the server's own (fsync is off only where the
    // tests' server was started so).
    const auto setting = [&](std::string_view sql) {
        std::string value;
        database->write([&](db::Transaction& t) {
            t.run({"setting", sql}, {}, [&](const db::Row& row) { value = row.text(0); });
        });
        return value;
    };
    if (test_on_postgresql()) {
        CHECK(setting("SHOW transaction_isolation") == "read committed");
        CHECK(text("SHOW transaction_isolation") == "repeatable read");
        CHECK(text("SHOW transaction_read_only") == "on");
        CHECK(text("SHOW statement_timeout") == "30s");
        CHECK(text("SHOW application_name") == "campus");
        // We change neither: the server's setting, "on" unless an administrator says otherwise.
        CHECK(text("SELECT source FROM pg_settings WHERE name = 'synchronous_commit'") != "client");
    } else {
        CHECK(setting("PRAGMA synchronous") == "2");  // FULL
        CHECK(setting("PRAGMA journal_mode") == "wal");
        CHECK(setting("PRAGMA foreign_keys") == "1");
        CHECK(text("PRAGMA foreign_keys") == "1");
    }
}
