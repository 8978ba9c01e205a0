// SPDX-License-Identifier: EUPL-1.2
// What a calibration proposes for the items, for the campus team to approve.
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"
#include "positioning/pages.hpp"
#include "positioning/positioning.hpp"

#include <boost/json.hpp>

#include <cmath>

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

http::Response show(const Site& site) {
    return site.database.read([&](db::Transaction& transaction) {
        const auto open = site.positioning.proposed(transaction);
        json::object view{{"proposal", nullptr}, {"fewest_answers", fewest_answers}};
        if (!open) return http::show(http::view("positioning/calibration", std::move(view)));
        const auto measure = site.positioning.measure(transaction, db::Versions(transaction));
        json::array to_look, good;
        for (const ProposedItem& one : open->proposal.items)
            (one.good() ? good : to_look).push_back(item_view(one, measure->bank()));
        const auto count = static_cast<std::int64_t>(open->proposal.items.size());
        json::array lists;
        if (!to_look.empty()) lists.push_back({{"name", "look"}, {"items", std::move(to_look)}});
        if (!good.empty()) lists.push_back({{"name", "good"}, {"items", std::move(good)}});
        view["proposal"] = {{"id", open->id},
                            {"made_at", base::iso_time(open->made_at)},
                            {"persons", open->proposal.persons},
                            {"answers", open->proposal.answers},
                            {"converged", open->proposal.converged},
                            {"waiting", open->proposal.waiting},
                            {"kept", open->proposal.kept},
                            {"count", count},
                            {"lists", std::move(lists)}};
        return http::show(http::view("positioning/calibration", std::move(view)));
    });
}

http::Response decide(const http::Request& request, const Site& site) {
    const auto id = base::to_integer(request.path_value("proposal")).value_or(0);
    const bool approve = request.form.text("decision") == "approve";
    std::vector<base::ItemId> chosen;
    for (const std::string& item : request.form.list("items"))
        if (const auto number = base::to_integer(item)) chosen.push_back({*number});
    const auto done = approve ? site.positioning.approve(request.person(), id, chosen, request.now)
                              : site.positioning.turn_down(request.person(), id, request.now);
    if (!done) return http::refuse(done.error());
    return http::done("/administration/calibration",
                      approve ? "positioning.notice.approved" : "positioning.notice.turned_down");
}

constexpr const char* schema = R"json({"type": "object", "required": ["proposal", "fewest_answers"],
 "properties": {"proposal": {"type": ["object", "null"],
  "required": ["id", "made_at", "persons", "answers", "converged", "waiting", "kept", "count", "lists"],
  "properties": {"lists": {"type": "array", "items": {"type": "object", "required": ["name", "items"],
   "properties": {"name": {"enum": ["look", "good"]}, "items": {"type": "array",
    "items": {"type": "object", "required": ["id", "code", "answers", "calibrated", "before",
     "after", "slope", "infit", "outfit", "shift", "dif", "good", "reasons"]}}}}}}}}})json";

}  // namespace

void add_calibration_pages(http::Router& router, const Site& given) {
    const auto team = http::Access::role("campus_team");
    router.add("GET", "/administration/calibration", team,
               {.summary = "What the last calibration proposes for the items", .answer = schema},
               [given](const http::Request&) { return show(given); });
    router.add("POST", "/administration/calibration/{proposal}", team,
               {.summary = "Approves the proposal for the items named, or turns it down",
                .form = {{"decision", R"({"enum":["approve","refuse"]})", true},
                         {"items", R"({"type":"array","items":{"type":"integer"}})"}}},
               [given](const http::Request& request) { return decide(request, given); });
}

}  // namespace positioning
