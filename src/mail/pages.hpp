// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "base/ids.hpp"
#include "mail/sending.hpp"

#include <functional>
#include <string>

namespace http {
class Router;
}
namespace jobs {
class Jobs;
}

namespace mail {

// Whoever reads letters, as the identity slice, which stands above, knows them.
struct Reader {
    std::string email;
    std::string language;
};

// What the pages of mail use; all of it must outlive the router.
struct Site {
    db::Database& database;
    const Typesetter& typesetter;
    const Kinds& kinds;
    SenderOptions sender;
    std::function<Reader(db::Transaction&, base::PersonId)> reader;
    std::function<void(db::Transaction&, base::PersonId, std::string_view)> set_language;
    // Is this administrator one of the whole tree?
    std::function<bool(base::PersonId)> administers_all;
    bool demo = false;          // everyone may read every letter
    std::string bounce_secret;  // "" : reports come by the command line only
};

void add_pages(http::Router&, Site);
// The digest of the day.
void add_jobs(jobs::Jobs&, db::Database&);

// Parts of add_pages.
void add_demo_pages(http::Router&, const std::shared_ptr<const Site>&);
void add_preference_pages(http::Router&, const std::shared_ptr<const Site>&);
void add_administration_pages(http::Router&, const std::shared_ptr<const Site>&);
void add_bounce_page(http::Router&, const std::shared_ptr<const Site>&);

}  // namespace mail
