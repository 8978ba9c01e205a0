// SPDX-License-Identifier: EUPL-1.2
#include "answers_of.hpp"
#include "effort.hpp"
#include "engine/engine.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>

using namespace engine;
using doctest::Approx;

namespace {

struct Simulated {
    Tree tree;
    std::vector<Item> items;
    std::vector<int> nodes_of;
    Responses answers{0};
    std::vector<std::vector<double>> theta;
};

// `each` items a leaf; each person answers `asked` of each leaf.
Simulated simulate(const std::vector<Node>& nodes, std::size_t each, std::size_t asked,
                   std::size_t persons, std::uint64_t seed) {
    Simulated out{*Tree::of(nodes), {}, {}, Responses(0), {}};
    for (const int leaf : out.tree.leaves())
        for (std::size_t k = 0; k < each; ++k) out.nodes_of.push_back(leaf);
    out.items = planted(out.nodes_of.size(), seed);
    out.answers = Responses(out.items.size());
    Random random(seed + 7);
    std::vector<PackedAnswer> line;
    for (std::size_t p = 0; p < persons; ++p) {
        std::vector<double>& theta = out.theta.emplace_back(out.tree.size());
        theta[0] = random.normal();
        for (std::size_t n = 1; n < theta.size(); ++n) {
            const Node& node = out.tree.nodes()[n];
            theta[n] = node.loading * theta[static_cast<std::size_t>(node.parent)] +
                       std::sqrt(1 - node.loading * node.loading) * random.normal();
        }
        line.clear();
        for (std::size_t first = 0; first < out.items.size(); first += each) {
            const std::size_t turn = random.below(each);
            for (std::size_t k = 0; k < asked; ++k) {
                const std::size_t i = first + (turn + k) % each;
                line.emplace_back(
                    i,
                    draw(out.items[i], theta[static_cast<std::size_t>(out.nodes_of[i])], random));
            }
        }
        out.answers.add(line);
    }
    return out;
}

std::vector<Node> five_areas() {
    std::vector<Node> nodes{{"general"}};
    for (int k = 0; k < 5; ++k) nodes.push_back({"area" + std::to_string(k), 0, std::sqrt(0.7)});
    return nodes;
}

}  // namespace

TEST_CASE("five areas that correlate .7: items, loadings and abilities come back") {
    const Simulated data = simulate(five_areas(), 10, 10, 2000, 1);
    std::vector<Node> start = data.tree.nodes();
    for (Node& node : start) node.loading = node.parent < 0 ? 1 : 0.5;
    CalibrationOptions options;
    options.person_estimates = true;
    const TreeCalibration found =
        calibrate_tree(data.answers, *Tree::of(start), data.nodes_of, options);
    CHECK(found.calibration.converged);
    for (std::size_t n = 1; n < 6; ++n)
        CHECK(found.nodes[n].loading == Approx(std::sqrt(0.7)).epsilon(0.06));
    CHECK(rmse(data.items, found.calibration.items, a_of) < 0.1);
    CHECK(rmse(data.items, found.calibration.items, d_of) < 0.09);
    double squares = 0;
    double variances = 0;
    for (std::size_t p = 0; p < 2000; ++p)
        for (std::size_t n = 1; n < 6; ++n) {
            squares += std::pow(found.mean[p * 6 + n] - data.theta[p][n], 2);
            variances += std::pow(found.sd[p * 6 + n], 2);
        }
    // The stated uncertainty is the true one.
    CHECK(squares / variances == Approx(1).epsilon(0.05));
    CHECK(std::sqrt(squares / 10000) < 0.53);
}

TEST_CASE("two levels from a few answers each: loadings and parameters together") {
    std::vector<Node> nodes{{"general"}};
    for (int a = 0; a < 3; ++a) nodes.push_back({"area" + std::to_string(a), 0, 0.85});
    for (int c = 0; c < 9; ++c) nodes.push_back({"competence" + std::to_string(c), 1 + c % 3, 0.8});
    const Simulated data = simulate(nodes, 10, 4, 6000 / tests::fewer, 3);
    std::vector<Node> start = data.tree.nodes();
    for (Node& node : start) node.loading = node.parent < 0 ? 1 : 0.6;
    const TreeCalibration found = calibrate_tree(data.answers, *Tree::of(start), data.nodes_of, {});
    for (std::size_t n = 1; n < 13; ++n) {
        CAPTURE(found.nodes[n].name);
        CHECK(found.nodes[n].loading == Approx(n < 4 ? 0.85 : 0.8).epsilon(0.12 * tests::wider));
    }
    CHECK(rmse(data.items, found.calibration.items, d_of) < 0.11 * tests::wider);
}

TEST_CASE("sum-product is the integral: brute force over the points of a small tree") {
    const Simulated data = simulate({{"g"}, {"x", 0, 0.8}, {"y", 0, 0.6}}, 3, 3, 12, 5);
    CalibrationOptions options;
    options.most_maps = 1;
    const TreeCalibration found = calibrate_tree(data.answers, data.tree, data.nodes_of, options);
    // At what it returned, by a sum over g, x, y with weights of its own making.
    constexpr int points = 97;
    const auto at = [](int k) { return -4.8 + 9.6 * k / (points - 1); };
    double expected = 0;
    std::array<std::vector<double>, 3> prior;
    for (int g = 0; g < points; ++g) prior[0].push_back(engine::exp(-0.5 * at(g) * at(g)));
    double total = 0;
    for (const double weight : prior[0]) total += weight;
    std::vector<double> p(2);
    for (std::size_t person = 0; person < 12; ++person) {
        std::array<std::vector<double>, 3> likelihood;
        for (auto& of : likelihood) of.assign(points, 1.0);
        for (const PackedAnswer answer : data.answers.of(person))
            for (int k = 0; k < points; ++k) {
                const auto node = static_cast<std::size_t>(data.nodes_of[answer.item()]);
                probabilities(found.calibration.items[answer.item()].item, at(k), p);
                likelihood[node][static_cast<std::size_t>(k)] *= p[answer.category()];
            }
        double sum = 0;
        for (int g = 0; g < points; ++g) {
            double both = 1;
            for (std::size_t n = 1; n < 3; ++n) {
                const double loading = found.nodes[n].loading;
                double below = 0;
                double all = 0;
                for (int k = 0; k < points; ++k) {
                    const double off = at(k) - loading * at(g);
                    const double weight = engine::exp(-0.5 * off * off / (1 - loading * loading));
                    all += weight;
                    below += weight * likelihood[n][static_cast<std::size_t>(k)];
                }
                both *= below / all;
            }
            sum += prior[0][static_cast<std::size_t>(g)] / total * both;
        }
        expected += engine::log(sum);
    }
    CHECK(found.calibration.log_likelihood == Approx(expected).epsilon(1e-6));
}

TEST_CASE("one node alone is one dimension; threads change no bit") {
    const std::vector<Item> items = planted(20, 61);
    const Responses responses = answers_of(items, 800, 20, 62);
    const TreeCalibration alone = calibrate_tree(responses, Tree(), std::vector<int>(20, 0), {});
    const Calibration one = calibrate(responses, {});
    CHECK(alone.calibration.log_likelihood == Approx(one.log_likelihood).epsilon(1e-7));
    const Simulated data = simulate(five_areas(), 4, 4, 300, 9);
    CalibrationOptions options;
    options.most_maps = 8;
    const double single =
        calibrate_tree(data.answers, data.tree, data.nodes_of, options).calibration.log_likelihood;
    options.threads = 3;
    CHECK(calibrate_tree(data.answers, data.tree, data.nodes_of, options)
              .calibration.log_likelihood == single);
}

TEST_CASE(
    "standard errors in a tree: the spread of estimates over replications, and item by item") {
    std::vector<Node> nodes{{"general"}};
    for (int k = 0; k < 3; ++k) nodes.push_back({"area" + std::to_string(k), 0, 0.8});
    constexpr int replications = 12 / (tests::sanitized ? 2 : 1);
    std::vector<std::vector<double>> estimates;
    TreeCalibration stated;
    CalibrationOptions options;
    for (std::uint64_t seed = 1; seed <= replications; ++seed) {
        Simulated data = simulate(nodes, 4, 4, 800, 100);
        // The same items, other persons.
        Random random(seed);
        data.answers = Responses(data.items.size());
        for (int p = 0; p < 800; ++p) {
            std::vector<double> theta{random.normal()};
            for (int n = 1; n < 4; ++n) theta.push_back(0.8 * theta[0] + 0.6 * random.normal());
            std::vector<PackedAnswer> line;
            for (std::size_t i = 0; i < data.items.size(); ++i)
                line.emplace_back(
                    i,
                    draw(data.items[i], theta[static_cast<std::size_t>(data.nodes_of[i])], random));
            data.answers.add(line);
        }
        options.standard_errors = seed == 1;
        const TreeCalibration found =
            calibrate_tree(data.answers, data.tree, data.nodes_of, options);
        if (seed == 1) {
            stated = found;
            CHECK(found.calibration.standard_errors == StandardErrors::observed);
            // Item by item, loadings with the items as known: somewhat smaller, never far.
            options.most_jointly = 0;
            const TreeCalibration each =
                calibrate_tree(data.answers, data.tree, data.nodes_of, options);
            CHECK(each.calibration.standard_errors == StandardErrors::by_item);
            for (std::size_t i = 0; i < data.items.size(); ++i)
                for (std::size_t k = 0; k < 2; ++k) {
                    const double ratio =
                        each.calibration.items[i].se[k] / found.calibration.items[i].se[k];
                    CHECK(ratio > 0.7);
                    CHECK(ratio < 1.15);
                }
            for (std::size_t n = 1; n < 4; ++n) {
                CHECK(each.se_loadings[n] < found.se_loadings[n] * 1.001);
                CHECK(each.se_loadings[n] > found.se_loadings[n] * 0.5);
            }
        }
        std::vector<double>& of = estimates.emplace_back();
        for (const ItemEstimate& item : found.calibration.items) {
            of.push_back(item.item.a);
            of.push_back(item.item.d[0]);
        }
        for (std::size_t n = 1; n < 4; ++n) of.push_back(found.nodes[n].loading);
    }
    // Variances over the replications, pooled over parameters of a kind, against the stated ones.
    const auto ratio = [&](auto wanted, auto se) {
        double seen = 0;
        double said = 0;
        for (std::size_t k = 0; k < estimates[0].size(); ++k) {
            if (!wanted(k)) continue;
            double mean = 0;
            for (const auto& of : estimates) mean += of[k] / replications;
            for (const auto& of : estimates)
                seen += (of[k] - mean) * (of[k] - mean) / (replications - 1);
            said += se(k) * se(k);
        }
        return seen / said;
    };
    const auto of_item = [&](std::size_t k) { return stated.calibration.items[k / 2].se[k % 2]; };
    CHECK(ratio([](std::size_t k) { return k < 24 && k % 2 == 0; }, of_item) ==
          Approx(1).epsilon(0.4 * (tests::sanitized ? 1.4 : 1)));
    CHECK(ratio([](std::size_t k) { return k < 24 && k % 2 == 1; }, of_item) ==
          Approx(1).epsilon(0.4 * (tests::sanitized ? 1.4 : 1)));
    CHECK(ratio([](std::size_t k) { return k >= 24; },
                [&](std::size_t k) { return stated.se_loadings[k - 23]; }) ==
          Approx(1).epsilon(0.6 * (tests::sanitized ? 1.4 : 1)));
}

TEST_CASE("a tree that does not fit the answers is refused in words") {
    const Responses responses = answers_of(planted(3, 1), 20, 3, 2);
    CHECK_THROWS_WITH(calibrate_tree(responses, Tree(), {0, 0}, {}), "nodes must be one an item");
    CHECK_THROWS_WITH(calibrate_tree(responses, Tree(), {0, 0, 7}, {}),
                      "an item measures no node of the tree");
    CalibrationOptions options;
    options.family = Family::rasch;
    CHECK_THROWS_WITH(calibrate_tree(responses, Tree(), {0, 0, 0}, options),
                      "with a tree each item has its slope: 2pl, 3pl, grm or gpcm");
}
