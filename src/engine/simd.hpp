// SPDX-License-Identifier: EUPL-1.2
// Several doubles at once, as wide as the machine for which the file is compiled: x86-64 (2),
// AVX2 (4), AVX-512 (8). Only kernel files include this: *_baseline.cpp, *_avx2.cpp, *_avx512.cpp,
// which hold the same code (an .inc file) compiled for each (CMakeLists.txt), and a table of
// functions chosen once at the start (kernels.hpp).
//
// The bits of a result do not depend on the width: elementwise steps are IEEE operations in one
// order without contraction, and a sum always has eight partial sums, folded in one order (Sum).
// Nothing here may have external linkage, and no header of the standard library with inline
// functions may be used: the linker would be free to keep the AVX-512 copy for everybody.
#pragma once
#include <cstddef>
#include <cstdint>

namespace engine {
namespace {

#if defined(__AVX512F__) && defined(__AVX512DQ__)
inline constexpr std::size_t width = 8;
#elif defined(__AVX2__)
inline constexpr std::size_t width = 4;
#else
inline constexpr std::size_t width = 2;
#endif
// Arrays are padded to a multiple of this, and aligned to its 64 bytes.
inline constexpr std::size_t lanes = 8;

using Vector = double __attribute__((vector_size(width * 8), may_alias));
using Bits = std::uint64_t __attribute__((vector_size(width * 8), may_alias));
#define ENGINE_INLINE [[gnu::always_inline]] static inline

ENGINE_INLINE Vector load(const double* from) {
    return *reinterpret_cast<const Vector*>(from);
}
ENGINE_INLINE void store(double* to, Vector value) {
    *reinterpret_cast<Vector*>(to) = value;
}
ENGINE_INLINE Vector all(double value) {
    return value - Vector{};
}
ENGINE_INLINE Bits bits_of(Vector value) {
    return reinterpret_cast<Bits&>(value);
}
ENGINE_INLINE Vector of_bits(Bits value) {
    return reinterpret_cast<Vector&>(value);
}
ENGINE_INLINE Vector larger(Vector a, Vector b) {
    return a > b ? a : b;
}
ENGINE_INLINE Vector smaller(Vector a, Vector b) {
    return a < b ? a : b;
}

// engine::exp of math.hpp, step by step.
ENGINE_INLINE Vector exp(Vector x) {
    x = x < -708.0 ? all(-708.0) : x;
    x = x > 709.0 ? all(709.0) : x;
    const double magic = 6755399441055744.0;
    const Vector shifted = x * 1.4426950408889634 + magic;
    const Vector n = shifted - magic;
    const Vector r = (x - n * 0.69314718036912382) - n * 1.9082149292705877e-10;
    const Vector r2 = r * r;
    const Vector r4 = r2 * r2;
    const Vector p01 = 1.0 + r;
    const Vector p23 = 1.0 / 2 + r * (1.0 / 6);
    const Vector p45 = 1.0 / 24 + r * (1.0 / 120);
    const Vector p67 = 1.0 / 720 + r * (1.0 / 5040);
    const Vector p89 = 1.0 / 40320 + r * (1.0 / 362880);
    const Vector pab = 1.0 / 3628800 + r * (1.0 / 39916800);
    const Vector pcd = 1.0 / 479001600 + r * (1.0 / 6227020800.0);
    const Vector low = p01 + r2 * p23;
    const Vector middle = p45 + r2 * p67;
    const Vector high = (p89 + r2 * pab) + r4 * pcd;
    const Vector p = low + r4 * (middle + r4 * high);
    return of_bits(bits_of(p) + (bits_of(shifted) << 52));
}

// engine::log of math.hpp, step by step.
[[maybe_unused]] ENGINE_INLINE Vector log(Vector x) {
    const Bits bits = bits_of(x);
    const Bits raised = bits + (0x3FF0000000000000U - 0x3FE6A09E667F3BCDU);
    const Bits exponent = raised >> 52;
    const Vector m = of_bits(bits - ((exponent - 1023U) << 52));
    const Vector k = of_bits(exponent | 0x4330000000000000U) - 4503599627371519.0;
    const Vector f = m - 1.0;
    const Vector s = f / (2.0 + f);
    const Vector z = s * s;
    const Vector z2 = z * z;
    const Vector z4 = z2 * z2;
    const Vector p01 = 1.0 / 3 + z * (1.0 / 5);
    const Vector p23 = 1.0 / 7 + z * (1.0 / 9);
    const Vector p45 = 1.0 / 11 + z * (1.0 / 13);
    const Vector p67 = 1.0 / 15 + z * (1.0 / 17);
    const Vector p89 = 1.0 / 19 + z * (1.0 / 21);
    const Vector series = z * ((p01 + z2 * p23) + z4 * ((p45 + z2 * p67) + z4 * p89));
    return k * 0.69314718036912382 +
           (f - (s * f - (2.0 * s * series + k * 1.9082149292705877e-10)));
}

// A sum over a padded array: eight partial sums whatever the width, folded in one order.
struct Sum {
    Vector part[lanes / width] = {};

    ENGINE_INLINE double fold(const Sum& sum) {
        alignas(64) double of[lanes];
        for (std::size_t i = 0; i < lanes / width; ++i) store(of + i * width, sum.part[i]);
        return ((of[0] + of[4]) + (of[2] + of[6])) + ((of[1] + of[5]) + (of[3] + of[7]));
    }
};

}  // namespace
}  // namespace engine
