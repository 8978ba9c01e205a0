// SPDX-License-Identifier: EUPL-1.2
#include "base/url.hpp"

#include <doctest/doctest.h>

TEST_CASE("what is encoded comes back, and a broken escape is refused") {
    CHECK(base::url_encode("à b/c~") == "%C3%A0%20b%2Fc~");
    CHECK(base::url_decode("%C3%A0+b%2fc", true) == "à b/c");
    CHECK(base::url_decode("a+b", false) == "a+b");
    for (const char* bad : {"%", "%4", "%zz", "a%2"})
        CHECK_FALSE(base::url_decode(bad, true).has_value());
    CHECK(base::url_decode("%41", true) == "A");
}
