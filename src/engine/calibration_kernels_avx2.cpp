// SPDX-License-Identifier: EUPL-1.2
// What CMakeLists.txt compiles for avx2; see calibration_kernels.inc.
#include "engine/calibration_kernels.inc"

namespace engine {
extern const CalibrationKernels calibration_kernels_avx2;
const CalibrationKernels calibration_kernels_avx2 = table_of_kernels;
}  // namespace engine
