// SPDX-License-Identifier: EUPL-1.2
#include "mail/views.hpp"

#include "base/text.hpp"
#include "mail/kinds.hpp"

#include <boost/json.hpp>

namespace mail {
namespace json = boost::json;
namespace {

json::object shown_view(const store::Shown& shown) {
    return {{"id", shown.id},
            {"to", shown.email},
            {"kind", shown.kind},
            {"state", shown.state},
            {"created_at", base::iso_time(shown.created_at)},
            {"attempts", shown.attempts},
            {"error", shown.last_error}};
}

// Of one question with a few answers, as html/field-radios shows it.
json::array options(std::initializer_list<std::pair<std::string_view, std::string>> labelled,
                    std::string_view chosen) {
    json::array list;
    for (const auto& [value, label] : labelled)
        list.push_back({{"value", value}, {"label", label}, {"checked", value == chosen}});
    return list;
}

}  // namespace

json::object preferences_view(const Kinds& kinds, const store::Choices& choices,
                              const Reader& reader, bool refused, std::string_view language,
                              const Typesetter& typesetter) {
    const auto words = [&](std::string key) {
        return typesetter.message(language, {std::move(key), "", {}});
    };
    json::array free;
    json::array required;
    for (const Kind& kind : kinds.all()) {
        if (kind.name == "mail.digest") continue;  // what the others are put into
        if (kind.required) {
            required.push_back({{"name", kind.name}, {"label", words("mail.kind." + kind.name)}});
            continue;
        }
        const auto found = choices.find(kind.name);
        const std::string_view chosen =
            name_of(found == choices.end() ? Choice::at_once : found->second);
        free.push_back({{"name", kind.name},
                        {"label", words("mail.kind." + kind.name)},
                        {"choice", chosen},
                        {"required", true},
                        {"error", ""},
                        {"options", options({{"at_once", words("mail.choice.at_once")},
                                             {"digest", words("mail.choice.digest")},
                                             {"never", words("mail.choice.never")}},
                                            chosen)}});
    }
    json::object form;
    form["language"] = {
        {"required", true},
        {"options", options({{"fr", words("mail.language.fr")}, {"en", words("mail.language.en")}},
                            reader.language)}};
    return {{"email", reader.email},           {"language", reader.language},
            {"address_refuses", refused},      {"kinds", std::move(free)},
            {"required", std::move(required)}, {"form", std::move(form)}};
}

json::object outbox_view(const store::Counts& counts, const std::vector<store::Shown>& trouble,
                         const std::vector<store::RefusedAddress>& addresses, bool has_relay,
                         bool demo, base::Time now) {
    json::array letters;
    for (const store::Shown& shown : trouble) {
        json::object view = shown_view(shown);
        view["bounced"] = shown.state == "bounced";
        letters.push_back(std::move(view));
    }
    json::array refused;
    for (const store::RefusedAddress& address : addresses) {
        json::object view{{"email", address.email},
                          {"person", nullptr},
                          {"first_at", base::iso_time(address.first_at)},
                          {"last_at", base::iso_time(address.last_at)},
                          {"letters", address.letters},
                          {"reason", address.reason}};
        if (address.person) view["person"] = address.person->value;
        refused.push_back(std::move(view));
    }
    // Letters that a relay refuses to talk about: none is sent within a minute.
    const bool stuck = has_relay && counts.oldest_due && !counts.why.empty() &&
                       now - *counts.oldest_due > std::chrono::minutes{1};
    return {{"has_relay", has_relay},
            {"demo", demo},
            {"stuck", stuck},
            {"why", stuck ? counts.why : ""},
            {"oldest_due_at", counts.oldest_due ? base::iso_time(*counts.oldest_due) : ""},
            {"counts",
             {{"waiting", counts.waiting},
              {"digest", counts.digest},
              {"failed", counts.failed},
              {"bounced", counts.bounced}}},
            {"trouble", std::move(letters)},
            {"addresses", std::move(refused)}};
}

json::object letters_view(const std::vector<store::Shown>& letters,
                          const std::function<std::string(const store::Shown&)>& subject) {
    json::array list;
    for (const store::Shown& shown : letters) {
        json::object view = shown_view(shown);
        view["subject"] = subject(shown);
        list.push_back(std::move(view));
    }
    return {{"letters", std::move(list)}};
}

json::object letter_view(const store::Shown& shown, const Rendered& rendered) {
    json::object view = shown_view(shown);
    view["subject"] = rendered.subject;
    view["language"] = rendered.language;
    view["text"] = rendered.text;
    view["html"] = rendered.html;
    view["calendar"] = rendered.calendar;
    view["calendar_method"] = rendered.calendar_method;
    return view;
}

const std::string_view preferences_schema = R"json({"type": "object",
 "required": ["email", "language", "address_refuses", "kinds", "required"],
 "properties": {"language": {"enum": ["fr", "en"]}, "address_refuses": {"type": "boolean"},
  "kinds": {"type": "array", "items": {"type": "object", "required": ["name", "label", "choice"],
   "properties": {"choice": {"enum": ["at_once", "digest", "never"]}}}},
  "required": {"type": "array", "items": {"type": "object", "required": ["name", "label"]}}}})json";

#define LETTER_FIELDS R"json("id", "to", "kind", "state", "created_at", "attempts", "error")json"

const std::string_view outbox_schema = R"json({"type": "object",
 "required": ["has_relay", "demo", "stuck", "why", "oldest_due_at", "counts", "trouble",
              "addresses"],
 "properties": {"has_relay": {"type": "boolean"},
  "counts": {"type": "object", "required": ["waiting", "digest", "failed", "bounced"]},
  "trouble": {"type": "array", "items": {"type": "object", "required": [)json" LETTER_FIELDS
                                       R"json(]}},
  "addresses": {"type": "array", "items": {"type": "object",
   "required": ["email", "person", "first_at", "last_at", "letters", "reason"]}}}})json";

const std::string_view again_schema = R"json({"type": "object", "required": ["letters"],
 "properties": {"letters": {"type": "integer", "minimum": 0}}})json";

const std::string_view letters_schema = R"json({"type": "object", "required": ["letters"],
 "properties": {"letters": {"type": "array", "items": {"type": "object",
  "required": ["subject", )json" LETTER_FIELDS R"json(]}}}})json";

const std::string_view letter_schema = R"json({"type": "object",
 "required": [)json" LETTER_FIELDS R"json(, "subject", "language", "text", "html", "calendar",
  "calendar_method"]})json";

const std::string_view received_schema = R"json({"type": "object", "required": ["result"],
 "properties": {"result": {"enum": ["recorded", "no_failure", "not_ours"]}}})json";

}  // namespace mail
