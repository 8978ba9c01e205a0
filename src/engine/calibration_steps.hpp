// SPDX-License-Identifier: EUPL-1.2
// The two steps of EM as calibration.cpp, calibration_tree.cpp and the tests use them: a vector of
// parameters, the expected counts given it (E), and the parameters that fit these counts best (M).
#pragma once
#include "engine/aligned.hpp"
#include "engine/calibration.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace engine {

// Where each parameter stands in the vector that EM improves.
struct Layout {
    struct Place {
        Model model = Model::logistic;
        std::uint32_t at = 0;     // of the slope; where it is shared, `d` stands here
        std::uint32_t d = 0;      // of the first intercept
        std::uint32_t steps = 1;  // intercepts
        std::uint32_t row = 0;    // of its category 0 in the table of log-probabilities
        bool guessing = false;    // logit c stands after the intercepts
        bool own_slope = true;
        bool fixed = false;
        bool prior = false;  // on a and d
    };
    std::vector<Place> items;
    bool shared_slope = false;  // at 0
    bool shared_fixed = false;  // and not estimated: Rasch with anchors
    std::size_t groups_at = 0;  // mean and log sd of each group
    std::size_t groups = 1;
    bool first_group_free = false;
    std::size_t size = 0;
    std::size_t rows = 0;  // categories of all items

    double slope(std::span<const double> x, std::size_t item) const {
        return items[item].own_slope ? x[items[item].at] : x[0];
    }
    bool scores_suffice() const;  // all items 1PL or 2PL
};

// What both calibrations begin with.
struct Preparation {
    Layout layout;
    std::vector<double> start;
    std::vector<std::vector<std::size_t>> counts;  // of each item: answers by category
    std::size_t free = 0;                          // parameters to estimate
};
// Throws as calibrate().
Preparation prepare(const Responses&, const CalibrationOptions&);
std::vector<std::size_t> free_parameters(const Layout&);
Item item_at(const Layout&, std::span<const double> x, std::size_t item);
// The items at x, without standard errors.
std::vector<ItemEstimate> estimates_of(const Preparation&, std::span<const double> x);

// Points on the scale with constant distance, a multiple of 16 of them.
struct Nodes {
    AlignedVector<double> theta;
    double step = 0;
    Nodes(std::size_t count, double low, double high);
    std::size_t size() const { return theta.size(); }
    // log of N(mean, sd^2) weights that add up to 1.
    std::vector<double> log_weights(double mean, double sd) const;
};

// What E finds and M needs, by node.
struct Counts {
    double log_likelihood = 0;
    // For items of one or two parameters: how many answered it (items x nodes), and what the right
    // answers add up to: their number and their theta.
    AlignedVector<double> answered;
    std::vector<double> right;
    std::vector<double> right_theta;
    // For all others: how many gave each category (rows x nodes).
    std::vector<double> given;
    std::vector<double> mass;  // persons (groups x nodes)
};

// From the counts by category to those that the 1PL and 2PL need.
void by_scores(const Layout&, const Nodes&, Counts&);

// E: expected counts at the parameters x. Implementations keep the data in the order they need.
class Expectation {
public:
    virtual ~Expectation() = default;
    virtual void counts(std::span<const double> x, Counts&) = 0;
    // Iterations may be in single precision; the last ones and standard errors are in double.
    virtual void exact(bool) {}
    // Calls visit(person, weights by node) with the posterior of each person at x, in any order.
    using Visit = std::function<void(std::size_t person, std::span<const double> weights)>;
    virtual void posteriors(std::span<const double> x, const Visit&) = 0;
};

// For complete answers or few patterns of missing ones, 1PL and 2PL: through sufficient statistics.
std::unique_ptr<Expectation> expectation_by_scores(const Responses&, const Layout&, const Nodes&,
                                                   std::span<const std::uint32_t> groups,
                                                   unsigned threads);
// How many different sets of items were answered, by group; stops counting above `most`.
std::size_t patterns(const Responses&, std::span<const std::uint32_t> groups, std::size_t most);

// For any model and any pattern: a table of log-probabilities, one row a category.
std::unique_ptr<Expectation> expectation_by_rows(const Responses&, const Layout&, const Nodes&,
                                                 std::span<const std::uint32_t> groups,
                                                 unsigned threads);

// Gradient and expected information of one item at y = its parameters: slope, intercepts, logit c.
struct ItemSums {
    std::size_t size = 0;
    std::vector<double> gradient;
    std::vector<double> information;  // size x size, row by row
};
void item_sums(const Layout&, const Nodes&, const Counts&, std::size_t item,
               std::span<const double> y, ItemSums&);

// M: the parameters that maximise the expected log-posterior, and what the first order says is
// gained: gradient times step.
struct Maximum {
    std::vector<double> x;
    double gain = 0;
    double log_prior = 0;  // at the parameters that came in
};
void maximise(const Layout&, const Nodes&, const Priors&, const Counts&, std::span<const double> x,
              Maximum&);
// Gradient of the marginal log-posterior by Fisher's identity: that of the expected complete one.
void gradient(const Layout&, const Nodes&, const Priors&, const Counts&, std::span<const double> x,
              std::span<double> out);

// f(i) for each i below count, on that many threads; the first exception comes back. Each f(i)
// writes what is its own, so that the result does not depend on the number of threads.
void in_parallel(unsigned threads, std::size_t count, const std::function<void(std::size_t)>& f);

}  // namespace engine
