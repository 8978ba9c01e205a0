// SPDX-License-Identifier: EUPL-1.2
// exp and log made of IEEE additions, multiplications and divisions alone, in one written order, so
// that a result is the same bit for bit on every machine, compiler and vector width (libm's are
// not). simd.hpp has the same steps for several numbers at once. Compile with -ffp-contract=off.
#pragma once
#include <bit>
#include <cstdint>

namespace engine {

// Relative error at most 4e-16. Arguments outside [-708, 709] are taken as the nearest of these, so
// the answer is never 0, infinite or denormal. NaN stays NaN.
inline double exp(double x) {
    x = x < -708.0 ? -708.0 : x;
    x = x > 709.0 ? 709.0 : x;
    // x = n ln 2 + r with |r| <= ln 2 / 2 (Cody & Waite 1980); adding 1.5 * 2^52 rounds to a whole
    // number, which then stands in the low bits.
    const double magic = 6755399441055744.0;
    const double shifted = x * 1.4426950408889634 + magic;
    const double n = shifted - magic;
    const double r = (x - n * 0.69314718036912382) - n * 1.9082149292705877e-10;
    // Taylor to r^13: what is left out is below 5e-18 of the sum. Estrin's order: short chains.
    const double r2 = r * r;
    const double r4 = r2 * r2;
    const double p01 = 1.0 + r;
    const double p23 = 1.0 / 2 + r * (1.0 / 6);
    const double p45 = 1.0 / 24 + r * (1.0 / 120);
    const double p67 = 1.0 / 720 + r * (1.0 / 5040);
    const double p89 = 1.0 / 40320 + r * (1.0 / 362880);
    const double pab = 1.0 / 3628800 + r * (1.0 / 39916800);
    const double pcd = 1.0 / 479001600 + r * (1.0 / 6227020800.0);
    const double low = p01 + r2 * p23;
    const double middle = p45 + r2 * p67;
    const double high = (p89 + r2 * pab) + r4 * pcd;
    const double p = low + r4 * (middle + r4 * high);
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(p) +
                                 (std::bit_cast<std::uint64_t>(shifted) << 52));
}

// Of a positive normal number; relative error at most 4e-16 (absolute near 1).
inline double log(double x) {
    // x = 2^k m with m in [sqrt(1/2), sqrt(2)); log m = 2 artanh(s), s = (m - 1) / (m + 1).
    const std::uint64_t bits = std::bit_cast<std::uint64_t>(x);
    const std::uint64_t raised = bits + (0x3FF0000000000000U - 0x3FE6A09E667F3BCDU);
    const std::uint64_t exponent = raised >> 52;  // k + 1023
    const double m = std::bit_cast<double>(bits - ((exponent - 1023U) << 52));
    const double k = std::bit_cast<double>(exponent | 0x4330000000000000U) - 4503599627371519.0;
    const double f = m - 1.0;
    const double s = f / (2.0 + f);
    const double z = s * s;
    const double z2 = z * z;
    const double z4 = z2 * z2;
    const double p01 = 1.0 / 3 + z * (1.0 / 5);
    const double p23 = 1.0 / 7 + z * (1.0 / 9);
    const double p45 = 1.0 / 11 + z * (1.0 / 13);
    const double p67 = 1.0 / 15 + z * (1.0 / 17);
    const double p89 = 1.0 / 19 + z * (1.0 / 21);
    const double series = z * ((p01 + z2 * p23) + z4 * ((p45 + z2 * p67) + z4 * p89));
    // 2s = f - s f keeps the digits of f.
    return k * 0.69314718036912382 +
           (f - (s * f - (2.0 * s * series + k * 1.9082149292705877e-10)));
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
