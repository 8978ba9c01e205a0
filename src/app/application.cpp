// SPDX-License-Identifier: EUPL-1.2
#include "app/application.hpp"

#include "app/configuration.hpp"
#include "app/pages.hpp"
#include "audit/pages.hpp"
#include "base/embedded.hpp"
#include "base/text.hpp"
#include "campaigns/pages.hpp"
#include "catalogue/pages.hpp"
#include "catalogue/themes.hpp"
#include "coverage/pages.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "enrolments/jobs.hpp"
#include "enrolments/pages.hpp"
#include "frameworks/pages.hpp"
#include "identity/pages.hpp"
#include "identity/pages_access.hpp"
#include "items/pages.hpp"
#include "jobs/pages.hpp"
#include "mail/pages.hpp"
#include "organisations/pages.hpp"
#include "pix/pages.hpp"
#include "plans/pages.hpp"
#include "positioning/pages.hpp"
#include "privacy/pages.hpp"
#include "privacy/rules.hpp"
#include "requests/pages.hpp"
#include "sessions/pages.hpp"

#include <algorithm>

namespace app {
namespace {

std::vector<html::TemplateSource> template_sources() {
    constexpr std::string_view folder = "templates/";
    std::vector<html::TemplateSource> sources;
    for (const base::EmbeddedFile& file : base::embedded_under(folder))
        sources.push_back({file.path.substr(folder.size()), file.content});
    return sources;
}

std::vector<html::NavigationEntry> navigation(const Configuration& configuration) {
    using http::Access;
    std::vector<html::NavigationEntry> entries{
        {"/catalogue", "navigation.catalogue", Access::anyone()},
        {"/positioning", "navigation.positioning", Access::signed_in()},
        {"/my-plan", "navigation.my_plan", Access::signed_in()},
        {"/my-campaigns", "navigation.my_campaigns", Access::signed_in()},
        {"/my-trainings", "navigation.my_trainings", Access::signed_in()},
        {"/my-requests", "navigation.my_requests", Access::signed_in()},
        {"/my-team", "navigation.my_team", Access::role("supervisor")},
        {"/requests", "navigation.requests", Access::role("training_office")},
        {"/circuits", "navigation.circuits", Access::role("training_office")},
        {"/campaigns", "navigation.campaigns",
         Access::any_role({"training_office", "campus_team", "ministry_steering"})},
        {"/offers", "navigation.offers", Access::any_role({"organiser", "campus_team"})},
        {"/common-core", "navigation.common_core",
         Access::any_role({"training_office", "campus_team"})},
        {"/coverage", "navigation.coverage",
         Access::any_role({"training_office", "ministry_steering", "campus_team"})},
        {"/items", "navigation.items", Access::role("campus_team")},
        {"/sessions", "navigation.sessions", Access::role("organiser")},
        {"/organisations", "navigation.organisations", Access::role("administrator")},
        {"/people", "navigation.people", Access::role("administrator")},
        {"/administration/audit", "navigation.audit",
         Access::any_role({"administrator", "data_protection_officer"})},
        {"/administration/erasures", "navigation.erasures",
         Access::any_role({"administrator", "data_protection_officer"})},
        {"/invitations", "navigation.invitations", Access::role("organiser")},
        // Of the whole platform: for who administers a whole tree (identity::find_caller).
        {"/administration/jobs", "navigation.jobs", Access::role("root_administrator")},
        {"/help", "navigation.help", Access::anyone()},
    };
    if (!configuration.proconnect_issuer.empty())
        entries.insert(entries.end() - 1, {"/administration/claims", "navigation.claims",
                                           Access::any_role({"administrator", "training_office"})});
    if (!configuration.pix.connections.empty()) {
        entries.insert(entries.begin() + 4, {"/my-pix", "navigation.my_pix", Access::signed_in()});
        entries.insert(entries.end() - 1, {"/pix", "navigation.pix",
                                           Access::any_role({"training_office", "campus_team"})});
    }
    return entries;
}

http::RouterOptions router_options(const Configuration& configuration) {
    http::RouterOptions options;
    options.public_url = configuration.public_url;
    if (!configuration.rate_limits)
        for (http::RateLimit* limit :
             {&options.write_person, &options.write_address, &options.sign_in})
            limit->per_second = 0;
    return options;
}

// The organisations in the perimeters of these roles; all of the tree for who has its roots.
audit::Sight sight_of(Application& app, db::Transaction& transaction, base::PersonId person) {
    const identity::Rights rights =
        app.identity.rights(transaction, db::Versions(transaction), person);
    audit::Sight sight{.everything = true, .organisations = {}};
    for (const auto& [organisation, depth] : rights.tree().in_order()) {
        const bool seen = rights.may("administrator", organisation->id) ||
                          rights.may("data_protection_officer", organisation->id);
        if (seen) sight.organisations.push_back(organisation->id);
        sight.everything = sight.everything && seen;
    }
    return sight;
}

std::map<base::PersonId, std::string> names_of(Application& app, db::Transaction& transaction,
                                               const std::vector<base::PersonId>& ids) {
    std::map<base::PersonId, std::string> names;
    for (const auto& [id, person] : app.identity.persons(transaction, ids))
        names.emplace(id, person.full_name());
    return names;
}

// To the address of before: where it is done, the letter is not the person's any more, so that it
// is not erased with them.
void tell_of_erasure(Application& app, db::Transaction& transaction, base::PersonId id,
                     privacy::ErasureState state, std::string_view reason, base::Time now) {
    const auto person = app.identity.find(transaction, id);
    if (!person) return;
    const bool done = state == privacy::ErasureState::done;
    mail::Letter letter{
        .to = {.person = done ? std::nullopt : std::optional{id},
               .email = person->email,
               .name = person->full_name(),
               .language = person->language},
        .kind = "privacy.erasure",
        .subject = done ? "privacy.letter.done" : "privacy.letter.refused",
        .paragraphs = {done ? "privacy.letter.done_text" : "privacy.letter.refused_text"},
        .at_once = true};
    if (!done) {
        letter.facts = {{"privacy.request.reason", std::string{reason}}};
        letter.action = {"privacy.letter.see", "/my-data"};
    }
    mail::put(transaction, letter, now);
}

privacy::People people_of(Application& app) {
    return {.sight = [&app](db::Transaction& transaction,
                            base::PersonId reader) { return sight_of(app, transaction, reader); },
            .employer = [&app](db::Transaction& transaction, base::PersonId person,
                               base::Time now) -> std::optional<base::OrganisationId> {
                const auto works = app.identity.affiliation(
                    transaction, person, std::chrono::floor<std::chrono::days>(now));
                return works ? std::optional{works->organisation} : std::nullopt;
            },
            .tell =
                [&app](db::Transaction& transaction, base::PersonId person,
                       privacy::ErasureState state, std::string_view reason, base::Time now) {
                    tell_of_erasure(app, transaction, person, state, reason, now);
                }};
}

audit::Site audit_site(Application& app) {
    return {.database = app.database,
            .audit = app.audit,
            .sight = [&app](db::Transaction& transaction,
                            base::PersonId reader) { return sight_of(app, transaction, reader); },
            .names =
                [&app](db::Transaction& transaction, const std::vector<base::PersonId>& ids) {
                    return names_of(app, transaction, ids);
                },
            .find_person =
                [&app](db::Transaction& transaction, std::string_view email) {
                    const auto person = app.identity.find_by_email(transaction, email);
                    return person ? std::optional{person->id} : std::nullopt;
                },
            .organisation_names =
                [&app](db::Transaction& transaction) {
                    const auto tree =
                        app.organisations.tree(transaction, db::Versions(transaction));
                    return [tree](base::OrganisationId id) {
                        const auto* organisation = tree->find(id);
                        return organisation == nullptr ? std::string{} : organisation->name;
                    };
                }};
}

// Half of the workers may wait for the provider: the other half goes on answering.
identity::ProConnectSettings proconnect_settings(const Configuration& configuration) {
    return {.issuer = configuration.proconnect_issuer,
            .client_id = configuration.proconnect_client_id,
            .client_secret = configuration.proconnect_client_secret,
            .scopes = base::split(configuration.proconnect_scopes, ' '),
            .acr_values = base::split(configuration.proconnect_acr, ' '),
            .algorithm = configuration.proconnect_algorithm,
            .public_url = base_url_of(configuration),
            .at_once = std::max(1, configuration.workers / 2)};
}

enrolments::Origin origin_of(const Configuration& configuration) {
    const mail::Mailbox from = mail::read_mailbox(configuration.mail_from);
    return {base_url_of(configuration), from.name, from.email};
}

mail::SenderOptions sender_options(const Configuration& configuration) {
    const mail::Mailbox from = mail::read_mailbox(configuration.mail_from);
    return {.smtp = {.url = configuration.smtp,
                     .user = configuration.smtp_user,
                     .password = configuration.smtp_password,
                     .starttls = configuration.smtp_starttls == "never" ? mail::StartTls::never
                                 : configuration.smtp_starttls == "if-offered"
                                     ? mail::StartTls::if_offered
                                     : mail::StartTls::required,
                     .helo = from.email.substr(from.email.find('@') + 1)},
            .from = from,
            .base_url = base_url_of(configuration)};
}

}  // namespace

std::string base_url_of(const Configuration& configuration) {
    return configuration.public_url.empty() ? "http://" + configuration.listen
                                            : configuration.public_url;
}

Application::Application(const Configuration& configuration, db::Database& given)
    : database(given),
      jobs(database),
      audit(database),
      organisations(database),
      identity(database, organisations),
      passkeys(database, identity, identity::webauthn::relying_party(base_url_of(configuration))),
      invitations(database, identity, passkeys),
      emergency(database, identity),
      frameworks(database, identity, organisations),
      items(database),
      positioning(database, identity, organisations, frameworks, items),
      synonyms(base::embedded("reference/synonyms.txt")),
      catalogue(database, organisations, identity, catalogue::embedded_themes(), synonyms),
      coverage(database, identity, organisations, frameworks, positioning, catalogue),
      enrolments(database, sessions, catalogue, identity, organisations, origin_of(configuration)),
      privacy(database, audit, privacy::read_rules(base::embedded("reference/retention.json")),
              people_of(*this)),
      requests(database, organisations, identity, catalogue, sessions, enrolments),
      plans(database, organisations, frameworks, items, positioning, catalogue, sessions,
            enrolments, requests),
      pix(database, configuration.pix),
      campaigns(database, identity, organisations, positioning, pix, base_url_of(configuration)),
      static_entries(http::embedded_static_files()),
      static_files(static_entries),
      templates(template_sources(), messages,
                [this](std::string_view name) { return static_files.url(name); }),
      pages(templates, messages, navigation(configuration),
            {configuration.demo, base_url_of(configuration)}),
      typesetter(pages, templates, messages),
      sender(database, typesetter, mail_kinds, sender_options(configuration)),
      enrolments_data(database, enrolments),
      requests_data(database, requests, catalogue),
      plans_data(catalogue),
      campaigns_data(identity),
      identity_data(organisations, {pages.message("fr", {"identity.erased.given_name", "", {}}),
                                    pages.message("fr", {"identity.erased.usual_name", "", {}})}),
      router(pages, identity, rate_limits, router_options(configuration)) {
    const std::string base_url = base_url_of(configuration);
    add_pages(*this);
    audit::add_pages(router, audit_site(*this));
    jobs.every("audit.seal", std::chrono::minutes{1},
               [this](const jobs::Attempt& attempt) { audit.seal(attempt.now); });
    for (privacy::Holder* holder :
         {static_cast<privacy::Holder*>(&campaigns_data), static_cast<privacy::Holder*>(&pix_data),
          static_cast<privacy::Holder*>(&requests_data),
          static_cast<privacy::Holder*>(&enrolments_data),
          static_cast<privacy::Holder*>(&plans_data), static_cast<privacy::Holder*>(&coverage_data),
          static_cast<privacy::Holder*>(&positioning_data),
          static_cast<privacy::Holder*>(&mail_data), static_cast<privacy::Holder*>(&identity_data)})
        privacy.add(*holder);
    privacy.check();
    privacy::add_pages(
        router, {database, privacy,
                 [this](db::Transaction& transaction, const std::vector<base::PersonId>& ids) {
                     return names_of(*this, transaction, ids);
                 }});
    jobs.every(
        "privacy.apply_retention", std::chrono::days{1},
        [this](const jobs::Attempt& attempt) { privacy.apply(attempt.now); }, privacy::runs_at);
    const auto administers_all = [this](base::PersonId person) {
        return database.read([&](db::Transaction& transaction) {
            const auto rights = identity.rights(transaction, db::Versions(transaction), person);
            return std::ranges::any_of(rights.perimeters("administrator"), [&](auto top) {
                const auto* organisation = rights.tree().find(top);
                return organisation != nullptr && !organisation->parent;
            });
        });
    };
    jobs::add_pages(router, {database, administers_all, mail::count_trouble});
    mail::add_pages(
        router,
        {.database = database,
         .typesetter = typesetter,
         .kinds = mail_kinds,
         .sender = sender_options(configuration),
         .reader =
             [this](db::Transaction& transaction, base::PersonId id) {
                 const auto person = identity.find(transaction, id);
                 return person ? mail::Reader{person->email, person->language} : mail::Reader{};
             },
         .set_language =
             [this](db::Transaction& transaction, base::PersonId id, std::string_view language) {
                 identity.set_language(transaction, id, language);
             },
         .administers_all = administers_all,
         .demo = configuration.demo,
         .bounce_secret = configuration.bounce_secret});
    mail::add_jobs(jobs, database);
    organisations::add_pages(
        router, {organisations, pages, [this](base::PersonId person) {
                     return database.read([&](db::Transaction& transaction) {
                         return identity.rights(transaction, db::Versions(transaction), person)
                             .perimeters("administrator");
                     });
                 }});
    identity::add_pages(router, {database, identity, organisations, pages, configuration.demo,
                                 proconnect_settings(configuration)});
    identity::add_access_pages(
        router, {database, identity, organisations, passkeys, invitations, emergency, pages});
    invitations.add_jobs(jobs);
    frameworks::add_pages(router, database, frameworks, identity, organisations);
    items::add_pages(router, database, items, identity, pages);
    positioning.tell(campaigns);
    requests.tell(plans);
    positioning::add_jobs(jobs, positioning);
    positioning::add_pages(
        router, pages,
        {.database = database,
         .positioning = positioning,
         .frameworks = frameworks,
         .identity = identity,
         .base_url = base_url,
         .campaign_of = [this](db::Transaction& transaction, base::PositioningId test,
                               base::Time now) -> std::optional<positioning::ForCampaign> {
             const auto campaign = campaigns.of_test(transaction, test, now);
             if (!campaign) return std::nullopt;
             return positioning::ForCampaign{campaign->title, "/my-campaigns/" + campaign->code};
         },
         .supervisor_of =
             [this](db::Transaction& transaction, base::PersonId agent) {
                 return requests.supervisor_of(transaction, agent);
             },
         .supervises =
             [this](db::Transaction& transaction, base::PersonId supervisor, base::PersonId agent,
                    base::Time now) {
                 return requests.supervises(transaction, supervisor, agent,
                                            std::chrono::floor<std::chrono::days>(now));
             }});
    coverage::add_jobs(jobs, coverage);
    coverage::add_pages(router, {database, coverage, frameworks, identity, catalogue, pages});
    catalogue::add_pages(router, database, catalogue, enrolments, pages, base_url);
    catalogue::add_editing_pages(router, database, catalogue, identity, organisations, pages);
    sessions::add_pages(router,
                        {database, sessions, catalogue, identity, organisations, enrolments});
    enrolments::add_jobs(jobs, enrolments);
    enrolments::add_pages(
        router, {database, enrolments, sessions, catalogue, identity, organisations, base_url});
    enrolments.ask(requests);
    requests.add_jobs(jobs);
    requests::add_pages(router,
                        {database, requests, sessions, catalogue, identity, organisations, pages});
    plans::add_pages(router, {database, plans, frameworks, positioning, requests, identity, pages});
    pix.ask(campaigns);
    pix.add_jobs(jobs);
    pix::add_pages(router, {database, pix, identity, pages});
    campaigns.add_jobs(jobs);
    campaigns::add_pages(router, {database, campaigns, positioning, frameworks, identity,
                                  organisations, coverage, pages, base_url});
}

}  // namespace app
