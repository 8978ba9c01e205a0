// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "base/ids.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace db {
class Database;
class Transaction;
}  // namespace db
namespace http {
class Router;
struct PageRenderer;
}  // namespace http
namespace organisations {
class Organisations;
}
namespace identity {
class Identity;
}
namespace sessions {
class Sessions;
}
namespace catalogue {
class Catalogue;
}

namespace requests {

class Requests;

// Addresses of what each shares: their plan, their latest result that is shared.
struct SharedByOne {
    std::string plan, result;  // "": not
};
using Shared = std::map<base::PersonId, SharedByOne>;

// What the pages of requests use; all of it must outlive the router.
struct Site {
    db::Database& database;
    Requests& requests;
    sessions::Sessions& sessions;
    catalogue::Catalogue& catalogue;
    identity::Identity& identity;
    organisations::Organisations& organisations;
    const http::PageRenderer& words;  // what a refusal reads like in a list of several
    // What members of a team share with their supervisor; slices above tell it.
    std::function<Shared(db::Transaction&, const std::vector<base::PersonId>&)> shared = {};
};

void add_pages(http::Router&, const Site&);

}  // namespace requests
