// SPDX-License-Identifier: EUPL-1.2
// Response models: the probability of each answer to an item, given the ability theta of its node.
// Everywhere logit = a * theta + d (Birnbaum 1968; d = -a b), scaling constant 1.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace engine {

enum class Model : std::uint8_t {
    // P(1) = c + (1 - c) logistic(a theta + d): 1PL (Rasch 1960), 2PL, 3PL (Birnbaum 1968).
    logistic,
    // P(y >= k) = logistic(a theta + d[k-1]), d falling (Samejima 1969).
    graded,
    // P(y = k) proportional to exp(k a theta + d[0] + ... + d[k-1]) (Muraki 1992).
    partial_credit,
};

// What stands in a file of answers instead of a category 0, 1, ...
inline constexpr int missing = -1;                        // never shown, or skipped
inline constexpr int dont_know = -2;                      // the candidate said so
enum class Unanswered : std::uint8_t { ignored, wrong };  // wrong: category 0
struct Conventions {
    Unanswered missing = Unanswered::ignored;  // right for adaptive tests
    Unanswered dont_know = Unanswered::wrong;
};

struct Item {
    std::string name;
    Model model = Model::logistic;
    int node = 0;           // of the tree: the competence that it measures
    double a = 1;           // slope
    std::vector<double> d;  // intercepts, one a step: categories - 1 of them
    double c = 0;           // lower asymptote of `logistic`, in [0, 1)

    std::size_t categories() const { return d.size() + 1; }
    static Item two_pl(double a, double b) { return {.a = a, .d = {-a * b}}; }
};

// The largest number of categories of an item.
inline constexpr std::size_t max_categories = 64;

// Of each category at theta. log_probabilities is exact to 1e-15 where the probability itself would
// underflow; probabilities below 1e-300 come back as 1e-300.
void probabilities(const Item&, double theta, std::span<double> out);
void log_probabilities(const Item&, double theta, std::span<double> out);

// First and second derivative of log P(y = answer) by theta.
struct Slopes {
    double first = 0;
    double second = 0;
};
Slopes slopes(const Item&, double theta, int answer);

// Fisher information I = E[(d log P / d theta)^2] and J = sum P' P'' / P, which the weighted
// likelihood of Warm 1989 needs (its bias is -J / (2 I^2)).
struct Information {
    double fisher = 0;
    double j = 0;
};
Information information(const Item&, double theta);

// The mean score at theta, sum of y P(y), and its variance.
struct Expected {
    double mean = 0;
    double variance = 0;
};
Expected expected_score(const Item&, double theta);

}  // namespace engine
