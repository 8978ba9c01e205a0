// SPDX-License-Identifier: EUPL-1.2
// The M-step: each item by itself, Newton's method with the expected information (Fisher scoring),
// which for the 1PL, 2PL and partial credit models is the observed one. Formulas: Baker & Kim 2004,
// chapters 6 (logistic), 8 (graded); Muraki 1992 (partial credit).
#include "engine/calibration_kernels.hpp"
#include "engine/calibration_steps.hpp"
#include "engine/linear.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <numeric>
#include <thread>

namespace engine {
namespace {

constexpr std::size_t most_steps = 8;
// A Newton step below this leaves an error of its square.
constexpr double small_step = 1e-3;
// No item is steeper or further away; what would be, has no maximum.
constexpr double most_slope = 30;
constexpr double most_intercept = 60;
// c from 8e-7, which cannot be told from 0, to .9975.
constexpr double least_logit_c = -14;
constexpr double most_logit_c = 6;
constexpr double least_slope_with_prior = 1e-3;

using Numbers = std::array<double, max_categories + 1>;

void add(ItemSums& sums, std::size_t i, std::size_t j, double value) {
    sums.information[i * sums.size + j] += value;
}

// 1PL, 2PL: everything needed is in the sufficient statistics.
void logistic(const Nodes& nodes, const Counts& counts, std::size_t item, std::span<const double> y,
              ItemSums& sums) {
    double five[5];
    const std::size_t q = nodes.size();
    calibration_kernels().logistic_sums(nodes.theta.data(), counts.answered.data() + item * q, q,
                                        y[0], y[1], five);
    sums.gradient = {counts.right_theta[item] - five[1], counts.right[item] - five[0]};
    sums.information = {five[4], five[3], five[3], five[2]};
}

// 3PL (and the 2PL by rows): P = c + (1 - c) s.
void guessing(const Layout::Place& place, const Nodes& nodes, const double* wrong,
              std::span<const double> y, ItemSums& sums) {
    const double* right = wrong + nodes.size();
    const double c = place.guessing ? engine::logistic(y[2]) : 0;
    for (std::size_t q = 0; q < nodes.size(); ++q) {
        const double theta = nodes.theta[q];
        const double z = y[0] * theta + y[1];
        const double s = engine::logistic(z);
        const double not_s = engine::logistic(-z);
        const double p = c + (1 - c) * s;
        const double not_p = (1 - c) * not_s;
        const double n = right[q] + wrong[q];
        // (r - n p) / (p (1 - p)) times the derivatives of p, with 1 - p = (1 - c) (1 - s)
        // cancelled.
        const double off = (right[q] * not_p - wrong[q] * p) / p;
        const double by_z = s;
        const double by_gamma = c;
        const double weight = n * not_p / p;
        sums.gradient[0] += off * by_z * theta;
        sums.gradient[1] += off * by_z;
        add(sums, 0, 0, weight * by_z * by_z * theta * theta);
        add(sums, 0, 1, weight * by_z * by_z * theta);
        add(sums, 1, 1, weight * by_z * by_z);
        if (place.guessing) {
            sums.gradient[2] += off * by_gamma;
            add(sums, 0, 2, weight * by_z * by_gamma * theta);
            add(sums, 1, 2, weight * by_z * by_gamma);
            add(sums, 2, 2, weight * by_gamma * by_gamma);
        }
    }
}

// P(y = k) = s_k - s_{k+1}; each probability depends on two neighbouring boundaries.
void graded(const Layout::Place& place, const Nodes& nodes, const double* given,
            std::span<const double> y, ItemSums& sums) {
    const std::size_t m = place.steps;
    Item item;
    item.model = Model::graded;
    item.a = y[0];
    item.d.assign(y.begin() + 1, y.begin() + 1 + place.steps);
    Numbers p{};
    Numbers slope{};  // derivative of boundary k by its logit, k from 1
    Numbers by{};     // gradient by that logit
    for (std::size_t q = 0; q < nodes.size(); ++q) {
        const double theta = nodes.theta[q];
        probabilities(item, theta, p);
        double n = 0;
        for (std::size_t k = 0; k <= m; ++k) n += given[k * nodes.size() + q];
        for (std::size_t k = 1; k <= m; ++k) {
            const double z = y[0] * theta + y[k];
            slope[k] = engine::logistic(z) * engine::logistic(-z);
            by[k] = slope[k] * (given[k * nodes.size() + q] / p[k] -
                                given[(k - 1) * nodes.size() + q] / p[k - 1]);
            sums.gradient[0] += theta * by[k];
            sums.gradient[k] += by[k];
        }
        for (std::size_t k = 1; k <= m; ++k) {
            const double same = n * slope[k] * slope[k] * (1 / p[k] + 1 / p[k - 1]);
            const double next = k < m ? -n * slope[k] * slope[k + 1] / p[k] : 0;
            add(sums, k, k, same);
            if (k < m) add(sums, k, k + 1, next);
            add(sums, 0, k, theta * same);
            if (k < m) {
                add(sums, 0, k, theta * next);
                add(sums, 0, k + 1, theta * next);
            }
            add(sums, 0, 0, theta * theta * (same + 2 * next));
        }
    }
}

// An exponential family: gradient = statistic - its expectation, information = its variance. The
// statistic of category k: k theta for the slope, 1 for each step up to k.
void partial_credit(const Layout::Place& place, const Nodes& nodes, const double* given,
                    std::span<const double> y, ItemSums& sums) {
    const std::size_t m = place.steps;
    Item item;
    item.model = Model::partial_credit;
    item.a = y[0];
    item.d.assign(y.begin() + 1, y.begin() + 1 + place.steps);
    Numbers p{};
    Numbers tail{};        // P(y >= k)
    Numbers given_tail{};  // of the counts
    for (std::size_t q = 0; q < nodes.size(); ++q) {
        const double theta = nodes.theta[q];
        probabilities(item, theta, p);
        tail[m + 1 <= max_categories ? m + 1 : m] = 0;
        double above = 0;
        double given_above = 0;
        double mean = 0;
        double given_mean = 0;
        double square = 0;
        for (std::size_t k = m; k > 0; --k) {
            above += p[k];
            given_above += given[k * nodes.size() + q];
            tail[k] = above;
            given_tail[k] = given_above;
            mean += above;
            given_mean += given_above;
            square += static_cast<double>(2 * k - 1) * above;  // E[y^2] = sum (2k - 1) P(y >= k)
        }
        const double n = given_above + given[q];
        sums.gradient[0] += theta * (given_mean - n * mean);
        add(sums, 0, 0, theta * theta * n * (square - mean * mean));
        double beyond = 0;  // sum over j >= k of P(y >= j)
        for (std::size_t k = m; k > 0; --k) {
            beyond += tail[k];
            // E[y 1(y >= k)] = (k - 1) P(y >= k) + sum over j >= k of P(y >= j).
            const double crossed = static_cast<double>(k - 1) * tail[k] + beyond;
            sums.gradient[k] += given_tail[k] - n * tail[k];
            add(sums, 0, k, theta * n * (crossed - mean * tail[k]));
            for (std::size_t j = k; j <= m; ++j) add(sums, k, j, n * tail[j] * (1 - tail[k]));
        }
    }
}

void mirror(ItemSums& sums) {
    for (std::size_t i = 0; i < sums.size; ++i)
        for (std::size_t j = 0; j < i; ++j)
            sums.information[i * sums.size + j] = sums.information[j * sums.size + i];
}

// Adds the priors of an item to its gradient and information; returns their logarithm.
double add_priors(const Layout::Place& place, const Priors& priors, std::span<const double> y,
                  ItemSums& sums) {
    double log_prior = 0;
    const auto normal = [&](std::size_t i, double value, double mean, double sd, double chain) {
        const double z = (value - mean) / sd;
        log_prior -= 0.5 * z * z;
        sums.gradient[i] -= z / sd * chain;
        add(sums, i, i, chain * chain / (sd * sd));
    };
    if (place.prior) {
        if (place.own_slope)
            normal(0, log(std::max(y[0], 1e-6)), priors.log_a_mean, priors.log_a_sd,
                   1 / std::max(y[0], 1e-6));
        for (std::size_t k = 1; k <= place.steps; ++k)
            normal(k, y[k], priors.d_mean, priors.d_sd, 1);
    }
    if (place.guessing && priors.use != Priors::Use::none) {
        const double alpha = priors.c_alpha - 1;
        const double beta = priors.c_beta - 1;
        const double c = engine::logistic(y[sums.size - 1]);
        log_prior += alpha * log(c) + beta * log(1 - c);
        sums.gradient[sums.size - 1] += alpha - (alpha + beta) * c;
        add(sums, sums.size - 1, sums.size - 1, (alpha + beta) * c * (1 - c));
    }
    return log_prior;
}

std::vector<double> parameters_of(const Layout& layout, std::span<const double> x,
                                  std::size_t item) {
    const Layout::Place& place = layout.items[item];
    std::vector<double> y{layout.slope(x, item)};
    const auto from = x.begin() + place.d;
    y.insert(y.end(), from, from + place.steps + (place.guessing ? 1 : 0));
    return y;
}

struct Bounds {
    double low;
    double high;
};
Bounds bounds_of(const Layout::Place& place, std::size_t i) {
    if (i == 0)
        return {place.prior && place.own_slope ? least_slope_with_prior : -most_slope, most_slope};
    if (i <= place.steps) return {-most_intercept, most_intercept};
    return {least_logit_c, most_logit_c};
}

bool in_order(const Layout::Place& place, std::span<const double> y) {
    if (place.model == Model::graded)
        for (std::size_t k = 2; k <= place.steps; ++k)
            if (y[k] > y[k - 1] - 1e-4) return false;
    return true;
}

// y += step, within bounds; the largest change. A long step is shortened in its direction, but for
// logit c by itself: where c is near 0 the data hardly tell it, and its step is long.
double move(const Layout::Place& place, std::vector<double>& y, std::span<const double> step) {
    double scale = 1;
    for (std::size_t i = 0; i <= place.steps; ++i) {
        const double most = i == 0 ? 0.5 * std::max(1.0, std::abs(y[0])) : 1.5;
        if (std::abs(step[i]) * scale > most) scale = most / std::abs(step[i]);
    }
    std::vector<double> next(y.size());
    for (int half = 0; half < 20; ++half, scale /= 2) {
        double largest = 0;
        for (std::size_t i = 0; i < y.size(); ++i) {
            const Bounds bounds = bounds_of(place, i);
            const double by = i > place.steps ? std::clamp(step[i], -1.5, 1.5) : scale * step[i];
            next[i] = std::clamp(y[i] + by, bounds.low, bounds.high);
            largest = std::max(largest, std::abs(next[i] - y[i]));
        }
        if (!in_order(place, next)) continue;
        y = next;
        return largest;
    }
    return 0;
}

// A parameter at its bound that would go beyond stays, and the others are maximised without it.
void hold_at_bounds(const Layout::Place& place, std::span<const double> y, ItemSums& sums) {
    for (std::size_t i = 0; i < sums.size; ++i) {
        const Bounds bounds = bounds_of(place, i);
        if (!(y[i] <= bounds.low && sums.gradient[i] < 0) &&
            !(y[i] >= bounds.high && sums.gradient[i] > 0))
            continue;
        sums.gradient[i] = 0;
        for (std::size_t j = 0; j < sums.size; ++j)
            sums.information[i * sums.size + j] = sums.information[j * sums.size + i] = 0;
    }
}

// Expected log-posterior of one item at y, for models whose M-step needs to look before it leaps.
double objective(const Layout& layout, const Nodes& nodes, const Priors& priors,
                 const Counts& counts, std::size_t item, std::span<const double> y) {
    const Layout::Place& place = layout.items[item];
    const std::size_t size = nodes.size();
    const double* const given = counts.given.data() + place.row * size;
    ItemSums unused;
    unused.size = y.size();
    unused.gradient.resize(y.size());
    unused.information.resize(y.size() * y.size());
    double sum = add_priors(place, priors, y, unused);
    if (place.model == Model::logistic) {
        AlignedVector<double> wrong(size);
        AlignedVector<double> right(size);
        calibration_kernels().logistic_rows(nodes.theta.data(), size, y[0], y[1],
                                            place.guessing ? engine::logistic(y[2]) : 0,
                                            wrong.data(), right.data());
        for (std::size_t q = 0; q < size; ++q)
            sum += given[q] * wrong[q] + given[size + q] * right[q];
        return sum;
    }
    Item of;
    of.model = place.model;
    of.a = y[0];
    of.d.assign(y.begin() + 1, y.begin() + 1 + place.steps);
    Numbers logs{};
    for (std::size_t q = 0; q < size; ++q) {
        log_probabilities(of, nodes.theta[q], logs);
        for (std::size_t k = 0; k <= place.steps; ++k) sum += given[k * size + q] * logs[k];
    }
    return sum;
}

double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
}

// Nothing moves a parameter without information: an item that nobody answered, a category that
// nobody gave.
void hold_what_is_unknown(ItemSums& sums) {
    for (std::size_t i = 0; i < sums.size; ++i) {
        double& own = sums.information[i * sums.size + i];
        if (own < 1e-9) {
            sums.gradient[i] = 0;
            own += 1;
        } else {
            own *= 1 + 1e-10;
        }
    }
}

void maximise_own(const Layout& layout, const Nodes& nodes, const Priors& priors,
                  const Counts& counts, std::size_t item, std::span<const double> x, Maximum& out) {
    const Layout::Place& place = layout.items[item];
    std::vector<double> y = parameters_of(layout, x, item);
    ItemSums sums;
    for (std::size_t k = 0; k < most_steps; ++k) {
        item_sums(layout, nodes, counts, item, y, sums);
        const double log_prior = add_priors(place, priors, y, sums);
        if (k == 0) out.log_prior += log_prior;
        hold_at_bounds(place, y, sums);
        hold_what_is_unknown(sums);
        std::vector<double> step = sums.gradient;
        if (!solve(sums.information, step, sums.size)) break;
        if (k == 0) out.gain += dot(sums.gradient, step);
        // The 1PL and 2PL are concave; the others may overshoot.
        if (!counts.answered.empty()) {
            if (move(place, y, step) < small_step) break;
            continue;
        }
        const double before = objective(layout, nodes, priors, counts, item, y);
        const std::vector<double> from = y;
        double largest = 0;
        for (int half = 0; half < 12; ++half) {
            y = from;
            largest = move(place, y, step);
            if (largest < small_step || objective(layout, nodes, priors, counts, item, y) >= before)
                break;
            for (double& value : step) value /= 2;
        }
        if (largest < small_step) break;
    }
    std::copy(y.begin(), y.end(), out.x.begin() + place.at);
}

// One slope for all: the information is an arrow, and the intercepts are eliminated first.
void maximise_shared(const Layout& layout, const Nodes& nodes, const Priors& priors,
                     const Counts& counts, Maximum& out) {
    struct Reduced {
        std::vector<double> by_slope;  // I_dd^-1 I_da
        std::vector<double> own;       // I_dd^-1 g_d
    };
    std::vector<Reduced> reduced(layout.items.size());
    ItemSums sums;
    for (std::size_t k = 0; k < most_steps; ++k) {
        double information = 0;
        double slope_gradient = 0;
        double gain = 0;
        for (std::size_t i = 0; i < layout.items.size(); ++i) {
            const Layout::Place& place = layout.items[i];
            if (place.own_slope) continue;
            const std::vector<double> y = parameters_of(layout, out.x, i);
            item_sums(layout, nodes, counts, i, y, sums);
            const double log_prior = add_priors(place, priors, y, sums);
            if (k == 0) out.log_prior += log_prior;
            hold_at_bounds(place, y, sums);
            hold_what_is_unknown(sums);
            const std::size_t m = sums.size - 1;
            std::vector<double> inner(m * m);
            Reduced& of = reduced[i];
            of.by_slope.resize(m);
            of.own.assign(sums.gradient.begin() + 1, sums.gradient.end());
            for (std::size_t r = 0; r < m; ++r) {
                of.by_slope[r] = sums.information[r + 1];
                for (std::size_t c = 0; c < m; ++c)
                    inner[r * m + c] = sums.information[(r + 1) * sums.size + c + 1];
            }
            std::vector<double> factor = inner;
            solve(factor, of.own, m);
            factor = inner;
            solve(factor, of.by_slope, m);
            information += sums.information[0];
            slope_gradient += sums.gradient[0];
            for (std::size_t r = 0; r < m; ++r) {
                information -= sums.information[r + 1] * of.by_slope[r];
                slope_gradient -= sums.information[r + 1] * of.own[r];
                gain += sums.gradient[r + 1] * of.own[r];
            }
        }
        double slope_step =
            layout.shared_fixed || !(information > 0) ? 0 : slope_gradient / information;
        if (k == 0) out.gain += gain + slope_gradient * slope_step;
        slope_step = std::clamp(slope_step, -0.5, 0.5);
        out.x[0] += slope_step;
        double largest = std::abs(slope_step);
        for (std::size_t i = 0; i < layout.items.size(); ++i) {
            const Layout::Place& place = layout.items[i];
            if (place.own_slope) continue;
            std::vector<double> y = parameters_of(layout, out.x, i);
            std::vector<double> step(y.size());
            for (std::size_t r = 0; r + 1 < y.size(); ++r)
                step[r + 1] = reduced[i].own[r] - reduced[i].by_slope[r] * slope_step;
            largest = std::max(largest, move(place, y, step));
            std::copy(y.begin() + 1, y.end(), out.x.begin() + place.d);
        }
        if (largest < small_step) break;
    }
}

struct Moments {
    double persons = 0;
    double mean = 0;
    double variance = 0;
};
Moments moments(const Nodes& nodes, std::span<const double> mass) {
    Moments of;
    for (std::size_t q = 0; q < nodes.size(); ++q) {
        of.persons += mass[q];
        of.mean += mass[q] * nodes.theta[q];
    }
    if (of.persons <= 0) return {.variance = 1};
    of.mean /= of.persons;
    for (std::size_t q = 0; q < nodes.size(); ++q) {
        const double off = nodes.theta[q] - of.mean;
        of.variance += mass[q] * off * off;
    }
    of.variance /= of.persons;
    return of;
}

}  // namespace

void item_sums(const Layout& layout, const Nodes& nodes, const Counts& counts, std::size_t item,
               std::span<const double> y, ItemSums& sums) {
    const Layout::Place& place = layout.items[item];
    sums.size = y.size();
    if (!counts.answered.empty()) {
        logistic(nodes, counts, item, y, sums);
        return;
    }
    sums.gradient.assign(sums.size, 0.0);
    sums.information.assign(sums.size * sums.size, 0.0);
    const double* given = counts.given.data() + place.row * nodes.size();
    if (place.model == Model::logistic)
        guessing(place, nodes, given, y, sums);
    else if (place.model == Model::graded)
        graded(place, nodes, given, y, sums);
    else
        partial_credit(place, nodes, given, y, sums);
    mirror(sums);
}

void maximise(const Layout& layout, const Nodes& nodes, const Priors& priors, const Counts& counts,
              std::span<const double> x, Maximum& out) {
    out.x.assign(x.begin(), x.end());
    out.gain = 0;
    out.log_prior = 0;
    for (std::size_t i = 0; i < layout.items.size(); ++i)
        if (!layout.items[i].fixed && layout.items[i].own_slope)
            maximise_own(layout, nodes, priors, counts, i, x, out);
    if (layout.shared_slope) maximise_shared(layout, nodes, priors, counts, out);
    for (std::size_t g = layout.first_group_free ? 0 : 1; g < layout.groups; ++g) {
        const Moments of =
            moments(nodes, std::span(counts.mass).subspan(g * nodes.size(), nodes.size()));
        if (of.persons <= 0) continue;
        double* const at = out.x.data() + layout.groups_at + 2 * g;
        const double sd = exp(at[1]);
        const double mean_step = of.mean - at[0];
        const double sd_step = 0.5 * log(std::max(of.variance, 1e-4)) - at[1];
        out.gain += of.persons * (mean_step * mean_step / (sd * sd) + 2 * sd_step * sd_step);
        at[0] = of.mean;
        at[1] += sd_step;
    }
}

void gradient(const Layout& layout, const Nodes& nodes, const Priors& priors, const Counts& counts,
              std::span<const double> x, std::span<double> out) {
    std::fill(out.begin(), out.end(), 0.0);
    ItemSums sums;
    for (std::size_t i = 0; i < layout.items.size(); ++i) {
        const Layout::Place& place = layout.items[i];
        if (place.fixed) continue;
        const std::vector<double> y = parameters_of(layout, x, i);
        item_sums(layout, nodes, counts, i, y, sums);
        add_priors(place, priors, y, sums);
        if (place.own_slope || !layout.shared_fixed)
            out[place.own_slope ? place.at : 0] += sums.gradient[0];
        for (std::size_t k = 1; k < sums.size; ++k) out[place.d + k - 1] += sums.gradient[k];
    }
    for (std::size_t g = layout.first_group_free ? 0 : 1; g < layout.groups; ++g) {
        const Moments of =
            moments(nodes, std::span(counts.mass).subspan(g * nodes.size(), nodes.size()));
        const double mean = x[layout.groups_at + 2 * g];
        const double variance = exp(2 * x[layout.groups_at + 2 * g + 1]);
        // Of the weights as they are on the nodes, so that the gradient is exact there, too.
        const std::vector<double> logs = nodes.log_weights(mean, exp(0.5 * log(variance)));
        double first = 0;
        double second = 0;
        for (std::size_t q = 0; q < nodes.size(); ++q) {
            const double weight = exp(logs[q]);
            first += weight * (nodes.theta[q] - mean);
            second += weight * (nodes.theta[q] - mean) * (nodes.theta[q] - mean);
        }
        const double off = of.mean - mean;
        out[layout.groups_at + 2 * g] = of.persons * (off - first) / variance;
        out[layout.groups_at + 2 * g + 1] =
            of.persons * (of.variance + off * off - second) / variance;
    }
}

void in_parallel(unsigned threads, std::size_t count, const std::function<void(std::size_t)>& f) {
    const std::size_t workers = std::min<std::size_t>(threads, count);
    if (workers <= 1) {
        for (std::size_t i = 0; i < count; ++i) f(i);
        return;
    }
    std::atomic<std::size_t> next = 0;
    std::exception_ptr thrown;
    std::mutex first;
    {
        std::vector<std::jthread> running;
        for (std::size_t w = 0; w < workers; ++w)
            running.emplace_back([&] {
                try {
                    for (std::size_t i = next++; i < count; i = next++) f(i);
                } catch (...) {
                    const std::scoped_lock lock(first);
                    if (!thrown) thrown = std::current_exception();
                }
            });
    }
    if (thrown) std::rethrow_exception(thrown);
}

}  // namespace engine
