// SPDX-License-Identifier: EUPL-1.2
#include "engine/calibration_live.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

constexpr double least_slope = 0.05;

}  // namespace

ItemChange learn(const ItemPosterior& now, const Grid& grid, std::span<const double> weights,
                 int answer, std::uint64_t reference) {
    ItemChange change{ItemChange::Source::answer, reference, now, now};
    // Mean of P over the ability, and of its derivatives by (a, d).
    double p = 0;
    double by_a = 0;
    double by_d = 0;
    for (std::size_t q = 0; q < grid.size(); ++q) {
        const double at = logistic(now.a * grid.nodes[q] + now.d);
        const double slope = weights[q] * (1 - now.c) * at * (1 - at);
        p += weights[q] * (now.c + (1 - now.c) * at);
        by_a += slope * grid.nodes[q];
        by_d += slope;
    }
    const double variance = p * (1 - p);
    if (!(variance > 1e-12)) return change;
    // Information of the answer is g g' / (p (1 - p)), of rank one: Sherman & Morrison 1950.
    const double ca = now.aa * by_a + now.ad * by_d;
    const double cd = now.ad * by_a + now.dd * by_d;
    const double scale = 1 / (variance + by_a * ca + by_d * cd);
    const double off = static_cast<double>(answer) - p;
    ItemPosterior& next = change.after;
    next.aa = now.aa - ca * ca * scale;
    next.ad = now.ad - ca * cd * scale;
    next.dd = now.dd - cd * cd * scale;
    next.a = std::max(now.a + ca * scale * off, least_slope);
    next.d = now.d + cd * scale * off;
    return change;
}

std::optional<ItemChange> learn(const ItemPosterior& now, Posterior& candidate, std::size_t item,
                                int answer, std::uint64_t reference) {
    const Item& asked = candidate.tables().items()[item];
    if (asked.categories() != 2 || !(now.aa > 0 || now.dd > 0)) return std::nullopt;
    return learn(now, candidate.tables().grid(), candidate.marginal(asked.node), answer, reference);
}

ItemPosterior posterior_of(const ItemEstimate& estimate) {
    const auto square = [](double se) { return std::isfinite(se) ? se * se : 0; };
    ItemPosterior of{.a = estimate.item.a, .d = estimate.item.d[0], .c = estimate.item.c};
    of.aa = square(estimate.se[0]);
    of.dd = square(estimate.se[1]);
    of.ad = std::isfinite(estimate.cov_ad) ? estimate.cov_ad : 0;
    return of;
}

ItemChange replace(const ItemPosterior& before, const ItemPosterior& batch,
                   std::uint64_t reference) {
    return {ItemChange::Source::batch, reference, before, batch};
}

Item item_at_mean(const ItemPosterior& of) {
    Item item;
    item.a = of.a;
    item.d = {of.d};
    item.c = of.c;
    return item;
}

double soft_probability(const ItemPosterior& of, double theta) {
    const double variance = of.aa * theta * theta + 2 * of.ad * theta + of.dd;
    constexpr double pi_over_8 = 0.39269908169872414;
    return of.c +
           (1 - of.c) * logistic((of.a * theta + of.d) / std::sqrt(1 + pi_over_8 * variance));
}

}  // namespace engine
