// SPDX-License-Identifier: EUPL-1.2
#include "engine/item_fit.hpp"

#include "engine/chi_square.hpp"
#include "engine/grid.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <cmath>

namespace engine {
namespace {

// Items, categories, nodes.
using Table = std::vector<std::vector<std::vector<double>>>;

// Of each person at each node.
std::vector<double> posterior(const std::vector<std::vector<std::vector<double>>>& logs,
                              const Grid& grid, std::span<const PackedAnswer> answers) {
    std::vector<double> weights(grid.size());
    for (std::size_t q = 0; q < grid.size(); ++q) weights[q] = log(grid.weights[q]);
    for (const PackedAnswer answer : answers)
        for (std::size_t q = 0; q < grid.size(); ++q)
            weights[q] += logs[answer.item()][answer.category()][q];
    const double top = *std::ranges::max_element(weights);
    double sum = 0;
    for (double& weight : weights) sum += weight = exp(weight - top);
    for (double& weight : weights) weight /= sum;
    return weights;
}

struct Sums {
    double squares = 0;  // of residuals
    double variances = 0;
    double standardized = 0;  // squares of residuals over variances
    double persons = 0;
};

// Observed and expected counts by category in a run of scores.
struct ScoreCell {
    std::vector<double> observed;
    std::vector<double> expected;
    bool enough() const {
        return std::ranges::all_of(expected, [](double count) { return count >= 1; });
    }
    void add(const ScoreCell& other) {
        for (std::size_t k = 0; k < observed.size(); ++k) {
            observed[k] += other.observed[k];
            expected[k] += other.expected[k];
        }
    }
};

void s_x2(ItemFit& fit, std::vector<ScoreCell> cells, std::size_t parameters) {
    // Neighbouring scores are joined until a category is expected once at least.
    std::vector<ScoreCell> joined;
    for (ScoreCell& cell : cells) {
        if (!joined.empty() && !joined.back().enough())
            joined.back().add(cell);
        else
            joined.push_back(std::move(cell));
    }
    while (joined.size() > 1 && !joined.back().enough()) {
        joined[joined.size() - 2].add(joined.back());
        joined.pop_back();
    }
    if (joined.empty() || !joined.back().enough()) return;
    std::size_t df = 0;
    for (const ScoreCell& cell : joined) {
        for (std::size_t k = 0; k < cell.expected.size(); ++k) {
            const double off = cell.observed[k] - cell.expected[k];
            fit.s_x2 += off * off / cell.expected[k];
        }
        df += cell.expected.size() - 1;
    }
    fit.df = df > parameters ? df - parameters : 0;
    fit.p = chi_square_tail(fit.s_x2, fit.df);
}

void fit_scores(const Table& p, const Responses& responses, const Grid& grid,
                const FitOptions& options, std::vector<ItemFit>& fits) {
    const std::size_t items = p.size();
    const auto whole = score_distribution(p, items);
    const std::size_t top = whole.size() - 1;
    std::vector<double> of_score(top + 1);
    for (std::size_t s = 0; s <= top; ++s)
        for (std::size_t q = 0; q < grid.size(); ++q) of_score[s] += grid.weights[q] * whole[s][q];
    // observed[item][score][category]
    std::vector<std::vector<std::vector<double>>> observed(items);
    for (std::size_t i = 0; i < items; ++i)
        observed[i].assign(top + 1, std::vector<double>(p[i].size()));
    for (std::size_t person = 0; person < responses.persons(); ++person) {
        if (responses.of(person).size() != items) continue;
        std::size_t score = 0;
        for (const PackedAnswer answer : responses.of(person)) score += answer.category();
        for (const PackedAnswer answer : responses.of(person))
            ++observed[answer.item()][score][answer.category()];
    }
    for (std::size_t i = 0; i < items; ++i) {
        const auto rest = score_distribution(p, i);
        std::vector<ScoreCell> cells;
        // At the ends all persons gave the same answer.
        for (std::size_t s = 1; s < top; ++s) {
            ScoreCell cell{observed[i][s], std::vector<double>(p[i].size())};
            double persons = 0;
            for (const double count : cell.observed) persons += count;
            if (persons == 0) continue;
            for (std::size_t k = 0; k < p[i].size(); ++k) {
                if (k > s || s - k >= rest.size()) continue;
                double share = 0;
                for (std::size_t q = 0; q < grid.size(); ++q)
                    share += grid.weights[q] * p[i][k][q] * rest[s - k][q];
                cell.expected[k] = persons * share / of_score[s];
            }
            cells.push_back(std::move(cell));
        }
        s_x2(fits[i], std::move(cells), options.parameters);
    }
}

}  // namespace

std::vector<std::vector<double>> score_distribution(const Table& probabilities,
                                                    std::size_t without) {
    const std::size_t nodes = probabilities.empty() ? 0 : probabilities[0][0].size();
    std::vector<std::vector<double>> of{std::vector<double>(nodes, 1.0)};
    for (std::size_t i = 0; i < probabilities.size(); ++i) {
        if (i == without) continue;
        const auto& p = probabilities[i];
        std::vector<std::vector<double>> next(of.size() + p.size() - 1,
                                              std::vector<double>(nodes, 0.0));
        for (std::size_t s = 0; s < of.size(); ++s)
            for (std::size_t k = 0; k < p.size(); ++k)
                for (std::size_t q = 0; q < nodes; ++q) next[s + k][q] += of[s][q] * p[k][q];
        of = std::move(next);
    }
    return of;
}

Fit item_fit(const std::vector<Item>& items, const Responses& responses,
             const FitOptions& options) {
    const Grid grid = Grid::equally_spaced(61, options.mean - 6 * options.sd,
                                           options.mean + 6 * options.sd, options.mean, options.sd);
    Table p(items.size());
    Table logs(items.size());
    std::vector<std::vector<Expected>> expected(items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        const std::size_t categories = items[i].categories();
        p[i].assign(categories, std::vector<double>(grid.size()));
        logs[i] = p[i];
        std::vector<double> at(categories);
        for (std::size_t q = 0; q < grid.size(); ++q) {
            probabilities(items[i], grid.nodes[q], at);
            for (std::size_t k = 0; k < categories; ++k) p[i][k][q] = at[k];
            log_probabilities(items[i], grid.nodes[q], at);
            for (std::size_t k = 0; k < categories; ++k) logs[i][k][q] = at[k];
            expected[i].push_back(expected_score(items[i], grid.nodes[q]));
        }
    }
    Fit fit;
    fit.items.resize(items.size());
    std::vector<Sums> sums(items.size());
    const bool pairs = items.size() <= options.most_items && items.size() > 1;
    // Residuals at the posterior mean, NaN: not answered.
    std::vector<std::vector<float>> residuals(pairs ? items.size() : 0);
    for (auto& of : residuals) of.assign(responses.persons(), std::nanf(""));
    for (std::size_t person = 0; person < responses.persons(); ++person) {
        const std::span<const PackedAnswer> answers = responses.of(person);
        const std::vector<double> weights = posterior(logs, grid, answers);
        double theta = 0;
        for (std::size_t q = 0; q < grid.size(); ++q) theta += weights[q] * grid.nodes[q];
        for (const PackedAnswer answer : answers) {
            Sums& of = sums[answer.item()];
            const double y = static_cast<double>(answer.category());
            for (std::size_t q = 0; q < grid.size(); ++q) {
                const Expected& at = expected[answer.item()][q];
                const double off = (y - at.mean) * (y - at.mean);
                of.squares += weights[q] * off;
                of.variances += weights[q] * at.variance;
                of.standardized += weights[q] * off / std::max(at.variance, 1e-12);
            }
            of.persons += 1;
            if (pairs)
                residuals[answer.item()][person] =
                    static_cast<float>(y - expected_score(items[answer.item()], theta).mean);
        }
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        fit.items[i].answers = static_cast<std::size_t>(sums[i].persons);
        if (sums[i].persons == 0) continue;
        fit.items[i].outfit = sums[i].standardized / sums[i].persons;
        fit.items[i].infit = sums[i].squares / std::max(sums[i].variances, 1e-12);
    }
    if (!pairs) return fit;
    fit_scores(p, responses, grid, options, fit.items);

    std::vector<Dependence> all;
    for (std::size_t one = 0; one < items.size(); ++one)
        for (std::size_t other = one + 1; other < items.size(); ++other) {
            double n = 0;
            double x = 0;
            double y = 0;
            double xx = 0;
            double yy = 0;
            double xy = 0;
            for (std::size_t person = 0; person < responses.persons(); ++person) {
                const double a = static_cast<double>(residuals[one][person]);
                const double b = static_cast<double>(residuals[other][person]);
                if (std::isnan(a) || std::isnan(b)) continue;
                n += 1;
                x += a;
                y += b;
                xx += a * a;
                yy += b * b;
                xy += a * b;
            }
            const double spread = (xx - x * x / n) * (yy - y * y / n);
            if (n < static_cast<double>(options.least_persons) || !(spread > 0)) continue;
            all.push_back(
                {one, other, (xy - x * y / n) / std::sqrt(spread), static_cast<std::size_t>(n)});
            fit.mean_q3 += all.back().q3;
        }
    if (all.empty()) return fit;
    fit.mean_q3 /= static_cast<double>(all.size());
    for (const Dependence& pair : all)
        if (pair.q3 > fit.mean_q3 + options.dependence) fit.dependent.push_back(pair);
    std::ranges::stable_sort(fit.dependent,
                             [](const auto& a, const auto& b) { return a.q3 > b.q3; });
    return fit;
}

}  // namespace engine
