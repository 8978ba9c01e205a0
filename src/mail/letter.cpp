// SPDX-License-Identifier: EUPL-1.2
#include "mail/letter.hpp"

#include "base/secrets.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace mail {
namespace json = boost::json;
namespace {

// {"text": …}, {"date": days since 1970}, {"time": epoch seconds} or {"number": …}.
json::object value_to_json(const Value& value) {
    struct Visitor {
        json::object operator()(const std::string& text) const { return {{"text", text}}; }
        json::object operator()(base::Date date) const {
            return {{"date", date.time_since_epoch().count()}};
        }
        json::object operator()(base::Time time) const { return {{"time", base::to_epoch(time)}}; }
        json::object operator()(std::int64_t number) const { return {{"number", number}}; }
    };
    return std::visit(Visitor{}, value);
}

json::array pairs_to_json(const std::vector<std::pair<std::string, Value>>& pairs) {
    json::array list;
    for (const auto& [name, value] : pairs) {
        json::object item = value_to_json(value);
        item["name"] = name;
        list.push_back(std::move(item));
    }
    return list;
}

// -- reading it again: what is absent is empty, so that a letter written by a version before still
// leaves

const json::value* member(const json::value& object, std::string_view name) {
    return object.is_object() ? object.as_object().if_contains(name) : nullptr;
}

std::string text_in(const json::value& object, std::string_view name) {
    const auto* value = member(object, name);
    const auto* text = value ? value->if_string() : nullptr;
    return text ? std::string(*text) : std::string{};
}

bool flag_in(const json::value& object, std::string_view name) {
    const auto* value = member(object, name);
    return value && value->is_bool() && value->get_bool();
}

const json::array& list_in(const json::value& object, std::string_view name) {
    static const json::array none;
    const auto* value = member(object, name);
    return value && value->is_array() ? value->get_array() : none;
}

Value value_from(const json::value& item) {
    const auto number = [&](std::string_view name) -> std::optional<std::int64_t> {
        const auto* value = member(item, name);
        return value && value->is_int64() ? std::optional{value->get_int64()} : std::nullopt;
    };
    if (const auto days = number("date")) return base::Date{std::chrono::days{*days}};
    if (const auto time = number("time")) return base::from_epoch(*time);
    if (const auto count = number("number")) return *count;
    return text_in(item, "text");
}

// -- words

// One letter in its reader's language.
class Words {
public:
    Words(const json::value& letter, const Typesetter& typesetter)
        : typesetter_(typesetter), language_(language_of(letter)) {
        for (const json::value& item : list_in(letter, "values")) {
            const Value value = value_from(item);
            const std::string name = text_in(item, "name");
            // The message chooses its plural form by the digits.
            const auto* count = name == "count" ? std::get_if<std::int64_t>(&value) : nullptr;
            values_.emplace_back(name, count ? std::to_string(*count) : written(value));
        }
    }
    const std::string& language() const { return language_; }
    std::string written(const Value& value) const { return typesetter_.written(language_, value); }
    std::string message(const std::string& key) const { return message(key, values_); }
    std::string message(const std::string& key,
                        std::vector<std::pair<std::string, std::string>> values) const {
        return typesetter_.message(language_, {key, "", std::move(values)});
    }
    void set(std::string name, std::string value) {
        values_.emplace_back(std::move(name), std::move(value));
    }

private:
    const Typesetter& typesetter_;
    std::string language_;
    std::vector<std::pair<std::string, std::string>> values_;
};

std::string absolute(std::string_view base_url, const std::string& url) {
    return url.starts_with('/') ? std::string{base_url} + url : url;
}

// What one letter says: {heading, paragraphs, facts: [{label, value}], action: {label, url}}.
json::object section(const json::value& letter, const Words& words, std::string_view base_url) {
    json::array paragraphs;
    for (const json::value& key : list_in(letter, "paragraphs"))
        if (key.is_string())
            paragraphs.emplace_back(words.message(json::value_to<std::string>(key)));
    json::array facts;
    for (const json::value& fact : list_in(letter, "facts"))
        facts.push_back({{"label", words.message(text_in(fact, "name"))},
                         {"value", words.written(value_from(fact))}});
    json::object view{{"heading", ""},
                      {"paragraphs", std::move(paragraphs)},
                      {"facts", std::move(facts)},
                      {"action", nullptr}};
    if (const auto* action = member(letter, "action"))
        view["action"] = {{"label", words.message(text_in(*action, "label"))},
                          {"url", absolute(base_url, text_in(*action, "url"))}};
    return view;
}

std::string_view text_of(const json::value& value) {
    return value.as_string();
}

void append_section(std::string& out, const json::object& view, const Words& words) {
    const auto add = [&](std::string_view line) { out.append(line).append("\n"); };
    if (const auto heading = text_of(view.at("heading")); !heading.empty()) {
        add(heading);
        add(std::string(24, '-'));
        add("");
    }
    for (const json::value& paragraph : view.at("paragraphs").as_array()) {
        add(text_of(paragraph));
        add("");
    }
    // The sign between a label and what follows is the language's own.
    const json::array& facts = view.at("facts").as_array();
    for (const json::value& fact : facts)
        add("– " +
            words.message("mail.letter.fact", {{"label", std::string{text_of(fact.at("label"))}},
                                               {"value", std::string{text_of(fact.at("value"))}}}));
    if (!facts.empty()) add("");
    if (const auto* action = view.at("action").if_object()) {
        add(words.message("mail.letter.link",
                          {{"label", std::string{text_of(action->at("label"))}}}));
        add(text_of(action->at("url")));
        add("");
    }
}

std::string plain_text(const json::object& view, const Words& words) {
    std::string out;
    out.append(text_of(view.at("greeting"))).append("\n\n");
    for (const json::value& one : view.at("sections").as_array())
        append_section(out, one.as_object(), words);
    out.append("-- \n").append(text_of(view.at("signature"))).append("\n");
    out.append(text_of(view.at("why"))).append("\n");
    if (const auto url = text_of(view.at("preferences_url")); !url.empty())
        out.append(words.message("mail.letter.link",
                                 {{"label", std::string{text_of(view.at("preferences"))}}}))
            .append("\n")
            .append(url)
            .append("\n");
    return out;
}

// RFC 5546 names methods in capitals; nothing else may reach a header.
std::string method_of(const json::value& calendar) {
    std::string method = text_in(calendar, "method");
    const bool plain = std::ranges::all_of(method, [](char c) { return c >= 'A' && c <= 'Z'; });
    return plain && !method.empty() ? method : "PUBLISH";
}

}  // namespace

std::string to_json(const Letter& letter) {
    json::object object{{"name", letter.to.name},
                        {"language", letter.to.language},
                        {"subject", letter.subject},
                        {"paragraphs", json::value_from(letter.paragraphs)},
                        {"facts", pairs_to_json(letter.facts)},
                        {"values", pairs_to_json(letter.values)},
                        {"at_once", letter.at_once || letter.lets_in}};
    if (letter.lets_in) object["lets_in"] = true;
    if (letter.action)
        object["action"] = {{"label", letter.action->first}, {"url", letter.action->second}};
    if (letter.calendar)
        object["calendar"] = {{"method", letter.calendar->method}, {"text", letter.calendar->text}};
    return json::serialize(object);
}

std::string digest_json(const std::map<std::int64_t, std::string>& letters) {
    json::array items;
    for (const auto& [id, letter] : letters) items.push_back(read_letter(letter));
    const auto count = static_cast<std::int64_t>(items.size());
    const json::value last = items.empty() ? json::value{} : items.back();
    return json::serialize(json::object{{"name", text_in(last, "name")},
                                        {"language", language_of(last)},
                                        {"subject", "mail.digest.subject"},
                                        {"paragraphs", {"mail.digest.lead"}},
                                        {"values", pairs_to_json({{"count", count}})},
                                        {"at_once", true},
                                        {"items", std::move(items)}});
}

json::value read_letter(std::string_view stored) {
    json::error_code broken;
    json::value letter = json::parse(stored, broken);
    return broken || !letter.is_object() ? json::value{} : letter;
}

bool is_at_once(const json::value& letter) {
    return flag_in(letter, "at_once");
}

bool lets_in(const json::value& letter) {
    return flag_in(letter, "lets_in");
}

std::string digest_of(std::string_view stored) {
    const std::string kept = text_in(read_letter(stored), "digest");
    return kept.empty() ? base::sha256_hex(stored).substr(0, 24) : kept;
}

std::string without_text(std::string_view stored) {
    return json::serialize(json::object{{"digest", digest_of(stored)},
                                        {"subject", "mail.left.subject"},
                                        {"paragraphs", {"mail.left.text"}}});
}

bool has_calendar(const json::value& letter) {
    return member(letter, "calendar") != nullptr;
}

std::string language_of(const json::value& letter) {
    return text_in(letter, "language") == "en" ? "en" : "fr";
}

std::string subject_of(const json::value& letter, const Typesetter& typesetter) {
    return Words(letter, typesetter).message(text_in(letter, "subject"));
}

Rendered render(const json::value& letter, const Typesetter& typesetter, std::string_view base_url,
                bool refusable) {
    Words words(letter, typesetter);
    json::array sections;
    sections.push_back(section(letter, words, base_url));
    for (json::value item : list_in(letter, "items")) {
        if (!item.is_object()) continue;
        item.as_object()["language"] = words.language();
        const Words own(item, typesetter);
        json::object view = section(item, own, base_url);
        view["heading"] = own.message(text_in(item, "subject"));
        sections.push_back(std::move(view));
    }
    Rendered rendered;
    rendered.name = text_in(letter, "name");
    rendered.language = words.language();
    rendered.subject = words.message(text_in(letter, "subject"));
    words.set("recipient", rendered.name);
    words.set("site", std::string{base_url});
    const json::object view{
        {"subject", rendered.subject},
        {"language", rendered.language},
        {"greeting",
         words.message(rendered.name.empty() ? "mail.letter.hello" : "mail.letter.hello_name")},
        {"sections", std::move(sections)},
        {"signature", words.message("mail.letter.signature")},
        {"why", words.message(refusable ? "mail.letter.why" : "mail.letter.why_required")},
        {"preferences", words.message("mail.letter.preferences")},
        {"preferences_url", refusable ? std::string{base_url} + "/me/mail" : std::string{}}};
    rendered.text = plain_text(view, words);
    rendered.html = typesetter.html(rendered.language, view);
    if (const auto* calendar = member(letter, "calendar")) {
        rendered.calendar = text_in(*calendar, "text");
        rendered.calendar_method = method_of(*calendar);
    }
    return rendered;
}

}  // namespace mail
