// SPDX-License-Identifier: EUPL-1.2
// The posterior over a tree: against sums over all combinations of grid points, safe when answers
// contradict each other, the same in whatever order they come.
#include "engine/engine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

using namespace engine;

namespace {

Tree small_tree() {
    return *Tree::of({{"general"}, {"A", 0, 0.8}, {"B", 0, 0.6}, {"A1", 1, 0.9}, {"A2", 1, 0.7}});
}

// general -> areas -> competences with the same loadings everywhere.
Tree tree_of(std::vector<int> areas, double general, double area) {
    std::vector<Node> nodes{{"general"}};
    int number = 0;
    for (const int competences : areas) {
        const int at = static_cast<int>(nodes.size());
        nodes.push_back({std::to_string(++number), 0, general});
        for (int i = 1; i <= competences; ++i)
            nodes.push_back({std::to_string(number) + "." + std::to_string(i), at, area});
    }
    return *Tree::of(nodes);
}

std::vector<Item> items_for(const Tree& tree, int each, std::uint64_t seed) {
    Random random(seed);
    std::vector<Item> items;
    for (const int leaf : tree.leaves())
        for (int i = 0; i < each; ++i) {
            Item item = Item::two_pl(engine::exp(0.3 * random.normal()), random.normal());
            item.node = leaf;
            item.name = std::to_string(items.size());
            items.push_back(item);
        }
    return items;
}

// Every combination of grid points of a tree of five nodes with its posterior weight.
template <class Visit>
void for_all(const Tables& tables, const std::vector<std::pair<std::size_t, int>>& answers,
             const Visit& visit) {
    const Tree& tree = tables.tree();
    const std::size_t n = tables.grid().size();
    const std::size_t padded_n = tables.points();
    std::vector<std::vector<double>> l(tree.size(), std::vector<double>(n, 0));
    for (const auto& [item, answer] : answers)
        for (std::size_t q = 0; q < n; ++q)
            l[static_cast<std::size_t>(tables.items()[item].node)][q] +=
                tables.log_likelihood(item, answer)[q];
    std::vector<std::size_t> at(tree.size(), 0);
    for (;;) {
        double log_weight = std::log(tables.network().prior()[at[0]]);
        double transition = 1;
        for (std::size_t v = 0; v < tree.size(); ++v) {
            log_weight += l[v][at[v]];
            if (v > 0)
                transition *= tables.network().by_parent(static_cast<int>(
                    v))[at[static_cast<std::size_t>(tree.nodes()[v].parent)] * padded_n + at[v]];
        }
        visit(at, std::exp(log_weight) * transition);
        std::size_t v = 0;
        while (v < at.size() && ++at[v] == n) at[v++] = 0;
        if (v == at.size()) return;
    }
}

}  // namespace

TEST_CASE("a tree is numbered parents first, and refused when it is none") {
    const Tree tree = *Tree::of({{"x", 2, 0.5}, {"y", 2, 0.5}, {"root"}, {"x1", 0, 0.5}});
    CHECK(tree.nodes()[0].name == "root");
    CHECK(tree.find("x1") == 3);
    CHECK(tree.leaves() == std::vector<int>{2, 3});
    CHECK(tree.correlation(tree.find("x1"), tree.find("y")) == doctest::Approx(0.125));
    CHECK_FALSE(Tree::of({}));
    CHECK_FALSE(Tree::of({{"a"}, {"b"}}));
    CHECK_FALSE(Tree::of({{"a"}, {"a", 0}}));
    CHECK_FALSE(Tree::of({{"a"}, {"b", 0, 1.5}}));
    CHECK_FALSE(Tree::of({{"a"}, {"b", 2}, {"c", 1}}));
    CHECK_FALSE(Tree::of({{"a", 0}}));
}

TEST_CASE("sum-product is the sum over all combinations") {
    // Answers also at inner nodes; 7 points on each: 16,807 combinations.
    const Tree tree = small_tree();
    std::vector<Item> items;
    Random random(17);
    for (int i = 0; i < 15; ++i) {
        Item item = Item::two_pl(0.5 + random.uniform(), random.normal());
        item.node = i % 5;
        items.push_back(item);
    }
    const auto tables = *Tables::of({tree, Grid::equally_spaced(7, -3, 3)}, items);
    std::vector<std::pair<std::size_t, int>> answers;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (i % 5 != 2) answers.emplace_back(i, random.uniform() < 0.5);
    Posterior posterior(tables);
    for (const auto& [item, answer] : answers) posterior.add(item, answer);

    const std::size_t n = 7;
    std::vector<std::vector<double>> marginals(5, std::vector<double>(n, 0));
    std::vector<double> pair(n * n, 0);             // A and A2
    std::vector<double> mean_of(n, 0), mass(n, 0);  // of A2 given B
    const AtLeast core[] = {{3, 0.2}, {4, -0.6}, {2, 0.9}};
    std::vector<Aligned> weights;
    for (const AtLeast& cut : core) weights.push_back(above(tables.network(), cut.cut));
    double all = 0;
    double together = 0;
    for_all(tables, answers, [&](const std::vector<std::size_t>& at, double weight) {
        all += weight;
        for (std::size_t v = 0; v < 5; ++v) marginals[v][at[v]] += weight;
        pair[at[1] * n + at[4]] += weight;
        mass[at[2]] += weight;
        mean_of[at[2]] += weight * tables.grid().nodes[at[4]];
        together += weight * weights[0][at[3]] * weights[1][at[4]] * weights[2][at[2]];
    });
    for (int v = 0; v < 5; ++v) {
        const auto p = posterior.marginal(v);
        for (std::size_t q = 0; q < n; ++q)
            CHECK(p[q] ==
                  doctest::Approx(marginals[static_cast<std::size_t>(v)][q] / all).epsilon(1e-12));
    }
    const Aligned joint = posterior.joint(4);
    for (std::size_t p = 0; p < n; ++p)
        for (std::size_t c = 0; c < n; ++c)
            CHECK(joint[p * tables.points() + c] ==
                  doctest::Approx(pair[p * n + c] / all).epsilon(1e-12));
    std::vector<double> conditional(tables.points());
    posterior.conditional_mean(4, 2, conditional);
    for (std::size_t q = 0; q < n; ++q)
        CHECK(conditional[q] == doctest::Approx(mean_of[q] / mass[q]).epsilon(1e-12));
    CHECK(posterior.probability(core) == doctest::Approx(together / all).epsilon(1e-12));
    // Dependence counts: the product of the three alone is another number.
    double product = 1;
    for (const AtLeast& cut : core) product *= posterior.probability({&cut, 1});
    CHECK(posterior.probability(core) > product * 1.02);
}

TEST_CASE("what comes incrementally is what comes at once, in any order, to the last bit") {
    const Tree tree = tree_of({3, 2}, 0.85, 0.9);
    const auto items = items_for(tree, 20, 23);
    const auto tables = *Tables::of({tree, grid_for(tree)}, items);
    Random random(29);
    std::vector<std::pair<std::size_t, int>> answers;
    for (std::size_t i = 0; i < items.size(); ++i) answers.emplace_back(i, random.uniform() < 0.6);
    Posterior asked(tables);
    for (const auto& [item, answer] : answers) {
        asked.add(item, answer);
        // Asking in between fills what is kept.
        asked.moments(static_cast<int>(random.below(tree.size())));
    }
    // Two answers that are taken back.
    asked.add(3, 1);
    asked.add(40, 0);
    asked.moments(2);
    asked.remove(3, 1);
    asked.remove(40, 0);
    for (int shuffle = 0; shuffle < 5; ++shuffle) {
        for (std::size_t i = answers.size(); i > 1; --i)
            std::swap(answers[i - 1], answers[random.below(i)]);
        Posterior other(tables);
        for (const auto& [item, answer] : answers) other.add(item, answer);
        for (int v = 0; v < static_cast<int>(tree.size()); ++v) {
            const Moments one = asked.moments(v);
            const Moments two = other.moments(v);
            CHECK(std::memcmp(&one, &two, sizeof one) == 0);
        }
    }
}

TEST_CASE("without answers every node is N(0, 1), levels and cores included") {
    const Tree tree = tree_of({3, 6, 4, 4, 4}, 0.85, 0.9);
    const auto tables = *Tables::of({tree, grid_for(tree)}, items_for(tree, 1, 31));
    Posterior posterior(tables);
    for (int v = 0; v < static_cast<int>(tree.size()); ++v) {
        const Moments moments = posterior.moments(v);
        CHECK(std::abs(moments.mean) < 1e-9);
        CHECK(moments.variance == doctest::Approx(1).epsilon(2e-3));  // the grid ends at 4.5
    }
    const double cuts[] = {-1, 0.3};
    const auto levels = posterior.levels(5, cuts);
    CHECK(levels[0] == doctest::Approx(0.158655254).epsilon(1e-3));
    CHECK(levels[2] == doctest::Approx(0.382088578).epsilon(1e-3));
    // Two correlated normals, both above 0: 1/4 + asin(r) / (2 pi).
    const AtLeast both[] = {{tree.find("1.1"), 0}, {tree.find("1.2"), 0}};
    CHECK(posterior.probability(both) ==
          doctest::Approx(0.25 + std::asin(0.81) / (2 * 3.14159265358979)).epsilon(1e-3));
    const AtLeast far[] = {{tree.find("1.1"), 0}, {tree.find("5.1"), 0}};
    CHECK(posterior.probability(far) ==
          doctest::Approx(0.25 + std::asin(tree.correlation(far[0].node, far[1].node)) /
                                     (2 * 3.14159265358979))
              .epsilon(1e-3));
    CHECK(posterior.probability({}) == doctest::Approx(1));
}

TEST_CASE("the probability of a level has an error of the order of the fourth power of the step") {
    // Posterior of one dimension on a coarse and a very fine grid, cuts anywhere.
    std::vector<Item> items = items_for(Tree{}, 12, 37);
    const auto coarse = *Tables::of({Tree{}, Grid::equally_spaced(33, -4.5, 4.5)}, items);
    const auto fine = *Tables::of({Tree{}, Grid::equally_spaced(4001, -4.5, 4.5)}, items);
    Posterior one(coarse), other(fine);
    for (std::size_t i = 0; i < items.size(); ++i) {
        one.add(i, i % 3 != 0);
        other.add(i, i % 3 != 0);
    }
    for (double cut = -2; cut < 2; cut += 0.0737) {
        const AtLeast at{0, cut};
        CHECK(std::abs(one.probability({&at, 1}) - other.probability({&at, 1})) < 1e-3);
        const auto p = one.marginal(0);
        const Aligned weights = above(coarse.network(), cut);
        double sum = 0;
        for (std::size_t q = 0; q < p.size(); ++q) sum += weights[q] * p[q];
        CHECK(share_above(coarse.network(), p.data(), cut) == doctest::Approx(sum).epsilon(1e-12));
    }
}

TEST_CASE("one node, or loadings of 1, is one dimension") {
    const Tree chain = *Tree::of({{"general"}, {"a", 0, 1.0}, {"b", 0, 1.0}});
    auto items = items_for(Tree{}, 20, 41);
    const Grid grid = Grid::equally_spaced(40, -4, 4);
    const auto one = *Tables::of({Tree{}, grid}, items);
    for (std::size_t i = 0; i < items.size(); ++i) items[i].node = 1 + static_cast<int>(i % 2);
    const auto many = *Tables::of({chain, grid}, items);
    Posterior single(one), chained(many);
    for (std::size_t i = 0; i < items.size(); ++i) {
        single.add(i, i % 2 == 0);
        chained.add(i, i % 2 == 0);
    }
    for (int v = 0; v < 3; ++v) {
        CHECK(chained.moments(v).mean == doctest::Approx(single.moments(0).mean).epsilon(1e-10));
        CHECK(chained.moments(v).variance ==
              doctest::Approx(single.moments(0).variance).epsilon(1e-10));
    }
}

TEST_CASE("a thousand answers that contradict each other leave numbers, not NaN") {
    const Tree tree = tree_of({3, 12}, 0.97, 0.97);
    std::vector<Item> items;
    for (const int leaf : tree.leaves())
        for (int i = 0; i < 70; ++i) items.push_back({.node = leaf, .a = 200, .d = {0}});
    const auto tables = *Tables::of({tree, grid_for(tree)}, items);
    Posterior posterior(tables);
    for (std::size_t i = 0; i < items.size(); ++i)
        posterior.add(i, (items[i].node % 2) != 0);  // every second competence all wrong
    for (int v = 0; v < static_cast<int>(tree.size()); ++v) {
        const Moments moments = posterior.moments(v);
        CHECK(std::isfinite(moments.mean));
        CHECK(std::abs(moments.mean) <= 4.5);
        CHECK(std::isfinite(moments.variance));
        if (tree.is_leaf(v)) CHECK((moments.mean > 0) == (v % 2 != 0));
        double sum = 0;
        for (const double p : posterior.marginal(v)) sum += p;
        CHECK(sum == doctest::Approx(1));
    }
    const AtLeast core[] = {{4, 0}, {7, -4}};
    CHECK(std::isfinite(posterior.probability(core)));
}

TEST_CASE("the grid of a tree is fine enough: 24 points against 128") {
    const Tree tree = tree_of({3, 6, 4, 4, 4}, 0.85, 0.9);
    const auto items = items_for(tree, 10, 43);
    const auto coarse = *Tables::of({tree, grid_for(tree)}, items);
    const auto fine = *Tables::of({tree, Grid::equally_spaced(128, -4.5, 4.5)}, items);
    CHECK(coarse.grid().size() == 24);
    Random random(47);
    double worst = 0;
    for (int person = 0; person < 20; ++person) {
        Posterior one(coarse), other(fine);
        for (std::size_t i = 0; i < items.size(); ++i) {
            if (random.uniform() < 0.8) continue;
            const int answer = random.uniform() < 0.5;
            one.add(i, answer);
            other.add(i, answer);
        }
        for (int v = 0; v < static_cast<int>(tree.size()); ++v) {
            worst = std::max(worst, std::abs(one.moments(v).mean - other.moments(v).mean));
            worst = std::max(worst, std::abs(std::sqrt(one.moments(v).variance) -
                                             std::sqrt(other.moments(v).variance)));
        }
    }
    MESSAGE("largest difference of an estimate or standard error: ", worst);
    CHECK(worst < 2e-5);
}
