// SPDX-License-Identifier: EUPL-1.2
#include "audit/pages.hpp"

#include "audit/views.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "http/router.hpp"

#include <boost/json.hpp>

namespace audit {
namespace {

constexpr int rows_per_page = 50;
constexpr int rows_per_file = 50'000;

std::optional<base::Time> midnight(std::string_view day, std::chrono::days later) {
    const auto date = base::parse_iso_date(day);
    if (!date) return std::nullopt;
    return base::paris_time(*date + later, std::chrono::minutes{0});
}

Asked asked_of(const http::Request& request) {
    const auto& query = request.query;
    return {.who = std::string{base::trim(query.text("who"))},
            .object = std::string{query.text("object")},
            .number = query.integer("number", 1, INT64_MAX, 0),
            .action = std::string{query.text("action")},
            .from = std::string{query.text("from")},
            .until = std::string{query.text("until")}};
}

LogFilter filter_of(db::Transaction& transaction, const http::Request& request, const Site& site,
                    Asked& asked) {
    LogFilter filter{.sight = site.sight(transaction, request.person()),
                     .actor = {},
                     .action = asked.action,
                     .object = asked.object,
                     .object_id = asked.number,
                     .from = midnight(asked.from, std::chrono::days{0}),
                     .until = midnight(asked.until, std::chrono::days{1})};
    if (!asked.who.empty()) {
        if (const auto number = base::to_integer(asked.who))
            filter.actor = base::PersonId{*number};
        else
            filter.actor = site.find_person(transaction, asked.who);
        asked.who_unknown = !filter.actor;
    }
    return filter;
}

Names names_for(db::Transaction& transaction, const http::Request& request, const Site& site,
                const std::vector<LogEntry>& entries) {
    return {site.names(transaction, people_in(entries)), site.organisation_names(transaction),
            request.caller->roles};
}

http::Response show_log(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        Asked asked = asked_of(request);
        LogFilter filter = filter_of(transaction, request, site, asked);
        filter.most = rows_per_page + 1;
        if (const auto id = request.query.integer("id", 1, INT64_MAX, 0); id != 0)
            filter.after = {request.query.integer("at", INT64_MIN, INT64_MAX, 0), id};
        auto entries =
            asked.who_unknown ? std::vector<LogEntry>{} : site.audit.log(transaction, filter);
        std::optional<LogFilter::Key> next;
        if (entries.size() > rows_per_page) {
            entries.pop_back();
            next = {base::to_epoch(entries.back().at), entries.back().id};
        }
        return http::show(http::view(
            "audit/log",
            log_view(entries, asked, names_for(transaction, request, site, entries), next)));
    });
}

http::Response export_log(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        Asked asked = asked_of(request);
        LogFilter filter = filter_of(transaction, request, site, asked);
        filter.most = rows_per_file;
        const auto entries =
            asked.who_unknown ? std::vector<LogEntry>{} : site.audit.log(transaction, filter);
        return http::download(log_csv(entries, names_for(transaction, request, site, entries)),
                              "text/csv; charset=utf-8", "audit.csv");
    });
}

}  // namespace

void add_pages(http::Router& router, Site given) {
    const auto site = std::make_shared<const Site>(std::move(given));  // shared by the handlers
    const auto handle = [&](auto handler) {
        return [site, handler](const http::Request& request) { return handler(request, *site); };
    };
    const auto access = http::Access::any_role({"administrator", "data_protection_officer"});
    std::vector<http::Parameter> filters{
        {"who", R"({"type":"string"})", false, "Mail or number of the person who decided"},
        {"object", R"({"type":"string"})", false, "What was decided on: person, session..."},
        {"number", R"({"type":"integer"})", false, "Its number"},
        {"action", R"({"type":"string"})", false, "The action or its beginning"},
        {"from", R"({"type":"string","format":"date"})", false, "The first day"},
        {"until", R"({"type":"string","format":"date"})", false, "The last day"}};
    router.add("GET", "/administration/audit.csv", access,
               {.summary = "The decisions of my perimeters as a file, the latest 50,000",
                .query = filters,
                .content_type = "text/csv"},
               handle(export_log));
    filters.push_back({"at", R"({"type":"integer"})", false, "With id: those before this one"});
    filters.push_back({"id", R"({"type":"integer"})"});
    router.add("GET", "/administration/audit", access,
               {.summary = "The decisions of my perimeters, the latest first, 50 a page",
                .query = std::move(filters),
                .answer = log_schema},
               handle(show_log));
}

}  // namespace audit
