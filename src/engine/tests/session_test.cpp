// SPDX-License-Identifier: EUPL-1.2
// Choosing questions: each rule against its definition written plainly, quotas against the best of
// all tests, stop rules on both sides.
#include "effort.hpp"
#include "engine/engine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <tuple>

using namespace engine;

namespace {

std::vector<Item> bank(std::size_t count, std::uint64_t seed, bool several_models = false) {
    Random random(seed);
    std::vector<Item> items;
    for (std::size_t i = 0; i < count; ++i) {
        Item item = Item::two_pl(engine::exp(0.3 * random.normal()), random.normal());
        if (several_models && i % 3 == 1) item.c = 0.2;
        if (several_models && i % 3 == 2)
            item = {.model = i % 2 ? Model::graded : Model::partial_credit,
                    .a = item.a,
                    .d = {0.8, -0.4}};
        item.name = std::to_string(i + 1);
        items.push_back(item);
    }
    return items;
}

Tables tables_of(std::vector<Item> items, Tree tree = {}) {
    Grid grid = grid_for(tree);
    return *Tables::of({std::move(tree), std::move(grid)}, std::move(items));
}

// The posterior variance of a node after one more answer, averaged over the answers.
double expected_variance(const Tables& tables, Posterior posterior, std::size_t item, int node) {
    std::array<double, max_categories> p{};
    const Item& asked = tables.items()[item];
    const auto at = posterior.marginal(asked.node);
    const std::vector<double> now(at.begin(), at.end());
    double expected = 0;
    for (std::size_t k = 0; k < asked.categories(); ++k) {
        double chance = 0;
        for (std::size_t q = 0; q < now.size(); ++q) {
            probabilities(asked, tables.grid().nodes[q], p);
            chance += now[q] * p[k];
        }
        posterior.add(item, static_cast<int>(k));
        expected += chance * posterior.moments(node).variance;
        posterior.remove(item, static_cast<int>(k));
    }
    return expected;
}

}  // namespace

TEST_CASE("MEPV is the least expected posterior variance, of any model") {
    for (const bool several : {false, true}) {
        const Tables tables = tables_of(bank(30, 3, several));
        Rules rules{.select = Select::mepv, .stop = {.length = 12}};
        Session session(tables, rules);
        session.begin(Random(1));
        Random random(2);
        Posterior known(tables);
        std::set<std::size_t> given;
        while (const auto item = session.next()) {
            std::size_t best = 0;
            double least = 1e300;
            for (std::size_t i = 0; i < 30; ++i) {
                if (given.contains(i)) continue;
                const double variance = expected_variance(tables, known, i, 0);
                if (variance < least - 1e-12) least = variance, best = i;
            }
            CHECK(*item == best);
            given.insert(*item);
            const int answer = static_cast<int>(random.below(tables.items()[*item].categories()));
            session.answer(answer);
            known.add(*item, answer);
        }
        CHECK(given.size() == 12);
        CHECK(session.stopped() == Stopped::length);
    }
}

TEST_CASE("MEPV over a tree adds up the variances of the weighted nodes exactly") {
    const Tree tree = *Tree::of(
        {{"g"}, {"A", 0, 0.8}, {"B", 0, 0.7}, {"A1", 1, 0.9}, {"A2", 1, 0.8}, {"B1", 2, 0.9}});
    auto items = bank(24, 5);
    for (std::size_t i = 0; i < items.size(); ++i) items[i].node = 3 + static_cast<int>(i % 3);
    const Tables tables = tables_of(items, tree);
    Rules rules{.select = Select::mepv,
                .turn = Turn::best,
                .weights = {0.5, 0, 0, 1, 2, 1},
                .stop = {.length = 8}};
    Session session(tables, rules);
    session.begin(Random(1));
    Posterior known(tables);
    Random random(9);
    std::set<std::size_t> given;
    while (const auto item = session.next()) {
        std::size_t best = 0;
        double least = 1e300;
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (given.contains(i)) continue;
            double sum = 0;
            for (std::size_t v = 0; v < tree.size(); ++v)
                if (rules.weights[v] > 0)
                    sum +=
                        rules.weights[v] * expected_variance(tables, known, i, static_cast<int>(v));
            if (sum < least - 1e-12) least = sum, best = i;
        }
        CHECK(*item == best);
        given.insert(*item);
        const int answer = random.uniform() < 0.5;
        session.answer(answer);
        known.add(*item, answer);
    }
}

TEST_CASE("MFI, weighted information, KL and entropy choose by their definitions") {
    const Tables tables = tables_of(bank(40, 7, true));
    for (const Select select : {Select::fisher, Select::weighted, Select::kl, Select::entropy}) {
        Rules rules{.select = select, .stop = {.length = 6}};
        Session session(tables, rules);
        session.begin(Random(1));
        Posterior known(tables);
        std::set<std::size_t> given;
        Random random(4);
        while (const auto item = session.next()) {
            const double theta = known.moments(0).mean;
            const auto p = known.marginal(0);
            std::size_t best = 0;
            double most = -1e300;
            for (std::size_t i = 0; i < 40; ++i) {
                if (given.contains(i)) continue;
                const Item& candidate = tables.items()[i];
                std::array<double, max_categories> l{}, at{}, mean{};
                double worth = 0;
                log_probabilities(candidate, theta, at);
                for (std::size_t q = 0; q < p.size(); ++q) {
                    const double node = tables.grid().nodes[q];
                    log_probabilities(candidate, node, l);
                    if (select == Select::weighted)
                        worth += p[q] * information(candidate, node).fisher;
                    for (std::size_t k = 0; k < candidate.categories(); ++k) {
                        if (select == Select::kl) worth += p[q] * std::exp(at[k]) * (at[k] - l[k]);
                        if (select == Select::entropy) worth += p[q] * std::exp(l[k]) * l[k];
                        mean[k] += p[q] * std::exp(l[k]);
                    }
                }
                if (select == Select::entropy)
                    for (std::size_t k = 0; k < candidate.categories(); ++k)
                        worth -= mean[k] * std::log(mean[k]);
                if (select == Select::fisher) worth = information(candidate, theta).fisher;
                if (worth > most + 1e-9) most = worth, best = i;
            }
            CHECK(*item == best);
            given.insert(*item);
            const int answer = static_cast<int>(random.below(tables.items()[*item].categories()));
            session.answer(answer);
            known.add(*item, answer);
        }
    }
}

TEST_CASE("the choice does not depend on the order or the labels of the items") {
    const auto items = bank(60, 11);
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), 0UL);
    Random random(13);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    std::vector<Item> shuffled;
    for (const std::size_t i : order) shuffled.push_back(items[i]);
    for (std::size_t i = 0; i < shuffled.size(); ++i) shuffled[i].name = "x" + std::to_string(i);
    const Tables one = tables_of(items), other = tables_of(shuffled);
    for (const Select select : {Select::fisher, Select::mepv, Select::weighted}) {
        Rules rules{.select = select, .stop = {.length = 20}};
        Session first(one, rules), second(other, rules);
        first.begin(Random(1));
        second.begin(Random(1));
        for (int k = 0; k < 20; ++k) {
            const std::size_t a = *first.next();
            const std::size_t b = *second.next();
            CHECK(a == order[b]);
            first.answer(static_cast<int>(a % 2));
            second.answer(static_cast<int>(a % 2));
        }
        CHECK(first.estimate(0).theta == second.estimate(0).theta);
    }
}

TEST_CASE("a test stops for the reason that holds, and not before") {
    auto items = bank(200, 17);
    const Tables tables = tables_of(items);
    const auto run = [&](const Stop& stop, int answer_of = -1) {
        Rules rules{.select = Select::mepv, .stop = stop, .seconds = std::vector<double>(200, 60)};
        Session session(tables, rules);
        session.begin(Random(1));
        Random random(19);
        while (const auto item = session.next())
            session.answer(answer_of >= 0 ? answer_of : random.uniform() < 0.5);
        return std::tuple(session.stopped(), session.given().size(), session.estimate(0).se);
    };
    CHECK(run({.length = 7}) == std::tuple(Stopped::length, 7UL, std::get<2>(run({.length = 7}))));
    const auto [why, length, se] = run({.length = 100, .se = 0.4});
    CHECK(why == Stopped::se);
    CHECK(se <= 0.4);
    CHECK(std::get<2>(run({.length = length - 1})) > 0.4);
    CHECK(std::get<1>(run({.length = 100, .shortest = length + 3, .se = 0.4})) == length + 3);
    CHECK(std::get<0>(run({.length = 100, .cuts = {0}, .level_probability = 0.95}, 1)) ==
          Stopped::level);
    CHECK(std::get<0>(run({.length = 100, .cuts = {0}, .odds = 19}, 0)) == Stopped::odds);
    CHECK(std::get<0>(run({.length = 100, .gain = 0.02})) == Stopped::gain);
    CHECK(std::get<0>(run({.length = 100, .seconds = 300})) == Stopped::time);
    CHECK(std::get<1>(run({.length = 100, .seconds = 300})) == 5);
    CHECK(std::get<0>(run({.length = 300})) == Stopped::no_item);
    CHECK(std::get<1>(run({.length = 300})) == 200);
}

TEST_CASE("extreme banks: one item, no slope, duplicates, 20,000 items") {
    const auto take = [](std::vector<Item> items, int answer, std::size_t length) {
        const Tables tables = tables_of(std::move(items));
        for (const Select select : {Select::fisher, Select::mepv, Select::kl}) {
            Rules rules{.select = select, .stop = {.length = length}};
            Session session(tables, rules);
            session.begin(Random(1));
            std::set<std::size_t> seen;
            while (const auto item = session.next()) {
                CHECK(seen.insert(*item).second);
                session.answer(answer);
            }
            const Estimate found = session.estimate(0);
            CHECK(std::isfinite(found.theta));
            CHECK(std::isfinite(found.se));
            CHECK((found.theta >= 0) == (answer == 1 || found.theta == 0));
        }
    };
    take({Item::two_pl(1, 0)}, 1, 5);
    take({Item::two_pl(0, 0), Item::two_pl(0, 0)}, 1, 5);
    take(std::vector<Item>(50, Item::two_pl(1, 0)), 0, 40);
    take(bank(20'000, 23), 1, 30 / tests::fewer);
    take(bank(20'000, 23), 0, 30 / tests::fewer);
    CHECK_FALSE(Tables::of({}, {}));
    CHECK_FALSE(Tables::of({}, {{.node = 3, .d = {0}}}));
    CHECK_FALSE(Tables::of({}, {{.a = std::nan(""), .d = {0}}}));
}

TEST_CASE("an answer that is missing is not counted, and its item does not come again") {
    const Tables tables = tables_of(bank(10, 29));
    Rules rules{.stop = {.length = 10}};
    Session session(tables, rules);
    session.begin(Random(1));
    while (session.next()) session.answer(missing);
    CHECK(session.given().size() == 10);
    CHECK(std::abs(session.estimate(0).theta) < 1e-12);
    CHECK(session.posterior().answers() == 0);
}

TEST_CASE("soft scoring: the less is known of the items, the less their answers move") {
    const auto items = bank(20, 31);
    const auto after = [&](double se) {
        const std::vector<Uncertainty> unsure(items.size(), {se * se / 4, se * se, 0});
        const Tables tables = *Tables::of({}, items, unsure);
        Posterior posterior(tables);
        for (std::size_t i = 0; i < items.size(); ++i) posterior.add(i, 1);
        return posterior.moments(0);
    };
    CHECK(after(0).mean > after(0.5).mean);
    CHECK(after(0.5).mean > after(1.5).mean);
    CHECK(after(0).variance < after(0.5).variance);
}

TEST_CASE("an uncertain item is seen by Thompson sampling, where point values would hide it") {
    auto items = bank(40, 37);
    items.push_back(Item::two_pl(0.5, 0));  // thought weak
    std::vector<Uncertainty> unsure(items.size());
    unsure.back() = {0.25, 0.25, 0};
    const Tables tables = *Tables::of({}, items, unsure);
    const auto times = [&](bool thompson) {
        Rules rules{.select = Select::fisher, .thompson = thompson, .stop = {.length = 8}};
        Session session(tables, rules);
        int seen = 0;
        for (std::uint64_t person = 0; person < 200; ++person) {
            session.begin(Random(41, person));
            while (const auto item = session.next()) {
                seen += *item == items.size() - 1;
                session.answer(static_cast<int>((*item + person) % 2));
            }
        }
        return seen;
    };
    CHECK(times(false) == 0);
    CHECK(times(true) > 20);
}
