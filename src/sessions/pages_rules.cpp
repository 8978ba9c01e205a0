// SPDX-License-Identifier: EUPL-1.2
// How the seats of a session are given: for everyone, signed in or not.
#include "catalogue/catalogue.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "organisations/organisations.hpp"
#include "sessions/handlers.hpp"
#include "sessions/views.hpp"

#include <boost/json.hpp>

namespace sessions {

http::Response show_rules(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto id = request.path_id<base::SessionId>("session");
        const auto session = id ? site.sessions.find(transaction, *id) : std::nullopt;
        if (!session || session->status == Status::draft)
            return http::refuse({base::ErrorKind::not_found, "sessions.unknown"});
        const auto venue = venue_of(transaction, *session, site);
        auto offers = session->rules.prerequisites;
        offers.push_back(session->offer);
        const auto tree = site.organisations.tree(transaction, db::Versions(transaction));
        std::map<std::string, std::string> organisations;
        for (const Quota& quota : session->rules.quotas)
            if (const auto* found = tree->find(quota.value))
                organisations.emplace(quota.value, found->shown_name());
        return http::show(http::view(
            "sessions/rules",
            rules_view(*session, venue ? &*venue : nullptr,
                       site.catalogue.titles(transaction, offers), organisations, request.now)));
    });
}

}  // namespace sessions
