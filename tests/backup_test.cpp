// SPDX-License-Identifier: EUPL-1.2
// `campus backup` of a database that is being written to, and `campus restore`, which never loses
// what was there.
#include "db/migrate.hpp"
#include "files.hpp"
#include "http_client.hpp"
#include "seat_race.hpp"

#include <doctest/doctest.h>

#include <filesystem>

namespace fs = std::filesystem;

namespace {

std::string file_of(const TestApp& app) {
    return app.fresh.url.substr(std::string("sqlite:").size());
}

bool says(const std::string& text, std::string_view what) {
    return text.find(what) != std::string::npos;
}

// Rows that a pragma tells, one after the other.
std::string told(db::Database& database, db::Query pragma) {
    std::string all;
    database.read([&](db::Transaction& transaction) {
        transaction.run(pragma, {}, [&](const db::Row& row) { all += row.text(0); });
    });
    return all;
}

std::int64_t people_in(const std::string& url) {
    std::int64_t count = 0;
    db::open({.url = url, .connections = 2})->read([&](db::Transaction& transaction) {
        transaction.run({"test.people", "SELECT count(*) FROM persons"}, {},
                        [&](const db::Row& row) { count = row.integer(0); });
    });
    return count;
}

}  // namespace

TEST_CASE("a backup taken while seats are taken is one consistent moment" *
          doctest::skip(test_on_postgresql())) {
    TestApp app;
    use_real_time(app);
    const TemporaryFolder folder;
    const auto session = app.given_session({.seats = 50});
    const auto takers = given_takers(app, 400);
    const CampusServer server(app.fresh.url);
    std::vector<HttpClient> clients;
    for (std::size_t i = 0; i < takers.size(); ++i) clients.emplace_back(server.port());
    for (std::size_t i = 0; i < takers.size(); ++i)
        clients[i].send("POST", take_target(session), {.session = takers[i].token});
    std::size_t answered = 0;
    for (int n = 0; n < 3; ++n) {
        for (int i = 0; i < 20; ++i) CHECK(clients[answered++].read().status == 201);
        const std::string copy = folder / ("copy" + std::to_string(n));
        const auto done = run_campus({"backup", copy, "--database", app.fresh.url});
        CHECK(done.err == "");
        CHECK(done.status == 0);
        const auto database = db::open({.url = "sqlite:" + copy, .connections = 2});
        CHECK(told(*database, {"test.integrity", "PRAGMA integrity_check"}) == "ok");
        CHECK(told(*database, {"test.references", "PRAGMA foreign_key_check"}) == "");
        const SeatCount count = seat_count(*database, session);
        CHECK(count.broken() == "");
        CHECK(count.taken + count.waiting >= static_cast<std::int64_t>(answered));
    }
    for (; answered < takers.size(); ++answered) CHECK(clients[answered].read().status == 201);

    // A file that is there is never overwritten.
    const auto again = run_campus({"backup", folder / "copy0", "--database", app.fresh.url});
    CHECK(again.status != 0);
    CHECK(says(again.err, "exists"));
}

TEST_CASE("a restore brings the copy's moment back and keeps what was there before" *
          doctest::skip(test_on_postgresql())) {
    const TemporaryFolder folder;
    TestApp app;
    const auto session = app.given_session({.seats = 2});
    const auto takers = given_takers(app, 2);
    REQUIRE(app.app().enrolments.take(takers[0].person, session, app.now));
    app.database->backup_to(folder / "copy");
    REQUIRE(app.app().enrolments.take(takers[1].person, session, app.now));
    const std::vector<std::string> restore{"restore", folder / "copy", "--database", app.fresh.url};

    // This test has it open, as a server would.
    const auto in_use = run_campus(restore);
    CHECK(in_use.status != 0);
    CHECK(says(in_use.err, "stop the server"));
    CHECK(seat_count(*app.database, session).taken == 2);

    app.application.reset();
    app.database.reset();
    for (int n = 1; n <= 2; ++n) {
        const auto done = run_campus(restore);
        CHECK(done.err == "");
        CHECK(done.status == 0);
        const std::string aside = file_of(app) + ".before-restore-" + std::to_string(n);
        CHECK(says(done.out, aside));
        const auto before = db::open({.url = "sqlite:" + aside, .connections = 2});
        CHECK(seat_count(*before, session).taken == (n == 1 ? 2 : 1));
        const auto now = db::open({.url = app.fresh.url, .connections = 2});
        CHECK(seat_count(*now, session).taken == 1);
        CHECK(db::migrate(*now) == 0);
    }
    // Restored into a place where there is nothing yet; the copy itself is still as it was.
    const std::string elsewhere = "sqlite:" + (folder / "new.db");
    CHECK(run_campus({"restore", folder / "copy", "--database", elsewhere}).status == 0);
    CHECK(people_in(elsewhere) == 2);
    for (const char* suffix : {".before-restore-1", ".before-restore-2"})
        fs::remove(file_of(app) + suffix);
}

TEST_CASE("a restore from what is no good copy is refused and nothing is lost" *
          doctest::skip(test_on_postgresql())) {
    const TemporaryFolder folder;
    TestApp app;
    given_takers(app, 3);
    app.database->backup_to(folder / "copy");
    app.application.reset();
    app.database.reset();
    const std::string copy = read_file(folder / "copy");

    write_file(folder / "garbage", std::string(100'000, 'x'));
    write_file(folder / "empty", "");
    write_file(folder / "cut", copy.substr(0, copy.size() / 2));
    std::string damaged = copy;  // pages of tables and indexes, but not the first
    for (std::size_t i = 3 * 4096; i < damaged.size(); i += 64) damaged[i] = '\x55';
    write_file(folder / "damaged", damaged);
    db::open({.url = "sqlite:" + (folder / "other"), .connections = 2})
        ->write([](db::Transaction& t) { t.script("CREATE TABLE songs (title text)"); });
    fs::copy_file(folder / "copy", folder / "newer");
    db::open({.url = "sqlite:" + (folder / "newer"), .connections = 2})
        ->write([](db::Transaction& t) {
            t.script("INSERT INTO migrations VALUES (9999, 'later', 'x', 0)");
        });
    fs::copy_file(folder / "copy", folder / "in-use");
    write_file(folder / "in-use-wal", "a log");

    for (const char* name :
         {"garbage", "empty", "cut", "damaged", "other", "newer", "in-use", "missing"}) {
        CAPTURE(std::string{name});
        const auto refused = run_campus({"restore", folder / name, "--database", app.fresh.url});
        CHECK(refused.status == 1);
        CHECK(says(refused.err, std::string{"campus: "}));
        CHECK(says(refused.err, folder / name));
        CHECK(people_in(app.fresh.url) == 3);
        CHECK_FALSE(fs::exists(file_of(app) + ".before-restore-1"));
    }
    CHECK(says(run_campus({"restore", folder / "newer", "--database", app.fresh.url}).err,
               "migration 9999"));
    CHECK(says(run_campus({"restore", folder / "other", "--database", app.fresh.url}).err,
               "no database of Campus"));
    CHECK(run_campus({"restore", file_of(app), "--database", app.fresh.url}).status == 1);
    // Nothing half done is left beside it.
    for (const auto& entry : fs::directory_iterator(fs::path(file_of(app)).parent_path()))
        CHECK_FALSE(says(entry.path().string(), ".restoring-"));

    // A database that is itself damaged can be replaced, and is kept all the same.
    write_file(file_of(app), damaged.substr(0, 20'000) + "not a database any more");
    const auto done = run_campus({"restore", folder / "copy", "--database", app.fresh.url});
    CHECK(done.err == "");
    CHECK(done.status == 0);
    CHECK(people_in(app.fresh.url) == 3);
    for (const auto& entry : fs::directory_iterator(fs::path(file_of(app)).parent_path()))
        if (says(entry.path().string(), file_of(app) + ".before-restore-1")) fs::remove(entry);
}

TEST_CASE("PostgreSQL is backed up and restored with its own programs" *
          doctest::skip(!test_on_postgresql())) {
    const TemporaryFolder folder;
    const FreshDatabase fresh;
    const auto backup = run_campus({"backup", folder / "copy", "--database", fresh.url});
    CHECK(backup.status == 1);
    CHECK(says(backup.err, "pg_dump"));
    const auto restore = run_campus({"restore", folder / "copy", "--database", fresh.url});
    CHECK(restore.status == 1);
    CHECK(says(restore.err, "pg_restore"));
}
