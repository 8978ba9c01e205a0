// SPDX-License-Identifier: EUPL-1.2
// Which of the compiled widths of the kernels (simd.hpp) this machine can run.
#pragma once

namespace engine {

enum class Cpu { baseline, avx2, avx512 };

// The widest that this machine runs, or less: CAMPUS_CPU=baseline or avx2 in the environment, to
// show that the width does not change a bit of any result.
Cpu cpu();

// The one of three that cpu() says.
template <class T>
const T& for_cpu(const T& baseline, const T& avx2, const T& avx512) {
    return cpu() == Cpu::avx512 ? avx512 : cpu() == Cpu::avx2 ? avx2 : baseline;
}

}  // namespace engine
