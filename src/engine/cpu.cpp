// SPDX-License-Identifier: EUPL-1.2
#include "engine/cpu.hpp"

#include <cstdlib>
#include <string_view>

namespace engine {
namespace {

Cpu find() {
#if defined(__x86_64__)
    const char* variable = std::getenv("CAMPUS_CPU");
    const std::string_view wanted = variable ? variable : "";
    __builtin_cpu_init();
    const bool avx2 = wanted != "baseline" && __builtin_cpu_supports("avx2");
    const bool avx512 = avx2 && wanted != "avx2" && __builtin_cpu_supports("avx512f") &&
                        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    return avx512 ? Cpu::avx512 : avx2 ? Cpu::avx2 : Cpu::baseline;
#else
    return Cpu::baseline;
#endif
}

}  // namespace

Cpu cpu() {
    static const Cpu found = find();
    return found;
}

}  // namespace engine
