// SPDX-License-Identifier: EUPL-1.2
// Campaigns of the demonstration: one that goes on, one whose results are counted.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <vector>

namespace app {

class Application;

// `fillers`: who takes part, beside the people whom one can be. Nothing where no item bank is
// carried.
void load_demo_campaigns(Application&, const std::vector<base::PersonId>& fillers, base::Time now);

}  // namespace app
