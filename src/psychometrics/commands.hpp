// SPDX-License-Identifier: EUPL-1.2
// The door: the subcommands over files, for the program's command line.
#pragma once
#include <functional>

namespace CLI {  // NOLINT(readability-identifier-naming): their name
class App;
}

namespace psychometrics {

// What the chosen subcommand does; returns the exit status. Empty when none of ours was chosen.
using Work = std::function<int()>;

// Adds them to `app`; parsing sets `chosen`.
void add_commands(CLI::App& app, Work& chosen);

// What `command` does when the command line names it.
void when_chosen(CLI::App& command, Work& chosen, Work work);

// One of each file.
void add_simulate(CLI::App& app, Work& chosen);
void add_score(CLI::App& app, Work& chosen);
void add_calibrate(CLI::App& app, Work& chosen);
void add_link(CLI::App& app, Work& chosen);
void add_dif(CLI::App& app, Work& chosen);
void add_itemfit(CLI::App& app, Work& chosen);
void add_drift(CLI::App& app, Work& chosen);
void add_live(CLI::App& app, Work& chosen);

}  // namespace psychometrics
