// SPDX-License-Identifier: EUPL-1.2
#include "engine/session.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace engine {
namespace {

constexpr double barred = -1e300;

// Grid points of a posterior below this share of the largest do not move a choice: together they
// change an expected variance by less than 1e-10 of itself.
constexpr double negligible = 1e-13;

struct Range {
    std::size_t begin;
    std::size_t end;
};
Range support(const double* p, std::size_t n) {
    double top = 0;
    for (std::size_t q = 0; q < n; ++q) top = std::max(top, p[q]);
    Range range{0, n};
    while (p[range.begin] < top * negligible) ++range.begin;
    while (p[range.end - 1] < top * negligible) --range.end;
    return range;
}

}  // namespace

Session::Session(const Tables& tables, const Rules& rules)
    : tables_(&tables),
      rules_(&rules),
      run_(&kernels()),
      posterior_(tables),
      blueprint_(rules.blueprint),
      blocked_(tables.padding()),
      u_(tables.points(), 0),
      v_(tables.points(), 0) {
    std::size_t most = 0;
    for (const Pool& pool : tables.pools())
        most = std::max({most, pool.end - pool.begin, pool.columns, pool.log_columns});
    values_.resize(most);
    first_.resize(most);
    second_.resize(most);
    gains_.resize(most);
}

void Session::begin(Random random, const ExposureControl* control) {
    random_ = random;
    control_ = control;
    posterior_.reset();
    for (const std::size_t slot : blocked_slots_) blocked_[slot] = 0;
    blocked_slots_.clear();
    if (control_ && control_->rule() == ExposureControl::Rule::toll)
        for (std::size_t item = 0; item < tables_->items().size(); ++item)
            blocked_[tables_->slot_of(item)] = -control_->toll(item);
    given_.clear();
    answers_.clear();
    scored_.clear();
    next_pool_ = 0;
    seconds_ = 0;
    last_gain_ = std::numeric_limits<double>::quiet_NaN();
    stopped_ = Stopped::no;
    blueprint_.reset();
    ineligible_.clear();
    if (!control_ || control_->rule() != ExposureControl::Rule::eligibility) return;
    ineligible_.resize(tables_->items().size());
    for (std::size_t item = 0; item < ineligible_.size(); ++item) {
        const double p = control_->probability(item);
        ineligible_[item] = p < 1 && random_.uniform() > p;
        if (ineligible_[item]) bar(item);
    }
}

void Session::resume(std::uint64_t seed, std::span<const Given> given,
                     const ExposureControl* control) {
    begin(Random(seed), control);
    const auto refuse = [](const char* what) { throw std::invalid_argument(what); };
    for (const auto& [item, category] : given) {
        if (item >= tables_->items().size()) refuse("an item given is not in the bank");
        if (category != missing && (category < 0 || static_cast<std::size_t>(category) >=
                                                        tables_->items()[item].categories()))
            refuse("an answer given is none of its item's categories");
        if (std::ranges::find(given_, item) != given_.end()) refuse("an item was given twice");
        block(tables_->slot_of(item));
        if (rules_->blueprint) blueprint_.give(item);
        given_.push_back(item);
        answer(category);
    }
    if (!given_.empty())
        for (std::size_t at = 0; at < tables_->pools().size(); ++at)
            if (tables_->pools()[at].node == tables_->items()[given_.back()].node)
                next_pool_ = (at + 1) % tables_->pools().size();
    random_ = Random(seed, given_.size() + 1);
}

void Session::block(std::size_t slot) {
    blocked_[slot] = barred;
    blocked_slots_.push_back(slot);
}

Estimate Session::estimate(int node) {
    if (rules_->ability == Ability::map) return map_estimate(scored_);
    if (rules_->ability == Ability::wle) return wle_estimate(scored_);
    const Moments moments = posterior_.moments(node);
    return {moments.mean, std::sqrt(moments.variance)};
}

void Session::answer(int category) {
    const std::size_t item = given_.back();
    answers_.push_back(category);
    if (!rules_->seconds.empty()) seconds_ += rules_->seconds[item];
    if (category < 0) return;
    posterior_.add(item, category);
    if (rules_->ability != Ability::eap) scored_.push_back({&tables_->items()[item], category});
}

bool Session::should_stop() {
    const Stop& stop = rules_->stop;
    const auto because = [&](Stopped why) {
        stopped_ = why;
        return true;
    };
    if (given_.size() >= stop.length) return because(Stopped::length);
    if (!stop.any() || given_.size() < stop.shortest) return false;
    if (stop.seconds > 0 && seconds_ >= stop.seconds) return because(Stopped::time);
    const auto all_nodes = [&](const auto& good) {
        return std::ranges::all_of(tables_->pools(),
                                   [&](const Pool& pool) { return good(pool.node); });
    };
    if (stop.se > 0 && all_nodes([&](int node) { return estimate(node).se <= stop.se; }))
        return because(Stopped::se);
    if (stop.level_probability > 0 && all_nodes([&](int node) {
            return std::ranges::max(posterior_.levels(node, stop.cuts)) >= stop.level_probability;
        }))
        return because(Stopped::level);
    if (stop.odds > 0 && !stop.cuts.empty()) {
        const AtLeast cut{0, stop.cuts.front()};
        const double p = posterior_.probability({&cut, 1});
        if (p >= stop.odds * (1 - p) || 1 - p >= stop.odds * p) return because(Stopped::odds);
    }
    return false;
}

bool Session::has_turn(const Pool& pool) const {
    const bool weighed =
        rules_->weights.empty() || rules_->weights[static_cast<std::size_t>(pool.node)] > 0;
    return weighed && has_free(pool);
}

bool Session::has_free(const Pool& pool) const {
    for (std::size_t slot = pool.begin; slot < pool.begin + pool.items; ++slot)
        if (blocked_[slot] > barred / 2) return true;
    return false;
}

const Pool* Session::choose_pool() {
    const auto& pools = tables_->pools();
    const Pool* chosen = nullptr;
    if (rules_->turn == Turn::variance) {
        double most = -1;
        for (const Pool& pool : pools)
            if (const double variance = posterior_.moments(pool.node).variance;
                variance > most && has_turn(pool))
                most = variance, chosen = &pool;
        return chosen;
    }
    for (std::size_t tried = 0; tried < pools.size(); ++tried) {
        const Pool& pool = pools[next_pool_];
        next_pool_ = (next_pool_ + 1) % pools.size();
        if (has_turn(pool)) return &pool;
    }
    return nullptr;
}

// Weights u = p and v = p (f - mean of f) give each answer's probability and covariance with f; the
// expected fall of the variance of f is the sum over answers of covariance^2 / probability.
void Session::add_gain(const Pool& pool, const double* p, const double* covariances,
                       double weight) {
    const Range range = support(p, tables_->grid().size());
    const std::size_t count = range.end - range.begin;
    run_->mix(pool.curves.data() + range.begin * pool.columns, pool.columns, p + range.begin,
              covariances + range.begin, count, first_.data(), second_.data(), pool.columns);
    const std::size_t wide = pool.end - pool.begin;
    if (pool.dichotomous) {
        run_->gain(first_.data(), second_.data(), gains_.data(), wide);
        if (weight == 0) {  // the only one
            std::swap(values_, gains_);
            return;
        }
        for (std::size_t i = 0; i < wide; ++i) values_[i] += weight * gains_[i];
        return;
    }
    for (std::size_t i = 0; i < pool.items; ++i) {
        double rest = 1;  // of category 0
        double covariance = 0;
        double gain = 0;
        for (std::size_t k = pool.first_column[i]; k < pool.first_column[i + 1]; ++k) {
            gain += second_[k] * second_[k] / std::max(first_[k], 1e-300);
            rest -= first_[k];
            covariance -= second_[k];
        }
        gain += covariance * covariance / std::max(rest, 1e-300);
        values_[i] = weight == 0 ? gain : values_[i] + weight * gain;
    }
}

void Session::value_mepv(const Pool& pool) {
    const double* weights = nullptr;
    const Moments moments = posterior_.distribution(pool.node, weights);
    run_->centre(weights, 1 / moments.sum, tables_->network().nodes().data(), moments.mean,
                 u_.data(), v_.data(), u_.size());
    if (rules_->weights.empty()) {
        add_gain(pool, u_.data(), v_.data(), 0);
        return;
    }
    std::ranges::fill(values_, 0);
    Aligned function(u_.size());
    for (std::size_t node = 0; node < rules_->weights.size(); ++node) {
        if (rules_->weights[node] == 0) continue;
        posterior_.conditional_mean(static_cast<int>(node), pool.node, function);
        run_->centre(u_.data(), 1, function.data(),
                     run_->dot(function.data(), u_.data(), u_.size()), u_.data(), v_.data(),
                     u_.size());
        add_gain(pool, u_.data(), v_.data(), rules_->weights[node]);
    }
}

void Session::value(const Pool& pool) {
    const std::size_t wide = pool.end - pool.begin;
    const std::size_t points = tables_->grid().size();
    const auto averaged = [&](const Aligned& rows, std::size_t columns) {
        const auto p = posterior_.marginal(pool.node);
        const Range range = support(p.data(), points);
        run_->mix(rows.data() + range.begin * columns, columns, p.data() + range.begin,
                  p.data() + range.begin, range.end - range.begin, first_.data(), second_.data(),
                  columns);
    };
    last_gain_ = std::numeric_limits<double>::quiet_NaN();
    switch (rules_->select) {
        case Select::random:
            for (std::size_t i = 0; i < wide; ++i) values_[i] = random_.uniform();
            return;
        case Select::fisher: {
            const double theta = estimate(pool.node).theta;
            if (pool.dichotomous)
                run_->fisher(tables_->slots_of(pool, blocked_.data()), theta, values_.data());
            else
                for (std::size_t i = 0; i < pool.items; ++i)
                    values_[i] =
                        information(tables_->items()[tables_->item_at(pool.begin + i)], theta)
                            .fisher;
            if (!rules_->thompson || tables_->uncertainty().empty()) return;
            for (std::size_t i = 0; i < pool.items; ++i) {
                const std::size_t at = tables_->item_at(pool.begin + i);
                const Uncertainty& unsure = tables_->uncertainty()[at];
                if (!(unsure.var_a > 0 || unsure.var_d > 0)) continue;
                Item drawn = tables_->items()[at];
                const double sd_a = std::sqrt(unsure.var_a);
                const double z = random_.normal();
                drawn.a += sd_a * z;
                const double slope = sd_a > 0 ? unsure.cov / sd_a : 0;
                drawn.d[0] += slope * z + std::sqrt(std::max(unsure.var_d - slope * slope, 0.0)) *
                                              random_.normal();
                values_[i] = information(drawn, theta).fisher;
            }
            return;
        }
        case Select::weighted:
            averaged(pool.information, wide);
            std::copy(first_.begin(), first_.begin() + static_cast<std::ptrdiff_t>(wide),
                      values_.begin());
            return;
        case Select::kl: {
            // sum over y of P(y | estimate) (log P(y | estimate) - mean of log P(y | theta)).
            const double theta = estimate(pool.node).theta;
            averaged(pool.logs, pool.log_columns);
            std::array<double, max_categories> l{};
            for (std::size_t i = 0; i < pool.items; ++i) {
                const Item& item = tables_->items()[tables_->item_at(pool.begin + i)];
                log_probabilities(item, theta, l);
                values_[i] = 0;
                for (std::size_t k = 0; k < item.categories(); ++k)
                    values_[i] += exp(l[k]) * (l[k] - first_[pool.first_column[i] + i + k]);
            }
            return;
        }
        case Select::mepv: {
            value_mepv(pool);
            if (!control_ || control_->rule() != ExposureControl::Rule::toll ||
                !rules_->weights.empty())
                return;
            // A toll is in units of information: so is then the worth, 1 / (V - gain) - 1 / V.
            const double variance = posterior_.moments(pool.node).variance;
            for (std::size_t i = 0; i < wide; ++i)
                values_[i] = values_[i] / (variance * std::max(variance - values_[i], 1e-12));
            return;
        }
        case Select::entropy: {
            // H(answer) - H(answer | theta).
            averaged(pool.entropy, wide);
            std::copy(first_.begin(), first_.begin() + static_cast<std::ptrdiff_t>(wide),
                      values_.begin());
            averaged(pool.curves, pool.columns);
            for (std::size_t i = 0; i < pool.items; ++i) {
                double rest = 1;
                for (std::size_t k = pool.first_column[i]; k < pool.first_column[i + 1]; ++k) {
                    const double p = std::max(first_[k], 1e-300);
                    rest -= p;
                    values_[i] -= p * log(p);
                }
                values_[i] -= std::max(rest, 1e-300) * log(std::max(rest, 1e-300));
            }
            return;
        }
    }
}

// One of the best by chance, as rules_->exposure says.
Best Session::draw(const Pool& pool) {
    const Exposure& exposure = rules_->exposure;
    std::vector<std::pair<double, std::size_t>> ranked;
    ranked.reserve(pool.items);
    for (std::size_t i = 0; i < pool.items; ++i)
        if (const double toll = blocked_[pool.begin + i]; toll > barred / 2)
            ranked.emplace_back(values_[i] + toll, pool.begin + i);
    if (ranked.empty()) return {};
    if (exposure.among > 1) {
        const std::size_t among = std::min(exposure.among, ranked.size());
        std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(among),
                          ranked.end(), [&](const auto& one, const auto& other) {
                              if (one.first != other.first) return one.first > other.first;
                              return tables_->item_at(one.second) < tables_->item_at(other.second);
                          });
        const auto& [value, slot] = ranked[random_.below(among)];
        return {value, slot};
    }
    const double way = rules_->stop.length > 1 ? static_cast<double>(given_.size()) /
                                                     static_cast<double>(rules_->stop.length - 1)
                                               : 0;
    const double temperature = std::max(
        exposure.temperature + way * (exposure.last_temperature - exposure.temperature), 1e-3);
    double top = 0;
    for (const auto& [value, slot] : ranked) top = std::max(top, value);
    if (!(top > 0)) return {ranked[0].first, ranked[random_.below(ranked.size())].second};
    // The largest of log w / T + Gumbel noise is a draw with probabilities w^(1/T).
    values_.resize(std::max(values_.size(), padded(ranked.size())));
    Aligned weights(padded(ranked.size()), 1);
    for (std::size_t i = 0; i < ranked.size(); ++i)
        weights[i] = std::max(ranked[i].first / top, 1e-300);
    run_->log(weights.data(), weights.data(), weights.size());
    for (double& weight : weights) weight /= temperature;
    run_->exp(weights.data(), weights.data(), weights.size());
    double sum = 0;
    for (std::size_t i = 0; i < ranked.size(); ++i) sum += weights[i];
    double left = random_.uniform() * sum;
    std::size_t at = 0;
    while (at + 1 < ranked.size() && (left -= weights[at]) > 0) ++at;
    return {ranked[at].first, ranked[at].second};
}

Best Session::choose(const Pool& pool) {
    const Slots slots = tables_->slots_of(pool, blocked_.data());
    const Exposure& exposure = rules_->exposure;
    const bool by_chance =
        exposure.among > 1 || exposure.temperature > 0 || exposure.last_temperature > 0;
    if (rules_->select == Select::fisher && !by_chance && pool.dichotomous && !rules_->thompson)
        return run_->best_fisher(slots, estimate(pool.node).theta);
    value(pool);
    const Best best = by_chance ? draw(pool) : run_->best(slots, values_.data());
    const bool tolled = control_ && control_->rule() == ExposureControl::Rule::toll;
    if (rules_->select == Select::mepv && !tolled) last_gain_ = best.value;
    return best;
}

void Session::apply_blueprint() {
    const std::size_t count = tables_->items().size();
    usable_.assign(count, 1);
    for (const std::size_t slot : blocked_slots_) usable_[tables_->item_at(slot)] = 0;
    const auto& allowed = blueprint_.allowed(usable_);
    const bool tolled = control_ && control_->rule() == ExposureControl::Rule::toll;
    for (std::size_t item = 0; item < count; ++item)
        if (usable_[item])
            blocked_[tables_->slot_of(item)] = !allowed[item] ? barred
                                               : tolled       ? -control_->toll(item)
                                                              : 0;
}

Best Session::choose_by_shadow_test() {
    worth_.assign(tables_->items().size(), 0);
    for (const Pool& pool : tables_->pools()) {
        value(pool);
        for (std::size_t i = 0; i < pool.items; ++i) {
            const double toll = std::max(blocked_[pool.begin + i], barred / 2);
            worth_[tables_->item_at(pool.begin + i)] = values_[i] + (toll > barred / 2 ? toll : 0);
        }
    }
    std::vector<unsigned char> next(usable_.size());
    for (std::size_t item = 0; item < next.size(); ++item)
        next[item] = usable_[item] && blocked_[tables_->slot_of(item)] > barred / 2;
    Best best;
    for (const std::size_t item : blueprint_.shadow_test(usable_, next, worth_))
        if (next[item] && worth_[item] > best.value) best = {worth_[item], tables_->slot_of(item)};
    return best;
}

std::optional<std::size_t> Session::next() {
    if (stopped_ != Stopped::no || should_stop()) return std::nullopt;
    for (;;) {
        if (rules_->blueprint) apply_blueprint();
        Best best;
        if (rules_->blueprint && !rules_->blueprint->is_laminar()) {
            best = choose_by_shadow_test();
        } else if (rules_->turn == Turn::best) {
            for (const Pool& pool : tables_->pools())
                if (const Best found = choose(pool); found.value > best.value) best = found;
        } else if (const Pool* pool = choose_pool()) {
            best = choose(*pool);
        }
        if (best.slot == SIZE_MAX && !ineligible_.empty()) {
            // Too few are eligible to go on: then all are (van der Linden & Veldkamp 2004).
            for (std::size_t item = 0; item < ineligible_.size(); ++item)
                if (ineligible_[item]) blocked_[tables_->slot_of(item)] = 0;
            std::erase_if(blocked_slots_, [&](std::size_t slot) {
                return ineligible_[tables_->item_at(slot)] != 0;
            });
            ineligible_.clear();
            continue;
        }
        if (best.slot == SIZE_MAX) {
            stopped_ = Stopped::no_item;
            return std::nullopt;
        }
        const std::size_t item = tables_->item_at(best.slot);
        block(best.slot);
        // Turned down: out for this candidate, the next best is tried.
        if (control_ && control_->rule() == ExposureControl::Rule::sympson_hetter &&
            random_.uniform() > control_->probability(item)) {
            next_pool_ = (next_pool_ + tables_->pools().size() - 1) % tables_->pools().size();
            continue;
        }
        if (rules_->stop.gain > 0 && given_.size() >= rules_->stop.shortest &&
            !std::isnan(last_gain_)) {
            const double variance = posterior_.moments(tables_->items()[item].node).variance;
            if (std::sqrt(variance) - std::sqrt(std::max(variance - last_gain_, 0.0)) <
                rules_->stop.gain) {
                stopped_ = Stopped::gain;
                return std::nullopt;
            }
        }
        if (rules_->blueprint) blueprint_.give(item);
        given_.push_back(item);
        return item;
    }
}

}  // namespace engine
