// SPDX-License-Identifier: EUPL-1.2
#include "engine/chi_square.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

constexpr int most_terms = 10'000;

// log Gamma(df / 2), from Gamma(1/2) = sqrt(pi) or Gamma(1) = 1 by Gamma(x + 1) = x Gamma(x).
double log_gamma_of_half(std::size_t df) {
    double sum = df % 2 == 1 ? 0.57236494292470008707 : 0;
    for (std::size_t k = df % 2 == 1 ? 1 : 2; k < df; k += 2)
        sum += log(0.5 * static_cast<double>(k));
    return sum;
}

}  // namespace

double chi_square_tail(double x, std::size_t df) {
    if (df == 0 || !(x > 0)) return 1;
    const double s = 0.5 * static_cast<double>(df);
    const double z = 0.5 * x;
    if (z > 700) return 0;
    const double front = exp(s * log(z) - z - log_gamma_of_half(df));
    if (z < s + 1) {
        double term = 1 / s;
        double sum = term;
        for (int n = 1; n < most_terms && term > 1e-17 * sum; ++n)
            sum += term *= z / (s + static_cast<double>(n));
        return std::clamp(1 - front * sum, 0.0, 1.0);
    }
    // Lentz's method.
    constexpr double tiny = 1e-300;
    double b = z + 1 - s;
    double c = 1 / tiny;
    double d = 1 / b;
    double h = d;
    for (int n = 1; n < most_terms; ++n) {
        const double an = -static_cast<double>(n) * (static_cast<double>(n) - s);
        b += 2;
        d = an * d + b;
        if (std::abs(d) < tiny) d = tiny;
        c = b + an / c;
        if (std::abs(c) < tiny) c = tiny;
        d = 1 / d;
        const double delta = d * c;
        h *= delta;
        if (std::abs(delta - 1) < 1e-15) break;
    }
    return std::clamp(front * h, 0.0, 1.0);
}

double normal_two_sided(double z) {
    return chi_square_tail(z * z, 1);
}

}  // namespace engine
