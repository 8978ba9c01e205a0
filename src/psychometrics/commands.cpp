// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/commands.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace psychometrics {

void when_chosen(CLI::App& command, Work& chosen, Work work) {
    command.callback([&chosen, work = std::move(work)] { chosen = work; });
}

void add_commands(CLI::App& app, Work& chosen) {
    add_simulate(app, chosen);
    add_score(app, chosen);
    add_calibrate(app, chosen);
    add_link(app, chosen);
    add_dif(app, chosen);
    add_itemfit(app, chosen);
    add_drift(app, chosen);
    add_live(app, chosen);
}

}  // namespace psychometrics
