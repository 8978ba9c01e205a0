// SPDX-License-Identifier: EUPL-1.2
// What agents do: the code, the test, sharing or keeping; and what anybody learns of it.
#include "campaigns_model.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace json = boost::json;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

TEST_CASE("an agent enters the code, reads who asks, takes part, shares and takes it back") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    const std::string mine = given.for_agents(campaign);
    app.as(given.agent);
    CHECK(shows(app.get("/my-campaigns"), "Aucune campagne pour le moment"));
    const std::string code = mine.substr(mine.rfind('/') + 1);
    std::string typed = code.substr(0, 3) + "-" + code.substr(3);
    for (char& c : typed)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const auto found = app.post("/my-campaigns", {{"code", typed}});
    CHECK(found.status == 303);
    const auto page = app.get(mine);
    for (const char* told : {"Socle du ministère", "Ministère", "Pour préparer le plan", "décembre",
                             "votre résultat reste à vous", "Commencer le test"})
        CHECK_MESSAGE(shows(page, told), std::string{told});
    CHECK(given.seen(mine).at("state") == "invited");
    CHECK(app.get(mine + "/deadline.ics").body.contains("SUMMARY:Dernier jour"));
    CHECK(app.post(mine + "/choice", {{"shared", "1"}}).status == 409);  // nothing to share

    // A double click is one test, and the campaign's page leads back to it.
    const auto first = app.post(mine + "/start", {}, "json");
    const auto second = app.post(mine + "/start", {}, "json");
    CHECK(first.status == 201);
    CHECK(first.body == second.body);
    CHECK(given.seen(mine).at("state") == "begun");
    CHECK(shows(app.get(mine), "Reprendre le test"));
    const std::string test =
        "/positioning/" + std::to_string(json::parse(first.body).at("id").as_int64());
    CHECK(app.post(test + "/answers", {{"revision", "0"}, {"unknown", "1"}}).status == 303);
    CHECK(app.post(test + "/finish").status == 303);
    const auto result = app.get(test + "/result");
    CHECK(shows(result, "Partager ou garder mon résultat"));
    CHECK(given.seen(test + "/result").at("campaign").at("path") == mine.c_str());

    // Kept unless one chooses; never by leaving something out.
    CHECK(given.seen(mine).at("state") == "finished");
    CHECK(given.seen(mine).at("shared") == false);
    CHECK(app.post(mine + "/choice").status == 422);
    for (const bool shared : {true, true, false, true}) {
        given.chooses(given.agent, mine, shared);
        CHECK(given.seen(mine).at("shared") == shared);
    }
    CHECK(given.audited("campaigns.share") == 2);
    CHECK(given.audited("campaigns.unshare") == 1);
    CHECK(app.post(mine + "/refusal").status == 409);
    app.now += days{40};
    CHECK(app.as(given.agent).post(mine + "/choice", {{"shared", "0"}}).status == 409);
    CHECK(shows(app.get(mine), "Close"));
    CHECK_FALSE(shows(app.get(test + "/result"), "Partager ou garder"));
}

TEST_CASE("who keeps a result stands in no log and on no page of anybody else") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    const std::string mine = given.for_agents(campaign);
    given.takes_part(given.agent, mine);
    given.chooses(given.agent, mine, false);
    const auto declining = given.somebody();
    CHECK(app.as(declining).post(mine + "/refusal").status == 303);
    for (const char* action : {"campaigns.share", "campaigns.unshare", "campaigns.keep"})
        CHECK(given.audited(action) == 0);
    app.as(given.office);
    for (const std::string& path : {campaign, campaign + "/invitations", campaign + "/figures.csv"})
        CHECK_FALSE(shows(app.get(path), "Awa"));
    const auto take_up = given.counted(campaign).at("take_up");
    CHECK(take_up.at("rows").at(0).at("started").is_null());
}

TEST_CASE("codes cannot be guessed: ten wrong ones in an hour, then one waits") {
    Given given;
    TestApp& app = given.app;
    const std::string mine = given.for_agents(given.published());
    const std::string code = mine.substr(mine.rfind('/') + 1);
    const std::string draft = given.for_agents(given.prepared());
    app.as(given.agent);
    CHECK(app.get(draft).status == 404);  // one try: a draft is nobody's business
    for (int i = 0; i < 8; ++i)
        CHECK(app.post("/my-campaigns", {{"code", "CCCCC" + std::string(1, "DFHJKMNPQ"[i])}})
                  .status == 422);
    CHECK(app.post("/my-campaigns", {{"code", ""}}).status == 422);  // no guess
    CHECK(app.post("/my-campaigns", {{"code", "OOO"}}).status == 422);
    const auto limited = app.post("/my-campaigns", {{"code", code}});
    CHECK(limited.status == 409);
    CHECK(shows(limited, "Trop de codes erronés"));
    CHECK(app.get(mine).status == 409);
    CHECK(app.as(given.somebody()).get(mine).status == 200);  // others may
    app.now += hours{1};
    CHECK(app.as(given.agent).get(mine).status == 200);
    // Who takes part already goes on, whatever they typed.
    given.takes_part(given.agent, mine);
    for (int i = 0; i < 12; ++i) app.as(given.agent).post("/my-campaigns", {{"code", "CCCCCC"}});
    CHECK(app.as(given.agent).get(mine).status == 200);
}

TEST_CASE("who does not work there is told so, and a closed campaign takes nobody") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published({{"population", "etat"}});
    const std::string mine = given.for_agents(campaign);
    const auto contractor =
        app.given_person({.name = "Karl", .organisation = "bureau", .contractor = true});
    const auto other =
        app.given_person({.name = "Tess", .organisation = "bureau", .population = "territoriale"});
    for (const base::PersonId person : {given.stranger, contractor, other}) {
        app.as(person);
        const auto page = app.get(mine);
        CHECK(page.status == 200);
        CHECK(shows(page, "Vous n’êtes pas concerné"));
        CHECK(given.seen(mine).at("can_take_part") == false);
        for (const char* what : {"/start", "/result", "/refusal"})
            CHECK(app.post(mine + what, {{"positioning", "1"}}).status == 409);
    }
    const std::string coming = given.for_agents(given.published({{"opens", "2026-12-01"}}));
    CHECK(app.as(given.agent).post(coming + "/start").status == 409);
    app.as(given.office).post(campaign + "/close");
    CHECK(app.as(given.agent).post(mine + "/start").status == 409);
    CHECK(shows(app.get(mine), "Close"));
}

TEST_CASE("a recent result may be brought; another test in progress comes first") {
    Given given;
    TestApp& app = given.app;
    const std::string mine = given.for_agents(given.published());
    app.as(given.agent);
    const auto begin = [&](const http::Pairs& form) {
        const auto begun = app.post("/positioning", form, "json");
        REQUIRE(begun.status == 201);
        return json::parse(begun.body).at("id").as_int64();
    };
    // One of all competences asked about fits; while it goes on, it is in the way.
    const auto id = begin({{"scope", "all"}});
    const std::string test = "/positioning/" + std::to_string(id);
    CHECK(app.post(mine + "/start").status == 409);
    CHECK(shows(app.get(mine), "Un autre test est en cours"));
    app.post(test + "/answers", {{"revision", "0"}, {"unknown", "1"}});
    app.post(test + "/finish");
    const auto fitting = given.seen(mine).at("fitting");
    REQUIRE(fitting.as_array().size() == 1);
    CHECK(fitting.at(0).at("id") == id);
    CHECK(app.post(mine + "/result", {{"positioning", "999"}}).status == 422);
    for (int times = 0; times < 2; ++times)
        CHECK(app.post(mine + "/result", {{"positioning", std::to_string(id)}}).status == 303);
    given.chooses(given.agent, mine, true);
    CHECK(given.seen(mine).at("state") == "shared");
    // Nobody else's.
    CHECK(app.as(given.somebody())
              .post(mine + "/result", {{"positioning", std::to_string(id)}})
              .status == 422);
    // A test of the same scope that was begun elsewhere is gone on with.
    const auto third = given.somebody();
    app.as(third);
    const auto going = begin({{"scope", "area"}, {"area", "1"}});
    const auto same = app.post(mine + "/start", {}, "json");
    CHECK(json::parse(same.body).at("id") == going);
    // A result that is deleted is shared no more.
    app.as(given.agent).post(test + "/delete");
    CHECK(given.seen(mine).at("state") == "invited");
    CHECK(given.seen(mine).at("shared") == false);
}

TEST_CASE("the home page and the list tell what waits, also to who was invited before they came") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    const std::string mine = given.for_agents(campaign);
    app.as(given.office)
        .post(campaign + "/invitations", {{"addresses", "awa@exemple.fr nouveau@exemple.fr"}});
    // However many campaigns there are, a page asks as often.
    const auto asked = [&](const std::string& path) {
        app.as(given.agent).get(path);
        const auto before = app.database->stats().queries;
        CHECK(app.get(path).status == 200);
        return app.database->stats().queries - before;
    };
    const auto for_one = asked("/my-campaigns");
    const auto for_nobody = given.published();
    app.as(given.office).post(for_nobody + "/invitations", {{"addresses", "awa@exemple.fr"}});
    CHECK(asked("/my-campaigns") == for_one);
    CHECK(for_one < 10);
    CHECK(asked(mine) < 24);
    app.as(given.office).post(for_nobody + "/cancel", {{"why", "Essai"}});
    CHECK(shows(app.as(given.agent).get("/"), "Une campagne vous attend."));
    CHECK(given.seen("/").at("campaigns") == 1);
    const auto newcomer = app.given_person({.name = "Nouveau", .organisation = "bureau"});
    app.as(newcomer);
    CHECK(given.seen("/my-campaigns").at("campaigns").as_array().size() == 1);
    given.takes_part(newcomer, mine);
    app.as(given.office);
    CHECK(given.counted(campaign).at("take_up").at("strangers") == 0);
    given.takes_part(given.agent, mine);
    CHECK(given.seen("/").at("campaigns") == 1);  // the choice
    given.chooses(given.agent, mine, false);
    CHECK(given.seen("/").at("campaigns") == 0);
}

TEST_CASE("my data tells invitation and participation; erased, the counts stay") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    const std::string mine = given.for_agents(campaign);
    app.as(given.office).post(campaign + "/invitations", {{"addresses", "awa@exemple.fr"}});
    given.takes_part(given.agent, mine);
    given.chooses(given.agent, mine, true);
    auto& holder = app.app().campaigns_data;
    const auto held = [&](base::PersonId person) {
        return json::serialize(app.read(
            [&](db::Transaction& transaction) { return holder.held(transaction, person); }));
    };
    CHECK(held(given.agent).contains("awa@exemple.fr"));
    CHECK(held(given.agent).contains("\"shared\":true"));
    CHECK(held(given.office).contains("prepared"));
    const auto erase = [&] {
        return app.database->write([&](db::Transaction& transaction) {
            return holder.erase(transaction, given.agent, app.now);
        });
    };
    // Somebody who was invited before they came, too.
    app.as(given.office).post(campaign + "/invitations", {{"addresses", "zoe@exemple.fr"}});
    const auto zoe = app.given_person({.name = "Zoé", .organisation = "bureau"});
    CHECK(held(zoe).contains("zoe@exemple.fr"));
    CHECK(app.database
              ->write([&](db::Transaction& transaction) {
                  return holder.erase(transaction, zoe, app.now);
              })
              .size() == 1);
    CHECK(held(zoe) == "{}");
    CHECK(erase().size() == 2);
    CHECK(erase().empty());
    CHECK(held(given.agent) == "{}");
    CHECK(app.as(given.office).json(campaign + "/invitations").at("total") == 2);
    CHECK_FALSE(shows(app.get(campaign + "/invitations"), "awa@exemple.fr"));

    const auto other = given.somebody();
    app.as(given.office).post(campaign + "/invitations", {{"addresses", "lea@exemple.fr"}});
    given.takes_part(other, mine);
    const auto retained = [&](std::string_view object, base::Time before, privacy::Run run) {
        return app.database->write([&](db::Transaction& transaction) {
            return holder.retain(transaction, object, before, 100, run);
        });
    };
    const base::Time closes =
        base::Time{std::chrono::sys_days{std::chrono::year{2026} / 12 / 22}} + hours{23};
    for (const char* object : {"invitations", "participations"}) {
        CHECK(retained(object, closes, privacy::Run::dry) == 0);
        CHECK(retained(object, closes + minutes{1}, privacy::Run::dry) == 1);
        CHECK(retained(object, closes + minutes{1}, privacy::Run::real) == 1);
        CHECK(retained(object, closes + minutes{1}, privacy::Run::real) == 0);
    }
    CHECK(app.as(given.office).json(campaign + "/invitations").at("total") == 3);
}
