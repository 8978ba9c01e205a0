// SPDX-License-Identifier: EUPL-1.2
// Everything wired by hand around one database: what `campus serve` runs and what the tests use.
#pragma once
#include "app/typesetter.hpp"
#include "audit/audit.hpp"
#include "base/clock.hpp"
#include "campaigns/campaigns.hpp"
#include "campaigns/privacy.hpp"
#include "catalogue/catalogue.hpp"
#include "coverage/coverage.hpp"
#include "coverage/privacy.hpp"
#include "enrolments/enrolments.hpp"
#include "enrolments/privacy.hpp"
#include "frameworks/frameworks.hpp"
#include "html/messages.hpp"
#include "html/mustache.hpp"
#include "html/pages.hpp"
#include "http/metrics.hpp"
#include "http/rate_limits.hpp"
#include "http/router.hpp"
#include "http/static_files.hpp"
#include "identity/emergency.hpp"
#include "identity/identity.hpp"
#include "identity/invitations.hpp"
#include "identity/privacy.hpp"
#include "items/items.hpp"
#include "jobs/jobs.hpp"
#include "mail/kinds.hpp"
#include "mail/privacy.hpp"
#include "mail/sending.hpp"
#include "organisations/organisations.hpp"
#include "pix/pix.hpp"
#include "pix/privacy.hpp"
#include "plans/plans.hpp"
#include "plans/privacy.hpp"
#include "positioning/positioning.hpp"
#include "positioning/privacy.hpp"
#include "privacy/privacy.hpp"
#include "requests/privacy.hpp"
#include "requests/requests.hpp"
#include "sessions/sessions.hpp"

#include <string>
#include <vector>

namespace db {
class Database;
}

namespace app {

struct Configuration;

class Application {
public:
    // The database must outlive it and be migrated.
    Application(const Configuration&, db::Database&);

    db::Database& database;
    jobs::Jobs jobs;
    audit::Audit audit;
    organisations::Organisations organisations;
    identity::Identity identity;
    identity::Passkeys passkeys;
    identity::Invitations invitations;
    identity::Emergency emergency;
    frameworks::Frameworks frameworks;
    items::Items items;
    positioning::Positioning positioning;
    catalogue::Synonyms synonyms;
    catalogue::Catalogue catalogue;
    coverage::Coverage coverage;
    sessions::Sessions sessions;
    enrolments::Enrolments enrolments;
    privacy::Privacy privacy;
    requests::Requests requests;
    plans::Plans plans;
    pix::Pix pix;
    campaigns::Campaigns campaigns;

    std::vector<http::StaticFile> static_entries;
    http::StaticFiles static_files;
    html::Messages messages;
    html::Templates templates;
    html::Pages pages;
    Typesetter typesetter;
    mail::Kinds mail_kinds;
    mail::Sender sender;
    // What each slice holds of a person.
    enrolments::PersonalData enrolments_data;
    requests::PersonalData requests_data;
    positioning::PersonalData positioning_data;
    plans::PersonalData plans_data;
    coverage::PersonalData coverage_data;
    pix::PersonalData pix_data;
    campaigns::PersonalData campaigns_data;
    mail::PersonalData mail_data;
    identity::PersonalData identity_data;
    http::RateLimits rate_limits;
    http::Metrics metrics;
    http::Router router;
};

// Of absolute links: the public URL, else the address listened on.
std::string base_url_of(const Configuration&);

// Invented and real data for showing Campus, relative to `now` (data/demo). Refuses a database that
// has organisations already.
base::Result<void> load_demo(Application&, base::Time now);

}  // namespace app
