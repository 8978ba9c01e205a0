// SPDX-License-Identifier: EUPL-1.2
// How often items are seen, and how that is held down. Exposure of an item: the share of candidates
// who are given it. Overlap: the mean share of a test that two candidates have in common.
#pragma once
#include "engine/random.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace engine {

// At each question.
struct Exposure {
    std::size_t among = 1;  // randomesque: one of the so many best (Kingsbury & Zara 1989)
    // Stochastic: an item is drawn with probability proportional to worth^(1 / temperature), that
    // is, the largest of log worth + temperature * Gumbel noise; 0: the best item. It goes from
    // the first to the last value over the length of the test.
    double temperature = 0;
    double last_temperature = 0;
};

// Over candidates: the probabilities with which items may be given.
class ExposureControl {
public:
    enum class Rule {
        none,
        // An item that is best is given with probability k[i], else it is out for this candidate
        // (Sympson & Hetter 1985). k comes from simulation: adjust() after each round.
        sympson_hetter,
        // Before the test each item is drawn to be eligible or not; its probability follows from
        // how often it was eligible and given so far (van der Linden & Veldkamp 2004).
        eligibility,
        // Each item has a toll in units of its worth (information), taken off before items are
        // compared: it rises when the item is given and falls when it is not, until nobody is given
        // an item oftener than `most`. These are the multipliers of the linear programme "most
        // information with exposures at most r" (found by dual ascent), so that an item asked for
        // by many goes to those whom it informs most, where a lottery would not ask.
        toll,
    };
    // `overlap`: the largest mean overlap of two tests; 1: any. Held by `eligibility` and `toll`.
    ExposureControl(Rule rule, std::size_t items, double most, double overlap = 1);

    Rule rule() const { return rule_; }
    double most() const { return most_; }
    // Of item i: k, or the probability to be eligible.
    double probability(std::size_t item) const { return probability_[item]; }
    // Of the items chosen in a round of simulation (given or turned down by k), how often each;
    // k = most / share for those above `most`, else 1.
    void adjust(std::span<const std::uint64_t> chosen, std::uint64_t candidates);
    double toll(std::size_t item) const { return toll_[item]; }
    // Each candidate's test changes what the next may be given.
    bool is_live() const { return rule_ == Rule::eligibility || rule_ == Rule::toll; }
    // What happened to one candidate; `ineligible` may be empty: nothing was.
    void record(std::span<const unsigned char> ineligible, std::span<const std::size_t> given);

private:
    Rule rule_;
    double most_;
    double overlap_;
    double candidates_ = 0;
    double squares_ = 0;  // sum of the squares of given_
    double total_ = 0;    // sum of given_
    std::vector<double> probability_;
    std::vector<double> eligible_, given_;  // counts; of `toll` given_ is a moving share
    std::vector<double> toll_, bound_toll_;
    double overlap_toll_ = 0;

    void record_eligibility(std::span<const unsigned char> ineligible,
                            std::span<const std::size_t> given);
    void record_toll(std::span<const std::size_t> given);
};

// What a group of tests was like.
struct ExposureReport {
    double most = 0;         // the largest exposure
    double overlap = 0;      // of two candidates, in expectation: sum c (c - 1) / (n (n - 1) L)
    std::size_t unused = 0;  // items never given
    std::size_t over = 0;    // items above .25
};
ExposureReport report_exposure(std::span<const std::uint64_t> given, std::uint64_t candidates);

}  // namespace engine
