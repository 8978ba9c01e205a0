// SPDX-License-Identifier: EUPL-1.2
#include "app/application.hpp"

#include "app/configuration.hpp"
#include "app/pages.hpp"
#include "base/embedded.hpp"
#include "catalogue/pages.hpp"
#include "catalogue/themes.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "enrolments/pages.hpp"
#include "identity/pages.hpp"
#include "identity/pages_access.hpp"
#include "jobs/pages.hpp"
#include "mail/pages.hpp"
#include "organisations/pages.hpp"
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

std::vector<html::NavigationEntry> navigation() {
    using http::Access;
    return {
        {"/catalogue", "navigation.catalogue", Access::anyone()},
        {"/my-trainings", "navigation.my_trainings", Access::signed_in()},
        {"/requests/mine", "navigation.my_requests", Access::signed_in()},
        {"/my-team", "navigation.my_team", Access::role("supervisor")},
        {"/requests", "navigation.requests", Access::role("training_office")},
        {"/circuits", "navigation.circuits", Access::role("training_office")},
        {"/offers", "navigation.offers", Access::any_role({"organiser", "campus_team"})},
        {"/sessions", "navigation.sessions", Access::role("organiser")},
        {"/organisations", "navigation.organisations", Access::role("administrator")},
        {"/people", "navigation.people", Access::role("administrator")},
        {"/invitations", "navigation.invitations", Access::role("organiser")},
        {"/administration/jobs", "navigation.jobs", Access::role("administrator")},
        {"/help", "navigation.help", Access::anyone()},
    };
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
      organisations(database),
      identity(database, organisations),
      passkeys(database, identity, identity::webauthn::relying_party(base_url_of(configuration))),
      invitations(database, identity, passkeys),
      emergency(database, identity),
      synonyms(base::embedded("reference/synonyms.txt")),
      catalogue(database, organisations, identity, catalogue::embedded_themes(), synonyms),
      enrolments(database, sessions, catalogue),
      requests(database, organisations, identity, catalogue, sessions, enrolments,
               base_url_of(configuration)),
      static_entries(http::embedded_static_files()),
      static_files(static_entries),
      templates(template_sources(), messages,
                [this](std::string_view name) { return static_files.url(name); }),
      pages(templates, messages, navigation(), {configuration.demo, base_url_of(configuration)}),
      typesetter(pages, templates, messages),
      sender(database, typesetter, mail_kinds, sender_options(configuration)),
      router(pages, identity, rate_limits, router_options(configuration)) {
    const std::string base_url = base_url_of(configuration);
    add_pages(*this);
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
    identity::add_pages(router, {database, identity, organisations, pages, configuration.demo});
    identity::add_access_pages(
        router, {database, identity, organisations, passkeys, invitations, emergency, pages});
    invitations.add_jobs(jobs);
    catalogue::add_pages(router, database, catalogue, enrolments, pages, base_url);
    catalogue::add_editing_pages(router, database, catalogue, identity, organisations, pages);
    sessions::add_pages(router,
                        {database, sessions, catalogue, identity, organisations, enrolments});
    enrolments::add_pages(
        router, {database, enrolments, sessions, catalogue, identity, organisations, base_url});
    enrolments.ask(requests);
    requests.add_jobs(jobs);
    requests::add_pages(router,
                        {database, requests, sessions, catalogue, identity, organisations, pages});
}

}  // namespace app
