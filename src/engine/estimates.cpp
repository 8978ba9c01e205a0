// SPDX-License-Identifier: EUPL-1.2
#include "engine/estimates.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace engine {
namespace {

// Sums over answers at one theta.
struct Score {
    double first = 0;  // of the log-likelihood
    double second = 0;
    double fisher = 0;
    double j = 0;
};

Score score(std::span<const Answer> answers, double theta) {
    Score sum;
    for (const Answer& answer : answers) {
        const Slopes slope = slopes(*answer.item, theta, answer.category);
        const Information known = information(*answer.item, theta);
        sum.first += slope.first;
        sum.second += slope.second;
        sum.fisher += known.fisher;
        sum.j += known.j;
    }
    return sum;
}

// A root of a function that falls from positive to negative on the whole: Newton's steps, halving
// where they leave the interval that holds the root. `at` gives value and slope.
template <class Function>
double root(const Function& at, double theta) {
    double low = -farthest_theta;
    double high = farthest_theta;
    theta = std::clamp(theta, low, high);
    for (int step = 0; step < 100; ++step) {
        const auto [value, slope] = at(theta);
        if (value == 0) return theta;
        (value > 0 ? low : high) = theta;
        double next = slope < 0 ? theta - value / slope : low - 1;
        if (!(next > low && next < high)) next = (low + high) / 2;
        if (std::abs(next - theta) < 1e-10 || high - low < 1e-10) return next;
        theta = next;
    }
    return theta;
}

// Where the function may have several roots (3PL, WLE of few answers) it begins from the largest of
// the criterion on a coarse grid, so that it finds the global one.
template <class Criterion>
double start(const Criterion& criterion) {
    double best = 0;
    double most = -std::numeric_limits<double>::infinity();
    for (double theta = -farthest_theta; theta <= farthest_theta; theta += 0.5)
        if (const double value = criterion(theta); value > most) most = value, best = theta;
    return best;
}

double log_likelihood(std::span<const Answer> answers, double theta) {
    double sum = 0;
    std::array<double, max_categories> l{};
    for (const Answer& answer : answers) {
        log_probabilities(*answer.item, theta, l);
        sum += l[static_cast<std::size_t>(answer.category)];
    }
    return sum;
}

bool is_concave(std::span<const Answer> answers) {
    return std::ranges::all_of(answers, [](const Answer& answer) { return answer.item->c == 0; });
}

}  // namespace

Estimate map_estimate(std::span<const Answer> answers, double mean, double sd) {
    const double precision = 1 / (sd * sd);
    double from = mean;
    if (!is_concave(answers))
        from = start([&](double theta) {
            return log_likelihood(answers, theta) -
                   0.5 * precision * (theta - mean) * (theta - mean);
        });
    const double theta = root(
        [&](double at) {
            double first = 0;
            double second = 0;
            for (const Answer& answer : answers) {
                const Slopes slope = slopes(*answer.item, at, answer.category);
                first += slope.first;
                second += slope.second;
            }
            return std::pair(first - precision * (at - mean), second - precision);
        },
        from);
    double fisher = precision;
    for (const Answer& answer : answers) fisher += information(*answer.item, theta).fisher;
    return {theta, 1 / std::sqrt(fisher)};
}

Estimate wle_estimate(std::span<const Answer> answers) {
    const auto criterion = [&](double theta) {
        double fisher = 0;
        for (const Answer& answer : answers) fisher += information(*answer.item, theta).fisher;
        return log_likelihood(answers, theta) + 0.5 * log(std::max(fisher, 1e-300));
    };
    const double theta = root(
        [&](double at) {
            const Score sum = score(answers, at);
            if (!(sum.fisher > 0)) return std::pair(sum.first - at, -1.0);
            // The slope of J / (2 I) is small beside the information: Fisher's scoring.
            return std::pair(sum.first + sum.j / (2 * sum.fisher), -sum.fisher);
        },
        start(criterion));
    const double fisher = score(answers, theta).fisher;
    return {theta, fisher > 0 ? 1 / std::sqrt(fisher) : std::numeric_limits<double>::infinity()};
}

namespace {

// Sums over answers to items of one ability, at its estimate. Of each item log P(y) and the score
// s(y) = P'(y) / P(y), whose mean is 0.
struct FitSums {
    double off = 0;         // sum of log P(y) - E log P
    double score = 0;       // sum of s(y)
    double covariance = 0;  // of log P and s
    double fisher = 0;      // variance of s
    double variance = 0;    // of log P
    double j = 0;

    void add(const Answer& answer, double theta) {
        std::array<double, max_categories> l{};
        log_probabilities(*answer.item, theta, l);
        double expected = 0;
        double square = 0;
        for (std::size_t k = 0; k < answer.item->categories(); ++k) {
            const double p = exp(l[k]);
            expected += p * l[k];
            square += p * l[k] * l[k];
            covariance += p * l[k] * slopes(*answer.item, theta, static_cast<int>(k)).first;
        }
        const Information known = information(*answer.item, theta);
        fisher += known.fisher;
        j += known.j;
        variance += square - expected * expected;
        off += l[static_cast<std::size_t>(answer.category)] - expected;
        score += slopes(*answer.item, theta, answer.category).first;
    }
    // What of log P moves with the ability: the regression on the score.
    double share() const { return fisher > 0 ? covariance / fisher : 0; }
    double left() const { return variance - share() * covariance; }
};

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
constexpr double least_variance = 1e-12;

}  // namespace

double lz_star(std::span<const Answer> answers, Estimator estimator, double mean, double sd) {
    if (answers.size() < 2) return nothing;
    const double theta = estimator == Estimator::map ? map_estimate(answers, mean, sd).theta
                                                     : wle_estimate(answers).theta;
    FitSums sums;
    for (const Answer& answer : answers) sums.add(answer, theta);
    if (!(sums.fisher > 0)) return nothing;
    // The estimate solves r0 + sum of s(y) = 0.
    const double r0 =
        estimator == Estimator::map ? -(theta - mean) / (sd * sd) : sums.j / (2 * sums.fisher);
    return sums.left() > least_variance ? (sums.off + sums.share() * r0) / std::sqrt(sums.left())
                                        : nothing;
}

double lz_star(std::span<const Answer> answers, std::span<const double> theta) {
    std::vector<FitSums> sums(theta.size());
    for (const Answer& answer : answers) {
        const auto node = static_cast<std::size_t>(answer.item->node);
        sums[node].add(answer, theta[node]);
    }
    double off = 0;
    double left = 0;
    for (const FitSums& of : sums) {
        // One answer, or nothing but what moves with the ability.
        if (!(of.left() > least_variance)) continue;
        off += of.off - of.share() * of.score;
        left += of.left();
    }
    return left > 0 ? off / std::sqrt(left) : nothing;
}

}  // namespace engine
