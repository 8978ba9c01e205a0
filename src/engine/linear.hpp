// SPDX-License-Identifier: EUPL-1.2
// Small systems of linear equations.
#pragma once
#include <cstddef>
#include <span>

namespace engine {

// Solves A z = b for a symmetric positive definite A (size x size, row by row), whose lower
// triangle becomes its Cholesky factor; b becomes z. False where A is not positive definite.
bool solve(std::span<double> a, std::span<double> b, std::size_t size);

}  // namespace engine
