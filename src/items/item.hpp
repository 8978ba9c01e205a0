// SPDX-License-Identifier: EUPL-1.2
// One item as its file says it (docs/items.md): read from TOML, checked, and what is wrong with it
// told by key and line.
#pragma once
#include "base/clock.hpp"
#include "base/result.hpp"

#include <boost/json/fwd.hpp>

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace items {

enum class Format { single, multiple, text, fields, order, match, zone, settings };
inline constexpr std::array formats{Format::single, Format::multiple, Format::text,
                                    Format::fields, Format::order,    Format::match,
                                    Format::zone,   Format::settings};
std::string_view name_of(Format);
std::optional<Format> find_format(std::string_view name);

inline constexpr std::size_t largest_text = std::size_t{64} * 1024;  // bytes of a file
inline constexpr int deepest = 8;                                    // tables in tables

// What is wrong with the text of an item. The field of the reason is the key as the file has it:
// "options[2].why"; the message is under "items.problem.".
struct Problem {
    int line = 0;  // from 1; 0: of the whole
    base::Reason reason;
    bool serious = true;  // false: to be looked at, but the item works
};

// The tables and values of a file, and the line where each stands. Dates are ISO texts. The tree is
// shared by variants and never changed.
struct Source {
    std::shared_ptr<const boost::json::object> tree;
    std::map<std::string, int, std::less<>> lines;  // by path: "options[2].why"
    int line_of(std::string_view path) const;       // that of the nearest above when unknown
};

// Refuses what is over a limit, no UTF-8 or no TOML, with the line in the reason's values.
base::Result<Source> read_source(std::string_view text);

// An item whose text was checked.
struct Item {
    std::string code;  // "4.1-017"
    int level = 1;     // 1 to 8
    Format format = Format::single;
    std::string intent, source;
    std::string learn;  // where to learn more, a URL
    std::optional<base::Date> review_by;
    bool phone = true;  // can be done on one
    int seconds = 0;    // 0: time does not count
    std::vector<std::string> enemies;
    bool has_file = false, has_screen = false;
    std::shared_ptr<const boost::json::object> tree;

    std::string_view competence() const { return std::string_view{code}.substr(0, code.find('-')); }
    bool is_done() const { return has_file || has_screen; }  // something is done or read in it
};

struct Read {
    std::optional<Item> item;       // nothing when there are serious problems
    std::vector<Problem> problems;  // by line
};
// Reads and checks the text of one item: its keys, its key, and that variants can be drawn.
Read read_item(std::string_view code, std::string_view text);

// "4.1/017.toml" and "4.1-017" are the item 4.1-017; nothing for another name.
std::optional<std::string> code_of(std::string_view path);

// One file of a bank that is checked as a whole.
struct BankFile {
    std::string path;
    std::string code;
    Read read;
};
struct BankProblem {
    std::string path;
    Problem problem;
};
// What only shows over many items: a competence's levels and formats, keys that are longest, stems
// that are alike, enemies that do not exist. `whole`: the numbers asked of a competence, too.
std::vector<BankProblem> check_bank(const std::vector<BankFile>&, bool whole);

}  // namespace items
