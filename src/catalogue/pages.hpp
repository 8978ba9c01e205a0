// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "base/ids.hpp"

#include <string>

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
namespace organisations {
class Organisations;
}

namespace catalogue {

class Catalogue;
struct SessionsOfOffers;

// The arguments must outlive the router. `base_url`: for absolute links in files.
void add_pages(http::Router&, db::Database&, Catalogue&, SessionsOfOffers&,
               const http::PageRenderer& words, std::string base_url);
// The pages of organisers and reviewers, under /offers.
void add_editing_pages(http::Router&, db::Database&, Catalogue&, identity::Identity&,
                       organisations::Organisations&, const http::PageRenderer& words);

}  // namespace catalogue
