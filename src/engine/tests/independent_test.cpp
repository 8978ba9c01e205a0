// SPDX-License-Identifier: EUPL-1.2
// Graded response, partial credit and two groups against a second implementation, written from the
// textbook's formulas with the standard library's exp, that shares nothing with the engine: its
// integral, its likelihood, its climb to the maximum.
#include "answers_of.hpp"
#include "effort.hpp"
#include "engine/engine.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <map>

using namespace engine;
using doctest::Approx;

namespace {

constexpr std::size_t items = 4;
constexpr std::size_t categories = 3;
constexpr int points = tests::sanitized ? 81 : 161;

// P(y = 0, 1, 2 | theta) of slope a and intercepts d1, d2.
std::array<double, categories> textbook(Family family, const double* item, double theta) {
    const double first = item[0] * theta + item[1];
    const double second = item[0] * theta + item[2];
    if (family == Family::graded) {  // Samejima 1969: differences of two logistic curves
        const double over_0 = 1 / (1 + std::exp(-first));
        const double over_1 = 1 / (1 + std::exp(-second));
        return {1 - over_0, over_0 - over_1, over_1};
    }
    // Muraki 1992: shares of exponentials of sums of steps.
    const double one = std::exp(first);
    const double two = std::exp(first + second);
    const double all = 1 + one + two;
    return {1 / all, one / all, two / all};
}

// Answers counted by pattern and group; parameters: a, d1, d2 of each item, then mean and log sd of
// the second group (the first is N(0, 1)).
struct Textbook {
    Family family;
    std::map<std::pair<std::size_t, std::array<std::size_t, items>>, int> patterns;

    double log_likelihood(const std::vector<double>& x) const {
        const bool two = x.size() > 3 * items;
        double sum = 0;
        for (std::size_t group = 0; group <= (two ? 1 : 0); ++group) {
            const double mean = group == 0 ? 0 : x[3 * items];
            const double sd = group == 0 ? 1 : std::exp(x[3 * items + 1]);
            // The trapezium rule over eight standard deviations on each side.
            std::array<std::array<std::array<double, points>, categories>, items> p{};
            std::array<double, points> density{};
            for (std::size_t q = 0; q < points; ++q) {
                const double z = -8 + 16.0 * static_cast<double>(q) / (points - 1);
                density[q] = std::exp(-z * z / 2) / std::sqrt(2 * M_PI) * 16 / (points - 1);
                for (std::size_t i = 0; i < items; ++i) {
                    const auto at = textbook(family, x.data() + 3 * i, mean + sd * z);
                    for (std::size_t y = 0; y < categories; ++y) p[i][y][q] = at[y];
                }
            }
            for (const auto& [pattern, count] : patterns) {
                if (pattern.first != group) continue;
                double integral = 0;
                for (std::size_t q = 0; q < points; ++q) {
                    double product = density[q];
                    for (std::size_t i = 0; i < items; ++i) product *= p[i][pattern.second[i]][q];
                    integral += product;
                }
                sum += count * std::log(integral);
            }
        }
        return sum;
    }

    double slope(std::vector<double> x, std::size_t k) const {
        constexpr double step = 1e-4;
        x[k] += step;
        const double above = log_likelihood(x);
        x[k] -= 2 * step;
        return (above - log_likelihood(x)) / (2 * step);
    }

    // One parameter after the other by a parabola through three values, until none moves.
    std::vector<double> climb(std::vector<double> x) const {
        double best = log_likelihood(x);
        for (int sweep = 0; sweep < 400; ++sweep) {
            const double before = best;
            for (std::size_t k = 0; k < x.size(); ++k) {
                constexpr double step = 1e-3;
                std::vector<double> moved = x;
                moved[k] = x[k] + step;
                const double above = log_likelihood(moved);
                moved[k] = x[k] - step;
                const double below = log_likelihood(moved);
                const double bend = above - 2 * best + below;
                double move = bend < 0 ? -0.5 * step * (above - below) / bend : 0;
                move = std::clamp(move, -0.5, 0.5);
                moved[k] = x[k] + move;
                if (const double value = log_likelihood(moved); value > best)
                    best = value, x = moved;
            }
            if (best - before < 1e-8) break;
        }
        return x;
    }
};

}  // namespace

TEST_CASE("graded, partial credit and two groups: a second implementation finds the same maximum") {
    for (const auto& [family, model] : {std::pair{Family::graded, Model::graded},
                                        std::pair{Family::partial_credit, Model::partial_credit}})
        for (const bool two_groups : {false, true}) {
            CAPTURE(static_cast<int>(family));
            CAPTURE(two_groups);
            std::vector<Item> truth = planted(items, 3);
            for (Item& item : truth) {
                item.model = model;
                item.d = {item.d[0] + 0.6, item.d[0] - 0.6};
            }
            const Responses answers =
                answers_of(truth, 400, items, 4, [&](std::size_t person, Random& random) {
                    const bool second = two_groups && person % 2 == 1;
                    return second ? 0.5 + 1.3 * random.normal() : random.normal();
                });
            CalibrationOptions options;
            options.family = family;
            options.priors.use = Priors::Use::none;
            options.standard_errors = true;
            Textbook textbook{family, {}};
            for (std::size_t p = 0; p < answers.persons(); ++p) {
                if (two_groups) options.groups.push_back(p % 2);
                std::array<std::size_t, items> pattern{};
                for (const PackedAnswer answer : answers.of(p))
                    pattern[answer.item()] = answer.category();
                ++textbook.patterns[{two_groups ? p % 2 : 0, pattern}];
            }
            const Calibration found = calibrate(answers, options);
            REQUIRE(found.converged);
            std::vector<double> x;
            std::vector<double> se;
            for (const ItemEstimate& item : found.items) {
                x.insert(x.end(), {item.item.a, item.item.d[0], item.item.d[1]});
                se.insert(se.end(), item.se.begin(), item.se.begin() + 3);
            }
            if (two_groups) {
                x.insert(x.end(), {found.groups[1].mean, std::log(found.groups[1].sd)});
                se.insert(se.end(),
                          {found.groups[1].se_mean, found.groups[1].se_sd / found.groups[1].sd});
            }
            // The engine leaves out what of a group's density lies beyond 4.5 deviations: 7e-6.
            CHECK(std::abs(textbook.log_likelihood(x) - found.log_likelihood) < 1e-5);
            // A parameter's slope times its error is how many errors it is from the maximum.
            for (std::size_t k = 0; k < x.size(); ++k)
                CHECK(std::abs(textbook.slope(x, k)) * se[k] < 1e-3);
            std::vector<double> elsewhere(x.size(), 0.0);
            for (std::size_t i = 0; i < items; ++i) {
                elsewhere[3 * i] = 0.6;
                elsewhere[3 * i + 1] = 0.4;
                elsewhere[3 * i + 2] = -0.4;
            }
            const std::vector<double> climbed = textbook.climb(elsewhere);
            CHECK(textbook.log_likelihood(climbed) == Approx(found.log_likelihood).epsilon(1e-8));
            for (std::size_t k = 0; k < x.size(); ++k)
                CHECK(std::abs(climbed[k] - x[k]) < 0.02 * se[k]);
        }
}
