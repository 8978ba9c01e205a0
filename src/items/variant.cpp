// SPDX-License-Identifier: EUPL-1.2
#include "items/variant.hpp"

#include "items/normalise.hpp"
#include "items/parameters.hpp"
#include "items/tree.hpp"

#include <algorithm>
#include <numeric>

namespace items {
namespace json = boost::json;
namespace {

std::vector<std::size_t> order_of(std::size_t count, bool keep, Random& random) {
    std::vector<std::size_t> order(count);
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (!keep) random.shuffle(order);
    return order;
}

Option read_option(const json::object& from, const char* text_key) {
    return {tree::text(from, "id"), tree::text(from, text_key), tree::flag(from, "right"),
            tree::text(from, "why")};
}

AnswerKind kind_of(std::string_view name) {
    if (name == "number") return AnswerKind::number;
    if (name == "date") return AnswerKind::date;
    return name == "code" ? AnswerKind::code : AnswerKind::text;
}

double real(const json::object& object, std::string_view key) {
    const json::value* value = tree::find(object, key);
    if (value == nullptr) return 0;
    if (const auto* number = value->if_double()) return *number;
    if (const auto* number = value->if_int64()) return static_cast<double>(*number);
    return read_plain_number(tree::scalar(*value).value_or("")).value_or(0);
}

constexpr double half_a_cent = 0.0051;  // an average is rounded: which way must not matter

base::Result<Field> read_field(const json::object& from, const std::optional<Table>& table,
                               const std::string& path) {
    Field field{.label = tree::text(from, "label"),
                .kind = kind_of(tree::text(from, "kind")),
                .accept = tree::texts(from, "accept"),
                .within = real(from, "within"),
                .slips = static_cast<int>(tree::integer(from, "slips")),
                .wrong = {}};
    for (const json::value& wrong : tree::list(from, "wrong"))
        field.wrong.push_back(
            {tree::text(tree::table(wrong), "text"), tree::text(tree::table(wrong), "why")});
    const auto refuse = [&](const char* key, const char* below, std::string value) {
        return base::unexpected(
            base::Error{base::ErrorKind::invalid,
                        base::Reason{key, path + "." + below, {{"value", std::move(value)}}}});
    };
    if (const std::string function = tree::text(from, "compute"); !function.empty()) {
        if (!table) return refuse("items.problem.no_table", "compute", function);
        auto computed =
            table->compute(function, tree::text(from, "column"), tree::texts(from, "where"));
        if (!computed) {
            base::Reason& reason = computed.error().reasons.front();
            reason.field = path + "." + reason.field;
            return base::unexpected(std::move(computed.error()));
        }
        field.accept = {*computed};
        if (function == "average" && tree::find(from, "within") == nullptr)
            field.within = half_a_cent * 2;
    }
    for (const std::string& accepted : field.accept) {
        if (field.kind == AnswerKind::number && !read_plain_number(accepted))
            return refuse("items.problem.accept_number", "accept", accepted);
        if (field.kind == AnswerKind::date && !read_plain_date(accepted))
            return refuse("items.problem.accept_date", "accept", accepted);
        const std::string plain =
            field.kind == AnswerKind::code ? plain_code(accepted) : plain_text(accepted);
        if (plain.empty()) return refuse("items.problem.accept_empty", "accept", accepted);
    }
    return field;
}

int position(const std::vector<std::string>& list, std::string_view text) {
    return static_cast<int>(std::ranges::find(list, text) - list.begin());
}

void read_options(Variant& variant, const json::array& list, const char* text_key, bool keep,
                  Random& random) {
    for (const std::size_t i : order_of(list.size(), keep, random))
        variant.options.push_back(read_option(tree::table(list[i]), text_key));
}

// Zones stand in the list as on the screen, so that the numbers beside its parts count up; what is
// on no part comes last.
void sort_as_shown(std::vector<Option>& zones, const json::object& screen) {
    std::vector<std::string> shown;
    for (const auto& [key, value] : screen)
        if (value.is_array())
            for (const json::value& part : value.get_array())
                if (std::string zone = tree::text(tree::table(part), "zone"); !zone.empty())
                    shown.push_back(std::move(zone));
    std::ranges::stable_sort(zones, {},
                             [&](const Option& zone) { return std::ranges::find(shown, zone.id); });
}

void read_steps(Variant& variant, const json::array& list, Random& random) {
    std::vector<std::size_t> order = order_of(list.size(), false, random);
    // The right order is not given away.
    if (std::ranges::is_sorted(order)) std::ranges::rotate(order, order.begin() + 1);
    for (const std::size_t i : order)
        variant.steps.push_back({tree::text(tree::table(list[i]), "text"),
                                 tree::text(tree::table(list[i]), "why"), static_cast<int>(i) + 1});
}

void read_pairs(Variant& variant, const json::object& from, bool keep, Random& random) {
    std::vector<std::string> rights;
    const auto add = [&](std::string right) {
        if (std::ranges::find(rights, right) == rights.end()) rights.push_back(std::move(right));
    };
    for (const json::value& pair : tree::list(from, "pairs"))
        add(tree::text(tree::table(pair), "right"));
    for (std::string& other : tree::texts(from, "others")) add(std::move(other));
    if (!keep) random.shuffle(rights);
    variant.rights = std::move(rights);
    const json::array& pairs = tree::list(from, "pairs");
    for (const std::size_t i : order_of(pairs.size(), keep, random)) {
        const json::object& pair = tree::table(pairs[i]);
        variant.lefts.push_back({tree::text(pair, "left"), tree::text(pair, "why"),
                                 position(variant.rights, tree::text(pair, "right"))});
    }
}

Control read_control(const json::object& from) {
    Control control{.label = tree::text(from, "label"),
                    .choices = tree::texts(from, "choices"),
                    .start = 0,
                    .right = {},
                    .why = tree::text(from, "why")};
    control.start = position(control.choices, tree::text(from, "start"));
    auto rights = tree::texts(from, "right");
    if (rights.empty()) rights.push_back(tree::text(from, "right"));
    for (const std::string& right : rights)
        control.right.push_back(position(control.choices, right));
    return control;
}

}  // namespace

namespace {

// The parts of an item's text that only show it. Of zones the screen gives the order; what is typed
// may be computed from the file.
bool only_shows(Format format, std::string_view key) {
    if (key == "screen") return format != Format::zone;
    if (key == "file") return format != Format::text && format != Format::fields;
    return key == "stem" || key == "feedback";
}

base::Result<Variant> draw(const Item& item, std::uint64_t seed, bool whole) {
    Random parameters(seed, "parameters");
    const auto values = draw_values(tree::table(*item.tree, "parameters"), parameters);
    if (!values) return base::unexpected(values.error());
    json::object filled;
    for (const auto& [key, value] : *item.tree)
        if (key != "parameters" && (whole || !only_shows(item.format, key)))
            filled.emplace(key, fill(value, *values));

    Variant variant;
    variant.code = item.code;
    variant.format = item.format;
    variant.stem = tree::text(filled, "stem");
    const json::object& feedback = tree::table(filled, "feedback");
    variant.feedback = tree::text(feedback, "text");
    variant.learn = tree::text(feedback, "learn");
    if (const json::object& screen = tree::table(filled, "screen"); !screen.empty())
        variant.screen = std::make_shared<const json::object>(screen);
    if (const json::object& file = tree::table(filled, "file"); !file.empty()) {
        variant.file = std::make_shared<const json::object>(file);
        if (tree::find(file, "table")) {
            Random cells(seed, "table");
            auto table = make_table(tree::table(file, "table"), cells);
            if (!table) return base::unexpected(std::move(table.error()));
            variant.table = std::move(*table);
        }
    }

    Random shuffles(seed, "order");
    const bool keep = tree::flag(filled, "keep_order");
    switch (item.format) {
        case Format::single:
        case Format::multiple:
            read_options(variant, tree::list(filled, "options"), "text", keep, shuffles);
            break;
        case Format::zone:
            read_options(variant, tree::list(filled, "zones"), "label", keep, shuffles);
            if (variant.screen) sort_as_shown(variant.options, *variant.screen);
            break;
        case Format::text: {
            auto field = read_field(tree::table(filled, "answer"), variant.table, "answer");
            if (!field) return base::unexpected(std::move(field.error()));
            variant.fields.push_back(std::move(*field));
            break;
        }
        case Format::fields:
            for (const json::value& one : tree::list(filled, "fields")) {
                auto field =
                    read_field(tree::table(one), variant.table,
                               "fields[" + std::to_string(variant.fields.size() + 1) + "]");
                if (!field) return base::unexpected(std::move(field.error()));
                variant.fields.push_back(std::move(*field));
            }
            break;
        case Format::order:
            read_steps(variant, tree::list(filled, "steps"), shuffles);
            break;
        case Format::match:
            read_pairs(variant, filled, keep, shuffles);
            break;
        case Format::settings:
            for (const json::value& control : tree::list(filled, "controls"))
                variant.controls.push_back(read_control(tree::table(control)));
            break;
    }
    return variant;
}

}  // namespace

base::Result<Variant> draw(const Item& item, std::uint64_t seed) {
    return draw(item, seed, true);
}

base::Result<Variant> draw_key(const Item& item, std::uint64_t seed) {
    return draw(item, seed, false);
}

}  // namespace items
