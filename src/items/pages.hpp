// SPDX-License-Identifier: EUPL-1.2
// The pages under /items, for the campus team.
#pragma once

namespace db {
class Database;
}
namespace http {
class Router;
struct PageRenderer;
}  // namespace http
namespace identity {
class Identity;
}

namespace items {

class Items;

// The arguments must outlive the router.
void add_pages(http::Router&, db::Database&, Items&, identity::Identity&,
               const http::PageRenderer&);

}  // namespace items
