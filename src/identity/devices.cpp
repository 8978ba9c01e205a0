// SPDX-License-Identifier: EUPL-1.2
#include "identity/devices.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace identity {
namespace {

using Sign = std::pair<std::string_view, std::string_view>;

// The first that stands in it: Edge and Opera say "Chrome" too, Chrome "Safari", Android "Linux".
constexpr std::array<Sign, 9> browsers{{{"Edg", "edge"},
                                        {"OPR/", "opera"},
                                        {"FxiOS/", "firefox"},
                                        {"Firefox/", "firefox"},
                                        {"CriOS/", "chrome"},
                                        {"Chrome/", "chrome"},
                                        {"Chromium/", "chrome"},
                                        {"Safari/", "safari"},
                                        {"", "other"}}};
constexpr std::array<Sign, 9> systems{{{"Android", "android"},
                                       {"iPhone", "ios"},
                                       {"iPad", "ios"},
                                       {"CrOS", "chromeos"},
                                       {"Windows", "windows"},
                                       {"Macintosh", "macos"},
                                       {"Mac OS X", "macos"},
                                       {"Linux", "linux"},
                                       {"", "other"}}};

std::string_view first_of(std::span<const Sign> signs, std::string_view text) {
    return std::ranges::find_if(
               signs,
               [&](const Sign& sign) { return text.find(sign.first) != std::string_view::npos; })
        ->second;
}

}  // namespace

std::string device_of(std::string_view user_agent) {
    return std::string{first_of(browsers, user_agent)} + ' ' +
           std::string{first_of(systems, user_agent)};
}

}  // namespace identity
