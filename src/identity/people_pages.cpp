// SPDX-License-Identifier: EUPL-1.2
// The routes of administrators: people, their roles and employers.
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "identity/pages.hpp"
#include "identity/rules.hpp"
#include "identity/views.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <cstdint>

namespace identity {
namespace {

base::Date day_of(const http::Request& request) {
    return std::chrono::floor<std::chrono::days>(request.now);
}

http::Response not_found() {
    return http::refuse({base::ErrorKind::not_found, "identity.person_not_found"});
}

std::string path_of(base::PersonId person) {
    return "/people/" + std::to_string(person.value);
}

http::Response show_people(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const Rights rights =
            site.identity.rights(transaction, db::Versions(transaction), request.person());
        const auto after = request.query.integer("after", 1, INT64_MAX, 0);
        const std::string_view words = request.query.text("q");
        const PeoplePage page = site.identity.people(
            transaction, rights, words,
            after == 0 ? std::nullopt : std::optional{base::PersonId{after}}, day_of(request));
        std::vector<base::PersonId> ids;
        for (const Person& person : page.people) ids.push_back(person.id);
        return http::show(http::view(
            "identity/people",
            people_view(page, words, site.identity.affiliations(transaction, ids, day_of(request)),
                        rights.tree())));
    });
}

// Nothing when the administrator has nothing to do with this person.
std::optional<http::View> profile(const http::Request& request, const Site& site,
                                  base::PersonId id) {
    return site.database.read([&](db::Transaction& transaction) -> std::optional<http::View> {
        auto person = site.identity.find(transaction, id);
        if (!person) return std::nullopt;
        const Rights rights =
            site.identity.rights(transaction, db::Versions(transaction), request.person());
        const Profile shown{std::move(*person), site.identity.affiliations_of(transaction, id),
                            site.identity.grants(transaction, id),
                            site.identity.was_invited(transaction, id)};
        if (!concerns(rights, shown.affiliations, shown.grants, day_of(request)))
            return std::nullopt;
        return http::view("identity/person", person_view(shown, request.person(), rights,
                                                         day_of(request), request.form));
    });
}

http::Response show_person(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PersonId>("person");
    const auto view = id ? profile(request, site, *id) : std::nullopt;
    return view ? http::show(*view) : not_found();
}

// Done, or the profile again with what was typed and why not.
http::Response answer(const http::Request& request, const Site& site, base::PersonId person,
                      const base::Result<void>& result, const char* notice) {
    if (result) return http::done(path_of(person), notice);
    if (result.error().kind != base::ErrorKind::invalid) return http::refuse(result.error());
    const auto view = profile(request, site, person);
    return view ? http::refuse(result.error(), *view) : not_found();
}

http::Response grant(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PersonId>("person");
    if (!id) return not_found();
    return answer(request, site, *id,
                  site.identity.grant(request.person(), *id, request.form.text("role"),
                                      request.form.text("organisation"), request.now),
                  "identity.notice.granted");
}

http::Response revoke(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PersonId>("person");
    if (!id) return not_found();
    const auto done = site.identity.revoke(request.person(), *id, request.form.text("role"),
                                           request.form.text("organisation"), request.now);
    // Who held only that role here is not shown any more.
    if (done && !profile(request, site, *id))
        return http::done("/people", "identity.notice.revoked");
    return answer(request, site, *id, done, "identity.notice.revoked");
}

http::Response affiliate(const http::Request& request, const Site& site) {
    const auto id = request.path_id<base::PersonId>("person");
    if (!id) return not_found();
    return answer(
        request, site, *id,
        site.identity.affiliate(request.person(), *id,
                                {.organisation = std::string{request.form.text("employer")},
                                 .population = std::string{request.form.text("population")},
                                 .contractor = request.form.flag("contractor"),
                                 .from = base::parse_iso_date(request.form.text("from"))},
                                request.now),
        "identity.notice.affiliated");
}

http::View import_page(boost::json::object view) {
    view["form"] = {{"file", {{"required", true}}}};
    return http::view("identity/import", std::move(view));
}

http::Response show_import(const http::Request&, const Site&) {
    return http::show(import_page({}));
}

http::Response import_file(const http::Request& request, const Site& site) {
    const http::File* file = request.form.file("file");
    if (file == nullptr)
        return http::refuse({base::ErrorKind::invalid, "organisations.import.file_missing", "file"},
                            import_page({}));
    const auto report = site.identity.import_people(file->content, request.person(), request.now);
    if (!report) return http::refuse(report.error(), import_page({}));
    return http::show(import_page(
        {{"report", organisations::report_view(*report, [&](const base::Reason& reason) {
              return site.words.message(request.language, reason);
          })}}));
}

}  // namespace

void add_people_pages(http::Router& router, const Site& given) {
    const auto site = std::make_shared<const Site>(given);  // shared by the handlers below
    const auto handle = [&](auto handler) {
        return [site, handler](const http::Request& request) { return handler(request, *site); };
    };
    const auto administrator = http::Access::role("administrator");
    const auto add = [&](const char* method, const char* pattern, http::Doc doc, auto handler) {
        router.add(method, pattern, administrator, std::move(doc), handle(handler));
    };
    constexpr std::string_view report = R"({"type":"object"})";
    const std::vector<http::Parameter> role{
        {"role", R"({"type":"string"})", true},
        {"organisation", R"({"type":"string"})", true, "Code of the organisation at the top"}};
    add("GET", "/people",
        {.summary = "People of my perimeters, 50 a page",
         .query = {{"q", R"({"type":"string"})", false, "The beginning of a name or a mail"},
                   {"after", R"({"type":"integer"})", false, "Those after this person"}},
         .answer = people_schema},
        show_people);
    add("GET", "/people/import", {.summary = "How to import people", .answer = report},
        show_import);
    router.add({.method = "POST",
                .pattern = "/people/import",
                .access = administrator,
                .doc = {.summary = "Import people from a CSV file (multipart/form-data)",
                        .form = {{"file", R"({"type":"string","format":"binary"})", true}},
                        .answer = report},
                .handler = handle(import_file),
                .max_body = std::size_t{20} * 1024 * 1024});
    add("GET", "/people/{person}",
        {.summary = "A person, their employers over time and roles", .answer = person_schema},
        show_person);
    add("POST", "/people/{person}/roles", {.summary = "Grant a role in a perimeter", .form = role},
        grant);
    add("POST", "/people/{person}/roles/revoke", {.summary = "Take a role back", .form = role},
        revoke);
    add("POST", "/people/{person}/affiliations",
        {.summary = "Another employer from a day on",
         .form = {{"employer", R"({"type":"string"})", true, "Code of the organisation"},
                  {"population", R"({"enum":["","etat","territoriale","hospitaliere"]})"},
                  {"contractor", R"({"type":"boolean"})"},
                  {"from", R"({"type":"string","format":"date"})", true}}},
        affiliate);
}

}  // namespace identity
