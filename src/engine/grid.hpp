// SPDX-License-Identifier: EUPL-1.2
// Equally spaced points on an ability scale with normal weights that add up to 1: integration by
// the trapezium rule, whose error for a normal density of standard deviation s is about 2 exp(-2
// pi^2 s^2 / step^2): below 1e-8 while the step is under s.
#pragma once
#include <cstddef>
#include <vector>

namespace engine {

struct Grid {
    std::vector<double> nodes;
    std::vector<double> weights;  // of the prior, sum 1

    std::size_t size() const { return nodes.size(); }
    double step() const { return nodes.size() < 2 ? 1.0 : nodes[1] - nodes[0]; }

    // `count` points from low to high, both ends included, with N(mean, sd^2) weights.
    // Of one dimension in the literature and in catR: 41 points on [-4, 4].
    static Grid equally_spaced(std::size_t count = 41, double low = -4, double high = 4,
                               double mean = 0, double sd = 1);
};

}  // namespace engine
