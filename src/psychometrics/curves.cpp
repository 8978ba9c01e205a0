// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/curves.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace psychometrics {

std::vector<Plot> curves(const std::vector<engine::Item>& items) {
    constexpr std::size_t shown = 20;
    constexpr int points = 81;
    Plot characteristic{.title = "Characteristic curves",
                        .description = "",
                        .x = "Ability theta",
                        .y = "Expected share of the points",
                        .series = {},
                        .y_low = 0,
                        .y_high = 1,
                        .x_names = {}};
    Plot information{
        .title = "Information of the test",
        .description = "",
        .x = "Ability theta",
        .y = "Fisher information",
        .series = {{.name = "information", .points = {}}, {.name = "standard error", .points = {}}},
        .y_low = 0,
        .y_high = {},
        .x_names = {}};
    const auto theta_of = [](int k) { return -4 + 8.0 * k / (points - 1); };
    for (std::size_t i = 0; i < std::min(shown, items.size()); ++i) {
        Series series{.name = items.size() <= 6 ? items[i].name : "", .points = {}};
        const double top = static_cast<double>(items[i].d.size());
        for (int k = 0; k < points; ++k)
            series.points.emplace_back(theta_of(k),
                                       engine::expected_score(items[i], theta_of(k)).mean / top);
        characteristic.series.push_back(std::move(series));
    }
    double best = 0;
    double best_at = 0;
    for (int k = 0; k < points; ++k) {
        double sum = 0;
        for (const engine::Item& item : items) sum += engine::information(item, theta_of(k)).fisher;
        if (sum > best) {
            best = sum;
            best_at = theta_of(k);
        }
        information.series[0].points.emplace_back(theta_of(k), sum);
        // Above 3 the curve would only hide the other.
        information.series[1].points.emplace_back(theta_of(k),
                                                  std::min(1 / std::sqrt(sum + 1e-9), 3.0));
    }
    characteristic.description =
        fmt::format("Expected share of the points by ability, {} of {} items.",
                    std::min(shown, items.size()), items.size());
    information.description = fmt::format(
        "The information is largest, {:.1f}, at ability {:.1f}: standard error {:.2f} there.", best,
        best_at, best > 0 ? 1 / std::sqrt(best) : 0.0);
    return {characteristic, information};
}

}  // namespace psychometrics
