// SPDX-License-Identifier: EUPL-1.2
#include "identity/views.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "identity/rules.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>

namespace identity {
namespace json = boost::json;

const std::string_view sign_in_schema = R"json({
 "type": "object",
 "required": ["demo", "proconnect", "next", "groups"],
 "properties": {
  "demo": {"type": "boolean"},
  "proconnect": {"type": "boolean"},
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

const std::string_view people_schema = R"json({
 "type": "object",
 "required": ["words", "people"],
 "properties": {
  "words": {"type": "string"},
  "next_url": {"type": "string"},
  "people": {"type": "array", "items": {
   "type": "object",
   "required": ["id", "name", "email", "job", "organisation"],
   "properties": {"id": {"type": "integer"}, "name": {"type": "string"},
                  "email": {"type": "string"}, "job": {"type": "string"},
                  "organisation": {"type": "string"}}}}}})json";

const std::string_view person_schema = R"json({
 "type": "object",
 "required": ["id", "name", "email", "job", "affiliations", "roles"],
 "properties": {
  "id": {"type": "integer"}, "name": {"type": "string"}, "email": {"type": "string"},
  "job": {"type": "string"},
  "affiliations": {"type": "array", "items": {
   "type": "object",
   "required": ["organisation", "code", "population", "contractor", "from"],
   "properties": {"organisation": {"type": "string"}, "code": {"type": "string"},
                  "population": {"type": "string"}, "contractor": {"type": "boolean"},
                  "from": {"type": "string", "format": "date"},
                  "until": {"type": "string", "format": "date"}}}},
  "roles": {"type": "array", "items": {
   "type": "object",
   "required": ["role", "perimeter", "code", "may_revoke"],
   "properties": {"role": {"type": "string"}, "perimeter": {"type": "string"},
                  "code": {"type": "string"}, "may_revoke": {"type": "boolean"}}}}}})json";

json::object sign_in_view(const std::vector<DemoPerson>& people, const WaysIn& ways,
                          std::string next) {
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
    return {{"demo", ways.demo},
            {"proconnect", ways.proconnect},
            {"none", !ways.demo && !ways.proconnect},
            {"next", std::move(next)},
            {"groups", std::move(groups)}};
}

namespace {

std::string name_of(const organisations::Tree& tree, base::OrganisationId id) {
    const auto* organisation = tree.find(id);
    return organisation == nullptr ? std::string{} : organisation->name;
}

std::string code_of(const organisations::Tree& tree, base::OrganisationId id) {
    const auto* organisation = tree.find(id);
    return organisation == nullptr ? std::string{} : organisation->code;
}

json::array affiliation_views(const std::vector<Affiliation>& affiliations,
                              const organisations::Tree& tree) {
    json::array views;
    for (const Affiliation& one : affiliations) {
        json::object view{{"organisation", name_of(tree, one.organisation)},
                          {"code", code_of(tree, one.organisation)},
                          {"population", one.population},
                          {"contractor", one.contractor},
                          {"from", base::iso_date(one.from)}};
        if (one.until) view["until"] = base::iso_date(*one.until);
        views.push_back(std::move(view));
    }
    return views;
}

// More codes than that help nobody who types one, and make the page heavy.
constexpr std::size_t most_suggestions = 500;

json::array suggestions(const Rights& rights) {
    json::array views;
    for (const auto& [organisation, depth] : rights.tree().in_order()) {
        if (views.size() == most_suggestions) break;
        if (rights.may("administrator", organisation->id))
            views.push_back({{"code", organisation->code}, {"name", organisation->name}});
    }
    return views;
}

json::array options(std::span<const std::string_view> values, std::string_view chosen) {
    json::array views;
    for (const std::string_view value : values)
        views.push_back({{"value", value}, {"selected", value == chosen}});
    return views;
}

json::object forms(const Profile& profile, base::Date day, const http::Form& typed) {
    static constexpr std::array<std::string_view, 3> populations{"etat", "territoriale",
                                                                 "hospitaliere"};
    std::vector<std::string_view> grantable;
    for (const std::string_view role : roles())
        if (is_grantable(role)) grantable.push_back(role);
    const auto given = [&](const char* name, std::string otherwise) {
        return typed.has(name) ? std::string{typed.text(name)} : std::move(otherwise);
    };
    const bool contractor =
        !profile.affiliations.empty() && profile.affiliations.front().contractor;
    return {{"role", {{"options", options(grantable, typed.text("role"))}, {"required", true}}},
            {"organisation", {{"value", typed.text("organisation")}, {"required", true}}},
            {"employer", {{"value", typed.text("employer")}, {"required", true}}},
            {"population", {{"options", options(populations, typed.text("population"))}}},
            {"contractor",
             {{"checked", typed.has("employer") ? typed.flag("contractor") : contractor}}},
            {"from", {{"value", given("from", base::iso_date(day))}, {"required", true}}}};
}

}  // namespace

json::object people_view(const PeoplePage& page, std::string_view words,
                         const std::map<base::PersonId, Affiliation>& employers,
                         const organisations::Tree& tree) {
    json::array people;
    for (const Person& person : page.people) {
        const auto employer = employers.find(person.id);
        const auto* organisation =
            employer == employers.end() ? nullptr : tree.find(employer->second.organisation);
        people.push_back(
            {{"id", person.id.value},
             {"name", person.full_name()},
             {"email", person.email},
             {"job", person.job},
             {"organisation", organisation == nullptr ? "" : organisation->shown_name()}});
    }
    json::object view{{"words", words}, {"people", std::move(people)}};
    if (page.more)
        view["next_url"] = "/people?" +
                           (words.empty() ? "" : "q=" + base::url_encode(words) + "&") +
                           "after=" + std::to_string(page.people.back().id.value);
    return view;
}

json::object person_view(const Profile& profile, base::PersonId reader, const Rights& rights,
                         base::Date day, const http::Form& typed) {
    const Person& person = profile.person;
    const organisations::Tree& tree = rights.tree();
    json::array held;
    for (const Grant& grant : profile.grants)
        held.push_back({{"role", grant.role},
                        {"perimeter", name_of(tree, grant.perimeter)},
                        {"code", code_of(tree, grant.perimeter)},
                        {"may_revoke", !why_not_revoke(reader, rights, person.id, grant)}});
    json::object view{{"id", person.id.value},
                      {"name", person.full_name()},
                      {"email", person.email},
                      {"job", person.job},
                      {"affiliations", affiliation_views(profile.affiliations, tree)},
                      {"roles", std::move(held)},
                      {"oneself", person.id == reader},
                      {"may_affiliate", is_within(rights, profile.affiliations, day)},
                      {"may_recover", profile.invited && person.id != reader &&
                                          is_within(rights, profile.affiliations, day)},
                      {"suggestions", suggestions(rights)},
                      {"form", forms(profile, day, typed)}};
    return view;
}

json::object me_view(const Person& person, const std::vector<Affiliation>& affiliations,
                     const std::vector<Grant>& grants, const organisations::Tree& tree) {
    json::array held;
    for (const Grant& grant : grants)
        held.push_back({{"role", grant.role}, {"perimeter", name_of(tree, grant.perimeter)}});
    return {{"name", person.full_name()},
            {"email", person.email},
            {"job", person.job},
            {"affiliations", affiliation_views(affiliations, tree)},
            {"roles", std::move(held)}};
}

}  // namespace identity
