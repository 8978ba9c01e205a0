// SPDX-License-Identifier: EUPL-1.2
// CSV (RFC 4180) as offices write it: comma or semicolon (found from the header), quotes, line
// breaks in quotes, CRLF or LF, optional BOM. Writing guards against formulas (=, +, -, @ at the
// start get a leading apostrophe: OWASP CSV injection); reading takes that apostrophe away again.
#pragma once
#include "base/result.hpp"

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace base {

struct CsvRow {
    int line = 0;  // of its first character, from 1
    std::vector<std::string> cells;
};
struct CsvLimits {
    std::size_t bytes = 20UL * 1024 * 1024;
    std::size_t rows = 200'000;
    std::size_t columns = 200;
    std::size_t cell_bytes = 64UL * 1024;
};

// All rows, the header first; rows may differ in their number of cells, empty lines are left out.
// Refuses what is no UTF-8, over a limit, has a quote out of place or never closed, with the line
// in the reason's values.
Result<std::vector<CsvRow>> read_csv(std::string_view text, const CsvLimits& = {});

// Rows below a header that names the columns, in any order, case and accents.
class CsvTable {
public:
    // Refuses what read_csv refuses, and a header without one of the `needed` columns.
    static Result<CsvTable> read(std::string_view text,
                                 std::initializer_list<std::string_view> needed);
    std::size_t size() const { return rows_.size() - 1; }
    int line(std::size_t row) const { return rows_[row + 1].line; }
    // Trimmed; "" where the row is too short or the file has no such column.
    std::string cell(std::size_t row, std::string_view column) const;

private:
    std::vector<CsvRow> rows_;  // the header first
    std::map<std::string, std::size_t, std::less<>> columns_;
};

// Adds one line with CRLF to `out`.
void write_csv_row(std::string& out, const std::vector<std::string>& cells, char separator = ',');

}  // namespace base
