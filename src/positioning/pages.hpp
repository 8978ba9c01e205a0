// SPDX-License-Identifier: EUPL-1.2
// The pages under /positioning, and under /administration/calibration.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"

#include <functional>
#include <optional>
#include <string>

namespace db {
class Database;
class Transaction;
}  // namespace db
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
namespace jobs {
class Jobs;
}

namespace positioning {

class Positioning;

// What asked for a test, and where its result is shared or kept.
struct ForCampaign {
    std::string title, path;
};

// All references must outlive the router.
struct Site {
    db::Database& database;
    Positioning& positioning;
    frameworks::Frameworks& frameworks;
    identity::Identity& identity;
    std::string base_url;
    // Of one's own test; nothing when no campaign waits for it.
    std::function<std::optional<ForCampaign>(db::Transaction&, base::PositioningId, base::Time)>
        campaign_of;
    // Who is confirmed as the agent's supervisor.
    std::function<std::optional<base::PersonId>(db::Transaction&, base::PersonId agent)>
        supervisor_of;
    // Whether the one is the confirmed supervisor of the other, or decides in their place today.
    std::function<bool(db::Transaction&, base::PersonId supervisor, base::PersonId agent,
                       base::Time now)>
        supervises;
};
void add_pages(http::Router&, const http::PageRenderer&, const Site&);

void add_jobs(jobs::Jobs&, Positioning&);

// Of the campus team; add_pages() calls it.
void add_calibration_pages(http::Router&, const Site&);

}  // namespace positioning
