// SPDX-License-Identifier: EUPL-1.2
// The assessment engine against its goals (docs/engine.md); nothing else should run.
//   script/build release engine_bench && build/release/engine_bench
#include "engine_bench.hpp"

#include "engine/engine.hpp"

#include <fmt/format.h>

#include <sys/resource.h>

namespace bench {

void row(const std::string& what, double measured, const std::string& unit, double goal,
         const std::string& beside) {
    fmt::print("{:<58}{:>10.4g} {:<4} goal {:>6.4g} {:<4}{} {}\n", what, measured, unit, goal, unit,
               measured <= goal ? "reached" : "MISSED ", beside);
    std::fflush(stdout);
}

void heading(const std::string& text) {
    fmt::print("\n{}\n", text);
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double peak_megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

}  // namespace bench

int main() {
    fmt::print("The assessment engine, kernels {}\n", engine::kernels().name);
    bench::measure_cat();
    bench::measure_calibration();
}
