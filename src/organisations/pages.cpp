// SPDX-License-Identifier: EUPL-1.2
#include "organisations/pages.hpp"

#include "http/router.hpp"
#include "organisations/organisations.hpp"
#include "organisations/views.hpp"

#include <boost/json.hpp>

namespace organisations {
namespace {

http::Response show_list(const http::Request& request, const Site& site) {
    return http::show(http::view("organisations/list",
                                 list_view(*site.organisations.tree(), request.query.text("q"))));
}

http::Response show_one(const http::Request& request, const Site& site) {
    const auto tree = site.organisations.tree();
    const Organisation* organisation = tree->find(request.path_value("code"));
    if (organisation == nullptr)
        return http::refuse({base::ErrorKind::not_found, "organisations.unknown"});
    return http::show(
        http::view("organisations/organisation", organisation_view(*tree, *organisation)));
}

http::View import_page(boost::json::object view) {
    view["form"] = {{"file", {{"required", true}}}};
    return http::view("organisations/import", std::move(view));
}

http::Response show_import(const http::Request&, const Site&) {
    return http::show(import_page({}));
}

http::Response import_file(const http::Request& request, const Site& site) {
    const http::File* file = request.form.file("file");
    if (file == nullptr)
        return http::refuse({base::ErrorKind::invalid, "organisations.import.file_missing", "file"},
                            import_page({}));
    const auto report = site.organisations.import_csv(
        file->content, {request.now, request.person()}, site.administered_by(request.person()));
    if (!report) return http::refuse(report.error(), import_page({}));
    return http::show(import_page({{"report", report_view(*report, [&](const base::Reason& reason) {
                                        return site.words.message(request.language, reason);
                                    })}}));
}

http::Response export_file(const http::Request&, const Site& site) {
    return http::download(write_csv(*site.organisations.tree()), "text/csv; charset=utf-8",
                          "organisations.csv");
}

}  // namespace

void add_pages(http::Router& router, Site given) {
    const auto site = std::make_shared<const Site>(std::move(given));  // shared by the handlers
    const auto handle = [&](auto handler) {
        return [site, handler](const http::Request& request) { return handler(request, *site); };
    };
    const auto signed_in = http::Access::signed_in();
    const auto administrator = http::Access::role("administrator");
    router.add("GET", "/organisations", signed_in,
               {.summary = "The tree of organisations",
                .query = {{"q", R"({"type":"string"})", false, "Words of a name, code or town"}},
                .answer = list_schema},
               handle(show_list));
    router.add(
        "GET", "/organisations.csv", signed_in,
        {.summary = "All organisations, as the import reads them", .content_type = "text/csv"},
        handle(export_file));
    router.add("GET", "/organisations/import", administrator,
               {.summary = "How to import organisations", .answer = report_schema},
               handle(show_import));
    router.add({.method = "POST",
                .pattern = "/organisations/import",
                .access = administrator,
                .doc = {.summary = "Import organisations from a CSV file (multipart/form-data)",
                        .form = {{"file", R"({"type":"string","format":"binary"})", true}},
                        .answer = report_schema},
                .handler = handle(import_file),
                .max_body = std::size_t{20} * 1024 * 1024});
    router.add(
        "GET", "/organisations/{code}", signed_in,
        {.summary = "One organisation, what is above and below it", .answer = organisation_schema},
        handle(show_one));
}

}  // namespace organisations
