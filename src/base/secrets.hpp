// SPDX-License-Identifier: EUPL-1.2
// Random tokens and digests (OpenSSL).
#pragma once
#include <string>
#include <string_view>

namespace base {

// 32 bytes from the system's generator as 43 characters of base64url (RFC 4648, section 5).
std::string random_token();

// SHA-256 (FIPS 180-4), as 64 hexadecimal digits, and as 43 characters of base64url.
std::string sha256_hex(std::string_view text);
std::string sha256_base64url(std::string_view text);

}  // namespace base
