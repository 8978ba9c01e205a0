// SPDX-License-Identifier: EUPL-1.2
#include "engine/squarem.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace engine::squarem {
namespace {

bool finite(const std::vector<double>& x) {
    return std::ranges::all_of(x, [](double value) { return std::isfinite(value); });
}

}  // namespace

Result improve(std::vector<double> x, const Map& map, const Options& options) {
    Result result;
    double longest = 4;  // longest step allowed, in steps of EM
    Step first = map(x);
    result.maps = 1;
    for (;;) {
        if (result.maps >= options.most_maps) break;
        Step second = map(first.next);
        ++result.maps;
        // The part of the gain that is left after a step: the square of the rate of convergence.
        const double left = first.gain > 0 ? second.gain / first.gain : 0;
        const double rate = std::clamp(std::sqrt(std::max(left, 0.0)), 0.0, 0.999);
        result.still_to_gain = 0.5 * std::max(second.gain, 0.0) * left / (1 - rate);
        if (result.still_to_gain < options.tolerance) {
            result.converged = true;
            result.x = std::move(second.next);
            return result;
        }
        double r2 = 0;
        double v2 = 0;
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double r = first.next[i] - x[i];
            const double v = (second.next[i] - first.next[i]) - r;
            r2 += r * r;
            v2 += v * v;
        }
        double length = v2 > 0 ? std::sqrt(r2 / v2) : 1;
        length = std::clamp(length, 1.0, longest);
        if (length == longest) longest *= 4;
        std::vector<double> far(x.size());
        for (std::size_t i = 0; i < x.size(); ++i) {
            const double r = first.next[i] - x[i];
            const double v = (second.next[i] - first.next[i]) - r;
            far[i] = x[i] + 2 * length * r + length * length * v;
        }
        Step beyond;
        bool better = false;
        if (length > 1 && finite(far)) {
            beyond = map(far);
            ++result.maps;
            better = finite(beyond.next) && beyond.objective >= second.objective - 1e-3 * std::abs(second.gain) - 1e-7;
        }
        if (better) {
            x = std::move(far);
            first = std::move(beyond);
        } else {
            longest = std::max(4.0, longest / 4);
            x = std::move(second.next);
            first = map(x);
            ++result.maps;
        }
    }
    result.x = std::move(first.next);
    return result;
}

}  // namespace engine::squarem
