// SPDX-License-Identifier: EUPL-1.2
#include "test_app.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace json = boost::json;

namespace {

// DINUM with a team below it, and a town beside it.
struct Site : TestApp {
    Site() {
        given_organisation({.code = "dinum"});
        given_organisation({.code = "equipe", .parent = "dinum", .name = "Équipe"});
        given_organisation({.code = "rennes",
                            .name = "Ville de Rennes",
                            .kind = "collectivite",
                            .branch = "territoriale"});
        rosa = given_person({.name = "Rosa", .roles = {"administrator"}});
        awa = given_person({.name = "Awa", .organisation = "equipe"});
        yann = given_person({.name = "Yann", .organisation = "rennes"});
    }
    static std::string path(base::PersonId person, const std::string& rest = "") {
        return "/people/" + std::to_string(person.value) + rest;
    }
    std::vector<std::string> names(const std::string& target) {
        std::vector<std::string> found;
        const json::value list = json(target);
        for (const auto& person : list.at("people").as_array())
            found.emplace_back(json::value_to<std::string>(person.at("name")));
        return found;
    }
    base::PersonId rosa, awa, yann;
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("an administrator sees the people of their perimeters, by name, and nobody else's") {
    Site app;
    CHECK(app.as(app.awa).get("/people").status == 403);
    app.as(app.rosa);
    CHECK(app.names("/people") == Names{"Awa Martin", "Rosa Martin"});
    CHECK(shows(app.get("/people"), "Awa Martin"));
    CHECK(app.names("/people?q=martin+A") == Names{"Awa Martin"});
    CHECK(app.names("/people?q=awa+MARTIN") == Names{"Awa Martin"});
    CHECK(app.names("/people?q=awa@") == Names{"Awa Martin"});
    CHECK(app.names("/people?q=awa@exemple.fr") == Names{"Awa Martin"});
    CHECK(app.names("/people?q=yann@") == Names{});
    CHECK(shows(app.get("/people?q=zzz"), "Personne ne correspond"));
    CHECK(app.get(Site::path(app.awa)).status == 200);
    CHECK(app.get(Site::path(app.yann)).status == 404);
    CHECK(app.get("/people/999999").status == 404);
    CHECK(app.get("/people/abc").status == 404);
}

TEST_CASE("the list has fifty people a page and misses none") {
    Site app;
    std::string file = "email,given_name,usual_name,organisation\n";
    for (int i = 0; i < 120; ++i)
        file += "agent" + std::to_string(i) + "@exemple.fr,Élise,Du" +
                std::string(static_cast<std::size_t>(i % 3), 'x') + ",equipe\n";
    const auto report = app.app().identity.import_people(file, std::nullopt, app.now);
    REQUIRE(report);
    CHECK(report->added == 120);
    app.as(app.rosa);
    std::vector<std::int64_t> ids;
    std::string target = "/people?q=d";
    int pages = 0;
    while (!target.empty() && pages < 10) {
        const json::value page = app.json(target);
        for (const auto& person : page.at("people").as_array())
            ids.push_back(person.at("id").as_int64());
        const auto* next = page.as_object().if_contains("next_url");
        target = next == nullptr ? "" : json::value_to<std::string>(*next);
        ++pages;
    }
    CHECK(pages == 3);
    CHECK(ids.size() == 120);
    std::sort(ids.begin(), ids.end());
    CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
}

TEST_CASE("in a large perimeter people are found the other way, the same people") {
    Site app;
    std::string file = "email,given_name,usual_name,organisation\n";
    for (int i = 0; i < 5'100; ++i)
        file += "n" + std::to_string(i) + "@exemple.fr,Nina,Nom" + std::to_string(i) + ",equipe\n";
    REQUIRE(app.app().identity.import_people(file, std::nullopt, app.now));
    app.as(app.rosa);
    CHECK(app.names("/people").size() == 50);
    CHECK(app.names("/people").front() == "Awa Martin");
    CHECK(app.names("/people?q=nina+nom5099") == Names{"Nina Nom5099"});
    CHECK(app.names("/people?q=n5099@") == Names{"Nina Nom5099"});
    CHECK(app.names("/people?q=yann@").empty());
    CHECK(app.names("/people?q=martin").size() == 2);
    const auto first = app.json("/people?q=n4@exemple.fr");
    CHECK(first.at("people").as_array().size() == 1);
    const auto page = app.json("/people?q=n@");
    CHECK(page.at("people").as_array().empty());
    const auto many = app.json("/people?q=nom");
    const auto more = app.json(json::value_to<std::string>(many.at("next_url")));
    CHECK(more.at("people").at(0).at("id") != many.at("people").at(49).at("id"));
    CHECK(more.at("people").as_array().size() == 50);
}

TEST_CASE("a role is granted and taken back, and each holds from the next request on") {
    Site app;
    CHECK(app.as(app.awa).get("/people").status == 403);
    app.as(app.rosa);
    CHECK(app.post(Site::path(app.awa, "/roles"),
                   {{"role", "administrator"}, {"organisation", "equipe"}})
              .status == 303);
    CHECK(shows(app.get(Site::path(app.awa)), "Administrateur de la plateforme"));
    CHECK(app.as(app.awa).get("/people").status == 200);
    CHECK(app.names("/people") == Names{"Awa Martin"});
    // What was granted twice is there once, and is taken back once.
    app.as(app.rosa).post(Site::path(app.awa, "/roles"),
                          {{"role", "administrator"}, {"organisation", "equipe"}});
    CHECK(app.json(Site::path(app.awa)).at("roles").as_array().size() == 1);

    // The session that is open now loses the role, without signing in again.
    TestApp& awas_browser = app.as(app.awa);
    CHECK(awas_browser.get("/people").status == 200);
    REQUIRE(app.app().identity.revoke(app.rosa, app.awa, "administrator", "equipe", app.now));
    CHECK(awas_browser.get("/people").status == 403);

    const auto who = app.read([&](db::Transaction& transaction) {
        std::pair<std::int64_t, std::int64_t> found;
        transaction.run(
            {"test.revoked", "SELECT granted_by, revoked_by FROM role_grants WHERE person_id = $1"},
            {app.awa.value}, [&](const db::Row& row) { found = {row.integer(0), row.integer(1)}; });
        return found;
    });
    CHECK(who.first == app.rosa.value);
    CHECK(who.second == app.rosa.value);
}

TEST_CASE("nobody grants outside their perimeter, to themselves, or a role that is none") {
    Site app;
    app.as(app.rosa);
    const auto grant = [&](base::PersonId to, const char* role, const char* organisation) {
        return app.post(Site::path(to, "/roles"), {{"role", role}, {"organisation", organisation}});
    };
    const auto outside = grant(app.awa, "organiser", "rennes");
    CHECK(outside.status == 422);
    CHECK(shows(outside, "hors de votre périmètre"));
    CHECK(outside.body.find("value=\"rennes\"") != std::string::npos);
    CHECK(grant(app.rosa, "organiser", "dinum").status == 422);
    CHECK(grant(app.awa, "agent", "dinum").status == 422);
    CHECK(grant(app.awa, "organiser", "nulle-part").status == 422);
    CHECK(grant(app.yann, "organiser", "dinum").status == 404);
    CHECK(app.post(Site::path(app.rosa, "/roles/revoke"),
                   {{"role", "administrator"}, {"organisation", "dinum"}})
              .status == 422);
    CHECK(app.get("/people").status == 200);
    CHECK(app.as(app.awa).post(Site::path(app.rosa, "/roles")).status == 403);
    CHECK(app.json("/me").at("roles").as_array().empty());
}

TEST_CASE("a new employer begins, the one before ends the day before") {
    Site app;
    app.as(app.rosa);
    const auto move = [&](const char* employer, const char* from) {
        return app.post(Site::path(app.awa, "/affiliations"),
                        {{"employer", employer}, {"from", from}});
    };
    CHECK(move("equipe", "2026-11-23").status == 422);
    CHECK(move("rennes", "2026-11-23").status == 422);
    CHECK(move("dinum", "2020-01-01").status == 422);
    CHECK(move("dinum", "demain").status == 422);
    CHECK(move("dinum", "").status == 422);
    CHECK(move("dinum", "2027-01-01").status == 303);
    const auto person = app.json(Site::path(app.awa));
    CHECK(person.at("affiliations").at(0).at("code") == "dinum");
    CHECK(person.at("affiliations").at(0).at("from") == "2027-01-01");
    CHECK(person.at("affiliations").at(1).at("until") == "2026-12-31");
    CHECK(app.json("/people?q=awa@").at("people").at(0).at("organisation") == "Équipe");
}

TEST_CASE("importing people twice changes nothing; bad lines are told, the others go in") {
    Site app;
    const std::string file =
        "email,given_name,usual_name,job,organisation,population,contractor,from,roles\n"
        "lea@exemple.fr,Léa,Durand,Juriste,equipe,,non,2026-01-05,organiser@equipe\n"
        "paul@exemple.fr,Paul,Petit,,dinum,etat,oui,,\n"
        "faux,Faux,Mail,,dinum,,,,\n"
        "lea@exemple.fr,Léa,Encore,,dinum,,,,\n"
        "max@exemple.fr,Max,Ailleurs,,rennes,,,,\n"
        "zoe@exemple.fr,Zoé,Roy,,dinum,,,,administrator@rennes\n"
        "yann@exemple.fr,Yann,Martin,,dinum,,,,\n"
        "ida@exemple.fr,Ida,Nulle,,nulle-part,,,,\n";
    app.as(app.rosa);
    const auto page = app.post_file("/people/import", "file", file);
    CHECK(page.status == 200);
    CHECK(shows(page, "6 lignes n’ont pas été reprises"));
    CHECK(shows(page, "« faux » n’est pas une adresse de courriel."));
    CHECK(shows(page, "« lea@exemple.fr » est déjà à la ligne 2"));
    const auto again = app.post_file("/people/import", "file", file, "json");
    const auto report = json::parse(again.body).at("report");
    CHECK(report.at("unchanged") == 2);
    CHECK(report.at("added") == 0);
    CHECK(report.at("changed") == 0);
    CHECK(report.at("problems").at(0).at("line") == 4);
    CHECK(app.names("/people?q=durand") == Names{"Léa Durand"});
    CHECK(app.names("/people?q=lea+durand") == Names{"Léa Durand"});

    // Another employer later ends the one before; the first file then changes nothing back.
    const auto moved = app.app().identity.import_people(
        "email,given_name,usual_name,organisation,from\nlea@exemple.fr,Léa,Durand,dinum,"
        "2026-06-01\n",
        app.rosa, app.now);
    REQUIRE(moved);
    CHECK(moved->changed == 1);
    const auto back = app.app().identity.import_people(file, app.rosa, app.now);
    CHECK(back->unchanged == 2);
    const auto lea = app.json("/people?q=lea@").at("people").at(0).at("id").as_int64();
    const auto profile = app.json(Site::path({lea}));
    CHECK(profile.at("affiliations").at(0).at("code") == "dinum");
    CHECK(profile.at("affiliations").at(1).at("until") == "2026-05-31");
    CHECK(profile.at("job") == "Juriste");
    CHECK(profile.at("roles").at(0).at("role") == "organiser");

    CHECK(app.post_file("/people/import", "file", "").status == 422);
    CHECK(app.as(app.awa).post_file("/people/import", "file", file).status == 403);
}

TEST_CASE("the operator imports the first administrator") {
    Site app;
    const auto report = app.app().identity.import_people(
        "email,given_name,usual_name,organisation,roles\n"
        "chef@exemple.fr,Chloé,Chef,rennes,administrator@rennes\n",
        std::nullopt, app.now);
    REQUIRE(report);
    CHECK(report->added == 1);
}

TEST_CASE("after signing in one goes on to a page of ours only") {
    Site site;
    const auto next = [&](const std::string& asked) {
        const auto answer = site.as(site.awa).post(
            "/sign-in", {{"person", std::to_string(site.rosa.value)}, {"next", asked}});
        CHECK(answer.status == 303);
        for (const auto& [name, value] : answer.headers)
            if (name == "location") return value;
        return std::string{};
    };
    CHECK(next("/my-trainings") == "/my-trainings");
    for (const char* elsewhere :
         {"//evil.example", "/\\evil.example", "/\t/evil.example", "https://evil.example", ""})
        CHECK(next(elsewhere) == "/");
}
