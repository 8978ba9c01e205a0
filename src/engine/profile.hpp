// SPDX-License-Identifier: EUPL-1.2
// What a test says of a candidate, as it is told: each node's ability, range and levels.
#pragma once
#include "engine/posterior.hpp"

#include <cstddef>
#include <span>
#include <vector>

namespace engine {

struct NodeProfile {
    double mean = 0;  // of theta, given the answers
    double sd = 0;
    double low = 0;  // theta lies between with the probability `range`, as likely below as above
    double high = 0;
    // Of cuts.size() + 1 levels, numbered from 0; none without cuts.
    std::vector<double> levels;  // probability of each
    double expected_level = 0;
    std::size_t low_level = 0;  // those of `low` and `high`
    std::size_t high_level = 0;
};
// `cuts` rise; `range` in (0, 1).
NodeProfile profile(Posterior&, int node, std::span<const double> cuts, double range = 0.9);

// The theta below which the node's has the probability p in (0, 1), to 1e-6; no further than the
// grid.
double quantile(Posterior&, int node, double p);

}  // namespace engine
