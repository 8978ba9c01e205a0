// SPDX-License-Identifier: EUPL-1.2
#include "privacy/views.hpp"

#include "base/text.hpp"
#include "privacy/rules.hpp"

#include <boost/json.hpp>

namespace privacy {
namespace json = boost::json;

const std::string_view my_data_schema = R"json({
 "type": "object",
 "required": ["data", "sections"],
 "properties": {
  "data": {"type": "object", "description": "All that Campus holds of the person, by slice"},
  "sections": {"type": "array", "items": {"type": "object"}},
  "request": {"type": "object", "required": ["state", "asked_at"]}}})json";

const std::string_view asking_schema = R"json({
 "type": "object",
 "required": ["effects"],
 "properties": {"effects": {"type": "array", "items": {
  "type": "object",
  "required": ["effect", "count"],
  "properties": {"effect": {"type": "string"}, "count": {"type": "integer"}}}}}})json";

const std::string_view requests_schema = R"json({
 "type": "object",
 "required": ["requests"],
 "properties": {"requests": {"type": "array", "items": {
  "type": "object",
  "required": ["id", "name", "state", "asked_at", "answer_due"],
  "properties": {"id": {"type": "integer"}, "name": {"type": "string"},
                 "state": {"enum": ["asked", "done", "refused", "withdrawn"]},
                 "asked_at": {"type": "string", "format": "date-time"},
                 "answer_due": {"type": "string", "format": "date-time"},
                 "decided_at": {"type": "string"}, "decided_by": {"type": "string"},
                 "reason": {"type": "string"}}}}}})json";

const std::string_view request_schema = R"json({
 "type": "object",
 "required": ["request", "effects", "may_decide"],
 "properties": {"request": {"type": "object"}, "may_decide": {"type": "boolean"},
                "effects": {"type": "array"}}})json";

const std::string_view retention_schema = R"json({
 "type": "object",
 "required": ["next_run", "rules"],
 "properties": {
  "next_run": {"type": "string", "format": "date-time"},
  "rules": {"type": "array", "items": {
   "type": "object",
   "required": ["object", "years", "months", "days", "source", "before", "due", "more"],
   "properties": {"object": {"type": "string"}, "years": {"type": "integer"},
                  "months": {"type": "integer"}, "days": {"type": "integer"},
                  "source": {"type": "string"}, "before": {"type": "string", "format": "date"},
                  "due": {"type": "integer"}, "more": {"type": "boolean"}}}}}})json";

namespace {

// A value with how it is shown; a template looks outside for what an item lacks, so all kinds.
json::object fact(std::string_view name, const json::value& value) {
    const bool is_text = value.is_string();
    const bool is_time = is_text && name.ends_with("_at");
    const bool is_date = is_text && (name == "from" || name == "until");
    std::string text = is_text           ? json::value_to<std::string>(value)
                       : value.is_bool() ? (value.get_bool() ? "true" : "false")
                                         : json::serialize(value);
    json::object fact{{"name", name},
                      {"value", std::move(text)},
                      {"time", is_time},
                      {"date", is_date},
                      {"other", !is_time && !is_date}};
    // Codes whose words stand elsewhere.
    for (const std::string_view code : {"role", "action", "object", "kind"}) {
        fact[code] = name == code;
        if (name == code) fact["other"] = false;
    }
    return fact;
}

json::array facts_of(const json::object& object) {
    json::array facts;
    for (const auto& [name, value] : object) {
        const bool empty = value.is_string() && value.get_string().empty();
        if (!empty && !value.is_array() && !value.is_object()) facts.push_back(fact(name, value));
    }
    return facts;
}

json::array lists_of(const json::object& object) {
    json::array lists;
    for (const auto& [name, value] : object) {
        json::array items;
        if (const auto* list = value.if_array())
            for (const json::value& item : *list) {
                json::object shown;
                shown["facts"] =
                    item.is_object() ? facts_of(item.get_object()) : json::array{fact(name, item)};
                items.push_back(std::move(shown));
            }
        if (const auto* inner = value.if_object()) {
            json::object shown;
            shown["facts"] = facts_of(*inner);
            items.push_back(std::move(shown));
        }
        if (!items.empty()) lists.push_back({{"list", name}, {"items", std::move(items)}});
    }
    return lists;
}

json::object told(const ErasureRequest& request, const Names& names) {
    const auto name_of_person = [&](base::PersonId person) {
        const auto found = names.find(person);
        return found == names.end() ? std::string{} : found->second;
    };
    json::object view{{"id", request.id},
                      {"name", name_of_person(request.person)},
                      {"state", name_of(request.state)},
                      {"open", request.state == ErasureState::asked},
                      {"refused", request.state == ErasureState::refused},
                      {"asked_at", base::iso_time(request.asked_at)},
                      {"answer_due", base::iso_time(answer_due(request.asked_at))},
                      {"decided_at", ""},
                      {"decided_by", ""},
                      {"reason", request.reason}};
    if (request.decided_at) view["decided_at"] = base::iso_time(*request.decided_at);
    if (request.decided_by) view["decided_by"] = name_of_person(*request.decided_by);
    return view;
}

json::array effects_of(const std::vector<SliceEffects>& all) {
    json::array effects;
    for (const auto& [slice, list] : all)
        for (const Effect& one : list)
            effects.push_back({{"effect", slice + "." + one.what}, {"count", one.count}});
    return effects;
}

}  // namespace

json::object my_data_view(const json::object& held, const std::optional<ErasureRequest>& request) {
    json::array sections;
    for (const auto& [slice, data] : held)
        sections.push_back({{"slice", slice},
                            {"facts", facts_of(data.get_object())},
                            {"lists", lists_of(data.get_object())}});
    json::object view{{"data", held}, {"sections", std::move(sections)}};
    if (request) view["request"] = told(*request, {});
    view["may_ask"] = !request || request->state == ErasureState::refused ||
                      request->state == ErasureState::withdrawn;
    return view;
}

json::object asking_view(const std::vector<SliceEffects>& preview) {
    return {{"effects", effects_of(preview)}};
}

json::object requests_view(const std::vector<ErasureRequest>& requests, const Names& names) {
    json::array list;
    for (const ErasureRequest& request : requests) list.push_back(told(request, names));
    return {{"requests", std::move(list)}};
}

json::object request_view(const ErasureRequest& request, const Names& names,
                          const std::vector<SliceEffects>& preview, bool may_decide,
                          std::string_view typed_reason) {
    json::object view{{"request", told(request, names)},
                      {"effects", effects_of(preview)},
                      {"may_decide", may_decide}};
    view["form"] = {{"reason", {{"value", typed_reason}, {"required", true}}}};
    return view;
}

json::object retention_view(const std::vector<Due>& all, std::string_view language,
                            base::Time next) {
    json::array rules;
    for (const Due& due : all)
        rules.push_back(
            {{"object", due.rule->object},
             {"years", due.rule->years},
             {"months", due.rule->months},
             {"days", due.rule->days},
             {"source", language == "en" ? due.rule->source_en : due.rule->source_fr},
             {"before", base::iso_date(std::chrono::floor<std::chrono::days>(due.before))},
             {"due", due.count},
             {"more", due.more}});
    return {{"next_run", base::iso_time(next)}, {"rules", std::move(rules)}};
}

}  // namespace privacy
