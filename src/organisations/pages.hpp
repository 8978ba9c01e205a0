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

// The arguments must outlive the router.
void add_pages(http::Router&, Organisations&);

}  // namespace organisations
