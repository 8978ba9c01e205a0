// SPDX-License-Identifier: EUPL-1.2
#include "identity/totp.hpp"

#include <doctest/doctest.h>

using namespace identity;

TEST_CASE("the codes are those of RFC 6238, appendix B") {
    const std::string key = "12345678901234567890";
    const std::pair<std::int64_t, const char*> vectors[] = {
        {59, "94287082"},         {1111111109, "07081804"}, {1111111111, "14050471"},
        {1234567890, "89005924"}, {2000000000, "69279037"}, {20000000000, "65353130"}};
    for (const auto& [seconds, right] : vectors) {
        CAPTURE(seconds);
        const auto step = totp::step_of(base::from_epoch(seconds));
        CHECK(totp::code(key, step, 8) == right);
        CHECK(totp::code(key, step) == std::string{right}.substr(2));
    }
}

TEST_CASE("a code holds a step before and after, once, and never an earlier one again") {
    const std::string key = "12345678901234567890";
    const base::Time now = base::from_epoch(1'800'000'000);
    const std::int64_t step = totp::step_of(now);
    const auto match = [&](std::int64_t of, std::int64_t last) {
        return totp::matching_step(key, totp::code(key, of), now, last);
    };
    CHECK(match(step, 0) == step);
    CHECK(match(step - 1, 0) == step - 1);
    CHECK(match(step + 1, 0) == step + 1);
    CHECK_FALSE(match(step - 2, 0));
    CHECK_FALSE(match(step + 2, 0));
    CHECK_FALSE(match(step, step));
    CHECK_FALSE(match(step - 1, step));
    CHECK(match(step + 1, step) == step + 1);
    for (const char* wrong : {"", "1", "12345", "1234567", "abcdef"})
        CHECK_FALSE(totp::matching_step(key, wrong, now, 0));
}

TEST_CASE("base32 is that of RFC 4648, without padding") {
    const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                           {"f", "MY"},
                                                           {"fo", "MZXQ"},
                                                           {"foo", "MZXW6"},
                                                           {"foob", "MZXW6YQ"},
                                                           {"fooba", "MZXW6YTB"},
                                                           {"foobar", "MZXW6YTBOI"}};
    for (const auto& [plain, coded] : vectors) {
        CHECK(totp::base32(plain) == coded);
        CHECK(totp::from_base32(coded) == plain);
    }
    for (const char* wrong : {"M", "MZ1", "mzxw6", "MZXW6===", "MZ"}) {
        CAPTURE(wrong);
        CHECK_FALSE(totp::from_base32(wrong));
    }
    CHECK(totp::new_key().size() == 20);
    CHECK(totp::new_key() != totp::new_key());
    CHECK(totp::enrolment_url("foobar", "Campus", "a@b.fr") ==
          "otpauth://totp/Campus:a%40b.fr?secret=MZXW6YTBOI&issuer=Campus");
}
