// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "privacy/privacy.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace http {
class Router;
}

namespace privacy {

// What the pages of privacy use; all of it must outlive the router.
struct Site {
    db::Database& database;
    Privacy& privacy;
    std::function<std::map<base::PersonId, std::string>(db::Transaction&,
                                                        const std::vector<base::PersonId>&)>
        names;
};

void add_pages(http::Router&, Site);

}  // namespace privacy
