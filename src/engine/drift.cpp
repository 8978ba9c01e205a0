// SPDX-License-Identifier: EUPL-1.2
#include "engine/drift.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <cmath>

namespace engine {

double answers_to_false_alarm(const DriftOptions& options) {
    const double k = options.slack;
    const double x = 2 * k * (options.threshold + 1.166);
    return (exp(x) - x - 1) / (2 * k * k);
}

double threshold_for(double answers, double slack) {
    double low = 0;
    double high = 1000;
    for (int i = 0; i < 100; ++i) {
        const double middle = 0.5 * (low + high);
        (answers_to_false_alarm({slack, middle}) < answers ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

void Drift::observe(double residual, double variance, const DriftOptions& options) {
    ++answers_;
    const double z = variance > 1e-12 ? residual / std::sqrt(variance) : 0;
    above_ = std::max(0.0, above_ + z - options.slack);
    below_ = std::max(0.0, below_ - z - options.slack);
}

}  // namespace engine
