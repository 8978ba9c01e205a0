// SPDX-License-Identifier: EUPL-1.2
#include "answers_of.hpp"
#include "engine/drift.hpp"
#include "engine/engine.hpp"

#include <doctest/doctest.h>

using namespace engine;
using doctest::Approx;

TEST_CASE("the distribution of scores is that of all patterns") {
    const std::vector<double> p{0.3, 0.6, 0.8};
    std::vector<std::vector<std::vector<double>>> table;
    for (const double right : p) table.push_back({{1 - right}, {right}});
    const auto all = score_distribution(table, 3);
    REQUIRE(all.size() == 4);
    std::vector<double> expected(4);
    for (int pattern = 0; pattern < 8; ++pattern) {
        double chance = 1;
        std::size_t score = 0;
        for (int i = 0; i < 3; ++i) {
            const bool right = (pattern >> i & 1) != 0;
            chance *= right ? p[static_cast<std::size_t>(i)] : 1 - p[static_cast<std::size_t>(i)];
            score += right;
        }
        expected[score] += chance;
    }
    for (std::size_t s = 0; s < 4; ++s) CHECK(all[s][0] == Approx(expected[s]).epsilon(1e-14));
    CHECK(score_distribution(table, 1).size() == 3);
}

TEST_CASE("items that fit: mean squares of 1, S-X2 rejects as often as it says") {
    std::size_t rejected = 0;
    std::size_t tests = 0;
    for (std::uint64_t seed = 0; seed < 8; ++seed) {
        const std::vector<Item> items = planted(20, 70 + seed);
        const Responses responses = answers_of(items, 1500, 20, 90 + seed);
        const Fit fit = item_fit(items, responses, {.parameters = 0});
        for (const ItemFit& of : fit.items) {
            CHECK(of.infit == Approx(1).epsilon(0.1));
            CHECK(of.outfit == Approx(1).epsilon(0.3));
            rejected += of.df > 0 && of.p < 0.05;
            ++tests;
        }
        CHECK(fit.dependent.empty());
        CHECK(fit.mean_q3 == Approx(-1.0 / 19).epsilon(0.6));
    }
    const double share = static_cast<double>(rejected) / static_cast<double>(tests);
    CHECK(share > 0.01);
    CHECK(share < 0.12);
}

TEST_CASE("a guessed item misfits, and copied answers show as dependence") {
    std::vector<Item> items = planted(20, 80);
    std::vector<Item> truth = items;
    truth[4] = Item::two_pl(1.5, 0.5);
    truth[4].c = 0.35;
    items[4] = Item::two_pl(1.5, 0.5);
    const Responses honest = answers_of(truth, 3000, 20, 81);
    // A third copy the answer to item 7 from that to item 6.
    Responses copied(20);
    std::vector<PackedAnswer> line;
    for (std::size_t p = 0; p < 3000; ++p) {
        line.assign(honest.of(p).begin(), honest.of(p).end());
        if (p % 3 == 0) line[7] = {7, static_cast<int>(line[6].category())};
        copied.add(line);
    }
    const Fit fit = item_fit(items, copied, {.parameters = 0});
    CHECK(fit.items[4].p < 1e-6);
    REQUIRE_FALSE(fit.dependent.empty());
    CHECK(fit.dependent[0].one == 6);
    CHECK(fit.dependent[0].other == 7);
    CHECK(fit.dependent.size() == 1);
}

TEST_CASE("nothing to fit: an item that nobody answered, one item alone") {
    Responses responses(2);
    for (int p = 0; p < 30; ++p) responses.add(std::vector{PackedAnswer(0, p % 2)});
    const Fit fit = item_fit(planted(2, 1), responses, {});
    CHECK(fit.items[1].answers == 0);
    CHECK(fit.items[0].df == 0);
    Responses one(1);
    for (int p = 0; p < 30; ++p) one.add(std::vector{PackedAnswer(0, p % 2)});
    CHECK(item_fit(planted(1, 1), one, {}).items[0].answers == 30);
}

TEST_CASE("drift: an item that became easier is found, an honest one seldom accused") {
    CHECK(answers_to_false_alarm({}) == Approx(20'000).epsilon(0.01));
    CHECK(threshold_for(20'000, 0.1) == Approx(28.9).epsilon(0.001));
    Random random(5);
    std::size_t accused = 0;
    for (int item = 0; item < 100; ++item) {
        Drift drift;
        for (int k = 0; k < 2000; ++k) {
            const double p = 0.2 + 0.6 * random.uniform();
            drift.observe((random.uniform() < p ? 1 : 0) - p, p * (1 - p));
        }
        accused += drift.easier() || drift.harder();
    }
    // 2 x 2,000 of 20,000 answers, less since the sum begins at 0.
    CHECK(accused < 25);
    Drift known;
    std::size_t answers = 0;
    while (!known.easier() && answers < 5000) {
        const double p = 0.3 + 0.4 * random.uniform();
        known.observe((random.uniform() < p + 0.2 ? 1 : 0) - p, p * (1 - p));
        ++answers;
    }
    CHECK(answers < 300);
    CHECK_FALSE(known.harder());
}

TEST_CASE("live calibration follows the batch, and leaves a trail") {
    const Item truth = Item::two_pl(1.4, 0.6);
    const Grid grid = Grid::equally_spaced(41, -4, 4);
    ItemPosterior now{.a = 1, .d = 0, .aa = 0.1, .ad = 0, .dd = 1};
    const ItemPosterior first = now;
    Random random(3);
    std::vector<ItemChange> trail;
    for (std::uint64_t n = 0; n < 4000; ++n) {
        const double theta = random.normal();
        // The taker is known to about 0.35 from other answers.
        const double seen = theta + 0.35 * random.normal();
        const double mean = seen / (1 + 0.35 * 0.35);
        const double sd = 0.35 / std::sqrt(1 + 0.35 * 0.35);
        const Grid taker = Grid::equally_spaced(41, -4, 4, mean, sd);
        const ItemChange change = learn(now, grid, taker.weights, draw(truth, theta, random), n);
        CHECK(change.after.aa <= now.aa);
        CHECK(change.after.dd <= now.dd);
        CHECK(change.after.aa * change.after.dd >= change.after.ad * change.after.ad);
        now = change.after;
        trail.push_back(change);
    }
    CHECK(std::abs(now.a - truth.a) < 3 * std::sqrt(now.aa));
    CHECK(std::abs(now.d - truth.d[0]) < 3 * std::sqrt(now.dd));
    CHECK(std::sqrt(now.dd) < 0.06);
    const ItemChange batch =
        replace(now, {.a = 1.39, .d = -0.83, .aa = .002, .ad = 0, .dd = .001}, 7);
    CHECK(batch.source == ItemChange::Source::batch);
    CHECK(batch.before.a == now.a);
    CHECK(trail.front().before.a == first.a);
    for (std::size_t k = 1; k < trail.size(); ++k) CHECK(trail[k].before.d == trail[k - 1].after.d);
    // Uncertain parameters pull the chance towards one half.
    CHECK(soft_probability({.a = 1, .d = 0, .aa = 0, .ad = 0, .dd = 0}, 2) ==
          Approx(logistic(2.0)));
    CHECK(soft_probability({.a = 1, .d = 0, .aa = .5, .ad = 0, .dd = 1}, 2) < logistic(2.0));
}
