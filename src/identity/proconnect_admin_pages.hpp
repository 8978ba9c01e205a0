// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <memory>

namespace http {
class Router;
}

namespace identity {

class Newcomers;
struct Site;

// Which organisation a SIRET means, and who is whom. They are there without ProConnect, too: what
// was decided stays readable.
void add_proconnect_admin_pages(http::Router&, const std::shared_ptr<const Site>&,
                                const std::shared_ptr<Newcomers>&);

}  // namespace identity
