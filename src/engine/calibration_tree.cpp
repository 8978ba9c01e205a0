// SPDX-License-Identifier: EUPL-1.2
#include "engine/calibration_tree.hpp"

#include "engine/acceleration.hpp"
#include "engine/calibration_errors.hpp"
#include "engine/calibration_kernels.hpp"
#include "engine/calibration_steps.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace engine {
namespace {

constexpr std::size_t points = tree_nodes;
constexpr double reach = 4.8;  // distance of points 0.246: the standard deviation of a child given
                               // its parent is at least .2, which makes the error 2e-6 of the sum
constexpr std::size_t persons_in_block = 32;
constexpr double least_loading = 0.01;
constexpr std::size_t most_jointly = 300;  // parameters; each costs two E-steps

// log of the probability of each point of the child, given each of the parent: a row a parent.
AlignedVector<double> transition(const Nodes& nodes, double loading) {
    AlignedVector<double> of(points * points);
    const double variance = 1 - loading * loading;
    for (std::size_t p = 0; p < points; ++p) {
        double sum = 0;
        for (std::size_t c = 0; c < points; ++c) {
            const double off = nodes.theta[c] - loading * nodes.theta[p];
            sum += of[p * points + c] = exp(-0.5 * off * off / variance);
        }
        for (std::size_t c = 0; c < points; ++c) of[p * points + c] /= sum;
    }
    return of;
}

double bounded(double loading) {
    return std::clamp(loading, least_loading, greatest_loading);
}
// Fisher's z: loadings move freely on it.
double to_z(double loading) {
    return 0.5 * log((1 + loading) / (1 - loading));
}
double from_z(double z) {
    const double e = exp(2 * z);
    return bounded((e - 1) / (e + 1));
}

class TreeExpectation {
public:
    TreeExpectation(const Responses&, const Tree&, const std::vector<int>& nodes_of, const Layout&,
                    const Nodes&, unsigned threads);
    // Expected counts; joints()[n] then has those of node n with its parent.
    void counts(std::span<const double> x, std::span<const double> loadings, Counts&);
    const AlignedVector<double>& joint(std::size_t node) const { return joints_[node]; }
    using Visit = std::function<void(std::size_t person, std::size_t node, const double* weights)>;
    void visit(std::span<const double> x, std::span<const double> loadings, const Visit&);

private:
    // Rows of the answers of one person to the items of one node.
    struct Run {
        std::uint32_t begin;
        std::uint32_t end;
    };
    struct Shard {
        AlignedVector<double> given;
        std::vector<AlignedVector<double>> joints;
        double log_likelihood = 0;
    };
    struct Scratch {
        // By node: persons of a block x points.
        std::vector<AlignedVector<double>> belief, up, marginal;
        AlignedVector<double> cavity, sent;
    };
    void fill(std::span<const double> x, std::span<const double> loadings);
    double block(std::size_t first, std::size_t count, Scratch&) const;
    void collect(std::size_t first, std::size_t count, Scratch&, Shard&) const;

    const Tree& tree_;
    const Layout& layout_;
    const Nodes& nodes_;
    unsigned threads_;
    std::size_t persons_;
    std::vector<std::uint32_t> rows_;  // sorted by person, then node
    std::vector<Run> runs_;            // persons x nodes
    AlignedVector<double> log_probability_;
    std::vector<AlignedVector<double>> down_;  // parent to child: T
    std::vector<AlignedVector<double>> up_;    // child to parent: T transposed
    AlignedVector<double> prior_;
    std::vector<Shard> shards_;
    std::vector<AlignedVector<double>> joints_;
};

TreeExpectation::TreeExpectation(const Responses& responses, const Tree& tree,
                                 const std::vector<int>& nodes_of, const Layout& layout,
                                 const Nodes& nodes, unsigned threads)
    : tree_(tree),
      layout_(layout),
      nodes_(nodes),
      threads_(threads),
      persons_(responses.persons()),
      down_(tree.size()),
      up_(tree.size()),
      joints_(tree.size(), AlignedVector<double>(points * points)) {
    std::vector<std::vector<std::uint32_t>> by_node(tree.size());
    for (std::size_t p = 0; p < persons_; ++p) {
        for (auto& rows : by_node) rows.clear();
        for (const PackedAnswer answer : responses.of(p))
            by_node[static_cast<std::size_t>(nodes_of[answer.item()])].push_back(
                layout.items[answer.item()].row + static_cast<std::uint32_t>(answer.category()));
        for (const auto& rows : by_node) {
            const auto begin = static_cast<std::uint32_t>(rows_.size());
            rows_.insert(rows_.end(), rows.begin(), rows.end());
            runs_.push_back({begin, static_cast<std::uint32_t>(rows_.size())});
        }
    }
    const std::vector<double> logs = nodes.log_weights(0, 1);
    for (const double weight : logs) prior_.push_back(exp(weight));
    // As many partial sums as a bounded memory allows: not as there are threads.
    const std::size_t bytes =
        layout.rows * points * sizeof(double) + tree.size() * points * points * sizeof(double);
    shards_.resize(std::clamp<std::size_t>((std::size_t{128} << 20) / bytes, 1, 16));
}

void TreeExpectation::fill(std::span<const double> x, std::span<const double> loadings) {
    log_probability_.resize(layout_.rows * points);
    std::vector<double> logs(max_categories);
    for (const Layout::Place& place : layout_.items) {
        double* const out = log_probability_.data() + place.row * points;
        const double a = x[place.at];
        if (place.model == Model::logistic) {
            const double c = place.guessing ? logistic(x[place.d + 1]) : 0;
            calibration_kernels().logistic_rows(nodes_.theta.data(), points, a, x[place.d], c, out,
                                                out + points);
            continue;
        }
        Item item;
        item.model = place.model;
        item.a = a;
        item.d.assign(x.begin() + place.d, x.begin() + place.d + place.steps);
        for (std::size_t q = 0; q < points; ++q) {
            log_probabilities(item, nodes_.theta[q], logs);
            for (std::size_t k = 0; k <= place.steps; ++k) out[k * points + q] = logs[k];
        }
    }
    for (std::size_t n = 0; n < tree_.size(); ++n) {
        if (tree_.nodes()[n].parent < 0) continue;
        down_[n] = transition(nodes_, loadings[n]);
        up_[n].resize(points * points);
        for (std::size_t p = 0; p < points; ++p)
            for (std::size_t c = 0; c < points; ++c)
                up_[n][c * points + p] = down_[n][p * points + c];
    }
}

// Sum-product for a block of persons: beliefs from the leaves up, then marginals from the root
// down. Rows are rescaled on the way, so that no number of answers makes them vanish.
double TreeExpectation::block(std::size_t first, std::size_t count, Scratch& s) const {
    const CalibrationKernels& kernels = calibration_kernels();
    const std::size_t size = tree_.size();
    double log_likelihood = 0;
    for (std::size_t n = size; n-- > 0;) {
        double* const belief = s.belief[n].data();
        for (std::size_t p = 0; p < count; ++p) {
            const Run run = runs_[(first + p) * size + n];
            double* const row = belief + p * points;
            if (run.begin == run.end)
                std::fill_n(row, points, 1.0);
            else
                log_likelihood += kernels.likelihood(
                    log_probability_.data(), rows_.data() + run.begin, run.end - run.begin, row);
        }
        for (const int child : tree_.children(static_cast<int>(n))) {
            const double* const up = s.up[static_cast<std::size_t>(child)].data();
            for (std::size_t k = 0; k < count * points; ++k) belief[k] *= up[k];
        }
        if (n == 0) break;
        double* const up = s.up[n].data();
        kernels.message(belief, count, up_[n].data(), up);
        for (std::size_t p = 0; p < count; ++p) {
            const double top = *std::max_element(up + p * points, up + (p + 1) * points);
            log_likelihood += log(top);
            for (std::size_t k = p * points; k < (p + 1) * points; ++k) {
                up[k] = std::max(up[k] / top, 1e-250);
                belief[k] /= top;
            }
        }
    }
    for (std::size_t p = 0; p < count; ++p) {
        double sum = 0;
        double* const root = s.marginal[0].data() + p * points;
        for (std::size_t k = 0; k < points; ++k)
            sum += root[k] = prior_[k] * s.belief[0][p * points + k];
        for (std::size_t k = 0; k < points; ++k) root[k] /= sum;
        log_likelihood += log(sum);
    }
    return log_likelihood;
}

void TreeExpectation::collect(std::size_t first, std::size_t count, Scratch& s,
                              Shard& shard) const {
    const CalibrationKernels& kernels = calibration_kernels();
    const std::size_t size = tree_.size();
    for (std::size_t n = 0; n < size; ++n) {
        double* const marginal = s.marginal[n].data();
        if (n > 0) {
            const auto parent = static_cast<std::size_t>(tree_.nodes()[n].parent);
            // What the parent knows without this child; the joint with the child is
            // cavity * T * belief.
            for (std::size_t k = 0; k < count * points; ++k)
                s.cavity[k] = s.marginal[parent][k] / s.up[n][k];
            kernels.message(s.cavity.data(), count, down_[n].data(), s.sent.data());
            for (std::size_t k = 0; k < count * points; ++k)
                marginal[k] = s.sent[k] * s.belief[n][k];
            kernels.joint(s.cavity.data(), s.belief[n].data(), count, shard.joints[n].data());
        }
        for (std::size_t p = 0; p < count; ++p) {
            const Run run = runs_[(first + p) * size + n];
            for (std::size_t k = run.begin; k < run.end; ++k) {
                double* const into = shard.given.data() + rows_[k] * points;
                for (std::size_t q = 0; q < points; ++q) into[q] += marginal[p * points + q];
            }
        }
    }
}

void TreeExpectation::counts(std::span<const double> x, std::span<const double> loadings,
                             Counts& out) {
    fill(x, loadings);
    const std::size_t size = tree_.size();
    const std::size_t blocks = (persons_ + persons_in_block - 1) / persons_in_block;
    const std::size_t blocks_in_shard = (blocks + shards_.size() - 1) / shards_.size();
    in_parallel(threads_, shards_.size(), [&](std::size_t number) {
        Shard& shard = shards_[number];
        shard.log_likelihood = 0;
        shard.given.assign(layout_.rows * points, 0.0);
        shard.joints.assign(size, AlignedVector<double>(points * points));
        Scratch scratch;
        const AlignedVector<double> row(persons_in_block * points);
        scratch.belief.assign(size, row);
        scratch.up.assign(size, row);
        scratch.marginal.assign(size, row);
        scratch.cavity = row;
        scratch.sent = row;
        const std::size_t end = std::min((number + 1) * blocks_in_shard, blocks);
        for (std::size_t b = number * blocks_in_shard; b < end; ++b) {
            const std::size_t first = b * persons_in_block;
            const std::size_t count = std::min(persons_in_block, persons_ - first);
            shard.log_likelihood += block(first, count, scratch);
            collect(first, count, scratch, shard);
        }
    });
    out = {};
    out.given.assign(layout_.rows * points, 0.0);
    for (auto& joint : joints_) std::fill(joint.begin(), joint.end(), 0.0);
    for (const Shard& shard : shards_) {
        out.log_likelihood += shard.log_likelihood;
        for (std::size_t k = 0; k < out.given.size(); ++k) out.given[k] += shard.given[k];
        for (std::size_t n = 1; n < size; ++n)
            for (std::size_t k = 0; k < points * points; ++k) joints_[n][k] += shard.joints[n][k];
    }
    for (std::size_t n = 1; n < size; ++n)
        for (std::size_t k = 0; k < points * points; ++k) joints_[n][k] *= down_[n][k];
    if (layout_.scores_suffice()) by_scores(layout_, nodes_, out);
}

void TreeExpectation::visit(std::span<const double> x, std::span<const double> loadings,
                            const Visit& visit) {
    fill(x, loadings);
    const std::size_t size = tree_.size();
    Scratch scratch;
    const AlignedVector<double> row(persons_in_block * points);
    scratch.belief.assign(size, row);
    scratch.up.assign(size, row);
    scratch.marginal.assign(size, row);
    scratch.cavity = row;
    scratch.sent = row;
    Shard unused;
    unused.given.assign(layout_.rows * points, 0.0);
    unused.joints.assign(size, AlignedVector<double>(points * points));
    for (std::size_t first = 0; first < persons_; first += persons_in_block) {
        const std::size_t count = std::min(persons_in_block, persons_ - first);
        block(first, count, scratch);
        collect(first, count, scratch, unused);
        for (std::size_t p = 0; p < count; ++p)
            for (std::size_t n = 0; n < size; ++n)
                visit(first + p, n, scratch.marginal[n].data() + p * points);
    }
}

// Expected log-probability of a child given its parent, as the joint counts tell it, with the
// transitions as they are on the points, so that EM stays exact. z: Fisher's, of the loading.
double fit_of_loading(const Nodes& nodes, const AlignedVector<double>& joint, double z) {
    const double loading = from_z(z);
    const double variance = 1 - loading * loading;
    double sum = 0;
    for (std::size_t p = 0; p < points; ++p) {
        double all = 0;
        double persons = 0;
        for (std::size_t c = 0; c < points; ++c) {
            const double off = nodes.theta[c] - loading * nodes.theta[p];
            const double log_weight = -0.5 * off * off / variance;
            all += exp(log_weight);
            sum += joint[p * points + c] * log_weight;
            persons += joint[p * points + c];
        }
        sum -= persons * log(all);
    }
    return sum;
}

// The loading that fits the joint counts of child and parent best: Newton's method on Fisher's z.
// Returns gradient times step.
double improve_loading(const Nodes& nodes, const AlignedVector<double>& joint, double& z) {
    const auto value = [&](double at) { return fit_of_loading(nodes, joint, at); };
    constexpr double step = 1e-3;
    double gain = 0;
    for (int k = 0; k < 5; ++k) {
        const double here = value(z);
        const double above = value(z + step);
        const double below = value(z - step);
        const double slope = (above - below) / (2 * step);
        const double curvature = (above - 2 * here + below) / (step * step);
        double move = curvature < 0 ? -slope / curvature : (slope > 0 ? 0.1 : -0.1);
        move = std::clamp(move, -0.3, 0.3);
        const double next = std::clamp(z + move, to_z(least_loading), to_z(greatest_loading));
        if (k == 0) gain = slope * (next - z);
        const double moved = std::abs(next - z);
        z = next;
        if (moved < 1e-4) break;
    }
    return std::max(gain, 0.0);
}

// Loadings that the data can tell: those of a subtree with items whose parent has another source.
std::vector<bool> told_by_data(const Tree& tree, const std::vector<int>& nodes_of) {
    std::vector<bool> sees(tree.size());
    std::vector<std::size_t> sources(tree.size());
    for (const int node : nodes_of) sees[static_cast<std::size_t>(node)] = true;
    const std::vector<bool> own = sees;
    for (std::size_t n = tree.size(); n-- > 1;)
        if (sees[n]) {
            const auto parent = static_cast<std::size_t>(tree.nodes()[n].parent);
            sees[parent] = true;
            ++sources[parent];
        }
    std::vector<bool> told(tree.size());
    std::vector<bool> above(tree.size());  // something outside the subtree of n informs n
    for (std::size_t n = 1; n < tree.size(); ++n) {
        const auto parent = static_cast<std::size_t>(tree.nodes()[n].parent);
        above[n] = own[parent] || sources[parent] > 1 || above[parent];
        told[n] = sees[n] && above[n];
    }
    return told;
}

}  // namespace

TreeCalibration calibrate_tree(const Responses& responses, const Tree& tree,
                               const std::vector<int>& nodes_of,
                               const CalibrationOptions& options) {
    if (nodes_of.size() != responses.items())
        throw std::invalid_argument("nodes must be one an item");
    for (const int node : nodes_of)
        if (node < 0 || static_cast<std::size_t>(node) >= tree.size())
            throw std::invalid_argument("an item measures no node of the tree");
    if (!options.groups.empty())
        throw std::invalid_argument("groups are not for a tree: its abilities are N(0, 1)");
    if (options.family == Family::rasch || options.family == Family::one_parameter)
        throw std::invalid_argument("with a tree each item has its slope: 2pl, 3pl, grm or gpcm");
    Preparation prepared = prepare(responses, options);
    // Abilities are N(0, 1) here, also with anchors: there is no group to estimate.
    prepared.layout.groups = 0;
    prepared.layout.first_group_free = false;
    prepared.free = free_parameters(prepared.layout).size();
    const Layout& layout = prepared.layout;
    const Nodes nodes(points, -reach, reach);
    TreeExpectation expectation(responses, tree, nodes_of, layout, nodes, options.threads);

    const std::vector<bool> told = told_by_data(tree, nodes_of);
    std::vector<double> x = prepared.start;
    const std::size_t loadings_at = x.size();
    for (std::size_t n = 0; n < tree.size(); ++n)
        x.push_back(to_z(bounded(tree.nodes()[n].loading)));
    const auto loadings_of = [&](const std::vector<double>& at) {
        std::vector<double> loadings(tree.size());
        for (std::size_t n = 0; n < tree.size(); ++n) loadings[n] = from_z(at[loadings_at + n]);
        return loadings;
    };

    Counts counts;
    Maximum maximum;
    std::size_t steps = 0;
    const auto map = [&](const std::vector<double>& at) -> acceleration::Step {
        expectation.counts(at, loadings_of(at), counts);
        maximise(layout, nodes, options.priors, counts, at, maximum);
        for (std::size_t n = 1; n < tree.size(); ++n)
            if (told[n])
                maximum.gain +=
                    improve_loading(nodes, expectation.joint(n), maximum.x[loadings_at + n]);
        const double objective = counts.log_likelihood + maximum.log_prior;
        if (options.progress) options.progress(++steps, objective, maximum.gain);
        return {maximum.x, objective, maximum.gain};
    };
    const acceleration::Result found =
        acceleration::improve(x, map,
                              {.tolerance = std::max(options.tolerance, 1e-4),
                               .noise = 1e-13 * static_cast<double>(responses.answers()),
                               .most_maps = options.most_maps});
    x = found.x;
    const std::vector<double> loadings = loadings_of(x);
    expectation.counts(x, loadings, counts);

    TreeCalibration result;
    Calibration& calibration = result.calibration;
    calibration.log_likelihood = counts.log_likelihood;
    calibration.iterations = found.maps;
    calibration.converged = found.converged;
    calibration.still_to_gain = found.still_to_gain;
    calibration.parameters =
        prepared.free + static_cast<std::size_t>(std::ranges::count(told, true));
    calibration.items = estimates_of(prepared, x);
    for (std::size_t i = 0; i < calibration.items.size(); ++i)
        calibration.items[i].item.node = nodes_of[i];
    result.nodes = tree.nodes();
    for (std::size_t n = 1; n < tree.size(); ++n)
        if (told[n]) result.nodes[n].loading = loadings[n];
    if (options.standard_errors) {
        Errors errors = no_errors(layout, x.size());
        std::vector<std::size_t> of_loadings;
        for (std::size_t n = 1; n < tree.size(); ++n)
            if (told[n] && loadings[n] > least_loading + 1e-6 &&
                loadings[n] < greatest_loading - 1e-6)
                of_loadings.push_back(loadings_at + n);
        std::vector<std::size_t> free = free_parameters(layout);
        calibration.standard_errors =
            free.size() + of_loadings.size() <= std::min(options.most_jointly, most_jointly)
                ? StandardErrors::observed
                : StandardErrors::by_item;
        if (calibration.standard_errors == StandardErrors::by_item) {
            ItemScores scores(layout, nodes, x);
            expectation.visit(x, loadings,
                              [&](std::size_t person, std::size_t node, const double* weights) {
                                  for (const PackedAnswer answer : responses.of(person))
                                      if (static_cast<std::size_t>(nodes_of[answer.item()]) == node)
                                          scores.add(answer, weights);
                              });
            scores.errors(errors);
            free.clear();
        }
        free.insert(free.end(), of_loadings.begin(), of_loadings.end());
        observed_errors(
            layout,
            [&](const std::vector<double>& at) {
                std::vector<double> out(at.size());
                expectation.counts(at, loadings_of(at), counts);
                gradient(layout, nodes, options.priors, counts, at, out);
                constexpr double step = 1e-3;
                for (const std::size_t k : of_loadings) {
                    const AlignedVector<double>& joint = expectation.joint(k - loadings_at);
                    out[k] = (fit_of_loading(nodes, joint, at[k] + step) -
                              fit_of_loading(nodes, joint, at[k] - step)) /
                             (2 * step);
                }
                return out;
            },
            free, x, errors);
        write_errors(layout, errors, calibration.items);
        result.se_loadings.assign(tree.size(), std::numeric_limits<double>::quiet_NaN());
        // By the delta method from Fisher's z.
        for (const std::size_t k : of_loadings) {
            const double loading = loadings[k - loadings_at];
            result.se_loadings[k - loadings_at] = errors.se[k] * (1 - loading * loading);
        }
    }
    if (options.person_estimates) {
        result.mean.resize(responses.persons() * tree.size());
        result.sd.resize(responses.persons() * tree.size());
        expectation.visit(x, loadings, [&](std::size_t person, std::size_t node, const double* w) {
            double first = 0;
            double second = 0;
            for (std::size_t q = 0; q < points; ++q) {
                first += w[q] * nodes.theta[q];
                second += w[q] * nodes.theta[q] * nodes.theta[q];
            }
            result.mean[person * tree.size() + node] = first;
            result.sd[person * tree.size() + node] =
                std::sqrt(std::max(second - first * first, 0.0));
        });
    }
    return result;
}

}  // namespace engine
