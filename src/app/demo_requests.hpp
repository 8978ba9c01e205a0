// SPDX-License-Identifier: EUPL-1.2
// The part of the demonstration that asks and waits for decisions: data/demo/requests.json.
#pragma once
#include "base/clock.hpp"

namespace app {

class Application;

// After the people and the sessions: from then on agents of the State ask first.
void load_demo_requests(Application&, base::Time now);

}  // namespace app
