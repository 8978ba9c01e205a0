// SPDX-License-Identifier: EUPL-1.2
// A fixed-point iteration made faster: SQUAREM, scheme S3 of Varadhan & Roland 2008 (Scandinavian
// Journal of Statistics 35), with a step back where the objective falls.
#pragma once
#include <cstddef>
#include <functional>
#include <vector>

namespace engine::squarem {

// What one application of the map (an EM step) finds.
struct Step {
    std::vector<double> next;
    double objective = 0;  // at the point it came from
    double gain = 0;       // gradient times step there
};
using Map = std::function<Step(const std::vector<double>&)>;

struct Options {
    double tolerance = 1e-6;
    std::size_t most_maps = 2000;
};
struct Result {
    std::vector<double> x;
    // Estimate of what the objective at x lacks. For EM near its limit, with the step r = I_c^-1 g,
    // objective* - objective = g' I^-1 g / 2, which is at most g' r / (2 (1 - rate)).
    double still_to_gain = 0;
    std::size_t maps = 0;
    bool converged = false;
};

Result improve(std::vector<double> x, const Map&, const Options&);

}  // namespace engine::squarem
