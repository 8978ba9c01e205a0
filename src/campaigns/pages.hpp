// SPDX-License-Identifier: EUPL-1.2
// The pages under /campaigns, /my-campaigns and /campaign-reminders.
#pragma once
#include <string>

namespace db {
class Database;
}
namespace coverage {
class Coverage;
}
namespace http {
class Router;
struct PageRenderer;
}  // namespace http
namespace frameworks {
class Frameworks;
}
namespace identity {
class Identity;
}
namespace organisations {
class Organisations;
}
namespace positioning {
class Positioning;
}

namespace campaigns {

class Campaigns;

// All references must outlive the router.
struct Site {
    db::Database& database;
    Campaigns& campaigns;
    positioning::Positioning& positioning;
    frameworks::Frameworks& frameworks;
    identity::Identity& identity;
    organisations::Organisations& organisations;
    coverage::Coverage& coverage;
    const http::PageRenderer& words;
    std::string base_url;
};
void add_pages(http::Router&, const Site&);

}  // namespace campaigns
