// SPDX-License-Identifier: EUPL-1.2
// The parameters of the bank's items from the answers of finished tests. Each person's abilities
// are known as the whole test tells them, by the engine's exact posterior over the tree; luck is
// what the format gives; what few answers leave open stays near the prior of the item's level.
//
// The scale stays what it was: items that were calibrated before are anchors and keep their
// parameters, and each competence has a mean of its own among those who answered. Where nothing is
// calibrated yet, the declared levels together hold the scale. An anchor whose answers no longer
// fit it has drifted: it is let go, and fitted anew. Pure; a person approves what comes of it.
#pragma once
#include "positioning/measure.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace positioning {

struct AnsweredItem {
    base::ItemId item;
    std::int64_t version = 1;  // of its text; only the published one counts
    bool right = false;
};
struct Answerer {
    std::string branch;  // of the public service
    std::vector<AnsweredItem> answers;
};

struct ProposedItem {
    base::ItemId item;
    items::Parameters before, after;
    std::int64_t answers = 0;
    // Mean squares, 1 where the model holds (Wright & Masters 1982), of residuals from what each
    // person's other answers predict.
    double infit = 1, outfit = 1;
    // Of the difficulty, in standard errors of the difference: from what a calibration said before
    // (drift), else from the declared level.
    double shift = 0;
    // The branch against the branch "etat" and the class of the Educational Testing Service, where
    // it is not A: "territoriale C".
    std::string dif;
    // Why somebody should look at it first: "drift", "level" (far from the declared one), "fit",
    // "slope" (tells hardly anything), "dif".
    std::vector<std::string> reasons;
    bool good() const { return reasons.empty(); }
    // Fitted anew although it was calibrated before.
    bool drifted() const { return before.calibrated && after.d != before.d; }
};
struct Proposal {
    std::int64_t persons = 0, answers = 0;
    int rounds = 0;
    bool converged = false;
    int waiting = 0;  // items with fewer answers than are needed
    int kept = 0;     // calibrated before, and as they were: they are not among `items`
    std::vector<ProposedItem> items;  // with enough answers, by code
};

inline constexpr std::int64_t fewest_answers = 30;   // to propose anything for an item
inline constexpr std::size_t fewest_of_branch = 50;  // answers, to compare it

Proposal calibrate(const Measure&, const std::vector<Answerer>&);

}  // namespace positioning
