// SPDX-License-Identifier: EUPL-1.2
#include "test_app.hpp"

#include "mail/mail.hpp"

#include <doctest/doctest.h>

namespace json = boost::json;

namespace {

// An agent with a seat, somebody who waits for it, and their data-protection officer.
struct Office : TestApp {
    Office() {
        awa = given_person({.name = "Awa"});
        yann = given_person({.name = "Yann"});
        officer = given_person({.name = "Odile", .roles = {"data_protection_officer"}});
        given_organisation({.code = "rennes", .name = "Ville de Rennes"});
        elsewhere = given_person({.name = "Rozenn",
                                  .organisation = "rennes",
                                  .roles = {"data_protection_officer", "administrator"}});
        session = given_session({.seats = 1});
    }
    std::string path(const std::string& rest = "") {
        const auto list = json("/administration/erasures").at("requests").as_array();
        return "/administration/erasures/" + std::to_string(list.front().at("id").as_int64()) +
               rest;
    }
    void take(base::PersonId person) { REQUIRE(app().enrolments.take(person, session, now)); }
    std::int64_t count(const char* sql) {
        std::int64_t found = -1;
        read([&](db::Transaction& transaction) {
            transaction.run({"test.count", sql}, {},
                            [&](const db::Row& row) { found = row.integer(0); });
        });
        return found;
    }
    std::vector<std::int64_t> statistics() {
        return {count("SELECT count(*) FROM persons"),
                count("SELECT count(*) FROM affiliations"),
                count("SELECT count(*) FROM enrolments"),
                count("SELECT count(*) FROM enrolments WHERE state = 'seated'"),
                count("SELECT sum(taken) FROM sessions"),
                count("SELECT count(*) FROM audit_log WHERE action NOT LIKE 'privacy.%'")};
    }
    base::PersonId awa, yann, officer, elsewhere;
    base::SessionId session;
};

// Everything in the database that a text may stand in.
bool stands_anywhere(TestApp& app, const std::string& word) {
    bool found = false;
    app.read([&](db::Transaction& transaction) {
        for (const char* sql :
             {"SELECT email || given_name || usual_name || sort_name || job FROM persons",
              "SELECT before_json || after_json FROM audit_log", "SELECT payload FROM jobs",
              "SELECT reason FROM erasure_requests"})
            transaction.run({"test.texts", sql}, {}, [&](const db::Row& row) {
                found = found || row.text(0).find(word) != std::string_view::npos;
            });
    });
    return found;
}

}  // namespace

TEST_CASE("my data are all that is held of me, to read and to download") {
    Office app;
    CHECK(app.as_visitor().get("/my-data").status == 303);
    app.take(app.awa);
    app.as(app.awa);
    const json::value data = app.json("/my-data").at("data");
    CHECK(data.at("identity").at("email").as_string() == "awa@exemple.fr");
    CHECK(data.at("identity").at("affiliations").as_array().size() == 1);
    CHECK(data.at("identity").at("sign_ins").as_array().size() == 1);
    CHECK(data.at("enrolments").at("trainings").as_array().size() == 1);
    CHECK(data.at("enrolments").at("trainings").at(0).at("state").as_string() == "seated");
    const auto page = app.get("/my-data");
    CHECK(shows(page, "awa@exemple.fr"));
    CHECK(shows(page, "Vos formations"));
    // Nobody else's.
    CHECK(!shows(page, "yann@exemple.fr"));
    // No secret, and no hash of one.
    CHECK(json::serialize(data).find("token") == std::string::npos);
    // What one decided is one's own data too.
    app.app().identity.grant(app.elsewhere, app.yann, "trainer", "rennes", app.now);
    REQUIRE(app.app().identity.affiliate(app.elsewhere, app.elsewhere,
                                         {.organisation = "rennes",
                                          .population = "hospitaliere",
                                          .contractor = false,
                                          .from = std::chrono::floor<std::chrono::days>(app.now)},
                                         app.now));
    app.as(app.elsewhere);
    CHECK(app.json("/my-data").at("data").at("audit").at("decisions").as_array().size() == 1);
}

TEST_CASE("an erasure leaves every count as it was, and nothing that tells who it was") {
    Office app;
    app.take(app.awa);
    app.take(app.yann);
    // The session is over: the seat is history.
    app.now += std::chrono::days{60};
    const auto before = app.statistics();
    CHECK(stands_anywhere(app, "awa"));

    app.as(app.awa);
    CHECK(app.post("/my-data/erasure").status == 303);
    CHECK(shows(app.get("/my-data"), "Réponse attendue"));
    app.as(app.officer);
    CHECK(shows(app.get("/administration/erasures"), "Awa Martin"));
    CHECK(shows(app.get(app.path()), "Nom, courriel et poste remplacés"));
    // The preview changed nothing.
    CHECK(app.read([&](db::Transaction& transaction) {
        return app.app().identity.find(transaction, app.awa)->given_name;
    }) == "Awa");

    CHECK(app.post(app.path("/erase")).status == 303);
    CHECK(app.statistics() == before);
    CHECK(!stands_anywhere(app, "awa"));
    CHECK(!stands_anywhere(app, "Awa"));
    CHECK(stands_anywhere(app, "Yann"));
    CHECK(app.count(
              "SELECT count(*) FROM sign_ins WHERE person_id = (SELECT min(id) FROM persons)") ==
          0);
    // Told at the address of before; the letter is nobody's.
    CHECK(app.count("SELECT count(*) FROM outbox WHERE person_id IS NULL"
                    " AND email = 'awa@exemple.fr' AND kind = 'privacy.erasure'") == 1);
    CHECK(shows(app.get("/administration/erasures"), "Données effacées"));
    CHECK(app.post(app.path("/erase")).status == 409);
    CHECK(app.count("SELECT count(*) FROM audit_log WHERE action = 'privacy.erase'") == 1);
    // The roster has them still, without a name.
    CHECK(app.read([&](db::Transaction& transaction) {
        return app.app().identity.find(transaction, app.awa)->full_name();
    }) == "Personne effacée");
}

TEST_CASE("a coming seat is told of, given back, and goes to who waits") {
    Office app;
    app.take(app.awa);
    app.take(app.yann);
    app.as(app.awa);
    CHECK(shows(app.get("/my-data/erasure"), "Places à venir rendues"));
    CHECK(app.count("SELECT count(*) FROM enrolments WHERE state = 'withdrawn'") == 0);
    app.post("/my-data/erasure");
    app.as(app.officer);
    CHECK(app.post(app.path("/erase")).status == 303);
    CHECK(app.count("SELECT count(*) FROM enrolments WHERE state = 'withdrawn'") == 1);
    CHECK(app.count("SELECT count(*) FROM enrolments WHERE state = 'waiting'") == 0);
}

TEST_CASE("a refusal needs a reason, which the person reads, and they may ask again") {
    Office app;
    app.as(app.awa).post("/my-data/erasure");
    app.as(app.officer);
    CHECK(app.post(app.path("/refuse"), {{"reason", "  "}}).status == 422);
    CHECK(shows(app.post(app.path("/refuse"), {{"reason", ""}}), "Écrivez le motif"));
    CHECK(app.post(app.path("/refuse"), {{"reason", "Contentieux en cours."}}).status == 303);
    app.as(app.awa);
    CHECK(shows(app.get("/my-data"), "Contentieux en cours."));
    CHECK(app.post("/my-data/erasure").status == 303);
    CHECK(app.json("/my-data").at("request").at("state").as_string() == "asked");
    CHECK(app.post("/my-data/erasure").status == 303);  // twice is once
    CHECK(app.count("SELECT count(*) FROM erasure_requests WHERE state = 'asked'") == 1);
    CHECK(app.post("/my-data/erasure/withdraw").status == 303);
    CHECK(app.json("/my-data").at("request").at("state").as_string() == "withdrawn");
}

TEST_CASE("who is not of the perimeter, or asks for themselves, does not decide") {
    Office app;
    app.as(app.awa).post("/my-data/erasure");
    app.as(app.officer);
    const std::string path = app.path();
    CHECK(app.as(app.awa).get("/administration/erasures").status == 403);
    CHECK(app.as(app.awa).post(path + "/erase").status == 403);
    app.as(app.elsewhere);
    CHECK(app.json("/administration/erasures").at("requests").as_array().empty());
    CHECK(app.get(path).status == 404);
    CHECK(app.post(path + "/erase").status == 404);
    CHECK(app.post(path + "/refuse", {{"reason", "non"}}).status == 404);
    CHECK(app.get("/administration/erasures/999").status == 404);
    CHECK(app.get("/administration/erasures/abc").status == 404);
    app.as(app.officer).post("/my-data/erasure");
    const json::value list = app.json("/administration/erasures").at("requests");
    const std::string own =
        "/administration/erasures/" + std::to_string(list.as_array().back().at("id").as_int64());
    CHECK(shows(app.get(own), "votre propre demande"));
    CHECK(app.post(own + "/erase").status == 403);
}

TEST_CASE("retention does what its report told, and a second run nothing") {
    Office app;
    // Somebody who left six years ago, an old letter, a sign-in of last week, a job of last month.
    const auto gone = app.given_person({.name = "Solange"});
    app.as(app.yann);
    app.database->write([&](db::Transaction& transaction) {
        mail::put(transaction,
                  {.to = {.email = "x@exemple.fr"},
                   .kind = "privacy.erasure",
                   .subject = "privacy.letter.done"},
                  app.now - std::chrono::days{200});
        transaction.script("UPDATE outbox SET state = 'sent'");
        transaction.script(
            "UPDATE affiliations SET from_day = 1000, until_day = 1001"
            " WHERE person_id = " +
            std::to_string(gone.value));
        jobs::enqueue(transaction, {.kind = "test.nothing", .due_at = app.now});
        transaction.script("UPDATE jobs SET state = 'done', finished_at = 1000");
    });
    app.as(app.officer);
    app.now += std::chrono::days{3};
    app.as(app.officer);
    const auto counts = [&] {
        std::map<std::string, int> found;
        for (const auto& due : app.app().privacy.due(app.now)) found[due.rule->object] = due.count;
        return found;
    };
    const auto told = counts();
    CHECK(told.at("identity.persons") == 1);
    CHECK(told.at("identity.sign_ins") == 1);
    CHECK(told.at("mail.letters") == 1);
    CHECK(told.at("jobs.done") == 1);
    const auto page = app.get("/administration/retention");
    CHECK(shows(page, "Durées de conservation"));
    CHECK(counts() == told);  // looking changes nothing

    std::map<std::string, int> done;
    for (const auto& one : app.app().privacy.apply(app.now)) done[one.rule->object] = one.count;
    CHECK(done == told);
    for (const auto& [object, count] : counts()) {
        CAPTURE(object);
        CHECK(count == 0);
    }
    CHECK(!stands_anywhere(app, "solange"));
    CHECK(stands_anywhere(app, "yann"));
    CHECK(app.count("SELECT count(*) FROM audit_log WHERE action = 'privacy.retain'") == 3);
    CHECK(app.count("SELECT count(*) FROM audit_log WHERE action = 'privacy.erase'"
                    " AND actor_id IS NULL") == 1);
}

TEST_CASE(
    "what has a term of its own goes at its end: first visits, invitations, refused addresses") {
    Office app;
    const auto then = base::to_epoch(app.now);
    const auto write = [&](const char* sql) {
        app.database->write([&](db::Transaction& transaction) {
            transaction.run({"test.write", sql}, {app.awa.value, then});
        });
    };
    write(
        "INSERT INTO newcomers (token_hash, issuer, subject, user_info, id_token, next_path,"
        " claimed_person_id, created_at, expires_at)"
        " VALUES ('t', 'i', 's', '{}', '', '/', $1, $2, $2)");
    write(
        "INSERT INTO invitations (email, given_name, usual_name, language, organisation_id, role,"
        " until_day, token_hash, invited_by, invited_at, expires_at)"
        " SELECT 'zoe@exemple.fr', 'Zoé', 'Martin', 'fr', min(id), 'trainer', 1, 'h', $1, $2, $2"
        " FROM organisations");
    write(
        "INSERT INTO refused_addresses (email, person_id, first_at, last_at, reason)"
        " VALUES ('awa@exemple.fr', $1, $2, $2, '550')");
    write(
        "INSERT INTO proconnect_accounts (issuer, subject, person_id, idp_id, workplace,"
        " created_at, signed_in_at) VALUES ('i', 'a', $1, 'idp', 'Rennes', $2, $2)");
    const json::value data = app.as(app.awa).json("/my-data").at("data");
    CHECK(data.at("identity").at("proconnect_accounts").at(0).at("workplace") == "Rennes");
    CHECK(data.at("mail").at("refused_addresses").at(0).at("reason") == "550");

    const auto left = [&](std::chrono::days later) {
        app.app().privacy.apply(app.now + later);
        return std::vector{app.count("SELECT count(*) FROM newcomers"),
                           app.count("SELECT count(*) FROM invitations"),
                           app.count("SELECT count(*) FROM refused_addresses")};
    };
    using Counts = std::vector<std::int64_t>;
    CHECK(left(std::chrono::days{0}) == Counts{1, 1, 1});
    CHECK(left(std::chrono::days{2}) == Counts{0, 1, 1});
    CHECK(left(std::chrono::days{185}) == Counts{0, 0, 1});
    CHECK(left(std::chrono::days{370}) == Counts{0, 0, 0});

    // Whoever was erased does not come back with ProConnect.
    app.database->write([&](db::Transaction& transaction) {
        app.app().identity_data.erase(transaction, app.awa, app.now);
    });
    CHECK(app.count("SELECT count(*) FROM proconnect_accounts") == 0);
}
