// SPDX-License-Identifier: EUPL-1.2
#include "items/views.hpp"

#include "base/text.hpp"
#include "frameworks/frameworks.hpp"
#include "http/pagination.hpp"
#include "items/checks.hpp"
#include "items/differences.hpp"
#include "items/tree.hpp"

#include <algorithm>
#include <cmath>

namespace items {
namespace json = boost::json;
namespace {

std::string url_of(base::ItemId id) {
    return "/items/" + std::to_string(id.value);
}

json::object statistics_view(const Statistics& s) {
    const auto percent = [&](std::int64_t part) {
        return s.asked == 0 ? json::value{}
                            : json::value(std::lround(100.0 * static_cast<double>(part) /
                                                      static_cast<double>(s.asked)));
    };
    return {{"asked", s.asked},
            {"right_percent", percent(s.right)},
            {"unknown_percent", percent(s.unknown)},
            {"seconds", s.seconds > 0 ? json::value(s.seconds) : json::value{}}};
}

json::object parameters_view(const Parameters& p) {
    const auto rounded = [](double x) { return std::round(x * 1000) / 1000; };
    return {{"a", rounded(p.a)},
            {"d", rounded(p.d)},
            {"difficulty", rounded(p.difficulty())},
            {"se_a", rounded(p.se_a)},
            {"se_d", rounded(p.se_d)},
            {"calibrated", p.calibrated}};
}

json::value name_of_person(const Names& names, std::optional<base::PersonId> person) {
    if (!person) return {};
    const auto found = names.find(*person);
    return found == names.end() ? json::value{} : json::value(found->second);
}

std::string competence_of(std::string_view code) {
    return std::string(code.substr(0, code.find('-')));
}

std::string label_of(std::string_view competence, std::string_view language) {
    const auto* found = frameworks::present().find(competence);
    return found == nullptr ? std::string{} : found->label.in(language);
}

// One of the select fields above the list.
template <class Values, class Labels>
json::object choice(const Values& values, std::string_view chosen, Labels label) {
    json::array options;
    for (const auto& value : values)
        options.push_back(
            {{"value", value}, {"label", label(value)}, {"selected", value == chosen}});
    return {{"options", std::move(options)}, {"required", false}};
}

std::vector<std::string> competence_codes() {
    std::vector<std::string> codes;
    for (const auto& competence : frameworks::present().competences)
        codes.push_back(competence.code);
    return codes;
}

bool has_flag(std::string_view flag, const Listed& listed, const Item& item, const BankItem* known,
              base::Date today) {
    if (flag == "seeded") return listed.record.seeded;
    if (flag == "calibrated") return known != nullptr && known->parameters.calibrated;
    if (flag == "done") return item.is_done();
    if (flag == "no_phone") return !item.phone;
    if (flag == "review_due") return item.review_by && *item.review_by <= today;
    return listed.statistics.asked == 0;
}

json::array version_list(const Dossier& dossier, const Names& names) {
    json::array versions;
    for (const ItemVersion& version : dossier.versions)
        versions.push_back(
            {{"number", version.number},
             {"url", url_of(dossier.record.id) + "/versions/" + std::to_string(version.number)},
             {"author", name_of_person(names, version.author)},
             {"created_at", base::iso_time(version.created_at)},
             {"reviewer", name_of_person(names, version.reviewer)},
             {"comment", version.comment},
             {"published", version.number == dossier.record.published_number.value_or(0)},
             {"working", version.number == dossier.record.working_number.value_or(0)}});
    return versions;
}

}  // namespace

json::object list_view(const std::vector<Listed>& all, const Bank& bank, const Filter& filter,
                       std::string_view language, base::Date today) {
    json::array shown;
    int found = 0, waiting = 0;
    const int first = (filter.page - 1) * listed_per_page;
    for (const Listed& listed : all) {
        waiting += listed.state == State::review ? 1 : 0;
        if (!filter.state.empty() && name_of(listed.state) != filter.state) continue;
        if (!filter.competence.empty() && competence_of(listed.record.code) != filter.competence)
            continue;
        const BankItem* known = bank.find(listed.record.id);
        // What is published and not being revised is in memory, read already.
        const Item item = known != nullptr && listed.state == State::published
                              ? *known->item
                              : read_published(listed.record.code, listed.text);
        if (filter.level != 0 && item.level != filter.level) continue;
        if (!filter.format.empty() && name_of(item.format) != filter.format) continue;
        if (!filter.flag.empty() && !has_flag(filter.flag, listed, item, known, today)) continue;
        ++found;
        if (found <= first || found > first + listed_per_page) continue;
        json::object one = statistics_view(listed.statistics);
        one["id"] = listed.record.id.value;
        one["url"] = url_of(listed.record.id);
        one["code"] = listed.record.code;
        one["competence"] = competence_of(listed.record.code);
        one["level"] = item.level;
        one["format"] = name_of(item.format);
        one["state"] = name_of(listed.state);
        one["intent"] = item.intent;
        one["done"] = item.is_done();
        one["seeded"] = listed.record.seeded;
        one["calibrated"] = known != nullptr && known->parameters.calibrated;
        one["review_due"] = item.review_by && *item.review_by <= today;
        shown.push_back(std::move(one));
    }
    const auto same = [](const auto& value) { return std::string(value); };
    std::vector<std::string_view> format_names, state_names;
    for (const Format format : formats) format_names.push_back(name_of(format));
    for (const State state : states) state_names.push_back(name_of(state));
    const std::vector<std::string> levels{"1", "2", "3", "4", "5", "6", "7", "8"};
    std::string query;
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) query += std::string(query.empty() ? "" : "&") + name + "=" + value;
    };
    add("competence", filter.competence);
    add("level", filter.level == 0 ? "" : std::to_string(filter.level));
    add("format", filter.format);
    add("state", filter.state);
    add("flag", filter.flag);
    const auto page_url = [&](int page) {
        return "/items?" + query + (query.empty() ? "" : "&") + "page=" + std::to_string(page);
    };
    return {
        {"items", std::move(shown)},
        {"total", found},
        {"all", all.size()},
        {"waiting", waiting},
        {"filtered", !query.empty()},
        {"pagination",
         http::pagination(filter.page, http::last_page(found, listed_per_page), page_url)},
        {"form",
         {{"competence",
           choice(competence_codes(), filter.competence,
                  [&](const std::string& code) { return code + " " + label_of(code, language); })},
          {"level", choice(levels, filter.level == 0 ? "" : std::to_string(filter.level), same)},
          {"format", choice(format_names, filter.format, same)},
          {"state", choice(state_names, filter.state, same)},
          {"flag", choice(flags, filter.flag, same)}}}};
}

json::object dossier_view(const Dossier& dossier, const DossierContext& context) {
    const ItemRecord& record = dossier.record;
    const ItemVersion& present = dossier.present();
    const Item item = read_published(record.code, present.text);
    const auto variant = draw(item, context.seed);
    const BankItem* known = context.bank.find(record.id);
    const std::string competence = competence_of(record.code);
    const bool mine = present.author == context.reader;
    const bool reviewable = !why_not_publish(record, present.author, context.reader);
    json::object question, key;
    if (variant) {
        question = question_view(
            *variant,
            {.file_url = url_of(record.id) + "/file?seed=" + std::to_string(context.seed)});
        key = explanation_view(*variant, nullptr);
    }
    return {{"id", record.id.value},
            {"url", url_of(record.id)},
            {"code", record.code},
            {"revision", record.revision},
            {"state", name_of(state_of(record))},
            {"competence", competence},
            {"competence_label", label_of(competence, context.language)},
            {"level", item.level},
            {"format", name_of(item.format)},
            {"intent", item.intent},
            {"source", item.source},
            {"review_by",
             item.review_by ? json::value(base::iso_date(*item.review_by)) : json::value{}},
            {"phone", item.phone},
            {"allowed_seconds", item.seconds},
            {"enemies", json::value_from(item.enemies)},
            {"seeded", record.seeded},
            {"parameters",
             parameters_view(known != nullptr ? known->parameters : prior_of_level(item.level))},
            {"statistics", statistics_view(context.statistics)},
            {"seed", std::to_string(context.seed)},
            {"other_seed", std::to_string(context.seed + 1)},
            {"question", std::move(question)},
            {"explanation", std::move(key)},
            {"in_qti", !item.has_file},
            {"text", present.text},
            {"comment", record.working_state == "draft" ? present.comment : std::string{}},
            {"versions", version_list(dossier, context.names)},
            {"mine", mine},
            {"waits_for_other", state_of(record) == State::review && mine},
            {"may",
             {{"edit", !why_not_edit(record)},
              {"ask_review", !why_not_ask_review(record)},
              {"publish", reviewable},
              {"send_back", reviewable},
              {"retire", !why_not_retire(record)},
              {"restore", !why_not_restore(record)}}},
            {"form", {{"comment", {{"value", ""}, {"required", true}}}}}};
}

json::object version_view(const Dossier& dossier, const ItemVersion& version, const Names& names) {
    const ItemVersion* before = nullptr;
    for (const ItemVersion& other : dossier.versions)
        if (other.number < version.number && before == nullptr) before = &other;
    json::array lines;
    for (const DifferenceLine& line :
         differences(before == nullptr ? "" : before->text, version.text))
        lines.push_back({{"text", line.text},
                         {"removed", line.kind == DifferenceLine::Kind::removed},
                         {"added", before != nullptr && line.kind == DifferenceLine::Kind::added}});
    return {{"id", dossier.record.id.value},
            {"code", dossier.record.code},
            {"number", version.number},
            {"compared", before == nullptr ? json::value{} : json::value(before->number)},
            {"author", name_of_person(names, version.author)},
            {"created_at", base::iso_time(version.created_at)},
            {"reviewer", name_of_person(names, version.reviewer)},
            {"comment", version.comment},
            {"lines", std::move(lines)},
            {"text", version.text}};
}

json::object form_view(const Dossier* dossier, std::string_view competence, std::string_view text,
                       std::string_view language) {
    json::object view{{"is_new", dossier == nullptr},
                      {"problems", json::array{}},
                      {"form",
                       {{"competence", choice(competence_codes(), competence,
                                              [&](const std::string& code) {
                                                  return code + " " + label_of(code, language);
                                              })},
                        {"text", {{"value", text}, {"required", true}}}}}};
    view["form"].as_object()["competence"].as_object()["required"] = true;
    if (dossier == nullptr) {
        json::array templates;
        for (const Format format : formats)
            templates.push_back({{"format", name_of(format)},
                                 {"url", "/items/new?format=" + std::string(name_of(format)) +
                                             "&competence=" + std::string(competence)}});
        view["templates"] = std::move(templates);
    } else {
        view["id"] = dossier->record.id.value;
        view["code"] = dossier->record.code;
        view["revision"] = dossier->record.revision;
        view["published"] = dossier->record.published_number.has_value();
    }
    return view;
}

json::array problems_view(const std::vector<Problem>& problems,
                          const std::function<std::string(const base::Reason&)>& words) {
    json::array view;
    for (const Problem& problem : problems)
        view.push_back({{"line", problem.line},
                        {"key", problem.reason.field},
                        {"message", words(problem.reason)},
                        {"serious", problem.serious}});
    return view;
}

std::string empty_text(Format format) {
    std::string text = "level = 3\nformat = \"" + std::string(name_of(format)) +
                       "\"\n"
                       "intent = \"\"   # une phrase : ce que cet item vérifie\n"
                       "source = \"\"   # ce qui rend la clé certaine\n"
                       "stem = \"\"\"\n\n\"\"\"\n";
    const auto repeat = [&](int times, std::string_view table) {
        for (int i = 0; i < times; ++i) text += table;
    };
    switch (format) {
        case Format::single:
            text += "[[options]]\ntext = \"\"\nright = true\nwhy = \"\"\n";
            repeat(3, "[[options]]\ntext = \"\"\nwhy = \"\"\n");
            break;
        case Format::multiple:
            repeat(2, "[[options]]\ntext = \"\"\nright = true\nwhy = \"\"\n");
            repeat(3, "[[options]]\ntext = \"\"\nwhy = \"\"\n");
            break;
        case Format::text:
            text +=
                "[answer]\nkind = \"text\"   # text, number, date ou code\naccept = [\"\"]\n"
                "[[answer.wrong]]\ntext = \"\"\nwhy = \"\"\n";
            break;
        case Format::fields:
            repeat(2, "[[fields]]\nlabel = \"\"\nkind = \"text\"\naccept = [\"\"]\n");
            break;
        case Format::order:
            repeat(4, "[[steps]]\ntext = \"\"\nwhy = \"\"\n");
            break;
        case Format::match:
            text += "others = []\n";
            repeat(3, "[[pairs]]\nleft = \"\"\nright = \"\"\nwhy = \"\"\n");
            break;
        case Format::zone:
            text +=
                "[[zones]]\nid = \"a\"\nlabel = \"\"\nright = true\nwhy = \"\"\n"
                "[[zones]]\nid = \"b\"\nlabel = \"\"\nwhy = \"\"\n"
                "[[zones]]\nid = \"c\"\nlabel = \"\"\nwhy = \"\"\n"
                "[screen]\nkind = \"inbox\"\n"
                "[[screen.messages]]\nfrom = \"\"\naddress = \"\"\nsubject = \"\"\nbody = \"\"\n"
                "zone = \"a\"\n"
                "[parameters]\n";
            break;
        case Format::settings:
            repeat(
                2,
                "[[controls]]\nlabel = \"\"\nchoices = [\"\", \"\"]\nstart = \"\"\nright = \"\"\n"
                "why = \"\"\n");
            break;
    }
    return text + "[feedback]\ntext = \"\"\nlearn = \"https://\"\n";
}

std::string normal_lines(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (c != '\r') out += c;
    return out + "\n";
}

const std::string_view list_schema = R"json({
 "type": "object",
 "required": ["items", "total", "all", "waiting"],
 "properties": {
  "items": {"type": "array", "items": {"type": "object",
   "required": ["id", "url", "code", "competence", "level", "format", "state", "intent", "asked"],
   "properties": {"id": {"type": "integer"}, "url": {"type": "string"}, "code": {"type": "string"},
    "competence": {"type": "string"}, "level": {"type": "integer", "minimum": 1, "maximum": 8},
    "format": {"enum": ["single", "multiple", "text", "fields", "order", "match", "zone", "settings"]},
    "state": {"enum": ["draft", "review", "published", "revised", "retired"]},
    "intent": {"type": "string"}, "done": {"type": "boolean"}, "seeded": {"type": "boolean"},
    "calibrated": {"type": "boolean"}, "review_due": {"type": "boolean"},
    "asked": {"type": "integer"}, "right_percent": {"type": ["integer", "null"]},
    "unknown_percent": {"type": ["integer", "null"]}, "seconds": {"type": ["integer", "null"]}}}},
  "total": {"type": "integer"}, "all": {"type": "integer"}, "waiting": {"type": "integer"}}})json";

const std::string_view dossier_schema = R"json({
 "type": "object",
 "required": ["id", "code", "revision", "state", "competence", "level", "format", "question",
              "explanation", "text", "versions", "may", "parameters", "statistics"],
 "properties": {"id": {"type": "integer"}, "code": {"type": "string"},
  "revision": {"type": "integer"},
  "state": {"enum": ["draft", "review", "published", "revised", "retired"]},
  "level": {"type": "integer"}, "format": {"type": "string"}, "text": {"type": "string"},
  "question": {"type": "object"}, "explanation": {"type": "object"},
  "parameters": {"type": "object", "required": ["a", "d", "difficulty", "calibrated"]},
  "statistics": {"type": "object", "required": ["asked"]},
  "versions": {"type": "array", "items": {"type": "object", "required": ["number", "created_at"]}},
  "may": {"type": "object"}}})json";

const std::string_view version_schema = R"json({
 "type": "object",
 "required": ["id", "code", "number", "lines", "text"],
 "properties": {"id": {"type": "integer"}, "number": {"type": "integer"},
  "text": {"type": "string"},
  "lines": {"type": "array", "items": {"type": "object", "required": ["text", "added", "removed"]}}}})json";

const std::string_view form_schema = R"json({
 "type": "object",
 "required": ["is_new", "form"],
 "properties": {"is_new": {"type": "boolean"}, "form": {"type": "object"},
  "problems": {"type": "array"}}})json";

const std::string_view preview_schema = R"json({
 "type": "object",
 "required": ["id", "code", "seed", "question"],
 "properties": {"id": {"type": "integer"}, "seed": {"type": "string"},
  "question": {"type": "object", "required": ["format", "stem"]},
  "explanation": {"type": ["object", "null"]}}})json";

}  // namespace items
