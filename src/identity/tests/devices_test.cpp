// SPDX-License-Identifier: EUPL-1.2
#include "identity/devices.hpp"

#include <doctest/doctest.h>

TEST_CASE("a User-Agent is told in two words") {
    const std::pair<const char*, const char*> agents[] = {
        {"Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "firefox linux"},
        {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/126.0.0.0 "
         "Safari/537.36 Edg/126.0.0.0",
         "edge windows"},
        {"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/17.5 "
         "Safari/605.1.15",
         "safari macos"},
        {"Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/126.0.0.0 Mobile "
         "Safari/537.36",
         "chrome android"},
        {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
         "Gecko) "
         "CriOS/126.0.0.0 Mobile/15E148 Safari/604.1",
         "chrome ios"},
        {"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) "
         "Chrome/126.0.0.0 "
         "Safari/537.36",
         "chrome chromeos"},
        {"curl/8.5.0", "other other"},
        {"", "other other"}};
    for (const auto& [agent, device] : agents) {
        CAPTURE(agent);
        CHECK(identity::device_of(agent) == device);
    }
}
