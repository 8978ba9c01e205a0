// SPDX-License-Identifier: EUPL-1.2
// Some hundred finished positionings over two months, headcounts (data/demo/headcounts.csv), the
// publications of these weeks and one draft of a training plan.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <vector>

namespace app {

class Application;

// After the other demonstration data, and where the item bank is carried. `agents`: who may be
// positioned.
void load_demo_coverage(Application&, const std::vector<base::PersonId>& agents, base::Time now);

}  // namespace app
