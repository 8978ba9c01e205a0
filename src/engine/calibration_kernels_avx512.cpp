// SPDX-License-Identifier: EUPL-1.2
// What CMakeLists.txt compiles for avx512; see calibration_kernels.inc.
#include "engine/calibration_kernels.inc"

namespace engine {
extern const CalibrationKernels calibration_kernels_avx512;
const CalibrationKernels calibration_kernels_avx512 = table_of_kernels;
}  // namespace engine
