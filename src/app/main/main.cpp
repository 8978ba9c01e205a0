// SPDX-License-Identifier: EUPL-1.2
#include "app/commands.hpp"
#include "app/configuration.hpp"

int main(int argc, char** argv) {
    return app::with_command_line(argc, argv, app::run);
}
