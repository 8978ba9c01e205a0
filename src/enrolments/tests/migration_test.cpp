// SPDX-License-Identifier: EUPL-1.2
// SQLite changes a CHECK by making the table anew: what stood in the tables, and what points at
// them, is there afterwards, under the same ids.
#include "db/database.hpp"
#include "db/migrate.hpp"
#include "fresh_database.hpp"

#include <doctest/doctest.h>

#include <unistd.h>
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

namespace {

constexpr std::string_view rows_of_before = R"sql(
    INSERT INTO organisations (id, code, name, kind, branch) VALUES (1, 'dinum', 'D', 'etat', 'etat');
    INSERT INTO persons (id, email, given_name, usual_name) VALUES (1, 'a@exemple.fr', 'A', 'M'),
        (2, 'b@exemple.fr', 'B', 'M');
    INSERT INTO offers (id, slug, organisation_id, revision) VALUES (1, 'offre', 1, 1);
    INSERT INTO sessions (id, offer_id, organisation_id, status, enrolment_opens_at,
                          enrolment_closes_at, cancel_until, starts_at, ends_at, capacity, taken,
                          waiting, last_place)
        VALUES (7, 1, 1, 'open', 1, 2, 3, 4, 5, 1, 1, 1, 1), (9, 1, 1, 'draft', 1, 2, 3, 4, 5, 1, 0, 0, 0);
    INSERT INTO session_slots VALUES (7, 4, 5), (9, 4, 5);
    INSERT INTO enrolments (id, session_id, person_id, state, place, created_at, changed_at)
        VALUES (3, 7, 1, 'seated', 0, 1, 2), (4, 7, 2, 'waiting', 1, 2, 2);
    DELETE FROM session_slots WHERE session_id = 9;
    DELETE FROM sessions WHERE id = 9;
)sql";

std::string told(db::Database& database, db::Query query) {
    std::string text;
    database.read([&](db::Transaction& transaction) {
        transaction.run(query, {},
                        [&](const db::Row& row) { text += std::string{row.text(0)} + ";"; });
    });
    return text;
}

}  // namespace

TEST_CASE("sessions and enrolments of before keep their rows when SQLite makes their tables anew") {
    if (test_on_postgresql()) return;  // there it is an ALTER
    const std::string file = "/tmp/campus-migration-" + std::to_string(::getpid()) + ".db";
    {
        const auto database = db::open({.url = "sqlite:" + file});
        std::vector<db::Migration> before;
        for (const db::Migration& one : db::migrations())
            if (one.number < 60 && (one.number < 42 || one.number == 50) && one.number != 11)
                before.push_back(one);
        db::migrate(*database, before);
        database->write([](db::Transaction& transaction) { transaction.script(rows_of_before); });
        CHECK(db::migrate(*database) > 0);

        CHECK(told(*database, {"t1", R"sql(SELECT id || ' ' || taken || ' ' || waiting || ' ' ||
                                            held_back || ' ' || rules FROM sessions)sql"}) ==
              "7 1 1 0 {};");
        CHECK(told(*database, {"t2", R"sql(SELECT id || ' ' || state || ' ' || asked_at || ' ' ||
                                            coalesce(given_at, 0) FROM enrolments ORDER BY id)sql"}) ==
              "3 seated 1 2;4 waiting 2 0;");
        CHECK(told(*database, {"t3", "SELECT session_id || '' FROM session_slots"}) == "7;");
        CHECK(told(*database, {"t4", "SELECT 'bad ' || \"table\" FROM pragma_foreign_key_check"}) ==
              "");
        // A number that was given to a draft of before is not given again.
        CHECK(told(*database, {"t5", R"sql(SELECT seq || '' FROM sqlite_sequence
                                            WHERE name = 'sessions')sql"}) == "9;");
        // The keys are watched again, and the new check holds.
        const auto refused = [&](db::Query query) {
            try {
                database->write([&](db::Transaction& t) { t.run(query, {}); });
            } catch (const db::ConstraintViolation&) {
                return true;
            }
            return false;
        };
        CHECK(refused({"t6", "INSERT INTO session_slots VALUES (8, 4, 5)"}));
        CHECK(refused({"t7", "UPDATE sessions SET taken = 0 WHERE id = 7"}));
        CHECK_FALSE(refused({"t8", "UPDATE sessions SET taken = 0, held_back = 1 WHERE id = 7"}));
        CHECK(refused({"t9", "UPDATE enrolments SET state = 'offered' WHERE id = 4"}));
    }
    for (const char* end : {"", "-wal", "-shm"}) std::remove((file + end).c_str());
}
