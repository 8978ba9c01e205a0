// SPDX-License-Identifier: EUPL-1.2
// What only a file can do.
#include <doctest/doctest.h>
#include <unistd.h>

#include <sys/wait.h>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "db/database.hpp"
#include "fresh_database.hpp"

namespace {

std::unique_ptr<db::Database> open(const std::string& url) {
    db::Options options;
    options.url = url;
    return db::open(options);
}

std::int64_t integer(db::Database& database, std::string_view sql) {
    std::int64_t value = -1;
    database.read([&](db::Transaction& t) {
        t.run({"integer", sql}, {}, [&](const db::Row& row) { value = row.integer(0); });
    });
    return value;
}

constexpr db::Query add_one{"add", "UPDATE counters SET n = n + 1"};
constexpr std::string_view counters =
    "CREATE TABLE counters (id bigint NOT NULL PRIMARY KEY, n bigint NOT NULL);"
    "INSERT INTO counters VALUES (1, 0), (2, 0)";

}  // namespace

TEST_CASE("a backup of a database under writes is consistent and overwrites nothing" *
          doctest::skip(test_on_postgresql())) {
    const FreshDatabase fresh;
    const auto database = open(fresh.url);
    database->write([](db::Transaction& t) {
        t.script(counters);
        t.script(
            "CREATE TABLE bulk (b blob);"
            "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < 2000)"
            " INSERT INTO bulk SELECT zeroblob(4000) FROM r");
    });
    std::atomic<bool> done = false;
    std::thread writer([&] {
        while (!done) database->write([](db::Transaction& t) { t.run(add_one, {}); });
    });
    const auto file = fresh.url.substr(7) + ".copy";
    database->backup_to(file);
    done = true;
    writer.join();
    CHECK_THROWS_WITH_AS(database->backup_to(file), doctest::Contains("exists"), db::Failure);
    CHECK_THROWS_AS(database->backup_to("/no/such/folder/copy"), db::Failure);
    {
        const auto copy = open("sqlite:" + file);
        // Both rows are of the same moment.
        CHECK(integer(*copy, "SELECT max(n) - min(n) FROM counters") == 0);
        CHECK(integer(*copy, "SELECT count(*) FROM bulk") == 2000);
        copy->read([](db::Transaction& t) {
            t.run({"check", "PRAGMA integrity_check"}, {},
                  [](const db::Row& row) { CHECK(row.text(0) == "ok"); });
        });
    }
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(file).parent_path()))
        CHECK(entry.path().string().find("partial") == std::string::npos);
    std::filesystem::remove(file);
}

TEST_CASE("two processes write to one file and lose nothing" *
          doctest::skip(test_on_postgresql())) {
    const FreshDatabase fresh;
    open(fresh.url)->write([](db::Transaction& t) { t.script(counters); });
    const auto add_many = [&] {
        const auto database = open(fresh.url);
        for (int i = 0; i < 200; ++i)
            database->write([](db::Transaction& t) { t.run(add_one, {}); });
    };
    const pid_t child = ::fork();  // no thread of ours is running here
    if (child == 0) {
        try {
            add_many();
            std::_Exit(0);
        } catch (...) {
            std::_Exit(1);
        }
    }
    add_many();
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
    CHECK(integer(*open(fresh.url), "SELECT n FROM counters WHERE id = 1") == 400);
}

TEST_CASE("a lock that another program keeps makes a writer give up, not hang" *
          doctest::skip(test_on_postgresql() || !std::getenv("CAMPUS_SLOW_TESTS"))) {
    const FreshDatabase fresh;
    const auto holder = open(fresh.url);
    const auto other = open(fresh.url);
    holder->write([&](db::Transaction&) {
        CHECK_THROWS_AS(other->write([](db::Transaction&) {}), db::Unavailable);
    });
}
