// SPDX-License-Identifier: EUPL-1.2
// What changed between two versions of an offer, field by field. Pure.
#pragma once
#include "catalogue/offer.hpp"

#include <string>
#include <vector>

namespace catalogue {

// A line of a text, or one value of a list.
struct DifferenceLine {
    std::string text;      // as stored: codes are codes
    bool changed = false;  // the other side has no such line at this place
    friend bool operator==(const DifferenceLine&, const DifferenceLine&) = default;
};

struct Difference {
    std::string field;  // as in offer.hpp; "eligibility_populations" for those of the eligibility
    std::vector<DifferenceLine> before, after;  // empty: nothing was said
};

// Only the fields that differ, in the order of offer.hpp.
std::vector<Difference> differences(const Offer& before, const Offer& after);

}  // namespace catalogue
