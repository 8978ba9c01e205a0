// SPDX-License-Identifier: EUPL-1.2
#include "plans/rules.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>

using namespace plans;

namespace {

positioning::Levels surely(int level) {
    positioning::Levels levels{};
    levels.at(static_cast<std::size_t>(level)) = 1;
    return levels;
}

positioning::Levels between(std::initializer_list<std::pair<int, double>> given) {
    positioning::Levels levels{};
    for (const auto& [level, p] : given) levels.at(static_cast<std::size_t>(level)) = p;
    return levels;
}

Offering offering(std::int64_t id, std::vector<Teaching> teaches, int hours,
                  std::vector<base::OfferId> after = {}, bool kept = false) {
    return {.offer = {id},
            .teaches = std::move(teaches),
            .minutes = hours * 60,
            .after = std::move(after),
            .kept = kept};
}

std::vector<std::int64_t> ids(const Path& path, const std::vector<Offering>& list) {
    std::vector<std::int64_t> found;
    for (const Step& step : path.steps) found.push_back(list[step.offering].offer.value);
    return found;
}

constexpr Limits no_limits{.least_levels = 0, .most_minutes_per_level = 1'000'000};

// What a set of offers leaves open, said the slow way: whoever can follow an offer does, until none
// helps any more. Independent of rules.cpp.
double left_by(const std::vector<Need>& needs, const std::vector<Offering>& list, unsigned set) {
    double sum = 0;
    for (const Need& need : needs) {
        if (!need.open) continue;
        for (int start = 0; start < need.target; ++start) {
            int level = start;
            for (bool risen = true; risen;) {
                risen = false;
                for (std::size_t i = 0; i < list.size(); ++i)
                    if ((set >> i & 1U) != 0)
                        for (const Teaching& one : list[i].teaches)
                            if (one.competence == need.competence && one.from <= level &&
                                one.to > level) {
                                level = one.to;
                                risen = true;
                            }
            }
            sum +=
                need.levels.at(static_cast<std::size_t>(start)) * std::max(0, need.target - level);
        }
    }
    return sum;
}

int minutes_of(const std::vector<Offering>& list, unsigned set) {
    int sum = 0;
    for (std::size_t i = 0; i < list.size(); ++i)
        if ((set >> i & 1U) != 0) sum += list[i].minutes;
    return sum;
}

struct Small {
    std::vector<Need> needs;
    std::vector<Offering> offerings;
};

// Small cases drawn at random. `stairs`: offers may begin above what somebody can do.
Small drawn(std::mt19937& random, bool stairs) {
    const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
    Small made;
    const std::array<const char*, 4> codes{"1.1", "1.2", "2.1", "4.1"};
    for (const char* code : codes) {
        Need need{.competence = code, .target = 2 + below(6)};
        double sum = 0;
        for (double& p : need.levels) sum += p = below(4) == 0 ? below(10) : 0;
        if (sum == 0)
            need.levels = surely(below(3));
        else
            for (double& p : need.levels) p /= sum;
        made.needs.push_back(need);
    }
    const int offers = 5 + below(5);
    for (int i = 0; i < offers; ++i) {
        Offering one{.offer = {i + 1}, .teaches = {}, .minutes = 60 * (1 + below(20))};
        for (const char* code : codes)
            if (below(2) == 0) {
                const int from = stairs ? below(5) : 0;
                one.teaches.push_back({code, from, from + 1 + below(8 - from)});
            }
        made.offerings.push_back(std::move(one));
    }
    return made;
}

}  // namespace

TEST_CASE("a gap is what is missing in expectation, and nothing once the level is reached") {
    CHECK(gap_of({"1.1", 3, surely(3)}) == 0);
    CHECK(gap_of({"1.1", 3, surely(8)}) == 0);
    CHECK(gap_of({"1.1", 3, surely(2)}) == doctest::Approx(1));
    CHECK(gap_of({"1.1", 3, surely(0)}) == doctest::Approx(3));
    CHECK(gap_of({"1.1", 3, between({{2, 0.5}, {3, 0.3}, {4, 0.2}})}) == doctest::Approx(0.5));
    CHECK(gap_of({"1.1", 3, between({{2, 0.4}, {3, 0.6}}), false}) == 0);
    CHECK(middle_of(between({{2, 0.5}, {3, 0.5}})) == 2);
    CHECK(middle_of(between({{2, 0.49}, {3, 0.51}})) == 3);
    CHECK(middle_of(surely(8)) == 8);
}

TEST_CASE("a training brings whoever can follow it to its level, and nobody down") {
    struct Case {
        int level;
        std::vector<Teaching> teachings;
        int reached;
    };
    for (const Case& c :
         {Case{0, {{"1.1", 0, 3}}, 3}, Case{3, {{"1.1", 0, 3}}, 3}, Case{5, {{"1.1", 0, 3}}, 5},
          Case{2, {{"1.1", 3, 5}}, 2}, Case{3, {{"1.1", 3, 5}}, 5},
          // Stairs, whatever the order in which they are told.
          Case{0, {{"1.1", 3, 5}, {"1.1", 0, 3}}, 5},
          Case{0, {{"1.1", 5, 8}, {"1.1", 2, 5}, {"1.1", 0, 2}}, 8},
          Case{0, {{"1.1", 3, 5}, {"1.1", 0, 2}}, 2}, Case{0, {{"1.1", 2, 4}, {"1.1", 0, 3}}, 4}}) {
        CAPTURE(c.level);
        CHECK(middle_of(raised(surely(c.level), c.teachings)) == c.reached);
    }
}

TEST_CASE("first what closes most per hour, and each gap once") {
    const std::vector<Need> needs{{"1.1", 3, surely(0)}, {"4.1", 4, surely(2)}};
    const std::vector<Offering> list{offering(1, {{"1.1", 0, 3}}, 6),
                                     offering(2, {{"4.1", 0, 4}}, 2),
                                     offering(3, {{"1.1", 0, 2}, {"4.1", 0, 3}}, 30)};
    const Path path = make_path(needs, list);
    CHECK(ids(path, list) == std::vector<std::int64_t>{2, 1});
    CHECK(path.gap == doctest::Approx(5));
    CHECK(path.left == 0);
    CHECK(path.steps[0].levels == doctest::Approx(2));
    CHECK(path.steps[1].closes.front().from == 0);
    CHECK(path.steps[1].closes.front().to == 3);
    CHECK(middle_of(path.after[0].levels) == 3);
}

TEST_CASE("what a later training makes superfluous is left out") {
    const std::vector<Need> needs{{"1.1", 4, surely(0)}};
    // The short one closes most per hour, the long one closes all that it does and more.
    const std::vector<Offering> list{offering(1, {{"1.1", 0, 1}}, 1),
                                     offering(2, {{"1.1", 0, 4}}, 8)};
    CHECK(choose(needs, list) == std::vector<std::size_t>{0, 1});
    CHECK(ids(make_path(needs, list), list) == std::vector<std::int64_t>{2});
}

TEST_CASE("a training that begins at a level comes after the one that leads there") {
    // Half of what one may be can follow the second at once, which closes more per hour.
    const std::vector<Need> needs{{"1.1", 5, between({{2, 0.5}, {3, 0.5}})}};
    const std::vector<Offering> list{offering(1, {{"1.1", 0, 3}}, 8),
                                     offering(2, {{"1.1", 3, 5}}, 4)};
    CHECK(choose(needs, list) == std::vector<std::size_t>{1, 0});
    const Path path = make_path(needs, list);
    CHECK(ids(path, list) == std::vector<std::int64_t>{1, 2});
    CHECK(path.left == doctest::Approx(0));
    // Who certainly can needs the first one not.
    const std::vector<Need> able{{"1.1", 5, surely(3)}};
    CHECK(ids(make_path(able, list), list) == std::vector<std::int64_t>{2});
}

TEST_CASE("what a training presupposes comes with it, before it, and only then") {
    const std::vector<Need> needs{{"1.1", 3, surely(0)}};
    const std::vector<Offering> list{offering(1, {{"1.1", 0, 3}}, 4, {{2}}), offering(2, {}, 1),
                                     offering(3, {{"1.1", 0, 3}}, 20)};
    const Path path = make_path(needs, list);
    CHECK(ids(path, list) == std::vector<std::int64_t>{2, 1});
    CHECK(path.steps[0].closes.empty());
    CHECK(path.steps[1].levels == doctest::Approx(3));
    // With a long one before it, another is better.
    std::vector<Offering> longer = list;
    longer[1].minutes = 60 * 60;
    CHECK(ids(make_path(needs, longer), longer) == std::vector<std::int64_t>{3});
    // A circle of prerequisites is no endless loop.
    std::vector<Offering> circle = list;
    circle[1].after = {{1}};
    CHECK(make_path(needs, circle).steps.size() == 2);
}

TEST_CASE("what the person keeps comes first, as long as it closes something") {
    const std::vector<Need> needs{{"1.1", 3, surely(0)}, {"4.1", 3, surely(0)}};
    std::vector<Offering> list{offering(1, {{"1.1", 0, 3}}, 2), offering(2, {{"1.1", 0, 3}}, 9),
                               offering(3, {{"4.1", 0, 3}}, 5)};
    CHECK(ids(make_path(needs, list), list) == std::vector<std::int64_t>{1, 3});
    list[1].kept = true;
    CHECK(ids(make_path(needs, list), list) == std::vector<std::int64_t>{2, 3});
    list[1].teaches = {{"2.1", 0, 3}};
    CHECK(ids(make_path(needs, list), list) == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("too little, too long, or not at all") {
    const std::vector<Need> needs{{"1.1", 3, between({{2, 0.2}, {3, 0.8}})}};
    const auto steps = [&](double p, int hours) {
        const std::vector<Need> one{{"1.1", 3, between({{2, p}, {3, 1 - p}})}};
        const std::vector<Offering> list{offering(1, {{"1.1", 0, 3}}, hours)};
        return make_path(one, list).steps.size();
    };
    CHECK(steps(0.21, 1) == 1);
    CHECK(steps(0.19, 1) == 0);
    CHECK(steps(1, 35) == 1);
    CHECK(steps(1, 36) == 0);
    CHECK(make_path(needs, {}).steps.empty());
    CHECK(make_path({}, std::vector{offering(1, {{"1.1", 0, 3}}, 1)}).steps.empty());
    // What no level of the framework is, teaches nothing.
    const std::vector<Offering> odd{offering(1, {{"1.1", 0, 9}, {"1.1", 3, 3}, {"9.9", 0, 3}}, 1)};
    CHECK(make_path(needs, odd).steps.empty());
    // Never more steps than a page has room for.
    std::vector<Need> many;
    std::vector<Offering> one_each;
    for (int i = 0; i < 20; ++i) {
        many.push_back({"x" + std::to_string(i), 3, surely(0)});
        one_each.push_back(offering(i, {{"x" + std::to_string(i), 0, 3}}, 2));
    }
    CHECK(make_path(many, one_each).steps.size() == Limits{}.most_steps);
}

TEST_CASE("until when it lasts") {
    const base::Date monday = std::chrono::year{2026} / 11 / 23;
    CHECK(ends_on(monday, 120, 2) == monday + std::chrono::days{7});
    CHECK(ends_on(monday, 121, 2) == monday + std::chrono::days{8});
    CHECK(ends_on(monday, 0, 2) == monday);
    CHECK(ends_on(monday, 60 * 20, 2) == monday + std::chrono::days{70});
}

TEST_CASE(
    "where offers do not build on each other, each beginning closes at least 63% of the best") {
    std::mt19937 random(1978);
    double worst = 1, sum = 0;
    int beginnings = 0;
    for (int round = 0; round < 400; ++round) {
        const Small small = drawn(random, false);
        const auto chosen = choose(small.needs, small.offerings, no_limits);
        const double gap = left_by(small.needs, small.offerings, 0);
        const unsigned sets = 1U << small.offerings.size();
        unsigned set = 0;
        for (const std::size_t one : chosen) {
            set |= 1U << one;
            const int hours = minutes_of(small.offerings, set);
            double best = 0;
            for (unsigned other = 0; other < sets; ++other)
                if (minutes_of(small.offerings, other) <= hours)
                    best = std::max(best, gap - left_by(small.needs, small.offerings, other));
            const double closed = gap - left_by(small.needs, small.offerings, set);
            const double share = best == 0 ? 1 : closed / best;
            worst = std::min(worst, share);
            sum += share;
            ++beginnings;
            REQUIRE(closed >= (1 - std::exp(-1)) * best - 1e-9);
        }
    }
    MESSAGE(beginnings << " beginnings of plans: " << sum / beginnings << " of the best, worst "
                       << worst);
    CHECK(sum / beginnings > 0.95);
}

TEST_CASE("all that can be closed is closed, in an order that can be followed, nothing twice") {
    std::mt19937 random(2026);
    double extra = 0;
    int plans_made = 0;
    for (int round = 0; round < 400; ++round) {
        const Small small = drawn(random, true);
        const unsigned all = (1U << small.offerings.size()) - 1;
        const double least = left_by(small.needs, small.offerings, all);
        const Path path = make_path(small.needs, small.offerings, no_limits);
        CHECK(path.left == doctest::Approx(least));
        // Each step is counted beyond those before it, and its levels add up.
        double closed = 0;
        unsigned set = 0;
        for (const Step& step : path.steps) {
            const double before = left_by(small.needs, small.offerings, set);
            REQUIRE((set >> step.offering & 1U) == 0);
            set |= 1U << step.offering;
            CHECK(step.levels ==
                  doctest::Approx(before - left_by(small.needs, small.offerings, set)));
            closed += step.levels;
        }
        CHECK(closed == doctest::Approx(path.gap - path.left));
        // How many hours more than the shortest choice that closes as much.
        int fewest = minutes_of(small.offerings, all);
        for (unsigned other = 0; other <= all; ++other)
            if (left_by(small.needs, small.offerings, other) <= least + 1e-9)
                fewest = std::min(fewest, minutes_of(small.offerings, other));
        const int hours = minutes_of(small.offerings, set);
        CHECK(hours >= fewest);
        if (fewest > 0) {
            extra += static_cast<double>(hours) / fewest - 1;
            ++plans_made;
        }
    }
    MESSAGE(plans_made << " plans: " << 100 * extra / plans_made
                       << " % more hours than the shortest");
    CHECK(extra / plans_made < 0.1);
}
