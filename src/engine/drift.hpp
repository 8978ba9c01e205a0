// SPDX-License-Identifier: EUPL-1.2
// Has an item changed since it was calibrated: become known, or out of date? A cumulative sum of
// standardized residuals for each item (Page 1954; Veerkamp & Glas 2000 for adaptive tests).
#pragma once
#include <cstddef>

namespace engine {

struct DriftOptions {
    // Half of the shift, in standard deviations of one residual, that is to be found soonest. An
    // item with a = 1 that becomes 0.5 easier shifts by about 0.2.
    double slack = 0.1;
    double threshold = 28.9;  // false alarm once in 20,000 answers
};

// Answers until a false alarm on one side (Siegmund 1985): (exp(2 k h') - 2 k h' - 1) / (2 k^2),
// with h' = threshold + 1.166; within a few per cent for normal residuals.
double answers_to_false_alarm(const DriftOptions&);
// The threshold that gives so many.
double threshold_for(double answers, double slack);

class Drift {
public:
    // Of one more answer: its score less what the item predicts given the person's other answers,
    // and the variance of that prediction (of the answer, ability uncertain).
    void observe(double residual, double variance, const DriftOptions& = {});
    // Above: the item has become easier. Below: harder.
    double above() const { return above_; }
    double below() const { return below_; }
    std::size_t answers() const { return answers_; }
    bool easier(const DriftOptions& options = {}) const { return above_ > options.threshold; }
    bool harder(const DriftOptions& options = {}) const { return below_ > options.threshold; }

private:
    double above_ = 0;
    double below_ = 0;
    std::size_t answers_ = 0;
};

}  // namespace engine
