// SPDX-License-Identifier: EUPL-1.2
// What a server asks of the engine: a test rebuilt from its answers, a profile to be told, the fit
// of a person to a tree.
#include "effort.hpp"
#include "engine/engine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

using namespace engine;
using doctest::Approx;

namespace {

// Three areas of three competences, `each` items a competence.
Tables tree_tables(std::size_t each, std::uint64_t seed) {
    std::vector<Node> nodes{{"general"}};
    for (int area = 0; area < 3; ++area) nodes.push_back({"a" + std::to_string(area), 0, 0.85});
    for (int c = 0; c < 9; ++c) nodes.push_back({"c" + std::to_string(c), 1 + c / 3, 0.9});
    Tree tree = *Tree::of(nodes);
    Random random(seed);
    std::vector<Item> items;
    for (const int leaf : tree.leaves())
        for (std::size_t i = 0; i < each; ++i) {
            Item item = Item::two_pl(engine::exp(0.3 * random.normal()), random.normal());
            item.node = leaf;
            items.push_back(std::move(item));
        }
    Grid grid = grid_for(tree);
    return *Tables::of({std::move(tree), std::move(grid)}, std::move(items));
}

std::vector<double> draw_theta(const Tree& tree, Random& random) {
    std::vector<double> theta{random.normal()};
    for (std::size_t n = 1; n < tree.size(); ++n) {
        const Node& node = tree.nodes()[n];
        theta.push_back(node.loading * theta[static_cast<std::size_t>(node.parent)] +
                        std::sqrt(1 - node.loading * node.loading) * random.normal());
    }
    return theta;
}

int draw_answer(const Item& item, double theta, Random& random) {
    return random.uniform() < logistic(item.a * theta + item.d[0]) ? 1 : 0;
}

}  // namespace

TEST_CASE("a test rebuilt from its answers goes on as the one that was never left") {
    const Tables tables = tree_tables(8, 1);
    std::vector<Quota> quotas{{.name = "first", .items = {0, 1, 2, 3, 4, 5, 6, 7}, .at_most = 2}};
    const Blueprint blueprint = *Blueprint::of(tables.items().size(), 18, quotas);
    Rules rules;
    rules.stop.length = 18;
    rules.blueprint = &blueprint;
    for (const Turn turn : {Turn::rotate, Turn::variance, Turn::best}) {
        rules.turn = turn;
        Session kept(tables, rules);
        Session rebuilt(tables, rules);
        kept.begin(Random(1));
        std::vector<Given> given;
        Random random(2);
        for (;;) {
            rebuilt.resume(9, given);
            const auto item = kept.next();
            REQUIRE(rebuilt.next() == item);
            if (!item) break;
            const int answer = given.size() % 5 == 4 ? missing : random.uniform() < 0.6 ? 1 : 0;
            kept.answer(answer);
            given.push_back({*item, answer});
        }
        CHECK(given.size() == 18);
        CHECK(rebuilt.stopped() == Stopped::length);
        for (int node = 0; node < static_cast<int>(tables.tree().size()); ++node)
            CHECK(rebuilt.estimate(node).theta == kept.estimate(node).theta);
    }
    Session session(tables, rules);
    const Given twice[] = {{3, 1}, {3, 0}};
    const Given beyond[] = {{3, 2}};
    const Given unknown[] = {{tables.items().size(), 1}};
    CHECK_THROWS_AS(session.resume(1, twice), std::invalid_argument);
    CHECK_THROWS_AS(session.resume(1, beyond), std::invalid_argument);
    CHECK_THROWS_AS(session.resume(1, unknown), std::invalid_argument);
}

TEST_CASE("a question drawn by chance is the same when it is asked for again, others differ") {
    const Tables tables = tree_tables(8, 2);
    Rules rules;
    rules.exposure.among = 5;
    Session session(tables, rules);
    const Given given[] = {{0, 1}, {9, 0}};
    std::vector<std::size_t> seen;
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        session.resume(seed, given);
        const auto first = session.next();
        session.resume(seed, given);
        CHECK(session.next() == first);
        CHECK(tables.items()[*first].node == tables.items()[9].node + 1);  // whose turn it is
        seen.push_back(*first);
    }
    std::ranges::sort(seen);
    CHECK(std::ranges::unique(seen).begin() - seen.begin() == 5);
}

TEST_CASE("a test of some competences asks for no other") {
    const Tables tables = tree_tables(8, 3);
    Rules rules;
    rules.stop.length = 12;
    rules.weights.assign(tables.tree().size(), 0);
    const int wanted[] = {4, 7};
    for (const int node : wanted) rules.weights[static_cast<std::size_t>(node)] = 1;
    for (const Turn turn : {Turn::rotate, Turn::variance}) {
        rules.turn = turn;
        Session session(tables, rules);
        session.begin(Random(1));
        while (const auto item = session.next()) {
            CHECK(std::ranges::find(wanted, tables.items()[*item].node) != std::end(wanted));
            session.answer(1);
        }
        CHECK(session.given().size() == 12);
    }
}

TEST_CASE("a profile: range, levels and expected level are those of the posterior") {
    const Tables tables = tree_tables(8, 4);
    Posterior posterior(tables);
    for (std::size_t item = 0; item < 40; ++item) posterior.add(item, item % 3 != 0);
    const double cuts[] = {-1, 0, 1};
    for (const int node : {0, 2, 5}) {
        const NodeProfile found = profile(posterior, node, cuts);
        CHECK(found.mean == posterior.moments(node).mean);
        CHECK(found.levels == posterior.levels(node, cuts));
        CHECK(found.expected_level ==
              Approx(found.levels[1] + 2 * found.levels[2] + 3 * found.levels[3]));
        const AtLeast low{node, found.low};
        const AtLeast high{node, found.high};
        CHECK(posterior.probability({&low, 1}) == Approx(0.95).epsilon(1e-4));
        CHECK(posterior.probability({&high, 1}) == Approx(0.05).epsilon(1e-4));
        CHECK(found.low_level == (found.low < -1 ? 0 : found.low < 0 ? 1 : found.low < 1 ? 2 : 3));
        CHECK(found.high_level >= found.low_level);
    }
    posterior.reset();
    // Nobody answered: N(0, 1).
    CHECK(quantile(posterior, 3, 0.975) == Approx(1.95996).epsilon(1e-3));
    CHECK(quantile(posterior, 3, 0.5) == Approx(0).epsilon(1e-5));
}

TEST_CASE("a belief is an observation with a normal error, passed on through the tree") {
    const Tables tables = tree_tables(2, 5);
    Posterior posterior(tables);
    posterior.believe(4, 1.2, 0.8);
    CHECK(posterior.answers() == 0);
    const double share = 1 / (1 + 0.64);
    CHECK(posterior.moments(4).mean == Approx(1.2 * share).epsilon(1e-6));
    CHECK(posterior.moments(4).variance == Approx(1 - share).epsilon(1e-6));
    CHECK(posterior.moments(0).mean == Approx(0.85 * 0.9 * 1.2 * share).epsilon(1e-6));
    // Before or after the answers: the same, to the last bit.
    posterior.add(5, 1);
    const double before = posterior.moments(0).mean;
    posterior.reset();
    posterior.add(5, 1);
    posterior.believe(4, 1.2, 0.8);
    CHECK(posterior.moments(0).mean == before);
    posterior.reset();
    CHECK(posterior.moments(4).mean == Approx(0).epsilon(1e-9));
}

TEST_CASE("lz* in a tree: about N(0, 1) under the model, low for answers by chance") {
    const Tables tables = tree_tables(8, 6);
    Random random(7);
    Posterior posterior(tables);
    constexpr int candidates = 1500 / tests::fewer;
    const auto fit = [&](const std::vector<Answer>& answers) {
        posterior.reset();
        for (const Answer& answer : answers)
            posterior.add(static_cast<std::size_t>(answer.item - tables.items().data()),
                          answer.category);
        std::vector<double> theta;
        for (int node = 0; node < static_cast<int>(tables.tree().size()); ++node)
            theta.push_back(posterior.moments(node).mean);
        return lz_star(answers, theta);
    };
    double sum = 0;
    double squares = 0;
    int flagged = 0;
    int found = 0;
    for (int k = 0; k < candidates; ++k) {
        const std::vector<double> theta = draw_theta(tables.tree(), random);
        std::vector<Answer> honest;
        std::vector<Answer> chance;
        for (const Item& item : tables.items()) {
            honest.push_back(
                {&item, draw_answer(item, theta[static_cast<std::size_t>(item.node)], random)});
            chance.push_back({&item, random.uniform() < 0.5 ? 1 : 0});
        }
        const double lz = fit(honest);
        sum += lz;
        squares += lz * lz;
        flagged += lz < -1.645;
        found += fit(chance) < -1.645;
    }
    const double mean = sum / candidates;
    // Conservative: the abilities are drawn to the middle, and the answers fit that a little
    // better.
    CHECK(std::abs(mean) < 0.25);
    CHECK(squares / candidates - mean * mean == Approx(1).epsilon(0.15));
    CHECK(flagged / double{candidates} > 0.03);
    CHECK(flagged / double{candidates} < 0.075);
    CHECK(found / double{candidates} > 0.85);
    const Answer one[] = {{&tables.items()[0], 1}};
    CHECK(std::isnan(fit({one, one + 1})));

    // Adaptive, three questions a competence: honest candidates are not accused more often.
    Rules rules;
    rules.stop.length = 27;
    Session session(tables, rules);
    int accused = 0;
    for (std::uint64_t k = 0; k < candidates; ++k) {
        const std::vector<double> theta = draw_theta(tables.tree(), random);
        session.begin(Random(1, k));
        std::vector<Answer> answers;
        while (const auto item = session.next()) {
            const Item& asked = tables.items()[*item];
            answers.push_back(
                {&asked, draw_answer(asked, theta[static_cast<std::size_t>(asked.node)], random)});
            session.answer(answers.back().category);
        }
        accused += fit(answers) < -1.645;
    }
    CHECK(accused / double{candidates} < 0.075);
}
