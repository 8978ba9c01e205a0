// SPDX-License-Identifier: EUPL-1.2
// exp and log made of IEEE additions, multiplications and divisions alone, in one written order, so
// that a result is the same bit for bit on every machine, compiler and vector width (libm's are
// not). simd.hpp has them for several numbers at once.
#pragma once
#include "engine/exp_log.hpp"

namespace engine {

// Relative error at most 4e-16. Arguments outside [-708, 709] are taken as the nearest of these, so
// the answer is never 0, infinite or denormal. NaN stays NaN.
inline double exp(double x) {
    return exp_of<OneNumber>(x);
}

// Of a positive normal number; relative error at most 4e-16 (absolute near 1).
inline double log(double x) {
    return log_of<OneNumber>(x);
}

// 1 / (1 + exp(-x)).
inline double logistic(double x) {
    return 1.0 / (1.0 + exp(-x));
}

// log(1 + exp(x)) without overflow: max(x, 0) + log(1 + exp(-|x|)).
inline double softplus(double x) {
    const double e = exp(x > 0 ? -x : x);
    // Below 2^-26 log(1 + e) = e - e^2/2 to the last bit, where 1 + e would lose e.
    return (x > 0 ? x : 0.0) + (e < 1.5e-8 ? e - 0.5 * e * e : log(1.0 + e));
}

}  // namespace engine
