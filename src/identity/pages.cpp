// SPDX-License-Identifier: EUPL-1.2
#include "identity/pages.hpp"

#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "identity/proconnect.hpp"
#include "identity/proconnect_admin_pages.hpp"
#include "identity/proconnect_pages.hpp"
#include "identity/views.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

namespace identity {
namespace {

// Where to go after signing in: only to a page of ours, never to "//evil.example".
std::string next_page(std::string_view asked) {
    return http::is_local_path(asked) ? std::string{asked} : "/";
}

http::Response show_sign_in(const http::Request& request, const Site& site) {
    const bool proconnect = !site.proconnect.issuer.empty();
    if (proconnect && asks_silently(request))
        return ask_silently(next_page(request.query.text("next")));
    return site.database.read([&](db::Transaction& transaction) {
        std::vector<DemoPerson> people;
        if (site.demo) {
            const auto tree = site.organisations.tree(transaction, db::Versions(transaction));
            const auto today = std::chrono::floor<std::chrono::days>(request.now);
            for (Person& person : site.identity.demo_people(transaction)) {
                DemoPerson shown{std::move(person), "", {}};
                if (const auto affiliation =
                        site.identity.affiliation(transaction, shown.person.id, today))
                    if (const auto* employer = tree->find(affiliation->organisation))
                        shown.organisation = employer->shown_name();
                shown.grants = site.identity.grants(transaction, shown.person.id);
                people.push_back(std::move(shown));
            }
        }
        return http::show(http::view(
            "identity/sign-in", sign_in_view(people, {.demo = site.demo, .proconnect = proconnect},
                                             next_page(request.query.text("next")))));
    });
}

http::Response sign_in(const http::Request& request, const Site& site) {
    const auto id = request.form.integer("person");
    const auto person = site.database.read([&](db::Transaction& transaction) {
        return id ? site.identity.find(transaction, base::PersonId{*id}) : std::nullopt;
    });
    // Only the people of the demonstration can be chosen, whoever else is in the database.
    if (!person || !person->demo)
        return http::refuse({base::ErrorKind::invalid, "identity.person_unknown", "person"});
    if (const auto before = request.cookie(http::session_cookie); !before.empty())
        site.identity.sign_out(before);
    return http::done(next_page(request.form.text("next")), "identity.signed_in")
        .with_cookie({.name = std::string{http::session_cookie},
                      .value = site.identity.sign_in(person->id, request.now,
                                                     {.user_agent = request.header("user-agent")})})
        .with_cookie({.name = "campus_language", .value = person->language});
}

http::Response show_me(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto tree = site.organisations.tree(transaction, db::Versions(transaction));
        const auto person = site.identity.find(transaction, request.person());
        return http::show(http::view(
            "identity/me", me_view(*person, site.identity.affiliations_of(transaction, person->id),
                                   site.identity.grants(transaction, person->id), *tree)));
    });
}

}  // namespace

void add_pages(http::Router& router, const Site& given) {
    const auto site = std::make_shared<const Site>(given);  // shared by the handlers below
    const auto newcomers =
        std::make_shared<Newcomers>(site->database, site->identity, site->organisations);
    const auto proconnect =
        site->proconnect.issuer.empty()
            ? nullptr
            : std::make_shared<ProConnect>(site->database, *newcomers, site->proconnect);
    if (proconnect) add_proconnect_pages(router, site, newcomers, proconnect);
    add_proconnect_admin_pages(router, site, newcomers);
    add_people_pages(router, given);
    router.add("GET", "/sign-in", http::Access::anyone(),
               {.summary = "Who can sign in",
                .query = {{"next", R"({"type":"string"})", false, "The page to go on to"}},
                .answer = sign_in_schema},
               [site](const http::Request& request) { return show_sign_in(request, *site); });
    if (site->demo)
        router.add("POST", "/sign-in", http::Access::anyone(),
                   {.summary = "Sign in as a person of the demonstration",
                    .form = {{"person", R"({"type":"integer"})", true}, {"next"}}},
                   [site](const http::Request& request) { return sign_in(request, *site); });
    router.add("POST", "/sign-out", http::Access::signed_in(), {.summary = "Sign out"},
               [site, newcomers, proconnect](const http::Request& request) {
                   return sign_out_of(request, site->identity, proconnect.get());
               });
    router.add("GET", "/me", http::Access::signed_in(),
               {.summary = "What Campus knows of me: affiliations and roles", .answer = me_schema},
               [site](const http::Request& request) { return show_me(request, *site); });
}

}  // namespace identity
