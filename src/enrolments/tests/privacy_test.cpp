// SPDX-License-Identifier: EUPL-1.2
// What enrolments tell of a person, what goes when they are erased, and what goes with time; and
// the calendar entry of a seat.
#include "test_app.hpp"

#include <doctest/doctest.h>

namespace json = boost::json;
using std::chrono::days;

TEST_CASE("what was written and graded is told, erased with the person, and goes with time") {
    TestApp app;
    sessions::SeatRules rules;
    rules.selection = sessions::Selection::on_motivation;
    rules.apply_until = app.now + days{5};
    rules.results_on = std::chrono::floor<days>(app.now) + days{7};
    rules.grid = {{"Projet", 1}};
    app.given_organisation();
    const auto organiser = app.given_person({.name = "Olga", .roles = {"organiser"}});
    const auto session = app.given_session({.rules = rules});
    auto& holder = app.app().enrolments_data;
    const auto held = [&](base::PersonId person) {
        return json::serialize(app.read(
            [&](db::Transaction& transaction) { return holder.held(transaction, person); }));
    };
    const auto apply = [&](base::PersonId person, const char* text) {
        const auto done =
            app.as(person).post("/sessions/" + std::to_string(session.value) + "/enrolments",
                                {{"motivation", text}}, "json");
        REQUIRE(done.status == 201);
        const auto id = std::to_string(json::parse(done.body).at("id").as_int64());
        REQUIRE(
            app.as(organiser).post("/enrolments/" + id + "/grade", {{"points.0", "4"}}).status ==
            303);
    };
    const auto ada = app.given_person({.name = "Ada"});
    const auto bob = app.given_person({.name = "Bob"});
    apply(ada, "Un guichet pour tous");
    apply(bob, "Apprendre");
    CHECK(held(ada).find("Un guichet pour tous") != std::string::npos);
    CHECK(held(ada).find(R"("points":4)") != std::string::npos);
    CHECK(held(ada).find("Apprendre") == std::string::npos);

    const auto erase = [&] {
        return app.database->write([&](db::Transaction& transaction) {
            return holder.erase(transaction, ada, app.now).size();
        });
    };
    CHECK(erase() == 2);
    CHECK(erase() == 0);
    CHECK(held(ada).find("guichet") == std::string::npos);
    CHECK(held(ada).find("points") == std::string::npos);
    CHECK(held(ada).find("applied") != std::string::npos);

    const auto retained = [&](base::Time before, privacy::Run run) {
        return app.database->write([&](db::Transaction& transaction) {
            return holder.retain(transaction, "texts", before, 100, run);
        });
    };
    CHECK(retained(app.now, privacy::Run::real) == 0);
    CHECK(retained(app.now + days{1}, privacy::Run::dry) == 1);
    CHECK(held(bob).find("Apprendre") != std::string::npos);
    CHECK(retained(app.now + days{1}, privacy::Run::real) == 1);
    CHECK(retained(app.now + days{1}, privacy::Run::real) == 0);
    CHECK(held(bob).find("Apprendre") == std::string::npos);
}

TEST_CASE("an answered proposal of a replacement goes with time, an open one stays") {
    TestApp app;
    const auto session = app.given_session();
    const auto ada = app.given_person({.name = "Ada"});
    const auto bob = app.given_person({.name = "Bob"});
    const auto taken = app.app().enrolments.take(ada, session, app.now);
    REQUIRE(taken);
    auto& holder = app.app().enrolments_data;
    const auto proposed = [&](std::string_view state) {
        static constexpr db::Query insert{"test.propose", R"sql(
            INSERT INTO replacements (enrolment_id, colleague_id, proposed_by, proposed_at, state)
            VALUES ($1, $2, $3, $4, $5)
        )sql"};
        app.database->write([&](db::Transaction& transaction) {
            transaction.run(
                insert, {taken->id.value, bob.value, ada.value, base::to_epoch(app.now), state});
        });
    };
    proposed("declined");
    proposed("open");
    const auto retained = [&](base::Time before, privacy::Run run) {
        return app.database->write([&](db::Transaction& transaction) {
            return holder.retain(transaction, "replacements", before, 100, run);
        });
    };
    CHECK(retained(app.now, privacy::Run::real) == 0);
    CHECK(retained(app.now + days{1}, privacy::Run::dry) == 1);
    CHECK(retained(app.now + days{1}, privacy::Run::real) == 1);
    CHECK(retained(app.now + days{1}, privacy::Run::dry) == 0);
    const auto told =
        app.read([&](db::Transaction& transaction) { return holder.held(transaction, bob); });
    CHECK(told.at("replacements").as_array().size() == 1);
}

TEST_CASE("a calendar invitation says who invites whom, as RFC 5546 wants") {
    TestApp app([](app::Configuration& configuration) {
        configuration.mail_from = "Campus <campus@exemple.fr>";
    });
    const auto session = app.given_session();
    const auto ada = app.given_person({.name = "Ada"});
    REQUIRE(app.app().enrolments.take(ada, session, app.now));
    static constexpr db::Query letters{"test.letters", "SELECT letter FROM outbox ORDER BY id"};
    std::string calendar;
    app.read([&](db::Transaction& transaction) {
        transaction.run(letters, {}, [&](const db::Row& row) {
            calendar =
                json::value_to<std::string>(json::parse(row.text(0)).at("calendar").at("text"));
        });
    });
    // Lines are folded at 75 octets.
    for (std::size_t fold = 0; (fold = calendar.find("\r\n ")) != std::string::npos;)
        calendar.erase(fold, 3);
    CHECK(calendar.find("ORGANIZER;CN=\"Campus\":mailto:campus@exemple.fr\r\n") !=
          std::string::npos);
    CHECK(calendar.find("ATTENDEE;CN=\"Ada Martin\";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;"
                        "RSVP=FALSE:mailto:ada@exemple.fr\r\n") != std::string::npos);
}
