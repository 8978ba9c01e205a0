// SPDX-License-Identifier: EUPL-1.2
// What differs for each candidate: [parameters] drawn from a seed and put in the place of
// {{names}}; tables made from their columns.
#pragma once
#include "base/result.hpp"
#include "items/random.hpp"
#include "items/variant.hpp"

#include <boost/json/fwd.hpp>

#include <map>
#include <string>
#include <string_view>

namespace items {

// Values by name: "nombre", and "cas.mois" of records.
using Values = std::map<std::string, std::string, std::less<>>;

// Refusals, here and below: under "items.problem.", the field is the path in the file.
base::Result<Values> draw_values(const boost::json::object& parameters, Random&);

// Of whole numbers and names of values: + - * / and parentheses, exact; the result must be whole.
base::Result<std::int64_t> arithmetic(std::string_view expression, const Values&);

// The tree with each {{name}} replaced that is known; other braces stay as they are.
boost::json::value fill(const boost::json::value&, const Values&);
std::string fill(std::string_view text, const Values&);

// The first {{…}} in the tree, with its path; "" when there is none.
struct Unfilled {
    std::string path, name;
};
Unfilled find_unfilled(const boost::json::value&, const std::string& path);

// [file.table], filled.
base::Result<Table> make_table(const boost::json::object&, Random&);

}  // namespace items
