// SPDX-License-Identifier: EUPL-1.2
// Proactive negotiation (RFC 9110 section 12.5): a page or JSON, French or English.
#pragma once
#include "http/request.hpp"

#include <optional>
#include <string_view>

namespace http {

// What the Accept header likes best; nothing when it refuses both. Between equals the one that is
// named wins over the one under a wildcard ("application/json, */*" is a program), then the page.
std::optional<Format> choose_format(std::string_view accept);

// "fr" or "en"; "" when the Accept-Language header names neither. The first of equals.
std::string_view choose_language(std::string_view accept_language);

}  // namespace http
