// SPDX-License-Identifier: EUPL-1.2
#include "engine/acceleration.hpp"

#include "engine/linear.hpp"

#include <algorithm>
#include <cmath>
#include <deque>
#include <numeric>
#include <utility>

namespace engine::acceleration {
namespace {

constexpr std::size_t most_differences = 8;
constexpr double fastest_rate = 0.999;  // taken for the slowest convergence

double dot(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
    std::vector<double> of(a.size());
    for (std::size_t i = 0; i < a.size(); ++i) of[i] = a[i] - b[i];
    return of;
}

bool usable(const Step& step) {
    return std::isfinite(step.objective) && std::isfinite(step.gain) &&
           std::ranges::all_of(step.next, [](double value) { return std::isfinite(value); });
}

// Changes of the point, and of the step from it.
struct History {
    std::deque<std::vector<double>> points;
    std::deque<std::vector<double>> steps;

    void add(std::vector<double> point, std::vector<double> step) {
        points.push_back(std::move(point));
        steps.push_back(std::move(step));
        if (points.size() > most_differences) {
            points.pop_front();
            steps.pop_front();
        }
    }
    void clear() {
        points.clear();
        steps.clear();
    }
    // The share of a change that one application of the map leaves, of the latest three.
    double rate() const {
        double largest = 0;
        for (std::size_t back = 1; back <= std::min<std::size_t>(3, points.size()); ++back) {
            const std::vector<double>& change = points[points.size() - back];
            const double length = dot(change, change);
            if (length > 0)
                largest = std::max(largest, 1 + dot(change, steps[steps.size() - back]) / length);
        }
        return std::clamp(largest, 0.0, fastest_rate);
    }
    // next less the combination of differences that leaves the shortest step (least squares).
    std::vector<double> beyond(std::vector<double> next, const std::vector<double>& step) const {
        const std::size_t m = steps.size();
        std::vector<double> scale(m);
        std::vector<double> weights(m);
        std::vector<double> products(m * m);
        for (std::size_t j = 0; j < m; ++j) {
            const double length = std::sqrt(dot(steps[j], steps[j]));
            if (!(length > 0)) return next;
            scale[j] = 1 / length;
            weights[j] = dot(steps[j], step) * scale[j];
        }
        for (std::size_t j = 0; j < m; ++j)
            for (std::size_t k = 0; k < m; ++k)
                products[j * m + k] =
                    dot(steps[j], steps[k]) * scale[j] * scale[k] + (j == k ? 1e-8 : 0.0);
        if (!solve(products, weights, m)) return next;
        for (std::size_t j = 0; j < m; ++j)
            for (std::size_t i = 0; i < next.size(); ++i)
                next[i] -= (points[j][i] + steps[j][i]) * weights[j] * scale[j];
        return next;
    }
};

}  // namespace

Result improve(std::vector<double> x, const Map& map, const Options& options) {
    Result result;
    History history;
    Step at = map(x);
    std::vector<double> step = difference(at.next, x);
    for (result.maps = 1;;) {
        result.still_to_gain = 0.5 * std::max(at.gain, 0.0) / (1 - history.rate());
        result.converged = result.maps > 2 && result.still_to_gain < options.tolerance;
        if (result.converged || result.maps >= options.most_maps) break;
        std::vector<double> next = history.beyond(at.next, step);
        Step there = map(next);
        ++result.maps;
        if (!history.points.empty() &&
            (!usable(there) || there.objective < at.objective - options.noise)) {
            history.clear();
            next = at.next;
            there = map(next);
            ++result.maps;
            x = std::move(next);
            step = difference(there.next, x);
        } else {
            std::vector<double> next_step = difference(there.next, next);
            history.add(difference(next, x), difference(next_step, step));
            x = std::move(next);
            step = std::move(next_step);
        }
        at = std::move(there);
    }
    result.x = std::move(at.next);
    return result;
}

}  // namespace engine::acceleration
