// SPDX-License-Identifier: EUPL-1.2
#include "simulated_model.hpp"

#include "engine/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

SimulatedBank simulated_bank(int each, std::uint64_t seed) {
    // Three at both ends and four between, as docs/items.md asks for thirty.
    constexpr std::array spread{1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4,
                                5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7, 8, 8, 8};
    SimulatedBank out;
    engine::Random random(seed);
    std::vector<items::BankItem> list;
    for (const frameworks::Competence& competence : frameworks::present().competences)
        for (int i = 0; i < each; ++i) {
            items::Item item;
            item.code = competence.code + "-" + std::to_string(100 + i);
            item.level = spread.at(static_cast<std::size_t>(i) * spread.size() /
                                   static_cast<std::size_t>(each));
            item.format = i % 2 == 0 ? items::Format::single : items::Format::text;
            const base::ItemId id{static_cast<std::int64_t>(list.size()) + 1};
            const items::Parameters prior = items::prior_of_level(item.level);
            items::Parameters truth = prior;
            truth.a = std::max(0.4, prior.a + prior.se_a * random.normal());
            truth.d = -truth.a * (prior.difficulty() + prior.se_d / prior.a * random.normal());
            out.truth.emplace(id, truth);
            list.push_back({.id = id,
                            .version = 1,
                            .item = std::make_shared<const items::Item>(std::move(item)),
                            .parameters = prior,
                            .seeded = false});
        }
    out.bank = std::make_shared<const items::Bank>(1, std::move(list));
    return out;
}

Abilities simulated_abilities(std::uint64_t seed) {
    // More alike than the program takes for granted, as a real population may be.
    constexpr double area_loading = 0.85, competence_loading = 0.9;
    engine::Random random(seed);
    const double general = random.normal();
    Abilities abilities;
    std::map<std::string, double> areas;
    for (const frameworks::Area& area : frameworks::present().areas)
        areas[area.code] =
            area_loading * general + std::sqrt(1 - area_loading * area_loading) * random.normal();
    for (const frameworks::Competence& competence : frameworks::present().competences)
        abilities[competence.code] =
            competence_loading * areas[competence.area] +
            std::sqrt(1 - competence_loading * competence_loading) * random.normal();
    return abilities;
}

Answers by_ability(const SimulatedBank& bank, Abilities abilities, std::uint64_t seed) {
    return [&bank, abilities = std::move(abilities), seed](const items::BankItem& item,
                                                           std::uint64_t turn) {
        const items::Parameters& truth = bank.truth.at(item.id);
        const double luck = item.item->format == items::Format::single ? 0.25 : 0;
        const double theta = abilities.find(item.competence())->second;
        engine::Random random(seed, turn);
        const bool right =
            random.uniform() < luck + (1 - luck) * engine::logistic(truth.a * theta + truth.d);
        return positioning::Given{.item = item.id, .right = right, .seconds = 30};
    };
}

Taken take(const positioning::Measure& measure, const positioning::Plan& plan,
           const Answers& answer) {
    Taken taken;
    for (std::uint64_t turn = 0; turn <= positioning::most_questions; ++turn) {
        taken.last = positioning::next(measure, plan, taken.answers);
        if (!taken.last.choice) return taken;
        const items::BankItem* item = measure.bank().find(taken.last.choice->item);
        REQUIRE(item != nullptr);
        taken.answers.push_back(answer(*item, turn));
        taken.answers.back().measures = taken.last.choice->measures;
    }
    FAIL("the test did not end");
    return taken;
}

int level_of(double theta) {
    return static_cast<int>(std::ranges::upper_bound(positioning::cuts(), theta) -
                            positioning::cuts().begin());
}
