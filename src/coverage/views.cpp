// SPDX-License-Identifier: EUPL-1.2
#include "coverage/views.hpp"

#include "base/csv.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "catalogue/catalogue.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace coverage {
namespace json = boost::json;
namespace {

using organisations::Organisation;

json::value number(const std::optional<std::int64_t>& count) {
    return count ? json::value(*count) : json::value{};
}

json::object named(const Organisation& one) {
    return {{"code", one.code}, {"name", one.name}};
}

json::object row_view(const Organisation& organisation, const Figures* figures) {
    json::object view{{"organisation", named(organisation)},
                      {"headcount", nullptr},
                      {"positioned", nullptr},
                      {"at_core", nullptr},
                      {"on_the_way", nullptr},
                      {"unknown", nullptr},
                      {"percent_positioned", nullptr},
                      {"percent_at_core", nullptr}};
    if (figures == nullptr) return view;
    const Row row = row_of(*figures);
    view["positioned"] = number(row.positioned);
    view["at_core"] = number(row.at_core);
    view["on_the_way"] = number(row.on_the_way);
    view["unknown"] = number(row.unknown);
    if (!figures->of) return view;
    const Denominator& of = *figures->of;
    view["headcount"] = {{"agents", of.agents},
                         {"as_of", base::iso_date(of.as_of)},
                         {"source", of.source},
                         {"summed", of.summed}};
    const auto percent = [&](std::int64_t count) {
        return (100 * count + of.agents / 2) / of.agents;
    };
    if (row.positioned) view["percent_positioned"] = percent(*row.positioned);
    if (row.at_core) view["percent_at_core"] = percent(*row.at_core);
    return view;
}

// What all pages on an organisation begin with.
json::object place_view(const Place& place, std::string_view path) {
    json::array above, tops;
    for (const Organisation* one : place.tree.chain(place.organisation.id)) {
        const bool seen = std::ranges::any_of(place.tops, [&](base::OrganisationId top) {
            return place.tree.contains(top, one->id);
        });
        if (!seen || one->id == place.organisation.id) continue;
        above.insert(above.begin(),
                     json::object{{"name", one->name}, {"url", address(path, *one)}});
    }
    for (const base::OrganisationId top : place.tops)
        if (const Organisation* one = place.tree.find(top))
            tops.push_back({{"value", one->code},
                            {"label", one->name},
                            {"url", address(path, *one)},
                            {"here", top == place.organisation.id}});
    const auto link = [&](const char* to) { return address(to, place.organisation); };
    return {{"organisation", named(place.organisation)},
            {"above", std::move(above)},
            {"perimeters", tops.size() > 1 ? std::move(tops) : json::array{}},
            {"may_declare", place.may_declare},
            {"coverage_url", link("/coverage")},
            {"headcounts_url", link("/coverage/headcounts")},
            {"skills_url", link("/skills-map")},
            {"plan_url", link("/training-plan")}};
}

json::value day(const std::optional<base::Date>& one) {
    return one ? json::value(base::iso_date(*one)) : json::value{};
}

// Steps from day to day: a figure holds until the next one.
json::value trend_chart(const std::vector<Past>& trend, base::Date today) {
    constexpr int width = 640, height = 220, left = 60, right = 10, top = 14, bottom = 30;
    if (trend.empty() || trend.front().positioned == 0) return nullptr;
    const base::Date first = trend.back().day;
    const auto span = std::max<std::int64_t>(1, (today - first).count());
    std::int64_t most = smallest_group;
    for (const Past& one : trend) most = std::max(most, one.positioned);
    const auto x = [&](base::Date at) {
        return left + (width - left - right) * (at - first).count() / span;
    };
    const auto y = [&](std::int64_t count) {
        return height - bottom - (height - top - bottom) * count / most;
    };
    const auto line = [&](auto member) {
        std::string points;
        const auto add = [&](std::int64_t at, std::int64_t level) {
            points +=
                (points.empty() ? "" : " ") + std::to_string(at) + "," + std::to_string(level);
        };
        std::int64_t last = y(0);
        for (auto one = trend.rbegin(); one != trend.rend(); ++one) {
            add(x(one->day), last);
            last = y((*one).*member);
            add(x(one->day), last);
        }
        add(x(today), last);
        return points;
    };
    return json::object{{"width", width},
                        {"height", height},
                        {"left", left},
                        {"right", width - right},
                        {"top", top},
                        {"bottom", height - bottom},
                        {"label_y", height - 8},
                        {"most", most},
                        {"from", base::iso_date(first)},
                        {"to", base::iso_date(today)},
                        {"positioned", line(&Past::positioned)},
                        {"at_core", line(&Past::at_core)}};
}

std::string cell(const std::optional<std::int64_t>& count) {
    return count ? std::to_string(*count) : "<5";
}

json::object typed_value(const json::object* typed, const char* name,
                         const json::value& otherwise) {
    const json::value* value = typed == nullptr ? nullptr : typed->if_contains(name);
    return {{"value", value == nullptr ? otherwise : *value}, {"required", true}};
}

// Levels 0 to 8 in five bands: none yet, then two levels each.
constexpr std::array<std::string_view, 5> bands{"none", "fundamental", "intermediate", "advanced",
                                                "highly_specialised"};
std::array<std::int64_t, 5> by_band(const Skill& skill) {
    std::array<std::int64_t, 5> persons{};
    for (std::size_t level = 0; level < skill.by_level.size(); ++level)
        persons.at(level == 0 ? 0
                              : static_cast<std::size_t>(
                                    frameworks::band_of(static_cast<int>(level)) + 1)) +=
            skill.by_level[level];
    return persons;
}

json::object skill_view(const Skill& skill, std::string_view language) {
    json::array levels, told;
    const auto persons = by_band(skill);
    if (skill.asked) {
        for (std::size_t level = 0; level < skill.by_level.size(); ++level)
            levels.push_back(
                {{"level", level},
                 {"persons", skill.by_level[level] == 0 ? json::value{}
                                                        : json::value(skill.by_level[level])}});
        for (std::size_t i = 0; i < bands.size(); ++i)
            told.push_back(
                {{"band", bands.at(i)},
                 {"persons", persons.at(i) == 0 ? json::value{} : json::value(persons.at(i))}});
    }
    return {{"code", skill.competence->code},
            {"label", skill.competence->label.in(language)},
            {"target", skill.target == 0 ? json::value{} : json::value(skill.target)},
            {"asked", number(skill.asked)},
            {"below", number(skill.below)},
            {"gap", skill.asked && skill.target > 0 ? json::value(std::round(skill.gap * 100) / 100)
                                                    : json::value{}},
            {"bands", std::move(told)},
            {"levels", std::move(levels)}};
}

json::value skills_chart(const std::vector<Skill>& skills) {
    constexpr int width = 640, left = 44, row_height = 24, top = 8;
    json::array rows;
    for (const Skill& skill : skills) {
        if (!skill.asked || skill.target == 0) continue;
        const int y = top + static_cast<int>(rows.size()) * row_height;
        json::array blocks;
        std::int64_t before = 0;
        const auto persons = by_band(skill);
        const auto x = [&](std::int64_t count) {
            return left + (width - left) * count / *skill.asked;
        };
        for (std::size_t i = 0; i < persons.size(); ++i) {
            if (persons.at(i) == 0) continue;
            blocks.push_back({{"band", i},
                              {"x", x(before)},
                              {"y", y},
                              {"width", x(before + persons.at(i)) - x(before)}});
            before += persons.at(i);
        }
        rows.push_back(
            {{"code", skill.competence->code}, {"text_y", y + 14}, {"blocks", std::move(blocks)}});
    }
    if (rows.empty()) return nullptr;
    const auto height = top + static_cast<int>(rows.size()) * row_height;
    return json::object{{"width", width}, {"height", height}, {"rows", std::move(rows)}};
}

json::object draft_summary(const Draft& draft) {
    const bool done = draft.state == DraftState::done;
    const double part =
        draft.bound > 0 ? std::min(1.0, static_cast<double>(draft.closed) / draft.bound) : 1;
    return {{"id", draft.id},
            {"url", "/training-plan/" + std::to_string(draft.id)},
            {"created_at", base::iso_time(draft.created_at)},
            {"state", name_of(draft.state)},
            {"done", done},
            {"failed", draft.state == DraftState::failed},
            {"progress", draft.progress},
            {"budget_hours", draft.budget.minutes / 60},
            {"budget_cents", draft.budget.cents},
            {"figures_of", done ? json::value(base::iso_date(draft.figures_of)) : json::value{}},
            {"persons", draft.persons},
            {"groups", draft.groups},
            {"gap", draft.gap},
            {"closed", draft.closed},
            {"closed_percent", draft.gap > 0 ? 100 * draft.closed / draft.gap : 0},
            {"bound", std::llround(draft.bound)},
            {"exact", draft.exact},
            // Of the bound, in percent with two decimals.
            {"to_bound", std::round(10000 * (1 - part)) / 100},
            {"unpriced", draft.unpriced}};
}

}  // namespace

std::string address(std::string_view path, const Organisation& organisation) {
    return std::string{path} + "?organisation=" + organisation.code;
}

json::object coverage_view(const CoveragePage& page) {
    const Place& place = page.place;
    const auto figures_of = [&](const Organisation& one) {
        const auto found = page.figures.find(one.id);
        return found == page.figures.end() ? nullptr : &found->second;
    };
    json::array children;
    for (const Organisation* one : page.children) {
        json::object row = row_view(*one, figures_of(*one));
        row["url"] = address("/coverage", *one);
        children.push_back(std::move(row));
    }
    json::array trend;
    for (const Past& one : page.trend)
        trend.push_back(
            {{"day", base::iso_date(one.day)},
             {"positioned", one.positioned == 0 ? json::value{} : json::value(one.positioned)},
             {"at_core", one.at_core == 0 ? json::value{} : json::value(one.at_core)}});
    const auto left = (deadline - place.today).count();
    json::object view = place_view(place, "/coverage");
    view["published_on"] = day(page.published_on);
    view["deadline"] = base::iso_date(deadline);
    view["days_left"] = std::max<std::int64_t>(0, left);
    view["deadline_passed"] = left < 0;
    view["sure_enough"] = std::lround(sure_enough * 100);
    view["row"] = row_view(place.organisation, figures_of(place.organisation));
    view["children"] = std::move(children);
    view["trend"] = std::move(trend);
    view["chart"] = trend_chart(page.trend, place.today);
    view["csv_url"] = address("/coverage/csv", place.organisation);
    view["pdf_url"] = address("/coverage/pdf", place.organisation);
    const auto page_url = [&](int number) -> json::value {
        if (number < 1 || number > page.pages) return nullptr;
        return json::value(address("/coverage", place.organisation) +
                           "&page=" + std::to_string(number));
    };
    view["pagination"] =
        page.pages == 1
            ? json::value{}
            : json::value(json::object{
                  {"pages",
                   json::array{json::object{
                       {"number", page.page}, {"url", ""}, {"current", true}, {"gap", false}}}},
                  {"previous_url", page_url(page.page - 1)},
                  {"next_url", page_url(page.page + 1)}});
    return view;
}

std::string coverage_csv(const Place& place,
                         const std::map<base::OrganisationId, Figures>& figures) {
    std::string text;
    base::write_csv_row(text,
                        {"organisation", "name", "headcount", "headcount_as_of", "headcount_source",
                         "positioned", "at_core", "on_the_way", "unknown", "figures_since"});
    for (const auto& [one, depth] : place.tree.in_order()) {
        if (!place.tree.contains(place.organisation.id, one->id)) continue;
        const auto found = figures.find(one->id);
        if (found == figures.end()) {
            base::write_csv_row(text, {one->code, one->name, "", "", "", "<5", "<5", "<5", "", ""});
            continue;
        }
        const Row row = row_of(found->second);
        const auto& of = found->second.of;
        base::write_csv_row(text, {one->code, one->name, of ? std::to_string(of->agents) : "",
                                   of ? base::iso_date(of->as_of) : "", of ? of->source : "",
                                   cell(row.positioned), cell(row.at_core), cell(row.on_the_way),
                                   row.unknown ? std::to_string(*row.unknown) : "",
                                   base::iso_date(found->second.day)});
    }
    return text;
}

json::object headcounts_view(const Place& place, const std::vector<Headcount>& list,
                             const std::map<base::PersonId, std::string>& names,
                             const json::object* typed) {
    json::array told;
    for (const Headcount& one : list) {
        const auto name = one.by ? names.find(*one.by) : names.end();
        told.push_back({{"agents", one.told.agents},
                        {"as_of", base::iso_date(one.told.as_of)},
                        {"source", one.told.source},
                        {"declared_at", base::iso_time(one.at)},
                        {"declared_by", name == names.end() ? "" : name->second}});
    }
    json::object view = place_view(place, "/coverage/headcounts");
    view["headcounts"] = std::move(told);
    view["form"] = {
        {"agents", typed_value(typed, "agents", "")},
        {"as_of", typed_value(typed, "as_of", json::value(base::iso_date(place.today)))},
        {"source", typed_value(typed, "source", "")},
        {"file", {{"required", true}}}};
    return view;
}

json::object skills_view(const SkillsPage& page) {
    json::object view = place_view(page.place, "/skills-map");
    view["published_on"] = day(page.published_on);
    view["row"] = row_view(page.place.organisation, page.figures);
    view["csv_url"] = address("/skills-map/csv", page.place.organisation);
    json::array skills;
    view["chart"] = nullptr;
    if (page.figures != nullptr && page.figures->counts[count_positioned] > 0) {
        const auto list = skills_of(*page.figures, page.targets);
        for (const Skill& skill : list) skills.push_back(skill_view(skill, page.place.language));
        view["chart"] = skills_chart(list);
    }
    view["skills"] = std::move(skills);
    return view;
}

std::string skills_csv(const SkillsPage& page) {
    std::string text;
    std::vector<std::string> head{"competence", "label", "target", "asked", "below", "gap"};
    for (int level = 0; level <= frameworks::highest_level; ++level)
        head.push_back("level_" + std::to_string(level));
    base::write_csv_row(text, head);
    if (page.figures == nullptr) return text;
    for (const Skill& skill : skills_of(*page.figures, page.targets)) {
        std::vector<std::string> line{skill.competence->code,
                                      skill.competence->label.in(page.place.language),
                                      skill.target == 0 ? "" : std::to_string(skill.target),
                                      cell(skill.asked),
                                      skill.target == 0 ? "" : cell(skill.below),
                                      ""};
        if (skill.asked && skill.target > 0) {
            const auto hundredths = std::lround(skill.gap * 100);
            line.back() = std::to_string(hundredths / 100) + "." +
                          std::to_string(hundredths / 10 % 10) + std::to_string(hundredths % 10);
        }
        for (std::size_t level = 0; level <= frameworks::highest_level; ++level)
            line.push_back(level < skill.by_level.size() && skill.by_level[level] > 0
                               ? std::to_string(skill.by_level[level])
                               : "<5");
        base::write_csv_row(text, line);
    }
    return text;
}

json::object plans_view(const Place& place, const std::vector<Draft>& drafts, bool enough,
                        const json::object* typed) {
    json::array list;
    for (const Draft& draft : drafts) list.push_back(draft_summary(draft));
    json::object view = place_view(place, "/training-plan");
    view["enough"] = enough;
    view["drafts"] = std::move(list);
    view["form"] = {{"hours", typed_value(typed, "hours", "")},
                    {"euros", typed_value(typed, "euros", "")}};
    return view;
}

namespace {

json::value cents_of(const DraftSeats& one, std::int64_t seats) {
    return one.cents ? json::value(seats * *one.cents) : json::value{};
}

}  // namespace

json::object draft_view(const Place& place, const Draft& draft, const Titles& titles,
                        const json::object* typed) {
    json::object view = place_view(place, "/training-plan");
    for (auto& [name, value] : draft_summary(draft)) view[name] = value;
    json::array seats;
    std::int64_t minutes = 0, cents = 0, count = 0;
    for (const DraftSeats& one : draft.seats) {
        const auto title = titles.find(one.offer);
        const std::string field = "seats-" + std::to_string(one.offer.value);
        const json::value* value = typed == nullptr ? nullptr : typed->if_contains(field);
        minutes += one.seats * one.minutes;
        cents += one.seats * one.cents.value_or(0);
        count += one.seats;
        seats.push_back(
            {{"offer", one.offer.value},
             {"field", field},
             {"title", title == titles.end() ? "" : title->second.title},
             {"url", title == titles.end() ? "" : "/catalogue/" + title->second.slug},
             {"proposed", one.proposed},
             {"seats", one.seats},
             {"value", value == nullptr ? json::value(std::to_string(one.seats)) : *value},
             {"minutes", one.minutes},
             {"priced", one.cents.has_value()},
             {"cents", cents_of(one, 1)},
             {"all_hours", (one.seats * one.minutes + 30) / 60},
             {"all_cents", cents_of(one, one.seats)}});
    }
    view["seats"] = std::move(seats);
    view["total_seats"] = count;
    view["total_hours"] = (minutes + 30) / 60;
    view["total_cents"] = cents;
    view["over_budget"] = minutes > draft.budget.minutes || cents > draft.budget.cents;
    view["csv_url"] = "/training-plan/" + std::to_string(draft.id) + "/csv";
    return view;
}

std::string draft_csv(const Draft& draft, const Titles& titles) {
    const auto euros = [](const DraftSeats& one, std::int64_t seats) -> std::string {
        if (!one.cents) return "";
        const std::int64_t cents = seats * *one.cents;
        const std::string rest = std::to_string(cents % 100);
        return std::to_string(cents / 100) + "." + (rest.size() == 1 ? "0" : "") + rest;
    };
    std::string text;
    base::write_csv_row(text, {"offer", "title", "seats", "proposed", "minutes_each", "euros_each",
                               "minutes", "euros"});
    for (const DraftSeats& one : draft.seats) {
        const auto title = titles.find(one.offer);
        base::write_csv_row(
            text, {title == titles.end() ? "" : title->second.slug,
                   title == titles.end() ? "" : title->second.title, std::to_string(one.seats),
                   std::to_string(one.proposed), std::to_string(one.minutes), euros(one, 1),
                   std::to_string(one.seats * one.minutes), euros(one, one.seats)});
    }
    return text;
}

const std::string_view coverage_schema = R"json({
 "type": "object",
 "required": ["organisation", "above", "perimeters", "published_on", "deadline", "days_left",
  "sure_enough", "row", "children", "trend"],
 "properties": {
  "row": {"type": "object",
  "required": ["organisation", "headcount", "positioned", "at_core", "on_the_way", "unknown"],
  "properties": {
   "headcount": {"type": ["object", "null"], "required": ["agents", "as_of", "source", "summed"]},
   "positioned": {"type": ["integer", "null"], "minimum": 5, "multipleOf": 5},
   "at_core": {"type": ["integer", "null"], "minimum": 5, "multipleOf": 5},
   "on_the_way": {"type": ["integer", "null"], "minimum": 5, "multipleOf": 5},
   "unknown": {"type": ["integer", "null"], "minimum": 5}}},
  "children": {"type": "array", "items": {"type": "object",
   "required": ["organisation", "headcount", "positioned", "at_core", "on_the_way", "unknown",
    "url"]}},
  "trend": {"type": "array", "items": {"type": "object",
   "required": ["day", "positioned", "at_core"]}}}})json";

const std::string_view headcounts_schema = R"json({
 "type": "object",
 "required": ["organisation", "above", "headcounts", "may_declare"],
 "properties": {"headcounts": {"type": "array", "items": {"type": "object",
  "required": ["agents", "as_of", "source", "declared_at", "declared_by"]}},
  "report": {"type": "object", "required": ["added", "changed", "unchanged", "problems"]}}})json";

const std::string_view skills_schema = R"json({
 "type": "object",
 "required": ["organisation", "above", "published_on", "row", "skills"],
 "properties": {"skills": {"type": "array", "items": {"type": "object",
  "required": ["code", "label", "target", "asked", "below", "gap", "bands", "levels"],
  "properties": {"asked": {"type": ["integer", "null"], "multipleOf": 5},
   "levels": {"type": "array", "items": {"type": "object", "required": ["level", "persons"],
    "properties": {"persons": {"type": ["integer", "null"], "multipleOf": 5}}}}}}}}})json";

const std::string_view plans_schema = R"json({
 "type": "object",
 "required": ["organisation", "above", "enough", "drafts"],
 "properties": {"drafts": {"type": "array", "items": {"type": "object",
  "required": ["id", "state", "progress", "budget_hours", "budget_cents"]}}}})json";

const std::string_view draft_schema = R"json({
 "type": "object",
 "required": ["id", "organisation", "state", "progress", "gap", "closed", "bound", "exact",
  "to_bound", "seats", "total_seats", "total_hours", "total_cents"],
 "properties": {"seats": {"type": "array", "items": {"type": "object",
  "required": ["offer", "title", "proposed", "seats", "minutes", "cents"],
  "properties": {"cents": {"type": ["integer", "null"]}}}}}})json";

}  // namespace coverage
