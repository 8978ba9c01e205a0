// SPDX-License-Identifier: EUPL-1.2
// The organiser's pages.
#include "campaigns/views.hpp"

#include "base/csv.hpp"
#include "base/text.hpp"
#include "campaigns/rules.hpp"
#include "campaigns/summary.hpp"
#include "coverage/coverage.hpp"
#include "http/pagination.hpp"
#include "identity/identity.hpp"
#include "paper/paper.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace campaigns {
namespace json = boost::json;
namespace {

json::object field(std::string_view value, bool required = false) {
    return {{"value", value}, {"required", required}};
}

json::array options(std::initializer_list<std::string_view> values, std::string_view chosen) {
    json::array list;
    for (const std::string_view value : values)
        list.push_back({{"value", value},
                        {"label", value},
                        {"selected", value == chosen},
                        {"checked", value == chosen}});
    return list;
}

json::object pagination(const std::string& path, int page, int total, int a_page) {
    return http::pagination(page, http::last_page(total, a_page),
                            [&](int number) { return path + "?page=" + std::to_string(number); });
}

// A figure as it is published: null for fewer than five.
json::value at_least(int shown) {
    return shown > 0 ? json::value(shown) : json::value(nullptr);
}

json::value percent(int part, int whole) {
    if (part <= 0 || whole <= 0) return nullptr;
    return std::min(100, part * 100 / whole);
}

json::object row_view(const Figures::Row& row, const organisations::Organisation& organisation,
                      bool has_below) {
    return {{"code", organisation.code},
            {"name", organisation.name},
            {"has_below", has_below},
            {"agents", row.agents},
            {"invited", row.invited},
            {"started", at_least(row.started)},
            {"finished", at_least(row.finished)},
            {"shared", at_least(row.shared)},
            {"started_percent", percent(row.started, row.agents)}};
}

// The row that is looked at, and those right below it.
json::object take_up_view(const Page& page, const Figures& figures, const Names& names) {
    json::array rows;
    const auto* top = names.tree.find(page.looked_at);
    const auto add = [&](const organisations::Organisation& organisation, bool has_below) {
        if (const auto* row = figures.find(organisation.id))
            rows.push_back(row_view(*row, organisation, has_below));
    };
    add(*top, false);
    for (const auto* one : names.tree.children(page.looked_at))
        add(*one, !names.tree.children(one->id).empty());
    json::array above;
    for (const auto* one : names.tree.chain(page.looked_at)) {
        if (one->id != page.looked_at)
            above.insert(above.begin(), json::object{{"code", one->code}, {"name", one->name}});
        if (one->id == page.campaign.organisation) break;
    }
    json::value headcount, of_headcount;
    if (page.headcount) {
        headcount = {{"agents", page.headcount->agents},
                     {"as_of", base::iso_date(page.headcount->as_of)},
                     {"source", page.headcount->source}};
        if (const auto* row = figures.find(page.looked_at))
            of_headcount = percent(row->started, static_cast<int>(page.headcount->agents));
    }
    return {{"at", base::iso_time(figures.at)},
            {"headcount", std::move(headcount)},
            {"headcount_percent", std::move(of_headcount)},
            {"final", figures.final},
            {"strangers", figures.strangers},
            {"smallest", coverage::smallest_group},
            {"looked_at", top->code},
            {"looked_at_name", top->name},
            {"above", std::move(above)},
            {"total", rows.empty() ? json::value(nullptr) : rows.front()},
            {"rows", std::move(rows)}};
}

constexpr std::array<std::string_view, frameworks::bands + 1> band_names{
    "none", "fundamental", "intermediate", "advanced", "specialised"};

json::array calendar(const Campaign& campaign, base::Time now) {
    json::array days;
    const auto add = [&](std::string_view what, base::Time at, std::int64_t number) {
        days.push_back(
            {{"what", what}, {"number", number}, {"at", base::iso_time(at)}, {"past", at <= now}});
    };
    add("opens", campaign.opens_at, 0);
    std::int64_t number = 0;
    for (const base::Time at :
         reminder_times(campaign.opens_at, campaign.closes_at, campaign.reminders))
        add("reminder", at, ++number);
    add("closes", campaign.closes_at - std::chrono::seconds{1}, 0);
    return days;
}

std::string link_of(const Campaign& campaign, const std::string& base_url) {
    return base_url + "/my-campaigns/" + campaign.code;
}

// For an SVG of that many units a side.
json::value qr_view(const std::string& text) {
    const auto code = paper::qr_code(text);
    if (!code) return nullptr;
    return {{"side", code->side + 2 * paper::quiet_zone}, {"path", paper::svg_path(*code)}};
}

}  // namespace

json::object summary(const Campaign& campaign, const Names& names) {
    const auto* organisation = names.tree.find(campaign.organisation);
    const Phase phase = phase_of(campaign, names.now);
    std::string scope_label;
    if (campaign.scope == positioning::Scope::area)
        if (const auto* area = frameworks::present().find_area(campaign.scope_code))
            scope_label = area->label.in(names.language);
    if (campaign.scope == positioning::Scope::trade)
        if (const auto* trade = names.trades.find(campaign.scope_code))
            scope_label = trade->label.in(names.language);
    return {{"id", campaign.id.value},
            {"title", campaign.title},
            {"organisation", organisation == nullptr ? "" : organisation->name},
            {"organisation_code", organisation == nullptr ? "" : organisation->code},
            {"population", campaign.population},
            {"phase", name_of(phase)},
            {"open", phase == Phase::open},
            {"framework", campaign.framework},
            {"scope", positioning::name_of(campaign.scope)},
            {"scope_label", scope_label},
            {"opens_at", base::iso_time(campaign.opens_at)},
            {"closes_at", base::iso_time(campaign.closes_at)},
            {"last_day", base::iso_date(last_day(campaign))},
            {"code", campaign.code},
            {"shown_code", shown_code(campaign.code)}};
}

json::object list_view(const Campaigns::Listed& listed, int page, const Names& names) {
    json::array list;
    for (const Campaign& campaign : listed.list) list.push_back(summary(campaign, names));
    return {{"total", listed.total},
            {"campaigns", std::move(list)},
            {"pagination", pagination("/campaigns", page, listed.total, campaigns_a_page)}};
}

json::object form_view(const FormPage& page, const Names& names) {
    const Form& form = page.form;
    const bool published = page.campaign != nullptr && page.campaign->published_at;
    json::array organisations;
    for (std::size_t i = 0; i < page.choices.size(); ++i) {
        std::string indent;
        for (int depth = 0; depth < page.depths[i]; ++depth) indent += "\u00A0\u00A0";
        organisations.push_back({{"value", page.choices[i]->code},
                                 {"label", indent + page.choices[i]->name},
                                 {"selected", page.choices[i]->code == form.organisation}});
    }
    json::array areas;
    for (const frameworks::Area& area : frameworks::present().areas)
        areas.push_back({{"value", area.code},
                         {"label", area.code + ". " + area.label.in(names.language)},
                         {"selected", area.code == form.area}});
    json::array trades;
    for (const frameworks::Trade& trade : names.trades.list())
        trades.push_back({{"value", trade.code},
                          {"label", trade.label.in(names.language)},
                          {"selected", trade.code == form.trade}});
    json::object fields{
        {"title", field(form.title, true)},
        {"organisation", {{"required", true}, {"options", std::move(organisations)}}},
        {"population",
         {{"required", true},
          {"options", options({"", "etat", "territoriale", "hospitaliere"}, form.population)}}},
        {"message", field(form.message)},
        {"scope",
         {{"required", true}, {"options", options({"core", "area", "trade", "all"}, form.scope)}}},
        {"area", {{"required", false}, {"options", std::move(areas)}}},
        {"trade", {{"required", false}, {"options", std::move(trades)}}},
        {"opens", field(form.opens, true)},
        {"closes", field(form.closes, true)},
        {"reminders",
         {{"required", true}, {"options", options({"0", "1", "2", "3"}, form.reminders)}}},
        {"takes_pix", {{"checked", form.takes_pix}}}};
    // An empty value stands for all of them; its words hang on a name.
    fields["population"].as_object()["options"].as_array().at(0).as_object()["label"] = "all";
    json::object view{{"id", nullptr},
                      {"published", published},
                      {"revision", form.revision},
                      {"longest_title", longest_title},
                      {"longest_message", longest_message},
                      {"form", std::move(fields)}};
    if (page.campaign != nullptr) {
        view["id"] = page.campaign->id.value;
        view["campaign"] = summary(*page.campaign, names);
    }
    return view;
}

json::object campaign_view(const Page& page, const Names& names) {
    const Campaign& campaign = page.campaign;
    const Phase phase = phase_of(campaign, names.now);
    json::object view = summary(campaign, names);
    view["message"] = campaign.message;
    view["takes_pix"] = campaign.takes_pix;
    view["reminders"] = campaign.reminders;
    const std::string link = link_of(campaign, page.base_url);
    view["link"] = link;
    view["qr"] = qr_view(link);
    view["calendar"] = calendar(campaign, names.now);
    view["cancelled_why"] = campaign.cancelled_why;
    view["invitations"] = page.invitations;
    view["can_change"] = why_not_change(phase) == nullptr;
    view["can_publish"] = why_not_publish(campaign, names.now) == nullptr;
    view["can_close"] = why_not_close(phase) == nullptr;
    view["can_cancel"] = why_not_cancel(phase) == nullptr;
    view["can_invite"] = why_not_invite(phase) == nullptr;
    view["draft"] = phase == Phase::draft;
    view["has_results"] = page.figures && !page.figures->levels.empty();
    view["closed"] = phase == Phase::closed;
    view["take_up"] =
        page.figures ? json::value(take_up_view(page, *page.figures, names)) : json::value(nullptr);
    view["form"] = {{"why", field("", true)}};
    return view;
}

json::object poster_view(const Campaign& campaign, const std::string& base_url,
                         const Names& names) {
    json::object view = summary(campaign, names);
    const std::string link = link_of(campaign, base_url);
    view["link"] = link;
    view["message"] = campaign.message;
    view["minutes"] = minutes_asked;
    view["qr"] = qr_view(link);
    return view;
}

json::object results_view(const Campaign& campaign, const std::optional<Figures>& figures,
                          const Names& names) {
    json::object view = summary(campaign, names);
    const bool final = figures && figures->final;
    json::array competences;
    if (final)
        for (const frameworks::Competence& competence : frameworks::present().competences) {
            const auto counted = figures->levels.find(competence.code);
            if (counted == figures->levels.end()) continue;
            json::array bands;
            for (std::size_t band = 0; band < band_names.size(); ++band)
                bands.push_back(json::object{{"name", band_names.at(band)},
                                             {"count", at_least(counted->second.bands.at(band))}});
            competences.push_back({{"code", competence.code},
                                   {"label", competence.label.in(names.language)},
                                   {"bands", std::move(bands)},
                                   {"aimed", at_least(counted->second.aimed)},
                                   {"reached", at_least(counted->second.reached)}});
        }
    const Figures::Row* all = figures ? figures->find(campaign.organisation) : nullptr;
    const int shared = all == nullptr ? 0 : all->shared;
    view["final"] = final;
    view["at"] = final ? json::value(base::iso_time(figures->at)) : json::value(nullptr);
    view["shared"] = final ? at_least(shared) : json::value(nullptr);
    view["smallest"] = coverage::smallest_group;
    view["competences"] = shared > 0 ? std::move(competences) : json::array{};
    return view;
}

std::string results_csv(const Campaign& campaign, const Figures& figures, const Names& names,
                        const std::function<std::string(const base::Reason&)>& words) {
    const auto word = [&](const char* key) { return words({key, "", {}}); };
    const std::string few = word("campaigns.few");
    const auto told = [&](int count) { return count > 0 ? std::to_string(count) : few; };
    std::string out = "\xEF\xBB\xBF";
    const auto line = [&](const std::vector<std::string>& cells) {
        base::write_csv_row(out, cells, ';');
    };
    line({word("campaigns.csv.campaign"), campaign.title});
    line({word("campaigns.csv.counted_at"), base::iso_time(figures.at)});
    line({word("campaigns.csv.rounding"), word("campaigns.rounding")});
    line({word("campaigns.csv.code"), word("campaigns.csv.organisation"),
          word("campaigns.csv.agents"), word("campaigns.csv.invited"),
          word("campaigns.csv.started"), word("campaigns.csv.finished"),
          word("campaigns.csv.shared")});
    for (const Figures::Row& row : figures.rows)
        if (const auto* organisation = names.tree.find(row.organisation))
            line({organisation->code, organisation->name, std::to_string(row.agents),
                  std::to_string(row.invited), told(row.started), told(row.finished),
                  told(row.shared)});
    const Figures::Row* all = figures.find(campaign.organisation);
    if (figures.levels.empty() || all == nullptr || all->shared == 0) return out;
    line({word("campaigns.csv.code"), word("campaigns.csv.competence"), word("campaigns.band.none"),
          word("campaigns.band.fundamental"), word("campaigns.band.intermediate"),
          word("campaigns.band.advanced"), word("campaigns.band.specialised"),
          word("campaigns.results.reached")});
    for (const auto& [code, levels] : figures.levels) {
        const auto* competence = frameworks::present().find(code);
        std::vector<std::string> cells{
            code, competence == nullptr ? code : competence->label.in(names.language)};
        for (const int count : levels.bands) cells.push_back(told(count));
        cells.push_back(told(levels.reached));
        line(cells);
    }
    return out;
}

json::object invitations_view(const InvitationsPage& page, const Names& names,
                              const std::function<std::string(const base::Reason&)>& words) {
    json::object view = summary(page.campaign, names);
    json::array list;
    for (const Invitation& one : page.list)
        list.push_back({{"email", one.email},
                        {"forgotten", one.email.empty()},
                        {"invited_at", base::iso_time(one.invited_at)},
                        {"sent_at", one.sent_at ? json::value(base::iso_time(*one.sent_at))
                                                : json::value(nullptr)}});
    view["total"] = page.total;
    view["agents"] = page.agents;
    view["most_addresses"] = most_addresses;
    view["most_invitations"] = most_invitations;
    view["can_invite"] = why_not_invite(phase_of(page.campaign, names.now)) == nullptr;
    view["list"] = std::move(list);
    view["form"] = {{"addresses", field(page.typed)}, {"file", {{"required", false}}}};
    view["pagination"] =
        pagination("/campaigns/" + std::to_string(page.campaign.id.value) + "/invitations",
                   page.page, page.total, invitations_a_page);
    view["report"] = nullptr;
    if (!page.report) return view;
    json::array problems;
    for (const InviteReport::Problem& problem : page.report->problems)
        problems.push_back({{"line", problem.line}, {"message", words(problem.reason)}});
    view["report"] = {{"added", page.report->added},
                      {"already", page.report->already},
                      {"outside", page.report->outside},
                      {"problem_count", page.report->problem_count},
                      {"problems", std::move(problems)}};
    return view;
}

// -- schemas

namespace {
const std::string summary_properties = R"json("id": {"type": "integer"},
  "title": {"type": "string"}, "organisation": {"type": "string"},
  "phase": {"enum": ["draft", "coming", "open", "closed", "cancelled"]},
  "scope": {"enum": ["core", "area", "trade", "all"]}, "scope_label": {"type": "string"},
  "opens_at": {"type": "string", "format": "date-time"},
  "closes_at": {"type": "string", "format": "date-time"},
  "last_day": {"type": "string", "format": "date"},
  "code": {"type": "string"})json";
const std::string summary_required =
    R"json("id", "title", "organisation", "phase", "scope", "opens_at", "closes_at", "code")json";
const std::string qr_schema = R"json({"type": ["object", "null"], "required": ["side", "path"],
   "properties": {"side": {"type": "integer"}, "path": {"type": "string"}}})json";
const std::string at_least_schema =
    R"json({"type": ["integer", "null"], "multipleOf": 5, "minimum": 5})json";
const std::string row_schema = R"json({"type": "object",
   "required": ["code", "name", "agents", "invited", "started", "finished", "shared"],
   "properties": {"agents": {"type": "integer"}, "invited": {"type": "integer"},
    "started": )json" + at_least_schema +
                               R"json(, "finished": )json" + at_least_schema +
                               R"json(, "shared": )json" + at_least_schema + "}}";
}  // namespace

const std::string list_schema = R"json({"type": "object", "required": ["total", "campaigns"],
 "properties": {"total": {"type": "integer"}, "campaigns": {"type": "array", "items":
  {"type": "object", "required": [)json" +
                                summary_required + R"json(], "properties": {)json" +
                                summary_properties + "}}}}}";
const std::string form_schema =
    R"json({"type": "object", "required": ["id", "published", "form"]})json";
const std::string campaign_schema =
    R"json({"type": "object", "required": [)json" + summary_required +
    R"json(, "link", "qr", "calendar", "take_up"], "properties": {)json" + summary_properties +
    R"json(, "qr": )json" + qr_schema +
    R"json(, "take_up": {"type": ["object", "null"], "required": ["at", "rows", "final"],
   "properties": {"at": {"type": "string", "format": "date-time"}, "rows": {"type": "array",
    "items": )json" +
    row_schema + "}}}}}";
const std::string poster_schema = R"json({"type": "object", "required": [)json" + summary_required +
                                  R"json(, "link", "minutes", "qr"], "properties": {)json" +
                                  summary_properties + R"json(, "qr": )json" + qr_schema + "}}";
const std::string results_schema =
    R"json({"type": "object", "required": [)json" + summary_required +
    R"json(, "final", "shared", "competences"], "properties": {)json" + summary_properties +
    R"json(, "shared": )json" + at_least_schema +
    R"json(, "competences": {"type": "array", "items": {"type": "object",
    "required": ["code", "label", "bands", "reached"], "properties": {"bands": {"type": "array",
     "minItems": 5, "maxItems": 5}}}}}})json";
const std::string invitations_schema =
    R"json({"type": "object", "required": [)json" + summary_required +
    R"json(, "total", "list", "report"], "properties": {)json" + summary_properties +
    R"json(, "list": {"type": "array", "items": {"type": "object",
    "required": ["email", "invited_at", "sent_at"]}}, "report": {"type": ["object", "null"],
    "required": ["added", "already", "outside", "problem_count", "problems"]}}})json";
const std::string mine_schema =
    R"json({"type": "object", "required": ["campaigns"], "properties": {
  "campaigns": {"type": "array", "items": {"type": "object",
   "required": [)json" +
    summary_required +
    R"json(, "state"], "properties": {"state": {"enum": ["invited", "begun", "finished", "shared",
   "kept", "declined"]}, )json" +
    summary_properties + "}}}}}";
const std::string part_schema =
    R"json({"type": "object", "required": [)json" + summary_required +
    R"json(, "state", "can_take_part", "can_choose", "shared"], "properties": {)json" +
    summary_properties + "}}";
const std::string stop_schema = R"json({"type": "object", "required": ["title", "stopped"]})json";

}  // namespace campaigns
