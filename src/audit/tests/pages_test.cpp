// SPDX-License-Identifier: EUPL-1.2
#include "audit/audit.hpp"
#include "test_app.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace json = boost::json;

namespace {

// An administrator of DINUM, an officer of Rennes, and one of the whole tree.
struct Site : TestApp {
    Site() {
        dinum = given_organisation({.code = "dinum"});
        given_organisation({.code = "equipe", .parent = "dinum", .name = "Équipe"});
        rennes = given_organisation({.code = "rennes", .name = "Ville de Rennes"});
        rosa = given_person({.name = "Rosa", .roles = {"administrator"}});
        odile = given_person(
            {.name = "Odile", .organisation = "rennes", .roles = {"data_protection_officer"}});
        awa = given_person({.name = "Awa", .organisation = "equipe"});
    }
    std::vector<std::string> actions(const std::string& target) {
        std::vector<std::string> found;
        const json::value list = json(target);
        for (const auto& row : list.at("rows").as_array())
            found.emplace_back(json::value_to<std::string>(row.at("action")));
        return found;
    }
    void decide(int many, base::OrganisationId perimeter, std::string_view action) {
        database->write([&](db::Transaction& transaction) {
            for (int i = 0; i < many; ++i)
                audit::record(transaction, {.at = now + std::chrono::seconds{i / 7},
                                            .actor = awa,
                                            .role = "organiser",
                                            .perimeter = perimeter,
                                            .action = action,
                                            .object = "session",
                                            .object_id = i});
        });
    }
    base::OrganisationId dinum, rennes;
    base::PersonId rosa, odile, awa;
};

using Actions = std::vector<std::string>;

}  // namespace

TEST_CASE("what an administrator does to people is in the log, with what changed") {
    Site app;
    REQUIRE(app.app().identity.grant(app.rosa, app.awa, "organiser", "equipe", app.now));
    REQUIRE(app.app().identity.grant(app.rosa, app.awa, "organiser", "equipe", app.now));
    REQUIRE(app.app().identity.revoke(app.rosa, app.awa, "organiser", "equipe", app.now));
    REQUIRE(app.app().identity.revoke(app.rosa, app.awa, "organiser", "equipe", app.now));
    app.as(app.rosa);
    CHECK(app.actions("/administration/audit?action=identity.") ==
          Actions{"identity.revoke", "identity.grant"});
    const auto page = app.get("/administration/audit");
    CHECK(shows(page, "Rôle donné"));
    CHECK(shows(page, "Rosa Martin"));
    CHECK(shows(page, "Awa Martin"));
    CHECK(shows(page, "Équipe"));
    const auto csv = app.get("/administration/audit.csv?action=identity.grant");
    CHECK(csv.body.find("identity.grant,person") != std::string::npos);
    CHECK(csv.body.find("identity.revoke") == std::string::npos);
}

TEST_CASE("one sees the decisions of one's perimeters and no others") {
    Site app;
    app.decide(1, app.dinum, "sessions.open");
    app.decide(1, app.rennes, "sessions.cancel");
    CHECK(app.as(app.awa).get("/administration/audit").status == 403);
    CHECK(app.as_visitor().get("/administration/audit").status == 303);
    const auto sessions = "/administration/audit?action=sessions.";
    app.as(app.rosa);
    CHECK(app.actions(sessions) == Actions{"sessions.open"});
    app.as(app.odile);
    CHECK(app.actions(sessions) == Actions{"sessions.cancel"});
    CHECK(app.get("/administration/audit.csv").body.find("sessions.open") == std::string::npos);
    // The import that made the organisations had no perimeter: for who has the whole tree.
    CHECK(app.actions("/administration/audit?action=organisations.").empty());
    const auto imported = app.app().identity.import_people(
        "email,given_name,usual_name,organisation,population,roles\n"
        "odile@exemple.fr,Odile,Martin,rennes,etat,\"administrator@dinum;administrator@rennes\"\n",
        std::nullopt, app.now);
    REQUIRE(imported);
    REQUIRE(imported->problems.empty());
    CHECK(!app.actions("/administration/audit?action=organisations.").empty());
}

TEST_CASE("a name leads where its reader may go") {
    Site app;
    const auto officer = app.given_person({.name = "Dalia", .roles = {"data_protection_officer"}});
    REQUIRE(app.app().identity.grant(app.rosa, app.awa, "organiser", "equipe", app.now));
    const std::string number = std::to_string(app.awa.value);
    CHECK(shows(app.as(app.rosa).get("/administration/audit"), "href=\"/people/" + number + "\""));
    const auto page = app.as(officer).get("/administration/audit");
    CHECK(!shows(page, "/people/" + number));
    const std::string all = "/administration/audit?object=person&number=" + number;
    CHECK(app.get(all).status == 200);
    CHECK(app.actions(all) == Actions{"identity.grant"});
    CHECK(page.body.find("object=person") != std::string::npos);
}

TEST_CASE("filters by person, object and period; an unknown address is told") {
    Site app;
    app.decide(3, app.dinum, "sessions.open");
    app.now += std::chrono::days{2};
    app.decide(1, app.dinum, "sessions.cancel");
    app.as(app.rosa);
    const std::string log = "/administration/audit?action=sessions.";
    CHECK(app.actions(log).size() == 4);
    CHECK(app.actions(log + "&who=AWA@exemple.fr").size() == 4);
    CHECK(app.actions(log + "&who=" + std::to_string(app.awa.value)).size() == 4);
    CHECK(app.actions(log + "&who=rosa@exemple.fr").empty());
    CHECK(shows(app.get(log + "&who=personne@exemple.fr"), "Personne n’a cette adresse"));
    CHECK(app.actions(log + "&object=session&number=2").size() == 1);
    CHECK(app.actions(log + "&object=person").empty());
    CHECK(app.actions(log + "&from=2026-11-25") == Actions{"sessions.cancel"});
    CHECK(app.actions(log + "&until=2026-11-23").size() == 3);
    CHECK(app.actions(log + "&until=2026-11-22").empty());
    CHECK(app.actions(log + "&from=2026-11-25&until=2026-11-25").size() == 1);
}

TEST_CASE("fifty a page, by key, none twice and none missing") {
    Site app;
    app.decide(120, app.dinum, "sessions.open");
    app.as(app.rosa);
    std::vector<std::int64_t> seen;
    std::string target = "/administration/audit?action=sessions.";
    for (int page = 0; page < 3; ++page) {
        const json::value view = app.json(target);
        for (const auto& row : view.at("rows").as_array()) seen.push_back(row.at("id").as_int64());
        CHECK(view.as_object().contains("next_url") == (page < 2));
        if (page < 2) target = json::value_to<std::string>(view.at("next_url"));
    }
    CHECK(seen.size() == 120);
    CHECK(std::is_sorted(seen.rbegin(), seen.rend()));
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
}

TEST_CASE("the job seals what was decided, each minute") {
    Site app;
    app.app().jobs.plan(app.now);
    app.decide(5, app.dinum, "sessions.open");
    app.now += std::chrono::minutes{2};
    app.app().jobs.run_due(app.now);
    const auto told = app.app().audit.verify();
    CHECK(told.whole());
    CHECK(told.seals >= 1);
}
