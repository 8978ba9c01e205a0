// SPDX-License-Identifier: EUPL-1.2
// campus emergency-admin create | disable | list.
#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"

namespace app {

class Application;
struct Command;

// Asks the password on the terminal, twice and without showing it, else reads one line of standard
// input: never on the command line, where others could see it.
base::Result<void> administer_emergency(Application&, const Command&, base::Time now);

}  // namespace app
