// SPDX-License-Identifier: EUPL-1.2
#include "coverage/training.hpp"

#include "coverage/suppression.hpp"
#include "engine/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <map>

using namespace coverage;

namespace {

int pick(engine::Random& random, int end) {
    return static_cast<int>(random.below(static_cast<std::uint32_t>(end)));
}

// All that can be done with so few agents: each takes any set of at most three courses.
std::int64_t best_by_trying(const std::vector<Need>& needs, const Levels& targets,
                            const std::vector<Course>& courses, const Budget& budget) {
    std::vector<Levels> agents;
    for (const Need& need : needs)
        agents.insert(agents.end(), static_cast<std::size_t>(need.persons), need.levels);
    // Best gain with the agents so far, by what was spent.
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> best{{{0, 0}, 0}};
    for (const Levels& agent : agents) {
        auto next = best;
        for (unsigned set = 1; set < (1U << courses.size()); ++set) {
            std::vector<const Course*> taken;
            std::int64_t minutes = 0, cents = 0;
            for (std::size_t i = 0; i < courses.size(); ++i)
                if ((set >> i & 1U) != 0) {
                    taken.push_back(&courses[i]);
                    minutes += courses[i].minutes;
                    cents += courses[i].cents;
                }
            if (taken.size() > most_courses_each) continue;
            const auto gained =
                static_cast<std::int64_t>(gain(group_of({agent, 1}), targets, taken));
            for (const auto& [spent, closed] : best) {
                const std::pair total{spent.first + minutes, spent.second + cents};
                if (total.first > budget.minutes || total.second > budget.cents) continue;
                auto& there = next[total];
                there = std::max(there, closed + gained);
            }
        }
        best = std::move(next);
    }
    std::int64_t most = 0;
    for (const auto& [spent, closed] : best) most = std::max(most, closed);
    return most;
}

}  // namespace

TEST_CASE("what courses bring to somebody") {
    const Course basics{{{0, 0, 2}}, 60, 0}, more{{{0, 2, 4}}, 60, 0},
        both{{{0, 0, 3}, {1, 1, 3}}, 60, 0};
    struct {
        Levels levels;
        std::vector<const Course*> courses;
        int gained;
    } const table[] = {
        {{0, 0}, {&basics}, 2},        {{1, 0}, {&basics}, 1},
        {{2, 0}, {&basics}, 0},        {{0, 0}, {&more}, 0},  // asks for level 2
        {{0, 0}, {&more, &basics}, 3},                        // in the best order; the target is 3
        {{0, 0}, {&both}, 3},  // the second competence asks for level 1
        {{0, 1}, {&both}, 4},  // its target is 2
        {{5, 5}, {&both, &more}, 0},
    };
    for (const auto& row : table)
        CHECK(gain(group_of({row.levels, 7}), {3, 2}, row.courses) == row.gained);
}

TEST_CASE("a group has five agents at least, and hides what sets one apart") {
    const Levels targets{3, 3};
    const auto same = [](Levels levels, std::int64_t agents, std::int64_t told) {
        Group group = group_of({std::move(levels), agents});
        group.persons = told;
        return group;
    };
    CHECK(groups_of(std::vector<Need>{{{0, 0}, 4}}, targets, 10).empty());
    CHECK(groups_of(std::vector<Need>{{{0, 0}, 5}}, targets, 10) ==
          std::vector<Group>{same({0, 0}, 5, 5)});
    // Beyond the target all are alike.
    CHECK(groups_of(std::vector<Need>{{{3, 8}, 4}, {{7, 3}, 3}}, targets, 10) ==
          std::vector<Group>{same({3, 3}, 7, 5)});
    // Two kinds of people; a single one stays among others.
    const auto two =
        groups_of(std::vector<Need>{{{0, 3}, 10}, {{3, 0}, 12}, {{2, 2}, 1}}, targets, 10);
    REQUIRE(two.size() == 2);
    CHECK(two[0].persons + two[1].persons == 20);
    engine::Random random(3, 1);
    std::vector<Need> agents;
    for (int i = 0; i < 500; ++i)
        agents.push_back({{pick(random, 5), pick(random, 5), pick(random, 5)}, 1});
    const Levels three{3, 4, 2};
    std::int64_t persons = 0;
    const auto groups = groups_of(agents, three, 40);
    CHECK(groups.size() <= 40);
    CHECK(groups.size() > 10);
    for (const Group& group : groups) {
        CHECK(group.persons >= smallest_group);
        CHECK(group.persons % smallest_group == 0);
        persons += group.persons;
    }
    CHECK(persons <= 500);
    CHECK(persons >= 500 - 4 * 40);
}

TEST_CASE("a small plan is the best there is: brute force finds none better") {
    engine::Random random(11, 1);
    int bounded = 0;
    for (int round = 0; round < 60; ++round) {
        const std::size_t competences = 1 + random.below(3);
        Levels targets;
        for (std::size_t c = 0; c < competences; ++c) targets.push_back(1 + pick(random, 4));
        std::vector<Course> courses;
        for (int i = 1 + pick(random, 5); i > 0; --i) {
            Course course{{}, 60 * (1 + pick(random, 6)), 100 * pick(random, 5)};
            for (int lessons = 1 + pick(random, 2); lessons > 0; --lessons) {
                const int from = pick(random, 3);
                course.lessons.push_back({random.below(static_cast<std::uint32_t>(competences)),
                                          from, from + 1 + pick(random, 2)});
            }
            courses.push_back(course);
        }
        std::vector<Need> needs;
        for (int i = 1 + pick(random, 3); i > 0; --i) {
            Need need{{}, 1 + pick(random, 3)};
            for (std::size_t c = 0; c < competences; ++c) need.levels.push_back(pick(random, 4));
            needs.push_back(need);
        }
        const Budget budget{60 * pick(random, 30), 100 * pick(random, 12)};
        std::vector<Group> groups;
        for (const Need& need : needs) groups.push_back(group_of(need));
        const Plan plan = plan_training(groups, targets, courses, budget);
        const std::int64_t best = best_by_trying(needs, targets, courses, budget);
        CHECK(plan.closed == doctest::Approx(static_cast<double>(best)));
        CHECK(plan.exact);
        CHECK(plan.bound == doctest::Approx(static_cast<double>(best)));
        CHECK(plan.minutes <= budget.minutes);
        CHECK(plan.cents <= budget.cents);
        std::int64_t minutes = 0;
        for (std::size_t i = 0; i < courses.size(); ++i)
            minutes += plan.seats[i] * courses[i].minutes;
        CHECK(minutes == plan.minutes);
        bounded += plan.closed < plan.gap ? 1 : 0;
    }
    CHECK(bounded > 20);
}

TEST_CASE("a large plan is near its bound and within its budget") {
    engine::Random random(12, 1);
    const Levels targets(12, 3);
    std::vector<Course> courses;
    for (int i = 0; i < 20; ++i)
        courses.push_back(
            {{{random.below(12), pick(random, 2), 2 + pick(random, 2)}, {random.below(12), 0, 2}},
             60 * (2 + pick(random, 10)),
             1000 * pick(random, 60)});
    std::vector<Group> needs;
    for (int i = 0; i < 150; ++i) {
        Need need{{}, 5 * (1 + pick(random, 40))};
        for (int c = 0; c < 12; ++c) need.levels.push_back(pick(random, 4));
        needs.push_back(group_of(need));
    }
    const Budget budget{60 * 20'000, 100 * 100'000};
    const Plan plan = plan_training(needs, targets, courses, budget);
    CHECK(plan.closed > 0);
    CHECK(plan.closed >= 0.98 * plan.bound);
    CHECK(plan.closed <= plan.bound + 1e-6);
    CHECK(plan.minutes <= budget.minutes);
    CHECK(plan.cents <= budget.cents);
    // Nothing to spend buys what is free only; there is no free hour.
    CHECK(plan_training(needs, targets, courses, {0, 0}).closed == 0);
}
