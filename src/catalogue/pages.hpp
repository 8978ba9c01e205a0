// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "base/ids.hpp"

#include <string>

namespace db {
class Database;
}
namespace http {
class Router;
}

namespace catalogue {

class Catalogue;
struct SessionsOfOffers;

// The arguments must outlive the router. `base_url`: for absolute links in files.
void add_pages(http::Router&, db::Database&, Catalogue&, SessionsOfOffers&, std::string base_url);

}  // namespace catalogue
