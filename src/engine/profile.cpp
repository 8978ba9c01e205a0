// SPDX-License-Identifier: EUPL-1.2
#include "engine/profile.hpp"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

double quantile_of(const Network& network, std::span<const double> distribution, double p) {
    const auto above = [&](double theta) {
        return share_above(network, distribution.data(), theta);
    };
    // The cell first, by the points; then halves of it.
    const std::vector<double>& nodes = network.grid().nodes;
    std::size_t right = 1;
    while (right + 1 < nodes.size() && above(nodes[right]) > 1 - p) ++right;
    double low = nodes[right - 1];
    double high = nodes[right];
    while (high - low > 1e-6) {
        const double middle = 0.5 * (low + high);
        (above(middle) > 1 - p ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

}  // namespace

double quantile(Posterior& posterior, int node, double p) {
    return quantile_of(posterior.tables().network(), posterior.marginal(node), p);
}

NodeProfile profile(Posterior& posterior, int node, std::span<const double> cuts, double range) {
    NodeProfile out;
    const Moments moments = posterior.moments(node);
    out.mean = moments.mean;
    out.sd = std::sqrt(moments.variance);
    const Network& network = posterior.tables().network();
    const std::span<const double> distribution = posterior.marginal(node);
    out.low = quantile_of(network, distribution, 0.5 - range / 2);
    out.high = quantile_of(network, distribution, 0.5 + range / 2);
    if (cuts.empty()) return out;
    const auto level_of = [&](double theta) {
        return static_cast<std::size_t>(std::ranges::upper_bound(cuts, theta) - cuts.begin());
    };
    out.low_level = level_of(out.low);
    out.high_level = level_of(out.high);
    out.levels = posterior.levels(node, cuts);
    for (std::size_t level = 0; level < out.levels.size(); ++level)
        out.expected_level += static_cast<double>(level) * out.levels[level];
    return out;
}

}  // namespace engine
