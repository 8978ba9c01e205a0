// SPDX-License-Identifier: EUPL-1.2
// Sessions that show how seats are given: quotas, a selection with applications to grade, a freed
// seat that is offered to the demonstration's agent (data/demo/seats.json).
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <vector>

namespace app {

class Application;

// After the other demonstration data; `fillers` take the seats.
void load_demo_seats(Application&, const std::vector<base::PersonId>& fillers, base::Time now);

}  // namespace app
