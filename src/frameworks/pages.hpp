// SPDX-License-Identifier: EUPL-1.2
// /frameworks/{id}, /trades, /trades/{trade} and /common-core.
#pragma once

namespace db {
class Database;
}
namespace http {
class Router;
}
namespace identity {
class Identity;
}
namespace organisations {
class Organisations;
}

namespace frameworks {

class Frameworks;

// The arguments must outlive the router.
void add_pages(http::Router&, db::Database&, Frameworks&, identity::Identity&,
               organisations::Organisations&);

}  // namespace frameworks
