// SPDX-License-Identifier: EUPL-1.2
#define ENGINE_KERNELS kernels_avx512
#define ENGINE_NAME "avx512"
#include "engine/kernels.inc"
