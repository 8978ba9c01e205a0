// SPDX-License-Identifier: EUPL-1.2
#include "engine/models.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <array>

namespace engine {
namespace {

constexpr double smallest = 1e-300;

using Numbers = std::array<double, max_categories>;

// Of each category: P and its first two derivatives by theta.
struct Curves {
    std::size_t count = 0;
    Numbers p{};
    Numbers first{};
    Numbers second{};
};

// Probabilities that must not vanish: P(y >= k) - P(y >= k+1) cancels where both are near 1, so the
// difference of two logistics is written as a product:
//   s(x) - s(y) = s(x) (1 - s(y)) (1 - exp(y - x)).
double between(double x, double y) {
    return logistic(x) * logistic(-y) * (1.0 - exp(std::min(y - x, 0.0)));
}

Curves curves(const Item& item, double theta) {
    Curves at{.count = item.categories()};
    if (item.model == Model::logistic) {
        const double x = item.a * theta + item.d[0];
        const double s = logistic(x);
        const double not_s = logistic(-x);
        const double ds = item.a * s * not_s * (1 - item.c);
        at.p[0] = (1 - item.c) * not_s;
        at.p[1] = item.c + (1 - item.c) * s;
        at.first[1] = ds;
        at.second[1] = item.a * ds * (not_s - s);
        at.first[0] = -at.first[1];
        at.second[0] = -at.second[1];
    } else if (item.model == Model::graded) {
        for (std::size_t k = 0; k < at.count; ++k) {
            // The boundary below category k and the one above it.
            const bool lowest = k == 0;
            const bool highest = k + 1 == at.count;
            const double x = lowest ? 0 : item.a * theta + item.d[k - 1];
            const double y = highest ? 0 : item.a * theta + item.d[k];
            const auto ds = [&](double z) { return item.a * logistic(z) * logistic(-z); };
            const auto dds = [&](double z) { return item.a * ds(z) * (1 - 2 * logistic(z)); };
            at.p[k] = lowest ? logistic(-y) : highest ? logistic(x) : between(x, y);
            at.first[k] = (lowest ? 0 : ds(x)) - (highest ? 0 : ds(y));
            at.second[k] = (lowest ? 0 : dds(x)) - (highest ? 0 : dds(y));
        }
    } else {
        Numbers logit{};
        for (std::size_t k = 1; k < at.count; ++k)
            logit[k] = logit[k - 1] + item.a * theta + item.d[k - 1];
        const double top = *std::max_element(logit.begin(), logit.begin() + at.count);
        double sum = 0;
        double mean = 0;
        double square = 0;
        for (std::size_t k = 0; k < at.count; ++k) sum += at.p[k] = exp(logit[k] - top);
        for (std::size_t k = 0; k < at.count; ++k) {
            const double score = static_cast<double>(k);
            at.p[k] /= sum;
            mean += score * at.p[k];
            square += score * score * at.p[k];
        }
        const double variance = square - mean * mean;
        for (std::size_t k = 0; k < at.count; ++k) {
            const double off = static_cast<double>(k) - mean;
            at.first[k] = item.a * off * at.p[k];
            at.second[k] = item.a * item.a * at.p[k] * (off * off - variance);
        }
    }
    for (std::size_t k = 0; k < at.count; ++k) at.p[k] = std::max(at.p[k], smallest);
    return at;
}

}  // namespace

void probabilities(const Item& item, double theta, std::span<double> out) {
    const Curves at = curves(item, theta);
    std::copy_n(at.p.begin(), at.count, out.begin());
}

void log_probabilities(const Item& item, double theta, std::span<double> out) {
    const std::size_t count = item.categories();
    if (item.model == Model::logistic) {
        const double x = item.a * theta + item.d[0];
        // log(1 - c) is 0 for the 2PL, and then log P(1) = -softplus(-x) whatever x.
        out[0] = log(1 - item.c) - softplus(x);
        out[1] = item.c == 0 ? -softplus(-x) : log(item.c + (1 - item.c) * logistic(x));
    } else if (item.model == Model::graded) {
        for (std::size_t k = 0; k < count; ++k) {
            const double x = k == 0 ? 0 : item.a * theta + item.d[k - 1];
            const double y = k + 1 == count ? 0 : item.a * theta + item.d[k];
            if (k == 0)
                out[k] = -softplus(y);
            else if (k + 1 == count)
                out[k] = -softplus(-x);
            else
                out[k] = -softplus(-x) - softplus(y) +
                         log(std::max(1.0 - exp(std::min(y - x, 0.0)), smallest));
        }
    } else {
        double logit = 0;
        double top = 0;
        out[0] = 0;
        for (std::size_t k = 1; k < count; ++k) {
            out[k] = logit += item.a * theta + item.d[k - 1];
            top = std::max(top, logit);
        }
        double sum = 0;
        for (std::size_t k = 0; k < count; ++k) sum += exp(out[k] - top);
        const double all = top + log(sum);
        for (std::size_t k = 0; k < count; ++k) out[k] -= all;
    }
}

Slopes slopes(const Item& item, double theta, int answer) {
    const Curves at = curves(item, theta);
    const auto k = static_cast<std::size_t>(answer);
    const double first = at.first[k] / at.p[k];
    return {first, at.second[k] / at.p[k] - first * first};
}

Information information(const Item& item, double theta) {
    const Curves at = curves(item, theta);
    Information sum;
    for (std::size_t k = 0; k < at.count; ++k) {
        sum.fisher += at.first[k] * at.first[k] / at.p[k];
        sum.j += at.first[k] * at.second[k] / at.p[k];
    }
    return sum;
}

Expected expected_score(const Item& item, double theta) {
    const Curves at = curves(item, theta);
    Expected score;
    double square = 0;
    for (std::size_t k = 0; k < at.count; ++k) {
        const double value = static_cast<double>(k);
        score.mean += value * at.p[k];
        square += value * value * at.p[k];
    }
    score.variance = std::max(square - score.mean * score.mean, 0.0);
    return score;
}

}  // namespace engine
