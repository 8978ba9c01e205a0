// SPDX-License-Identifier: EUPL-1.2
#include "engine/kernels.hpp"

#include "engine/cpu.hpp"

#include <string_view>

namespace engine {

extern const Kernels kernels_baseline;
extern const Kernels kernels_avx2;
extern const Kernels kernels_avx512;

const Kernels& kernels() {
    static const Kernels& chosen = for_cpu(kernels_baseline, kernels_avx2, kernels_avx512);
    return chosen;
}

const Kernels* kernels_named(const char* name) {
    const std::string_view wanted = name;
    if (wanted == "baseline") return &kernels_baseline;
    if (wanted == "avx2" && cpu() >= Cpu::avx2) return &kernels_avx2;
    if (wanted == "avx512" && cpu() >= Cpu::avx512) return &kernels_avx512;
    return nullptr;
}

}  // namespace engine
