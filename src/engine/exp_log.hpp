// SPDX-License-Identifier: EUPL-1.2
// The steps of exp and log, written once for one number (math.hpp) and for a vector of them
// (simd.hpp), so that both give the same bits. No function of the standard library and nothing but
// IEEE operations; compile with -ffp-contract=off.
#pragma once
#include <cstdint>

namespace engine {

// What the steps work on: a floating-point type and the integers of its bits.
struct OneNumber {
    using Number = double;
    using Bits = std::uint64_t;
};

template <class Of>
[[gnu::always_inline]] inline typename Of::Number exp_of(typename Of::Number x) {
    using Number = typename Of::Number;
    using Bits = typename Of::Bits;
    x = x < -708.0 ? Number{} - 708.0 : x;
    x = x > 709.0 ? Number{} + 709.0 : x;
    // x = n ln 2 + r with |r| <= ln 2 / 2 (Cody & Waite 1980); adding 1.5 * 2^52 rounds to a whole
    // number, which then stands in the low bits.
    const double magic = 6755399441055744.0;
    const Number shifted = x * 1.4426950408889634 + magic;
    const Number n = shifted - magic;
    const Number r = (x - n * 0.69314718036912382) - n * 1.9082149292705877e-10;
    // Taylor to r^13: what is left out is below 5e-18 of the sum. Estrin's order: short chains.
    const Number r2 = r * r;
    const Number r4 = r2 * r2;
    const Number p01 = 1.0 + r;
    const Number p23 = 1.0 / 2 + r * (1.0 / 6);
    const Number p45 = 1.0 / 24 + r * (1.0 / 120);
    const Number p67 = 1.0 / 720 + r * (1.0 / 5040);
    const Number p89 = 1.0 / 40320 + r * (1.0 / 362880);
    const Number pab = 1.0 / 3628800 + r * (1.0 / 39916800);
    const Number pcd = 1.0 / 479001600 + r * (1.0 / 6227020800.0);
    const Number low = p01 + r2 * p23;
    const Number middle = p45 + r2 * p67;
    const Number high = (p89 + r2 * pab) + r4 * pcd;
    const Number p = low + r4 * (middle + r4 * high);
    return __builtin_bit_cast(
        Number, __builtin_bit_cast(Bits, p) + (__builtin_bit_cast(Bits, shifted) << 52));
}

template <class Of>
[[gnu::always_inline]] inline typename Of::Number log_of(typename Of::Number x) {
    using Number = typename Of::Number;
    using Bits = typename Of::Bits;
    // x = 2^k m with m in [sqrt(1/2), sqrt(2)); log m = 2 artanh(s), s = (m - 1) / (m + 1).
    const Bits bits = __builtin_bit_cast(Bits, x);
    const Bits raised = bits + (0x3FF0000000000000U - 0x3FE6A09E667F3BCDU);
    const Bits exponent = raised >> 52;  // k + 1023
    const Number m = __builtin_bit_cast(Number, bits - ((exponent - 1023U) << 52));
    const Number k =
        __builtin_bit_cast(Number, exponent | 0x4330000000000000U) - 4503599627371519.0;
    const Number f = m - 1.0;
    const Number s = f / (2.0 + f);
    const Number z = s * s;
    const Number z2 = z * z;
    const Number z4 = z2 * z2;
    const Number p01 = 1.0 / 3 + z * (1.0 / 5);
    const Number p23 = 1.0 / 7 + z * (1.0 / 9);
    const Number p45 = 1.0 / 11 + z * (1.0 / 13);
    const Number p67 = 1.0 / 15 + z * (1.0 / 17);
    const Number p89 = 1.0 / 19 + z * (1.0 / 21);
    const Number series = z * ((p01 + z2 * p23) + z4 * ((p45 + z2 * p67) + z4 * p89));
    // 2s = f - s f keeps the digits of f.
    return k * 0.69314718036912382 +
           (f - (s * f - (2.0 * s * series + k * 1.9082149292705877e-10)));
}

}  // namespace engine
