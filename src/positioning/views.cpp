// SPDX-License-Identifier: EUPL-1.2
#include "positioning/views.hpp"

#include "base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>

namespace positioning {
namespace json = boost::json;
namespace {

int percent(double share) {
    return static_cast<int>(std::lround(share * 100));
}

// How sure that a target is reached: the end of a message key.
std::string_view word_of(double probability) {
    if (probability >= sure_of_target) return "very_likely";
    if (probability >= 0.65) return "likely";
    if (probability > 0.35) return "open";
    return probability > 1 - sure_of_target ? "unlikely" : "very_unlikely";
}

std::string_view band_name(int level) {
    return level == 0 ? std::string_view{"none"}
                      : frameworks::name_of_band(frameworks::band_of(level));
}

std::string scope_label(const Test& test, std::string_view trade, std::string_view language) {
    if (test.scope == Scope::trade) return std::string{trade};
    if (test.scope == Scope::some) {
        std::string codes;
        for (const std::string& code : base::split(test.scope_code, ','))
            codes += (codes.empty() ? "" : ", ") + code;
        return codes;
    }
    const auto* area = frameworks::present().find_area(test.scope_code);
    return test.scope == Scope::area && area != nullptr ? area->label.in(language) : "";
}

json::object summary(const Test& test, std::string_view trade, std::string_view language) {
    json::object view{{"id", test.id.value},
                      {"scope", name_of(test.scope)},
                      {"scope_label", scope_label(test, trade, language)},
                      {"state", name_of(test.state)},
                      {"started_at", base::iso_time(test.started_at)}};
    if (test.ended_at) view["ended_at"] = base::iso_time(*test.ended_at);
    return view;
}

json::object progress(const Test& test, const Next& next) {
    const int all = static_cast<int>(next.standings.size());
    const auto place = static_cast<int>(test.answers.size()) + 1;
    // How certain by now: the share of what could be unknown (N(0, 1) each) that is known.
    double left = 0;
    for (const Standing& one : next.standings) left += std::min(1.0, one.sd * one.sd);
    return {{"place", place},
            {"known", next.known},
            {"competences", all},
            {"certain", all == 0 ? 0 : percent(1 - left / all)},
            {"about_left", next.about_left}};
}

constexpr int column_width = 36, row_height = 24, gutter = 40, head_height = 28;
int x_of(int level) {
    return gutter + level * column_width;
}

// Coordinates of the drawing: a bar for the likely range, a dot for the level, a line for what is
// aimed at.
json::object chart(const std::vector<Standing>& standings) {
    json::array rows, columns;
    int y = head_height;
    for (const Standing& one : standings) {
        json::object row{{"code", one.competence},
                         {"text_y", y + 16},
                         {"bar_x", x_of(one.low) + 3},
                         {"bar_y", y + 5},
                         {"bar_width", (one.high - one.low + 1) * column_width - 6},
                         {"dot_x", x_of(one.level) + column_width / 2},
                         {"dot_y", y + row_height / 2},
                         {"target", nullptr}};
        if (one.target > 0)
            row["target"] = {{"x", x_of(one.target)}, {"y1", y + 2}, {"y2", y + row_height - 2}};
        rows.push_back(std::move(row));
        y += row_height;
    }
    for (int level = 0; level < levels; ++level)
        columns.push_back({{"level", std::to_string(level)},
                           {"x", x_of(level) + column_width / 2},
                           {"line_x", x_of(level)}});
    return {
        {"width", x_of(levels) + 4}, {"height", y + 6},         {"bottom", y},
        {"right", x_of(levels)},     {"rows", std::move(rows)}, {"columns", std::move(columns)}};
}

json::object standing_view(const Standing& one, std::string_view language) {
    const frameworks::Framework& framework = frameworks::present();
    const frameworks::Competence* competence = framework.find(one.competence);
    json::array probabilities;
    for (const double p : one.levels) probabilities.push_back(percent(p));
    json::object view{{"code", one.competence},
                      {"label", competence->label.in(language)},
                      {"level", one.level},
                      {"level_known", one.level > 0},
                      {"band", band_name(one.level)},
                      {"low", one.low},
                      {"high", one.high},
                      {"one_level", one.low == one.high},
                      {"from_nothing", one.low == 0},
                      {"answers", one.answers},
                      {"levels", std::move(probabilities)},
                      {"can_do", nullptr},
                      {"next", nullptr},
                      {"target", nullptr}};
    const auto words = [&](int level) {
        return json::object{
            {"level", level},
            {"text", competence->can_do.at(static_cast<std::size_t>(frameworks::band_of(level)))
                         .in(language)},
            {"task",
             framework.levels.at(static_cast<std::size_t>(level - 1)).description.in(language)}};
    };
    if (one.level > 0) view["can_do"] = words(one.level);
    if (one.level < frameworks::highest_level) view["next"] = words(one.level + 1);
    if (one.target > 0)
        view["target"] = {{"level", one.target},
                          {"reached", one.level >= one.target},
                          {"word", word_of(one.reached)},
                          {"probability", percent(one.reached)}};
    return view;
}

}  // namespace

json::object choose_view(const ChooseData& data, std::string_view language) {
    const frameworks::Framework& framework = frameworks::present();
    json::array areas, families;
    for (const frameworks::Area& area : framework.areas)
        areas.push_back(
            {{"code", area.code},
             {"label", area.label.in(language)},
             {"selected", data.chosen.scope == Scope::area && data.chosen.code == area.code}});
    for (const frameworks::Family& family : frameworks::families()) {
        json::array trades;
        for (const frameworks::Trade& trade : data.trades->list())
            if (trade.family == family.code)
                trades.push_back({{"code", trade.code},
                                  {"label", trade.label.in(language)},
                                  {"selected", data.chosen.scope == Scope::trade &&
                                                   data.chosen.code == trade.code}});
        families.push_back({{"label", family.label.in(language)}, {"trades", std::move(trades)}});
    }
    const std::vector<std::string> some = data.chosen.scope == Scope::some
                                              ? base::split(data.chosen.code, ',')
                                              : std::vector<std::string>{};
    json::array competences;
    for (const frameworks::Competence& competence : framework.competences)
        competences.push_back(
            {{"code", competence.code},
             {"label", competence.label.in(language)},
             {"checked", std::ranges::find(some, competence.code) != some.end()}});
    json::object scopes;
    for (const Scope scope : {Scope::core, Scope::area, Scope::trade, Scope::all, Scope::some})
        scopes[name_of(scope)] = data.chosen.scope == scope;
    json::object view{{"empty_bank", data.empty_bank},
                      {"in_progress", nullptr},
                      {"competences", std::move(competences)},
                      {"chosen_scope", std::move(scopes)},
                      {"latest", nullptr},
                      {"areas", std::move(areas)},
                      {"families", std::move(families)},
                      {"core_competences", data.core.size()},
                      {"all_competences", framework.competences.size()},
                      {"most_questions", most_questions},
                      {"phone", data.phone || data.chosen.options.phone},
                      {"chosen", name_of(data.chosen.scope)}};
    const auto label = [&](const Test& test) {
        const auto* trade = data.trades->find(test.scope_code);
        return summary(test, trade == nullptr ? "" : trade->label.in(language), language);
    };
    if (data.in_progress) {
        view["in_progress"] = label(*data.in_progress);
        view["in_progress"].as_object()["answers"] = data.in_progress->answers.size();
    }
    if (!data.finished.empty()) view["latest"] = label(data.finished.front());
    return view;
}

json::object question_view(const Test& test, const Next& next, const items::Variant& variant,
                           int limit_seconds, const items::Answer* answer) {
    const std::string url = "/positioning/" + std::to_string(test.id.value);
    return {
        {"id", test.id.value},
        {"state", name_of(test.state)},
        {"revision", test.revision},
        {"progress", progress(test, next)},
        {"large_text", test.options.large_text},
        {"wide_spacing", test.options.wide_spacing},
        {"limit_seconds", limit_seconds},
        {"question", items::question_view(variant, {.file_url = url + "/file", .answer = answer})},
        {"can_finish", !test.answers.empty()}};
}

json::object paused_view(const Test& test, const Next& next, std::string_view language) {
    json::object view = summary(test, "", language);
    view["revision"] = test.revision;
    view["progress"] = progress(test, next);
    view["phone"] = test.options.phone;
    view["can_finish"] = !test.answers.empty();
    return view;
}

json::object result_view(const ResultData& data, std::string_view language) {
    json::object view = summary(data.test, data.trade, language);
    json::array areas;
    int aimed = 0, reached = 0;
    for (const frameworks::Area& area : frameworks::present().areas) {
        json::array list;
        for (const Standing& one : data.standings) {
            const frameworks::Competence* competence = frameworks::present().find(one.competence);
            if (competence == nullptr || competence->area != area.code) continue;
            list.push_back(standing_view(one, language));
            aimed += one.target > 0;
            reached += one.target > 0 && one.level >= one.target;
        }
        if (!list.empty())
            areas.push_back({{"code", area.code},
                             {"label", area.label.in(language)},
                             {"competences", std::move(list)}});
    }
    view["areas"] = std::move(areas);
    view["chart"] = chart(data.standings);
    view["aimed"] = aimed;
    view["reached"] = reached;
    view["own"] = data.own;
    view["name"] = data.name;
    view["shared"] = data.shared;
    view["supervisor"] = data.supervisor;
    view["supervisor_id"] =
        data.supervisor.empty() ? json::value{} : json::value(data.supervisor_id.value);
    // Told to who answered, and to nobody else.
    view["unusual"] = data.own && data.test.fit.unusual;
    view["hurried"] = data.own && data.test.fit.hurried;
    view["likely"] = percent(likely);
    view["at_core"] = nullptr;
    if (data.test.at_core)
        view["at_core"] = {{"probability", percent(*data.test.at_core)},
                           {"word", word_of(*data.test.at_core)}};
    return view;
}

json::object history_view(const std::vector<std::pair<Test, std::vector<Standing>>>& list,
                          std::optional<base::PersonId> supervisor,
                          const frameworks::Trades& trades, std::string_view language) {
    json::array tests;
    for (const auto& [test, standings] : list) {
        const auto* trade = trades.find(test.scope_code);
        json::object one =
            summary(test, trade == nullptr ? "" : trade->label.in(language), language);
        one["shared"] = test.shared_with && test.shared_with == supervisor;
        int aimed = 0, reached = 0;
        double sum = 0;
        for (const Standing& standing : standings) {
            aimed += standing.target > 0;
            reached += standing.target > 0 && standing.level >= standing.target;
            sum += standing.level;
        }
        one["aimed"] = aimed;
        one["reached"] = reached;
        one["mean_level"] = standings.empty()
                                ? 0.0
                                : std::round(10 * sum / static_cast<double>(standings.size())) / 10;
        tests.push_back(std::move(one));
    }
    return {{"tests", std::move(tests)}};
}

json::object answers_view(const Test& test, const std::vector<Explained>& list,
                          std::string_view language) {
    json::array answers;
    for (const Explained& one : list) {
        const frameworks::Competence* competence = frameworks::present().find(one.competence);
        json::object view{{"place", one.place},
                          {"competence", one.competence},
                          {"label", competence == nullptr ? "" : competence->label.in(language)},
                          {"right", one.given.right},
                          {"unknown", one.given.unknown},
                          {"late", one.given.late},
                          {"measures", one.given.measures},
                          {"stem", nullptr},
                          {"explanation", nullptr}};
        if (one.variant) {
            const items::Answer answer = items::read_written(one.given.written);
            view["stem"] = items::question_view(*one.variant).at("stem");
            view["explanation"] = items::explanation_view(*one.variant, &answer);
        }
        answers.push_back(std::move(view));
    }
    json::object view = summary(test, "", language);
    view["answers"] = std::move(answers);
    return view;
}

json::object europass(const ResultData& data, std::string_view name, std::string_view base_url) {
    json::array skills;
    for (const Standing& one : data.standings) {
        const frameworks::Competence* competence = frameworks::present().find(one.competence);
        skills.push_back(
            {{"type", "DigitalSkill"},
             {"framework", frameworks::present().id},
             {"code", one.competence},
             {"prefLabel", {{"fr", competence->label.fr}, {"en", competence->label.en}}},
             {"level", one.level},
             {"likelyRange", {one.low, one.high}},
             {"probability", likely}});
    }
    return {{"@context", {{"europass", "http://data.europa.eu/snb/model#"}}},
            {"type", "LearningAssessment"},
            {"title", {{"fr", "Positionnement numérique"}, {"en", "Digital positioning"}}},
            {"assessedPerson", name},
            {"issued",
             base::iso_date(std::chrono::floor<std::chrono::days>(data.test.ended_at.value()))},
            {"awardingBody", {{"name", "Campus"}, {"url", base_url}}},
            {"assessmentMethod",
             {{"type", "adaptive test"},
              {"description", std::string(base_url) + "/positioning/how-it-works"}}},
            {"certification", false},
            {"skills", std::move(skills)}};
}

namespace {
const std::string progress_schema = R"json({"type": "object",
 "required": ["place", "known", "competences", "certain", "about_left"],
 "properties": {"certain": {"type": "integer", "minimum": 0, "maximum": 100}}})json";
const std::string summary_properties = R"json("id": {"type": "integer"},
  "scope": {"enum": ["core", "area", "trade", "all", "some"]},
  "state": {"enum": ["going", "paused", "done"]},
  "shared": {"type": "boolean"}, "started_at": {"type": "string", "format": "date-time"},
  "ended_at": {"type": "string", "format": "date-time"})json";
}  // namespace

const std::string choose_schema = R"json({"type": "object",
 "required": ["empty_bank", "in_progress", "latest", "areas", "families", "core_competences",
              "all_competences", "most_questions"]})json";
const std::string test_schema = R"json({"type": "object",
 "required": ["id", "state", "revision", "progress"],
 "properties": {"id": {"type": "integer"}, "revision": {"type": "integer"},
  "state": {"enum": ["going", "paused"]},
  "question": {"type": "object", "required": ["format", "stem", "screen", "file"]},
  "progress": )json" + progress_schema +
                                "}}";
const std::string result_schema = R"json({"type": "object",
 "required": ["id", "scope", "areas", "chart", "aimed", "reached", "at_core", "unusual", "hurried"],
 "properties": {)json" + summary_properties +
                                  R"json(,
  "areas": {"type": "array", "items": {"type": "object",
   "required": ["code", "label", "competences"], "properties": {"competences": {"type": "array",
   "items": {"type": "object", "required": ["code", "label", "level", "low", "high", "levels",
   "can_do", "next", "target"], "properties": {"level": {"type": "integer", "minimum": 0,
   "maximum": 8}}}}}}}}})json";
const std::string history_schema = R"json({"type": "object", "required": ["tests"],
 "properties": {"tests": {"type": "array", "items": {"type": "object",
  "required": ["id", "scope", "ended_at", "aimed", "reached", "mean_level"]}}}})json";
const std::string answers_schema = R"json({"type": "object", "required": ["id", "answers"],
 "properties": {"answers": {"type": "array", "items": {"type": "object",
  "required": ["place", "competence", "right", "unknown", "stem", "explanation"]}}}})json";

}  // namespace positioning
