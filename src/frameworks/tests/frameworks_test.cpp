// SPDX-License-Identifier: EUPL-1.2
#include "frameworks/frameworks.hpp"

#include "db/versions.hpp"
#include "frameworks/rules.hpp"
#include "test_app.hpp"

#include <doctest/doctest.h>

#include <set>

namespace json = boost::json;
using namespace frameworks;

namespace {

constexpr base::Date monday = std::chrono::sys_days{std::chrono::year{2026} / 11 / 23};
using std::chrono::days;

struct Ministry {  // a ministry with a direction below, and another one
    TestApp app;
    base::OrganisationId ministry, direction, other;
    base::PersonId office, team, agent;

    Ministry() {
        ministry =
            app.given_organisation({.code = "ministere", .name = "Ministère", .kind = "ministere"});
        direction = app.given_organisation(
            {.code = "direction", .parent = "ministere", .name = "Direction"});
        other = app.given_organisation({.code = "autre", .name = "Autre"});
        office = app.given_person({.organisation = "ministere", .roles = {"training_office"}});
        team = app.given_person({.organisation = "autre", .roles = {"campus_team"}});
        agent = app.given_person({.organisation = "direction"});
    }
    Core core_of(base::OrganisationId organisation, base::Date day) {
        return app.read([&](db::Transaction& transaction) {
            return app.app().frameworks.core_of(transaction, db::Versions(transaction),
                                                organisation, day);
        });
    }
    base::Result<std::int64_t> set(base::PersonId by, std::optional<base::OrganisationId> of,
                                   base::Date from, int level) {
        return app.app().frameworks.set_core(
            by, {.organisation = of, .from = from, .targets = {{"1.1", level}}, .note = ""},
            app.now);
    }
};

}  // namespace

TEST_CASE("DigComp 2.2 is whole: 5 areas, 21 competences, 8 levels, each band told") {
    const Framework& framework = present();
    CHECK(framework.id == "digcomp-2.2");
    CHECK(framework.areas.size() == 5);
    REQUIRE(framework.competences.size() == 21);
    CHECK(framework.levels.size() == 8);
    std::set<std::string> told;
    for (const Competence& competence : framework.competences) {
        CAPTURE(competence.code);
        CHECK(competence.code.starts_with(competence.area + "."));
        CHECK_FALSE(competence.label.fr.empty());
        CHECK_FALSE(competence.label.en.empty());
        for (const Label& text : competence.can_do) {
            CHECK(text.fr.starts_with("Vous "));
            CHECK(text.en.starts_with("You "));
            CHECK(text.fr.ends_with("."));
            CHECK(text.en.ends_with("."));
            told.insert(text.fr);
            told.insert(text.en);
        }
    }
    CHECK(told.size() == std::size_t{2} * 21 * bands);
    CHECK(framework.find("4.2") != nullptr);
    CHECK(framework.find("6.1") == nullptr);
    CHECK(band_of(1) == 0);
    CHECK(band_of(2) == 0);
    CHECK(band_of(3) == 1);
    CHECK(band_of(8) == 3);
}

TEST_CASE("Pix's sixteen competences lead to those of DigComp, and all of these are reached") {
    const Mapping* mapping = find_mapping("pix", "digcomp-2.2");
    REQUIRE(mapping);
    CHECK(mapping->pairs.size() == 16);
    std::set<std::string> reached;
    for (const Mapped& pair : mapping->pairs)
        for (const std::string& code : pair.to) {
            CHECK(present().find(code) != nullptr);
            reached.insert(code);
        }
    CHECK(reached.size() == 21);
    CHECK(find_mapping("pix", "digcomp-3.0") == nullptr);
}

TEST_CASE("targets name competences that exist, with levels from 1 to 8") {
    CHECK_FALSE(why_not_targets(present(), {{"1.1", 1}, {"5.4", 8}}));
    CHECK(why_not_targets(present(), {{"1.1", 0}}));
    CHECK(why_not_targets(present(), {{"1.1", 9}}));
    CHECK(why_not_targets(present(), {{"7.1", 3}}));
    CHECK(why_not_targets(present(), {}));
}

TEST_CASE("a core is set for a day to come, both sides") {
    const auto why = [](base::Date from) {
        const auto reason = why_not_core(
            {.organisation = {}, .from = from, .targets = {{"1.1", 3}}, .note = ""}, monday);
        return reason ? reason->message_key : std::string{};
    };
    CHECK(why(monday + days{1}).empty());
    CHECK(why(monday) == "frameworks.why_not.day_begun");
    CHECK(why(monday + furthest_core).empty());
    CHECK(why(monday + furthest_core + days{1}) == "frameworks.why_not.too_far");
}

TEST_CASE("a core holds from its day for the organisation and all below it") {
    Ministry state;
    CHECK(state.core_of(state.direction, monday).id == 0);  // the proposal
    CHECK(state.core_of(state.direction, monday).targets.size() == 19);
    REQUIRE(state.set(state.team, {}, monday + days{1}, 2));
    REQUIRE(state.set(state.office, state.ministry, monday + days{10}, 3));
    REQUIRE(state.set(state.office, state.direction, monday + days{20}, 4));
    const auto level = [&](base::OrganisationId of, int day) {
        return state.core_of(of, monday + days{day}).targets.at("1.1");
    };
    CHECK(level(state.direction, 0) == 3);  // the proposal's own
    CHECK(level(state.direction, 1) == 2);
    CHECK(level(state.direction, 9) == 2);
    CHECK(level(state.direction, 10) == 3);
    CHECK(level(state.direction, 19) == 3);
    CHECK(level(state.direction, 20) == 4);
    CHECK(level(state.ministry, 20) == 3);
    CHECK(level(state.other, 20) == 2);
    // Until its day begins it may be set anew; there is one a day.
    REQUIRE(state.set(state.office, state.direction, monday + days{20}, 5));
    CHECK(level(state.direction, 20) == 5);
    REQUIRE(state.set(state.team, {}, monday + days{1}, 1));
    CHECK(level(state.other, 1) == 1);
}

TEST_CASE("who may set a core, and where") {
    Ministry state;
    const auto refused = [&](base::PersonId by, std::optional<base::OrganisationId> of) {
        const auto done = state.set(by, of, monday + days{3}, 3);
        return done ? std::string{} : done.error().reasons.front().message_key;
    };
    CHECK(refused(state.office, state.direction).empty());
    CHECK(refused(state.office, state.other) == "frameworks.why_not.training_office");
    CHECK(refused(state.office, std::nullopt) == "frameworks.why_not.campus_team");
    CHECK(refused(state.team, std::nullopt).empty());
    CHECK(refused(state.team, state.other) == "frameworks.why_not.training_office");
    CHECK(refused(state.agent, state.direction) == "frameworks.why_not.training_office");
}

TEST_CASE("the core is shown and set on its page, and stands in the log") {
    Ministry state;
    const auto page = state.app.as(state.agent).json("/common-core");
    CHECK(page.at("organisation").at("code").as_string() == "direction");
    CHECK(page.at("present").at("proposal").as_bool());
    CHECK_FALSE(page.at("may_set").as_bool());
    CHECK(state.app.as(state.agent)
              .post("/common-core", {{"from", "2027-01-01"}, {"level-1.1", "3"}}, "json")
              .status == 403);
    const auto wrong =
        state.app.as(state.office)
            .post("/common-core",
                  {{"organisation", "ministere"}, {"from", "2026-11-23"}, {"level-1.1", "3"}});
    CHECK(wrong.status == 422);
    CHECK(shows(wrong, "Choisissez un jour à venir"));
    CHECK(state.app
              .post("/common-core", {{"organisation", "ministere"},
                                     {"from", "2026-11-24"},
                                     {"note", "Premier socle"},
                                     {"level-1.1", "3"},
                                     {"level-4.1", "4"}})
              .status == 303);
    CHECK(state.app.json("/common-core?organisation=ministere").at("next").at("count") == 2);
    state.app.now += days{2};
    const auto now = state.app.as(state.agent).json("/common-core");
    CHECK(now.at("set_by").as_string() == "Ministère");
    CHECK(now.at("present").at("note").as_string() == "Premier socle");
    int decisions = 0;
    state.app.read([&](db::Transaction& transaction) {
        for (const auto& entry : state.app.app().audit.log(
                 transaction, {.sight = {.everything = true}, .action = "frameworks."}))
            decisions += entry.action == "frameworks.set_core" ? 1 : 0;
    });
    CHECK(decisions == 1);
    CHECK(state.app.as_visitor().get("/common-core").status == 200);
}

TEST_CASE("the campus team corrects what a trade asks for; the list says what it is") {
    Ministry state;
    const auto all = state.app.as_visitor().json("/trades");
    CHECK(all.at("working_list").as_bool());
    CHECK(all.at("total").as_int64() == 52);
    CHECK(shows(state.app.get("/trades"), "Liste de travail"));
    CHECK(state.app.as(state.agent).post("/trades/dpo", {{"level-4.2", "8"}}, "json").status ==
          403);
    CHECK(state.app.as(state.team).post("/trades/dpo", {{"level-4.2", "9"}}, "json").status == 422);
    CHECK(state.app.post("/trades/dpo", {{"level-4.2", "7"}, {"level-1.1", ""}}).status == 303);
    const auto trades = state.app.read([&](db::Transaction& transaction) {
        return state.app.app().frameworks.trades(transaction, db::Versions(transaction));
    });
    CHECK(trades->find("dpo")->targets == Targets{{"4.2", 7}});
    CHECK(trades->find("dpo")->edited);
    CHECK_FALSE(trades->find("rssi")->edited);
    CHECK(trades->find("rssi")->tension);
    CHECK(state.app.get("/trades/plombier").status == 404);
    CHECK(state.app.get("/frameworks/digcomp-9").status == 404);
    CHECK(shows(state.app.get("/frameworks/digcomp-2.2"), "Protéger les appareils"));
}
