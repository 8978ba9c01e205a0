// SPDX-License-Identifier: EUPL-1.2
// A bank and candidates that follow the model, for tests of how a test goes.
#pragma once
#include "positioning/measure.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

struct SimulatedBank {
    std::shared_ptr<const items::Bank> bank;
    std::map<base::ItemId, items::Parameters> truth;  // drawn around the priors of the levels
};
// `each` items a competence, spread over the levels; every other one of a format without luck.
SimulatedBank simulated_bank(int each, std::uint64_t seed);

using Abilities = std::map<std::string, double, std::less<>>;
// Of a person, drawn as the tree of competences says.
Abilities simulated_abilities(std::uint64_t seed);

// What a candidate says to an item.
using Answers = std::function<positioning::Given(const items::BankItem&, std::uint64_t turn)>;
Answers by_ability(const SimulatedBank&, Abilities, std::uint64_t seed);

struct Taken {
    std::vector<positioning::Given> answers;
    positioning::Next last;
};
Taken take(const positioning::Measure&, const positioning::Plan&, const Answers&);

int level_of(double theta);
