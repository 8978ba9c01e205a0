// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace db {
class Database;
}
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

// What the pages of requests use; all of it must outlive the router.
struct Site {
    db::Database& database;
    Requests& requests;
    sessions::Sessions& sessions;
    catalogue::Catalogue& catalogue;
    identity::Identity& identity;
    organisations::Organisations& organisations;
    const http::PageRenderer& words;  // what a refusal reads like in a list of several
};

void add_pages(http::Router&, const Site&);

}  // namespace requests
