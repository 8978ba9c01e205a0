// SPDX-License-Identifier: EUPL-1.2
#include "engine/tables.hpp"

#include "engine/math.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace engine {
namespace {

double quantised(double log_likelihood) {
    const double clamped = std::max(log_likelihood, least_log_likelihood);
    // |x| / quantum < 2^42: exact in a double, as is the way back.
    return std::floor(clamped / likelihood_quantum + 0.5) * likelihood_quantum;
}

std::string problem_of(const Item& item, const Tree& tree) {
    if (item.node < 0 || static_cast<std::size_t>(item.node) >= tree.size()) return "is of no node";
    if (item.d.empty() || item.categories() > max_categories)
        return "has too few or many categories";
    if (item.model == Model::logistic && item.d.size() != 1) return "has too many categories";
    if (!std::isfinite(item.a) || std::abs(item.a) > 1000) return "has a slope beyond 1000";
    for (const double d : item.d)
        if (!std::isfinite(d) || std::abs(d) > 1e8) return "has an intercept beyond 1e8";
    if (!(item.c >= 0 && item.c < 1)) return "has a guessing parameter outside [0, 1)";
    return {};
}

}  // namespace

void soft_log_probabilities(const Item& item, const Uncertainty& unsure, double theta,
                            std::span<double> out) {
    const double variance = theta * theta * unsure.var_a + 2 * theta * unsure.cov + unsure.var_d;
    if (item.model != Model::logistic || !(variance > 0)) {
        log_probabilities(item, theta, out);
        return;
    }
    // The trapezium rule, as Grid.
    static const Grid normal = Grid::equally_spaced(21, -6, 6);
    Item moved = item;
    std::array<double, 2> p{};
    std::array<double, 2> sum{};
    for (std::size_t i = 0; i < normal.size(); ++i) {
        moved.d[0] = item.d[0] + std::sqrt(variance) * normal.nodes[i];
        probabilities(moved, theta, p);
        sum[0] += normal.weights[i] * p[0];
        sum[1] += normal.weights[i] * p[1];
    }
    out[0] = log(std::max(sum[0], 1e-300));
    out[1] = log(std::max(sum[1], 1e-300));
}

std::expected<Tables, std::string> Tables::of(Network network, std::vector<Item> items,
                                              std::span<const Uncertainty> uncertainty) {
    if (items.empty()) return std::unexpected("there is no item");
    if (!uncertainty.empty() && uncertainty.size() != items.size())
        return std::unexpected("uncertainties and items differ in number");
    for (const Item& item : items)
        if (const std::string problem = problem_of(item, network.tree()); !problem.empty())
            return std::unexpected("the item " + item.name + " " + problem);
    Tables tables;
    tables.network_ = std::move(network);
    tables.items_ = std::move(items);
    tables.uncertainty_.assign(uncertainty.begin(), uncertainty.end());
    tables.fill_likelihoods();
    tables.fill_pools();
    return tables;
}

void Tables::fill_likelihoods() {
    std::size_t rows = 0;
    for (const Item& item : items_) {
        first_likelihood_.push_back(rows);
        rows += item.categories();
    }
    // Padding keeps 0, below which no sum falls; its prior weight is 0.
    likelihoods_.assign(rows * points(), 0);
    std::array<double, max_categories> l{};
    for (std::size_t i = 0; i < items_.size(); ++i)
        for (std::size_t q = 0; q < grid().size(); ++q) {
            if (uncertainty_.empty())
                log_probabilities(items_[i], grid().nodes[q], l);
            else
                soft_log_probabilities(items_[i], uncertainty_[i], grid().nodes[q], l);
            for (std::size_t k = 0; k < items_[i].categories(); ++k)
                likelihoods_[(first_likelihood_[i] + k) * points() + q] = quantised(l[k]);
        }
}

void Tables::fill_pools() {
    std::vector<std::size_t> order(items_.size());
    std::iota(order.begin(), order.end(), 0UL);
    std::ranges::stable_sort(order, [&](std::size_t i, std::size_t j) {
        if (items_[i].node != items_[j].node) return items_[i].node < items_[j].node;
        return items_[i].a * items_[i].a > items_[j].a * items_[j].a;
    });
    pool_of_.assign(tree().size(), -1);
    slot_of_.resize(items_.size());
    for (std::size_t at = 0; at < order.size();) {
        Pool pool{.node = items_[order[at]].node, .begin = rank_.size()};
        for (; at < order.size() && items_[order[at]].node == pool.node; ++at) {
            const Item& item = items_[order[at]];
            slot_of_[order[at]] = rank_.size();
            item_at_.push_back(order[at]);
            a_.push_back(item.a);
            d_.push_back(item.d[0]);
            c_.push_back(item.c);
            rank_.push_back(static_cast<double>(order[at]));
            padding_.push_back(0);
            pool.dichotomous &= item.model == Model::logistic;
            ++pool.items;
        }
        while (rank_.size() % 8 != 0) {
            item_at_.push_back(SIZE_MAX);
            a_.push_back(0);
            d_.push_back(0);
            c_.push_back(0);
            rank_.push_back(1e18);
            padding_.push_back(-1e300);
        }
        pool.end = rank_.size();
        pool_of_[static_cast<std::size_t>(pool.node)] = static_cast<int>(pools_.size());
        fill_curves(pool);
        pools_.push_back(std::move(pool));
    }
}

void Tables::fill_curves(Pool& pool) {
    std::size_t log_columns = 0;
    for (std::size_t slot = pool.begin; slot < pool.begin + pool.items; ++slot) {
        const std::size_t categories = items_[item_at_[slot]].categories();
        pool.first_column.push_back(static_cast<std::uint32_t>(pool.columns));
        pool.columns += categories - 1;
        log_columns += categories;
    }
    pool.first_column.push_back(static_cast<std::uint32_t>(pool.columns));
    pool.columns = padded(pool.columns);
    pool.log_columns = padded(log_columns);
    const std::size_t wide = pool.end - pool.begin;
    pool.curves.assign(grid().size() * pool.columns, 0);
    pool.logs.assign(grid().size() * pool.log_columns, 0);
    pool.information.assign(grid().size() * wide, 0);
    pool.entropy.assign(grid().size() * wide, 0);
    for (std::size_t q = 0; q < grid().size(); ++q)
        for (std::size_t i = 0; i < pool.items; ++i) {
            const std::size_t at = item_at_[pool.begin + i];
            const Item& item = items_[at];
            pool.information[q * wide + i] = engine::information(item, grid().nodes[q]).fisher;
            for (std::size_t k = 0; k < item.categories(); ++k) {
                const double l = log_likelihood(at, static_cast<int>(k))[q];
                const double p = exp(l);
                pool.entropy[q * wide + i] += p * l;
                pool.logs[q * pool.log_columns + pool.first_column[i] + i + k] = l;
                if (k > 0) pool.curves[q * pool.columns + pool.first_column[i] + k - 1] = p;
            }
        }
}

const Pool* Tables::pool_of(int node) const {
    const int at = pool_of_[static_cast<std::size_t>(node)];
    return at < 0 ? nullptr : &pools_[static_cast<std::size_t>(at)];
}

Slots Tables::slots_of(const Pool& pool, const double* blocked) const {
    return {a_.data(), d_.data(), c_.data(), blocked, rank_.data(), pool.begin, pool.end};
}

}  // namespace engine
