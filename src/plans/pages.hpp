// SPDX-License-Identifier: EUPL-1.2
// The pages /my-plan and below, /my-team/plans and /my-team/plans/{person}.
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
namespace frameworks {
class Frameworks;
}
namespace positioning {
class Positioning;
}
namespace requests {
class Requests;
}

namespace plans {

class Plans;

// All references must outlive the router.
struct Site {
    db::Database& database;
    Plans& plans;
    frameworks::Frameworks& frameworks;
    positioning::Positioning& positioning;
    requests::Requests& requests;
    identity::Identity& identity;
    const http::PageRenderer& words;
};

void add_pages(http::Router&, const Site&);

}  // namespace plans
