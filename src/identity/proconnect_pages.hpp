// SPDX-License-Identifier: EUPL-1.2
// What the pages of sign-in and sign-out ask of those of ProConnect.
#pragma once
#include "http/response.hpp"

#include <memory>
#include <string_view>

namespace http {
class Router;
}

namespace identity {

class Identity;
class Newcomers;
class ProConnect;
struct Site;

void add_proconnect_pages(http::Router&, const std::shared_ptr<const Site>&,
                          const std::shared_ptr<Newcomers>&, const std::shared_ptr<ProConnect>&);

// Should the sign-in page first ask the provider, which may know the reader still? Only browsers
// that have signed in so before, and once.
bool asks_silently(const http::Request&);
http::Response ask_silently(std::string_view next);

// Ends the session here, and at the provider if it began there. `proconnect`: nullptr without one.
http::Response sign_out_of(const http::Request&, Identity&, ProConnect* proconnect);

}  // namespace identity
