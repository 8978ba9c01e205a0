// SPDX-License-Identifier: EUPL-1.2
// What is asked of a table: rows that fit conditions, and one figure of them.
#include "items/normalise.hpp"
#include "items/variant.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <compare>
#include <numeric>
#include <set>
#include <variant>

namespace items {
namespace {

base::Error refusal(const char* key, const char* field, std::string value) {
    return {base::ErrorKind::invalid, base::Reason{key, field, {{"value", std::move(value)}}}};
}

// Dates with dates, numbers with numbers, and the rest as texts.
using Key = std::variant<base::Date, double, std::string>;
Key key_of(const std::string& cell) {
    if (const auto day = read_plain_date(cell)) return *day;
    if (const auto number = read_plain_number(cell)) return *number;
    return cell;
}

enum class Comparison { equal, unequal, at_most, at_least, less, more, contains, starts };
struct Condition {
    std::size_t column = 0;
    Comparison comparison = Comparison::equal;
    std::string value;
    Key key;

    bool fits(const std::string& cell) const {
        if (comparison == Comparison::contains) return cell.find(value) != std::string::npos;
        if (comparison == Comparison::starts) return cell.starts_with(value);
        const Key other = key_of(cell);
        if (comparison == Comparison::equal) return other == key;
        if (comparison == Comparison::unequal) return other != key;
        if (other.index() != key.index()) return false;
        switch (comparison) {
            case Comparison::at_most:
                return other <= key;
            case Comparison::at_least:
                return other >= key;
            case Comparison::less:
                return other < key;
            default:
                return other > key;
        }
    }
};

// "Département = Gers": the first operator with a space on each side parts it.
std::optional<Condition> read_condition(const Table& table, const std::string& text) {
    constexpr std::array<std::pair<std::string_view, Comparison>, 8> words{
        {{" = ", Comparison::equal},
         {" != ", Comparison::unequal},
         {" <= ", Comparison::at_most},
         {" >= ", Comparison::at_least},
         {" < ", Comparison::less},
         {" > ", Comparison::more},
         {" contains ", Comparison::contains},
         {" starts ", Comparison::starts}}};
    std::size_t first = std::string::npos;
    const std::pair<std::string_view, Comparison>* found = nullptr;
    for (const auto& word : words)
        if (const auto at = text.find(word.first); at < first) {
            first = at;
            found = &word;
        }
    if (found == nullptr) return std::nullopt;
    const auto column = std::ranges::find(table.columns, text.substr(0, first));
    if (column == table.columns.end()) return std::nullopt;
    std::string value = text.substr(first + found->first.size());
    return Condition{static_cast<std::size_t>(column - table.columns.begin()), found->second, value,
                     key_of(value)};
}

// Without zeros at the end where it is whole, else with two decimals.
std::string written_number(double number) {
    char text[64];
    const bool whole = number == std::floor(number);
    const auto done =
        std::to_chars(text, text + sizeof text, number, std::chars_format::fixed, whole ? 0 : 2);
    return {text, done.ptr};
}

}  // namespace

base::Result<std::string> Table::compute(std::string_view function, std::string_view column,
                                         const std::vector<std::string>& where) const {
    std::vector<Condition> conditions;
    for (const std::string& text : where) {
        auto condition = read_condition(*this, text);
        if (!condition) return base::unexpected(refusal("items.problem.condition", "where", text));
        conditions.push_back(std::move(*condition));
    }
    std::vector<const std::vector<std::string>*> fitting;
    for (const auto& row : rows)
        if (std::ranges::all_of(conditions,
                                [&](const Condition& one) { return one.fits(row[one.column]); }))
            fitting.push_back(&row);
    if (function == "count") return std::to_string(fitting.size());

    const auto place = std::ranges::find(columns, column);
    if (place == columns.end())
        return base::unexpected(
            refusal("items.problem.column_unknown", "column", std::string(column)));
    std::vector<std::string> cells;
    for (const auto* row : fitting)
        cells.push_back((*row)[static_cast<std::size_t>(place - columns.begin())]);
    if (function == "distinct")
        return std::to_string(std::set<std::string>(cells.begin(), cells.end()).size());
    if (cells.empty()) return base::unexpected(refusal("items.problem.no_row", "where", ""));
    if (function == "first") return cells.front();
    if (function == "last") return cells.back();

    std::vector<double> numbers;
    for (const std::string& cell : cells) {
        const auto number = read_plain_number(cell);
        if (!number) return base::unexpected(refusal("items.problem.cell", "column", cell));
        numbers.push_back(*number);
    }
    const double sum = std::accumulate(numbers.begin(), numbers.end(), 0.0);
    if (function == "sum") return written_number(std::round(sum * 1e6) / 1e6);
    if (function == "max") return written_number(std::ranges::max(numbers));
    if (function == "min") return written_number(std::ranges::min(numbers));
    if (function == "average")
        return written_number(std::round(sum / static_cast<double>(numbers.size()) * 100) / 100);
    return base::unexpected(refusal("items.problem.function", "compute", std::string(function)));
}

}  // namespace items
