// SPDX-License-Identifier: EUPL-1.2
#include "engine/calibration_kernels.hpp"

#include "engine/cpu.hpp"

namespace engine {

extern const CalibrationKernels calibration_kernels_baseline;
extern const CalibrationKernels calibration_kernels_avx2;
extern const CalibrationKernels calibration_kernels_avx512;

const CalibrationKernels& calibration_kernels() {
    static const CalibrationKernels& chosen =
        for_cpu(calibration_kernels_baseline, calibration_kernels_avx2, calibration_kernels_avx512);
    return chosen;
}

}  // namespace engine
