// SPDX-License-Identifier: EUPL-1.2
#include "frameworks/pages.hpp"

#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "frameworks/frameworks.hpp"
#include "frameworks/views.hpp"
#include "http/router.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace frameworks {
namespace json = boost::json;
namespace {

struct Site {
    db::Database& database;
    Frameworks& frameworks;
    identity::Identity& identity;
    organisations::Organisations& organisations;
};

http::Response not_found(const char* key) {
    return http::refuse({base::ErrorKind::not_found, key});
}

// The levels of a form: fields level-<code>; empty ones ask for nothing. What is no number is 0,
// which why_not_targets() refuses.
Targets read_targets(const http::Form& form) {
    Targets targets;
    for (const Competence& competence : present().competences) {
        const std::string name = "level-" + competence.code;
        if (form.text(name).empty()) continue;
        const auto level = form.integer(name).value_or(0);
        targets[competence.code] =
            static_cast<int>(std::clamp<std::int64_t>(level, 0, highest_level + 1));
    }
    return targets;
}

json::object typed_of(const http::Form& form) {
    json::object typed;
    for (const auto& [name, value] : form.pairs())
        if (name != "_token") typed[name] = value;
    // A competence that was left empty stays so.
    for (const Competence& competence : present().competences)
        typed.emplace("level-" + competence.code, "");
    return typed;
}

http::Response show_framework(const http::Request& request, const Site&) {
    const Framework* framework = find(request.path_value("framework"));
    if (framework == nullptr) return not_found("frameworks.framework_unknown");
    return http::show(
        http::view("frameworks/framework", framework_view(*framework, request.language)));
}

http::Response show_trades(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto trades = site.frameworks.trades(transaction, db::Versions(transaction));
        return http::show(http::view("frameworks/trades", trades_view(*trades, request.language)));
    });
}

// --- One trade -----------------------------------------------------------------------------------

std::optional<json::object> trade_page(const http::Request& request, const Site& site,
                                       const json::object* typed) {
    return site.database.read([&](db::Transaction& transaction) -> std::optional<json::object> {
        const auto trades = site.frameworks.trades(transaction, db::Versions(transaction));
        const Trade* trade = trades->find(request.path_value("trade"));
        if (trade == nullptr) return std::nullopt;
        const bool may_edit = request.caller && request.caller->has_role("campus_team");
        std::string editor;
        // Who changed it is told to colleagues only.
        if (may_edit && trade->edited_by)
            if (const auto person = site.identity.find(transaction, *trade->edited_by))
                editor = person->full_name();
        return trade_view(*trade, may_edit, editor, typed, request.language);
    });
}

http::Response show_trade(const http::Request& request, const Site& site) {
    auto view = trade_page(request, site, nullptr);
    if (!view) return not_found("frameworks.trade_unknown");
    return http::show(http::view("frameworks/trade", std::move(*view)));
}

http::Response set_trade(const http::Request& request, const Site& site) {
    const auto code = request.path_value("trade");
    const auto done =
        site.frameworks.set_trade(request.person(), code, read_targets(request.form), request.now);
    const json::object typed = typed_of(request.form);
    auto view = trade_page(request, site, done ? nullptr : &typed);
    if (!view) return not_found("frameworks.trade_unknown");
    if (!done) return http::refuse(done.error(), http::view("frameworks/trade", std::move(*view)));
    return http::done("/trades/" + std::string(code), "frameworks.notice.trade_set",
                      http::view("", std::move(*view)));
}

// --- The common core -----------------------------------------------------------------------------

// Which one is looked at: of the organisation asked for, else of the reader's employer, else of the
// campus.
json::object core_page(const http::Request& request, const Site& site, std::string_view asked,
                       const json::object* typed) {
    return site.database.read([&](db::Transaction& transaction) {
        const db::Versions versions(transaction);
        const base::Date today = base::in_paris(request.now).day;
        const auto tree = site.organisations.tree(transaction, versions);
        const auto cores = site.frameworks.cores(transaction, versions);
        std::optional<base::OrganisationId> organisation;
        if (const auto* found = tree->find(asked))
            organisation = found->id;
        else if (request.caller && asked.empty()) {
            const auto works = site.identity.affiliation(transaction, request.person(), today);
            if (works) organisation = works->organisation;
        }
        const Core& present =
            organisation ? cores->of(*tree, *organisation, today) : cores->of_campus(today);
        const auto own = cores->set_by(organisation);
        const Core* next = nullptr;
        for (const Core* core : own)
            if (core->from > today) next = core;  // the nearest stands last
        CorePage page{.present = present,
                      .next = next,
                      .set_by = {},
                      .own = own,
                      .tree = *tree,
                      .organisation = organisation,
                      .may_set = {},
                      .may_set_campus = false,
                      .today = today,
                      .language = request.language};
        if (present.organisation)
            if (const auto* above = tree->find(*present.organisation)) page.set_by = above->name;
        if (request.caller) {
            const auto rights = site.identity.rights(transaction, versions, request.person());
            page.may_set_campus = !rights.perimeters("campus_team").empty();
            for (const auto& [one, depth] : tree->in_order())
                if (rights.may("training_office", one->id)) page.may_set.push_back(one->id);
        }
        return core_view(page, typed);
    });
}

http::Response show_core(const http::Request& request, const Site& site) {
    return http::show(
        http::view("frameworks/common-core",
                   core_page(request, site, request.query.text("organisation"), nullptr)));
}

http::Response set_core(const http::Request& request, const Site& site) {
    const auto code = request.form.text("organisation");
    NewCore core{.organisation = {},
                 .from = {},
                 .targets = read_targets(request.form),
                 .note = std::string(request.form.text("note"))};
    const auto from = base::parse_iso_date(request.form.text("from"));
    const auto tree = site.organisations.tree();
    const auto* organisation = tree->find(code);
    base::Result<std::int64_t> done;
    if (!code.empty() && organisation == nullptr) {
        done = base::unexpected(base::Error{base::ErrorKind::invalid,
                                            "frameworks.why_not.organisation", "organisation"});
    } else if (!from) {
        done = base::unexpected(
            base::Error{base::ErrorKind::invalid, "frameworks.why_not.no_day", "from"});
    } else {
        if (organisation != nullptr) core.organisation = organisation->id;
        core.from = *from;
        done = site.frameworks.set_core(request.person(), core, request.now);
    }
    const json::object typed = typed_of(request.form);
    auto view = core_page(request, site, code, done ? nullptr : &typed);
    if (!done)
        return http::refuse(done.error(), http::view("frameworks/common-core", std::move(view)));
    return http::done("/common-core?organisation=" + std::string(code),
                      "frameworks.notice.core_set", http::view("", std::move(view)), 201);
}

}  // namespace

void add_pages(http::Router& router, db::Database& database, Frameworks& frameworks,
               identity::Identity& identity, organisations::Organisations& organisations) {
    // Shared by the handlers below.
    const auto site =
        std::make_shared<const Site>(Site{database, frameworks, identity, organisations});
    const auto add = [&](const char* method, const char* pattern, http::Access access,
                         http::Doc doc, auto handler) {
        router.add(
            method, pattern, std::move(access), std::move(doc),
            [site, handler](const http::Request& request) { return handler(request, *site); });
    };
    const auto anyone = http::Access::anyone();
    std::vector<http::Parameter> levels;
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all;
        for (const Competence& competence : present().competences)
            all.push_back("level-" + competence.code);
        return all;
    }();
    for (const std::string& name : names)
        levels.push_back({name, R"({"type":["integer","null"],"minimum":1,"maximum":8})", false,
                          "Absent: not asked for"});
    add("GET", "/frameworks/{framework}", anyone,
        {.summary = "A competence framework: areas, competences, levels, mappings",
         .answer = framework_schema},
        show_framework);
    add("GET", "/trades", anyone,
        {.summary = "The State's digital trades (a working list)", .answer = trades_schema},
        show_trades);
    add("GET", "/trades/{trade}", anyone,
        {.summary = "One trade and the levels that it asks for", .answer = trade_schema},
        show_trade);
    add("POST", "/trades/{trade}", http::Access::role("campus_team"),
        {.summary = "Set the levels that a trade asks for", .form = levels, .answer = trade_schema},
        set_trade);
    add("GET", "/common-core", anyone,
        {.summary = "The common core of an administration, now and to come",
         .query = {{"organisation", R"({"type":"string"})", false,
                    "Its code; absent: the reader's own, or that of the campus"}},
         .answer = core_schema},
        show_core);
    levels.insert(levels.begin(),
                  {{"organisation", R"({"type":"string"})", false, "Its code; absent: the campus"},
                   {"from", R"({"type":"string","format":"date"})", true, "A day to come"},
                   {"note"}});
    add("POST", "/common-core", http::Access::any_role({"training_office", "campus_team"}),
        {.summary = "Set a common core from a day on",
         .form = std::move(levels),
         .answer = core_schema},
        set_core);
}

}  // namespace frameworks
