// SPDX-License-Identifier: EUPL-1.2
// A version of a bank made ready for millions of questions: log-likelihoods of every answer on the
// grid of its node, response curves side by side for the selection. Immutable, shared by all
// candidates and threads.
#pragma once
#include "engine/aligned.hpp"
#include "engine/kernels.hpp"
#include "engine/models.hpp"
#include "engine/network.hpp"

#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

namespace engine {

// Log-likelihoods are rounded to multiples of 2^-32 (an error of at most 1.2e-10 an answer), none
// below -1024: so long as the total is above -2^20, sums of them in a double are exact, hence the
// posterior is the same bit for bit in whatever order the answers come, and an answer can be taken
// back. That is a thousand of the most unlikely answers, or a million ordinary ones.
inline constexpr double likelihood_quantum = 0x1p-32;
inline constexpr double least_log_likelihood = -1024;

// What is not known of an item's parameters: a normal posterior of (a, d).
struct Uncertainty {
    double var_a = 0;
    double var_d = 0;
    double cov = 0;
};

// The items of one node, by falling a^2, padded to a multiple of 8.
struct Pool {
    int node = 0;
    std::size_t begin = 0;  // slots
    std::size_t end = 0;
    std::size_t items = 0;    // of these slots
    bool dichotomous = true;  // all of them
    // P(y = 1 | node q) of a dichotomous pool, or else P(y = k) of k = 1.. of each item: rows of
    // `columns` numbers, one row a grid point.
    std::size_t columns = 0;
    Aligned curves;
    std::vector<std::uint32_t> first_column;  // of each item of the pool, and one after the last
    Aligned information;                      // Fisher information, rows of end - begin numbers
    Aligned entropy;                          // sum over y of P log P, rows of the same
    Aligned logs;                             // log P(y = k), k = 0..: rows of log_columns numbers
    std::size_t log_columns = 0;
};

class Tables {
public:
    // `uncertainty` is empty or beside the items: their likelihood and curves are then averaged
    // over it (soft scoring), so that what is little known counts little. Refuses, in words: no
    // item, an item of no node, categories or parameters out of range.
    static std::expected<Tables, std::string> of(Network, std::vector<Item>,
                                                 std::span<const Uncertainty> uncertainty = {});

    const Network& network() const { return network_; }
    const Tree& tree() const { return network_.tree(); }
    const Grid& grid() const { return network_.grid(); }
    const std::vector<Item>& items() const { return items_; }
    std::size_t points() const { return network_.points(); }

    // points() numbers.
    const double* log_likelihood(std::size_t item, int answer) const {
        return likelihoods_.data() +
               (first_likelihood_[item] + static_cast<std::size_t>(answer)) * points();
    }

    // Only nodes with items have a pool.
    const std::vector<Pool>& pools() const { return pools_; }
    const Pool* pool_of(int node) const;
    std::size_t slots() const { return rank_.size(); }
    std::size_t item_at(std::size_t slot) const { return item_at_[slot]; }  // SIZE_MAX: padding
    std::size_t slot_of(std::size_t item) const { return slot_of_[item]; }
    // With `blocked` of slots() numbers.
    Slots slots_of(const Pool&, const double* blocked) const;
    // -1e300 for padding, else 0: what `blocked` begins with.
    const Aligned& padding() const { return padding_; }
    const std::vector<Uncertainty>& uncertainty() const { return uncertainty_; }

    // Without items: only to be assigned to.
    Tables() = default;

private:
    void fill_likelihoods();
    void fill_pools();
    void fill_curves(Pool&);

    Network network_;
    std::vector<Item> items_;
    std::vector<Uncertainty> uncertainty_;
    Aligned likelihoods_;
    std::vector<std::size_t> first_likelihood_;  // row of each item's category 0
    std::vector<Pool> pools_;
    std::vector<int> pool_of_;  // of each node, or -1
    Aligned a_, d_, c_, rank_, padding_;
    std::vector<std::size_t> item_at_, slot_of_;
};

// P(y | theta) averaged over a normal posterior of (a, d): its logit is normal with variance
// theta^2 var_a + 2 theta cov + var_d; 21 points, error below 1e-7 for a deviation up to 2.
// Of other models than `logistic` the items' parameters are taken as they are.
void soft_log_probabilities(const Item&, const Uncertainty&, double theta, std::span<double> out);

}  // namespace engine
