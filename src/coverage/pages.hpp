// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "coverage/coverage.hpp"
#include "http/router.hpp"

namespace jobs {
class Jobs;
}

namespace coverage {

// What the pages use; all of it must outlive the router.
struct Site {
    db::Database& database;
    Coverage& coverage;
    frameworks::Frameworks& frameworks;
    identity::Identity& identity;
    catalogue::Catalogue& catalogue;
    const http::PageRenderer& words;
};

void add_pages(http::Router&, const Site&);

// The publication of each night and the drafts that wait.
void add_jobs(jobs::Jobs&, Coverage&);

}  // namespace coverage
