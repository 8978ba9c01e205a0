// SPDX-License-Identifier: EUPL-1.2
// One row a figure: what was measured, the goal beside it, and whether it is reached.
#pragma once
#include <string>

namespace bench {

// `unit` as in "us", "s", "". Reached: at most `goal`.
void row(const std::string& what, double measured, const std::string& unit, double goal,
         const std::string& beside = "");
void heading(const std::string& text);

// CPU seconds of the process.
double cpu_seconds();
// Largest resident memory so far, in MB.
double peak_megabytes();

void measure_cat();
void measure_calibration();

}  // namespace bench
