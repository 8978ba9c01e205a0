// SPDX-License-Identifier: EUPL-1.2
#include "identity/views.hpp"

#include "base/text.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace identity {
namespace json = boost::json;

const std::string_view sign_in_schema = R"json({
 "type": "object",
 "required": ["demo", "next", "groups"],
 "properties": {
  "demo": {"type": "boolean"},
  "next": {"type": "string"},
  "groups": {"type": "array", "items": {
   "type": "object",
   "required": ["role", "people"],
   "properties": {
    "role": {"type": "string"},
    "people": {"type": "array", "items": {
     "type": "object",
     "required": ["id", "name", "job", "organisation"],
     "properties": {"id": {"type": "integer"}, "name": {"type": "string"},
                    "job": {"type": "string"}, "organisation": {"type": "string"}}}}}}}}})json";

const std::string_view me_schema = R"json({
 "type": "object",
 "required": ["name", "email", "job", "affiliations", "roles"],
 "properties": {
  "name": {"type": "string"}, "email": {"type": "string"}, "job": {"type": "string"},
  "affiliations": {"type": "array", "items": {
   "type": "object",
   "required": ["organisation", "population", "contractor", "from"],
   "properties": {"organisation": {"type": "string"}, "population": {"type": "string"},
                  "contractor": {"type": "boolean"},
                  "from": {"type": "string", "format": "date"},
                  "until": {"type": "string", "format": "date"}}}},
  "roles": {"type": "array", "items": {
   "type": "object",
   "required": ["role", "perimeter"],
   "properties": {"role": {"type": "string"}, "perimeter": {"type": "string"}}}}}})json";

json::object sign_in_view(const std::vector<DemoPerson>& people, bool demo, std::string next) {
    json::array groups;
    for (const std::string_view role : roles()) {
        json::array members;
        for (const DemoPerson& one : people) {
            const bool holds = role == "agent"
                                   ? one.grants.empty()
                                   : std::any_of(one.grants.begin(), one.grants.end(),
                                                 [&](const Grant& g) { return g.role == role; });
            if (holds)
                members.push_back({{"id", one.person.id.value},
                                   {"name", one.person.full_name()},
                                   {"job", one.person.job},
                                   {"organisation", one.organisation}});
        }
        if (!members.empty()) groups.push_back({{"role", role}, {"people", std::move(members)}});
    }
    return {{"demo", demo}, {"next", std::move(next)}, {"groups", std::move(groups)}};
}

json::object me_view(const Person& person, const std::vector<Affiliation>& affiliations,
                     const std::vector<Grant>& grants, const organisations::Tree& tree) {
    const auto name_of = [&](base::OrganisationId id) {
        const auto* organisation = tree.find(id);
        return organisation == nullptr ? std::string{} : organisation->name;
    };
    json::array worked;
    for (const Affiliation& one : affiliations) {
        json::object view{{"organisation", name_of(one.organisation)},
                          {"population", one.population},
                          {"contractor", one.contractor},
                          {"from", base::iso_date(one.from)}};
        if (one.until) view["until"] = base::iso_date(*one.until);
        worked.push_back(std::move(view));
    }
    json::array held;
    for (const Grant& grant : grants)
        held.push_back({{"role", grant.role}, {"perimeter", name_of(grant.perimeter)}});
    return {{"name", person.full_name()},
            {"email", person.email},
            {"job", person.job},
            {"affiliations", std::move(worked)},
            {"roles", std::move(held)}};
}

}  // namespace identity
