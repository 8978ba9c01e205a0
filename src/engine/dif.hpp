// SPDX-License-Identifier: EUPL-1.2
// Differential item functioning: does an item favour one group among persons of the same ability?
#pragma once
#include "engine/calibration.hpp"
#include "engine/responses.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace engine {

// Of each person: 0 reference, 1 focal, anything else left out.
using DifGroups = std::span<const std::uint32_t>;

// Persons of like ability. With complete answers: the number right, the studied item included
// (Holland & Thayer 1988); otherwise twenty strata of equal size of an estimate of ability (Zwick,
// Thayer & Wingersky 1994).
struct Matching {
    std::vector<double> value;           // of each person, for logistic regression
    std::vector<std::uint32_t> stratum;  // of each person
    std::uint32_t strata = 0;
};
// Items left out (suspected of DIF) do not count, but the studied item always does.
Matching match_by_score(const Responses&, const std::vector<bool>& leave_out, std::size_t studied);
Matching match_by_ability(std::span<const double> theta);

struct MantelHaenszel {
    double odds_ratio = 1;  // of a right answer, reference to focal
    double delta = 0;       // -2.35 log odds_ratio: below 0 the item is harder for the focal group
    double se = 0;          // of delta (Robins, Breslow & Greenland 1986; Phillips & Holland 1987)
    double chi_square = 0;  // 1 df, with continuity correction
    double p = 1;
    // Educational Testing Service (Zieky 1993): A negligible (|delta| < 1, or not different from 0
    // at 5%), C large (|delta| >= 1.5 and above 1 at 5%), B between.
    char ets = 'A';
    std::size_t strata = 0;  // with both groups and both answers
};
// Throws std::invalid_argument for an item of more than two categories.
MantelHaenszel mantel_haenszel(const Responses&, DifGroups, std::size_t item, const Matching&);

// Swaminathan & Rogers 1990: logit P = b0 + b1 match (+ b2 group (+ b3 match x group)).
struct LogisticDif {
    double group = 0;       // b2 of the model without b3: log odds, focal less reference
    double uniform = 0;     // chi-square, 1 df: with b2 against without
    double nonuniform = 0;  // chi-square, 1 df: with b3 against without
    double p_uniform = 1;
    double p_nonuniform = 1;
    double p_both = 1;     // 2 df
    double r2_change = 0;  // Nagelkerke's, by b2 and b3: below .035 negligible, from .07 large
                           // (Jodoin & Gierl 2001)
};
LogisticDif logistic_dif(const Responses&, DifGroups, std::size_t item, const Matching&);

// Likelihood-ratio test within the item response model (Thissen, Steinberg & Wainer 1993): the item
// with parameters of its own in the focal group against common ones; mean and variance of the focal
// group are estimated in both. Any model.
struct RatioDif {
    double chi_square = 0;
    std::size_t df = 0;
    double p = 1;
    double a_difference = 0;  // focal less reference
    double b_difference = 0;
};
// For each of the items listed. Options as for calibrate(); its groups, anchors, priors of items
// are set here.
std::vector<RatioDif> ratio_dif(const Responses&, DifGroups, std::span<const std::size_t> items,
                                const CalibrationOptions&);

}  // namespace engine
