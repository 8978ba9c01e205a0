// SPDX-License-Identifier: EUPL-1.2
#include "organisations/views.hpp"

#include "base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace organisations {
namespace json = boost::json;

const std::string_view list_schema = R"json({
 "type": "object",
 "required": ["words", "total", "organisations"],
 "properties": {
  "words": {"type": "string"},
  "total": {"type": "integer"},
  "organisations": {"type": "array", "items": {
   "type": "object",
   "required": ["code", "name", "short_name", "kind", "branch", "depth", "parent"],
   "properties": {
    "code": {"type": "string"}, "name": {"type": "string"}, "short_name": {"type": "string"},
    "kind": {"type": "string"}, "branch": {"type": "string"}, "town": {"type": "string"},
    "depth": {"type": "integer"}, "parent": {"type": "string"}, "opens": {"type": "integer"},
    "ends": {"type": "array", "items": {"type": "string"}}}}}}})json";

const std::string_view organisation_schema = R"json({
 "type": "object",
 "required": ["code", "name", "short_name", "kind", "branch", "siret", "town", "above", "below"],
 "properties": {
  "code": {"type": "string"}, "name": {"type": "string"}, "short_name": {"type": "string"},
  "kind": {"type": "string"}, "branch": {"type": "string"}, "siret": {"type": "string"},
  "town": {"type": "string"},
  "above": {"type": "array", "items": {"type": "object", "required": ["code", "name"]}},
  "below": {"type": "array", "items": {"type": "object", "required": ["code", "name"]}}}})json";

const std::string_view report_schema = R"json({
 "type": "object",
 "properties": {"report": {
  "type": "object",
  "required": ["added", "changed", "unchanged", "problem_count", "problems"],
  "properties": {
   "added": {"type": "integer"}, "changed": {"type": "integer"},
   "unchanged": {"type": "integer"}, "problem_count": {"type": "integer"},
   "problems": {"type": "array", "items": {
    "type": "object",
    "required": ["line", "reason", "message"],
    "properties": {"line": {"type": "integer"}, "reason": {"type": "string"},
                   "message": {"type": "string"}}}}}}}})json";

namespace {

// 10,000 wrong lines are told as 1,000 and a number: nobody reads more on one page.
constexpr std::size_t most_problems_told = 1000;

json::object short_view(const Organisation& organisation) {
    return {{"code", organisation.code},
            {"name", organisation.name},
            {"short_name", organisation.short_name},
            {"kind", organisation.kind},
            {"branch", organisation.branch},
            {"town", organisation.town}};
}

}  // namespace

json::object list_view(const Tree& tree, std::string_view words) {
    const std::vector<std::string> wanted = base::split(base::fold(words), ' ');
    const auto& in_order = tree.in_order();
    std::map<base::OrganisationId, int> children;
    for (const auto& [organisation, depth] : in_order)
        if (organisation->parent) ++children[*organisation->parent];
    json::array views;
    std::vector<const Organisation*> open;  // whose lists have begun
    for (std::size_t i = 0; i < in_order.size(); ++i) {
        const auto& [organisation, depth] = in_order[i];
        open.resize(static_cast<std::size_t>(depth));
        const std::string parent = open.empty() ? "" : open.back()->code;
        open.push_back(organisation);
        if (!organisation->has_all(wanted)) continue;
        json::object view = short_view(*organisation);
        view["depth"] = depth;
        view["parent"] = parent;
        if (wanted.empty()) {
            const int next = i + 1 < in_order.size() ? in_order[i + 1].second : 0;
            view["opens"] = children[organisation->id];
            json::array ends;
            for (int level = depth - 1; level >= next; --level)
                ends.emplace_back(open[static_cast<std::size_t>(level)]->code);
            view["ends"] = std::move(ends);
        }
        views.push_back(std::move(view));
    }
    const std::size_t total = views.size();
    return {{"words", words},
            {"total", total},
            {"searched", !wanted.empty()},
            {"organisations", std::move(views)}};
}

json::object organisation_view(const Tree& tree, const Organisation& organisation) {
    json::object view = short_view(organisation);
    view["siret"] = organisation.siret;
    json::array above;
    const auto chain = tree.chain(organisation.id);
    for (auto at = chain.rbegin(); at != chain.rend(); ++at)
        if (*at != &organisation)
            above.push_back({{"code", (*at)->code}, {"name", (*at)->shown_name()}});
    view["above"] = std::move(above);
    json::array below;
    for (const Organisation* child : tree.children(organisation.id)) {
        json::object item = short_view(*child);
        item["below"] = tree.children(child->id).size();
        below.push_back(std::move(item));
    }
    view["below"] = std::move(below);
    return view;
}

json::object report_view(const ImportReport& report,
                         const std::function<std::string(const base::Reason&)>& words) {
    json::array problems;
    for (const ImportReport::Problem& problem : report.problems) {
        if (problems.size() == most_problems_told) break;
        problems.push_back({{"line", problem.line},
                            {"reason", problem.reason.message_key},
                            {"message", words(problem.reason)}});
    }
    return {{"added", report.added},
            {"changed", report.changed},
            {"unchanged", report.unchanged},
            {"problem_count", report.problems.size()},
            {"problems", std::move(problems)}};
}

}  // namespace organisations
