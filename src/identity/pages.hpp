// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "identity/proconnect_settings.hpp"

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
    bool demo = false;                // sign-in by choosing a person
    ProConnectSettings proconnect = {};
};

void add_pages(http::Router&, const Site&);
// What administrators see and do; called by add_pages.
void add_people_pages(http::Router&, const Site&);

}  // namespace identity
