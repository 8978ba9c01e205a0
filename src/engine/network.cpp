// SPDX-License-Identifier: EUPL-1.2
#include "engine/network.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

// No transition is held for less likely than this. It keeps a message above 1e-30 of its largest
// number, so that products of messages that contradict each other stay far from underflow; what it
// changes is below 1e-28.
constexpr double least_transition = 1e-30;

}  // namespace

Network::Network(Tree tree, Grid grid)
    : tree_(std::move(tree)), grid_(std::move(grid)), points_(padded(grid_.size())) {
    nodes_.assign(points_, 0);
    prior_.assign(points_, 0);
    std::ranges::copy(grid_.nodes, nodes_.begin());
    std::ranges::copy(grid_.weights, prior_.begin());
    for (const Node& node : tree_.nodes())
        transition_of_.push_back(node.parent < 0 ? 0 : transition(node.loading));
}

std::size_t Network::transition(double loading) {
    for (std::size_t i = 0; i < transitions_.size(); ++i)
        if (transitions_[i].loading == loading) return i;
    Transition made{loading, Aligned(points_ * points_, 0), Aligned(points_ * points_, 0)};
    const std::size_t n = grid_.size();
    const double sd = std::sqrt(1 - loading * loading);
    // On a grid this coarse the child could not move: it is its parent.
    const bool same = sd < 0.8 * grid_.step();
    Aligned row(n);
    for (std::size_t p = 0; p < n; ++p) {
        double sum = 0;
        for (std::size_t c = 0; c < n; ++c) {
            const double z = same ? 0 : (grid_.nodes[c] - loading * grid_.nodes[p]) / sd;
            const double density = same ? (c == p ? 1.0 : 0.0) : exp(-0.5 * z * z);
            sum += row[c] = std::max(density, least_transition);
        }
        for (std::size_t c = 0; c < n; ++c) {
            made.by_parent[p * points_ + c] = row[c] / sum;
            made.by_child[c * points_ + p] = row[c] / sum;
        }
    }
    transitions_.push_back(std::move(made));
    return transitions_.size() - 1;
}

Grid grid_for(const Tree& tree) {
    if (tree.size() == 1) return Grid::equally_spaced();
    constexpr double half = 4.5;
    std::size_t points = 24;
    for (const Node& node : tree.nodes()) {
        const double sd = std::sqrt(1 - node.loading * node.loading);
        if (node.parent < 0 || sd == 0) continue;
        const auto needed = static_cast<std::size_t>(std::ceil(2 * half / (0.9 * sd))) + 1;
        points = std::clamp(needed, points, std::size_t{128});
    }
    return Grid::equally_spaced(padded(points), -half, half);
}

}  // namespace engine
