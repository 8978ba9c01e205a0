// SPDX-License-Identifier: EUPL-1.2
// Fills an empty database with as many offers and agents as a whole State has, for script/bench.
// The texts are put together from the demonstration offers', the same at each load but for the
// dates.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace app {

class Application;

struct BenchSizes {
    int offers;
    int agents;  // 5,000 of them are signed in and have eight trainings, a tenth of the rest two
};

struct BenchKeys {
    std::vector<std::string> tokens;             // of the agents that are signed in
    std::vector<base::SessionId> open_sessions;  // where each of them may take a seat
    // Requests that wait for a decision: of the supervisor with this number among the tokens.
    std::vector<std::pair<std::size_t, base::RequestId>> to_decide = {};
    std::size_t team_of_200 = 0;  // the number of the one who supervises them
};

// `say` is told of each step done.
BenchKeys load_bench(Application&, const BenchSizes&, base::Time now,
                     const std::function<void(std::string_view)>& say);

}  // namespace app
