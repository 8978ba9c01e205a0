// SPDX-License-Identifier: EUPL-1.2
// One-time codes of an authenticator application: TOTP (RFC 6238) with HMAC-SHA-1, steps of 30
// seconds and six digits, which is what all such applications know.
#pragma once
#include "base/clock.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace identity::totp {

// 20 random bytes (RFC 4226, section 4: at least 16).
std::string new_key();

// RFC 4648, section 6, without padding: how applications take a key that is typed.
std::string base32(std::string_view bytes);
// Nothing for other letters, or bits left over.
std::optional<std::string> from_base32(std::string_view text);

std::int64_t step_of(base::Time);
// The code of a step, with leading zeros. `digits`: 6 to 8.
std::string code(std::string_view key, std::int64_t step, int digits = 6);

// The step of this code, when it is the present one or one beside it (section 5.2) and later than
// `last_step`: a code that was used once is of no use any more.
std::optional<std::int64_t> matching_step(std::string_view key, std::string_view code,
                                          base::Time now, std::int64_t last_step);

// "otpauth://totp/...", what the QR code of the enrolment holds.
std::string enrolment_url(std::string_view key, std::string_view issuer, std::string_view account);

}  // namespace identity::totp
