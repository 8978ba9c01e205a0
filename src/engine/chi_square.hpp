// SPDX-License-Identifier: EUPL-1.2
// Tails of the chi-square and normal distributions, for tests of fit.
#pragma once
#include <cstddef>

namespace engine {

// P(X > x) for chi-square with `df` degrees of freedom (df from 1): series below its mean,
// continued fraction above (Abramowitz & Stegun 6.5.29, 6.5.31). Relative error about 1e-12.
double chi_square_tail(double x, std::size_t df);
// P(|Z| > z) for a standard normal Z.
double normal_two_sided(double z);

}  // namespace engine
