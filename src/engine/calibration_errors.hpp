// SPDX-License-Identifier: EUPL-1.2
// Standard errors of what calibration estimates, for one dimension and for the tree.
#pragma once
#include "engine/calibration_steps.hpp"

#include <functional>
#include <span>
#include <vector>

namespace engine {

// Of all parameters, NaN where there is none; and the covariance of slope and first intercept.
struct Errors {
    std::vector<double> se;
    std::vector<double> slope_with_intercept;  // by item
};
// `size`: of the vector of parameters.
Errors no_errors(const Layout&, std::size_t size);

// The inverse of the observed information of the parameters `free` together, the others known: the
// Jacobian of the gradient, exact by Fisher's identity, by central differences (Oakes 1999;
// Chalmers 2018). Two gradients a parameter.
using Gradient = std::function<std::vector<double>(const std::vector<double>& x)>;
void observed_errors(const Layout&, const Gradient&, const std::vector<std::size_t>& free,
                     const std::vector<double>& x, Errors&);

// The inverse of the sum of squared scores, an item by itself: all answers are added, each with the
// posterior of its person's ability.
class ItemScores {
public:
    ItemScores(const Layout&, const Nodes&, std::span<const double> x);
    void add(PackedAnswer, const double* weights);
    void errors(Errors&) const;

private:
    struct Place {
        std::size_t width = 0;    // parameters
        std::size_t slopes = 0;   // in slopes_: parameter, category, node
        std::size_t squares = 0;  // in squares_: width x width
    };
    const Layout& layout_;
    std::size_t nodes_;
    std::vector<Place> places_;
    std::vector<double> slopes_;  // derivatives of log P
    std::vector<double> squares_;
    std::vector<double> score_;
};

// Fills se and se_b of the items from the errors of the parameters.
void write_errors(const Layout&, const Errors&, std::vector<ItemEstimate>&);

}  // namespace engine
