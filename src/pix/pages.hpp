// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "identity/identity.hpp"
#include "pix/pix.hpp"

namespace pix {

// What the pages use; all of it must outlive the router.
struct Site {
    db::Database& database;
    Pix& pix;
    identity::Identity& identity;
    const http::PageRenderer& words;
};

void add_pages(http::Router&, const Site&);

}  // namespace pix
