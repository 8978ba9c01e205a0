// SPDX-License-Identifier: EUPL-1.2
#include "plans/views.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "base/zone.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace plans {
namespace json = boost::json;
namespace {

constexpr std::size_t longest_motivation = 2000;  // characters, as requests take it

double to_tenth(double value) {
    return std::round(value * 10) / 10;
}

// For sentences: "1,8".
std::string written(double value, std::string_view language) {
    const auto tenths = static_cast<std::int64_t>(std::lround(value * 10));
    std::string whole = std::to_string(tenths / 10);
    if (tenths % 10 == 0) return whole;
    return whole + (language == "en" ? "." : ",") + std::to_string(tenths % 10);
}

std::string written(base::Time time, std::string_view language) {
    std::string iso = base::iso_date(base::in_paris(time).day);
    if (language == "en") return iso;
    return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4);
}

std::string label_of(std::string_view competence, std::string_view language) {
    const frameworks::Competence* found = frameworks::present().find(competence);
    return found == nullptr ? std::string{} : found->label.in(language);
}

json::object offer_view(const catalogue::OfferTitle& title) {
    return {{"slug", title.slug}, {"title", title.title}, {"fictitious", title.fictitious}};
}

json::value reason_view(const std::optional<std::string>& key, const Words& words) {
    if (!key) return nullptr;
    return {{"code", *key}, {"text", words({*key, "", {}})}};
}

json::array competences_view(const std::vector<std::string>& codes, std::string_view language) {
    json::array list;
    for (const std::string& code : codes)
        list.push_back({{"code", code}, {"label", label_of(code, language)}});
    return list;
}

std::string joined(const std::vector<std::string>& codes) {
    std::string text;
    for (const std::string& code : codes) text += (text.empty() ? "" : ",") + code;
    return text;
}

json::object aimed_view(const Aimed& aimed, std::string_view language) {
    json::object view{{"code", aimed.competence},
                      {"label", label_of(aimed.competence, language)},
                      {"target", aimed.target},
                      {"known", aimed.known.has_value()},
                      {"reached", aimed.reached},
                      {"changed", aimed.changed},
                      {"expected", aimed.expected},
                      {"gap", to_tenth(aimed.gap)},
                      {"left", to_tenth(aimed.left)},
                      {"level", nullptr},
                      {"low", nullptr},
                      {"high", nullptr},
                      {"measured_at", nullptr}};
    if (aimed.known) {
        view["level"] = aimed.known->standing.level;
        view["low"] = aimed.known->standing.low;
        view["high"] = aimed.known->standing.high;
        view["measured_at"] = base::iso_time(aimed.known->at);
    }
    return view;
}

json::array sittings_view(const Planned& planned) {
    json::array list;
    for (const Sitting& one : planned.sittings) {
        json::object view = sessions::session_view(one.session, one.venue ? &*one.venue : nullptr);
        if (!one.venue) view["venue"] = nullptr;
        list.push_back(std::move(view));
    }
    return list;
}

json::object planned_view(const Planned& planned, std::size_t place, const Plan& plan,
                          const PlanPage& page, const Words& words) {
    const catalogue::Offer& offer = planned.indexed->offer;
    json::array closes, after, missing;
    for (const Closing& one : planned.step.closes)
        closes.push_back({{"code", one.competence},
                          {"label", label_of(one.competence, page.language)},
                          {"from", one.from},
                          {"to", one.to},
                          {"rises", one.to > one.from},
                          {"from_nothing", one.from == 0},
                          {"levels", to_tenth(one.levels)}});
    for (const std::size_t earlier : planned.after)
        after.push_back(
            {{"place", earlier + 1}, {"title", plan.steps[earlier].indexed->offer.shown_title()}});
    for (const std::string& title : planned.missing)
        missing.push_back(json::object{{"title", title}});
    const bool closes_nothing = closes.empty();
    json::object view{
        {"place", place},
        {"offer", offer_view({planned.indexed->slug, offer.shown_title(), offer.fictitious})},
        {"kind", offer.kind},
        {"online", std::ranges::find(offer.modalities, "en-ligne") != offer.modalities.end()},
        {"closes", std::move(closes)},
        {"only_before", closes_nothing},
        {"levels", to_tenth(planned.step.levels)},
        {"minutes", planned.minutes},
        {"assumed", planned.assumed},
        {"minutes_by", planned.minutes_by},
        {"by", nullptr},
        {"kept", planned.kept},
        {"way", name_of(planned.way)},
        {"ask", planned.way == Way::ask},
        {"seat", planned.way == Way::seat},
        {"elsewhere", planned.way == Way::elsewhere ? json::value(offer.registration_link)
                                                    : json::value(nullptr)},
        {"draft", planned.draft.has_value()},
        {"why_not", reason_view(planned.why_not, words)},
        {"after", std::move(after)},
        {"missing", std::move(missing)},
        {"prerequisites", offer.prerequisites},
        {"accessibility", offer.accessibility},
        {"sessions", sittings_view(planned)}};
    if (page.filters.hours_per_week > 0)
        view["by"] = base::iso_date(
            ends_on(base::in_paris(page.now).day, planned.minutes_by, page.filters.hours_per_week));
    return view;
}

json::object under_way_view(const UnderWay& one, std::string_view language) {
    return {{"offer", offer_view(one.title)},
            {"state", one.state},
            {"at", one.at ? json::value(base::iso_time(*one.at)) : json::value(nullptr)},
            {"over", one.state == "attended" || one.state == "done"},
            {"marked", one.state == "done"},
            {"request", one.request ? json::value(one.request->value) : json::value(nullptr)},
            {"to_measure", competences_view(one.to_measure, language)},
            {"measure_url", one.to_measure.empty()
                                ? json::value(nullptr)
                                : json::value("/positioning?competences=" +
                                              base::url_encode(joined(one.to_measure)))}};
}

// The host of a URL: a link's words.
std::string host_of(std::string_view url) {
    const auto begin = url.find("://");
    if (begin != std::string_view::npos) url.remove_prefix(begin + 3);
    std::string_view host = url.substr(0, url.find_first_of("/?#"));
    if (host.starts_with("www.")) host.remove_prefix(4);
    return std::string{host};
}

json::object unclosed_view(const Unclosed& one, std::string_view language) {
    json::array learn;
    for (const std::string& url : one.learn)
        learn.push_back({{"url", url}, {"host", host_of(url)}});
    return {{"code", one.competence},         {"label", label_of(one.competence, language)},
            {"target", one.target},           {"expected", one.expected},
            {"levels", to_tenth(one.levels)}, {"why", one.why},
            {"learn", std::move(learn)}};
}

json::object filters_view(const Filters& filters, const Plan& plan) {
    json::array languages;
    for (const std::string& code : plan.languages)
        languages.push_back({{"value", code}, {"selected", code == filters.language}});
    return {{"online", filters.online},
            {"accessible", filters.accessible},
            {"hours", filters.hours_per_week > 0 ? json::value(filters.hours_per_week)
                                                 : json::value(nullptr)},
            {"most_hours", most_hours_per_week},
            {"language", filters.language},
            {"languages", std::move(languages)},
            {"several_languages", plan.languages.size() > 1},
            {"accessible_told", plan.accessible_told || filters.accessible},
            {"chosen", filters.online || filters.accessible || !filters.language.empty()}};
}

}  // namespace

json::object plan_view(const PlanPage& page, const Words& words) {
    const Plan& plan = page.plan;
    json::array aimed, steps, barred, unclosed, under_way, dismissed, idle;
    std::size_t reached = 0;
    for (const Aimed& one : plan.aimed) {
        aimed.push_back(aimed_view(one, page.language));
        reached += one.reached ? 1 : 0;
    }
    for (std::size_t i = 0; i < plan.steps.size(); ++i)
        steps.push_back(planned_view(plan.steps[i], i + 1, plan, page, words));
    for (const Planned& one : plan.barred)
        barred.push_back(planned_view(one, barred.size() + 1, plan, page, words));
    for (const Unclosed& one : plan.unclosed) unclosed.push_back(unclosed_view(one, page.language));
    for (const UnderWay& one : plan.under_way)
        under_way.push_back(under_way_view(one, page.language));
    // What one has put aside is nobody else's, in JSON either.
    if (page.own) {
        for (const auto& title : plan.dismissed) dismissed.push_back(offer_view(title));
        for (const auto& title : plan.idle) idle.push_back(offer_view(title));
    }
    const bool all_reached = plan.positioned && reached == plan.aimed.size();
    const double closed =
        plan.gap > 0 ? std::clamp((plan.gap - plan.left) / plan.gap, 0.0, 1.0) : 0;
    json::object view{
        {"own", page.own},
        {"name", page.name},
        {"aim", name_of(plan.aim)},
        {"aim_core", plan.aim == Aim::core},
        {"aim_trade",
         plan.aim == Aim::trade ? json::value(page.trade_label) : json::value(nullptr)},
        {"agreement", nullptr},
        {"positioned", plan.positioned},
        {"measured_at",
         plan.measured_at ? json::value(base::iso_time(*plan.measured_at)) : json::value(nullptr)},
        {"reached", reached},
        {"aimed", plan.aimed.size()},
        {"all_reached", all_reached},
        {"gap", to_tenth(plan.gap)},
        {"left", to_tenth(plan.left)},
        {"closes_percent", std::lround(closed * 100)},
        {"minutes", plan.minutes},
        {"ends_on",
         plan.ends_on ? json::value(base::iso_date(*plan.ends_on)) : json::value(nullptr)},
        {"filters", filters_view(page.filters, plan)},
        {"back", url_of(page.filters)},
        {"steps", std::move(steps)},
        {"barred", std::move(barred)},
        {"unclosed", std::move(unclosed)},
        {"under_way", std::move(under_way)},
        {"dismissed", std::move(dismissed)},
        {"idle", std::move(idle)},
        {"competences", std::move(aimed)},
        {"shared_with", page.shared_with},
        {"shared", plan.chosen.shared_with.has_value()},
        {"shared_still", page.shared_still},
        {"shared_at", plan.chosen.shared_at ? json::value(base::iso_time(*plan.chosen.shared_at))
                                            : json::value(nullptr)}};
    view["count"] = view.at("steps").as_array().size();
    if (plan.aim == Aim::agreed)
        view["agreement"] = {{"on", base::iso_date(plan.chosen.agreement->on)},
                             {"with", plan.chosen.agreement->with}};
    return view;
}

std::string motivation_of(const PlanPage& page, const Planned& planned, const Words& words) {
    const Plan& plan = page.plan;
    std::string text;
    const auto say = [&](const char* key, std::vector<std::pair<std::string, std::string>> values) {
        text += words({key, "", std::move(values)});
    };
    if (plan.aim == Aim::agreed)
        say("plans.motivation.agreed",
            {{"with", plan.chosen.agreement->with},
             {"date", written(base::Time{plan.chosen.agreement->on}, page.language)}});
    else if (plan.aim == Aim::trade)
        say("plans.motivation.trade", {{"trade", page.trade_label}});
    else
        say("plans.motivation.core", {});
    if (plan.measured_at) {
        text += " ";
        say("plans.motivation.measured", {{"date", written(*plan.measured_at, page.language)}});
    }
    for (const Closing& one : planned.step.closes) {
        const auto aimed = std::ranges::find(plan.aimed, one.competence, &Aimed::competence);
        std::vector<std::pair<std::string, std::string>> values{
            {"code", one.competence},
            {"label", label_of(one.competence, page.language)},
            {"target", std::to_string(aimed->target)},
            {"level", std::to_string(aimed->known ? aimed->known->standing.level : 0)},
            {"levels", written(one.levels, page.language)}};
        text += "\n- ";
        say(!aimed->known                       ? "plans.motivation.unknown"
            : aimed->known->standing.level == 0 ? "plans.motivation.below"
                                                : "plans.motivation.gap",
            std::move(values));
    }
    text += "\n";
    say(planned.step.closes.empty() ? "plans.motivation.before" : "plans.motivation.closes",
        {{"levels", written(planned.step.levels, page.language)}});
    // Whole lines, within what a request takes.
    while (base::length(text) > longest_motivation) text.erase(text.rfind('\n'));
    return text;
}

json::object aim_view(const AimPage& page) {
    const auto typed = [&](const char* name) -> std::optional<std::string> {
        if (page.typed == nullptr) return std::nullopt;
        const auto* value = page.typed->if_contains(name);
        return value == nullptr ? std::string{} : json::value_to<std::string>(*value);
    };
    const std::string aim = typed("aim").value_or(std::string{name_of(page.chosen.aim)});
    const std::string trade = typed("trade").value_or(page.chosen.trade);
    const auto& agreement = page.chosen.agreement;
    const frameworks::Targets& levels = agreement ? agreement->targets : page.start;
    json::array families, areas;
    for (const frameworks::Family& family : frameworks::families()) {
        json::array trades;
        for (const frameworks::Trade& one : page.trades.list())
            if (one.family == family.code)
                trades.push_back({{"code", one.code},
                                  {"label", one.label.in(page.language)},
                                  {"selected", one.code == trade}});
        families.push_back(
            {{"label", family.label.in(page.language)}, {"trades", std::move(trades)}});
    }
    for (const frameworks::Area& area : frameworks::present().areas) {
        json::array fields;
        for (const frameworks::Competence& one : frameworks::present().competences) {
            if (one.area != area.code) continue;
            const std::string name = "level-" + one.code;
            const auto level = levels.find(one.code);
            const std::string chosen =
                typed(name.c_str())
                    .value_or(level == levels.end() ? std::string{}
                                                    : std::to_string(level->second));
            json::array options;
            for (int number = 1; number <= frameworks::highest_level; ++number)
                options.push_back(
                    {{"value", std::to_string(number)},
                     {"selected", chosen == std::to_string(number)},
                     {"band", frameworks::name_of_band(frameworks::band_of(number))}});
            fields.push_back({{"name", name},
                              {"code", one.code},
                              {"label", one.label.in(page.language)},
                              {"options", std::move(options)}});
        }
        areas.push_back({{"label", area.label.in(page.language)},
                         {"code", area.code},
                         {"fields", std::move(fields)}});
    }
    const std::string on =
        typed("agreed_on").value_or(base::iso_date(agreement ? agreement->on : page.today));
    const std::string with =
        typed("agreed_with").value_or(agreement ? agreement->with : page.supervisor);
    return {
        {"aim", aim},
        {"aims", {{"core", aim == "core"}, {"trade", aim == "trade"}, {"agreed", aim == "agreed"}}},
        {"trade", trade},
        {"families", std::move(families)},
        {"fields", std::move(areas)},
        {"today", base::iso_date(page.today)},
        {"form",
         {{"agreed_on", {{"value", on}, {"required", false}}},
          {"agreed_with", {{"value", with}, {"required", false}}}}}};
}

std::string url_of(const Filters& filters, std::string_view path) {
    std::string query;
    const auto add = [&](std::string_view name, const std::string& value) {
        query += (query.empty() ? "?" : "&") + std::string{name} + "=" + base::url_encode(value);
    };
    if (filters.online) add("online", "1");
    if (filters.accessible) add("accessible", "1");
    if (!filters.language.empty()) add("language", filters.language);
    if (filters.hours_per_week > 0) add("hours", std::to_string(filters.hours_per_week));
    return std::string{path} + query;
}

json::object team_view(const SharedWithMe& shared) {
    std::vector<std::pair<std::string, json::object>> rows;  // by their names, folded
    for (const auto& [id, person] : shared.people) {
        const auto result = shared.results.find(id);
        const std::string number = std::to_string(id.value);
        rows.emplace_back(
            base::fold(person.name),
            json::object{
                {"name", person.name},
                {"job", person.job},
                {"plan", shared.plans.contains(id) ? "/my-team/plans/" + number : std::string{}},
                {"result",
                 result == shared.results.end()
                     ? std::string{}
                     : "/positioning/" + std::to_string(result->second.value) + "/result"}});
    }
    std::ranges::sort(rows, {}, &std::pair<std::string, json::object>::first);
    json::array people;
    for (auto& [folded, row] : rows) people.push_back(std::move(row));
    return {{"people", std::move(people)}};
}

const std::string_view plan_schema = R"json({
 "type": "object",
 "required": ["own", "aim", "positioned", "measured_at", "reached", "aimed", "all_reached", "gap",
  "left", "closes_percent", "minutes", "ends_on", "filters", "steps", "barred", "unclosed",
  "under_way", "dismissed", "idle", "competences", "shared"],
 "properties": {
  "aim": {"enum": ["core", "trade", "agreed"]},
  "gap": {"type": "number", "minimum": 0, "description": "Expected levels missing today"},
  "left": {"type": "number", "minimum": 0, "description": "... after the plan"},
  "closes_percent": {"type": "integer", "minimum": 0, "maximum": 100},
  "minutes": {"type": "integer", "minimum": 0},
  "ends_on": {"type": ["string", "null"], "format": "date"},
  "steps": {"type": "array", "maxItems": 12, "items": {"type": "object",
   "required": ["place", "offer", "closes", "levels", "minutes", "assumed", "minutes_by", "kept",
    "way", "draft", "why_not", "after", "missing", "sessions"],
   "properties": {"way": {"enum": ["ask", "seat", "elsewhere", "page"]},
    "levels": {"type": "number"}, "minutes": {"type": "integer", "minimum": 1},
    "closes": {"type": "array", "items": {"type": "object",
     "required": ["code", "label", "from", "to", "levels"]}}}}},
  "barred": {"type": "array", "maxItems": 3},
  "unclosed": {"type": "array", "items": {"type": "object",
   "required": ["code", "label", "target", "expected", "levels", "why", "learn"],
   "properties": {"why": {"enum": ["none", "barred", "filtered", "long"]}}}},
  "under_way": {"type": "array", "items": {"type": "object",
   "required": ["offer", "state", "at", "to_measure", "measure_url"],
   "properties": {"state": {"enum": ["seated", "offered", "waiting", "applied", "asked",
    "approved", "attended", "done"]}}}},
  "competences": {"type": "array", "items": {"type": "object",
   "required": ["code", "label", "target", "known", "reached", "level", "expected", "gap",
    "left"]}}}})json";

const std::string_view aim_schema = R"json({
 "type": "object", "required": ["aim", "trade", "families", "fields", "form"],
 "properties": {"aim": {"enum": ["core", "trade", "agreed"]}}})json";

const std::string_view team_schema = R"json({
 "type": "object", "required": ["people"],
 "properties": {"people": {"type": "array", "items": {"type": "object",
   "required": ["name", "job", "plan", "result"],
   "properties": {"plan": {"type": "string"}, "result": {"type": "string"}}}}}})json";

const std::string_view share_schema = R"json({
 "type": "object", "required": ["supervisor", "delegates", "shared"],
 "properties": {"supervisor": {"type": "string"}, "shared": {"type": "boolean"},
  "delegates": {"type": "array", "items": {"type": "object", "required": ["name"]}}}})json";

}  // namespace plans
