// SPDX-License-Identifier: EUPL-1.2
// Times draft training plans from the demonstration's offers for 2,000 and 600,000 made-up agents,
// and, with a database, the night and the page of a ministry of 600,000 positioned agents.
//   ninja -C build/release coverage_bench && build/release/coverage_bench [DATABASE-URL]
#include "app/application.hpp"
#include "app/configuration.hpp"
#include "base/embedded.hpp"
#include "coverage/coverage.hpp"
#include "db/database.hpp"
#include "db/migrate.hpp"
#include "engine/random.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <string>
#include <vector>

namespace {

namespace json = boost::json;
using Clock = std::chrono::steady_clock;
using std::chrono::days;

double since(Clock::time_point begun) {
    return std::chrono::duration<double>(Clock::now() - begun).count();
}

void tell(const std::string& what, double seconds, double goal) {
    fmt::print("  {:<58}{:>9.4f} s   {} {} s\n", what, seconds,
               seconds <= goal ? "reached" : "MISSED ", goal);
}

coverage::Levels core() {
    const json::value file = json::parse(base::embedded("reference/common-core.json"));
    coverage::Levels targets;
    for (const auto& competence : frameworks::present().competences) {
        const auto* target = file.at("targets").as_object().if_contains(competence.code);
        targets.push_back(target == nullptr ? 0 : json::value_to<int>(*target));
    }
    return targets;
}

// Absent: 0.
int level(const json::value& skill, std::string_view name) {
    const json::value* value = skill.as_object().if_contains(name);
    return value == nullptr ? 0 : json::value_to<int>(*value);
}

std::vector<coverage::Course> courses() {
    const auto& competences = frameworks::present().competences;
    const json::value file = json::parse(base::embedded("demo/offers.json"));
    std::vector<coverage::Course> found;
    for (const json::value& offer : file.at("offers").as_array()) {
        const auto& members = offer.as_object();
        if (!members.contains("skills") || !members.contains("duration_minutes")) continue;
        coverage::Course course{
            .lessons = {},
            .minutes = json::value_to<int>(members.at("duration_minutes")),
            // What the offers do not say: 20 euros an hour.
            .cents = json::value_to<int>(members.at("duration_minutes")) * 100 / 3};
        for (const json::value& skill : members.at("skills").as_array()) {
            const auto place =
                std::ranges::find(competences, json::value_to<std::string>(skill.at("code")),
                                  &frameworks::Competence::code);
            if (place == competences.end()) continue;
            course.lessons.push_back({static_cast<std::size_t>(place - competences.begin()),
                                      level(skill, "from_level"), level(skill, "to_level")});
        }
        found.push_back(std::move(course));
    }
    return found;
}

// Levels of one agent: a general ability and one's own ups and downs.
std::string levels_of(engine::Random& random) {
    const double ability = 2.5 * (random.uniform() + random.uniform() + random.uniform()) - 1;
    std::string levels;
    for (std::size_t c = 0; c < frameworks::present().competences.size(); ++c) {
        const double level = ability + 3 * (random.uniform() - 0.5);
        levels += static_cast<char>('0' + std::clamp(static_cast<int>(std::floor(level)), 0, 8));
    }
    return levels;
}

void draft_plans() {
    const coverage::Levels targets = core();
    const auto all = courses();
    for (const auto& [agents, goal] : {std::pair{2'000, 10.0}, std::pair{600'000, 600.0}}) {
        engine::Random random(2026, 1);
        std::map<std::string, std::int64_t> distinct;
        for (int i = 0; i < agents; ++i) ++distinct[levels_of(random)];
        std::vector<coverage::Need> needs;
        for (const auto& [text, persons] : distinct) {
            coverage::Levels levels;
            for (const char one : text) levels.push_back(one - '0');
            needs.push_back({std::move(levels), persons});
        }
        // Four hours and forty euros an agent.
        const coverage::Budget budget{agents * 240LL, agents * 4'000LL};
        const auto begun = Clock::now();
        const auto groups = coverage::groups_of(needs, targets, 1500);
        const double grouped = since(begun);
        const auto plan = coverage::plan_training(groups, targets, all, budget);
        fmt::print(
            "{} agents, {} offers, {} groups of similar need ({:.2f} s): {:.0f} of {:.0f} levels; "
            "{:.3f} % from the bound{}\n",
            agents, all.size(), groups.size(), grouped, plan.closed, plan.gap,
            100 * (1 - plan.closed / plan.bound), plan.exact ? ", exact" : "");
        tell("  a draft plan", since(begun), goal);
    }
}

constexpr db::Query insert_test{"bench.positioning", R"sql(
    INSERT INTO positionings (person_id, framework, scope, targets, seed, bank_version, extra_time,
        large_text, wide_spacing, untimed, phone, state, started_at, changed_at, ended_at, at_core,
        core_id)
    VALUES ($1, 'digcomp-2.2', 'core', '{}', 1, 1, 0, 0, 0, 0, 0, 'done', $2, $2, $2, $3, 0)
    RETURNING id
)sql"};
constexpr db::Query insert_counted{"bench.counted", R"sql(
    INSERT INTO coverage_persons (person_id, positioning_id, ended_at, core_id, at_core, levels)
    VALUES ($1, $2, $3, 0, $4, $5)
)sql"};

// A ministry of 20 directorates with 25 services each.
void ministry(const std::string& url) {
    constexpr int agents = 600'000, at_once = 20'000;
    app::Configuration configuration;
    configuration.database = url;
    const auto database = db::open({.url = url});
    db::migrate(*database);
    app::Application app(configuration, *database);
    const base::Time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                         std::chrono::hours{9}};
    std::string csv = "code,parent,name,kind\nmin,,Ministère,ministere\n";
    std::vector<std::string> codes;
    for (int d = 0; d < 20; ++d) {
        const std::string directorate = "d" + std::to_string(d);
        csv += directorate + ",min,Direction,direction\n";
        for (int s = 0; s < 25; ++s) {
            codes.push_back(directorate + "-s" + std::to_string(s));
            csv += codes.back() + "," + directorate + ",Service,service\n";
        }
    }
    if (!app.organisations.import_csv(csv, {.now = now})) throw std::logic_error("bench");
    const auto tree = app.organisations.tree();
    engine::Random random(7, 1);
    for (int from = 0; from < agents; from += at_once)
        database->write([&](db::Transaction& transaction) {
            std::vector<identity::NewPerson> people(at_once);
            for (int i = 0; i < at_once; ++i) {
                auto& one = people[static_cast<std::size_t>(i)];
                one.person.email = "agent." + std::to_string(from + i) + "@exemple.fr";
                one.person.given_name = "Agent";
                one.person.usual_name = std::to_string(from + i);
                const auto& code = codes[static_cast<std::size_t>(from + i) % codes.size()];
                one.affiliation = {.organisation = tree->find(std::string_view{code})->id,
                                   .population = "etat",
                                   .from = base::Date{std::chrono::year{2020} / 1 / 1}};
            }
            for (const auto person : app.identity.add_all(transaction, people)) {
                const double at_core = random.uniform();
                const std::int64_t at =
                    base::to_epoch(now - days{40} + std::chrono::seconds{random.below(3'000'000)});
                std::int64_t test = 0;
                transaction.run(insert_test, {person.value, at, at_core},
                                [&](const db::Row& row) { test = row.integer(0); });
                const std::string levels = levels_of(random);
                transaction.run(insert_counted, {person.value, test, at, at_core, levels});
            }
        });
    database->write([&](db::Transaction& transaction) {
        app.coverage.put_headcount(transaction,
                                   {.organisation = tree->find(std::string_view{"min"})->id,
                                    .agents = 640'000,
                                    .as_of = base::Date{std::chrono::year{2026} / 9 / 1},
                                    .source = "RSU"},
                                   now);
    });
    auto begun = Clock::now();
    app.coverage.publish(now);
    tell("the first night: 600,000 agents, every post read", since(begun), 600);
    begun = Clock::now();
    app.coverage.publish(now + days{1});
    tell("a night on which little changed", since(begun), 300);
    const auto top = tree->find(std::string_view{"min"});
    std::vector<base::OrganisationId> ids{top->id};
    for (const auto* one : tree->children(top->id)) ids.push_back(one->id);
    constexpr int times = 200;
    begun = Clock::now();
    for (int i = 0; i < times; ++i)
        database->read([&](db::Transaction& transaction) {
            app.coverage.figures(transaction, ids);
            app.coverage.trend(transaction, top->id, 60);
            app.coverage.last_published(transaction);
        });
    tell("what the page of the ministry reads", since(begun) / times, 0.02);
    const auto office = app.identity.sign_in(database->write([&](db::Transaction& transaction) {
        return app.identity.put(
            transaction,
            {{.id = {}, .email = "office@exemple.fr", .given_name = "O", .usual_name = "O"},
             {.organisation = top->id,
              .population = "etat",
              .from = base::Date{std::chrono::year{2020} / 1 / 1}},
             {{"training_office", top->id}}},
            now);
    }),
                                             now);
    const auto caller = app.identity.find_caller(office, now);
    const auto draft =
        app.coverage.draft(caller.value().person, top->id, {agents * 240LL, agents * 4'000LL}, now);
    begun = Clock::now();
    app.coverage.compute(draft.value(), now);
    tell("its draft plan, groups read from the database", since(begun), 600);
}

}  // namespace

int main(int count, char** arguments) {
    draft_plans();
    if (count > 1) ministry(arguments[1]);
    return 0;
}
