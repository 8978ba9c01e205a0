// SPDX-License-Identifier: EUPL-1.2
#pragma once

namespace db {
class Database;
}
namespace http {
struct PageRenderer;
class Router;
}  // namespace http
namespace organisations {
class Organisations;
}

namespace identity {

class Identity;

// What the pages of identity use; all of it must outlive the router.
struct Site {
    db::Database& database;
    Identity& identity;
    organisations::Organisations& organisations;
    const http::PageRenderer& words;  // for the reasons in the report of an import
    // Sign-in by choosing a person. Without it the sign-in page only says that there is none yet:
    // the real sign-in (ProConnect) takes its place.
    bool demo = false;
};

void add_pages(http::Router&, const Site&);
// What administrators see and do; called by add_pages.
void add_people_pages(http::Router&, const Site&);

}  // namespace identity
