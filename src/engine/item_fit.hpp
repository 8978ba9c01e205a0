// SPDX-License-Identifier: EUPL-1.2
// Do the items behave as their parameters say? For calibrated items and the answers to them,
// persons N(mean, sd^2), one dimension.
#pragma once
#include "engine/models.hpp"
#include "engine/responses.hpp"

#include <cstddef>
#include <vector>

namespace engine {

struct ItemFit {
    std::size_t answers = 0;
    // Mean squares (Wright & Masters 1982), 1 where the model holds: of standardized residuals
    // (outfit), weighted by information (infit). Residuals are averaged over each person's
    // posterior, whose draws together with the answers follow the model exactly, so no estimate of
    // ability biases them; that also draws them towards 1.
    double infit = 1;
    double outfit = 1;
    // S-X2 (Orlando & Thissen 2000; Kang & Chen 2008 for several categories): observed against
    // expected by number-right score, from persons who answered every item. df 0: too few.
    double s_x2 = 0;
    std::size_t df = 0;
    double p = 1;
};

// Two items whose residuals go together (Yen 1984): more than the model says, they measure
// something else in common, or were copied.
struct Dependence {
    std::size_t one = 0;
    std::size_t other = 0;
    double q3 = 0;            // correlation of residuals at each person's posterior mean
    std::size_t persons = 0;  // who answered both
};

struct Fit {
    std::vector<ItemFit> items;
    std::vector<Dependence> dependent;  // above the threshold, largest first
    double mean_q3 = 0;                 // of all pairs; about -1 / (items - 1)
};

struct FitOptions {
    double mean = 0;
    double sd = 1;
    // Estimated parameters of each item: taken from the degrees of freedom. 2 for the 2PL.
    std::size_t parameters = 2;
    // A pair is reported when its Q3 is above the mean of all by so much (Christensen, Makransky &
    // Horton 2017).
    double dependence = 0.2;
    std::size_t least_persons = 50;  // for a pair
    std::size_t most_items = 400;    // S-X2 costs the cube of the number of items, Q3 the square
};
Fit item_fit(const std::vector<Item>&, const Responses&, const FitOptions&);

// The distribution of the sum of points at each node (Lord & Wingersky 1984): scores x nodes, for
// all items but one (`without`; the number of items: none).
std::vector<std::vector<double>> score_distribution(
    const std::vector<std::vector<std::vector<double>>>& probabilities, std::size_t without);

}  // namespace engine
