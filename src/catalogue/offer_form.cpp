// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/offer_form.hpp"

#include "base/text.hpp"
#include "catalogue/offer_fields.hpp"
#include "http/request.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace catalogue {
namespace {

constexpr std::string_view eligibility_prefix = "eligibility_";
// Beside the fields of the offer.
constexpr std::array<std::string_view, 4> others{"_token", "revision", "organisation",
                                                 "price_cents"};

// --- Offer to text ------------------------------------------------------------------------------

std::string text_of(const std::string& text) {
    return text;
}
std::string text_of(bool flag) {
    return flag ? "1" : "0";
}
std::string text_of(const std::optional<int>& number) {
    return number ? std::to_string(*number) : "";
}
std::string text_of(const std::optional<std::int64_t>& cents) {
    if (!cents) return "";
    return *cents % 100 == 0 ? std::to_string(*cents / 100)
                             : fmt::format("{},{:02}", *cents / 100, *cents % 100);
}
std::string text_of(const std::optional<base::Date>& date) {
    return date ? base::iso_date(*date) : "";
}
std::string text_of(const Skill& skill) {
    return fmt::format("{} {} {} {}", skill.framework, skill.code, skill.from_level,
                       skill.to_level);
}
std::string text_of(const Step& step) {
    return step.track.empty() ? step.offer_slug : step.offer_slug + " | " + step.track;
}
template <class T>
std::string text_of(const std::vector<T>& list) {
    std::string text;
    for (const T& item : list) {
        if (!text.empty()) text += '\n';
        text += text_of(item);
    }
    return text;
}

// Visits the fields as the form has them: those of the eligibility beside the others.
template <class AnOffer, class Visit>
void each_form_field(AnOffer& offer, Visit visit) {
    each_field(offer, [&](const char* name, auto& field) {
        if constexpr (std::same_as<std::remove_cvref_t<decltype(field)>, Eligibility>)
            each_field(field, [&](const char* inner, auto& value) {
                visit(std::string{eligibility_prefix} + inner, value);
            });
        else
            visit(form_name(name), field);
    });
}

// --- Text to offer ------------------------------------------------------------------------------

std::string plain_lines(std::string_view text) {
    std::string plain(text);
    for (auto at = plain.find('\r'); at != std::string::npos; at = plain.find('\r', at)) {
        if (at + 1 < plain.size() && plain[at + 1] == '\n')
            plain.erase(at, 1);
        else
            plain[at] = '\n';
    }
    return plain;
}

// "1 234,50" or "1234.5", in cents.
std::optional<std::int64_t> cents_of(std::string_view euros) {
    std::string digits;
    for (std::size_t i = 0; i < euros.size(); ++i) {
        if (euros[i] == ' ') continue;
        if (euros.substr(i).starts_with("\u00A0") || euros.substr(i).starts_with("€")) {
            i += euros.substr(i).starts_with("€") ? 2 : 1;
            continue;
        }
        digits += euros[i] == '.' ? ',' : euros[i];
    }
    const auto comma = digits.find(',');
    std::string fraction = comma == std::string::npos ? "" : digits.substr(comma + 1);
    if (fraction.size() > 2) return std::nullopt;
    fraction.resize(2, '0');
    const auto whole = base::to_integer(digits.substr(0, comma));
    const auto rest = base::to_integer(fraction);
    constexpr std::int64_t most = 1'000'000'000;
    if (!whole || !rest || *whole < 0 || *whole > most || *rest < 0) return std::nullopt;
    return *whole * 100 + *rest;
}

class FieldReader {
public:
    explicit FieldReader(const http::Form& form) : form_(form) {}
    std::vector<base::Reason> problems;

    // The name under which the form has this field, if it has it at all.
    std::optional<std::string> given(const std::string& name) const {
        if (form_.has(name)) return name;
        if (name.starts_with(eligibility_prefix)) {
            std::string dotted = "eligibility." + name.substr(eligibility_prefix.size());
            if (form_.has(dotted)) return dotted;
        }
        return std::nullopt;
    }
    bool has_items(const std::string& name) const {
        return std::ranges::any_of(
            form_.pairs(), [&](const auto& pair) { return pair.first.starts_with(name + "."); });
    }

    void read(const std::string& name, std::string& to) {
        if (const auto at = given(name)) to = base::trim(plain_lines(form_.text(*at)));
    }
    void read(const std::string& name, bool& to) {
        // A box that is not ticked sends nothing, so a hidden "0" stands before it.
        if (const auto at = given(name)) {
            const auto values = form_.list(*at);
            to = std::ranges::any_of(values, [](const std::string& value) {
                return value == "1" || value == "on" || value == "true";
            });
        }
    }
    void read(const std::string& name, std::optional<int>& to) {
        const auto at = given(name);
        if (!at) return;
        to.reset();
        if (form_.text(*at).empty()) return;
        const auto number = form_.integer(*at);
        if (!number || *number < 0 || *number > std::numeric_limits<int>::max())
            return wrong("number", name);
        to = static_cast<int>(*number);
    }
    void read(const std::string& name, std::optional<std::int64_t>& cents) {
        const bool in_cents = form_.has("price_cents");
        const auto text = form_.text(in_cents ? "price_cents" : name);
        if (!in_cents && !form_.has(name)) return;
        cents = in_cents ? base::to_integer(text) : cents_of(text);
        if (!cents && !text.empty()) problems.push_back({"catalogue.problem.not_euros", name, {}});
    }
    void read(const std::string& name, std::optional<base::Date>& to) {
        const auto at = given(name);
        if (!at) return;
        to = base::parse_iso_date(form_.text(*at));
        if (!to && !form_.text(*at).empty()) wrong("date", name);
    }
    void read(const std::string& name, std::vector<std::string>& to) {
        if (given(name)) to = lines(name);
    }
    void read(const std::string& name, std::vector<Skill>& to) {
        if (!given(name) && !has_items(name)) return;
        to.clear();
        for (const std::string& line : lines(name)) {
            const auto words = base::split(line, ' ');
            const auto from = words.size() == 4 ? level(words[2]) : std::nullopt;
            const auto until = words.size() == 4 ? level(words[3]) : std::nullopt;
            if (!from || !until)
                problems.push_back({"catalogue.problem.skill_line", name, {{"line", line}}});
            else
                to.push_back({words[0], words[1], *from, *until});
        }
        each_item(name, [&](const std::string& item) {
            to.push_back({std::string{form_.text(item + ".framework")},
                          std::string{form_.text(item + ".code")},
                          level(form_.text(item + ".from_level")).value_or(0),
                          level(form_.text(item + ".to_level")).value_or(0)});
        });
    }
    void read(const std::string& name, std::vector<Step>& to) {
        if (!given(name) && !has_items(name)) return;
        to.clear();
        for (const std::string& line : lines(name)) {
            const auto bar = line.find('|');
            to.push_back(
                {std::string{base::trim(line.substr(0, bar))},
                 bar == std::string::npos ? "" : std::string{base::trim(line.substr(bar + 1))}});
        }
        each_item(name, [&](const std::string& item) {
            to.push_back({std::string{form_.text(item + ".offer_slug")},
                          std::string{form_.text(item + ".track")}});
        });
    }

private:
    std::vector<std::string> lines(const std::string& name) const {
        std::vector<std::string> items;
        const auto at = given(name);
        if (!at) return items;
        for (const std::string& value : form_.list(*at))
            std::ranges::move(base::split(plain_lines(value), '\n'), std::back_inserter(items));
        return items;
    }
    // {"skills": [{"code": ...}]} arrives as skills.0.code, skills.1.code...
    template <class Visit>
    void each_item(const std::string& name, Visit visit) const {
        for (int i = 0; has_items(name + "." + std::to_string(i)); ++i)
            visit(name + "." + std::to_string(i));
    }
    static std::optional<int> level(std::string_view text) {
        const auto number = base::to_integer(text);
        if (!number || *number < 0 || *number > 8) return std::nullopt;
        return static_cast<int>(*number);
    }
    void wrong(const char* expected, const std::string& name) {
        problems.push_back(
            {std::string("catalogue.problem.not_") + expected, name, {{"name", name}}});
    }

    const http::Form& form_;
};

bool is_known(std::string_view name, const Fields& fields) {
    const std::string own = form_name(name);
    const auto is_own = [&](const auto& field) {
        return own == field.first || ((field.first == "skills" || field.first == "steps") &&
                                      own.starts_with(field.first + "."));
    };
    return std::ranges::find(others, name) != others.end() || std::ranges::any_of(fields, is_own);
}

}  // namespace

std::string form_name(std::string_view field) {
    if (field == "price_cents") return "price";
    std::string name(field);
    if (name.starts_with("eligibility.")) name[eligibility_prefix.size() - 1] = '_';
    return name;
}

Fields fields_of(const Offer& offer) {
    Fields fields;
    each_form_field(offer, [&](const std::string& name, const auto& field) {
        fields.emplace_back(name, text_of(field));
    });
    return fields;
}

ReadOffer read_offer(const http::Form& form, Offer before) {
    FieldReader reader(form);
    each_form_field(before,
                    [&](const std::string& name, auto& field) { reader.read(name, field); });
    const Fields known = fields_of(before);
    for (const auto& [name, value] : form.pairs())
        if (!is_known(name, known))
            reader.problems.push_back({"catalogue.problem.unknown_name", name, {{"name", name}}});
    return {std::move(before), std::move(reader.problems)};
}

Fields typed_fields(const http::Form& form, const Offer& before) {
    // What was read well looks as it always does; only what was not is shown as typed.
    const ReadOffer read = read_offer(form, before);
    Fields fields = fields_of(read.offer);
    for (const base::Reason& problem : read.problems)
        for (auto& [name, value] : fields)
            if (name == problem.field && form.has(name)) value = plain_lines(form.text(name));
    return fields;
}

}  // namespace catalogue
