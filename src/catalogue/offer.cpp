// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/offer.hpp"

#include "base/text.hpp"
#include "catalogue/offer_fields.hpp"
#include "catalogue/themes.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <limits>

namespace catalogue {
namespace json = boost::json;
using namespace std::string_view_literals;

namespace {

constexpr std::array kind_list{"formation"sv, "module"sv,         "parcours"sv,  "cycle"sv,
                               "seminaire"sv, "universite-ete"sv, "programme"sv, "certification"sv,
                               "evenement"sv, "expedition"sv};
constexpr std::array modality_list{"en-ligne"sv, "presentiel"sv, "hybride"sv};
constexpr std::array level_list{"novice"sv, "debutant"sv, "intermediaire"sv, "expert"sv};
constexpr std::array pillar_list{"fondamentaux"sv, "excellence"sv, "communautes"sv, "decideurs"sv,
                                 "avenir"sv};
constexpr std::array population_list{"etat"sv, "territoriale"sv, "hospitaliere"sv};

bool is_in(std::span<const std::string_view> list, std::string_view code) {
    return std::find(list.begin(), list.end(), code) != list.end();
}

// --- JSON ---------------------------------------------------------------------------------------

json::value value_of(const std::string& text) {
    return json::value(text);
}
json::value value_of(bool flag) {
    return flag;
}
json::value value_of(int number) {
    return number;
}
template <class T>
json::value value_of(const std::optional<T>& number) {
    return number.value();
}
json::value value_of(const std::optional<base::Date>& date) {
    return json::value(base::iso_date(date.value()));
}

template <class T>
    requires std::is_class_v<T>
json::value value_of(const T& record);

template <class T>
json::value value_of(const std::vector<T>& list) {
    json::array out;
    out.reserve(list.size());
    for (const T& item : list) out.push_back(value_of(item));
    return out;
}

// A value is left out when it is empty and leaving it out means that it is empty: `visible`, whose
// default is true, always stands there.
template <class T>
    requires std::is_class_v<T>
json::value value_of(const T& record) {
    json::object out;
    const T defaults;
    std::vector<bool> kept;
    each_field(defaults, [&]<class Field>(const char*, const Field& initial) {
        kept.push_back(!(initial == Field{}));
    });
    std::size_t at = 0;
    each_field(record, [&]<class Field>(const char* name, const Field& field) {
        if (kept[at++] || !(field == Field{})) out.emplace(name, value_of(field));
    });
    return out;
}

class Reader {
public:
    std::vector<base::Reason> problems;

    void read(const json::value& from, const std::string& path, std::string& to) {
        if (const auto* text = from.if_string())
            to.assign(text->data(), text->size());
        else
            wrong("text", path);
    }
    void read(const json::value& from, const std::string& path, bool& to) {
        if (const auto* flag = from.if_bool())
            to = *flag;
        else
            wrong("flag", path);
    }
    template <class Number>
        requires(std::same_as<Number, int> || std::same_as<Number, std::int64_t>)
    void read(const json::value& from, const std::string& path, Number& to) {
        using Limits = std::numeric_limits<Number>;
        const auto* number = from.if_int64();
        if (number != nullptr && *number >= Limits::min() && *number <= Limits::max())
            to = static_cast<Number>(*number);
        else
            wrong("number", path);
    }
    void read(const json::value& from, const std::string& path, base::Date& to) {
        const auto* text = from.if_string();
        const auto date =
            text == nullptr ? std::nullopt : base::parse_iso_date({text->data(), text->size()});
        if (date)
            to = *date;
        else
            wrong("date", path);
    }
    template <class T>
    void read(const json::value& from, const std::string& path, std::optional<T>& to) {
        T value{};
        const auto before = problems.size();
        read(from, path, value);
        if (problems.size() == before) to = value;
    }
    template <class T>
    void read(const json::value& from, const std::string& path, std::vector<T>& to) {
        const auto* list = from.if_array();
        if (list == nullptr) return wrong("list", path);
        to.clear();
        to.reserve(list->size());
        for (std::size_t i = 0; i < list->size(); ++i)
            read((*list)[i], path + '.' + std::to_string(i), to.emplace_back());
    }
    template <class T>
        requires requires(T& record) { each_field(record, [](const char*, auto&) {}); }
    void read(const json::value& from, const std::string& path, T& to) {
        const auto* object = from.if_object();
        if (object == nullptr) return wrong("object", path);
        const std::string prefix = path.empty() ? "" : path + '.';
        std::vector<json::string_view> known;
        each_field(to, [&](const char* name, auto& field) {
            known.push_back(name);
            if (const json::value* value = object->if_contains(name))
                read(*value, prefix + name, field);
        });
        for (const auto& pair : *object)
            if (std::find(known.begin(), known.end(), pair.key()) == known.end()) {
                // Shown to a person, who may have sent anything.
                const std::string name(pair.key().substr(0, 100));
                problems.push_back(
                    {"catalogue.problem.unknown_name", prefix + name, {{"name", name}}});
            }
    }

private:
    void wrong(const char* expected, const std::string& path) {
        problems.push_back(
            {std::string("catalogue.problem.not_") + expected, path, {{"name", path}}});
    }
};

// --- Rules --------------------------------------------------------------------------------------

// Characters that no text needs and XML forbids: controls other than tab and line breaks.
bool has_controls(std::string_view text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t' && c != '\r') ||
               c == 0x7F;
    });
}

bool is_host(std::string_view host) {
    if (host.starts_with('[')) return host.ends_with(']') && host.size() > 3;
    return !host.empty() && host.front() != '.' && host.front() != '-' &&
           host.find_first_of("@\\\"<>[]{}|^`%") == std::string_view::npos;
}

// http(s)://host[:port][/…] or mailto:a@b[?…]; nothing that would need escaping in an attribute.
bool is_link(std::string_view link, bool mail_too) {
    if (link.find_first_of(" \t\r\n\"<>\\^`{|}") != std::string_view::npos) return false;
    const std::string scheme = base::fold(link.substr(0, 8));
    if (mail_too && scheme.starts_with("mailto:")) {
        const auto address =
            link.substr(7, link.find('?') == std::string_view::npos ? std::string_view::npos
                                                                    : link.find('?') - 7);
        const auto at = address.find('@');
        return at != std::string_view::npos && at > 0 &&
               address.find('@', at + 1) == std::string_view::npos &&
               is_host(address.substr(at + 1));
    }
    if (!scheme.starts_with("http://") && !scheme.starts_with("https://")) return false;
    link.remove_prefix(link.find("//") + 2);
    auto host = link.substr(0, link.find_first_of("/?#"));
    if (const auto colon = host.rfind(':');
        colon != std::string_view::npos && !host.ends_with(']')) {
        const auto port = base::to_integer(host.substr(colon + 1));
        if (!port || *port < 1 || *port > 65535) return false;
        host = host.substr(0, colon);
    }
    return is_host(host);
}

bool is_slug(std::string_view text) {
    return !text.empty() && base::slug(text) == text;
}

bool is_language(std::string_view code) {
    return code.size() == 2 &&
           code.find_first_not_of("abcdefghijklmnopqrstuvwxyz") == std::string_view::npos;
}

struct Length {
    std::size_t least;
    std::size_t most;
};

// In characters. The long texts are a page or some, the others a line.
Length length_of(std::string_view field) {
    if (field == "title") return {3, 200};
    if (field == "display_title") return {0, 200};
    if (field == "summary" || field == "prerequisites" || field == "accessibility" ||
        field == "quality_evidence" || field == "source")
        return {0, 1'000};
    if (field == "objectives") return {0, 5'000};
    if (field == "programme") return {0, 20'000};
    if (field == "registration_link" || field == "image_url") return {0, 2'000};
    return {0, 200};
}
constexpr std::size_t most_items = 50;
constexpr std::size_t most_steps = 200;

class Checker {
public:
    std::vector<base::Reason> problems;

    void say(const char* key, std::string field,
             std::vector<std::pair<std::string, std::string>> values = {}) {
        problems.push_back(
            {std::string("catalogue.problem.") + key, std::move(field), std::move(values)});
    }
    void text(const char* field, const std::string& value) {
        if (!base::is_utf8(value) || has_controls(value)) return say("characters", field);
        const auto [least, most] = length_of(field);
        const std::size_t size = base::length(value);
        if (base::trim(value).empty() && least > 0)
            say("missing", field);
        else if (size < least)
            say("too_short", field, {{"least", std::to_string(least)}});
        else if (size > most)
            say("too_long", field, {{"most", std::to_string(most)}});
    }
    void texts(const char* field, const std::vector<std::string>& values) {
        if (values.size() > most_items)
            say("too_many", field, {{"most", std::to_string(most_items)}});
        for (const std::string& value : values) {
            if (base::trim(value).empty()) say("empty_item", field);
            text(field, value);
        }
    }
    void code(const char* field, std::span<const std::string_view> list, const std::string& value) {
        if (!is_in(list, value)) say("unknown_code", field, {{"code", value}});
    }
    void codes(const char* field, std::span<const std::string_view> list,
               const std::vector<std::string>& values) {
        for (const std::string& value : values) code(field, list, value);
    }
    void slugs(const char* field, const std::vector<std::string>& values) {
        for (const std::string& value : values)
            if (!is_slug(value)) say("not_a_slug", field, {{"code", value}});
    }
};

}  // namespace

std::span<const std::string_view> kinds() {
    return kind_list;
}
std::span<const std::string_view> modalities() {
    return modality_list;
}
std::span<const std::string_view> levels() {
    return level_list;
}
std::span<const std::string_view> pillars() {
    return pillar_list;
}
std::span<const std::string_view> populations() {
    return population_list;
}

json::value to_json(const Offer& offer) {
    return value_of(offer);
}

base::Result<Offer> offer_from_json(const json::value& value) {
    Reader reader;
    Offer offer;
    reader.read(value, "", offer);
    if (!reader.problems.empty())
        return base::unexpected(base::Error(base::ErrorKind::invalid, std::move(reader.problems)));
    return offer;
}

std::vector<base::Reason> problems_of(const Offer& offer) {
    Checker check;
    each_field(offer, [&]<class Field>(const char* name, const Field& field) {
        if constexpr (std::same_as<Field, std::string>)
            check.text(name, field);
        else if constexpr (std::same_as<Field, std::vector<std::string>>)
            check.texts(name, field);
    });
    if (!check.problems.empty()) return check.problems;  // the codes below may be no text at all

    check.code("kind", kinds(), offer.kind);
    if (!offer.level.empty()) check.code("level", levels(), offer.level);
    check.codes("modalities", modalities(), offer.modalities);
    check.codes("pillars", pillars(), offer.pillars);
    check.slugs("themes", offer.themes);
    check.slugs("prerequisite_offers", offer.prerequisite_offers);
    for (const std::string& language : offer.languages)
        if (!is_language(language)) check.say("language", "languages", {{"code", language}});
    if (!offer.registration_link.empty() && !is_link(offer.registration_link, true))
        check.say("link", "registration_link");
    if (!offer.image_url.empty() && !is_link(offer.image_url, false))
        check.say("image", "image_url");
    if (offer.duration_minutes &&
        (*offer.duration_minutes < 1 || *offer.duration_minutes > 100'000))
        check.say("duration", "duration_minutes");
    if (offer.price_cents && *offer.price_cents < 0) check.say("price", "price_cents");
    if (offer.reviewed_on && offer.expires_on && *offer.expires_on < *offer.reviewed_on)
        check.say("expires_before_review", "expires_on");

    if (offer.skills.size() > most_items)
        check.say("too_many", "skills", {{"most", std::to_string(most_items)}});
    for (const Skill& skill : offer.skills) {
        check.text("skills", skill.framework);
        check.text("skills", skill.code);
        if (skill.framework.empty() || skill.code.empty()) check.say("empty_item", "skills");
        // 0 is "none asked" before, but nothing is taught up to level 0.
        if (skill.from_level < 0 || skill.to_level < 1 || skill.to_level > 8 ||
            skill.from_level > skill.to_level)
            check.say("skill_levels", "skills", {{"code", skill.code}});
    }
    if (!offer.steps.empty() &&
        !is_in(std::array{"parcours"sv, "cycle"sv, "programme"sv}, offer.kind))
        check.say("steps_of_kind", "steps");
    if (offer.steps.size() > most_steps)
        check.say("too_many", "steps", {{"most", std::to_string(most_steps)}});
    for (const Step& step : offer.steps) {
        check.text("steps", step.track);
        if (!is_slug(step.offer_slug))
            check.say("not_a_slug", "steps", {{"code", step.offer_slug}});
    }
    check.texts("eligibility.organisations", offer.eligibility.organisations);
    check.codes("eligibility.populations", populations(), offer.eligibility.populations);
    return check.problems;
}

std::vector<base::Reason> problems_of(const Offer& offer, const Themes& themes) {
    auto problems = problems_of(offer);
    for (const std::string& code : offer.themes)
        if (themes.find(code) == nullptr)
            problems.push_back({"catalogue.problem.unknown_code", "themes", {{"code", code}}});
    return problems;
}

std::vector<base::Reason> problems_for_publication(const Offer& offer) {
    Checker check;
    if (base::trim(offer.summary).empty()) check.say("missing", "summary");
    if (offer.themes.empty()) check.say("no_theme", "themes");
    return check.problems;
}

}  // namespace catalogue
