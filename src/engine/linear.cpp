// SPDX-License-Identifier: EUPL-1.2
#include "engine/linear.hpp"

#include <cmath>

namespace engine {

bool solve(std::span<double> a, std::span<double> b, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = a[i * size + j];
            for (std::size_t k = 0; k < j; ++k) sum -= a[i * size + k] * a[j * size + k];
            if (i != j)
                a[i * size + j] = sum / a[j * size + j];
            else if (sum > 0)
                a[i * size + i] = std::sqrt(sum);
            else
                return false;
        }
    }
    for (std::size_t i = 0; i < size; ++i) {
        for (std::size_t k = 0; k < i; ++k) b[i] -= a[i * size + k] * b[k];
        b[i] /= a[i * size + i];
    }
    for (std::size_t i = size; i-- > 0;) {
        for (std::size_t k = i + 1; k < size; ++k) b[i] -= a[k * size + i] * b[k];
        b[i] /= a[i * size + i];
    }
    return true;
}

}  // namespace engine
