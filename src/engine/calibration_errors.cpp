// SPDX-License-Identifier: EUPL-1.2
#include "engine/calibration_errors.hpp"

#include "engine/linear.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace engine {
namespace {

constexpr double not_estimated = std::numeric_limits<double>::quiet_NaN();

// Of b = -d / a, by the delta method.
double se_of_b(const ItemEstimate& estimate, double covariance) {
    const double a = estimate.item.a;
    const double b = -estimate.item.d[0] / a;
    const double se_a = std::isnan(estimate.se[0]) ? 0 : estimate.se[0];
    return std::sqrt(estimate.se[1] * estimate.se[1] + b * b * se_a * se_a + 2 * b * covariance) /
           std::abs(a);
}

}  // namespace

Errors no_errors(const Layout& layout, std::size_t size) {
    return {std::vector<double>(size, not_estimated),
            std::vector<double>(layout.items.size(), not_estimated)};
}

void observed_errors(const Layout& layout, const Gradient& gradient_at,
                     const std::vector<std::size_t>& free, const std::vector<double>& x,
                     Errors& errors) {
    const std::size_t n = free.size();
    std::vector<double> information(n * n);
    std::vector<double> moved = x;
    // Central differences: error of order step^2; the gradient itself has 1e-10 of its terms.
    for (std::size_t j = 0; j < n; ++j) {
        const double step = 1e-4 * std::max(1.0, std::abs(x[free[j]]));
        moved[free[j]] = x[free[j]] + step;
        const std::vector<double> above = gradient_at(moved);
        moved[free[j]] = x[free[j]] - step;
        const std::vector<double> below = gradient_at(moved);
        moved[free[j]] = x[free[j]];
        for (std::size_t i = 0; i < n; ++i)
            information[i * n + j] = -(above[free[i]] - below[free[i]]) / (2 * step);
    }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j)
            information[i * n + j] = information[j * n + i] =
                0.5 * (information[i * n + j] + information[j * n + i]);
    // information = L L'; the covariance of two parameters is the product of columns of 1 / L.
    std::vector<double> unit(n);
    if (!solve(information, unit, n)) return;
    std::vector<double> inverse(n * n);  // column by column
    for (std::size_t j = 0; j < n; ++j) {
        double* const column = inverse.data() + j * n;
        column[j] = 1;
        for (std::size_t i = j; i < n; ++i) {
            for (std::size_t k = j; k < i; ++k) column[i] -= information[i * n + k] * column[k];
            column[i] /= information[i * n + i];
        }
    }
    const auto covariance = [&](std::size_t one, std::size_t other) {
        const double* const from = inverse.data() + one * n;
        return std::inner_product(from, from + n, inverse.data() + other * n, 0.0);
    };
    std::vector<std::size_t> place_of(x.size(), n);
    for (std::size_t j = 0; j < n; ++j) {
        place_of[free[j]] = j;
        errors.se[free[j]] = std::sqrt(covariance(j, j));
    }
    for (std::size_t i = 0; i < layout.items.size(); ++i) {
        const std::size_t slope = place_of[layout.items[i].own_slope ? layout.items[i].at : 0];
        const std::size_t intercept = place_of[layout.items[i].d];
        if (slope < n && intercept < n)
            errors.slope_with_intercept[i] = covariance(slope, intercept);
    }
}

// Derivatives of log P by central differences.
ItemScores::ItemScores(const Layout& layout, const Nodes& nodes, std::span<const double> x)
    : layout_(layout), nodes_(nodes.size()), places_(layout.items.size()) {
    constexpr double step = 1e-5;
    std::size_t size = 0;
    std::size_t squares = 0;
    for (std::size_t i = 0; i < layout.items.size(); ++i) {
        const Layout::Place& place = layout.items[i];
        places_[i] = {1U + place.steps + (place.guessing ? 1U : 0U), size, squares};
        size += places_[i].width * (place.steps + 1) * nodes_;
        squares += places_[i].width * places_[i].width;
    }
    slopes_.resize(size);
    squares_.resize(squares);
    for (std::size_t i = 0; i < layout.items.size(); ++i) {
        const Item item = item_at(layout, x, i);
        const std::size_t categories = item.categories();
        std::vector<double> above(categories);
        std::vector<double> below(categories);
        for (std::size_t k = 0; k < places_[i].width; ++k) {
            const auto moved = [&](double by) {
                Item other = item;
                if (k == 0)
                    other.a += by;
                else if (k <= item.d.size())
                    other.d[k - 1] += by;
                else
                    other.c = logistic(log(item.c / (1 - item.c)) + by);
                return other;
            };
            const Item up = moved(step);
            const Item down = moved(-step);
            for (std::size_t node = 0; node < nodes_; ++node) {
                log_probabilities(up, nodes.theta[node], above);
                log_probabilities(down, nodes.theta[node], below);
                for (std::size_t y = 0; y < categories; ++y)
                    slopes_[places_[i].slopes + (k * categories + y) * nodes_ + node] =
                        (above[y] - below[y]) / (2 * step);
            }
        }
    }
}

void ItemScores::add(PackedAnswer answer, const double* weights) {
    const Place& place = places_[answer.item()];
    const std::size_t categories = layout_.items[answer.item()].steps + 1;
    score_.assign(place.width, 0.0);
    for (std::size_t k = 0; k < place.width; ++k) {
        const double* const slope =
            slopes_.data() + place.slopes + (k * categories + answer.category()) * nodes_;
        for (std::size_t node = 0; node < nodes_; ++node) score_[k] += weights[node] * slope[node];
    }
    for (std::size_t k = 0; k < place.width; ++k)
        for (std::size_t j = 0; j < place.width; ++j)
            squares_[place.squares + k * place.width + j] += score_[k] * score_[j];
}

void ItemScores::errors(Errors& errors) const {
    for (std::size_t i = 0; i < layout_.items.size(); ++i) {
        const Layout::Place& at = layout_.items[i];
        const Place& place = places_[i];
        if (at.fixed) continue;
        // A shared slope is taken as known here: it rests on all items.
        const std::size_t skip = at.own_slope ? 0 : 1;
        const std::size_t n = place.width - skip;
        for (std::size_t k = 0; k < n; ++k) {
            std::vector<double> information(n * n);
            for (std::size_t r = 0; r < n; ++r)
                for (std::size_t c = 0; c < n; ++c)
                    information[r * n + c] =
                        squares_[place.squares + (r + skip) * place.width + c + skip];
            std::vector<double> unit(n);
            unit[k] = 1;
            if (!solve(information, unit, n)) continue;
            errors.se[at.at + k] = std::sqrt(unit[k]);
            if (k == 0 && at.own_slope) errors.slope_with_intercept[i] = unit[1];
        }
    }
}

void write_errors(const Layout& layout, const Errors& errors, std::vector<ItemEstimate>& items) {
    for (std::size_t i = 0; i < layout.items.size(); ++i) {
        const Layout::Place& place = layout.items[i];
        ItemEstimate& estimate = items[i];
        estimate.se = {errors.se[place.own_slope ? place.at : 0]};
        for (std::size_t k = 0; k < place.steps; ++k) estimate.se.push_back(errors.se[place.d + k]);
        // By the delta method from logit c.
        const double c = estimate.item.c;
        estimate.se.push_back(place.guessing ? errors.se[place.d + 1] * c * (1 - c)
                                             : not_estimated);
        estimate.cov_ad = errors.slope_with_intercept[i];
        estimate.se_b = se_of_b(estimate, estimate.cov_ad);
    }
}

}  // namespace engine
