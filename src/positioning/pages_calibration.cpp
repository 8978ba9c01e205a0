// SPDX-License-Identifier: EUPL-1.2
// What a calibration proposes for the items, for the campus team to approve.
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/pagination.hpp"
#include "http/router.hpp"
#include "positioning/pages.hpp"
#include "positioning/positioning.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace positioning {
namespace json = boost::json;
namespace {

double rounded(double value) {
    return std::round(value * 100) / 100;
}

json::object item_view(const ProposedItem& one, const items::Bank& bank) {
    json::array reasons;
    for (const std::string& reason : one.reasons) reasons.emplace_back(reason);
    json::object view{{"id", one.item.value},
                      {"code", bank.find(one.item)->code()},
                      {"answers", one.answers},
                      {"calibrated", one.before.calibrated},
                      {"before", rounded(one.before.difficulty())},
                      {"after", rounded(one.after.difficulty())},
                      {"slope", rounded(one.after.a)},
                      {"infit", rounded(one.infit)},
                      {"outfit", rounded(one.outfit)},
                      {"shift", rounded(one.shift)},
                      {"dif", nullptr},
                      {"good", one.good()},
                      {"reasons", std::move(reasons)}};
    // "territoriale C"
    if (const auto space = one.dif.find(' '); space != std::string::npos)
        view["dif"] = {{"branch", one.dif.substr(0, space)}, {"size", one.dif.substr(space + 1)}};
    return view;
}

constexpr int listed_per_page = 50;

// What of the proposal is looked at.
struct Looked {
    std::string competence;  // code; "": all
    std::string show;        // "look", "good"; "": both
    int page = 1;
};

Looked looked_at(const http::Request& request) {
    Looked looked{.competence = std::string{request.query.text("competence")},
                  .show = std::string{request.query.text("show")},
                  .page = static_cast<int>(request.query.integer("page", 1, 10'000, 1))};
    if (frameworks::present().find(looked.competence) == nullptr) looked.competence.clear();
    if (looked.show != "look" && looked.show != "good") looked.show.clear();
    return looked;
}

std::string url_of(const Looked& looked, int page) {
    return "/administration/calibration?competence=" + looked.competence + "&show=" + looked.show +
           "&page=" + std::to_string(page);
}

// Those to look at first, then by their codes.
std::vector<const ProposedItem*> chosen(const std::vector<ProposedItem>& all,
                                        const items::Bank& bank, const Looked& looked) {
    std::vector<const ProposedItem*> found;
    for (const ProposedItem& one : all) {
        if (!looked.competence.empty() && bank.find(one.item)->competence() != looked.competence)
            continue;
        if (looked.show.empty() || one.good() == (looked.show == "good")) found.push_back(&one);
    }
    std::ranges::sort(found, {}, [&](const ProposedItem* one) {
        return std::pair{one->good(), bank.find(one->item)->code()};
    });
    return found;
}

json::object filter_form(const Looked& looked, std::string_view language) {
    json::array competences, shows;
    for (const frameworks::Competence& one : frameworks::present().competences)
        competences.push_back({{"value", one.code},
                               {"label", one.code + " " + std::string{one.label.in(language)}},
                               {"selected", one.code == looked.competence}});
    for (const char* one : {"look", "good"})
        shows.push_back({{"value", one}, {"label", one}, {"selected", one == looked.show}});
    return {{"competence", {{"options", std::move(competences)}, {"required", false}}},
            {"show", {{"options", std::move(shows)}, {"required", false}}}};
}

json::object proposal_view(const Positioning::Proposed& open, const items::Bank& bank,
                           Looked looked, std::string_view language) {
    const std::vector<ProposedItem>& all = open.proposal.items;
    const auto found = chosen(all, bank, looked);
    const int total = static_cast<int>(found.size());
    const int last = http::last_page(total, listed_per_page);
    looked.page = std::min(looked.page, last);
    json::array shown;
    for (int i = (looked.page - 1) * listed_per_page;
         i < std::min(total, looked.page * listed_per_page); ++i)
        shown.push_back(item_view(*found[static_cast<std::size_t>(i)], bank));
    return {{"id", open.id},
            {"made_at", base::iso_time(open.made_at)},
            {"persons", open.proposal.persons},
            {"answers", open.proposal.answers},
            {"converged", open.proposal.converged},
            {"waiting", open.proposal.waiting},
            {"kept", open.proposal.kept},
            {"count", all.size()},
            {"good_count", std::ranges::count_if(all, &ProposedItem::good)},
            {"total", total},
            {"filtered", !looked.competence.empty() || !looked.show.empty()},
            {"items", std::move(shown)},
            {"pagination",
             http::pagination(looked.page, last, [&](int page) { return url_of(looked, page); })},
            {"form", filter_form(looked, language)}};
}

http::View page(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto open = site.positioning.proposed(transaction);
        json::object view{{"proposal", nullptr}, {"fewest_answers", fewest_answers}};
        if (open) {
            const auto measure = site.positioning.measure(transaction, db::Versions(transaction));
            view["proposal"] =
                proposal_view(*open, measure->bank(), looked_at(request), request.language);
        }
        return http::view("positioning/calibration", std::move(view));
    });
}

base::Result<void> decide(const http::Request& request, const Site& site) {
    const auto id = base::to_integer(request.path_value("proposal")).value_or(0);
    const std::string_view decision = request.form.text("decision");
    const base::PersonId by = request.person();
    if (decision == "approve_good") return site.positioning.approve_good(by, id, request.now);
    if (decision == "refuse") return site.positioning.turn_down(by, id, request.now);
    if (decision != "approve")
        return base::unexpected(
            base::Error{base::ErrorKind::invalid, "positioning.why_not.decision", "decision"});
    std::vector<base::ItemId> items;
    for (const std::string& item : request.form.list("items"))
        if (const auto number = base::to_integer(item)) items.push_back({*number});
    return site.positioning.approve(by, id, items, request.now);
}

http::Response answer_decision(const http::Request& request, const Site& site) {
    if (const auto done = decide(request, site); !done)
        return http::refuse(done.error(), page(request, site));
    return http::done("/administration/calibration", request.form.text("decision") == "refuse"
                                                         ? "positioning.notice.turned_down"
                                                         : "positioning.notice.approved");
}

constexpr const char* schema = R"json({"type": "object", "required": ["proposal", "fewest_answers"],
 "properties": {"proposal": {"type": ["object", "null"],
  "required": ["id", "made_at", "persons", "answers", "converged", "waiting", "kept", "count",
   "good_count", "total", "items", "pagination"],
  "properties": {"items": {"type": "array",
   "items": {"type": "object", "required": ["id", "code", "answers", "calibrated", "before",
    "after", "slope", "infit", "outfit", "shift", "dif", "good", "reasons"]}},
   "pagination": {"type": "object", "required": ["page", "last", "several", "pages"]}}}}})json";

}  // namespace

void add_calibration_pages(http::Router& router, const Site& given) {
    const auto team = http::Access::role("campus_team");
    router.add(
        "GET", "/administration/calibration", team,
        {.summary = "What the last calibration proposes for the items, fifty a page; those to "
                    "look at come first",
         .query = {{"competence", R"({"type":"string"})", false, "Code"},
                   {"show", R"({"enum":["","look","good"]})", false,
                    "Only those to look at, or only those without a warning"},
                   {"page", R"({"type":"integer","minimum":1})"}},
         .answer = schema},
        [given](const http::Request& request) { return http::show(page(request, given)); });
    router.add("POST", "/administration/calibration/{proposal}", team,
               {.summary = "Approves what is proposed for the items named or for all without a "
                           "warning, or turns down what still waits",
                .form = {{"decision", R"({"enum":["approve","approve_good","refuse"]})", true},
                         {"items", R"({"type":"array","items":{"type":"integer"}})"}}},
               [given](const http::Request& request) { return answer_decision(request, given); });
}

}  // namespace positioning
