// SPDX-License-Identifier: EUPL-1.2
#include "app/application.hpp"

#include "app/configuration.hpp"
#include "app/pages.hpp"
#include "base/embedded.hpp"
#include "catalogue/pages.hpp"
#include "catalogue/themes.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "enrolments/jobs.hpp"
#include "enrolments/pages.hpp"
#include "identity/pages.hpp"
#include "organisations/pages.hpp"
#include "sessions/pages.hpp"

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
        {"/offers", "navigation.offers", Access::any_role({"organiser", "campus_team"})},
        {"/sessions", "navigation.sessions", Access::role("organiser")},
        {"/organisations", "navigation.organisations", Access::role("administrator")},
        {"/people", "navigation.people", Access::role("administrator")},
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
      synonyms(base::embedded("reference/synonyms.txt")),
      catalogue(database, organisations, identity, catalogue::embedded_themes(), synonyms),
      enrolments(database, sessions, catalogue, identity, organisations,
                 base_url_of(configuration)),
      static_entries(http::embedded_static_files()),
      static_files(static_entries),
      templates(template_sources(), messages,
                [this](std::string_view name) { return static_files.url(name); }),
      pages(templates, messages, navigation(), {configuration.demo, base_url_of(configuration)}),
      router(pages, identity, rate_limits, router_options(configuration)) {
    const std::string base_url = base_url_of(configuration);
    add_pages(*this);
    organisations::add_pages(
        router, {organisations, pages, [this](base::PersonId person) {
                     return database.read([&](db::Transaction& transaction) {
                         return identity.rights(transaction, db::Versions(transaction), person)
                             .perimeters("administrator");
                     });
                 }});
    identity::add_pages(router, {database, identity, organisations, pages, configuration.demo});
    catalogue::add_pages(router, database, catalogue, enrolments, pages, base_url);
    catalogue::add_editing_pages(router, database, catalogue, identity, organisations, pages);
    sessions::add_pages(router,
                        {database, sessions, catalogue, identity, organisations, enrolments});
    enrolments::add_jobs(jobs, enrolments);
    enrolments::add_pages(
        router, {database, enrolments, sessions, catalogue, identity, organisations, base_url});
}

}  // namespace app
