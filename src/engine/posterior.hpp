// SPDX-License-Identifier: EUPL-1.2
// What is known of one candidate: the exact posterior of every node of the tree, by sum-product on
// the grid (Pearl 1988; for item responses Rijmen 2009, ETS RR-09-03). An answer changes only the
// messages on its way to the root; what is asked for is computed then, and kept.
#pragma once
#include "engine/tables.hpp"

#include <span>
#include <vector>

namespace engine {

// Weights w with sum of p[q] w[q] = P(theta >= cut) for a distribution p on the grid: its density
// is taken as the cubic (Catmull-Rom) through the points; error of the order of step^4.
Aligned above(const Network&, double cut);
// That sum, of one distribution.
double share_above(const Network&, const double* p, double cut);

// Where levels begin, made ready for many questions; they rise.
class Cuts {
public:
    Cuts(const Network&, std::span<const double> cuts);

private:
    friend class Posterior;
    std::vector<Aligned> above_;
};

// theta of the node at least `cut`.
struct AtLeast {
    int node;
    double cut;
};

class Posterior {
public:
    // `tables` outlives it.
    explicit Posterior(const Tables& tables);
    // A candidate who has answered nothing.
    void reset();

    void add(std::size_t item, int answer);
    // Takes an answer back; what follows is as if it had never been.
    void remove(std::size_t item, int answer);
    std::size_t answers() const { return below_[0] - beliefs_; }
    // What is known of a node beforehand (an earlier test, a self-assessment), as an observation of
    // its theta with a normal error: mean in [-8, 8], sd at least 0.05. Weighs beside the tree's
    // own N(0, 1) as 1 / sd^2; until reset().
    void believe(int node, double mean, double sd);

    // Mean and variance of theta of the node (EAP and the square of its standard error).
    Moments moments(int node);
    // The same, and the distribution before it is divided by its sum, points() numbers; valid until
    // the next call that changes or asks.
    Moments distribution(int node, const double*& weights);
    // P(theta = grid point), adding up to 1; valid until the next call that changes or asks.
    std::span<const double> marginal(int node);
    // P(parent at p, child at c), points() rows of points(); the node is not the root.
    Aligned joint(int child);

    // P(cuts[i-1] <= theta < cuts[i]) of cuts.size() + 1 levels; cuts rise.
    std::vector<double> levels(int node, std::span<const double> cuts);
    std::vector<double> levels(int node, const Cuts&);
    // P(all of these together), their dependence kept: no product of marginals.
    double probability(std::span<const AtLeast>);
    // E[theta of `of` | theta of `given` = each grid point, answers], points() numbers.
    void conditional_mean(int of, int given, std::span<double> out);

    const Tables& tables() const { return *tables_; }

private:
    // Each node has five arrays of points() numbers.
    enum Part { sums, inner_part, up_part, outer_part, down_part, parts };
    double* part(int node, Part which) {
        return messages_.data() + (static_cast<std::size_t>(node) * parts + which) * points_;
    }
    void observe(int node, const double* log_likelihood);
    void change(int node);
    // Own answers and the messages of all children; the largest number is 1.
    const double* inner(int node);
    // The message to the parent. Only for nodes with answers below; else it is 1 everywhere.
    const double* up(int node);
    // All that the parent knows but from this child; then as a message to the child.
    const double* outer(int node);
    const double* down(int node);
    // first times the messages of all children of the node but one, the largest number 1.
    void combine(const double* first, int node, int but, double* out);
    // inner(node) with the weights of some nodes multiplied in, at the scale of inner(node).
    void weighted_inner(int node, const std::vector<const double*>& weights, double* out);

    const Tables* tables_;
    const Network* network_;
    const Kernels* run_;
    std::size_t points_;
    Aligned messages_;
    Aligned marginal_, scratch_;
    std::vector<std::size_t> below_;  // answers and beliefs at the node and below
    std::size_t beliefs_ = 0;
    std::vector<unsigned char> answered_;  // at the node itself
    std::vector<unsigned char> inner_ok_, up_ok_, down_ok_;
    std::vector<unsigned char> touched_;  // sums to be cleared by reset()
};

}  // namespace engine
