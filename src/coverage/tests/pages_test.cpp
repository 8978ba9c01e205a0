// SPDX-License-Identifier: EUPL-1.2
#include "db/versions.hpp"
#include "test_bank.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace json = boost::json;

namespace {

using std::chrono::days;
using std::chrono::hours;

constexpr db::Query insert_test{"test.positioning", R"sql(
    INSERT INTO positionings (person_id, framework, scope, targets, seed, bank_version, extra_time,
        large_text, wide_spacing, untimed, phone, state, started_at, changed_at, ended_at, at_core,
        core_id)
    VALUES ($1, 'digcomp-2.2', 'core', '{}', 1, 1, 0, 0, 0, 0, 0, 'done', $2, $2, $2, $3, 0)
    RETURNING id
)sql"};
constexpr db::Query insert_result{"test.result", R"sql(
    INSERT INTO positioning_results (positioning_id, competence, target, level, low, high, levels,
        mean, sd, own_mean, own_sd, answers)
    VALUES ($1, $2, 3, $3, $3, $3, '[1,0,0,0,0,0,0,0,0]', 0, 1, 0, 0, 1)
)sql"};

// A ministry with two directorates, one of which has two services.
struct Ministry {
    TestApp app;
    base::PersonId office, elsewhere, steering, agent;
    int people = 0;
    Ministry() {
        app.given_organisation({.code = "min", .name = "Ministère", .kind = "ministere"});
        app.given_organisation({.code = "dg", .parent = "min", .name = "Direction générale"});
        app.given_organisation({.code = "autre", .parent = "min", .name = "Autre direction"});
        app.given_organisation({.code = "sud", .parent = "dg", .name = "Service sud"});
        app.given_organisation({.code = "nord", .parent = "dg", .name = "Service nord"});
        office = app.given_person({.organisation = "dg", .roles = {"training_office"}});
        elsewhere = app.given_person({.organisation = "autre", .roles = {"training_office"}});
        steering = app.given_person({.organisation = "min", .roles = {"ministry_steering"}});
        agent = app.given_person({.organisation = "sud"});
    }
    // Who finished a test yesterday evening, at that level in each competence of the core.
    void given_positioned(const std::string& organisation, int count, int at_core, int level = 2) {
        for (int i = 0; i < count; ++i) {
            const auto person = app.given_person({.organisation = organisation});
            app.database->write([&](db::Transaction& transaction) {
                std::int64_t test = 0;
                transaction.run(
                    insert_test,
                    {person.value, base::to_epoch(app.now - hours{12}), i < at_core ? 0.5 : 0.499},
                    [&](const db::Row& row) { test = row.integer(0); });
                for (const char* competence : {"1.1", "1.2", "5.1"})
                    transaction.run(insert_result, {test, competence, level});
            });
        }
    }
    // The night goes by; sessions end, so who reads signs in anew.
    bool night(base::PersonId reader) {
        app.now += days{1};
        app.as(reader);
        return app.app().coverage.publish(app.now);
    }
    json::value row(const std::string& organisation) {
        return app.json("/coverage?organisation=" + organisation).at("row");
    }
    std::int64_t positioned(const std::string& organisation) {
        const json::value one = row(organisation).at("positioned");
        return one.is_null() ? 0 : one.as_int64();
    }
};

http::Pairs headcount(const std::string& organisation, const std::string& agents,
                      const std::string& as_of = "2026-09-01", const std::string& source = "RSU") {
    return {
        {"organisation", organisation}, {"agents", agents}, {"as_of", as_of}, {"source", source}};
}

}  // namespace

TEST_CASE("coverage is seen within one's perimeter, page and JSON alike") {
    Ministry ministry;
    TestApp& app = ministry.app;
    app.as(ministry.office);
    CHECK(shows(app.get("/coverage"), "Aucun chiffre n’a encore été publié"));
    CHECK(app.post("/coverage/headcounts", headcount("dg", "1200")).status == 303);
    ministry.given_positioned("sud", 12, 6);
    ministry.given_positioned("nord", 3, 3);
    ministry.given_positioned("autre", 40, 40);
    CHECK(ministry.night(ministry.office));
    CHECK(!ministry.app.app().coverage.publish(app.now));  // once a day

    const json::value view = app.json("/coverage");
    CHECK(view.at("organisation").at("code") == "dg");  // the first of the perimeters
    CHECK(view.at("days_left").as_int64() == 37);
    const json::value& row = view.at("row");
    CHECK(row.at("headcount").at("agents").as_int64() == 1200);
    CHECK(row.at("headcount").at("as_of") == "2026-09-01");
    CHECK(row.at("headcount").at("source") == "RSU");
    CHECK(row.at("positioned").as_int64() == 10);  // the north’s three are not had from it
    CHECK(row.at("at_core").as_int64() == 5);
    CHECK(row.at("on_the_way").as_int64() == 5);
    CHECK(row.at("unknown").as_int64() == 1190);
    CHECK(view.at("children").at(0).at("organisation").at("code") == "nord");
    CHECK(view.at("children").at(0).at("positioned").is_null());
    CHECK(view.at("children").at(1).at("positioned").as_int64() == 10);
    const auto page = app.get("/coverage");
    CHECK(shows(page, "37 jours avant l’échéance"));
    CHECK(shows(page, "moins de 5"));
    CHECK(shows(page, "RSU"));
    CHECK(shows(page, "au moins 50"));
    CHECK(app.get("/coverage/pdf").body.starts_with("%PDF-"));
    const auto csv = app.get("/coverage/csv").body;
    CHECK(csv.contains("sud,Service sud,,,,10,5,5,,"));
    CHECK(csv.contains("nord,Service nord,,,,<5,<5,<5,,"));
    CHECK(!csv.contains("autre"));

    // Others' organisations look unknown, for pages and files.
    for (const char* path : {"/coverage", "/coverage/csv", "/coverage/pdf", "/coverage/headcounts",
                             "/skills-map", "/skills-map/csv", "/training-plan"})
        for (const char* code : {"min", "autre", "nowhere"})
            CHECK(app.get(std::string{path} + "?organisation=" + code).status == 404);
    app.as(ministry.steering);
    CHECK(ministry.positioned("min") == 50);
    CHECK(ministry.positioned("autre") == 40);
    app.as(ministry.agent);
    CHECK(app.get("/coverage").status == 403);
    app.as_visitor();
    CHECK(app.get("/coverage").status == 303);
}

TEST_CASE("who is positioned alone changes no figure the next day") {
    Ministry ministry;
    ministry.app.as(ministry.steering);
    ministry.given_positioned("sud", 9, 4);
    ministry.given_positioned("autre", 10, 5);
    ministry.night(ministry.steering);
    CHECK(ministry.positioned("sud") == 5);
    CHECK(ministry.row("sud").at("at_core").is_null());
    ministry.given_positioned("sud", 1, 1);
    ministry.night(ministry.steering);
    CHECK(ministry.positioned("sud") == 5);  // there are ten
    CHECK(ministry.row("sud").at("at_core").is_null());
    const json::value trend = ministry.app.json("/coverage?organisation=sud").at("trend");
    CHECK(trend.as_array().size() == 1);
    ministry.given_positioned("sud", 4, 4);
    ministry.night(ministry.steering);
    CHECK(ministry.positioned("sud") == 10);
    CHECK(ministry.row("sud").at("at_core").as_int64() == 5);
    CHECK(ministry.app.json("/coverage?organisation=sud").at("trend").as_array().size() == 2);
    CHECK(shows(ministry.app.get("/coverage?organisation=sud"), "polyline"));
}

TEST_CASE("all figures of all pages on two days are multiples of five, or hidden") {
    Ministry ministry;
    TestApp& app = ministry.app;
    app.as(ministry.steering);
    app.post("/coverage/headcounts", headcount("sud", "23"));
    ministry.given_positioned("sud", 21, 7, 1);
    ministry.given_positioned("nord", 6, 1, 4);
    ministry.given_positioned("dg", 8, 8, 5);
    const auto check = [&] {
        for (const char* code : {"min", "dg", "sud", "nord", "autre"}) {
            const json::value row = ministry.row(code);
            for (const char* name : {"positioned", "at_core", "on_the_way"})
                if (!row.at(name).is_null()) {
                    CHECK(row.at(name).as_int64() >= 5);
                    CHECK(row.at(name).as_int64() % 5 == 0);
                }
            if (!row.at("unknown").is_null()) CHECK(row.at("unknown").as_int64() >= 5);
            const json::value map =
                app.json(std::string{"/skills-map?organisation="} + code).at("skills");
            for (const json::value& skill : map.as_array())
                for (const json::value& level : skill.at("levels").as_array())
                    if (!level.at("persons").is_null())
                        CHECK(level.at("persons").as_int64() % 5 == 0);
        }
    };
    ministry.night(ministry.steering);
    check();
    CHECK(ministry.positioned("sud") == 15);  // of 23: five stay unknown
    ministry.given_positioned("sud", 2, 0, 1);
    ministry.given_positioned("nord", 5, 5, 4);
    ministry.night(ministry.steering);
    check();
    CHECK(ministry.positioned("nord") == 10);
}

TEST_CASE("headcounts are declared within the perimeter, with a history; wrong lines are named") {
    Ministry ministry;
    TestApp& app = ministry.app;
    app.as(ministry.office);
    struct {
        http::Pairs form;
        int status;
        const char* text;
    } const table[] = {
        {headcount("dg", "0"), 422, "nombre d’agents entier"},
        {headcount("dg", "beaucoup"), 422, "nombre d’agents entier"},
        {headcount("dg", "10", "2026-11-24"), 422, "ne peut pas être à venir"},
        {headcount("dg", "10", "2020-01-01"), 422, "plus de cinq ans"},
        {headcount("dg", "10", "demain"), 422, "Indiquez une date"},
        {headcount("dg", "10", "2026-09-01", ""), 422, "d’où vient"},
        {headcount("autre", "10"), 404, "périmètre"},
        {headcount("dg", "10", "2026-11-23"), 303, ""},
        {headcount("dg", "10", "2026-11-23"), 303, ""},  // clicked twice: declared once
        {headcount("sud", "1"), 303, ""},
    };
    for (const auto& row : table) {
        const auto answer = app.post("/coverage/headcounts", row.form);
        CHECK(answer.status == row.status);
        CHECK(shows(answer, row.text));
    }
    const auto file = app.post_file("/coverage/headcounts/import", "file",
                                    "organisation;agents;date;source\n"
                                    "dg;1300;2026-10-01;SIRH\n"
                                    "autre;50;2026-10-01;SIRH\n"
                                    "nord;x;2026-10-01;SIRH\n"
                                    "sud;70;hier;SIRH\n"
                                    "nord;66;2026-10-01;SIRH\n"
                                    "dg;10;2026-11-23;RSU\n");
    CHECK(file.status == 200);
    CHECK(shows(file, "Ligne 3"));
    CHECK(shows(file, "Ligne 4"));
    CHECK(shows(file, "Ligne 5"));
    const json::value list = app.json("/coverage/headcounts?organisation=dg").at("headcounts");
    CHECK(list.as_array().size() == 2);  // the last line says what stands already
    CHECK(list.at(0).at("as_of") == "2026-11-23");
    CHECK(list.at(1).at("agents").as_int64() == 1300);
    CHECK(app.post_file("/coverage/headcounts/import", "file",
                        "organisation,agents,date,source\ndg,1300,2026-10-01,SIRH\n", "json")
              .body.contains(R"("unchanged":1)"));
    CHECK(app.post("/coverage/headcounts/import").status == 422);
    // Refusals name the column of the file, not the field of the form.
    const auto to_come = app.app().coverage.import_headcounts(
        ministry.office, "organisation,agents,date,source\ndg,1300,2027-10-01,SIRH\n", app.now);
    REQUIRE(to_come.value().problems.size() == 1);
    CHECK(to_come.value().problems.front().reason.field == "date");
}

TEST_CASE("who was erased is counted no more") {
    Ministry ministry;
    TestApp& app = ministry.app;
    app.as(ministry.steering);
    ministry.given_positioned("sud", 10, 10);
    ministry.night(ministry.steering);
    CHECK(ministry.positioned("sud") == 10);
    app.database->write([&](db::Transaction& transaction) {
        // The five who came last.
        std::vector<base::PersonId> gone;
        transaction.run({"test.last",
                         "SELECT person_id FROM coverage_persons "
                         "ORDER BY person_id DESC LIMIT 5"},
                        {}, [&](const db::Row& row) { gone.push_back({row.integer(0)}); });
        for (const auto person : gone) app.app().coverage_data.erase(transaction, person, app.now);
    });
    ministry.night(ministry.steering);
    CHECK(ministry.positioned("sud") == 5);
}

TEST_CASE("the map of skills has the largest gaps first") {
    Ministry ministry;
    TestApp& app = ministry.app;
    app.as(ministry.office);
    CHECK(shows(app.get("/skills-map"), "Moins de cinq agents"));
    ministry.given_positioned("sud", 10, 0, 1);
    ministry.given_positioned("nord", 10, 0, 3);
    ministry.night(ministry.office);
    const json::value map = app.json("/skills-map");
    const json::value& first = map.at("skills").at(0);
    CHECK(first.at("asked").as_int64() == 20);
    CHECK(first.at("target").as_int64() == 3);
    CHECK(first.at("gap").to_number<double>() == doctest::Approx(1));  // ten lack two levels
    CHECK(first.at("below").as_int64() == 10);
    CHECK(first.at("levels").at(1).at("persons").as_int64() == 10);
    double before = 100;
    for (const json::value& skill : map.at("skills").as_array()) {
        const double gap = skill.at("gap").is_null() ? 0 : skill.at("gap").to_number<double>();
        CHECK(gap <= before);
        before = gap;
    }
    const auto page = app.get("/skills-map");
    CHECK(shows(page, "coverage-chart__band-1"));
    CHECK(app.get("/skills-map/csv").body.contains("1.1,"));
}

TEST_CASE("a draft plan is computed by a job, edited, exported and removed; it names nobody") {
    Ministry ministry;
    TestApp& app = ministry.app;
    catalogue::Offer offer;
    offer.duration_minutes = 120;
    offer.price_cents = 5000;
    offer.skills = {{"digcomp-2.2", "1.1", 0, 3}, {"digcomp-2.2", "5.1", 1, 3}};
    app.given_offer({.title = "Chercher et réparer", .organisation = "min", .offer = offer});
    app.as(ministry.office);
    CHECK(shows(app.get("/training-plan"), "aucun plan ne peut être proposé"));
    const http::Pairs asked{{"organisation", "dg"}, {"hours", "8"}, {"euros", "10000"}};
    CHECK(app.post("/training-plan", asked).status == 409);
    ministry.given_positioned("sud", 10, 0, 1);
    ministry.night(ministry.office);
    CHECK(app.post("/training-plan", {{"organisation", "dg"}, {"hours", "0"}, {"euros", "1"}})
              .status == 422);
    CHECK(app.post("/training-plan", {{"organisation", "autre"}, {"hours", "8"}, {"euros", "1"}})
              .status == 404);
    const auto made = app.post("/training-plan", asked, "json");
    CHECK(made.status == 202);
    const auto id = json::parse(made.body).at("id").as_int64();
    const std::string url = "/training-plan/" + std::to_string(id);
    CHECK(shows(app.get(url), "Actualiser"));
    // The second of two clicks.
    CHECK(json::parse(app.post("/training-plan", asked, "json").body).at("id").as_int64() == id);
    CHECK(app.json("/training-plan?organisation=dg").at("drafts").as_array().size() == 1);
    CHECK(app.post(url, {{"seats-1", "3"}}).status == 409);
    app.app().jobs.run_due(app.now);
    const json::value draft = app.json(url);
    CHECK(draft.at("state") == "done");
    CHECK(draft.at("persons").as_int64() == 10);
    CHECK(draft.at("exact").as_bool());
    CHECK(draft.at("closed").as_int64() == 16);  // four seats of two hours, four levels each
    CHECK(draft.at("seats").at(0).at("seats").as_int64() == 4);
    CHECK(draft.at("total_hours").as_int64() == 8);
    CHECK(draft.at("total_cents").as_int64() == 20000);
    const auto field = json::value_to<std::string>(draft.at("seats").at(0).at("field"));
    CHECK(shows(app.get(url), "Chercher et réparer"));
    CHECK(shows(app.get(url), "Aucun autre plan par groupes"));
    CHECK(app.post(url, {{field, "-1"}}).status == 422);
    CHECK(app.post(url, {{field, "7"}}).status == 303);
    CHECK(app.json(url).at("seats").at(0).at("seats").as_int64() == 7);
    CHECK(app.json(url).at("over_budget").as_bool());
    CHECK(app.get(url + "/csv").body.contains(",7,4,120,50.00,840,350.00"));
    app.as(ministry.elsewhere);
    CHECK(app.get(url).status == 404);
    CHECK(app.post(url, {{field, "7"}}).status == 404);
    CHECK(app.post(url + "/delete").status == 404);
    app.as(ministry.office);
    CHECK(app.post(url + "/delete").status == 303);
    CHECK(app.get(url).status == 404);
    CHECK(app.json("/training-plan").at("drafts").as_array().empty());
}

TEST_CASE(
    "an offer that tells no price is not shown as free; the plan counts it as free and says so") {
    Ministry ministry;
    TestApp& app = ministry.app;
    catalogue::Offer offer;
    offer.duration_minutes = 120;
    offer.skills = {{"digcomp-2.2", "1.1", 0, 3}};
    app.given_offer({.title = "Sans prix", .organisation = "min", .offer = offer});
    ministry.given_positioned("sud", 10, 0, 1);
    ministry.night(ministry.office);
    app.as(ministry.office);
    const auto made = app.post("/training-plan",
                               {{"organisation", "dg"}, {"hours", "8"}, {"euros", "10"}}, "json");
    const std::string url =
        "/training-plan/" + std::to_string(json::parse(made.body).at("id").as_int64());
    app.app().jobs.run_due(app.now);
    const json::value draft = app.json(url);
    CHECK(draft.at("seats").at(0).at("cents").is_null());
    CHECK(draft.at("seats").at(0).at("all_cents").is_null());
    CHECK(draft.at("unpriced").as_int64() == 1);
    CHECK(draft.at("total_cents").as_int64() == 0);
    CHECK(shows(app.get(url), "Non indiqué"));
    CHECK(app.get(url + "/csv").body.contains(",4,4,120,,480,\r\n"));
}

TEST_CASE("a page of coverage asks the database few questions, however large the ministry") {
    Ministry ministry;
    TestApp& app = ministry.app;
    for (int i = 0; i < 120; ++i)
        app.given_organisation(
            {.code = "s" + std::to_string(i), .parent = "dg", .name = "Service"});
    ministry.given_positioned("sud", 10, 5);
    ministry.night(ministry.steering);
    app.as(ministry.steering);
    app.get("/coverage?organisation=dg");
    for (const char* path : {"/coverage?organisation=dg", "/skills-map?organisation=dg",
                             "/training-plan?organisation=dg", "/coverage/csv?organisation=dg"}) {
        const auto before = app.database->stats().queries;
        CHECK(app.get(path).status == 200);
        const auto asked = app.database->stats().queries - before;
        CHECK(asked <= 9);
    }
    CHECK(app.json("/coverage?organisation=dg").at("children").as_array().size() == 100);
    CHECK(app.json("/coverage?organisation=dg&page=2").at("children").as_array().size() == 22);
}

TEST_CASE("when the common core changes, coverage is counted anew") {
    Ministry ministry;
    TestApp& app = ministry.app;
    given_bank(app);
    const auto dg = app.app().organisations.tree()->find("dg")->id;
    const auto set_core = [&](const frameworks::Targets& targets) {
        const auto tomorrow = std::chrono::floor<days>(app.now) + days{1};
        REQUIRE(app.app().frameworks.set_core(
            ministry.office, {.organisation = dg, .from = tomorrow, .targets = targets, .note = ""},
            app.now));
    };
    set_core({{"1.1", 1}, {"1.2", 1}});
    app.now += days{1};
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const auto person = app.given_person({.organisation = "sud"});
        app.database->write([&](db::Transaction& transaction) {
            app.app().positioning.put_finished(transaction, person, positioning::Scope::core, "",
                                               {{"1.1", 0.5}, {"1.2", 0.5}}, seed, 40, true,
                                               app.now);
        });
    }
    set_core({{"1.1", 8}, {"1.2", 8}});  // of the next day
    REQUIRE(app.app().coverage.publish(app.now));
    app.as(ministry.office);
    CHECK(ministry.positioned("sud") == 10);
    CHECK(ministry.row("sud").at("at_core") == 10);

    // Higher levels of what was asked: the same answers say who reaches them.
    ministry.night(ministry.office);
    CHECK(ministry.positioned("sud") == 10);
    CHECK(ministry.row("sud").at("at_core").is_null());

    // A competence that nobody was asked about: nobody is positioned on that core.
    set_core({{"1.1", 1}, {"1.2", 1}, {"1.3", 1}});
    ministry.night(ministry.office);
    CHECK(ministry.positioned("sud") == 0);

    set_core({{"1.1", 1}});
    ministry.night(ministry.office);
    CHECK(ministry.positioned("sud") == 10);
    CHECK(ministry.row("sud").at("at_core") == 10);
}
