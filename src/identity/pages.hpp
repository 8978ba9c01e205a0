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

// `demo`: sign-in by choosing a person. Without it the sign-in page only says that there is none
// yet: the real sign-in (ProConnect) takes its place.
void add_pages(http::Router&, db::Database&, Identity&, organisations::Organisations&, bool demo);

}  // namespace identity
