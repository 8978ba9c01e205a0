// SPDX-License-Identifier: EUPL-1.2
// An offer as the fields of a form, and back. Pure. Lists are one item a line; what is said of
// eligibility is "eligibility_populations" and so on ("eligibility.populations" is understood).
#pragma once
#include "base/result.hpp"
#include "catalogue/offer.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {
class Form;
}

namespace catalogue {

using Fields = std::vector<std::pair<std::string, std::string>>;

// Every field once, in the order of offer.hpp; "" for what is not said. Yes and no are "1" and "0",
// a price is euros ("1234,50"), a skill "digcomp-2.2 1.1 2 4", a step "slug | track".
Fields fields_of(const Offer&);

// The name of the form's field for one in a base::Reason.
std::string form_name(std::string_view field);

struct ReadOffer {
    Offer offer;
    std::vector<base::Reason> problems;  // what could not be read, and unknown names
};
// What the form says, over what the offer said before: a field that is not there stays as it was.
ReadOffer read_offer(const http::Form&, Offer before);

// The fields as they were typed; those that the form lacks as `before` has them.
Fields typed_fields(const http::Form&, const Offer& before);

}  // namespace catalogue
