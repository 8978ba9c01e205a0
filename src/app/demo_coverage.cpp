// SPDX-License-Identifier: EUPL-1.2
#include "app/demo_coverage.hpp"

#include "app/application.hpp"
#include "base/csv.hpp"
#include "base/embedded.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"

#include <boost/json.hpp>

#include <random>

namespace app {
namespace json = boost::json;
namespace {

using std::chrono::days;

constexpr int weeks = 8;

// Where more people are positioned than chance would bring there.
struct Team {
    std::string_view organisation;
    int agents;
};
constexpr Team teams[] = {{"dgfip", 70},       {"ddfip-loiret", 30}, {"dtnum", 30},
                          {"sgcd-creuse", 12}, {"ddt-creuse", 9},    {"ddetspp-creuse", 3}};

std::vector<base::PersonId> load_teams(Application& app, db::Transaction& transaction,
                                       const organisations::Tree& tree, base::Date today) {
    const json::value names = json::parse(base::embedded("demo/fillers.json"));
    const json::array& given_names = names.at("given_names").as_array();
    const json::array& usual_names = names.at("usual_names").as_array();
    const json::array& jobs = names.at("jobs").as_array();
    std::mt19937 random(2025);  // the same people at each load
    const auto pick = [&](const json::array& from) {
        return json::value_to<std::string>(from[random() % from.size()]);
    };
    std::vector<identity::NewPerson> people;
    for (const Team& team : teams) {
        const auto* organisation = tree.find(team.organisation);
        if (organisation == nullptr) throw std::logic_error("demonstration data: no such team");
        for (int i = 0; i < team.agents; ++i) {
            identity::NewPerson one;
            one.person.given_name = pick(given_names);
            one.person.usual_name = pick(usual_names);
            one.person.email =
                base::slug(one.person.given_name) + "." + base::slug(one.person.usual_name) + "." +
                std::string{team.organisation} + "-" + std::to_string(i + 1) + "@exemple.fr";
            one.person.job = pick(jobs);
            one.affiliation = {.organisation = organisation->id,
                               .population = "etat",
                               .from = today - days{200 + static_cast<int>(random() % 2000)}};
            people.push_back(std::move(one));
        }
    }
    return app.identity.add_all(transaction, people);
}

void load_headcounts(Application& app, db::Transaction& transaction,
                     const organisations::Tree& tree, base::Time now) {
    const auto table = base::CsvTable::read(base::embedded("demo/headcounts.csv"),
                                            {"organisation", "agents", "source"});
    if (!table) throw std::logic_error("demonstration data: headcounts.csv cannot be read");
    const base::Date as_of = base::in_paris(now).day - days{90};
    for (std::size_t row = 0; row < table->size(); ++row)
        app.coverage.put_headcount(
            transaction,
            {.organisation = tree.find(std::string_view{table->cell(row, "organisation")})->id,
             .agents = base::to_integer(table->cell(row, "agents")).value(),
             .as_of = as_of,
             .source = table->cell(row, "source")},
            now - days{60});
}

}  // namespace

void load_demo_coverage(Application& app, const std::vector<base::PersonId>& agents,
                        base::Time now) {
    const auto tree = app.organisations.tree();
    auto positioned = agents;
    app.database.write([&](db::Transaction& transaction) {
        load_headcounts(app, transaction, *tree, now);
        const auto teams_there = load_teams(app, transaction, *tree, base::in_paris(now).day);
        positioned.insert(positioned.begin(), teams_there.begin(), teams_there.end());
    });
    std::mt19937 random(2026);
    std::size_t next = 0;
    for (int week = weeks; week > 0; --week) {
        const std::size_t until = positioned.size() * static_cast<std::size_t>(weeks - week + 1) /
                                  static_cast<std::size_t>(weeks);
        app.database.write([&](db::Transaction& transaction) {
            if (app.positioning.measure(transaction, db::Versions(transaction))->tables() ==
                nullptr)
                return;
            for (std::size_t i = next; i < until; ++i) {
                // Every eighth and so on: the teams' people come in turn with the others.
                const auto person = positioned[i * 7 % positioned.size()];
                std::map<std::string, double, std::less<>> abilities;
                const double ability = static_cast<double>(random() % 400) / 100 - 1.2;
                for (const auto& competence : frameworks::present().competences)
                    abilities[competence.code] =
                        ability + static_cast<double>(random() % 160) / 100 - 0.8;
                app.positioning.put_finished(
                    transaction, person, positioning::Scope::core, "", abilities, 1000 + i,
                    positioning::most_questions, true,
                    now - days{7 * week} + std::chrono::minutes{random() % 8000});
            }
        });
        next = until;
        app.coverage.publish(now - days{7 * (week - 1)});
    }
}

}  // namespace app
