// SPDX-License-Identifier: EUPL-1.2
// A tree on a grid: the conditional distributions of each child given its parent.
#pragma once
#include "engine/aligned.hpp"
#include "engine/grid.hpp"
#include "engine/tree.hpp"

#include <vector>

namespace engine {

class Network {
public:
    Network() : Network(Tree{}, Grid::equally_spaced()) {}
    Network(Tree, Grid);

    const Tree& tree() const { return tree_; }
    const Grid& grid() const { return grid_; }
    std::size_t points() const { return points_; }   // of the grid, padded to a multiple of 8
    const Aligned& nodes() const { return nodes_; }  // of the grid; padding is 0
    const Aligned& prior() const { return prior_; }  // of the root; padding has weight 0

    // T[p][c] = P(child at point c | parent at point p), each row of p adding up to 1. As points()
    // rows of points() numbers: by parent (rows T[p]), or by child (rows T[.][c]).
    const double* by_parent(int child) const { return of(child).by_parent.data(); }
    const double* by_child(int child) const { return of(child).by_child.data(); }

private:
    // Children with equal loadings share one: it stays in the fastest memory.
    struct Transition {
        double loading;
        Aligned by_parent, by_child;
    };
    const Transition& of(int child) const {
        return transitions_[transition_of_[static_cast<std::size_t>(child)]];
    }
    std::size_t transition(double loading);

    Tree tree_;
    Grid grid_;
    std::size_t points_;
    Aligned nodes_, prior_;
    std::vector<Transition> transitions_;
    std::vector<std::size_t> transition_of_;
};

// A grid fine enough for the tree: the step at most .9 times the standard deviation of a child
// given its parent, so that the trapezium rule is exact to 1e-10 there; 24 points on [-4.5, 4.5] at
// least (loadings to .9; estimates after 42 questions are then within 1e-5 of those on 128 points),
// 128 at most (loadings to .997; above .998 a child is taken to be its parent). One node: 41 points
// on
// [-4, 4].
Grid grid_for(const Tree&);

}  // namespace engine
