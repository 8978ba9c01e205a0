// SPDX-License-Identifier: EUPL-1.2
// What each subcommand of `campus` does. Returns the exit status.
#pragma once

namespace app {

struct Configuration;
struct Command;

int run(const Configuration&, const Command&);

}  // namespace app
