// SPDX-License-Identifier: EUPL-1.2
// What was answered: read from a form, kept as a text, held against the key.
#include "base/text.hpp"
#include "http/request.hpp"
#include "items/normalise.hpp"
#include "items/variant.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace items {
namespace json = boost::json;
namespace {

constexpr std::size_t longest_answer = 500;  // characters
constexpr std::size_t letters_for_a_slip = 5, letters_for_two_slips = 9;

base::Error refusal(const char* key, std::string field) {
    return {base::ErrorKind::invalid, key, std::move(field)};
}

std::string name_of_part(std::size_t i) {
    return "answer-" + std::to_string(i);
}

std::optional<std::size_t> read_position(std::string_view text, std::size_t count) {
    const auto number = base::to_integer(text);
    if (!number || *number < 0 || *number >= static_cast<std::int64_t>(count)) return std::nullopt;
    return static_cast<std::size_t>(*number);
}

// `first`: the number of the first choice.
base::Result<Answer> read_choices(const http::Form& form, std::size_t parts, std::size_t choices,
                                  std::size_t first) {
    Answer answer;
    for (std::size_t i = 0; i < parts; ++i) {
        const std::string name = name_of_part(i);
        const auto given = form.text(name);
        if (given.empty()) return base::unexpected(refusal("items.answer.part_missing", name));
        if (!read_position(given, choices + first) ||
            *base::to_integer(given) < static_cast<std::int64_t>(first))
            return base::unexpected(refusal("items.answer.unknown", name));
        answer.values.emplace_back(given);
    }
    return answer;
}

base::Result<Answer> read_typed(const http::Form& form, const std::string& name,
                                const char* missing, Answer answer) {
    const auto given = form.text(name);
    if (given.empty()) return base::unexpected(refusal(missing, name));
    if (base::length(given) > longest_answer)
        return base::unexpected(refusal("items.answer.too_long", name));
    answer.values.emplace_back(given);
    return answer;
}

std::string digits_of(std::string_view text) {
    std::string digits;
    for (const char c : text)
        if (c >= '0' && c <= '9') digits += c;
    return digits;
}

bool fits_text(const Field& field, std::string_view given) {
    const std::string plain = plain_text(given);
    for (const std::string& accepted : field.accept)
        if (plain == plain_text(accepted)) return true;
    // A known mistake is no slip of the fingers, and neither is another number.
    for (const Field::Wrong& wrong : field.wrong)
        if (plain == plain_text(wrong.text)) return false;
    for (const std::string& accepted : field.accept) {
        const std::string key = plain_text(accepted);
        const std::size_t letters = base::length(key);
        const int allowed = std::min(field.slips, letters >= letters_for_two_slips ? 2
                                                  : letters >= letters_for_a_slip  ? 1
                                                                                   : 0);
        if (allowed > 0 && digits_of(plain) == digits_of(key) &&
            typing_slips(plain, key, allowed) <= allowed)
            return true;
    }
    return false;
}

bool fits(const Field& field, std::string_view given) {
    switch (field.kind) {
        case AnswerKind::text:
            return fits_text(field, given);
        case AnswerKind::code:
            return std::ranges::any_of(field.accept, [&](const std::string& accepted) {
                return plain_code(given) == plain_code(accepted);
            });
        case AnswerKind::number: {
            const auto number = read_number(given);
            constexpr double rounding = 1e-9;
            return number && std::ranges::any_of(field.accept, [&](const std::string& accepted) {
                       const auto wanted = read_plain_number(accepted);
                       return wanted &&
                              std::abs(*number - *wanted) <=
                                  field.within + rounding * std::max(1.0, std::abs(*wanted));
                   });
        }
        case AnswerKind::date: {
            const auto day = read_date(given);
            return day && std::ranges::any_of(field.accept, [&](const std::string& accepted) {
                       return read_plain_date(accepted) == day;
                   });
        }
    }
    return false;
}

std::size_t value_at(const Answer& answer, std::size_t i, std::size_t count) {
    if (i >= answer.values.size()) return count;
    return read_position(answer.values[i], count).value_or(count);
}

}  // namespace

base::Result<Answer> read_answer(const Variant& variant, const http::Form& form) {
    if (form.flag("unknown")) return Answer{.unknown = true};
    switch (variant.format) {
        case Format::single:
        case Format::zone:
        case Format::multiple: {
            auto given = form.list("answer");
            if (given.empty()) return base::unexpected(refusal("items.answer.missing", "answer"));
            std::ranges::sort(given, {}, [](const std::string& text) {
                return base::to_integer(text).value_or(-1);
            });
            given.erase(std::ranges::unique(given).begin(), given.end());
            if (variant.format != Format::multiple && given.size() > 1)
                return base::unexpected(refusal("items.answer.one_only", "answer"));
            for (const std::string& value : given)
                if (!read_position(value, variant.options.size()))
                    return base::unexpected(refusal("items.answer.unknown", "answer"));
            return Answer{.values = std::move(given)};
        }
        case Format::text:
            return read_typed(form, "answer", "items.answer.missing", {});
        case Format::fields: {
            base::Result<Answer> answer;
            for (std::size_t i = 0; answer && i < variant.fields.size(); ++i)
                answer = read_typed(form, name_of_part(i), "items.answer.part_missing",
                                    std::move(*answer));
            return answer;
        }
        case Format::order: {
            auto answer = read_choices(form, variant.steps.size(), variant.steps.size(), 1);
            if (!answer) return answer;
            for (std::size_t i = 0; i < answer->values.size(); ++i)
                if (std::ranges::count(answer->values, answer->values[i]) > 1)
                    return base::unexpected(refusal("items.answer.place_twice", name_of_part(i)));
            return answer;
        }
        case Format::match:
            return read_choices(form, variant.lefts.size(), variant.rights.size(), 0);
        case Format::settings: {
            Answer answer;
            for (std::size_t i = 0; i < variant.controls.size(); ++i) {
                const auto given = form.text(name_of_part(i));
                if (!read_position(given, variant.controls[i].choices.size()))
                    return base::unexpected(refusal(
                        given.empty() ? "items.answer.part_missing" : "items.answer.unknown",
                        name_of_part(i)));
                answer.values.emplace_back(given);
            }
            return answer;
        }
    }
    throw std::logic_error("a format of items without an answer");
}

std::string written(const Answer& answer) {
    if (answer.unknown) return "null";
    json::array values;
    for (const std::string& value : answer.values) values.emplace_back(value);
    return json::serialize(values);
}

Answer read_written(std::string_view text) {
    const json::value value = json::parse(json::string_view(text.data(), text.size()));
    if (value.is_null()) return {.unknown = true};
    Answer answer;
    for (const json::value& one : value.as_array())
        answer.values.push_back(json::value_to<std::string>(one));
    return answer;
}

Checked check(const Variant& variant, const Answer& answer) {
    Checked checked;
    switch (variant.format) {
        case Format::single:
        case Format::zone:
        case Format::multiple: {
            std::set<std::size_t> chosen;
            for (std::size_t i = 0; i < answer.values.size(); ++i)
                chosen.insert(value_at(answer, i, variant.options.size()));
            for (std::size_t i = 0; i < variant.options.size(); ++i)
                checked.parts.push_back(variant.options[i].right == chosen.contains(i));
            break;
        }
        case Format::text:
        case Format::fields:
            for (std::size_t i = 0; i < variant.fields.size(); ++i)
                checked.parts.push_back(i < answer.values.size() &&
                                        fits(variant.fields[i], answer.values[i]));
            break;
        case Format::order:
            for (std::size_t i = 0; i < variant.steps.size(); ++i)
                checked.parts.push_back(value_at(answer, i, variant.steps.size() + 1) ==
                                        static_cast<std::size_t>(variant.steps[i].place));
            break;
        case Format::match:
            for (std::size_t i = 0; i < variant.lefts.size(); ++i)
                checked.parts.push_back(value_at(answer, i, variant.rights.size()) ==
                                        static_cast<std::size_t>(variant.lefts[i].right));
            break;
        case Format::settings:
            for (std::size_t i = 0; i < variant.controls.size(); ++i) {
                const Control& control = variant.controls[i];
                const auto chosen = static_cast<int>(value_at(answer, i, control.choices.size()));
                checked.parts.push_back(std::ranges::find(control.right, chosen) !=
                                        control.right.end());
            }
            break;
    }
    checked.right =
        !answer.unknown && std::ranges::all_of(checked.parts, [](bool part) { return part; });
    return checked;
}

Answer right_answer(const Variant& variant) {
    Answer answer;
    const auto add = [&](auto value) { answer.values.push_back(std::to_string(value)); };
    for (std::size_t i = 0; i < variant.options.size(); ++i)
        if (variant.options[i].right) add(i);
    for (const Step& step : variant.steps) add(step.place);
    for (const Left& left : variant.lefts) add(left.right);
    for (const Field& field : variant.fields) answer.values.push_back(field.accept.front());
    for (const Control& control : variant.controls) add(control.right.front());
    return answer;
}

Answer wrong_answer(const Variant& variant) {
    Answer answer;
    const auto add = [&](auto value) { answer.values.push_back(std::to_string(value)); };
    for (std::size_t i = 0; i < variant.options.size() && answer.values.empty(); ++i)
        if (!variant.options[i].right) add(i);
    for (const Step& step : variant.steps)
        add(step.place % static_cast<int>(variant.steps.size()) + 1);
    for (const Left& left : variant.lefts)
        add((left.right + 1) % static_cast<int>(variant.rights.size()));
    for (const Field& field : variant.fields)
        answer.values.emplace_back(!field.wrong.empty() ? field.wrong.front().text
                                                        : "\u2014 ? \u2014");
    for (const Control& control : variant.controls) {
        int wrong = 0;
        while (wrong + 1 < static_cast<int>(control.choices.size()) &&
               std::ranges::find(control.right, wrong) != control.right.end())
            ++wrong;
        add(wrong);
    }
    return answer;
}

}  // namespace items
