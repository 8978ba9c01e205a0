// SPDX-License-Identifier: EUPL-1.2
// campus items check | load FOLDER.
#pragma once
#include "items/items.hpp"

#include <string>
#include <vector>

namespace app {

struct Command;

// The files <competence>/<number>.toml of a folder, by name.
std::vector<items::BankText> read_items(const std::string& folder);

// Prints what is wrong, file by file, in English. Returns the exit status: 1 when something serious
// is. Needs no database.
int check_items(const Command&);

}  // namespace app
