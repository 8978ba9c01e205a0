// SPDX-License-Identifier: EUPL-1.2
// The demonstration's plans: an agent whose plan the supervisor reads, with a training that is over
// since the last test.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <vector>

namespace app {

class Application;

// After the positionings and the sessions; `fillers` sat in the training, too.
void load_demo_plans(Application&, const std::vector<base::PersonId>& fillers, base::Time now);

}  // namespace app
