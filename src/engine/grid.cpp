// SPDX-License-Identifier: EUPL-1.2
#include "engine/grid.hpp"

#include "engine/math.hpp"

namespace engine {

Grid Grid::equally_spaced(std::size_t count, double low, double high, double mean, double sd) {
    Grid grid;
    double sum = 0;
    for (std::size_t i = 0; i < count; ++i) {
        // From both ends, so that the nodes are symmetric to the last bit.
        const double last = static_cast<double>(count - 1);
        const double at = static_cast<double>(i);
        const double node = count == 1 ? mean : (low * (last - at) + high * at) / last;
        const double z = (node - mean) / sd;
        grid.nodes.push_back(node);
        grid.weights.push_back(exp(-0.5 * z * z));
        sum += grid.weights.back();
    }
    for (double& weight : grid.weights) weight /= sum;
    return grid;
}

}  // namespace engine
