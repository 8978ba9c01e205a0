// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/commands.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace psychometrics {

Option& Option::required() {
    option_->required();
    return *this;
}

Option& Option::one_of(std::vector<std::string> values) {
    option_->check(CLI::IsMember(std::move(values)));
    return *this;
}

Option& Option::within(int low, int high) {
    option_->check(CLI::Range(low, high));
    return *this;
}

Option& Option::within(double low, double high) {
    option_->check(CLI::Range(low, high));
    return *this;
}

Option& Option::with_default() {
    option_->capture_default_str();
    return *this;
}

Subcommand::Subcommand(CLI::App& app, const std::string& name, const std::string& what)
    : command_(*app.add_subcommand(name, what)) {}

Option Subcommand::option(const std::string& name, std::string& value, const std::string& what) {
    return Option(*command_.add_option(name, value, what));
}

Option Subcommand::option(const std::string& name, double& value, const std::string& what) {
    return Option(*command_.add_option(name, value, what));
}

Option Subcommand::option(const std::string& name, unsigned& value, const std::string& what) {
    return Option(*command_.add_option(name, value, what));
}

Option Subcommand::option(const std::string& name, std::size_t& value, const std::string& what) {
    return Option(*command_.add_option(name, value, what));
}

void Subcommand::flag(const std::string& name, bool& value, const std::string& what) {
    command_.add_flag(name, value, what);
}

void Subcommand::footer(const std::string& text) {
    command_.footer(text);
}

void Subcommand::runs(Work& chosen, Work work) {
    command_.callback([&chosen, work = std::move(work)] { chosen = work; });
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
