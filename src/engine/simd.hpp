// SPDX-License-Identifier: EUPL-1.2
// Several doubles at once, as wide as the machine for which the file is compiled: x86-64 (2),
// AVX2 (4), AVX-512 (8). Only kernel files include this: *_baseline.cpp, *_avx2.cpp, *_avx512.cpp,
// which hold the same code (an .inc file) compiled for each (CMakeLists.txt), and a table of
// functions chosen once at the start (kernels.hpp).
//
// The bits of a result do not depend on the width: elementwise steps are IEEE operations in one
// order without contraction, and a sum always has eight partial sums, folded in one order (Sum).
// Nothing here may have external linkage, and no header of the standard library with inline
// functions may be used: the linker would be free to keep the AVX-512 copy for everybody. (Of
// exp_log.hpp only instances of types that are named here, hence local.)
#pragma once
#include "engine/exp_log.hpp"

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
ENGINE_INLINE Vector larger(Vector a, Vector b) {
    return a > b ? a : b;
}
ENGINE_INLINE Vector smaller(Vector a, Vector b) {
    return a < b ? a : b;
}

struct SeveralNumbers {
    using Number = Vector;
    using Bits = engine::Bits;
};
ENGINE_INLINE Vector exp(Vector x) {
    return exp_of<SeveralNumbers>(x);
}
[[maybe_unused]] ENGINE_INLINE Vector log(Vector x) {
    return log_of<SeveralNumbers>(x);
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
