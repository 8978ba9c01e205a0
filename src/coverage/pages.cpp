// SPDX-License-Identifier: EUPL-1.2
#include "coverage/pages.hpp"

#include "base/text.hpp"
#include "base/zone.hpp"
#include "catalogue/catalogue.hpp"
#include "coverage/pdf.hpp"
#include "coverage/views.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "frameworks/frameworks.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace coverage {
namespace json = boost::json;
namespace {

using base::ErrorKind;

constexpr int most_steps = 60;  // of a trend

// What the reader may see, kept together while a page is made.
struct Seen {
    identity::Rights rights;
    base::OrganisationId organisation;
    Place place;
};

http::Response unknown() {
    return http::refuse({ErrorKind::not_found, "coverage.unknown"});
}

// The tops of the reader's perimeters, each once, none below another.
std::vector<base::OrganisationId> tops_of(const identity::Rights& rights) {
    std::vector<base::OrganisationId> tops;
    for (const auto& [one, depth] : rights.tree().in_order()) {
        if (role_in(rights, readers(), one->id).empty()) continue;
        if (std::ranges::none_of(tops,
                                 [&](auto top) { return rights.tree().contains(top, one->id); }))
            tops.push_back(one->id);
    }
    return tops;
}

Seen seen_in(identity::Rights rights, base::OrganisationId organisation,
             const http::Request& request) {
    Place place{.tree = rights.tree(),
                .organisation = *rights.tree().find(organisation),
                .tops = tops_of(rights),
                .may_declare = !role_in(rights, declarers(), organisation).empty(),
                .today = base::in_paris(request.now).day,
                .language = request.language};
    return {std::move(rights), organisation, std::move(place)};
}

// The organisation asked for, else the first of the reader's perimeters. An unknown one and one of
// others look the same.
std::optional<Seen> seen(db::Transaction& transaction, const db::Versions& versions,
                         const http::Request& request, const Site& site, std::string_view code) {
    auto rights = site.identity.rights(transaction, versions, request.person());
    if (code.empty()) {
        const auto tops = tops_of(rights);
        if (tops.empty()) return std::nullopt;
        return seen_in(std::move(rights), tops.front(), request);
    }
    const auto* organisation = rights.tree().find(code);
    if (organisation == nullptr || role_in(rights, readers(), organisation->id).empty())
        return std::nullopt;
    return seen_in(std::move(rights), organisation->id, request);
}

// A page on an organisation: `work(transaction, versions, seen)`.
template <class Work>
http::Response on(const http::Request& request, const Site& site, std::string_view code,
                  const Work& work) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const db::Versions versions(transaction);
        const auto found = seen(transaction, versions, request, site, code);
        if (!found) return unknown();
        return work(transaction, versions, *found);
    });
}
template <class Work>
http::Response on(const http::Request& request, const Site& site, const Work& work) {
    return on(request, site, request.query.text("organisation"), work);
}

// --- Coverage ------------------------------------------------------------------------------------

// `finish` makes the answer of the page's values.
template <class Finish>
http::Response coverage_page(const http::Request& request, const Site& site, const Finish& finish) {
    return on(
        request, site, [&](db::Transaction& transaction, const db::Versions&, const Seen& found) {
            auto children = found.place.tree.children(found.organisation);
            const int pages = std::max(
                1, (static_cast<int>(children.size()) + children_per_page - 1) / children_per_page);
            const int page = static_cast<int>(request.query.integer("page", 1, pages, 1));
            const auto first = static_cast<std::size_t>(page - 1) * children_per_page;
            children.erase(children.begin(), children.begin() + static_cast<std::ptrdiff_t>(first));
            if (children.size() > children_per_page) children.resize(children_per_page);
            std::vector<base::OrganisationId> ids{found.organisation};
            for (const auto* one : children) ids.push_back(one->id);
            const auto figures = site.coverage.figures(transaction, ids);
            return finish(CoveragePage{
                .place = found.place,
                .published_on = site.coverage.last_published(transaction),
                .figures = figures,
                .children = children,
                .page = page,
                .pages = pages,
                .trend = site.coverage.trend(transaction, found.organisation, most_steps)});
        });
}

http::Response show_coverage(const http::Request& request, const Site& site) {
    return coverage_page(request, site, [](const CoveragePage& page) {
        return http::show(http::view("coverage/coverage", coverage_view(page)));
    });
}

http::Response download_pdf(const http::Request& request, const Site& site) {
    return coverage_page(request, site, [&](const CoveragePage& page) {
        return http::download(coverage_pdf(page, site.words), "application/pdf",
                              "couverture-" + page.place.organisation.code + ".pdf");
    });
}

http::Response download_csv(const http::Request& request, const Site& site) {
    return on(
        request, site, [&](db::Transaction& transaction, const db::Versions&, const Seen& found) {
            std::vector<base::OrganisationId> ids;
            for (const auto& [one, depth] : found.place.tree.in_order())
                if (found.place.tree.contains(found.organisation, one->id)) ids.push_back(one->id);
            return http::download(
                coverage_csv(found.place, site.coverage.figures(transaction, ids)),
                "text/csv; charset=utf-8", "couverture-" + found.place.organisation.code + ".csv");
        });
}

// --- Headcounts ----------------------------------------------------------------------------------

json::object headcounts_page(db::Transaction& transaction, const Seen& found, const Site& site,
                             const json::object* typed) {
    const auto list = site.coverage.headcounts(transaction, found.organisation);
    std::vector<base::PersonId> ids;
    for (const Headcount& one : list)
        if (one.by) ids.push_back(*one.by);
    std::map<base::PersonId, std::string> names;
    if (!ids.empty())
        for (const auto& [id, person] : site.identity.persons(transaction, ids))
            names.emplace(id, person.full_name());
    return headcounts_view(found.place, list, names, typed);
}

http::Response show_headcounts(const http::Request& request, const Site& site) {
    return on(request, site,
              [&](db::Transaction& transaction, const db::Versions&, const Seen& found) {
                  return http::show(http::view("coverage/headcounts",
                                               headcounts_page(transaction, found, site, nullptr)));
              });
}

json::object typed_of(const http::Form& form) {
    json::object typed;
    for (const auto& [name, value] : form.pairs())
        if (name != "_token") typed[name] = value;
    return typed;
}

http::Response declare(const http::Request& request, const Site& site) {
    const auto code = request.form.text("organisation");
    NewHeadcount given{.organisation = {},
                       .agents = request.form.integer("agents").value_or(0),
                       .as_of = {},
                       .source = std::string(request.form.text("source"))};
    const auto day = base::parse_iso_date(request.form.text("as_of"));
    const auto organisation = site.database.read(
        [&](db::Transaction& transaction) -> std::optional<base::OrganisationId> {
            const auto found = seen(transaction, db::Versions(transaction), request, site, code);
            return found ? std::optional{found->organisation} : std::nullopt;
        });
    if (!organisation) return unknown();
    base::Result<void> done;
    if (day) {
        given.organisation = *organisation;
        given.as_of = *day;
        done = site.coverage.declare(request.person(), given, request.now);
    } else {
        done =
            base::unexpected(base::Error{ErrorKind::invalid, "coverage.why_not.no_day", "as_of"});
    }
    const json::object typed = typed_of(request.form);
    return on(request, site, code,
              [&](db::Transaction& transaction, const db::Versions&, const Seen& found) {
                  auto view = headcounts_page(transaction, found, site, done ? nullptr : &typed);
                  if (!done)
                      return http::refuse(done.error(),
                                          http::view("coverage/headcounts", std::move(view)));
                  return http::done(address("/coverage/headcounts", found.place.organisation),
                                    "coverage.notice.declared", http::view("", std::move(view)),
                                    201);
              });
}

http::Response import_headcounts(const http::Request& request, const Site& site) {
    const http::File* file = request.form.file("file");
    base::Result<organisations::ImportReport> report =
        file == nullptr
            ? base::unexpected(base::Error{ErrorKind::invalid, "coverage.import.no_file", "file"})
            : site.coverage.import_headcounts(request.person(), file->content, request.now);
    return on(request, site, request.form.text("organisation"),
              [&](db::Transaction& transaction, const db::Versions&, const Seen& found) {
                  auto view = headcounts_page(transaction, found, site, nullptr);
                  if (!report)
                      return http::refuse(report.error(),
                                          http::view("coverage/headcounts", std::move(view)));
                  view["report"] =
                      organisations::report_view(*report, [&](const base::Reason& reason) {
                          return site.words.message(request.language, reason);
                      });
                  return http::show(http::view("coverage/headcounts", std::move(view)));
              });
}

// --- Skills map ----------------------------------------------------------------------------------

template <class Finish>
http::Response skills_page(const http::Request& request, const Site& site, const Finish& finish) {
    return on(request, site,
              [&](db::Transaction& transaction, const db::Versions& versions, const Seen& found) {
                  const std::array only{found.organisation};
                  const auto figures = site.coverage.figures(transaction, only);
                  const auto cores = site.frameworks.cores(transaction, versions);
                  const frameworks::Core& core =
                      cores->of(found.place.tree, found.organisation, found.place.today);
                  return finish(
                      SkillsPage{.place = found.place,
                                 .published_on = site.coverage.last_published(transaction),
                                 .figures = figures.empty() ? nullptr : &figures.begin()->second,
                                 .targets = core.targets});
              });
}

http::Response show_skills(const http::Request& request, const Site& site) {
    return skills_page(request, site, [](const SkillsPage& page) {
        return http::show(http::view("coverage/skills-map", skills_view(page)));
    });
}

http::Response download_skills(const http::Request& request, const Site& site) {
    return skills_page(request, site, [](const SkillsPage& page) {
        return http::download(skills_csv(page), "text/csv; charset=utf-8",
                              "competences-" + page.place.organisation.code + ".csv");
    });
}

// --- Draft training plans ------------------------------------------------------------------------

json::object plans_page(db::Transaction& transaction, const Seen& found, const Site& site,
                        const json::object* typed) {
    const std::array only{found.organisation};
    const auto figures = site.coverage.figures(transaction, only);
    const bool enough = !figures.empty() && figures.begin()->second.counts[count_positioned] > 0;
    return plans_view(found.place, site.coverage.drafts(transaction, found.organisation), enough,
                      typed);
}

http::Response show_plans(const http::Request& request, const Site& site) {
    return on(request, site,
              [&](db::Transaction& transaction, const db::Versions&, const Seen& found) {
                  return http::show(http::view("coverage/training-plans",
                                               plans_page(transaction, found, site, nullptr)));
              });
}

http::Response make_draft(const http::Request& request, const Site& site) {
    const auto code = request.form.text("organisation");
    const auto organisation = site.database.read(
        [&](db::Transaction& transaction) -> std::optional<base::OrganisationId> {
            const auto found = seen(transaction, db::Versions(transaction), request, site, code);
            return found ? std::optional{found->organisation} : std::nullopt;
        });
    if (!organisation) return unknown();
    // What is no number is out of bounds, and refused as that.
    const auto hours = std::clamp<std::int64_t>(request.form.integer("hours").value_or(0), 0,
                                                most_budget_hours + 1);
    const auto euros = std::clamp<std::int64_t>(request.form.integer("euros").value_or(-1), -1,
                                                most_budget_euros + 1);
    const auto done = site.coverage.draft(request.person(), *organisation,
                                          {hours * 60, euros * 100}, request.now);
    if (done)
        return http::done("/training-plan/" + std::to_string(*done), "coverage.notice.drafting",
                          http::view("", json::object{{"id", *done}}), 202);
    const json::object typed = typed_of(request.form);
    return on(request, site, code,
              [&](db::Transaction& transaction, const db::Versions&, const Seen& found) {
                  return http::refuse(done.error(),
                                      http::view("coverage/training-plans",
                                                 plans_page(transaction, found, site, &typed)));
              });
}

// One draft: `finish(draft, place, titles)`. One of others looks unknown.
template <class Finish>
http::Response draft_page(const http::Request& request, const Site& site, const Finish& finish) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const auto missing = [] {
            return http::refuse({ErrorKind::not_found, "coverage.draft_unknown"});
        };
        const auto id = base::to_integer(request.path_value("draft"));
        const auto draft = id ? site.coverage.find_draft(transaction, *id) : std::nullopt;
        if (!draft) return missing();
        const db::Versions versions(transaction);
        auto rights = site.identity.rights(transaction, versions, request.person());
        if (role_in(rights, readers(), draft->organisation).empty()) return missing();
        const Seen found = seen_in(std::move(rights), draft->organisation, request);
        std::vector<base::OfferId> offers;
        for (const DraftSeats& one : draft->seats) offers.push_back(one.offer);
        const auto titles = offers.empty() ? Titles{} : site.catalogue.titles(transaction, offers);
        return finish(*draft, found.place, titles);
    });
}

http::Response show_draft(const http::Request& request, const Site& site) {
    return draft_page(
        request, site, [](const Draft& draft, const Place& place, const Titles& titles) {
            return http::show(
                http::view("coverage/training-plan", draft_view(place, draft, titles, nullptr)));
        });
}

http::Response download_draft(const http::Request& request, const Site& site) {
    return draft_page(request, site,
                      [](const Draft& draft, const Place& place, const Titles& titles) {
                          return http::download(draft_csv(draft, titles), "text/csv; charset=utf-8",
                                                "plan-" + place.organisation.code + ".csv");
                      });
}

http::Response change_draft(const http::Request& request, const Site& site) {
    constexpr std::string_view prefix = "seats-";
    const auto id = base::to_integer(request.path_value("draft")).value_or(0);
    std::map<base::OfferId, std::int64_t> seats;
    for (const auto& [name, value] : request.form.pairs())
        if (name.starts_with(prefix))
            if (const auto offer = base::to_integer(std::string_view{name}.substr(prefix.size())))
                // What is no number is refused as such.
                seats[{*offer}] = base::to_integer(base::trim(value)).value_or(-1);
    const auto done = site.coverage.change_seats(request.person(), id, seats, request.now);
    const json::object typed = typed_of(request.form);
    return draft_page(
        request, site, [&](const Draft& draft, const Place& place, const Titles& titles) {
            auto view = draft_view(place, draft, titles, done ? nullptr : &typed);
            if (!done)
                return http::refuse(done.error(),
                                    http::view("coverage/training-plan", std::move(view)));
            return http::done("/training-plan/" + std::to_string(id), "coverage.notice.changed",
                              http::view("", std::move(view)));
        });
}

http::Response remove_draft(const http::Request& request, const Site& site) {
    const auto id = base::to_integer(request.path_value("draft")).value_or(0);
    const auto organisation = site.database.read(
        [&](db::Transaction& transaction) -> std::optional<base::OrganisationId> {
            const auto draft = site.coverage.find_draft(transaction, id);
            return draft ? std::optional{draft->organisation} : std::nullopt;
        });
    const auto done = site.coverage.remove_draft(request.person(), id, request.now);
    if (!done) return http::refuse(done.error());
    return on(request, site, "", [&](db::Transaction&, const db::Versions&, const Seen& found) {
        const auto* one = found.place.tree.find(organisation.value());
        return http::done(address("/training-plan", *one), "coverage.notice.removed");
    });
}

constexpr std::string_view integer = R"({"type":"integer"})";

}  // namespace

void add_pages(http::Router& router, const Site& given) {
    const auto with = [given](http::Response (*handler)(const http::Request&, const Site&)) {
        return [given, handler](const http::Request& request) { return handler(request, given); };
    };
    const auto in = http::Access::any_role({readers().begin(), readers().end()});
    const auto declaring = http::Access::any_role({declarers().begin(), declarers().end()});
    const http::Parameter where{"organisation", R"({"type":"string"})", false,
                                "Its code; absent: the first of the reader's perimeters"};
    router.add("GET", "/coverage", in,
               {.summary = "Coverage of the common core: an organisation and those below it",
                .query = {where, {"page", integer}},
                .answer = coverage_schema},
               with(show_coverage));
    router.add("GET", "/coverage/csv", in,
               {.summary = "Coverage of an organisation and all below it",
                .query = {where},
                .content_type = "text/csv"},
               with(download_csv));
    router.add(
        "GET", "/coverage/pdf", in,
        {.summary = "Coverage to print", .query = {where}, .content_type = "application/pdf"},
        with(download_pdf));
    router.add("GET", "/coverage/headcounts", in,
               {.summary = "The headcounts declared for an organisation",
                .query = {where},
                .answer = headcounts_schema},
               with(show_headcounts));
    router.add("POST", "/coverage/headcounts", declaring,
               {.summary = "Declares a headcount",
                .form = {{"organisation", R"({"type":"string"})", true},
                         {"agents", integer, true},
                         {"as_of", R"({"type":"string","format":"date"})", true},
                         {"source", R"({"type":"string"})", true}},
                .answer = headcounts_schema},
               with(declare));
    router.add({.method = "POST",
                .pattern = "/coverage/headcounts/import",
                .access = declaring,
                .doc = {.summary = "Declares headcounts from a CSV file (multipart/form-data)",
                        .form = {{"file", R"({"type":"string","format":"binary"})", true},
                                 {"organisation"}},
                        .answer = headcounts_schema},
                .handler = with(import_headcounts),
                .max_body = std::size_t{5} * 1024 * 1024});
    router.add("GET", "/skills-map", in,
               {.summary = "Levels by competence, the largest gaps to the core first",
                .query = {where},
                .answer = skills_schema},
               with(show_skills));
    router.add("GET", "/skills-map/csv", in,
               {.summary = "The map of skills", .query = {where}, .content_type = "text/csv"},
               with(download_skills));
    router.add("GET", "/training-plan", in,
               {.summary = "The draft training plans of an organisation",
                .query = {where},
                .answer = plans_schema},
               with(show_plans));
    router.add("POST", "/training-plan", in,
               {.summary = "Drafts a training plan under a budget of hours and euros",
                .form = {{"organisation", R"({"type":"string"})", true},
                         {"hours", integer, true, "Of all seats together"},
                         {"euros", integer, true, "Of all seats together"}},
                .answer = R"({"type":"object","required":["id"]})"},
               with(make_draft));
    const std::string one = "/training-plan/{draft}";
    router.add("GET", one, in, {.summary = "A draft, or how far it is", .answer = draft_schema},
               with(show_draft));
    router.add(
        "POST", one, in,
        {.summary = "Changes the seats of a draft: fields seats-<offer>", .answer = draft_schema},
        with(change_draft));
    router.add("POST", one + "/delete", in, {.summary = "Removes a draft"}, with(remove_draft));
    router.add("GET", one + "/csv", in,
               {.summary = "The seats of a draft", .content_type = "text/csv"},
               with(download_draft));
}

}  // namespace coverage
