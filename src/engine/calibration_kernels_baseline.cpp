// SPDX-License-Identifier: EUPL-1.2
// What CMakeLists.txt compiles for baseline; see calibration_kernels.inc.
#include "engine/calibration_kernels.inc"

namespace engine {
extern const CalibrationKernels calibration_kernels_baseline;
const CalibrationKernels calibration_kernels_baseline = table_of_kernels;
}  // namespace engine
