// SPDX-License-Identifier: EUPL-1.2
// The door: the subcommands over files, for the program's command line.
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): their name
class App;
class Option;
}  // namespace CLI

namespace psychometrics {

// What the chosen subcommand does; returns the exit status. Empty when none of ours was chosen.
using Work = std::function<int()>;

// Adds them to `app`; parsing sets `chosen`.
void add_commands(CLI::App& app, Work& chosen);

// An option of a subcommand. This and Subcommand stand around CLI11, whose header alone takes
// longer to compile than all else in a file.
class Option {
public:
    explicit Option(CLI::Option& option) : option_(&option) {}
    Option& required();
    Option& one_of(std::vector<std::string> values);
    // From `low` to `high`, both allowed.
    Option& within(int low, int high);
    Option& within(double low, double high);
    // The help tells what it is when nobody says otherwise.
    Option& with_default();

private:
    CLI::Option* option_;
};

class Subcommand {
public:
    Subcommand(CLI::App& app, const std::string& name, const std::string& what);
    // `name` without dashes: by its place. Parsing writes `value`, which must live as long.
    Option option(const std::string& name, std::string& value, const std::string& what);
    Option option(const std::string& name, double& value, const std::string& what);
    Option option(const std::string& name, unsigned& value, const std::string& what);
    Option option(const std::string& name, std::size_t& value, const std::string& what);
    void flag(const std::string& name, bool& value, const std::string& what);
    // Stands below the options in the help.
    void footer(const std::string& text);
    // What is `chosen` when the command line names it.
    void runs(Work& chosen, Work work);

private:
    CLI::App& command_;
};

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
