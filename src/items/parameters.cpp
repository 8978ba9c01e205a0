// SPDX-License-Identifier: EUPL-1.2
#include "items/parameters.hpp"

#include "base/text.hpp"
#include "items/tree.hpp"

#include <algorithm>
#include <numeric>

namespace items {
namespace json = boost::json;
namespace {

base::Error refusal(const char* key, std::string path, std::string value = {}) {
    return {base::ErrorKind::invalid,
            base::Reason{key, std::move(path), {{"value", std::move(value)}}}};
}

constexpr std::int64_t largest = 1'000'000'000'000'000;  // of a number while computing
constexpr int deepest_parentheses = 32;

// A fraction in lowest terms, so that 7 * 10 / 14 is whole whatever stands first.
struct Fraction {
    std::int64_t over = 0, under = 1;
};

// Recursive descent: sum = product {(+|-) product}, product = factor {(*|/) factor}.
class Calculator {
public:
    Calculator(std::string_view text, const Values& values) : text_(text), values_(values) {}
    // Nothing when it is no expression, or not whole.
    std::optional<std::int64_t> whole() {
        const Fraction result = sum();
        skip();
        if (failed_ || at_ != text_.size() || result.under != 1) return std::nullopt;
        return result.over;
    }

private:
    void skip() {
        while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    }
    bool take(char c) {
        skip();
        if (at_ >= text_.size() || text_[at_] != c) return false;
        ++at_;
        return true;
    }
    Fraction fail() {
        failed_ = true;
        return {};
    }
    std::int64_t times(std::int64_t a, std::int64_t b) {
        std::int64_t product = 0;
        if (!__builtin_mul_overflow(a, b, &product) && product <= largest && product >= -largest)
            return product;
        failed_ = true;
        return 1;
    }
    Fraction fraction(std::int64_t over, std::int64_t under) {
        if (under == 0) return fail();
        const std::int64_t common = std::gcd(over, under) * (under < 0 ? -1 : 1);
        return {over / common, under / common};
    }
    Fraction sum() {
        Fraction left = product();
        while (true) {
            const bool plus = take('+');
            if (!plus && !take('-')) return left;
            const Fraction right = product();
            const std::int64_t other = times(right.over, left.under);
            left = fraction(times(left.over, right.under) + (plus ? other : -other),
                            times(left.under, right.under));
        }
    }
    Fraction product() {
        Fraction left = factor();
        while (true) {
            const bool by = take('*');
            if (!by && !take('/')) return left;
            Fraction right = factor();
            if (!by) std::swap(right.over, right.under);
            left = fraction(times(left.over, right.over), times(left.under, right.under));
        }
    }
    Fraction factor() {
        if (take('(')) {
            if (++depth_ > deepest_parentheses) return fail();
            const Fraction inner = sum();
            if (!take(')')) return fail();
            --depth_;
            return inner;
        }
        if (take('-')) {
            if (++depth_ > deepest_parentheses) return fail();
            const Fraction inner = factor();
            --depth_;
            return {-inner.over, inner.under};
        }
        const std::size_t from = at_;
        const auto belongs = [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                   c == '_' || c == '.' || static_cast<unsigned char>(c) >= 0x80;
        };
        while (at_ < text_.size() && belongs(text_[at_])) ++at_;
        std::string_view word = text_.substr(from, at_ - from);
        if (const auto found = values_.find(word); found != values_.end()) word = found->second;
        const auto number = base::to_integer(word);
        if (!number || *number > largest || *number < -largest) return fail();
        return {*number, 1};
    }

    std::string_view text_;
    const Values& values_;
    std::size_t at_ = 0;
    int depth_ = 0;
    bool failed_ = false;
};

base::Result<std::int64_t> whole_number(const json::object& object, std::string_view key,
                                        const std::string& path) {
    const json::value* value = tree::find(object, key);
    const auto text = value == nullptr ? std::nullopt : tree::scalar(*value);
    const auto number = text ? base::to_integer(base::trim(*text)) : std::nullopt;
    if (!number || *number > largest || *number < -largest)
        return base::unexpected(refusal(
            "items.problem.no_number",
            path.empty() ? std::string(key) : path + "." + std::string(key), text.value_or("")));
    return *number;
}

// One of from, from + step … up to `to`.
base::Result<std::int64_t> draw_number(const json::object& object, const std::string& path,
                                       Random& random) {
    const auto from = whole_number(object, "from", path);
    if (!from) return from;
    const auto to = whole_number(object, "to", path);
    if (!to) return to;
    const auto step = tree::find(object, "step") ? whole_number(object, "step", path)
                                                 : base::Result<std::int64_t>{1};
    if (!step) return step;
    if (*step < 1 || *to < *from) return base::unexpected(refusal("items.problem.range", path));
    return *from + *step * static_cast<std::int64_t>(
                               random.below(static_cast<std::uint64_t>((*to - *from) / *step + 1)));
}

}  // namespace

base::Result<std::int64_t> arithmetic(std::string_view expression, const Values& values) {
    if (const auto whole = Calculator(expression, values).whole()) return *whole;
    return base::unexpected(
        refusal("items.problem.arithmetic", "compute", std::string(expression)));
}

base::Result<Values> draw_values(const json::object& parameters, Random& random) {
    Values values;
    for (const auto& [key, given] : parameters) {
        const std::string name(key);
        const std::string path = "parameters." + name;
        const json::object& rule = tree::table(given);
        if (const json::array& of = tree::list(rule, "of"); !of.empty()) {
            const json::value& one = of[static_cast<std::size_t>(random.below(of.size()))];
            if (const auto* record = one.if_object()) {
                for (const auto& [field, value] : *record)
                    values[name + "." + std::string(field)] = tree::scalar(value).value_or("");
            } else {
                values[name] = tree::scalar(one).value_or("");
            }
        } else if (tree::find(rule, "from")) {
            const auto number = draw_number(rule, path, random);
            if (!number) return base::unexpected(number.error());
            values[name] = std::to_string(*number);
        } else if (tree::find(rule, "compute")) {
            auto number = arithmetic(tree::text(rule, "compute"), values);
            if (!number) {
                number.error().reasons.front().field = path + ".compute";
                return base::unexpected(std::move(number.error()));
            }
            values[name] = std::to_string(*number);
        } else {
            return base::unexpected(refusal("items.problem.parameter", path, name));
        }
    }
    return values;
}

std::string fill(std::string_view text, const Values& values) {
    std::string out;
    while (true) {
        const auto open = text.find("{{");
        const auto close = open == std::string_view::npos ? open : text.find("}}", open + 2);
        if (close == std::string_view::npos) return out.append(text);
        const auto found = values.find(text.substr(open + 2, close - open - 2));
        if (found == values.end()) {
            out.append(text.substr(0, open + 2));
            text.remove_prefix(open + 2);
        } else {
            out.append(text.substr(0, open)).append(found->second);
            text.remove_prefix(close + 2);
        }
    }
}

json::value fill(const json::value& value, const Values& values) {
    if (const auto* text = value.if_string())
        return json::string(fill(std::string_view(text->data(), text->size()), values));
    if (const auto* list = value.if_array()) {
        json::array filled;
        filled.reserve(list->size());
        for (const json::value& item : *list) filled.push_back(fill(item, values));
        return filled;
    }
    if (const auto* object = value.if_object()) {
        json::object filled;
        filled.reserve(object->size());
        for (const auto& [key, inner] : *object) filled.emplace(key, fill(inner, values));
        return filled;
    }
    return value;
}

Unfilled find_unfilled(const json::value& value, const std::string& path) {
    if (const auto* text = value.if_string()) {
        const std::string_view all(text->data(), text->size());
        const auto open = all.find("{{");
        if (open == std::string_view::npos) return {};
        const auto close = all.find("}}", open);
        if (close == std::string_view::npos) return {};
        return {path, std::string(all.substr(open, close + 2 - open))};
    }
    if (const auto* list = value.if_array())
        for (std::size_t i = 0; i < list->size(); ++i)
            if (auto found = find_unfilled((*list)[i], path + "[" + std::to_string(i + 1) + "]");
                !found.name.empty())
                return found;
    if (const auto* object = value.if_object())
        for (const auto& [key, inner] : *object)
            if (auto found = find_unfilled(
                    inner, path.empty() ? std::string(key) : path + "." + std::string(key));
                !found.name.empty())
                return found;
    return {};
}

// --- Tables --------------------------------------------------------------------------------------

namespace {

constexpr std::int64_t most_rows = 5000;
constexpr std::size_t most_columns = 30, most_cells = 50'000;

std::string written_day(base::Date day, std::string_view form) {
    std::string iso = base::iso_date(day);
    if (form != "dd/mm/yyyy") return iso;
    return iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4);
}

base::Result<std::string> draw_cell(const json::object& column, const std::string& path,
                                    const Values& row, Random& random) {
    if (const json::array& of = tree::list(column, "of"); !of.empty())
        return tree::scalar(of[static_cast<std::size_t>(random.below(of.size()))]).value_or("");
    if (tree::find(column, "from")) {
        const auto number = draw_number(column, path, random);
        if (!number) return base::unexpected(number.error());
        return std::to_string(*number);
    }
    if (tree::find(column, "dates")) {
        const auto dates = tree::texts(column, "dates");
        const auto from = dates.size() == 2 ? base::parse_iso_date(dates[0]) : std::nullopt;
        const auto to = dates.size() == 2 ? base::parse_iso_date(dates[1]) : std::nullopt;
        if (!from || !to || *to < *from)
            return base::unexpected(refusal("items.problem.dates", path + ".dates"));
        const auto days = static_cast<std::uint64_t>((*to - *from).count());
        return written_day(
            *from + std::chrono::days{static_cast<std::int64_t>(random.below(days + 1))},
            tree::text(column, "write"));
    }
    if (tree::find(column, "text")) return fill(tree::text(column, "text"), row);
    return base::unexpected(refusal("items.problem.column", path));
}

}  // namespace

base::Result<Table> make_table(const json::object& from, Random& random) {
    const auto rows = whole_number(from, "rows", "file.table");
    if (!rows) return base::unexpected(rows.error());
    if (*rows < 1 || *rows > most_rows)
        return base::unexpected(refusal("items.problem.rows", "file.table.rows"));
    Table table;
    const json::array& columns = tree::list(from, "columns");
    if (columns.empty())
        return base::unexpected(refusal("items.problem.column", "file.table.columns"));
    if (columns.size() > most_columns ||
        columns.size() * static_cast<std::size_t>(*rows) > most_cells)
        return base::unexpected(refusal("items.problem.cells", "file.table"));
    std::vector<std::string> paths;
    for (const json::value& column : columns) {
        table.columns.push_back(tree::text(tree::table(column), "name"));
        paths.push_back("file.table.columns[" + std::to_string(table.columns.size()) + "]");
    }
    for (std::int64_t number = 1; number <= *rows; ++number) {
        Values row{{"row", std::to_string(number)}};
        std::vector<std::string>& cells = table.rows.emplace_back();
        for (std::size_t i = 0; i < columns.size(); ++i) {
            auto cell = draw_cell(tree::table(columns[i]), paths[i], row, random);
            if (!cell) return base::unexpected(std::move(cell.error()));
            row[table.columns[i]] = *cell;
            cells.push_back(std::move(*cell));
        }
    }
    const json::array& planted = tree::list(from, "plant");
    for (std::size_t i = 0; i < planted.size(); ++i) {
        const std::string path = "file.table.plant[" + std::to_string(i + 1) + "]";
        const json::object& plant = tree::table(planted[i]);
        const auto row = whole_number(plant, "row", path);
        if (!row) return base::unexpected(row.error());
        const std::string name = tree::text(plant, "column");
        const auto column = std::ranges::find(table.columns, name);
        if (column == table.columns.end())
            return base::unexpected(
                refusal("items.problem.column_unknown", path + ".column", name));
        if (*row < 1 || *row > *rows)
            return base::unexpected(
                refusal("items.problem.row_unknown", path + ".row", std::to_string(*row)));
        table.rows[static_cast<std::size_t>(*row - 1)]
                  [static_cast<std::size_t>(column - table.columns.begin())] =
            tree::text(plant, "value");
    }
    return table;
}

}  // namespace items
