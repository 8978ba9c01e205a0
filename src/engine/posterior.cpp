// SPDX-License-Identifier: EUPL-1.2
#include "engine/posterior.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace engine {
namespace {

// Padding of a sum of log-likelihoods: far below what any grid point reaches.
constexpr double never = -1e9;

// Padding, where the sum is 0, becomes 0.
void divide(Aligned& function, const double* sum) {
    for (std::size_t q = 0; q < function.size(); ++q)
        function[q] = sum[q] > 0 ? function[q] / sum[q] : 0;
}

// Integrals from t to 1 of the four Catmull-Rom basis functions on a cell.
struct Cell {
    double before, left, right, after;
};
Cell cell_above(double t) {
    const double t2 = t * t;
    const double t3 = t2 * t;
    const double t4 = t2 * t2;
    return {-1.0 / 24 - (-t4 / 4 + 2 * t3 / 3 - t2 / 2) / 2,
            13.0 / 24 - (3 * t4 / 4 - 5 * t3 / 3 + 2 * t) / 2,
            13.0 / 24 - (-3 * t4 / 4 + 4 * t3 / 3 + t2 / 2) / 2, -1.0 / 24 - (t4 / 4 - t3 / 3) / 2};
}

}  // namespace

Aligned above(const Network& network, double cut) {
    const Grid& grid = network.grid();
    Aligned weights(network.points(), 0);
    const auto size = static_cast<std::ptrdiff_t>(grid.size());
    const auto add = [&](std::ptrdiff_t at, double weight) {
        if (at >= 0 && at < size) weights[static_cast<std::size_t>(at)] += weight;
    };
    const double place = (cut - grid.nodes.front()) / grid.step();
    const double bounded = std::clamp(place, -2.0, static_cast<double>(size) + 1);
    const auto first = static_cast<std::ptrdiff_t>(std::floor(bounded));
    // The cell of the cut, from the cut; then each whole cell above.
    for (std::ptrdiff_t cell = first; cell <= size; ++cell) {
        const Cell part = cell_above(cell == first ? bounded - static_cast<double>(first) : 0.0);
        add(cell - 1, part.before);
        add(cell, part.left);
        add(cell + 1, part.right);
        add(cell + 2, part.after);
    }
    return weights;
}

double share_above(const Network& network, const double* p, double cut) {
    const Grid& grid = network.grid();
    const auto size = static_cast<std::ptrdiff_t>(grid.size());
    const auto at = [&](std::ptrdiff_t i) {
        return i >= 0 && i < size ? p[static_cast<std::size_t>(i)] : 0.0;
    };
    const double place =
        std::clamp((cut - grid.nodes.front()) / grid.step(), -2.0, static_cast<double>(size) + 1);
    const auto first = static_cast<std::ptrdiff_t>(std::floor(place));
    const Cell part = cell_above(place - static_cast<double>(first));
    // Whole cells above: their four weights add up to -1/24, 1/2, 25/24, 1, 1, ...
    double sum = part.before * at(first - 1) + (part.left - 1.0 / 24) * at(first) +
                 (part.right + 0.5) * at(first + 1) + (part.after + 25.0 / 24) * at(first + 2);
    for (std::ptrdiff_t i = std::max<std::ptrdiff_t>(first + 3, 0); i < size; ++i) sum += at(i);
    return sum;
}

Posterior::Posterior(const Tables& tables)
    : tables_(&tables),
      network_(&tables.network()),
      run_(&kernels()),
      points_(tables.points()),
      messages_(tables.tree().size() * parts * points_, 0),
      marginal_(points_, 0),
      scratch_(points_, 0),
      below_(tables.tree().size(), 0),
      answered_(tables.tree().size(), 0),
      inner_ok_(tables.tree().size(), 0),
      up_ok_(tables.tree().size(), 0),
      down_ok_(tables.tree().size(), 0),
      touched_(tables.tree().size(), 1) {
    reset();
}

void Posterior::reset() {
    beliefs_ = 0;
    for (std::size_t node = 0; node < below_.size(); ++node) {
        if (touched_[node]) {
            double* sum = part(static_cast<int>(node), sums);
            const auto real = static_cast<std::ptrdiff_t>(network_->grid().size());
            std::fill(sum, sum + real, 0.0);
            std::fill(sum + real, sum + points_, never);
        }
        touched_[node] = 0;
        below_[node] = 0;
        answered_[node] = inner_ok_[node] = up_ok_[node] = down_ok_[node] = 0;
    }
}

void Posterior::change(int node) {
    // What comes to a node from outside stays as it is on the way to the root, and there only.
    std::size_t done = below_.size();
    for (int at = node; at >= 0;
         at = network_->tree().nodes()[static_cast<std::size_t>(at)].parent) {
        const auto kept = static_cast<std::size_t>(at);
        inner_ok_[kept] = up_ok_[kept] = 0;
        // Numbers fall on the way: all between two of them are off it.
        while (done > kept + 1) down_ok_[--done] = 0;
        --done;
    }
}

void Posterior::add(std::size_t item, int answer) {
    const int node = tables_->items()[item].node;
    observe(node, tables_->log_likelihood(item, answer));
}

void Posterior::believe(int node, double mean, double sd) {
    assert(std::abs(mean) <= 8 && sd >= 0.05);
    const auto& nodes = network_->nodes();
    double best = never;
    for (std::size_t q = 0; q < network_->grid().size(); ++q) {
        const double z = (nodes[q] - mean) / sd;
        scratch_[q] = -0.5 * z * z;
        best = std::max(best, scratch_[q]);
    }
    // As those of answers: a multiple of the quantum, so that sums stay exact.
    for (std::size_t q = 0; q < points_; ++q)
        scratch_[q] = q < network_->grid().size()
                          ? std::nearbyint(std::max(scratch_[q] - best, least_log_likelihood) /
                                           likelihood_quantum) *
                                likelihood_quantum
                          : 0;
    ++beliefs_;
    observe(node, scratch_.data());
}

void Posterior::observe(int node, const double* log_likelihood) {
    run_->add(part(node, sums), log_likelihood, points_);
    answered_[static_cast<std::size_t>(node)] = touched_[static_cast<std::size_t>(node)] = 1;
    for (int at = node; at >= 0; at = network_->tree().nodes()[static_cast<std::size_t>(at)].parent)
        ++below_[static_cast<std::size_t>(at)];
    change(node);
}

void Posterior::remove(std::size_t item, int answer) {
    const int node = tables_->items()[item].node;
    const double* row = tables_->log_likelihood(item, answer);
    double* sum = part(node, sums);
    for (std::size_t q = 0; q < points_; ++q) sum[q] -= row[q];
    for (int at = node; at >= 0; at = network_->tree().nodes()[static_cast<std::size_t>(at)].parent)
        --below_[static_cast<std::size_t>(at)];
    change(node);
}

void Posterior::combine(const double* first, int node, int but, double* out) {
    // Each factor is above 1e-30 of its largest number: eight of them stay far from underflow.
    const double* factors[8] = {first};
    std::size_t count = 1;
    for (const int child : network_->tree().children(node)) {
        if (child == but || below_[static_cast<std::size_t>(child)] == 0) continue;
        factors[count++] = up(child);
        if (count < std::size(factors)) continue;
        run_->product(factors, count, out, points_);
        factors[0] = out;
        count = 1;
    }
    run_->product(factors, count, out, points_);
}

const double* Posterior::inner(int node) {
    double* out = part(node, inner_part);
    const auto at = static_cast<std::size_t>(node);
    if (inner_ok_[at]) return out;
    if (answered_[at])
        run_->likelihood(part(node, sums), out, points_);
    else
        std::fill(out, out + points_, 1.0);
    if (!network_->tree().is_leaf(node)) combine(out, node, -1, out);
    inner_ok_[at] = 1;
    return out;
}

const double* Posterior::up(int node) {
    double* out = part(node, up_part);
    const auto at = static_cast<std::size_t>(node);
    if (up_ok_[at]) return out;
    run_->transfer(network_->by_child(node), inner(node), out, points_, points_);
    up_ok_[at] = 1;
    return out;
}

const double* Posterior::outer(int node) {
    down(node);
    return part(node, outer_part);
}

const double* Posterior::down(int node) {
    const int parent = network_->tree().nodes()[static_cast<std::size_t>(node)].parent;
    if (parent < 0) return network_->prior().data();
    double* out = part(node, down_part);
    const auto at = static_cast<std::size_t>(node);
    if (down_ok_[at]) return out;
    double* from = part(node, outer_part);
    const double* parents = down(parent);
    if (answered_[static_cast<std::size_t>(parent)]) {
        const double* both[2] = {parents, scratch_.data()};
        run_->likelihood(part(parent, sums), scratch_.data(), points_);
        run_->product(both, 2, scratch_.data(), points_);
        parents = scratch_.data();
    }
    combine(parents, parent, node, from);
    run_->transfer(network_->by_parent(node), from, out, points_, points_);
    down_ok_[at] = 1;
    return out;
}

Moments Posterior::distribution(int node, const double*& weights) {
    weights = marginal_.data();
    if (below_.size() == 1)
        return run_->posterior(part(0, sums), network_->prior().data(), network_->nodes().data(),
                               marginal_.data(), points_);
    const double* from_below = inner(node);
    const double* from_above = down(node);
    return run_->product_moments(from_above, from_below, network_->nodes().data(), marginal_.data(),
                                 points_);
}

Moments Posterior::moments(int node) {
    const double* weights = nullptr;
    return distribution(node, weights);
}

std::span<const double> Posterior::marginal(int node) {
    run_->scale(marginal_.data(), 1 / moments(node).sum, points_);
    return {marginal_.data(), network_->grid().size()};
}

Aligned Posterior::joint(int child) {
    const double* parents = outer(child);
    const double* own = inner(child);
    const double* transition = network_->by_parent(child);
    Aligned joint(points_ * points_);
    double sum = 0;
    for (std::size_t p = 0; p < points_; ++p)
        for (std::size_t c = 0; c < points_; ++c)
            sum += joint[p * points_ + c] = parents[p] * transition[p * points_ + c] * own[c];
    for (double& p : joint) p /= sum;
    return joint;
}

Cuts::Cuts(const Network& network, std::span<const double> cuts) {
    for (const double cut : cuts) above_.push_back(above(network, cut));
}

std::vector<double> Posterior::levels(int node, std::span<const double> cuts) {
    return levels(node, Cuts(*network_, cuts));
}

std::vector<double> Posterior::levels(int node, const Cuts& cuts) {
    marginal(node);
    std::vector<double> found;
    found.reserve(cuts.above_.size() + 1);
    double before = 1;  // P(theta >= the cut below)
    for (const Aligned& weights : cuts.above_) {
        const double over =
            std::clamp(run_->dot(weights.data(), marginal_.data(), points_), 0.0, before);
        found.push_back(before - over);
        before = over;
    }
    found.push_back(before);
    return found;
}

void Posterior::weighted_inner(int node, const std::vector<const double*>& weights, double* out) {
    const auto at = static_cast<std::size_t>(node);
    const double* plain = inner(node);
    // The same product with and without the weights: their quotient needs no scale of its own.
    Aligned unweighted(points_, 1);
    if (answered_[at]) run_->likelihood(part(node, sums), unweighted.data(), points_);
    std::copy(unweighted.begin(), unweighted.end(), out);
    const auto multiply = [&](double* by, const double* factor) {
        for (std::size_t q = 0; q < points_; ++q) by[q] *= factor[q];
    };
    if (weights[at]) multiply(out, weights[at]);
    Aligned message(points_);
    Aligned below(points_);
    for (const int child : network_->tree().children(node)) {
        weighted_inner(child, weights, below.data());
        run_->transfer(network_->by_child(child), below.data(), message.data(), points_, points_);
        multiply(out, message.data());
        if (below_[static_cast<std::size_t>(child)] == 0) continue;
        multiply(unweighted.data(), up(child));
        const double top = *std::max_element(unweighted.begin(), unweighted.end());
        run_->scale(unweighted.data(), 1 / top, points_);
        run_->scale(out, 1 / top, points_);
    }
    // unweighted is now inner(node) before its last rescaling: take the same factor.
    const double top = *std::max_element(unweighted.begin(), unweighted.end());
    const double scale = *std::max_element(plain, plain + points_) / top;
    for (std::size_t q = 0; q < points_; ++q) out[q] *= scale;
}

double Posterior::probability(std::span<const AtLeast> all) {
    std::vector<Aligned> made(network_->tree().size());
    std::vector<const double*> weights(network_->tree().size(), nullptr);
    for (const auto& [node, cut] : all) {
        const auto at = static_cast<std::size_t>(node);
        Aligned weight = above(*network_, cut);
        if (weights[at])  // twice the same node: the higher cut holds
            for (std::size_t q = 0; q < points_; ++q) weight[q] = std::min(weight[q], made[at][q]);
        made[at] = std::move(weight);
        weights[at] = made[at].data();
    }
    Aligned with(points_);
    weighted_inner(0, weights, with.data());
    const double* prior = network_->prior().data();
    return std::clamp(run_->dot(prior, with.data(), points_) / run_->dot(prior, inner(0), points_),
                      0.0, 1.0);
}

void Posterior::conditional_mean(int of, int given, std::span<double> out) {
    const auto& nodes = network_->tree().nodes();
    Aligned function = network_->nodes();  // E[theta_of | theta_at = point], at = of
    Aligned product(points_);
    // Climbs from `of` to the node that both are below, then descends to `given`.
    int at = of;
    std::vector<int> descent;
    int other = given;
    const auto climb = [&] {
        const double* own = inner(at);
        for (std::size_t q = 0; q < points_; ++q) product[q] = own[q] * function[q];
        run_->transfer(network_->by_child(at), product.data(), function.data(), points_, points_);
        if (below_[static_cast<std::size_t>(at)] > 0) {
            const double* sum = up(at);
            divide(function, sum);
        }
        at = nodes[static_cast<std::size_t>(at)].parent;
    };
    while (at != other) {
        if (at > other) {
            climb();
        } else {
            descent.push_back(other);
            other = nodes[static_cast<std::size_t>(other)].parent;
        }
    }
    for (auto child = descent.rbegin(); child != descent.rend(); ++child) {
        const double* from = outer(*child);
        const double* sum = down(*child);
        for (std::size_t q = 0; q < points_; ++q) product[q] = from[q] * function[q];
        run_->transfer(network_->by_parent(*child), product.data(), function.data(), points_,
                       points_);
        divide(function, sum);
    }
    std::ranges::copy(function, out.begin());
}

}  // namespace engine
