// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "identity/identity.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace identity {

extern const std::string_view sign_in_schema;
extern const std::string_view me_schema;

struct DemoPerson {
    Person person;
    std::string organisation;
    std::vector<Grant> grants;
};

// People by role, in the order of roles(); one with several roles stands under each.
boost::json::object sign_in_view(const std::vector<DemoPerson>&, bool demo, std::string next);

boost::json::object me_view(const Person&, const std::vector<Affiliation>&,
                            const std::vector<Grant>&, const organisations::Tree&);

}  // namespace identity
