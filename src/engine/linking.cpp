// SPDX-License-Identifier: EUPL-1.2
#include "engine/linking.hpp"

#include "engine/grid.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <stdexcept>

namespace engine {
namespace {

struct Spread {
    double mean = 0;
    double sd = 0;
};
Spread spread(const std::vector<double>& values) {
    Spread of;
    for (const double value : values) of.mean += value;
    of.mean /= static_cast<double>(values.size());
    for (const double value : values) of.sd += (value - of.mean) * (value - of.mean);
    of.sd = std::sqrt(of.sd / static_cast<double>(values.size()));
    return of;
}

std::vector<double> slopes_of(const std::vector<Item>& items) {
    std::vector<double> values;
    for (const Item& item : items) values.push_back(item.a);
    return values;
}
std::vector<double> difficulties_of(const std::vector<Item>& items) {
    std::vector<double> values;
    for (const Item& item : items)
        for (const double d : item.d) values.push_back(-d / item.a);
    return values;
}

// Differences of curves at each point, weighted so that the sum of squares is the loss.
std::vector<double> differences(const std::vector<Item>& from, const std::vector<Item>& to,
                                const Link& link, LinkMethod method, const Grid& grid) {
    std::vector<double> out;
    std::array<double, max_categories> ours{};
    std::array<double, max_categories> theirs{};
    std::vector<Item> moved;
    for (const Item& item : from) moved.push_back(linked(item, link));
    for (std::size_t q = 0; q < grid.size(); ++q) {
        const double weight = std::sqrt(grid.weights[q]);
        double whole = 0;
        for (std::size_t i = 0; i < moved.size(); ++i) {
            probabilities(moved[i], grid.nodes[q], ours);
            probabilities(to[i], grid.nodes[q], theirs);
            for (std::size_t k = 1; k < moved[i].categories(); ++k) {
                const double off = ours[k] - theirs[k];
                if (method == LinkMethod::haebara)
                    out.push_back(weight * off);
                else
                    whole += static_cast<double>(k) * off;
            }
        }
        if (method == LinkMethod::stocking_lord) out.push_back(weight * whole);
    }
    return out;
}

double sum_of_squares(const std::vector<double>& values) {
    double sum = 0;
    for (const double value : values) sum += value * value;
    return sum;
}

// Levenberg-Marquardt in (log A, B), derivatives by central differences.
Link curves(const std::vector<Item>& from, const std::vector<Item>& to, LinkMethod method,
            Link at) {
    const Grid grid = Grid::equally_spaced(41, -4, 4);
    const auto moved = [](const Link& link, double by_log_slope, double by_intercept) {
        Link other = link;
        other.slope = link.slope * exp(by_log_slope);
        other.intercept += by_intercept;
        return other;
    };
    std::vector<double> off = differences(from, to, at, method, grid);
    at.loss = sum_of_squares(off);
    double damping = 1e-3;
    for (int k = 0; k < 100; ++k) {
        constexpr double h = 1e-5;
        const auto slope_up = differences(from, to, moved(at, h, 0), method, grid);
        const auto slope_down = differences(from, to, moved(at, -h, 0), method, grid);
        const auto up = differences(from, to, moved(at, 0, h), method, grid);
        const auto down = differences(from, to, moved(at, 0, -h), method, grid);
        double aa = 0;
        double ab = 0;
        double bb = 0;
        double ga = 0;
        double gb = 0;
        for (std::size_t i = 0; i < off.size(); ++i) {
            const double ja = (slope_up[i] - slope_down[i]) / (2 * h);
            const double jb = (up[i] - down[i]) / (2 * h);
            aa += ja * ja;
            ab += ja * jb;
            bb += jb * jb;
            ga += ja * off[i];
            gb += jb * off[i];
        }
        bool better = false;
        for (int tries = 0; tries < 30 && !better; ++tries) {
            const double da = aa * (1 + damping) + 1e-14;
            const double db = bb * (1 + damping) + 1e-14;
            const double determinant = da * db - ab * ab;
            const double step_a = std::clamp(-(db * ga - ab * gb) / determinant, -1.0, 1.0);
            const double step_b = std::clamp(-(da * gb - ab * ga) / determinant, -2.0, 2.0);
            Link next = moved(at, step_a, step_b);
            std::vector<double> next_off = differences(from, to, next, method, grid);
            next.loss = sum_of_squares(next_off);
            if (next.loss <= at.loss) {
                better = true;
                damping = std::max(damping / 10, 1e-12);
                const bool small = std::abs(step_a) + std::abs(step_b) < 1e-10;
                at = next;
                off = std::move(next_off);
                if (small) return at;
            } else {
                damping *= 10;
            }
        }
        if (!better) break;
    }
    return at;
}

}  // namespace

Item linked(const Item& item, const Link& link) {
    Item out = item;
    out.a = item.a / link.slope;
    // logit = a theta + d with theta = (theta' - B) / A. In the partial credit model each step.
    for (double& d : out.d) d -= item.a * link.intercept / link.slope;
    return out;
}

Link link(const std::vector<Item>& from, const std::vector<Item>& to, LinkMethod method) {
    if (from.empty() || from.size() != to.size())
        throw std::invalid_argument("linking needs the same items on both scales");
    for (std::size_t i = 0; i < from.size(); ++i) {
        if (from[i].model != to[i].model || from[i].categories() != to[i].categories())
            throw std::invalid_argument("the item " + from[i].name +
                                        " has another model on the other scale");
        if (from[i].a * to[i].a <= 0)
            throw std::invalid_argument("the item " + from[i].name +
                                        " has slopes of different signs, or 0: leave it out");
    }
    const Spread b_from = spread(difficulties_of(from));
    const Spread b_to = spread(difficulties_of(to));
    Link result;
    if (method == LinkMethod::mean_sigma) {
        if (!(b_from.sd > 0) || !(b_to.sd > 0))
            throw std::invalid_argument("mean-sigma needs items of different difficulty");
        result.slope = b_to.sd / b_from.sd;
    } else {
        result.slope = spread(slopes_of(from)).mean / spread(slopes_of(to)).mean;
        if (!(result.slope > 0)) result.slope = 1;
    }
    result.intercept = b_to.mean - result.slope * b_from.mean;
    if (method == LinkMethod::haebara || method == LinkMethod::stocking_lord)
        return curves(from, to, method, result);
    return result;
}

std::vector<double> robust_z(const std::vector<Item>& from, const std::vector<Item>& to,
                             const Link& link) {
    const auto middle = [](const Item& item) {
        double sum = 0;
        for (const double d : item.d) sum += -d / item.a;
        return sum / static_cast<double>(item.d.size());
    };
    std::vector<double> off;
    for (std::size_t i = 0; i < from.size(); ++i)
        off.push_back(middle(linked(from[i], link)) - middle(to[i]));
    std::vector<double> sorted = off;
    std::ranges::sort(sorted);
    // Linear interpolation between order statistics.
    const auto quantile = [&](double p) {
        const double at = p * static_cast<double>(sorted.size() - 1);
        const auto below = static_cast<std::size_t>(at);
        const std::size_t above = std::min(below + 1, sorted.size() - 1);
        const double share = at - static_cast<double>(below);
        return sorted[below] + share * (sorted[above] - sorted[below]);
    };
    const double median = quantile(0.5);
    const double range = 0.74 * (quantile(0.75) - quantile(0.25));
    // Below 1e-9 all agree, and a ratio would be of rounding errors.
    for (double& value : off) value = range > 1e-9 ? (value - median) / range : 0;
    return off;
}

}  // namespace engine
