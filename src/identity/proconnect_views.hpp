// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "identity/newcomers.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace identity {

struct Problem;

extern const std::string_view first_visit_schema;
extern const std::string_view claim_schema;
extern const std::string_view claims_schema;
extern const std::string_view sirets_schema;

boost::json::object problem_view(const Problem&);
// `url`: of the provider.
boost::json::object sign_out_view(const std::string& url);
// `typed`: what was sent, when a form comes back.
boost::json::object first_visit_view(const Newcomer&, const organisations::Tree&,
                                     const http::Form& typed);
boost::json::object claim_view(const Claim&);
boost::json::object claims_view(const std::vector<Claim>&);
// Mappings of the reader's perimeters can be changed, the others are shown.
boost::json::object sirets_view(const std::vector<SiretMapping>&,
                                const std::vector<store::UnplacedSiret>&, const Rights&,
                                const http::Form& typed);

}  // namespace identity
