// SPDX-License-Identifier: EUPL-1.2
#define ENGINE_KERNELS kernels_avx2
#define ENGINE_NAME "avx2"
#include "engine/kernels.inc"
