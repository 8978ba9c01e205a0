// SPDX-License-Identifier: EUPL-1.2
// base64url without padding (RFC 4648, section 5), as in tokens, keys and WebAuthn.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace base {

std::string base64url_encode(std::string_view bytes);
// Strict: nothing for padding, white space, letters of the other alphabet, or bits left over.
std::optional<std::string> base64url_decode(std::string_view text);

}  // namespace base
