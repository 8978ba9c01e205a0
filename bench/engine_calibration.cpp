// SPDX-License-Identifier: EUPL-1.2
// Calibration: data simulated here (slopes log a ~ N(0, .3^2), difficulties N(0, 1), abilities
// N(0, 1), as s2pl_2000x50 was), times in CPU seconds of one core without reading files.
#include "engine/engine.hpp"
#include "engine_bench.hpp"
#include "psychometrics/answers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numeric>

namespace bench {
namespace {

using engine::Item;
using engine::PackedAnswer;
using engine::Random;

std::vector<Item> bank(std::size_t count, Random& random) {
    std::vector<Item> items;
    for (std::size_t i = 0; i < count; ++i)
        items.push_back(Item::two_pl(engine::exp(0.3 * random.normal()), random.normal()));
    return items;
}

bool right(const Item& item, double theta, Random& random) {
    return random.uniform() < engine::logistic(item.a * theta + item.d[0]);
}

// Each person answers `each` items, drawn at random where these are not all.
engine::Responses answers(const std::vector<Item>& items, std::size_t persons, std::size_t each,
                          Random& random) {
    engine::Responses out(items.size());
    out.reserve(persons, persons * each);
    std::vector<std::size_t> order(items.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::vector<PackedAnswer> line;
    for (std::size_t p = 0; p < persons; ++p) {
        const double theta = random.normal();
        line.clear();
        for (std::size_t k = 0; k < each; ++k) {
            if (each < items.size()) std::swap(order[k], order[k + random.below(order.size() - k)]);
            line.emplace_back(order[k], right(items[order[k]], theta, random) ? 1 : 0);
        }
        out.add(line);
    }
    return out;
}

struct Timed {
    double seconds = 1e9;
    engine::Calibration found;
};
// The least of `times` runs.
Timed timed(const engine::Responses& responses, const engine::CalibrationOptions& options,
            int times) {
    Timed out;
    for (int k = 0; k < times; ++k) {
        const double begun = cpu_seconds();
        out.found = engine::calibrate(responses, options);
        out.seconds = std::min(out.seconds, cpu_seconds() - begun);
    }
    return out;
}

double rmse(const std::vector<Item>& truth, const std::vector<engine::ItemEstimate>& found,
            double (*of)(const Item&)) {
    double sum = 0;
    for (std::size_t i = 0; i < truth.size(); ++i)
        sum += std::pow(of(found[i].item) - of(truth[i]), 2);
    return std::sqrt(sum / static_cast<double>(truth.size()));
}
double a_of(const Item& item) {
    return item.a;
}
double b_of(const Item& item) {
    return -item.d[0] / item.a;
}
double d_of(const Item& item) {
    return item.d[0];
}

std::string told(const engine::Calibration& found) {
    return fmt::format("log-likelihood {:.5f}, {} steps, {:.0e} to gain", found.log_likelihood,
                       found.iterations, found.still_to_gain);
}

void one_dimension() {
    const auto file = psychometrics::read_answers(
        SOURCE_DIR "/tests/data/irt/s2pl_2000x50_responses.csv", psychometrics::Layout::wide, "");
    if (!file) {
        fmt::print(stderr, "{}\n", file.error().text());
        std::exit(1);
    }
    Timed run = timed(file->answers, {}, 5);
    row("2PL, 2,000 x 50 (tests/data/irt)", run.seconds, "s", 0.008, told(run.found));
    row("  log-likelihood below mirt's -55854.8245 by",
        std::max(-55854.8245 - run.found.log_likelihood, 0.0), "", 0);

    Random random(1);
    std::vector<Item> items = bank(100, random);
    run = timed(answers(items, 10'000, 100, random), {}, 5);
    row("2PL, 10,000 x 100 complete", run.seconds, "s", 0.05, told(run.found));
    row("  log-likelihood below the maximum by", run.found.still_to_gain, "", 1e-4,
        fmt::format("RMSE a {:.4f}, b {:.4f}", rmse(items, run.found.items, a_of),
                    rmse(items, run.found.items, b_of)));

    items = bank(500, random);
    run = timed(answers(items, 20'000, 25, random), {}, 3);
    row("2PL sparse, 20,000 x 500, 25 answers each", run.seconds, "s", 0.4, told(run.found));
    row("  RMSE b", rmse(items, run.found.items, b_of), "", 0.127,
        fmt::format("RMSE a {:.4f}", rmse(items, run.found.items, a_of)));

    items = bank(20'000, random);
    const engine::Responses large = answers(items, 100'000, 30, random);
    run = timed(large, {}, 1);
    row("2PL sparse, 100,000 x 20,000, 30 answers each", run.seconds, "s", 8, told(run.found));
    row("  memory of this program so far", peak_megabytes(), "MB", 1024,
        fmt::format("RMSE a {:.4f}, d {:.4f}", rmse(items, run.found.items, a_of),
                    rmse(items, run.found.items, d_of)));

    items = bank(40, random);
    for (Item& item : items) item.c = 0.2;
    engine::Responses guessing(40);
    for (int p = 0; p < 5000; ++p) {
        std::vector<PackedAnswer> line;
        const double theta = random.normal();
        for (std::size_t i = 0; i < 40; ++i)
            line.emplace_back(i, right(items[i], theta, random) || random.uniform() < 0.2 ? 1 : 0);
        guessing.add(line);
    }
    run = timed(guessing, {.family = engine::Family::three_parameter}, 3);
    row("3PL, 5,000 x 40, c ~ Beta(5, 17) (mirt 1.2 s)", run.seconds, "s", 1.2, told(run.found));
}

// Abilities of each person at each node, and answers to `asked` of the `each` items of each leaf.
struct Tree {
    engine::Tree tree;
    std::vector<Item> items;
    std::vector<int> nodes_of;
    engine::Responses responses{0};
    std::vector<double> theta;  // persons x nodes
};
Tree simulated(const std::vector<engine::Node>& nodes, std::size_t each, std::size_t asked,
               std::size_t persons, std::uint64_t seed) {
    Random random(seed);
    Tree out{*engine::Tree::of(nodes), {}, {}, engine::Responses(0), {}};
    const std::size_t size = out.tree.size();
    for (const int leaf : out.tree.leaves()) out.nodes_of.insert(out.nodes_of.end(), each, leaf);
    out.items = bank(out.nodes_of.size(), random);
    out.responses = engine::Responses(out.items.size());
    out.theta.resize(persons * size);
    std::vector<PackedAnswer> line;
    for (std::size_t p = 0; p < persons; ++p) {
        double* const theta = out.theta.data() + p * size;
        theta[0] = random.normal();
        for (std::size_t n = 1; n < size; ++n) {
            const engine::Node& node = out.tree.nodes()[n];
            theta[n] = node.loading * theta[node.parent] +
                       std::sqrt(1 - node.loading * node.loading) * random.normal();
        }
        line.clear();
        for (std::size_t first = 0; first < out.items.size(); first += each) {
            const std::size_t turn = random.below(each);
            for (std::size_t k = 0; k < asked; ++k) {
                const std::size_t i = first + (turn + k) % each;
                line.emplace_back(i, right(out.items[i], theta[out.nodes_of[i]], random) ? 1 : 0);
            }
        }
        out.responses.add(line);
    }
    return out;
}

// Loadings begin away from the truth.
engine::Tree unknown(const engine::Tree& tree) {
    std::vector<engine::Node> nodes = tree.nodes();
    for (engine::Node& node : nodes) node.loading = node.parent < 0 ? 1 : 0.6;
    return *engine::Tree::of(nodes);
}

double theta_rmse(const Tree& data, const std::vector<double>& mean) {
    double sum = 0;
    std::size_t count = 0;
    for (std::size_t k = 0; k < mean.size(); ++k)
        if (k % data.tree.size() != 0) {
            sum += std::pow(mean[k] - data.theta[k], 2);
            ++count;
        }
    return std::sqrt(sum / static_cast<double>(count));
}

void trees() {
    std::vector<engine::Node> nodes{{"general"}};
    for (int k = 0; k < 5; ++k) nodes.push_back({fmt::format("area {}", k), 0, std::sqrt(0.7)});
    const Tree five = simulated(nodes, 10, 10, 2000, 5);
    engine::CalibrationOptions options;
    options.person_estimates = true;
    double begun = cpu_seconds();
    const engine::TreeCalibration found =
        engine::calibrate_tree(five.responses, unknown(five.tree), five.nodes_of, options);
    row("5 areas that correlate .7, 2,000 x 50", cpu_seconds() - begun, "s", 1,
        told(found.calibration));
    // The bound: the same with the true parameters, which no estimate beats.
    engine::CalibrationOptions known = options;
    for (const Item& item : five.items) known.anchors.emplace_back(item);
    known.most_maps = 1;
    const double bound = theta_rmse(
        five, engine::calibrate_tree(five.responses, five.tree, five.nodes_of, known).mean);
    double correlation = 0;
    for (std::size_t a = 1; a < 6; ++a)
        for (std::size_t b = 1; b < a; ++b)
            correlation += found.nodes[a].loading * found.nodes[b].loading / 10;
    row("  RMSE of the abilities", theta_rmse(five, found.mean), "", 0.50,
        fmt::format("true parameters {:.4f}; mean correlation {:.3f}, RMSE a {:.3f}", bound,
                    correlation, rmse(five.items, found.calibration.items, a_of)));

    // As DigComp: 3, 6, 4, 4, 4 competences in five areas; 42 questions a candidate.
    nodes = {{"general"}};
    for (int k = 0; k < 5; ++k) nodes.push_back({fmt::format("area {}", k), 0, 0.85});
    const int competences[] = {3, 6, 4, 4, 4};
    for (int area = 0; area < 5; ++area)
        for (int k = 0; k < competences[area]; ++k)
            nodes.push_back({fmt::format("competence {}.{}", area, k), 1 + area, 0.9});
    const Tree profile = simulated(nodes, 30, 2, 20'000, 6);
    begun = cpu_seconds();
    const engine::TreeCalibration whole =
        engine::calibrate_tree(profile.responses, unknown(profile.tree), profile.nodes_of, {});
    const double seconds = cpu_seconds() - begun;
    double loadings = 0;
    for (std::size_t n = 1; n < whole.nodes.size(); ++n)
        loadings += std::pow(whole.nodes[n].loading - profile.tree.nodes()[n].loading, 2) /
                    static_cast<double>(whole.nodes.size() - 1);
    row("tree, 21 competences, 20,000 x 42 of 630: RMSE loadings", std::sqrt(loadings), "", 0.05,
        fmt::format("RMSE a {:.3f}, d {:.3f}; {:.1f} s, {} steps",
                    rmse(profile.items, whole.calibration.items, a_of),
                    rmse(profile.items, whole.calibration.items, d_of), seconds,
                    whole.calibration.iterations));
}

}  // namespace

void measure_calibration() {
    heading("Calibration (one core)");
    one_dimension();
    trees();
}

}  // namespace bench
