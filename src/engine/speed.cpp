// SPDX-License-Identifier: EUPL-1.2
#include "engine/speed.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

constexpr double shortest_seconds = 1e-3;

double log_seconds(const Timed& timed) {
    return log(std::max(timed.seconds, shortest_seconds));
}

struct Normal {
    double mean;
    double variance;
};

// Each time is an observation beta - log T of tau with variance 1 / alpha^2.
Normal tau(std::span<const Timed> times, std::size_t left_out, const SpeedPrior& prior) {
    double precision = 1 / (prior.sd * prior.sd);
    double weighted = prior.mean * precision;
    for (std::size_t i = 0; i < times.size(); ++i) {
        if (i == left_out) continue;
        const double weight = times[i].item.alpha * times[i].item.alpha;
        precision += weight;
        weighted += weight * (times[i].item.beta - log_seconds(times[i]));
    }
    return {weighted / precision, 1 / precision};
}

}  // namespace

Speed speed(std::span<const Timed> times, const SpeedPrior& prior) {
    const Normal found = tau(times, times.size(), prior);
    // theta given tau is N(slope (tau - mean), 1 - correlation^2); tau has its posterior.
    const double slope = prior.correlation / prior.sd;
    return {found.mean, std::sqrt(found.variance), slope * (found.mean - prior.mean),
            1 - prior.correlation * prior.correlation + slope * slope * found.variance};
}

double time_residual(std::span<const Timed> times, std::size_t answer, const SpeedPrior& prior) {
    const Normal others = tau(times, answer, prior);
    const TimedItem& item = times[answer].item;
    const double off = log_seconds(times[answer]) - (item.beta - others.mean);
    return off / std::sqrt(others.variance + 1 / (item.alpha * item.alpha));
}

bool is_rapid_guess(std::span<const Timed> times, std::size_t answer, double z,
                    const SpeedPrior& prior) {
    const double threshold = std::min(0.1 * exp(times[answer].item.beta), 10.0);
    return times[answer].seconds < threshold && time_residual(times, answer, prior) < z;
}

}  // namespace engine
