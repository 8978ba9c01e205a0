// SPDX-License-Identifier: EUPL-1.2
// Item parameters and the loadings of the tree, together, from answers however sparse: EM whose
// E-step is the exact posterior over all nodes of the tree by sum-product (Rijmen 2009, ETS
// RR-09-03; Rijmen, Jeon, von Davier & Rabe-Hesketh 2014), so no Monte Carlo whatever their number.
#pragma once
#include "engine/calibration.hpp"
#include "engine/tree.hpp"

#include <cstddef>
#include <vector>

namespace engine {

// Options as for one dimension, but one group; each ability is N(0, 1). Standard errors: up to 300
// parameters together, items and loadings; beyond that items one by one, and the loadings together
// with the items taken as known. A loading that the data cannot tell (the only child of a node
// without items) stays as the tree says it; two children alone tell only the product of their
// loadings.
struct TreeCalibration {
    Calibration calibration;
    std::vector<Node> nodes;  // with estimated loadings
    // With options.standard_errors: of each loading; NaN: not estimated, or at the end of its
    // range.
    std::vector<double> se_loadings;
    // With options.person_estimates: by person, then by node of the tree.
    std::vector<double> mean;
    std::vector<double> sd;
};

// nodes_of: of each item the node that it measures. Throws std::invalid_argument as calibrate().
TreeCalibration calibrate_tree(const Responses&, const Tree&, const std::vector<int>& nodes_of,
                               const CalibrationOptions&);

// Estimated loadings stay below: closer to 1 the points of integration are too far apart.
inline constexpr double greatest_loading = 0.98;

}  // namespace engine
