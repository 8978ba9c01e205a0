// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/commands.hpp"

#include <CLI/CLI.hpp>

namespace psychometrics {

void add_score(CLI::App&, Work&) {}

}  // namespace psychometrics
