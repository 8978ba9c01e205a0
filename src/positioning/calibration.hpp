// SPDX-License-Identifier: EUPL-1.2
// The parameters of the bank's items from the answers of finished tests. Each person's abilities
// are known as the whole test tells them, by the engine's exact posterior over the tree; luck is
// what the format gives; what few answers leave open stays near the prior of the item's level.
// Pure; a person approves what comes of it.
#pragma once
#include "positioning/measure.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace positioning {

struct AnsweredItem {
    base::ItemId item;
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
    // Mean squares, 1 where the model holds (Wright & Masters 1982), over the persons' posteriors.
    double infit = 1, outfit = 1;
    double shift = 0;  // of the difficulty, in standard errors of the difference: drift
    // The branch against the branch "etat" and the class of the Educational Testing Service, where
    // it is not A: "territoriale C".
    std::string dif;
    bool good = true;  // else somebody should look at it first
};
struct Proposal {
    std::int64_t persons = 0, answers = 0;
    int rounds = 0;
    bool converged = false;
    std::vector<ProposedItem> items;  // with enough answers, by code
};

inline constexpr std::int64_t fewest_answers = 100;  // to propose anything for an item
inline constexpr std::size_t fewest_of_branch = 50;  // answers, to compare it

Proposal calibrate(const Measure&, const std::vector<Answerer>&);

}  // namespace positioning
