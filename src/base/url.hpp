// SPDX-License-Identifier: EUPL-1.2
// Percent-encoding (RFC 3986, section 2.1).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace base {

// For one component of a path or a query: all but A-Z a-z 0-9 - . _ ~ is encoded.
std::string url_encode(std::string_view text);

// Nothing for a broken escape. `plus_is_space`: as in queries and forms.
std::optional<std::string> url_decode(std::string_view text, bool plus_is_space);

}  // namespace base
