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

// The ways to sign in that this site has.
struct WaysIn {
    bool demo = false;
    bool proconnect = false;
};
// People by role, in the order of roles(); one with several roles stands under each.
boost::json::object sign_in_view(const std::vector<DemoPerson>&, const WaysIn&, std::string next);

extern const std::string_view people_schema;  // JSON Schema of people_view
extern const std::string_view person_schema;  // ... of person_view

// `employers`: where they work on the day of the list, by person.
boost::json::object people_view(const PeoplePage&, std::string_view words,
                                const std::map<base::PersonId, Affiliation>& employers,
                                const organisations::Tree&);

struct Profile {
    Person person;
    std::vector<Affiliation> affiliations;  // the latest first
    std::vector<Grant> grants;
    bool invited = false;  // see Identity::was_invited
};

// The profile as an administrator with these rights sees it, with the forms for what they may do.
// `typed`: what was sent, when a form comes back.
boost::json::object person_view(const Profile&, base::PersonId reader, const Rights&, base::Date,
                                const http::Form& typed);

boost::json::object me_view(const Person&, const std::vector<Affiliation>&,
                            const std::vector<Grant>&, const organisations::Tree&);

}  // namespace identity
