// SPDX-License-Identifier: EUPL-1.2
// Files that the commands read: CSV with a header, comma or semicolon, quotes as in RFC 4180, LF or
// CRLF, optional BOM. Made for millions of lines; safe against files of any content.
#pragma once
#include "engine/engine.hpp"

#include <cstdint>
#include <deque>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace psychometrics {

// What is wrong with a file. Line and column (a cell's number) from 1; 0: the whole.
struct Problem {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;
    std::string what;
    // file:line: column N: what
    std::string text() const;
};
template <class T>
using Read = std::expected<T, Problem>;

inline constexpr std::size_t max_file_bytes = 4UL << 30;
inline constexpr std::size_t max_columns = 200'000;
inline constexpr std::size_t max_cell_bytes = 4096;
inline constexpr std::size_t max_items = 1'000'000;

// The whole of a file, "-" for standard input.
Read<std::string> read_text(const std::string& file);

// A table read line by line; a cell is valid until the text goes.
class Table {
public:
    // `text` must outlive the table.
    static Read<Table> open(std::string file, std::string_view text);

    const std::vector<std::string>& header() const { return header_; }
    // The column with one of these names (case and surrounding blanks do not matter), or none.
    std::optional<std::size_t> find(std::initializer_list<std::string_view> names) const;

    // Reads the next line that is not empty into cells(); false at the end. A line with more cells
    // than the header is refused; missing ones are empty.
    Read<bool> next();
    const std::vector<std::string_view>& cells() const { return cells_; }
    std::string_view cell(std::optional<std::size_t> column) const {
        return column ? cells_[*column] : std::string_view{};
    }
    std::size_t line() const { return line_; }
    // A problem of the present line; `column` from 0.
    std::unexpected<Problem> wrong(std::optional<std::size_t> column, std::string what) const;
    // Of another line.
    std::unexpected<Problem> wrong_at(std::size_t line, std::optional<std::size_t> column,
                                      std::string what) const;
    // A finite number.
    Read<double> number(std::size_t column) const;

private:
    Read<bool> read_quoted();  // the row that begins at at_, cell by cell

    std::string file_;
    std::string_view text_;
    char separator_ = ',';
    std::size_t at_ = 0;
    std::size_t line_ = 0;       // of the first character of the present row
    std::size_t next_line_ = 1;  // of text_[at_]
    std::vector<std::string> header_;
    std::vector<std::string_view> cells_;
    std::deque<std::string> unquoted_;  // this line's cells with doubled quotes; views of them stay
};

// A finite number, all of the text: as std::from_chars, with a leading + allowed.
std::optional<double> to_number(std::string_view text);

// name,parent,loading (also node or competence for name); the root has no parent. No file: one
// dimension.
Read<engine::Tree> read_tree(const std::string& file);

// What a selection must know of an item beside its parameters; "" and 0 where the file has no such
// column.
struct ItemFacts {
    std::string format;
    std::string level;
    std::string language;
    std::string stimulus;  // items with the same one are given together
    std::string enemies;   // items with the same word here are never both given
    double seconds = 0;    // expected time; 0: unknown
    bool timed = false;
    bool anchor = false;
};
struct Bank {
    std::vector<engine::Item> items;
    std::vector<ItemFacts> facts;  // beside the items
    // Standard errors and residual times when the file has them, else empty: se_a, se_d, beta,
    // alpha
    std::vector<double> se_a, se_d;
    std::vector<double> time_beta, time_alpha;
};
// item,a,b or item,a,d (logit = a theta + d), optional c; model (2pl, 3pl, grm, gpcm), steps in
// b1,b2,... or d1,d2,...; node or competence; and the facts above by their names.
// Without `item` items are numbered 1, 2, ... Without `tree` every item is of node 0.
Read<Bank> read_bank(const std::string& file, const engine::Tree* tree = nullptr);

// Answers, person by person, only those that were given (or said "don't know").
struct Responses {
    std::vector<std::string> items;
    std::vector<std::string> persons;
    std::vector<std::string> groups;   // beside persons; empty without a group column
    std::vector<std::size_t> begin;    // persons + 1 offsets into the next two
    std::vector<std::uint32_t> item;   // number in `items`
    std::vector<std::int16_t> answer;  // category, or engine::dont_know
    std::vector<std::uint32_t> line;   // of the file, beside them
    std::vector<float> seconds;        // beside them when the file has times, else empty

    std::size_t count() const { return answer.size(); }
};
enum class Layout {
    automatic,  // long if there are columns named person, item and y (or answer)
    wide,       // a column an item, a line a person; empty or NA: not answered; ? or dk: don't know
    narrow,     // person,item,y: "long" on the command line
};
// In the narrow layout the lines of one person need not stand together, but a person who answers
// an item twice is refused. `group`: name of a column
// with each person's group, "" for none. Columns named person, id, theta are never items.
Read<Responses> read_responses(const std::string& file, Layout = Layout::automatic,
                               const std::string& group = "");

}  // namespace psychometrics
