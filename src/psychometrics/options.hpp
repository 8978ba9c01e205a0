// SPDX-License-Identifier: EUPL-1.2
// Values of options that several commands have: name=value lists, cut points, blueprints, and the
// tables that a bank and a tree make.
#pragma once
#include "psychometrics/files.hpp"

#include <map>

namespace psychometrics {

// "se=.3,level=.8": each name one of `known` (a value of 1 where there is no =). Refuses others.
Read<std::map<std::string, std::vector<double>>> read_pairs(const std::string& option,
                                                            const std::string& text,
                                                            const std::vector<std::string>& known);
// Rising numbers.
Read<std::vector<double>> read_cuts(const std::string& text);

// What the grid is for: tests of tens of answers, or scores of hundreds, whose posterior is narrow.
enum class Grained { as_needed, fine };
// The bank as tables. `points` 0: as many as the tree needs (engine::grid_for), or when fine 121 on
// [-6, 6] in one dimension, 64 or more in a tree. `soft`: with the bank's standard errors.
Read<engine::Tables> make_tables(const std::string& file, engine::Tree tree, const Bank& bank,
                                 std::size_t points, bool soft,
                                 Grained grained = Grained::as_needed);

// attribute,value,min,max: attribute is node (with all below it), format, level, language or
// stimulus; an empty max is none. Enemies, stimulus sets and timed items come from the bank.
// `file` may be empty: then only those.
Read<engine::Blueprint> read_blueprint(const std::string& file, const Bank& bank,
                                       const engine::Tree& tree, std::size_t length);
// The bank has enemies, sets or timed items.
bool has_rules(const Bank& bank);

}  // namespace psychometrics
