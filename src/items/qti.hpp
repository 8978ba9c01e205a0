// SPDX-License-Identifier: EUPL-1.2
// Items as QTI 3.0 has them (1EdTech, Question and Test Interoperability 3.0, ASI information
// model, 1 May 2022): one qti-assessment-item a file. QTI can say choices, typed answers, orders,
// matches, zones (as choices) and settings (as inline choices); it cannot say files and parameters
// that differ for each candidate, so an item with them is refused.
#pragma once
#include "base/result.hpp"
#include "items/item.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace items {

// Refuses what QTI cannot say.
base::Result<std::string> write_qti(const Item&);

// The text of an item, as docs/items.md has it; level, source and feedback are empty where the file
// does not tell them. Refuses what is no item, breaks the specification or uses what we do not
// know, with the element.
base::Result<std::string> read_qti(std::string_view xml);

// What of the elements that we use breaks the specification, each with its section; empty: nothing.
struct QtiProblem {
    std::string element, section, what;
};
std::vector<QtiProblem> check_qti(std::string_view xml);

}  // namespace items
