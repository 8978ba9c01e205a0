// SPDX-License-Identifier: EUPL-1.2
// What only a server can do to us. Nothing to test on SQLite.
#include <doctest/doctest.h>

#include <chrono>
#include <thread>
#include <vector>

#include "db/database.hpp"
#include "fresh_database.hpp"

namespace {

using std::chrono::steady_clock;

constexpr db::Query one{"one", "SELECT 1"};
constexpr db::Query stop_others{"stop",
                                "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
                                " WHERE datname = current_database() AND pid <> pg_backend_pid()"};

std::unique_ptr<db::Database> open(const std::string& url, int connections) {
    db::Options options;
    options.url = url;
    options.connections = connections;
    return db::open(options);
}

// Fills the pool with `count` connections.
void use_at_once(db::Database& database, int count) {
    if (count == 0) return;
    database.read([&](db::Transaction& t) {
        t.run(one, {});
        use_at_once(database, count - 1);
    });
}

}  // namespace

TEST_CASE("connections that broke while idle are replaced without anyone noticing" *
          doctest::skip(!test_on_postgresql())) {
    const FreshDatabase fresh;
    const auto database = open(fresh.url, 4);
    const auto other = open(fresh.url, 1);
    const auto stop = [&] { other->read([](db::Transaction& t) { t.run(stop_others, {}); }); };
    other->write([](db::Transaction& t) { t.script("CREATE TABLE rows_of_test (id bigint)"); });

    use_at_once(*database, 4);
    CHECK(database->stats().connections == 4);
    stop();
    int rows = 0;
    database->read([&](db::Transaction& t) { t.run(one, {}, [&](const db::Row&) { ++rows; }); });
    CHECK(rows == 1);
    CHECK(database->stats().connections == 1);

    stop();
    database->write([](db::Transaction& t) {
        CHECK(t.try_run({"insert", "INSERT INTO rows_of_test VALUES (1)"}, {}));
    });
    database->write([&](db::Transaction& t) {
        CHECK(t.run({"count", "SELECT id FROM rows_of_test"}, {}) == 1);
    });

    // In the middle of a transaction there is no such help.
    CHECK_THROWS_AS(database->write([&](db::Transaction& t) {
        t.run({"insert", "INSERT INTO rows_of_test VALUES (2)"}, {});
        stop();
        t.run({"insert", "INSERT INTO rows_of_test VALUES (3)"}, {});
    }),
                    db::Unavailable);
    CHECK_THROWS_AS(database->write([&](db::Transaction& t) {
        t.run({"insert", "INSERT INTO rows_of_test VALUES (2)"}, {});
        stop();
    }),
                    db::Unavailable);
    CHECK_THROWS_AS(database->read([&](db::Transaction& t) {
        t.run(one, {});
        stop();
        t.run(one, {});
    }),
                    db::Unavailable);
    database->read([&](db::Transaction& t) {
        CHECK(t.run({"count", "SELECT id FROM rows_of_test"}, {}) == 1);
    });
}

TEST_CASE("while the server is away the answer is quick, and then all is well by itself" *
          doctest::skip(!test_on_postgresql())) {
    const auto away = open("postgresql:///campus?host=/no/such/folder", 4);  // opening is lazy
    const auto start = steady_clock::now();
    for (int i = 0; i < 50; ++i)
        CHECK_THROWS_AS(away->read([](db::Transaction& t) { t.run(one, {}); }), db::Unavailable);
    CHECK(steady_clock::now() - start < std::chrono::seconds(2));
    CHECK(away->stats().connections == 0);

    // A database that comes back: here, one that takes no connections for a moment.
    const FreshDatabase fresh;
    const FreshDatabase administration;
    const auto database = open(fresh.url, 2);
    const auto administrator = open(administration.url, 1);
    const auto begin = fresh.url.find('/', fresh.url.find("://") + 3) + 1;
    const auto name = fresh.url.substr(begin, fresh.url.find('?') - begin);
    const auto allow = [&](const std::string& answer) {
        administrator->write([&](db::Transaction& t) {
            t.script("ALTER DATABASE " + name + " ALLOW_CONNECTIONS " + answer);
            t.script(
                "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity"
                " WHERE datname = '" +
                name + "'");
        });
    };
    use_at_once(*database, 2);
    allow("false");
    CHECK_THROWS_AS(database->read([](db::Transaction& t) { t.run(one, {}); }), db::Unavailable);
    CHECK_THROWS_AS(database->write([](db::Transaction& t) { t.run(one, {}); }), db::Unavailable);
    allow("true");
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    database->read([](db::Transaction& t) { CHECK(t.run(one, {}) == 1); });
}

TEST_CASE("write returns when the log is flushed, though its commit has not waited for that" *
          doctest::skip(!test_on_postgresql())) {
    const FreshDatabase fresh;
    const auto database = open(fresh.url, 2);
    database->write([](db::Transaction& t) { t.script("CREATE TABLE rows_of_test (id bigint)"); });
    for (int i = 0; i < 20; ++i) {  // the server itself would flush every 200 ms
        std::string position;
        database->write([&](db::Transaction& t) {
            t.run({"insert", "INSERT INTO rows_of_test VALUES (1)"}, {});
            t.run({"position", "SELECT CAST(pg_current_wal_insert_lsn() AS text)"}, {},
                  [&](const db::Row& row) { position = row.text(0); });
        });
        database->read([&](db::Transaction& t) {
            CHECK(t.run({"flushed",
                         "SELECT 1 WHERE pg_current_wal_flush_lsn() >"
                         " CAST($1 AS pg_lsn)"},
                        {position}) == 1);
        });
    }
}

TEST_CASE("backup on PostgreSQL names the tool for it" * doctest::skip(!test_on_postgresql())) {
    const FreshDatabase fresh;
    CHECK_THROWS_WITH_AS(open(fresh.url, 1)->backup_to("x"), doctest::Contains("pg_dump"),
                         db::Failure);
}
