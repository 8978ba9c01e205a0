// SPDX-License-Identifier: EUPL-1.2
// Item parameters from answers: marginal maximum likelihood by EM (Bock & Aitkin 1981) with
// accelerated steps (acceleration.hpp). One latent dimension; calibration_tree.hpp
// has the tree. docs/engine.md explains, with each formula's source.
#pragma once
#include "engine/models.hpp"
#include "engine/responses.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

namespace engine {

enum class Family {
    rasch,            // slope 1, variance estimated
    one_parameter,    // one slope for all, variance 1
    two_parameter,    // a slope each, variance 1, like all that follow
    three_parameter,  // and a lower asymptote
    graded,
    partial_credit,
};

// Weak knowledge that keeps an item in bounds which its answers leave open.
struct Priors {
    enum class Use {
        // For each item: c of the 3PL always; a and d when all answers are alike, and in sparse
        // data
        // (less than half of the table filled) when it has fewer than 300 answers.
        automatic,
        none,
        all,
    };
    Use use = Use::automatic;
    double log_a_mean = 0;  // density of log a: normal, so that the mode of a is exp(mean)
    double log_a_sd = 0.5;
    double d_mean = 0;
    double d_sd = 2;
    double c_alpha = 5;  // density of c: Beta(5, 17), mode .20
    double c_beta = 17;
};

struct CalibrationOptions {
    Family family = Family::two_parameter;
    Priors priors = {};
    // Items whose parameters are known and stay: then every group's mean and variance is estimated,
    // the scale being theirs (Kim 2006). Empty, or one for each item.
    std::vector<std::optional<Item>> anchors = {};
    // Of each person, from 0; empty: one group. The first is N(0, 1) where there is no anchor.
    std::vector<std::uint32_t> groups = {};
    // A number of categories for each item where the answers need not show them all; empty: as
    // seen.
    std::vector<std::size_t> categories = {};
    bool standard_errors = false;
    // Up to so many parameters their errors come from the information of all of them together, else
    // item by item (see StandardErrors).
    std::size_t most_jointly = 1'500;
    bool person_estimates = false;
    unsigned threads = 1;  // the result does not depend on it
    std::size_t most_maps = 2000;
    // Told of each step: its number, the log-posterior, the gain that the step promises.
    std::function<void(std::size_t, double, double)> progress = {};
    // Ends when the log-likelihood that is still to gain is estimated below this.
    double tolerance = 1e-9;
};

struct ItemEstimate {
    Item item;
    std::size_t answers = 0;
    bool fixed = false;
    bool prior = false;  // weak priors applied to it
    // With options.standard_errors, else empty: of a, then of each d, then of c. A NaN: not
    // estimated.
    std::vector<double> se;
    double se_b = 0;    // of b = -d / a, for two categories
    double cov_ad = 0;  // covariance of a and the first d
};

struct GroupEstimate {
    double mean = 0;
    double sd = 1;
    std::size_t persons = 0;
    // With options.standard_errors, NaN where the value is not estimated.
    double se_mean = 0;
    double se_sd = 0;
};

enum class StandardErrors {
    none,
    // Inverse of the observed information of all parameters together: the Jacobian of the gradient,
    // which is exact by Fisher's identity, by central differences (Oakes 1999; Chalmers 2018).
    observed,
    // Inverse of the sum of squared scores of each item by itself, for thousands of items: leaves
    // out what items share.
    by_item,
};

struct Calibration {
    std::vector<ItemEstimate> items;
    std::vector<GroupEstimate> groups;
    double log_likelihood = 0;   // without priors
    double still_to_gain = 0;    // estimate, in units of log-likelihood
    std::size_t iterations = 0;  // evaluations of the EM map
    bool converged = false;
    std::size_t parameters = 0;  // free ones
    StandardErrors standard_errors = StandardErrors::none;
    // With options.person_estimates: posterior mean and standard deviation of each person.
    std::vector<double> mean;
    std::vector<double> sd;
};

// Throws std::invalid_argument where the options do not fit the answers: an anchor with other
// categories, groups of another length, a polytomous answer in a model for two categories.
Calibration calibrate(const Responses&, const CalibrationOptions&);

}  // namespace engine
