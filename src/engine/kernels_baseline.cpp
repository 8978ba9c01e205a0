// SPDX-License-Identifier: EUPL-1.2
#define ENGINE_KERNELS kernels_baseline
#define ENGINE_NAME "baseline"
#include "engine/kernels.inc"
