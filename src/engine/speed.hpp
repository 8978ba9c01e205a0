// SPDX-License-Identifier: EUPL-1.2
// Response times: log T = beta_item - tau_person + noise / alpha_item (van der Linden 2006), speed
// and ability together normal (the hierarchical model, van der Linden 2007). tau: speed.
#pragma once
#include <span>

namespace engine {

struct TimedItem {
    double beta = 4;   // mean of log seconds at speed 0
    double alpha = 2;  // 1 / standard deviation of log seconds
};
struct Timed {
    TimedItem item;
    double seconds = 0;
};

// The second level: speed is N(mean, sd^2), correlated with ability.
struct SpeedPrior {
    double mean = 0;
    double sd = 0.3;
    double correlation = 0;  // with an ability that is N(0, 1)
};
struct Speed {
    double mean = 0;  // posterior, exact: all is normal
    double sd = 0;
    // What the times alone say of the ability: posterior mean and variance of theta.
    double theta_mean = 0;
    double theta_variance = 1;
};
Speed speed(std::span<const Timed>, const SpeedPrior& = {});

// How far log T lies from what the person's other times predict, in standard deviations of the
// prediction: N(0, 1) under the model. The person's speed is estimated without this answer.
double time_residual(std::span<const Timed>, std::size_t answer, const SpeedPrior& = {});

// An answer too fast to have been thought about: under a tenth of the item's typical time
// exp(beta), 10 s at most (Wise & Ma 2012, NT10), and beyond `z` below what the person's own other
// times predict, so that a fast reader is not accused. Wise & Kong 2005: response-time effort is
// the share of answers that are not such.
bool is_rapid_guess(std::span<const Timed>, std::size_t answer, double z = -2.326,
                    const SpeedPrior& = {});

}  // namespace engine
