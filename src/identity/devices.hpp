// SPDX-License-Identifier: EUPL-1.2
// What a User-Agent says, in a few words of a closed list: enough for its owner to know it again,
// too little to follow anybody.
#pragma once
#include <string>
#include <string_view>

namespace identity {

// "firefox windows": a browser (chrome, edge, firefox, opera, safari, other) and a system (android,
// chromeos, ios, linux, macos, windows, other).
std::string device_of(std::string_view user_agent);

}  // namespace identity
