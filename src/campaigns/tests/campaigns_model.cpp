// SPDX-License-Identifier: EUPL-1.2
#include "campaigns_model.hpp"

#include "test_bank.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace json = boost::json;

namespace {

int number_of(TestApp& app, const db::Query& query, const std::string& value) {
    return app.read([&](db::Transaction& transaction) {
        int number = 0;
        transaction.run(query, {value},
                        [&](const db::Row& row) { number = static_cast<int>(row.integer(0)); });
        return number;
    });
}

}  // namespace

Given::Given() {
    app.given_organisation({.code = "etat", .name = "État", .kind = "etat"});
    app.given_organisation({.code = "ministere", .parent = "etat", .name = "Ministère"});
    app.given_organisation({.code = "bureau", .parent = "ministere", .name = "Bureau"});
    app.given_organisation({.code = "guichet", .parent = "ministere", .name = "Guichet"});
    app.given_organisation({.code = "ailleurs", .parent = "etat", .name = "Ailleurs"});
    office = app.given_person(
        {.name = "Odile", .organisation = "ministere", .roles = {"training_office"}});
    agent = app.given_person({.name = "Awa", .organisation = "bureau"});
    stranger =
        app.given_person({.name = "Ève", .organisation = "ailleurs", .roles = {"training_office"}});
    given_bank(app, Questions::typed);
}

http::Pairs Given::form(const http::Pairs& changes) {
    http::Pairs fields{{"title", "Socle du ministère"},
                       {"organisation", "ministere"},
                       {"population", ""},
                       {"scope", "area"},
                       {"area", "1"},
                       {"opens", "2026-11-23"},
                       {"closes", "2026-12-22"},
                       {"reminders", "2"},
                       {"message", "Pour préparer le plan de formation."}};
    for (const auto& [name, value] : changes) {
        const auto found =
            std::ranges::find(fields, name, &std::pair<std::string, std::string>::first);
        if (found == fields.end())
            fields.emplace_back(name, value);
        else
            found->second = value;
    }
    return fields;
}

std::string Given::prepared(const http::Pairs& changes) {
    const auto made = app.as(office).post("/campaigns", form(changes), "json");
    REQUIRE(made.status == 201);
    return json::value_to<std::string>(json::parse(made.body).at("location"));
}

std::string Given::published(const http::Pairs& changes) {
    const std::string campaign = prepared(changes);
    REQUIRE(app.as(office).post(campaign + "/publish").status == 303);
    return campaign;
}

std::string Given::for_agents(const std::string& campaign) {
    return "/my-campaigns/" + json::value_to<std::string>(app.as(office).json(campaign).at("code"));
}

json::value Given::seen(const std::string& path) {
    return app.json(path);
}

json::value Given::counted(const std::string& path) {
    app.app().campaigns.count_all(app.now);
    return app.as(office).json(path);
}

base::PersonId Given::somebody(const std::string& organisation) {
    return app.given_person({.organisation = organisation});
}

std::vector<base::PersonId> Given::people(int count, const std::string& organisation) {
    std::vector<base::PersonId> found;
    for (int i = 0; i < count; ++i) found.push_back(somebody(organisation));
    return found;
}

void Given::takes_part(base::PersonId person, const std::string& for_agents) {
    app.as(person);
    const auto begun = app.post(for_agents + "/start", {}, "json");
    REQUIRE(begun.status == 201);
    const std::string test =
        "/positioning/" + std::to_string(json::parse(begun.body).at("id").as_int64());
    REQUIRE(app.post(test + "/answers", {{"revision", "0"}, {"unknown", "1"}}, "json").status ==
            200);
    REQUIRE(app.post(test + "/finish").status == 303);
}

void Given::chooses(base::PersonId person, const std::string& for_agents, bool share) {
    REQUIRE(app.as(person).post(for_agents + "/choice", {{"shared", share ? "1" : "0"}}).status ==
            303);
}

int Given::letters(const std::string& kind) {
    static constexpr db::Query query{"test.letters", "SELECT count(*) FROM outbox WHERE kind = $1"};
    return number_of(app, query, kind);
}

int Given::audited(const std::string& action) {
    static constexpr db::Query query{"test.audited",
                                     "SELECT count(*) FROM audit_log WHERE action = $1"};
    return number_of(app, query, action);
}
