// SPDX-License-Identifier: EUPL-1.2
#include "engine/calibration.hpp"

#include "engine/acceleration.hpp"
#include "engine/calibration_errors.hpp"
#include "engine/calibration_steps.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>

namespace engine {
namespace {

constexpr double not_estimated = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t sparse_answers = 300;  // see Priors::Use::automatic
// More answers than this: iterations in single precision, the last ones in double.
constexpr std::size_t many_answers = 200'000;

void refuse(bool wrong, const std::string& what) {
    if (wrong) throw std::invalid_argument(what);
}

Model model_of(Family family, std::size_t categories) {
    if (family == Family::graded && categories > 2) return Model::graded;
    if (family == Family::partial_credit && categories > 2) return Model::partial_credit;
    return Model::logistic;  // of two categories both are the 2PL
}

Layout layout_of(const Responses& responses, const std::vector<std::vector<std::size_t>>& counts,
                 const CalibrationOptions& options) {
    const bool anchored = std::ranges::any_of(options.anchors, [](const auto& a) { return !!a; });
    Layout layout;
    layout.shared_slope =
        options.family == Family::rasch || options.family == Family::one_parameter;
    layout.shared_fixed = anchored && options.family == Family::rasch;
    std::size_t next = layout.shared_slope ? 1 : 0;
    const double filled = static_cast<double>(responses.answers()) /
                          std::max(1.0, static_cast<double>(responses.persons()) *
                                            static_cast<double>(responses.items()));
    for (std::size_t i = 0; i < responses.items(); ++i) {
        std::size_t categories = counts[i].size();
        if (!options.categories.empty()) categories = std::max(categories, options.categories[i]);
        const bool polytomous =
            options.family == Family::graded || options.family == Family::partial_credit;
        Layout::Place place;
        if (!options.anchors.empty() && options.anchors[i]) {
            const Item& anchor = *options.anchors[i];
            refuse(categories > anchor.categories(),
                   "an answer to the anchor " + anchor.name + " is beyond its categories");
            categories = anchor.categories();
            place.model = anchor.model;
            place.fixed = true;
            place.guessing = anchor.c > 0;
        } else {
            refuse(!polytomous && categories > 2,
                   "item " + std::to_string(i + 1) + " has " + std::to_string(categories) +
                       " categories: such items need the model grm or gpcm");
            place.model = model_of(options.family, categories);
            place.guessing = options.family == Family::three_parameter;
        }
        refuse(categories > max_categories, "an item has more than 64 categories");
        place.own_slope = !layout.shared_slope || place.fixed;
        place.steps = static_cast<std::uint32_t>(categories - 1);
        place.at = static_cast<std::uint32_t>(next);
        place.d = place.at + (place.own_slope ? 1 : 0);
        place.row = static_cast<std::uint32_t>(layout.rows);
        const std::size_t answers =
            std::accumulate(counts[i].begin(), counts[i].end(), std::size_t{0});
        const std::size_t most = *std::max_element(counts[i].begin(), counts[i].end());
        place.prior =
            !place.fixed && (options.priors.use == Priors::Use::all ||
                             (options.priors.use == Priors::Use::automatic &&
                              (most == answers || (filled < 0.5 && answers < sparse_answers))));
        layout.rows += categories;
        next = place.d + place.steps + (place.guessing ? 1 : 0);
        layout.items.push_back(place);
    }
    layout.first_group_free = anchored;
    layout.groups = 1;
    for (const std::uint32_t group : options.groups)
        layout.groups = std::max<std::size_t>(layout.groups, group + 1);
    layout.groups_at = next;
    layout.size = next + 2 * layout.groups;
    return layout;
}

double bounded_logit(double p) {
    p = std::clamp(p, 0.002, 0.998);
    return log(p / (1 - p));
}

// Slopes of 1, intercepts from the proportions: P(y >= k) over N(0, 1) is about
// logistic(d / sqrt(1 + a^2 / 2.9)).
std::vector<double> start(const Layout& layout, const std::vector<std::vector<std::size_t>>& counts,
                          const CalibrationOptions& options) {
    std::vector<double> x(layout.size);
    if (layout.shared_slope) x[0] = 1;
    for (std::size_t i = 0; i < layout.items.size(); ++i) {
        const Layout::Place& place = layout.items[i];
        if (place.fixed) {
            const Item& anchor = *options.anchors[i];
            x[place.at] = anchor.a;
            std::ranges::copy(anchor.d, x.begin() + place.d);
            if (place.guessing) x[place.d + 1] = bounded_logit(anchor.c);
            continue;
        }
        if (place.own_slope) x[place.at] = 1;
        std::vector<double> given(place.steps + 1, 0.5);
        for (std::size_t k = 0; k < counts[i].size(); ++k)
            given[k] += static_cast<double>(counts[i][k]);
        const double all = std::accumulate(given.begin(), given.end(), 0.0);
        double above = all;
        for (std::size_t k = 0; k < place.steps; ++k) {
            above -= given[k];
            double& d = x[place.d + k];
            if (place.model == Model::partial_credit) {
                d = log(given[k + 1] / given[k]);
            } else {
                double p = above / all;
                if (place.guessing) p = (p - 0.2) / 0.8;
                d = 1.2 * bounded_logit(p);
                if (k > 0) d = std::min(d, x[place.d + k - 1] - 0.05);
            }
        }
        if (place.guessing) x[place.d + 1] = -1.4;
    }
    return x;
}

// EM's map of parameters to better ones, and the gradient.
class Problem {
public:
    Problem(const Layout& layout, const Nodes& nodes, const CalibrationOptions& options,
            Expectation& expectation)
        : layout_(layout), nodes_(nodes), options_(options), expectation_(expectation) {}
    acceleration::Step operator()(const std::vector<double>& x) {
        expectation_.counts(x, counts_);
        maximise(layout_, nodes_, options_.priors, counts_, x, maximum_);
        const double objective = counts_.log_likelihood + maximum_.log_prior;
        if (options_.progress) options_.progress(++steps_, objective, maximum_.gain);
        return {maximum_.x, objective, maximum_.gain};
    }
    std::vector<double> gradient_at(const std::vector<double>& x) {
        std::vector<double> out(x.size());
        expectation_.counts(x, counts_);
        gradient(layout_, nodes_, options_.priors, counts_, x, out);
        return out;
    }
    double log_likelihood_at(const std::vector<double>& x) {
        expectation_.counts(x, counts_);
        return counts_.log_likelihood;
    }

private:
    const Layout& layout_;
    const Nodes& nodes_;
    const CalibrationOptions& options_;
    Expectation& expectation_;
    Counts counts_;
    Maximum maximum_;
    std::size_t steps_ = 0;
};

// The trapezium rule is exact enough while the distance of nodes is below the standard deviation of
// any posterior (its error is 2 exp(-2 pi^2 (sd/step)^2)); n answers of slope 1 leave an sd of at
// least 1 / sqrt(1 + n / 4).
std::size_t number_of_nodes(const Responses& responses) {
    std::size_t most = 0;
    for (std::size_t p = 0; p < responses.persons(); ++p)
        most = std::max(most, responses.of(p).size());
    return most <= 60 ? 48 : most <= 200 ? 64 : 128;
}

// x and its errors as items and groups; the Rasch model's slope becomes the spread of the persons.
void write_estimates(const Preparation& prepared, const CalibrationOptions& options,
                     const std::vector<double>& x, const std::optional<Errors>& found,
                     Calibration& result) {
    const Layout& layout = prepared.layout;
    const bool stretched = options.family == Family::rasch && !layout.shared_fixed;
    const double scale = stretched ? x[0] : 1;
    result.items = estimates_of(prepared, x);
    if (stretched)
        for (ItemEstimate& estimate : result.items) estimate.item.a /= scale;
    if (found) {
        Errors errors = *found;
        if (stretched) {  // the slope is 1; its error is the spread's
            errors.se[0] = not_estimated;
            std::ranges::fill(errors.slope_with_intercept, 0);
        }
        write_errors(layout, errors, result.items);
    }
    for (std::size_t g = 0; g < layout.groups; ++g) {
        const std::size_t at = layout.groups_at + 2 * g;
        GroupEstimate& group = result.groups.emplace_back();
        group.mean = scale * x[at];
        group.sd = scale * exp(x[at + 1]);
        if (!found) continue;
        const std::vector<double>& errors = found->se;
        group.se_mean = scale * errors[at];
        group.se_sd = stretched && g == 0 ? errors[0] : group.sd * errors[at + 1];
    }
    for (const std::uint32_t group : options.groups) ++result.groups[group].persons;
}

}  // namespace

Calibration calibrate(const Responses& responses, const CalibrationOptions& options) {
    const Preparation prepared = prepare(responses, options);
    const Layout& layout = prepared.layout;
    std::vector<double> x = prepared.start;
    Calibration result;
    result.parameters = prepared.free;
    std::size_t count = number_of_nodes(responses);
    double reach = 6;
    std::unique_ptr<Nodes> nodes;
    std::unique_ptr<Expectation> expectation;
    acceleration::Result found;
    const bool by_scores = layout.scores_suffice() &&
                           patterns(responses, options.groups, 1 + responses.persons() / 100) <=
                               1 + responses.persons() / 100;
    for (;;) {
        nodes = std::make_unique<Nodes>(count, -reach, reach);
        expectation =
            by_scores
                ? expectation_by_scores(responses, layout, *nodes, options.groups, options.threads)
                : expectation_by_rows(responses, layout, *nodes, options.groups, options.threads);
        Problem problem(layout, *nodes, options, *expectation);
        if (!by_scores && responses.answers() > many_answers) {
            expectation->exact(false);
            const acceleration::Result rough =
                acceleration::improve(x, [&](const std::vector<double>& at) { return problem(at); },
                                      {.tolerance = std::max(options.tolerance, 1e-4),
                                       .noise = 1e-7 * static_cast<double>(responses.answers()),
                                       .most_maps = options.most_maps});
            x = rough.x;
            result.iterations += rough.maps;
            expectation->exact(true);
        }
        found = acceleration::improve(
            x, [&](const std::vector<double>& at) { return problem(at); },
            {.tolerance = responses.answers() > many_answers ? std::max(options.tolerance, 1e-7)
                                                             : options.tolerance,
             .noise = 1e-13 * static_cast<double>(responses.answers()),
             .most_maps = options.most_maps - std::min(options.most_maps, result.iterations)});
        x = found.x;
        result.iterations += found.maps;
        // A group far away or widely spread: more room on both sides, at the same distance.
        double needed = 6;
        for (std::size_t g = 0; g < layout.groups; ++g)
            needed = std::max(needed, std::abs(x[layout.groups_at + 2 * g]) +
                                          5 * exp(x[layout.groups_at + 2 * g + 1]));
        if (needed <= reach + 0.5 || reach >= 12) break;
        reach = 12;
        count = 128;  // at least as close together
    }
    result.still_to_gain = found.still_to_gain;
    result.converged = found.converged;
    Problem problem(layout, *nodes, options, *expectation);
    result.log_likelihood = problem.log_likelihood_at(x);
    std::optional<Errors> errors;
    if (options.standard_errors) {
        const std::vector<std::size_t> free = free_parameters(layout);
        errors = no_errors(layout, x.size());
        if (free.size() <= options.most_jointly) {
            result.standard_errors = StandardErrors::observed;
            observed_errors(
                layout, [&](const std::vector<double>& at) { return problem.gradient_at(at); },
                free, x, *errors);
        } else {
            result.standard_errors = StandardErrors::by_item;
            ItemScores scores(layout, *nodes, x);
            expectation->posteriors(x, [&](std::size_t person, std::span<const double> weights) {
                for (const PackedAnswer answer : responses.of(person))
                    scores.add(answer, weights.data());
            });
            scores.errors(*errors);
        }
    }
    write_estimates(prepared, options, x, errors, result);
    if (options.groups.empty()) result.groups[0].persons = responses.persons();
    if (options.person_estimates) {
        result.mean.resize(responses.persons());
        result.sd.resize(responses.persons());
        const bool stretched = options.family == Family::rasch && !layout.shared_fixed;
        const double scale = stretched ? x[0] : 1;
        expectation->posteriors(x, [&](std::size_t person, std::span<const double> weights) {
            double first = 0;
            double second = 0;
            for (std::size_t q = 0; q < weights.size(); ++q) {
                first += weights[q] * nodes->theta[q];
                second += weights[q] * nodes->theta[q] * nodes->theta[q];
            }
            result.mean[person] = scale * first;
            result.sd[person] = scale * std::sqrt(std::max(second - first * first, 0.0));
        });
    }
    return result;
}

Item item_at(const Layout& layout, std::span<const double> x, std::size_t i) {
    const Layout::Place& place = layout.items[i];
    Item item;
    item.model = place.model;
    item.a = layout.slope(x, i);
    item.d.assign(x.begin() + place.d, x.begin() + place.d + place.steps);
    if (place.guessing) item.c = logistic(x[place.d + 1]);
    return item;
}

std::vector<std::size_t> free_parameters(const Layout& layout) {
    std::vector<std::size_t> free;
    if (layout.shared_slope && !layout.shared_fixed) free.push_back(0);
    for (const Layout::Place& place : layout.items) {
        if (place.fixed) continue;
        const std::size_t end = place.d + place.steps + (place.guessing ? 1 : 0);
        for (std::size_t k = place.at; k < end; ++k) free.push_back(k);
    }
    for (std::size_t g = layout.first_group_free ? 0 : 1; g < layout.groups; ++g) {
        free.push_back(layout.groups_at + 2 * g);
        free.push_back(layout.groups_at + 2 * g + 1);
    }
    return free;
}

Preparation prepare(const Responses& responses, const CalibrationOptions& options) {
    refuse(responses.items() == 0, "there is no item");
    refuse(!options.groups.empty() && options.groups.size() != responses.persons(),
           "groups must be one a person");
    refuse(!options.anchors.empty() && options.anchors.size() != responses.items(),
           "anchors must be one an item, or none");
    refuse(!options.categories.empty() && options.categories.size() != responses.items(),
           "categories must be one an item, or none");
    Preparation prepared;
    prepared.counts = responses.counts();
    prepared.layout = layout_of(responses, prepared.counts, options);
    prepared.start = start(prepared.layout, prepared.counts, options);
    prepared.free = free_parameters(prepared.layout).size();
    return prepared;
}

std::vector<ItemEstimate> estimates_of(const Preparation& prepared, std::span<const double> x) {
    std::vector<ItemEstimate> items;
    for (std::size_t i = 0; i < prepared.layout.items.size(); ++i) {
        ItemEstimate& estimate = items.emplace_back();
        estimate.item = item_at(prepared.layout, x, i);
        estimate.fixed = prepared.layout.items[i].fixed;
        estimate.prior = prepared.layout.items[i].prior;
        const std::vector<std::size_t>& counts = prepared.counts[i];
        estimate.answers = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
    }
    return items;
}

bool Layout::scores_suffice() const {
    return std::ranges::all_of(items, [](const Place& place) {
        return place.model == Model::logistic && !place.guessing && place.steps == 1;
    });
}

Nodes::Nodes(std::size_t count, double low, double high)
    : theta(count), step((high - low) / static_cast<double>(count - 1)) {
    for (std::size_t q = 0; q < count; ++q) theta[q] = low + static_cast<double>(q) * step;
}

std::vector<double> Nodes::log_weights(double mean, double sd) const {
    std::vector<double> weights(size());
    double sum = 0;
    for (std::size_t q = 0; q < size(); ++q) {
        const double z = (theta[q] - mean) / sd;
        weights[q] = -0.5 * z * z;
        sum += exp(weights[q]);
    }
    const double log_sum = log(sum);
    for (double& weight : weights) weight -= log_sum;
    return weights;
}

}  // namespace engine
