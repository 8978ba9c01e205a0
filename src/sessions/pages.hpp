// SPDX-License-Identifier: EUPL-1.2
#pragma once

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
namespace catalogue {
class Catalogue;
}

namespace sessions {

class Sessions;
struct SeatHolders;

// What the pages of sessions use; all of it must outlive the router.
struct Site {
    db::Database& database;
    Sessions& sessions;
    catalogue::Catalogue& catalogue;
    identity::Identity& identity;
    organisations::Organisations& organisations;
    SeatHolders& seat_holders;
};

void add_pages(http::Router&, const Site&);

}  // namespace sessions
