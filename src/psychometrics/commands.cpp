// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/commands.hpp"

namespace psychometrics {

void add_commands(CLI::App& app, Work& chosen) {
    add_simulate(app, chosen);
    add_score(app, chosen);
    add_calibrate(app, chosen);
    add_link(app, chosen);
    add_dif(app, chosen);
    add_itemfit(app, chosen);
}

}  // namespace psychometrics
