// SPDX-License-Identifier: EUPL-1.2
// What the seals of the log show, and what they must never do.
#include "audit/audit.hpp"
#include "audit/digest.hpp"
#include "test_app.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <functional>
#include <thread>

using audit::Finding;
using What = audit::Finding::What;

namespace {

struct Log : TestApp {
    void decide(std::int64_t object, std::string_view action = "test.decide") {
        database->write([&](db::Transaction& transaction) { decide(transaction, object, action); });
    }
    void decide(db::Transaction& transaction, std::int64_t object,
                std::string_view action = "test.decide") {
        audit::record(transaction, {.at = now,
                                    .actor = base::PersonId{7},
                                    .role = "administrator",
                                    .action = action,
                                    .object = "test",
                                    .object_id = object,
                                    .after = R"({"state":"done"})"});
    }
    // All that was written so far. On PostgreSQL the server's own housekeeping may run a
    // transaction meanwhile, which a seal waits for.
    void seal() {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds{20};
        do {
            app().audit.seal(now);
        } while (verify().unsealed > 0 && std::chrono::steady_clock::now() < end);
        REQUIRE(verify().unsealed == 0);
    }
    audit::Verification verify(const std::optional<audit::Anchor>& anchor = {}) {
        return app().audit.verify(anchor);
    }
    // As somebody with all rights on the database does it.
    void tamper(const std::string& sql) {
        database->write([&](db::Transaction& transaction) {
            if (transaction.engine() == db::Engine::postgresql) {
                transaction.script(
                    "ALTER TABLE audit_log DISABLE TRIGGER USER;"
                    "ALTER TABLE audit_seals DISABLE TRIGGER USER;" +
                    sql +
                    ";ALTER TABLE audit_log ENABLE TRIGGER USER;"
                    "ALTER TABLE audit_seals ENABLE TRIGGER USER");
            } else {
                transaction.script(
                    "DROP TRIGGER IF EXISTS audit_log_no_update;"
                    "DROP TRIGGER IF EXISTS audit_log_no_delete;"
                    "DROP TRIGGER IF EXISTS audit_seals_no_update;"
                    "DROP TRIGGER IF EXISTS audit_seals_no_delete;" +
                    sql);
            }
        });
    }
};

// Three seals of three rows each: 1-3, 4-6, 7-9.
struct Sealed : Log {
    Sealed() {
        for (int seals = 0; seals < 3; ++seals) {
            for (int row = 1; row <= 3; ++row) decide(seals * 3 + row);
            seal();
        }
        REQUIRE(verify().whole());
        REQUIRE(verify().seals == 3);
    }
};

}  // namespace

TEST_CASE("a log that nobody touched is whole, and what is not sealed yet is told") {
    Log log;
    CHECK(log.verify().whole());
    CHECK(log.verify().seals == 0);
    log.decide(1);
    log.decide(2);
    CHECK(log.verify().unsealed == 2);
    CHECK(log.verify().unsealed_since == log.now);
    log.seal();
    CHECK(log.verify().rows == 2);
    CHECK(log.verify().seals == 1);
    CHECK(log.verify().unsealed == 0);
    log.app().audit.seal(log.now);
    CHECK(log.verify().seals == 1);
    log.decide(3);
    log.seal();
    CHECK(log.verify().seals == 2);
    CHECK(log.verify().rows == 3);
    CHECK(log.verify().whole());
}

TEST_CASE("more rows than one seal takes are sealed by several") {
    Log log;
    log.database->write([&](db::Transaction& transaction) {
        for (int row = 1; row <= audit::rows_per_seal + 1; ++row) log.decide(transaction, row);
    });
    log.seal();
    CHECK(log.verify().seals == 2);
    CHECK(log.verify().rows == audit::rows_per_seal + 1);
    CHECK(log.verify().whole());
}

TEST_CASE("each kind of tampering is found, at the row or seal where it was done") {
    struct Case {
        const char* sql;
        std::vector<Finding> findings;
    };
    std::vector<Case> cases{
        {"UPDATE audit_log SET after_json = '{}' WHERE id = 5", {{What::row_changed, 2, 5}}},
        {"UPDATE audit_log SET at = at + 1 WHERE id = 9", {{What::row_changed, 3, 9}}},
        {"UPDATE audit_log SET actor_id = NULL WHERE id = 1", {{What::row_changed, 1, 1}}},
        {"UPDATE audit_log SET role = 'agent', object = 'testx' WHERE id = 1",
         {{What::row_changed, 1, 1}}},
        {"DELETE FROM audit_log WHERE id = 4", {{What::row_removed, 2, 4}}},
        {"DELETE FROM audit_log WHERE id = 9", {{What::row_removed, 3, 9}}},
        {"DELETE FROM audit_log WHERE id IN (1, 2, 3)",
         {{What::row_removed, 1, 1}, {What::row_removed, 1, 2}, {What::row_removed, 1, 3}}},
        // Two rows have changed places.
        {"UPDATE audit_log SET id = -1 WHERE id = 5; UPDATE audit_log SET id = 5 WHERE id = 6;"
         "UPDATE audit_log SET id = 6 WHERE id = -1",
         {{What::row_moved, 2, 5}, {What::row_moved, 2, 6}}},
        {"UPDATE audit_log SET object_id = 11 - object_id WHERE id IN (5, 6)",
         {{What::row_moved, 2, 5}, {What::row_moved, 2, 6}}},
        {"UPDATE audit_seals SET sealed_at = 0 WHERE number = 2", {{What::seal_changed, 2, 0}}},
        {"UPDATE audit_seals SET hash = 'x' WHERE number = 2", {{What::seal_changed, 2, 0}}},
        {"UPDATE audit_seals SET last_id = 4 WHERE number = 2", {{What::seal_changed, 2, 0}}},
        {"DELETE FROM audit_seals WHERE number = 2", {{What::seal_removed, 2, 0}}},
        {"DELETE FROM audit_seals WHERE number = 1", {{What::seal_removed, 1, 0}}},
        {"DELETE FROM audit_log WHERE id = 2; UPDATE audit_seals SET sealed_at = 0"
         " WHERE number = 3",
         {{What::row_removed, 1, 2}, {What::seal_changed, 3, 0}}},
    };
    if (test_on_postgresql()) {
        // At the place of another, in the order of the log.
        cases.push_back(
            {"INSERT INTO audit_log (id, turn, at, role, action, object, object_id)"
             " SELECT 0, turn, at, role, action, object, 99 FROM audit_log"
             " WHERE id = 5",
             {{What::row_inserted, 2, 0}}});
        cases.push_back(
            {"UPDATE audit_log SET turn = turn + 1000000 WHERE id = 5", {{What::row_moved, 2, 5}}});
    } else {
        cases.push_back(
            {"INSERT INTO audit_log (id, at, role, action, object, object_id)"
             " VALUES (0, 0, 'agent', 'a', 'b', 99)",
             {{What::row_inserted, 1, 0}}});
    }
    for (const Case& one : cases) {
        CAPTURE(std::string{one.sql});
        Sealed log;
        log.tamper(one.sql);
        const auto told = log.verify();
        CHECK(!told.whole());
        REQUIRE(told.findings.size() == one.findings.size());
        for (std::size_t i = 0; i < one.findings.size(); ++i) {
            CHECK(audit::name_of(told.findings[i].what) == audit::name_of(one.findings[i].what));
            CHECK(told.findings[i].seal == one.findings[i].seal);
            CHECK(told.findings[i].row == one.findings[i].row);
        }
    }
}

TEST_CASE(
    "a log that was changed with all its seals made anew is found by a seal noted elsewhere") {
    Sealed log;
    const auto before = log.verify();
    const audit::Anchor noted{before.last_seal, before.last_hash};
    CHECK(log.verify(noted).whole());
    log.tamper("DELETE FROM audit_seals; UPDATE audit_log SET object_id = 77 WHERE id = 4");
    log.seal();
    CHECK(log.verify().whole());
    CHECK(log.verify(noted).findings == std::vector<Finding>{{What::seal_removed, noted.seal, 0}});
    log.tamper("DELETE FROM audit_seals");
    for (int i = 0; i < 3; ++i) {
        log.decide(100 + i);
        log.seal();
    }
    CHECK(log.verify(noted).findings == std::vector<Finding>{{What::seal_changed, noted.seal, 0}});
}

TEST_CASE("the database itself refuses to change or remove a decision or a seal") {
    Sealed log;
    for (const char* sql :
         {"UPDATE audit_log SET at = 0", "DELETE FROM audit_log",
          "DELETE FROM audit_log WHERE id = 1", "UPDATE audit_seals SET hash = ''",
          "DELETE FROM audit_seals WHERE number = 3"}) {
        CAPTURE(std::string{sql});
        CHECK_THROWS_AS(
            log.database->write([&](db::Transaction& transaction) { transaction.script(sql); }),
            db::Failure);
    }
    if (log.database->engine() == db::Engine::postgresql)
        CHECK_THROWS_AS(log.database->write([](db::Transaction& transaction) {
            transaction.script("TRUNCATE audit_log");
        }),
                        db::Failure);
    CHECK(log.verify().whole());
}

TEST_CASE(
    "a decision that becomes visible after a seal was made is not lost, though its id is smaller") {
    Log log;
    if (log.database->engine() == db::Engine::postgresql) {
        log.database->write([&](db::Transaction& slow) {
            log.decide(slow, 1);  // has id 1, and nobody sees it yet
            log.decide(2);        // has id 2, and is there
            log.app().audit.seal(log.now);
            CHECK(log.verify().seals == 0);
            CHECK(log.verify().unsealed == 1);
        });
    } else {
        std::thread sealing;
        log.database->write([&](db::Transaction& slow) {
            log.decide(slow, 1);
            sealing = std::thread([&] { log.app().audit.seal(log.now); });
            log.decide(slow, 2);
        });
        sealing.join();
    }
    log.seal();
    const auto told = log.verify();
    CHECK(told.whole());
    CHECK(told.rows == 2);
}

TEST_CASE("after a restore on a server that counts anew, the log goes on in its order") {
    Sealed log;
    if (log.database->engine() != db::Engine::postgresql) return;
    // As if all that is there had been written by much later transactions.
    log.tamper("DELETE FROM audit_seals; UPDATE audit_log SET turn = turn + 1000000000");
    log.app().audit.continue_order();
    log.decide(10);
    log.seal();
    const auto told = log.verify();
    CHECK(told.whole());
    CHECK(told.rows == 10);
    log.read([](db::Transaction& transaction) {
        transaction.run({"test.last", "SELECT object_id FROM audit_log ORDER BY turn DESC LIMIT 1"},
                        {}, [](const db::Row& row) { CHECK(row.integer(0) == 10); });
    });
}

TEST_CASE("rows go at the end of their term only by whole seals, and the rest stays proven") {
    Sealed log;
    log.now += std::chrono::hours{24};
    log.decide(10);
    log.seal();
    const auto remove = [&](base::Time before, int most, bool really) {
        return log.database->write([&](db::Transaction& transaction) {
            return log.app().audit.remove_older(transaction, before, most, really);
        });
    };
    const base::Time first_day = log.now - std::chrono::hours{24};
    CHECK(remove(first_day, 100, true) == 0);  // sealed at that very second
    CHECK(remove(log.now, 100, false) == 9);
    CHECK(log.verify().rows == 10);
    CHECK(remove(log.now, 8, true) == 6);
    CHECK(log.verify().whole());
    CHECK(log.verify().rows == 4);
    CHECK(log.verify().removed_up_to == 2);
    CHECK(remove(log.now, 100, true) == 3);
    CHECK(log.verify().whole());
    CHECK(remove(log.now, 100, true) == 0);
    // What was removed lawfully does not hide what is put in its place.
    log.tamper(
        "INSERT INTO audit_log (id, at, role, action, object, object_id)"
        " VALUES (2, 0, 'agent', 'a', 'b', 3)");
    if (test_on_postgresql()) log.tamper("UPDATE audit_log SET turn = 0 WHERE id = 2");
    CHECK(log.verify().findings.size() == 1);
    CHECK(!log.verify().whole());
}

TEST_CASE("two different rows never have the same encoding") {
    audit::Digester digester;
    const audit::RowView row{.turn = 1,
                             .id = 2,
                             .at = 3,
                             .actor = 4,
                             .role = "ab",
                             .perimeter = 5,
                             .action = "c",
                             .object = "d",
                             .object_id = 6,
                             .before = "e",
                             .after = "f"};
    const auto differs = [&](const std::function<void(audit::RowView&)>& change) {
        audit::RowView other = row;
        change(other);
        return digester.of(other) != digester.of(row);
    };
    CHECK(digester.of(row) == digester.of(row));
    CHECK(differs([](auto& r) {
        r.turn = 2;
        r.id = 1;
    }));
    CHECK(differs([](auto& r) { r.actor.reset(); }));
    CHECK(differs([](auto& r) { r.actor = 0; }));
    CHECK(differs([](auto& r) {
        r.perimeter = r.actor;
        r.actor = 5;
    }));
    CHECK(differs([](auto& r) {
        r.role = "a";
        r.action = "bc";
    }));
    CHECK(differs([](auto& r) {
        r.before = "";
        r.after = "ef";
    }));
    CHECK(differs([](auto& r) {
        r.before = "ef";
        r.after = "";
    }));
}
