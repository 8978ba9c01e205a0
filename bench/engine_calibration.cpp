// SPDX-License-Identifier: EUPL-1.2
// Calibration: data simulated here (slopes log a ~ N(0, .3^2), difficulties N(0, 1), abilities
// N(0, 1), as s2pl_2000x50 was), times in CPU seconds of one core without reading files.
#include "engine/engine.hpp"
#include "engine_bench.hpp"
#include "places.hpp"
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
    for (std::size_t i = 0; i < count; ++i) {
        // One after the other: compilers differ in which of two arguments they draw first.
        const double b = random.normal();
        const double a = engine::exp(0.3 * random.normal());
        items.push_back(Item::two_pl(a, b));
    }
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

// Means and spread of a figure over draws of bank, persons and answers.
struct Draws {
    std::vector<double> values;
    double mean() const {
        return std::accumulate(values.begin(), values.end(), 0.0) /
               static_cast<double>(values.size());
    }
    double sd() const {
        double sum = 0;
        for (const double value : values) sum += (value - mean()) * (value - mean());
        return std::sqrt(sum / static_cast<double>(values.size() - 1));
    }
    double least() const { return std::ranges::min(values); }
    double most() const { return std::ranges::max(values); }
};

// Root mean square over the items of the standard error of b that `count` answers an item leave:
// the bound of Cramer and Rao at the planted parameters. Information of an answer from a person
// whose ability is known as far as `others` answers to items of the bank tell it (0: exactly), over
// persons drawn from N(0, 1). Of an answer with chance p = E[P(theta)] it is g g' / (p (1 - p)), g
// the gradient of p.
double bound_of_b(const std::vector<Item>& items, double count, std::size_t others) {
    constexpr int persons = 400;
    const engine::Grid grid = engine::Grid::equally_spaced(61, -6, 6);
    Random random(77);
    struct Information {
        double aa = 0, ad = 0, dd = 0;
    };
    std::vector<Information> of(items.size());
    for (int person = 0; person < persons; ++person) {
        // Abilities of equal probability, so that few persons stand for all.
        const double ability = Random::normal_quantile((person + 0.5) / persons);
        std::vector<double> weights(grid.size());
        for (std::size_t q = 0; q < grid.size(); ++q) weights[q] = others > 0 ? grid.weights[q] : 0;
        for (std::size_t k = 0; k < others; ++k) {
            const Item& item = items[random.below(items.size())];
            const bool y = right(item, ability, random);
            for (std::size_t q = 0; q < grid.size(); ++q) {
                const double p = engine::logistic(item.a * grid.nodes[q] + item.d[0]);
                weights[q] *= y ? p : 1 - p;
            }
        }
        const double all = std::accumulate(weights.begin(), weights.end(), 0.0);
        for (std::size_t i = 0; i < items.size(); ++i) {
            double p = 0;
            double by_a = 0;
            double by_d = 0;
            const auto add = [&](double theta, double weight) {
                const double at = engine::logistic(items[i].a * theta + items[i].d[0]);
                p += weight * at;
                by_a += weight * at * (1 - at) * theta;
                by_d += weight * at * (1 - at);
            };
            if (others == 0) add(ability, 1);
            for (std::size_t q = 0; others > 0 && q < grid.size(); ++q)
                add(grid.nodes[q], weights[q] / all);
            const double share = count / persons / (p * (1 - p));
            of[i].aa += share * by_a * by_a;
            of[i].ad += share * by_a * by_d;
            of[i].dd += share * by_d * by_d;
        }
    }
    double sum = 0;
    for (std::size_t i = 0; i < items.size(); ++i) {
        // b = -d / a by the delta method.
        const double by_a = items[i].d[0] / (items[i].a * items[i].a);
        const double by_d = -1 / items[i].a;
        const auto& [aa, ad, dd] = of[i];
        sum += (by_a * by_a * dd - 2 * by_a * by_d * ad + by_d * by_d * aa) / (aa * dd - ad * ad);
    }
    return std::sqrt(sum / static_cast<double>(items.size()));
}

// RMSE b rests on the few items of extreme b and low a that a draw of the bank happens to hold, so
// one draw says little: ten of them, each beside what is possible on it.
void sparse() {
    Draws likelihood, bound, bound_known, weak, true_prior, slopes;
    double least_seconds = 1e9;
    engine::Calibration first;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        Random random(seed);
        const std::vector<Item> items = bank(500, random);
        const engine::Responses data = answers(items, 20'000, 25, random);
        Timed run = timed(data, {}, 1);
        least_seconds = std::min(least_seconds, run.seconds);
        likelihood.values.push_back(rmse(items, run.found.items, b_of));
        slopes.values.push_back(rmse(items, run.found.items, a_of));
        bound.values.push_back(bound_of_b(items, 20'000 * 25 / 500.0, 24));
        bound_known.values.push_back(bound_of_b(items, 20'000 * 25 / 500.0, 0));
        if (seed == 1) first = run.found;
        run = timed(data, {.priors = {.use = engine::Priors::Use::all}}, 1);
        weak.values.push_back(rmse(items, run.found.items, b_of));
        // The densities from which the bank was drawn: log a ~ N(0, .3^2); d = -a b has variance
        // exp(2 * .3^2).
        engine::Priors priors{.use = engine::Priors::Use::all};
        priors.log_a_sd = 0.3;
        priors.d_sd = std::exp(0.09);
        run = timed(data, {.priors = priors}, 1);
        true_prior.values.push_back(rmse(items, run.found.items, b_of));
    }
    row("2PL sparse, 20,000 x 500, 25 answers each", least_seconds, "s", 0.4, told(first));
    row("  RMSE b with weak priors (--priors all), mean of ten draws", weak.mean(), "", 0.127,
        fmt::format("from {:.3f} to {:.3f}", weak.least(), weak.most()));
    fmt::print(
        "    by maximum likelihood, as the peers: {:.4f}, from {:.3f} to {:.3f}, SD of a draw "
        "{:.3f} "
        "(.127 was one draw's); RMSE a {:.3f}\n",
        likelihood.mean(), likelihood.least(), likelihood.most(), likelihood.sd(), slopes.mean());
    fmt::print(
        "    Cramer-Rao bound {:.4f} (abilities known: {:.4f}); with the priors of the draw "
        "{:.4f}\n",
        bound.mean(), bound_known.mean(), true_prior.mean());
    fmt::print("    by maximum likelihood / bound, draw by draw:");
    for (std::size_t k = 0; k < 10; ++k)
        fmt::print(" {:.3f}/{:.3f}", likelihood.values[k], bound.values[k]);
    fmt::print("\n");
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

    sparse();

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
    // Ten draws, each beside the posterior means under the true parameters, which have the least
    // mean square error that any estimate can have.
    Draws estimated, least, correlations, slopes;
    double seconds_of_five = 1e9;
    engine::Calibration first;
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
        const Tree five = simulated(nodes, 10, 10, 2000, seed);
        engine::CalibrationOptions options;
        options.person_estimates = true;
        const double begun = cpu_seconds();
        const engine::TreeCalibration found =
            engine::calibrate_tree(five.responses, unknown(five.tree), five.nodes_of, options);
        seconds_of_five = std::min(seconds_of_five, cpu_seconds() - begun);
        estimated.values.push_back(theta_rmse(five, found.mean));
        for (const Item& item : five.items) options.anchors.emplace_back(item);
        options.most_maps = 1;
        least.values.push_back(theta_rmse(
            five, engine::calibrate_tree(five.responses, five.tree, five.nodes_of, options).mean));
        double correlation = 0;
        for (std::size_t a = 1; a < 6; ++a)
            for (std::size_t b = 1; b < a; ++b)
                correlation += found.nodes[a].loading * found.nodes[b].loading / 10;
        correlations.values.push_back(correlation);
        slopes.values.push_back(rmse(five.items, found.calibration.items, a_of));
        if (seed == 1) first = found.calibration;
    }
    row("5 areas that correlate .7, 2,000 x 50", seconds_of_five, "s", 1, told(first));
    row("  RMSE of the abilities, mean of ten draws", estimated.mean(), "", 0.50,
        fmt::format("from {:.4f} to {:.4f}; mean correlation {:.3f}, RMSE a {:.3f}",
                    estimated.least(), estimated.most(), correlations.mean(), slopes.mean()));
    row("  above the least possible (true parameters), mean of ten draws",
        estimated.mean() - least.mean(), "", 0.005, fmt::format("which is {:.4f}", least.mean()));

    // As DigComp: 3, 6, 4, 4, 4 competences in five areas; 42 questions a candidate.
    nodes = {{"general"}};
    for (int k = 0; k < 5; ++k) nodes.push_back({fmt::format("area {}", k), 0, 0.85});
    const int competences[] = {3, 6, 4, 4, 4};
    for (int area = 0; area < 5; ++area)
        for (int k = 0; k < competences[area]; ++k)
            nodes.push_back({fmt::format("competence {}.{}", area, k), 1 + area, 0.9});
    const Tree profile = simulated(nodes, 30, 2, 20'000, 6);
    const double begun = cpu_seconds();
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
