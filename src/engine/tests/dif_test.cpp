// SPDX-License-Identifier: EUPL-1.2
#include "answers_of.hpp"
#include "engine/chi_square.hpp"
#include "engine/engine.hpp"

#include <doctest/doctest.h>

using namespace engine;
using doctest::Approx;

namespace {

// Item 3 is harder for the focal group by `shift` on b, item 5 steeper by `steeper`; the focal
// group is less able.
struct Two {
    Responses answers{0};
    std::vector<std::uint32_t> groups;
};
Two two_groups(double shift, double steeper, std::size_t each, std::uint64_t seed) {
    const std::vector<Item> items = planted(20, 3);
    std::vector<Item> focal = items;
    focal[3].d[0] -= focal[3].a * shift;
    focal[5].a *= steeper;
    Two out{Responses(20), {}};
    for (const bool second : {false, true}) {
        const Responses part = answers_of(
            second ? focal : items, each, 20, seed + second,
            [&](std::size_t, Random& random) { return random.normal() - (second ? 0.5 : 0.0); });
        for (std::size_t p = 0; p < each; ++p) {
            out.answers.add(part.of(p));
            out.groups.push_back(second);
        }
    }
    return out;
}

}  // namespace

TEST_CASE("tails of chi-square are those of the tables") {
    CHECK(chi_square_tail(3.841458820694124, 1) == Approx(0.05).epsilon(1e-10));
    CHECK(chi_square_tail(18.307038053275146, 10) == Approx(0.05).epsilon(1e-10));
    CHECK(chi_square_tail(2, 2) == Approx(0.36787944117144233).epsilon(1e-12));
    CHECK(chi_square_tail(100, 7) < 1e-17);
    CHECK(chi_square_tail(0, 3) == 1);
    CHECK(normal_two_sided(1.959963984540054) == Approx(0.05).epsilon(1e-10));
}

TEST_CASE("Mantel-Haenszel by hand: one stratum of twenty persons") {
    // Reference 8 right, 2 wrong; focal 5 right, 5 wrong: odds ratio 8*5 / (2*5) = 4.
    Responses responses(1);
    std::vector<std::uint32_t> groups;
    const auto add = [&](std::uint32_t group, int right, int count) {
        for (int k = 0; k < count; ++k) {
            responses.add(std::vector{PackedAnswer(0, right)});
            groups.push_back(group);
        }
    };
    add(0, 1, 8);
    add(0, 0, 2);
    add(1, 1, 5);
    add(1, 0, 5);
    Matching all;
    all.value.assign(20, 0.0);
    all.stratum.assign(20, 0);
    all.strata = 1;
    const MantelHaenszel found = mantel_haenszel(responses, groups, 0, all);
    CHECK(found.odds_ratio == Approx(4));
    CHECK(found.delta == Approx(-2.35 * std::log(4.0)));
    // |8 - 6.5| - .5 = 1, variance 10*10*13*7 / (20*20*19).
    CHECK(found.chi_square == Approx(1 / (9100.0 / 7600)).epsilon(1e-12));
    CHECK(found.ets == 'A');
    // With one stratum the variance of log odds is 1/8 + 1/2 + 1/5 + 1/5.
    CHECK(found.se == Approx(2.35 * std::sqrt(1.025)).epsilon(1e-9));
}

TEST_CASE("planted DIF is found by all three, and little else") {
    const Two data = two_groups(0.8, 1, 2000, 50);
    const std::vector<bool> none(20);
    std::size_t false_alarms = 0;
    for (std::size_t i = 0; i < 20; ++i) {
        CAPTURE(i);
        const Matching matching = match_by_score(data.answers, none, i);
        const MantelHaenszel mh = mantel_haenszel(data.answers, data.groups, i, matching);
        const LogisticDif logistic = logistic_dif(data.answers, data.groups, i, matching);
        if (i == 3) {
            CHECK(mh.ets == 'C');
            CHECK(mh.delta < -1.5);
            CHECK(logistic.p_uniform < 1e-6);
            CHECK(logistic.group < -0.5);
        } else {
            CHECK(mh.ets != 'C');
            false_alarms += mh.ets == 'B';
        }
    }
    CHECK(false_alarms <= 1);
    const std::vector<std::size_t> some{2, 3};
    const std::vector<RatioDif> ratio = ratio_dif(data.answers, data.groups, some, {});
    CHECK(ratio[0].p > 0.001);
    CHECK(ratio[0].df == 2);
    CHECK(ratio[1].p < 1e-8);
    CHECK(ratio[1].b_difference == Approx(0.8).epsilon(0.25));
}

TEST_CASE("an item that tells better in one group is non-uniform DIF") {
    const Two data = two_groups(0, 2.2, 3000, 60);
    const Matching matching = match_by_score(data.answers, std::vector<bool>(20), 5);
    const LogisticDif found = logistic_dif(data.answers, data.groups, 5, matching);
    CHECK(found.p_nonuniform < 1e-4);
    CHECK(logistic_dif(data.answers, data.groups, 6, matching).p_nonuniform > 0.001);
}

TEST_CASE("without DIF the tests reject as often as they say") {
    std::size_t mh = 0;
    std::size_t logistic = 0;
    std::size_t tests = 0;
    for (std::uint64_t seed = 0; seed < 12; ++seed) {
        const Two data = two_groups(0, 1, 500, 1000 + 10 * seed);
        for (std::size_t i = 0; i < 20; ++i) {
            const Matching matching = match_by_score(data.answers, std::vector<bool>(20), i);
            mh += mantel_haenszel(data.answers, data.groups, i, matching).p < 0.05;
            logistic += logistic_dif(data.answers, data.groups, i, matching).p_uniform < 0.05;
            ++tests;
        }
    }
    // The continuity correction makes Mantel-Haenszel a little conservative.
    CHECK(static_cast<double>(mh) / static_cast<double>(tests) < 0.075);
    CHECK(static_cast<double>(logistic) / static_cast<double>(tests) < 0.095);
    CHECK(logistic > 2);
}

TEST_CASE("adaptive answers are matched by ability; equal abilities share a stratum") {
    std::vector<double> theta;
    for (int k = 0; k < 100; ++k) theta.push_back(k % 10);
    const Matching matching = match_by_ability(theta);
    for (std::size_t p = 0; p < 100; ++p) CHECK(matching.stratum[p] == matching.stratum[p % 10]);
    Responses two(1);
    two.add(std::vector{PackedAnswer(0, 2)});
    Matching one;
    one.value = {0};
    one.stratum = {0};
    one.strata = 1;
    const std::vector<std::uint32_t> groups{0};
    CHECK_THROWS(mantel_haenszel(two, groups, 0, one));
}

TEST_CASE("empty strata, one group only, and everyone right say nothing and fail nothing") {
    Responses responses(2);
    std::vector<std::uint32_t> groups;
    for (int p = 0; p < 30; ++p) {
        responses.add(std::vector{PackedAnswer(0, 1), PackedAnswer(1, p % 2)});
        groups.push_back(0);
    }
    const Matching matching = match_by_score(responses, std::vector<bool>(2), 0);
    const MantelHaenszel found = mantel_haenszel(responses, groups, 0, matching);
    CHECK(found.ets == 'A');
    CHECK(found.p == 1);
    CHECK(std::isfinite(logistic_dif(responses, groups, 0, matching).uniform));
}
