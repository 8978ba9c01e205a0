// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include <string>

namespace db {
class Database;
}
namespace http {
class Router;
}
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

namespace enrolments {

class Enrolments;

// What the pages of enrolments use; all of it must outlive the router.
struct Site {
    db::Database& database;
    Enrolments& enrolments;
    sessions::Sessions& sessions;
    catalogue::Catalogue& catalogue;
    identity::Identity& identity;
    organisations::Organisations& organisations;
    std::string base_url;  // for links in calendar files
};

void add_pages(http::Router&, const Site&);

}  // namespace enrolments
