// SPDX-License-Identifier: EUPL-1.2
#include "pix/pages.hpp"

#include "db/database.hpp"
#include "db/versions.hpp"
#include "organisations/organisations.hpp"
#include "pix/views.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace pix {
namespace {

using base::ErrorKind;

constexpr std::array<std::string_view, 2> offices{"training_office", "campus_team"};

Words words_for(const http::Request& request, const Site& site) {
    return [&site, language = request.language](const base::Reason& reason) {
        return site.words.message(language, reason);
    };
}

// -- the training office

// A connection that the person may act on, and as what.
struct Allowed {
    const Connection* connection = nullptr;
    std::string organisation;  // its name
    Pix::By by;
};

std::optional<Allowed> allowed(const identity::Rights& rights, const Connection& connection,
                               const http::Request& request) {
    const auto* organisation = rights.tree().find(std::string_view{connection.organisation});
    if (organisation == nullptr) return std::nullopt;
    const auto* role = std::ranges::find_if(
        offices, [&](std::string_view one) { return rights.may(one, organisation->id); });
    if (role == offices.end()) return std::nullopt;
    return Allowed{.connection = &connection,
                   .organisation = organisation->name,
                   .by = {request.person(), *role, organisation->id, request.now}};
}

// An unknown connection and one of others look the same.
base::Result<Allowed> asked_for(db::Transaction& transaction, const http::Request& request,
                                const Site& site) {
    const Connection* connection = site.pix.find(request.path_value("connection"));
    if (connection != nullptr) {
        const auto rights =
            site.identity.rights(transaction, db::Versions(transaction), request.person());
        if (auto found = allowed(rights, *connection, request)) return std::move(*found);
    }
    return base::unexpected(base::Error{ErrorKind::not_found, "pix.unknown"});
}
base::Result<Allowed> asked_for(const http::Request& request, const Site& site) {
    return site.database.read(
        [&](db::Transaction& transaction) { return asked_for(transaction, request, site); });
}

Shown shown(db::Transaction& transaction, const Site& site, const Allowed& allowed) {
    const Connection& connection = *allowed.connection;
    return {.connection = &connection,
            .organisation = allowed.organisation,
            .state = site.pix.state(transaction, connection),
            .campaigns = site.pix.campaigns(transaction, connection),
            .counts = site.pix.counts(transaction, connection),
            .own = site.pix.own_campaigns(transaction, allowed.by.perimeter)};
}

std::string path_of(const Connection& connection) {
    return "/pix/" + connection.code;
}

http::Response show_connections(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto rights =
            site.identity.rights(transaction, db::Versions(transaction), request.person());
        std::vector<Shown> list;
        for (const Connection& connection : site.pix.connections())
            if (const auto found = allowed(rights, connection, request))
                list.push_back(shown(transaction, site, *found));
        return http::show(
            http::view("pix/connections", connections_view(list, words_for(request, site))));
    });
}

http::View connection_page(db::Transaction& transaction, const http::Request& request,
                           const Site& site, const Allowed& allowed) {
    return http::view("pix/connection",
                      connection_view(shown(transaction, site, allowed), words_for(request, site)));
}

http::Response show_connection(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto found = asked_for(transaction, request, site);
        if (!found) return http::refuse(found.error());
        return http::show(connection_page(transaction, request, site, *found));
    });
}

// What a use case brought about, told on the page of the connection.
http::Response told(const http::Request& request, const Site& site, const Allowed& allowed,
                    const base::Result<void>& result, std::string notice) {
    if (result) return http::done(path_of(*allowed.connection), std::move(notice));
    if (result.error().kind == ErrorKind::not_found) return http::refuse(result.error());
    return site.database.read([&](db::Transaction& transaction) {
        return http::refuse(result.error(), connection_page(transaction, request, site, allowed));
    });
}

http::Response list_anew(const http::Request& request, const Site& site) {
    const auto found = asked_for(request, site);
    if (!found) return http::refuse(found.error());
    return told(request, site, *found, site.pix.list(*found->connection, found->by),
                "pix.notice.listing");
}

std::int64_t campaign_of(const http::Request& request) {
    const std::string_view text = request.path_value("campaign");
    std::int64_t id = 0;
    std::from_chars(text.data(), text.data() + text.size(), id);
    return id;
}

http::Response map_campaign(const http::Request& request, const Site& site) {
    const auto found = asked_for(request, site);
    if (!found) return http::refuse(found.error());
    const std::string_view own = request.form.text("campaign");
    return told(
        request, site, *found,
        site.pix.map(*found->connection, campaign_of(request), own, found->by.perimeter, found->by),
        own.empty() ? "pix.notice.unmapped" : "pix.notice.mapped");
}

http::Response read_campaign(const http::Request& request, const Site& site) {
    const auto found = asked_for(request, site);
    if (!found) return http::refuse(found.error());
    return told(request, site, *found,
                site.pix.read(*found->connection, campaign_of(request), found->by),
                "pix.notice.reading");
}

http::Response stop_campaign(const http::Request& request, const Site& site) {
    const auto found = asked_for(request, site);
    if (!found) return http::refuse(found.error());
    return told(request, site, *found,
                site.pix.stop(*found->connection, campaign_of(request), found->by),
                "pix.notice.stopped");
}

http::View import_page(const http::Request& request, const Site& site, const Allowed& allowed,
                       const ImportReport* report) {
    const Shown shown{.connection = allowed.connection,
                      .organisation = allowed.organisation,
                      .state = {},
                      .campaigns = {},
                      .counts = {},
                      .own = {}};
    return http::view("pix/import", import_view(shown, report, request.form.text("column"),
                                                words_for(request, site)));
}

http::Response show_import(const http::Request& request, const Site& site) {
    const auto found = asked_for(request, site);
    if (!found) return http::refuse(found.error());
    return http::show(import_page(request, site, *found, nullptr));
}

http::Response import_file(const http::Request& request, const Site& site) {
    const auto found = asked_for(request, site);
    if (!found) return http::refuse(found.error());
    const http::File* file = request.form.file("file");
    if (file == nullptr)
        return http::refuse({ErrorKind::invalid, "pix.import.file_missing", "file"},
                            import_page(request, site, *found, nullptr));
    const auto report =
        site.pix.import(*found->connection, file->content, request.form.text("column"), found->by);
    if (!report) return http::refuse(report.error(), import_page(request, site, *found, nullptr));
    return http::show(import_page(request, site, *found, &*report));
}

// -- the agent

// Does the agent work where this connection is for?
bool is_for(const organisations::Tree& tree, const Connection& connection,
            const std::optional<identity::Affiliation>& works) {
    const auto* organisation = tree.find(std::string_view{connection.organisation});
    return works && organisation != nullptr && tree.contains(organisation->id, works->organisation);
}

http::View my_page(db::Transaction& transaction, const http::Request& request, const Site& site) {
    const base::PersonId person = request.person();
    const auto rights = site.identity.rights(transaction, db::Versions(transaction), person);
    const auto works = site.identity.affiliation(
        transaction, person, std::chrono::floor<std::chrono::days>(request.now));
    auto parts = site.pix.parts_of(transaction, person);
    std::vector<Mine> mine;
    std::vector<Campaign> all;
    for (const Connection& connection : site.pix.connections()) {
        const auto part = std::ranges::find(parts, connection.code, &Participant::connection);
        const auto campaigns = site.pix.campaigns(transaction, connection);
        all.insert(all.end(), campaigns.begin(), campaigns.end());
        if (part == parts.end() && !is_for(rights.tree(), connection, works)) continue;
        const auto* organisation = rights.tree().find(std::string_view{connection.organisation});
        Mine& one = mine.emplace_back();
        one.connection = &connection;
        one.code = connection.code;
        one.organisation = organisation == nullptr ? connection.code : organisation->name;
        for (const Campaign& campaign : campaigns)
            if (!campaign.campaign.empty() && !campaign.archived_at)
                one.campaigns.push_back(campaign);
        if (part == parts.end()) continue;
        one.part = *part;
        parts.erase(part);
    }
    for (Participant& part : parts) {  // of connections that are no more
        Mine& one = mine.emplace_back();
        one.code = one.organisation = part.connection;
        one.part = std::move(part);
    }
    return http::view("pix/mine", mine_view(mine, site.pix.results_of(transaction, person), all));
}

http::Response show_mine(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(my_page(transaction, request, site));
    });
}

http::Response agree(const http::Request& request, const Site& site) {
    const Connection* connection = site.pix.find(request.path_value("connection"));
    const bool mine =
        connection != nullptr && site.database.read([&](db::Transaction& transaction) {
            const auto rights =
                site.identity.rights(transaction, db::Versions(transaction), request.person());
            return is_for(
                rights.tree(), *connection,
                site.identity.affiliation(transaction, request.person(),
                                          std::chrono::floor<std::chrono::days>(request.now)));
        });
    if (!mine) return http::refuse({ErrorKind::not_found, "pix.unknown"});
    if (!request.form.flag("agree"))
        return site.database.read([&](db::Transaction& transaction) {
            return http::refuse({ErrorKind::invalid, "pix.problem.agree", "agree"},
                                my_page(transaction, request, site));
        });
    const auto result =
        site.pix.agree(request.person(), *connection, request.form.flag("topics"), request.now);
    if (!result) return http::refuse(result.error());
    return http::done("/my-pix", "pix.notice.agreed");
}

http::Response withdraw(const http::Request& request, const Site& site) {
    const auto result =
        site.pix.withdraw(request.person(), request.path_value("connection"), request.now);
    if (!result) return http::refuse(result.error());
    return http::done("/my-pix", "pix.notice.withdrawn");
}

}  // namespace

void add_pages(http::Router& router, const Site& given) {
    const auto site = std::make_shared<const Site>(given);  // shared by the handlers below
    const auto handle = [&](auto handler) {
        return [site, handler](const http::Request& request) { return handler(request, *site); };
    };
    const auto office = http::Access::any_role({"training_office", "campus_team"});
    const auto me = http::Access::signed_in();
    constexpr std::string_view text = R"({"type":"string"})";
    constexpr std::string_view flag = R"({"type":"boolean"})";

    router.add(
        "GET", "/pix", office,
        {.summary = "Connections to Pix in the reader's perimeters", .answer = connections_schema},
        handle(show_connections));
    router.add("GET", "/pix/{connection}", office,
               {.summary = "Campaigns at Pix, what they are mapped to, and their last readings",
                .answer = connection_schema},
               handle(show_connection));
    router.add("POST", "/pix/{connection}/campaigns", office,
               {.summary = "Ask Pix anew which campaigns there are"}, handle(list_anew));
    router.add("POST", "/pix/{connection}/campaigns/{campaign}", office,
               {.summary = "Map a campaign of Pix to one of Campus",
                .form = {{"campaign", text, false, "Code of the campaign of Campus; empty: none"}}},
               handle(map_campaign));
    router.add("POST", "/pix/{connection}/campaigns/{campaign}/read", office,
               {.summary = "Read the results of a campaign now, and daily"}, handle(read_campaign));
    router.add("POST", "/pix/{connection}/campaigns/{campaign}/stop", office,
               {.summary = "End a reading and the daily ones"}, handle(stop_campaign));
    router.add("GET", "/pix/{connection}/import", office,
               {.summary = "How to import a file of results", .answer = import_schema},
               handle(show_import));
    router.add({.method = "POST",
                .pattern = "/pix/{connection}/import",
                .access = office,
                .doc = {.summary = "Import Pix Orga's CSV export of results (multipart/form-data)",
                        .form = {{"file", R"({"type":"string","format":"binary"})", true},
                                 {"column", text, false, "Name of the column of identifiers"}},
                        .answer = import_schema},
                .handler = handle(import_file),
                .max_body = std::size_t{20} * 1024 * 1024});
    router.add(
        "GET", "/my-pix", me,
        {.summary = "Campaigns of Pix for me, what I agreed to, my results", .answer = mine_schema},
        handle(show_mine));
    router.add("POST", "/my-pix/{connection}/agreement", me,
               {.summary = "Agree that my results are read",
                .form = {{"agree", flag, true}, {"topics", flag, false, "Levels by topic, too"}}},
               handle(agree));
    router.add("POST", "/my-pix/{connection}/withdrawal", me,
               {.summary = "Take the agreement back: my results are erased"}, handle(withdraw));
}

}  // namespace pix
