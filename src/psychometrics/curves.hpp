// SPDX-License-Identifier: EUPL-1.2
// Charts of items: characteristic curves, and the information of the test.
#pragma once
#include "engine/engine.hpp"
#include "psychometrics/plot.hpp"

#include <vector>

namespace psychometrics {

// Expected share of the points by theta (the first twenty items), and the information of all
// together with the standard error that it allows.
std::vector<Plot> curves(const std::vector<engine::Item>&);

}  // namespace psychometrics
