// SPDX-License-Identifier: EUPL-1.2
// One ability from the answers to items of known parameters, without a grid; and whether the
// answers fit the model.
#pragma once
#include "engine/models.hpp"

#include <span>
#include <vector>

namespace engine {

// One answer: the item and its category (never missing: leave that out).
struct Answer {
    const Item* item;
    int category;
};
struct Estimate {
    double theta = 0;
    double se = 0;
};

// Where estimates are sought: nobody is more able, nor less.
inline constexpr double farthest_theta = 8;

// Maximum of the posterior with a N(mean, sd^2) prior; se = 1 / sqrt(I + 1 / sd^2).
Estimate map_estimate(std::span<const Answer>, double mean = 0, double sd = 1);
// Weighted likelihood (Warm 1989): solves l' + J / (2 I) = 0, free of the first order of bias and
// finite when all answers are right; se = 1 / sqrt(I).
Estimate wle_estimate(std::span<const Answer>);

// Person fit lz* (Snijders 2001; for several categories Sinharay 2016): the log-likelihood at the
// estimate, less its mean, over a standard deviation that allows for the ability's being estimated.
// About N(0, 1) under the model; below -1.645 at 5 % is a misfit. NaN below 2 answers or without
// information.
enum class Estimator { map, wle };
double lz_star(std::span<const Answer>, Estimator, double mean = 0, double sd = 1);

// The same in a tree, by the same reasoning for several abilities of which each item measures one
// (as Hong, Lin & Cheng 2021): theta of each node, estimated from these answers; of each node the
// part of the log-likelihood that moves with its ability is taken out. A node with one answer says
// nothing of fit: NaN when all have one only.
double lz_star(std::span<const Answer>, std::span<const double> theta);

}  // namespace engine
