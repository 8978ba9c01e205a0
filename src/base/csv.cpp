// SPDX-License-Identifier: EUPL-1.2
#include "base/csv.hpp"

#include "base/text.hpp"

#include <algorithm>

namespace base {
namespace {

Error refusal(ErrorKind kind, const char* key, int line, std::size_t limit = 0) {
    Reason reason{key, "", {{"line", std::to_string(line)}}};
    if (limit != 0) reason.values.emplace_back("limit", std::to_string(limit));
    return {kind, std::move(reason)};
}

int line_of_bad_utf8(std::string_view text) {
    for (int line = 1;; ++line) {
        const auto end = text.find('\n');
        if (end == std::string_view::npos || !is_utf8(text.substr(0, end))) return line;
        text.remove_prefix(end + 1);
    }
}

char separator_of(std::string_view text) {
    bool quoted = false;
    std::ptrdiff_t balance = 0;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (quoted) continue;
        if (c == '\n' || c == '\r') break;
        balance += c == ';' ? 1 : c == ',' ? -1 : 0;
    }
    return balance > 0 ? ';' : ',';
}

// True for what a spreadsheet would calculate, also behind apostrophes, so that a text that really
// begins with one comes back whole.
bool is_formula(std::string_view cell) {
    const auto at = cell.find_first_not_of('\'');
    return at != std::string_view::npos && std::string_view("=+-@\t\r").contains(cell[at]);
}

class Reader {
public:
    Reader(std::string_view text, const CsvLimits& limits)
        : text_(text), limits_(limits), separator_(separator_of(text)) {}

    Result<std::vector<CsvRow>> rows() {
        std::vector<CsvRow> rows;
        while (at_ < text_.size()) {
            CsvRow row{line_, {}};
            if (!rows.empty()) row.cells.reserve(rows.front().cells.size());
            if (auto done = read_row(row); !done) return unexpected(done.error());
            if (row.cells.size() == 1 && row.cells.front().empty()) continue;
            if (rows.size() == limits_.rows)
                return unexpected(refusal(ErrorKind::too_large, "base.csv.too_many_rows", row.line,
                                          limits_.rows));
            rows.push_back(std::move(row));
        }
        return rows;
    }

private:
    Result<void> read_row(CsvRow& row) {
        for (;;) {
            if (row.cells.size() == limits_.columns)
                return unexpected(refusal(ErrorKind::too_large, "base.csv.too_many_columns",
                                          row.line, limits_.columns));
            std::string& cell = row.cells.emplace_back();
            if (at_ < text_.size() && text_[at_] == '"') {
                if (auto done = read_quoted(cell); !done) return done;
            } else {
                const auto end = std::min(text_.find_first_of(stops(), at_), text_.size());
                cell = text_.substr(at_, end - at_);
                at_ = end;
            }
            if (cell.size() > limits_.cell_bytes)
                return unexpected(refusal(ErrorKind::too_large, "base.csv.cell_too_long", row.line,
                                          limits_.cell_bytes));
            drop_direction_controls(cell);
            if (cell.starts_with('\'') && is_formula(cell)) cell.erase(0, 1);
            if (at_ == text_.size()) return {};
            if (text_[at_] == separator_) {
                ++at_;
                continue;
            }
            if (text_[at_] == '"')
                return unexpected(refusal(ErrorKind::invalid, "base.csv.stray_quote", line_));
            at_ += text_.substr(at_).starts_with("\r\n") ? 2 : 1;
            ++line_;
            return {};
        }
    }

    Result<void> read_quoted(std::string& cell) {
        const int opened = line_;
        ++at_;
        for (;;) {
            const auto end = text_.find('"', at_);
            if (end == std::string_view::npos)
                return unexpected(refusal(ErrorKind::invalid, "base.csv.unclosed_quote", opened));
            const auto part = text_.substr(at_, end - at_);
            cell += part;
            line_ += static_cast<int>(std::count(part.begin(), part.end(), '\n'));
            at_ = end + 1;
            if (at_ == text_.size() || text_[at_] != '"') break;
            cell += '"';
            ++at_;
        }
        if (at_ < text_.size() && !stops().substr(0, 3).contains(text_[at_]))
            return unexpected(refusal(ErrorKind::invalid, "base.csv.stray_quote", line_));
        return {};
    }

    // What ends a bare cell; the last, a quote, may not stand there.
    std::string_view stops() const { return separator_ == ',' ? ",\r\n\"" : ";\r\n\""; }

    std::string_view text_;
    const CsvLimits& limits_;
    char separator_;
    std::size_t at_ = 0;
    int line_ = 1;
};

}  // namespace

Result<std::vector<CsvRow>> read_csv(std::string_view text, const CsvLimits& limits) {
    if (text.size() > limits.bytes)
        return unexpected(Error(ErrorKind::too_large,
                                Reason{"base.csv.too_large",
                                       "",
                                       {{"limit", std::to_string(limits.bytes / 1024 / 1024)}}}));
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (!is_utf8(text))
        return unexpected(refusal(ErrorKind::invalid, "base.csv.not_utf8", line_of_bad_utf8(text)));
    return Reader(text, limits).rows();
}

void write_csv_row(std::string& out, const std::vector<std::string>& cells, char separator) {
    const char special[] = {separator, '"', '\r', '\n', '\t'};
    bool first = true;
    for (const std::string& cell : cells) {
        if (!first) out += separator;
        first = false;
        const bool formula = is_formula(cell);
        // A row of one empty cell would be an empty line.
        const bool quoted = cell.find_first_of({special, sizeof special}) != std::string::npos ||
                            (cells.size() == 1 && cell.empty());
        if (quoted) out += '"';
        if (formula) out += '\'';
        for (const char c : cell) {
            if (c == '"') out += '"';
            out += c;
        }
        if (quoted) out += '"';
    }
    out += "\r\n";
}

Result<CsvTable> CsvTable::read(std::string_view text,
                                std::initializer_list<std::string_view> needed) {
    auto rows = read_csv(text);
    if (!rows) return unexpected(rows.error());
    CsvTable table;
    table.rows_ = std::move(*rows);
    if (table.rows_.empty()) table.rows_.emplace_back();
    const auto& names = table.rows_.front().cells;
    for (std::size_t i = 0; i < names.size(); ++i) table.columns_.emplace(fold(trim(names[i])), i);
    for (const std::string_view column : needed)
        if (!table.columns_.contains(column))
            return unexpected(Error{
                ErrorKind::invalid,
                Reason{"base.csv.column_missing", "file", {{"column", std::string{column}}}}});
    return table;
}

std::string CsvTable::cell(std::size_t row, std::string_view column) const {
    const auto at = columns_.find(column);
    const auto& cells = rows_[row + 1].cells;
    if (at == columns_.end() || at->second >= cells.size()) return {};
    return std::string{trim(cells[at->second])};
}

}  // namespace base
