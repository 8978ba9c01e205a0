// SPDX-License-Identifier: EUPL-1.2
// The two views of a variant: the question, without the key, and the explanation.
#include "items/normalise.hpp"
#include "items/screen.hpp"
#include "items/text_blocks.hpp"
#include "items/tree.hpp"
#include "items/variant.hpp"

#include <algorithm>

namespace items {
namespace json = boost::json;
namespace {

std::string given_at(const Answer* answer, std::size_t i) {
    return answer != nullptr && i < answer->values.size() ? answer->values[i] : std::string{};
}

json::array options_view(const Variant& variant, const Answer* answer, bool marked) {
    json::array options;
    for (std::size_t i = 0; i < variant.options.size(); ++i) {
        const std::string value = std::to_string(i);
        options.push_back(
            {{"value", value},
             {"parts", parts_view(variant.options[i].text)},
             {"mark", marked ? static_cast<int>(i) + 1 : 0},
             {"checked", answer != nullptr &&
                             std::ranges::find(answer->values, value) != answer->values.end()}});
    }
    return options;
}

json::array choices_view(const std::vector<std::string>& choices, const std::string& selected) {
    json::array view;
    for (std::size_t i = 0; i < choices.size(); ++i)
        view.push_back({{"value", std::to_string(i)},
                        {"label", choices[i]},
                        {"selected", selected == std::to_string(i)}});
    return view;
}

json::array places_view(std::size_t count, const std::string& selected) {
    json::array view;
    for (std::size_t i = 1; i <= count; ++i)
        view.push_back({{"value", std::to_string(i)},
                        {"label", std::to_string(i)},
                        {"selected", selected == std::to_string(i)}});
    return view;
}

json::object field_view(const Field& field, const std::string& name, const std::string& value) {
    return {{"name", name},
            {"label", field.label},
            {"number", field.kind == AnswerKind::number},
            {"date", field.kind == AnswerKind::date},
            {"code", field.kind == AnswerKind::code},
            {"value", value}};
}

std::string name_of_part(std::size_t i) {
    return "answer-" + std::to_string(i);
}

bool same_answer(AnswerKind kind, std::string_view a, std::string_view b) {
    switch (kind) {
        case AnswerKind::number:
            return read_number(a) && read_number(a) == read_number(b);
        case AnswerKind::date:
            return read_date(a) && read_date(a) == read_date(b);
        case AnswerKind::code:
            return plain_code(a) == plain_code(b);
        case AnswerKind::text:
            break;
    }
    return plain_text(a) == plain_text(b);
}

}  // namespace

json::object question_view(const Variant& variant, const QuestionOptions& options) {
    json::object view{{"format", name_of(variant.format)},
                      {"stem", text_view(variant.stem)},
                      {"screen", nullptr},
                      {"file", nullptr},
                      {"unknown", options.answer != nullptr && options.answer->unknown}};
    for (const Format format : formats) view[name_of(format)] = nullptr;
    if (variant.screen) view["screen"] = screen_view(*variant.screen, variant.options);
    if (variant.file && !options.file_url.empty())
        view["file"] = {{"name", tree::text(*variant.file, "name")}, {"url", options.file_url}};

    const Answer* answer = options.answer;
    json::object body;
    switch (variant.format) {
        case Format::single:
        case Format::multiple:
        case Format::zone:
            body["options"] = options_view(variant, answer, variant.format == Format::zone);
            break;
        case Format::text:
            body = field_view(variant.fields.front(), "answer", given_at(answer, 0));
            break;
        case Format::fields: {
            json::array fields;
            for (std::size_t i = 0; i < variant.fields.size(); ++i)
                fields.push_back(
                    field_view(variant.fields[i], name_of_part(i), given_at(answer, i)));
            body["fields"] = std::move(fields);
            break;
        }
        case Format::order: {
            json::array steps;
            for (std::size_t i = 0; i < variant.steps.size(); ++i)
                steps.push_back(
                    {{"name", name_of_part(i)},
                     {"parts", parts_view(variant.steps[i].text)},
                     {"choices", places_view(variant.steps.size(), given_at(answer, i))}});
            body["steps"] = std::move(steps);
            break;
        }
        case Format::match: {
            json::array lefts;
            for (std::size_t i = 0; i < variant.lefts.size(); ++i)
                lefts.push_back({{"name", name_of_part(i)},
                                 {"parts", parts_view(variant.lefts[i].text)},
                                 {"choices", choices_view(variant.rights, given_at(answer, i))}});
            body["lefts"] = std::move(lefts);
            break;
        }
        case Format::settings: {
            json::array controls;
            for (std::size_t i = 0; i < variant.controls.size(); ++i) {
                const Control& control = variant.controls[i];
                const std::string given = given_at(answer, i);
                controls.push_back(
                    {{"name", name_of_part(i)},
                     {"label", control.label},
                     {"choices",
                      choices_view(control.choices,
                                   given.empty() ? std::to_string(control.start) : given)}});
            }
            body["controls"] = std::move(controls);
            break;
        }
    }
    view[name_of(variant.format)] = std::move(body);
    return view;
}

json::object explanation_view(const Variant& variant, const Answer* answer) {
    json::array parts;
    const Checked checked = check(variant, answer != nullptr ? *answer : Answer{});
    const bool answered = answer != nullptr && !answer->unknown;
    // `yours`: what was answered; `expected`: what is right; `chosen`: of options.
    const auto add = [&](std::string_view label, std::string_view yours, std::string_view expected,
                         std::string_view why, bool chosen, bool key) {
        const std::size_t i = parts.size();
        parts.push_back({{"label", parts_view(label)},
                         {"yours", answered ? yours : ""},
                         {"expected", expected},
                         {"why", text_view(why)},
                         {"chosen", answered && chosen},
                         {"key", key},
                         {"right", answered && i < checked.parts.size() && checked.parts[i]}});
    };
    const auto chosen_of = [&](const std::vector<std::string>& list, std::size_t i) {
        const std::string given = given_at(answer, i);
        for (std::size_t j = 0; j < list.size(); ++j)
            if (given == std::to_string(j)) return list[j];
        return std::string{};
    };
    for (std::size_t i = 0; i < variant.options.size(); ++i) {
        const bool chosen =
            answer != nullptr &&
            std::ranges::find(answer->values, std::to_string(i)) != answer->values.end();
        const Option& option = variant.options[i];
        add(option.text, "", "", option.why, chosen, option.right);
    }
    for (std::size_t i = 0; i < variant.fields.size(); ++i) {
        const Field& field = variant.fields[i];
        const std::string given = given_at(answer, i);
        std::string why;
        for (const Field::Wrong& wrong : field.wrong)
            if (!checked.parts[i] && same_answer(field.kind, wrong.text, given)) why = wrong.why;
        add(field.label, given, field.accept.front(), why, false, false);
    }
    for (std::size_t i = 0; i < variant.lefts.size(); ++i)
        add(variant.lefts[i].text, chosen_of(variant.rights, i),
            variant.rights[static_cast<std::size_t>(variant.lefts[i].right)], variant.lefts[i].why,
            false, false);
    for (std::size_t i = 0; i < variant.controls.size(); ++i) {
        const Control& control = variant.controls[i];
        std::string expected;
        for (const int right : control.right)
            expected +=
                (expected.empty() ? "" : " / ") + control.choices[static_cast<std::size_t>(right)];
        add(control.label, chosen_of(control.choices, i), expected, control.why, false, false);
    }
    std::vector<std::pair<int, std::size_t>> in_order;
    for (std::size_t i = 0; i < variant.steps.size(); ++i)
        in_order.emplace_back(variant.steps[i].place, i);
    for (std::size_t i = 0; i < variant.steps.size(); ++i)
        add(variant.steps[i].text, given_at(answer, i), std::to_string(variant.steps[i].place),
            variant.steps[i].why, false, false);
    std::ranges::sort(in_order);
    if (!in_order.empty()) {
        json::array sorted;
        for (const auto& [place, i] : in_order) sorted.push_back(parts[i]);
        parts = std::move(sorted);
    }

    const bool options = !variant.options.empty();
    return {{"answered", answered},
            {"unknown", answer != nullptr && answer->unknown},
            {"right", answered && checked.right},
            {"options", options ? json::value(parts) : json::value{}},
            {"parts", options ? json::value{} : json::value(parts)},
            {"feedback", text_view(variant.feedback)},
            {"learn", variant.learn}};
}

}  // namespace items
