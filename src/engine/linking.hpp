// SPDX-License-Identifier: EUPL-1.2
// Two calibrations of the same items on two scales, brought to one: theta' = A theta + B, so
// a' = a / A, b' = A b + B. Kolen & Brennan 2014, chapter 6.
#pragma once
#include "engine/models.hpp"

#include <string>
#include <vector>

namespace engine {

enum class LinkMethod {
    mean_mean,      // Loyd & Hoover 1980: means of a and of b
    mean_sigma,     // Marco 1977: mean and standard deviation of b
    haebara,        // Haebara 1980: squared differences of the curves, item by item
    stocking_lord,  // Stocking & Lord 1983: of the test's curve
};

struct Link {
    double slope = 1;      // A
    double intercept = 0;  // B
    // What Haebara and Stocking-Lord minimise, at the solution: mean over theta ~ N(0, 1) on the
    // new scale (41 points on [-4, 4]; one direction).
    double loss = 0;
};

// From the scale of `from` to that of `to`: the same items in the same order. Throws
// std::invalid_argument when they do not match in model and categories, or are too few or too alike
// for the method (mean-sigma needs two different b).
Link link(const std::vector<Item>& from, const std::vector<Item>& to, LinkMethod);

// The item on the new scale.
Item linked(const Item&, const Link&);

// Of each item, how far its b is from what the others say after linking, in robust standard
// deviations (Huynh & Meyer 2010): (difference - median) / (0.74 interquartile range).
// Beyond 1.645: the item has drifted.
std::vector<double> robust_z(const std::vector<Item>& from, const std::vector<Item>& to,
                             const Link&);

}  // namespace engine
