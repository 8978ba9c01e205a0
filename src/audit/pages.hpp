// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "audit/audit.hpp"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace http {
struct PageRenderer;
class Router;
}  // namespace http

namespace audit {

// What the page of the log uses; all of it must outlive the router. The functions are given by
// those above, who know people and perimeters.
struct Site {
    db::Database& database;
    Audit& audit;
    // What of the log its reader may see: an administrator's or data-protection officer's
    // perimeters.
    std::function<Sight(db::Transaction&, base::PersonId reader)> sight;
    std::function<std::map<base::PersonId, std::string>(db::Transaction&,
                                                        const std::vector<base::PersonId>&)>
        names;
    std::function<std::optional<base::PersonId>(db::Transaction&, std::string_view email)>
        find_person;
    // Of one organisation, as of this transaction; "" if unknown.
    std::function<std::function<std::string(base::OrganisationId)>(db::Transaction&)>
        organisation_names;
};

void add_pages(http::Router&, Site);

}  // namespace audit
