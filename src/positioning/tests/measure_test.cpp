// SPDX-License-Identifier: EUPL-1.2
// How a test goes, without a database: candidates of known ability, and others.
#include "engine/random.hpp"
#include "simulated_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <set>

using namespace positioning;

namespace {

Plan plan_of(int level, std::uint64_t seed, std::string_view area = "") {
    Plan plan{.targets = {}, .seed = seed};
    for (const frameworks::Competence& competence : frameworks::present().competences)
        if (area.empty() || competence.area == area) plan.targets[competence.code] = level;
    return plan;
}

const SimulatedBank& bank() {
    static const SimulatedBank made = simulated_bank(30, 7);
    return made;
}
const Measure& measure() {
    static const Measure made(frameworks::present(), bank().bank);
    return made;
}

}  // namespace

TEST_CASE("levels begin where two in three of their items are answered right") {
    for (int level = 1; level <= frameworks::highest_level; ++level) {
        const items::Parameters p = items::prior_of_level(level);
        const double theta = cuts()[static_cast<std::size_t>(level - 1)];
        CHECK(engine::logistic(p.a * theta + p.d) == doctest::Approx(2.0 / 3));
        CHECK(level_of(theta) == level);
        CHECK(level_of(theta - 1e-9) == level - 1);
    }
}

TEST_CASE("a candidate of known ability gets the right levels, within the stated ranges") {
    struct Kind {
        std::string name;
        std::string area;
        int target;
        double most_bias, most_error, most_overlap;
    };
    for (const Kind& kind :
         {Kind{"common core", "", 3, 0.25, 1.1, 0.2}, Kind{"all", "", 0, 0.25, 1.1, 0.2},
          Kind{"one area", "1", 0, 0.25, 0.9, 0.7}}) {
        constexpr int candidates = 60;
        double bias = 0, error = 0, stated = 0;
        int covered = 0, covered_unrounded = 0, within_one = 0, told = 0;
        std::size_t questions = 0;
        std::map<base::ItemId, int> shown;
        for (std::uint64_t seed = 1; seed <= candidates; ++seed) {
            const Abilities abilities = simulated_abilities(seed);
            const Plan plan = plan_of(kind.target, seed * 7919, kind.area);
            const Taken taken = take(measure(), plan, by_ability(bank(), abilities, seed));
            questions += taken.answers.size();
            for (const Given& given : taken.answers) ++shown[given.item];
            for (const Standing& standing : standings(measure(), plan, taken.answers)) {
                const int truth = level_of(abilities.at(standing.competence));
                bias += standing.level - truth;
                error += std::abs(standing.level - truth);
                covered += truth >= standing.low && truth <= standing.high;
                for (int level = standing.low; level <= standing.high; ++level)
                    stated += standing.levels[static_cast<std::size_t>(level)];
                // The tenth and the ninetieth percentile of a normal distribution.
                const double theta = abilities.at(standing.competence);
                covered_unrounded +=
                    std::abs(theta - standing.mean) <= 1.2816 * standing.sd ? 1 : 0;
                within_one += std::abs(standing.level - truth) <= 1;
                ++told;
                CHECK(standing.answers > 0);  // none is told without having been asked
            }
        }
        double overlap = 0;
        for (const auto& [id, count] : shown) overlap += count * (count - 1.0);
        overlap /= candidates * (candidates - 1.0) * double(questions) / candidates;
        MESSAGE(kind.name << ": " << double(questions) / candidates << " questions, bias "
                          << bias / told << " levels, mean error " << error / told
                          << ", within one " << 100.0 * within_one / told << " %, ranges cover "
                          << 100.0 * covered / told << " % (80 stated; these whole levels hold "
                          << 100 * stated / told << " % by the model), unrounded ones "
                          << 100.0 * covered_unrounded / told << " %, overlap " << overlap);
        // What is beyond 80% comes of rounding to whole levels: the model knows of it.
        CHECK(std::abs(covered - stated) / told < 0.05);
        CHECK(std::abs(bias / told) < kind.most_bias);
        CHECK(error / told < kind.most_error);
        CHECK(covered > likely * told);
        CHECK(overlap < kind.most_overlap);
    }
}

TEST_CASE("who never knows ends at the bottom, and soon") {
    const Plan plan = plan_of(3, 11);
    const Taken taken = take(measure(), plan, [](const items::BankItem& item, std::uint64_t) {
        return Given{.item = item.id, .unknown = true, .seconds = 2};
    });
    CHECK(taken.answers.size() < most_questions);
    CHECK(taken.last.end == End::known);
    for (const Standing& standing : taken.last.standings) {
        CHECK(standing.level <= 1);
        CHECK(standing.reached < 0.1);
    }
    // Saying so quickly is no haste.
    const PersonFit fit = person_fit(measure(), plan, taken.answers, {});
    CHECK_FALSE(fit.unusual);
    CHECK_FALSE(fit.hurried);
}

TEST_CASE("who answers at random is told low, and kindly that it went fast") {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        const Plan plan = plan_of(3, seed);
        const Taken taken =
            take(measure(), plan, [&](const items::BankItem& item, std::uint64_t turn) {
                const bool lucky = item.item->format == items::Format::single &&
                                   engine::Random(seed, turn).uniform() < 0.25;
                return Given{.item = item.id, .right = lucky, .seconds = 2};
            });
        CHECK(taken.answers.size() <= most_questions);
        int reached = 0;
        for (const Standing& standing : taken.last.standings) reached += standing.level >= 3;
        CHECK(reached <= 2);
        const PersonFit fit = person_fit(measure(), plan, taken.answers, {});
        CHECK(fit.hurried);
    }
}

TEST_CASE("answers that contradict each other are told; those of an honest candidate seldom are") {
    int honest = 0, contrary = 0;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
        const Plan plan = plan_of(0, seed);
        const Abilities abilities = simulated_abilities(seed);
        const Answers truly = by_ability(bank(), abilities, seed);
        honest += person_fit(measure(), plan, take(measure(), plan, truly).answers, {}).unusual;
        // Fails the easy ones and succeeds in the hard ones.
        const auto backwards = [&](const items::BankItem& item, std::uint64_t) {
            return Given{.item = item.id, .right = item.item->level > 4, .seconds = 30};
        };
        contrary +=
            person_fit(measure(), plan, take(measure(), plan, backwards).answers, {}).unusual;
    }
    CHECK(honest <= 2);
    CHECK(contrary >= 20);
}

TEST_CASE("the same seed and answers ask the same question; another person is asked another") {
    const Plan plan = plan_of(3, 5);
    const Taken taken = take(measure(), plan, by_ability(bank(), simulated_abilities(3), 3));
    std::set<base::ItemId> once;
    for (std::size_t i = 0; i < taken.answers.size(); ++i) {
        const auto again = next(measure(), plan, std::span(taken.answers).first(i));
        CHECK(again.choice->item == taken.answers[i].item);
        CHECK(once.insert(taken.answers[i].item).second);
    }
    std::set<base::ItemId> first;
    for (std::uint64_t seed = 0; seed < 40; ++seed)
        first.insert(next(measure(), plan_of(3, seed), {}).choice->item);
    CHECK(first.size() > 20);
}

TEST_CASE("enemies, telephones, times and what was asked before are kept to") {
    std::vector<items::BankItem> list;
    for (const items::BankItem& one : bank().bank->of("1.1")) {
        items::Item item = *one.item;
        item.phone = one.id.value % 2 == 0;
        item.seconds = one.id.value % 3 == 0 ? 20 : 0;
        if (one.id.value == 4) item.enemies = {bank().bank->find(base::ItemId{10})->code()};
        items::BankItem changed = one;
        changed.item = std::make_shared<const items::Item>(std::move(item));
        list.push_back(std::move(changed));
    }
    const Measure small(frameworks::present(), std::make_shared<const items::Bank>(2, list));
    const auto never_sure = [](const items::BankItem& item, std::uint64_t turn) {
        return Given{.item = item.id, .right = turn % 2 == 0, .seconds = 20};
    };
    for (std::uint64_t seed = 1; seed < 30; ++seed) {
        Plan plan{.targets = {{"1.1", 0}}, .seed = seed};
        Taken taken = take(small, plan, never_sure);
        bool four = false, ten = false, timed = false;
        for (const Given& given : taken.answers) {
            four = four || given.item.value == 4;
            ten = ten || given.item.value == 10;
            const bool now = given.item.value % 3 == 0;
            CHECK_FALSE((timed && now));
            timed = now;
        }
        CHECK_FALSE((four && ten));
        plan.phone = plan.untimed = true;
        plan.seen = {{2}, {8}};
        taken = take(small, plan, never_sure);
        for (const Given& given : taken.answers) {
            CHECK(given.item.value % 2 == 0);
            CHECK(given.item.value % 3 != 0);
            CHECK(given.item.value != 2);
            CHECK(given.item.value != 8);
        }
        CHECK((taken.last.end == End::no_item || taken.last.end == End::known));
    }
}

TEST_CASE("items on trial are one in five at most and count for nothing") {
    std::vector<items::BankItem> list = bank().bank->items();
    for (items::BankItem& one : list) one.seeded = one.id.value % 4 == 0;
    const Measure mixed(frameworks::present(), std::make_shared<const items::Bank>(3, list));
    REQUIRE_FALSE(mixed.calibrating().empty());
    const Plan plan = plan_of(0, 23);
    const Taken taken = take(mixed, plan, by_ability(bank(), simulated_abilities(9), 9));
    const auto trials = std::ranges::count(taken.answers, false, &Given::measures);
    CHECK(trials > 0);
    CHECK(trials <= 8);
    auto turned = taken.answers;
    for (Given& given : turned)
        if (!given.measures) given.right = !given.right;
    const auto as_was = standings(mixed, plan, taken.answers);
    const auto as_is = standings(mixed, plan, turned);
    for (std::size_t i = 0; i < as_was.size(); ++i) CHECK(as_was[i].mean == as_is[i].mean);

    // A bank of which nothing is calibrated yet measures by its priors.
    for (items::BankItem& one : list) one.seeded = true;
    const Measure first(frameworks::present(), std::make_shared<const items::Bank>(4, list));
    CHECK(first.calibrating().empty());
    CHECK(next(first, plan, {}).choice->measures);
}

TEST_CASE("an earlier test spares questions, and fades") {
    const Abilities abilities = simulated_abilities(21);
    const Plan plan = plan_of(3, 31);
    const Taken taken = take(measure(), plan, by_ability(bank(), abilities, 1));
    Plan again = plan_of(3, 32);
    for (const Standing& standing : standings(measure(), plan, taken.answers)) {
        REQUIRE(standing.own_sd > 0);
        again.beliefs.push_back({standing.competence, standing.own_mean, standing.own_sd});
    }
    const auto before = standings(measure(), plan, taken.answers);
    const auto believed = standings(measure(), again, {});
    for (std::size_t i = 0; i < before.size(); ++i) {
        CHECK(believed[i].sd > before[i].sd);
        CHECK(believed[i].sd < 1);
        CHECK(std::abs(believed[i].mean - before[i].mean) < 0.5);
    }
    const Taken second = take(measure(), again, by_ability(bank(), abilities, 2));
    CHECK(second.answers.size() < taken.answers.size());
}

TEST_CASE("at the core is no product of probabilities, and unknown where nothing was asked") {
    const Plan plan = plan_of(3, 31, "1");
    const Taken taken = take(measure(), plan, by_ability(bank(), simulated_abilities(4), 4));
    const auto list = standings(measure(), plan, taken.answers);
    double product = 1, least = 1;
    for (const Standing& standing : list) {
        product *= standing.reached;
        least = std::min(least, standing.reached);
    }
    const auto together = probability_of(measure(), plan, taken.answers, plan.targets);
    REQUIRE(together);
    CHECK(*together > product);
    CHECK(*together <= least + 1e-6);
    CHECK_FALSE(probability_of(measure(), plan, taken.answers, {{"1.1", 3}, {"4.1", 3}}));
}

TEST_CASE("an empty bank asks nothing, and an item that was withdrawn counts no more") {
    const Measure empty(frameworks::present(),
                        std::make_shared<const items::Bank>(1, std::vector<items::BankItem>{}));
    CHECK(next(empty, plan_of(3, 1), {}).end == End::no_item);
    CHECK(standings(empty, plan_of(3, 1), {}).empty());

    const Plan plan = plan_of(3, 1);
    auto answers = take(measure(), plan, by_ability(bank(), simulated_abilities(4), 4)).answers;
    std::vector<items::BankItem> list = bank().bank->items();
    std::erase_if(list, [&](const auto& one) { return one.id == answers.front().item; });
    const Measure after(frameworks::present(), std::make_shared<const items::Bank>(2, list));
    const auto with = standings(after, plan, answers);
    answers.erase(answers.begin());
    const auto without = standings(after, plan, answers);
    for (std::size_t i = 0; i < with.size(); ++i) CHECK(with[i].mean == without[i].mean);
}

TEST_CASE("the answers of a test stay under 4 kB and read back as they were") {
    std::string text;
    std::vector<Given> list;
    for (int i = 0; i < static_cast<int>(most_questions); ++i) {
        list.push_back({.item = {1000 + i},
                        .version = 12,
                        .right = i % 2 == 0,
                        .unknown = i % 7 == 0,
                        .measures = i % 5 != 0,
                        .late = i % 11 == 0,
                        .seconds = i * 20,
                        .written = shortened(R"(["12 rue de l’Église, au fond de la cour",")" +
                                             std::string(400, 'x') + R"("])")});
        text += line_of(list.back());
    }
    CHECK(text.size() < 4000);
    CHECK(read_lines(text) == list);
    CHECK(read_lines("").empty());
    CHECK(shortened(R"(["3","1","2"])") == R"(["3","1","2"])");
    CHECK_THROWS_AS(read_lines("12 1 r 3"), std::logic_error);
    CHECK_THROWS_AS(read_lines("x 1 r 3 null\n"), std::logic_error);
}
