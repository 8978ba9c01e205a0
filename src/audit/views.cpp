// SPDX-License-Identifier: EUPL-1.2
#include "audit/views.hpp"

#include "base/csv.hpp"
#include "base/text.hpp"
#include "base/url.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <span>

namespace audit {
namespace json = boost::json;

const std::string_view log_schema = R"json({
 "type": "object",
 "required": ["filter", "rows", "csv_url"],
 "properties": {
  "filter": {"type": "object"},
  "csv_url": {"type": "string"},
  "next_url": {"type": "string"},
  "rows": {"type": "array", "items": {
   "type": "object",
   "required": ["id", "at", "actor", "role", "perimeter", "action", "object", "facts"],
   "properties": {
    "id": {"type": "integer"},
    "at": {"type": "string", "format": "date-time"},
    "actor": {"type": "object", "properties": {"id": {"type": "integer"},
                                               "name": {"type": "string"}}},
    "role": {"type": "string"}, "perimeter": {"type": "string"}, "action": {"type": "string"},
    "object": {"type": "object", "required": ["kind", "number", "name"], "properties": {
     "kind": {"type": "string"}, "number": {"type": "integer"}, "name": {"type": "string"}}},
    "facts": {"type": "array", "items": {
     "type": "object",
     "required": ["name", "before", "after"],
     "properties": {"name": {"type": "string"}, "before": {"type": "string"},
                    "after": {"type": "string"}}}}}}}}})json";

namespace {

// What decisions are about, and by which slice: what the filters offer.
constexpr std::array<std::string_view, 11> objects{
    "person",     "organisation", "offer",   "session", "enrolment", "request",
    "supervisor", "circuit",      "erasure", "job",     "retention"};
constexpr std::array<std::string_view, 11> families{
    "identity.",   "organisations.", "frameworks.", "items.", "catalogue.", "sessions.",
    "enrolments.", "requests.",      "jobs.",       "audit.", "privacy."};

// Fields of before and after that hold the number of a person or of an organisation.
constexpr std::array<std::string_view, 6> person_fields{"person",    "supervisor", "delegate",
                                                        "delegator", "agent",      "by"};
constexpr std::array<std::string_view, 3> organisation_fields{"organisation", "employer",
                                                              "perimeter"};

bool is_one_of(std::span<const std::string_view> list, std::string_view name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

json::object parsed(const std::string& text) {
    if (text.empty()) return {};
    boost::system::error_code error;
    auto value = json::parse(text, error);
    if (error || !value.is_object()) return {{"text", text}};
    return std::move(value.as_object());
}

std::string name_of(const Names& names, base::PersonId person) {
    const auto found = names.people.find(person);
    return found == names.people.end() ? std::string{} : found->second;
}

std::string words_of(std::string_view field, const json::value& value, const Names& names) {
    if (value.is_null()) return {};
    if (value.is_string()) return std::string{value.get_string()};
    if (const auto* number = value.if_int64()) {
        if (is_one_of(person_fields, field)) {
            const std::string name = name_of(names, {*number});
            if (!name.empty()) return name;
        }
        if (is_one_of(organisation_fields, field)) {
            const std::string name = names.organisation({*number});
            if (!name.empty()) return name;
        }
        if (field.ends_with("_at")) return base::iso_time(base::from_epoch(*number));
        return std::to_string(*number);
    }
    if (const auto* list = value.if_array()) {
        std::string all;
        for (const json::value& one : *list)
            all += (all.empty() ? "" : ", ") + words_of(field, one, names);
        return all;
    }
    return json::serialize(value);
}

// How a template shows the words: by their label, as a time, or as they are.
std::string_view kind_of(std::string_view field) {
    if (field == "role") return "role";
    if (field.ends_with("_at")) return "time";
    if (field == "from" || field == "until") return "date";
    return "other";
}

json::array facts_of(const LogEntry& entry, const Names& names) {
    const json::object before = parsed(entry.before), after = parsed(entry.after);
    json::array facts;
    const auto add = [&](std::string_view field, const json::value* was, const json::value* is) {
        const std::string_view kind = kind_of(field);
        // All kinds: a template looks outside for what an item lacks.
        facts.push_back({{"name", field},
                         {"role", kind == "role"},
                         {"time", kind == "time"},
                         {"date", kind == "date"},
                         {"other", kind == "other"},
                         {"before", was == nullptr ? "" : words_of(field, *was, names)},
                         {"after", is == nullptr ? "" : words_of(field, *is, names)}});
    };
    for (const auto& [field, value] : before) add(field, &value, after.if_contains(field));
    for (const auto& [field, value] : after)
        if (!before.contains(field)) add(field, nullptr, &value);
    return facts;
}

std::string object_name(const LogEntry& entry, const Names& names) {
    if (entry.object == "person") return name_of(names, {entry.object_id});
    if (entry.object == "organisation") return names.organisation({entry.object_id});
    return {};
}

// The page of the object; who may not open it is led to all that was decided on it.
std::string object_url(const LogEntry& entry, const Names& names) {
    const std::string number = std::to_string(entry.object_id);
    const auto may = [&](std::string_view role) {
        return std::ranges::find(names.roles, role) != names.roles.end();
    };
    if (entry.object == "person" && may("administrator")) return "/people/" + number;
    if (entry.object == "offer" && (may("organiser") || may("campus_team")))
        return "/offers/" + number;
    if (entry.object == "session" && may("organiser")) return "/sessions/" + number;
    if (entry.object_id == 0) return {};
    return "/administration/audit?object=" + entry.object + "&number=" + number;
}

json::array options(std::span<const std::string_view> values, std::string_view chosen) {
    json::array list;
    for (const std::string_view value : values) {
        // The label of a family has its name without the dot.
        const std::string_view label = value.substr(0, value.find('.'));
        list.push_back({{"value", value}, {"label", label}, {"selected", value == chosen}});
    }
    // An action that was linked to, not chosen from the list.
    if (!chosen.empty() && !is_one_of(values, chosen))
        list.push_back({{"value", chosen}, {"label", chosen}, {"selected", true}});
    return list;
}

std::string url_of(std::string_view path, const Asked& asked,
                   const std::optional<LogFilter::Key>& next) {
    std::string url{path};
    const auto add = [&](std::string_view name, const std::string& value) {
        if (value.empty()) return;
        url += url.find('?') == std::string::npos ? '?' : '&';
        url += std::string{name} + "=" + base::url_encode(value);
    };
    add("who", asked.who);
    add("object", asked.object);
    add("number", asked.number == 0 ? "" : std::to_string(asked.number));
    add("action", asked.action);
    add("from", asked.from);
    add("until", asked.until);
    if (next) {
        add("at", std::to_string(next->at));
        add("id", std::to_string(next->id));
    }
    return url;
}

}  // namespace

std::vector<base::PersonId> people_in(const std::vector<LogEntry>& entries) {
    std::set<base::PersonId> people;
    for (const LogEntry& entry : entries) {
        if (entry.actor) people.insert(*entry.actor);
        if (entry.object == "person") people.insert({entry.object_id});
        for (const std::string& text : {entry.before, entry.after})
            for (const auto& [field, value] : parsed(text))
                if (const auto* number = value.if_int64();
                    number && is_one_of(person_fields, field))
                    people.insert({*number});
    }
    return {people.begin(), people.end()};
}

json::object log_view(const std::vector<LogEntry>& entries, const Asked& asked, const Names& names,
                      const std::optional<LogFilter::Key>& next) {
    json::array rows;
    for (const LogEntry& entry : entries) {
        json::object actor;
        if (entry.actor)
            actor = {{"id", entry.actor->value}, {"name", name_of(names, *entry.actor)}};
        rows.push_back(
            {{"id", entry.id},
             {"at", base::iso_time(entry.at)},
             {"actor", entry.actor ? json::value(std::move(actor)) : json::value(json::object{})},
             {"by_program", !entry.actor},
             {"role", entry.role},
             {"perimeter", entry.perimeter ? names.organisation(*entry.perimeter) : ""},
             {"action", entry.action},
             {"object",
              {{"kind", entry.object},
               {"number", entry.object_id},
               {"name", object_name(entry, names)},
               {"url", object_url(entry, names)}}},
             {"facts", facts_of(entry, names)}});
    }
    json::object view{{"filter",
                       {{"who", asked.who},
                        {"who_unknown", asked.who_unknown},
                        {"number", asked.number == 0 ? "" : std::to_string(asked.number)},
                        {"from", asked.from},
                        {"until", asked.until},
                        {"objects", options(objects, asked.object)},
                        {"actions", options(families, asked.action)},
                        {"any", !url_of("", asked, std::nullopt).empty()}}},
                      {"rows", std::move(rows)},
                      {"csv_url", url_of("/administration/audit.csv", asked, std::nullopt)}};
    if (next) view["next_url"] = url_of("/administration/audit", asked, next);
    return view;
}

std::string log_csv(const std::vector<LogEntry>& entries, const Names& names) {
    std::string text;
    base::write_csv_row(text, {"id", "at", "actor_id", "actor", "role", "perimeter", "action",
                               "object", "object_id", "before", "after"});
    for (const LogEntry& entry : entries)
        base::write_csv_row(
            text, {std::to_string(entry.id), base::iso_time(entry.at),
                   entry.actor ? std::to_string(entry.actor->value) : "",
                   entry.actor ? name_of(names, *entry.actor) : "", entry.role,
                   entry.perimeter ? names.organisation(*entry.perimeter) : "", entry.action,
                   entry.object, std::to_string(entry.object_id), entry.before, entry.after});
    return text;
}

}  // namespace audit
