// SPDX-License-Identifier: EUPL-1.2
// Between two nightly calibrations: the parameters of each item as a normal distribution that every
// answer moves a little. A two-category item, a and d; the batch replaces it.
#pragma once
#include "engine/calibration.hpp"
#include "engine/grid.hpp"
#include "engine/models.hpp"
#include "engine/posterior.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace engine {

// N(mean, covariance) of (a, d).
struct ItemPosterior {
    double a = 1;
    double d = 0;
    double aa = 0.25;  // variance of a
    double ad = 0;
    double dd = 4;  // variance of d
    double c = 0;   // lower asymptote: known
};

// One entry of an item's trail: what it was, what it became, and why. Keep them in order; the last
// one's `after` is the present state, so that any past state can be shown.
struct ItemChange {
    enum class Source : std::uint8_t { answer, batch } source = Source::answer;
    std::uint64_t reference = 0;  // the number of the answer, or of the batch
    ItemPosterior before;
    ItemPosterior after;
};

// After one answer (0 or 1) of a person whose ability has these probabilities on the points of the
// grid, given the person's other answers. One step of Fisher scoring in the integrated likelihood
// of the answer, P(y | a, d) = sum of w_q P(y | theta_q; a, d), from the present mean: the
// recursion of Titterington 1984, with the item's own covariance as the rate. Information is that
// of the answer with the ability unknown, so an uncertain person teaches less. Error: terms of
// second order in the step, which vanish as answers accumulate; the batch removes what is left.
ItemChange learn(const ItemPosterior&, const Grid&, std::span<const double> weights, int answer,
                 std::uint64_t reference);

// The same with what a candidate's other answers tell: `candidate` does not hold this one yet.
// Nothing for an item of more than two categories, which waits for the batch, or of known
// parameters (variances of 0).
std::optional<ItemChange> learn(const ItemPosterior&, Posterior& candidate, std::size_t item,
                                int answer, std::uint64_t reference);

// After a batch: its estimates and their errors, whatever was learned since the last one.
ItemChange replace(const ItemPosterior& before, const ItemPosterior& batch,
                   std::uint64_t reference);

// What a calibration found of an item of two categories, with its standard errors.
ItemPosterior posterior_of(const ItemEstimate&);

// The item at the mean, for selection and scoring.
Item item_at_mean(const ItemPosterior&);

// Chance of a right answer at theta with the parameters uncertain ("soft scoring"): by the normal
// approximation of the logit's variance, logistic(x / sqrt(1 + pi v / 8)) (MacKay 1992), error
// below 0.02.
double soft_probability(const ItemPosterior&, double theta);

}  // namespace engine
