// SPDX-License-Identifier: EUPL-1.2
#include "identity/proconnect_views.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "identity/proconnect.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

namespace identity {
namespace json = boost::json;

const std::string_view first_visit_schema = R"json({
 "type": "object",
 "required": ["name", "email", "known", "doubtful", "workplace"],
 "properties": {
  "known": {"type": "boolean"},
  "name": {"type": "string"}, "email": {"type": "string"}, "doubtful": {"type": "boolean"},
  "workplace": {"enum": ["known", "ask", "unknown"]},
  "told": {"type": "string"},
  "organisation": {"type": "string"},
  "population": {"enum": ["etat", "territoriale", "hospitaliere"]},
  "contractor": {"type": "boolean"}}})json";

const std::string_view claim_schema = R"json({
 "type": "object",
 "required": ["name", "email", "organisation", "account", "account_email"],
 "properties": {
  "name": {"type": "string"}, "email": {"type": "string"}, "organisation": {"type": "string"},
  "account": {"type": "string"}, "account_email": {"type": "string"}}})json";

const std::string_view claims_schema = R"json({
 "type": "object",
 "required": ["claims"],
 "properties": {"claims": {"type": "array", "items": {
  "type": "object",
  "required": ["id", "name", "email", "organisation", "account", "account_email", "person", "since"],
  "properties": {
   "id": {"type": "integer"}, "name": {"type": "string"}, "email": {"type": "string"},
   "organisation": {"type": "string"}, "account": {"type": "string"},
   "account_email": {"type": "string"}, "person": {"type": "integer"},
   "since": {"type": "string", "format": "date-time"}}}}}})json";

const std::string_view sirets_schema = R"json({
 "type": "object",
 "required": ["mappings", "unplaced"],
 "properties": {
  "mappings": {"type": "array", "items": {
   "type": "object",
   "required": ["id", "siret", "idp_id", "organizational_unit", "organisation", "code", "ask",
                "may_change"],
   "properties": {"id": {"type": "integer"}, "siret": {"type": "string"},
                  "idp_id": {"type": "string"}, "organizational_unit": {"type": "string"},
                  "organisation": {"type": "string"}, "code": {"type": "string"},
                  "ask": {"type": "boolean"}, "may_change": {"type": "boolean"}}}},
  "unplaced": {"type": "array", "items": {
   "type": "object",
   "required": ["siret", "idp_id", "organizational_unit", "label", "times", "last_seen"],
   "properties": {"siret": {"type": "string"}, "idp_id": {"type": "string"},
                  "organizational_unit": {"type": "string"}, "label": {"type": "string"},
                  "times": {"type": "integer"},
                  "last_seen": {"type": "string", "format": "date-time"}}}}}})json";

namespace {

// More codes than that help nobody who types one, and make the page heavy.
constexpr std::size_t most_suggestions = 500;

std::string full_name(const oidc::UserInfo& user) {
    return user.given_name + " " + user.usual_name;
}

// The employer in the provider's words: its name, else its number.
std::string told_organisation(const oidc::UserInfo& user) {
    std::string told = user.organization_label.empty() ? user.siret : user.organization_label;
    if (!user.organizational_unit.empty())
        told += (told.empty() ? "" : " – ") + user.organizational_unit;
    return told;
}

}  // namespace

json::object problem_view(const Problem& problem) {
    // What cannot go better by trying again has no button for it.
    const bool retry = problem.kind != "private_sector" && problem.kind != "configuration";
    json::object view{{"kind", problem.kind}, {"code", problem.code}};
    if (retry) view["retry_url"] = "/sign-in/proconnect?next=" + base::url_encode(problem.next);
    return view;
}

json::object sign_out_view(const std::string& url) {
    return {{"url", url}};
}

json::object first_visit_view(const Newcomer& newcomer, const organisations::Tree& tree,
                              const http::Form& typed) {
    using Kind = Workplace::Kind;
    const Kind kind = newcomer.workplace.kind;
    json::object view{{"name", full_name(newcomer.user)},
                      {"email", newcomer.user.email},
                      {"doubtful", newcomer.doubtful},
                      {"known", newcomer.known},
                      {"workplace", kind == Kind::known ? "known"
                                    : kind == Kind::ask ? "ask"
                                                        : "unknown"},
                      {"told", told_organisation(newcomer.user)}};
    if (kind == Kind::known) {
        view["organisation"] = tree.find(newcomer.workplace.organisation)->name;
        view["population"] = newcomer.affiliation.population;
        view["contractor"] = newcomer.affiliation.contractor;
    }
    json::array suggestions;
    if (kind == Kind::ask)
        for (const auto& [organisation, depth] : tree.in_order())
            if (suggestions.size() < most_suggestions &&
                tree.contains(newcomer.workplace.organisation, organisation->id))
                suggestions.push_back({{"code", organisation->code}, {"name", organisation->name}});
    view["asks"] = kind == Kind::ask;
    view["suggestions"] = std::move(suggestions);
    view["form"] = {{"organisation", {{"value", typed.text("organisation")}, {"required", true}}},
                    {"email", {{"value", typed.text("email")}, {"required", true}}}};
    return view;
}

json::object claim_view(const Claim& claim) {
    return {{"name", full_name(claim.user)},
            {"email", claim.user.email},
            {"organisation", told_organisation(claim.user)},
            {"account", claim.person.full_name()},
            {"account_email", claim.person.email}};
}

json::object claims_view(const std::vector<Claim>& claims) {
    json::array views;
    for (const Claim& claim : claims) {
        json::object view = claim_view(claim);
        view["id"] = claim.id;
        view["person"] = claim.person.id.value;
        view["since"] = base::iso_time(claim.since);
        views.push_back(std::move(view));
    }
    return {{"claims", std::move(views)}};
}

json::object sirets_view(const std::vector<SiretMapping>& mappings,
                         const std::vector<store::UnplacedSiret>& unplaced, const Rights& rights,
                         const http::Form& typed) {
    json::array mapped, missing, suggestions;
    for (const SiretMapping& one : mappings) {
        const auto* organisation = rights.tree().find(one.organisation);
        mapped.push_back({{"id", one.id},
                          {"siret", one.siret},
                          {"idp_id", one.idp_id},
                          {"organizational_unit", one.organizational_unit},
                          {"organisation", organisation == nullptr ? "" : organisation->name},
                          {"code", organisation == nullptr ? "" : organisation->code},
                          {"ask", one.ask},
                          {"may_change", rights.may("administrator", one.organisation)}});
    }
    for (const store::UnplacedSiret& one : unplaced)
        missing.push_back({{"siret", one.siret},
                           {"idp_id", one.idp_id},
                           {"organizational_unit", one.organizational_unit},
                           {"label", one.label},
                           {"times", one.times},
                           {"last_seen", base::iso_time(one.last_seen_at)}});
    for (const auto& [organisation, depth] : rights.tree().in_order())
        if (suggestions.size() < most_suggestions && rights.may("administrator", organisation->id))
            suggestions.push_back({{"code", organisation->code}, {"name", organisation->name}});
    const auto field = [&](const char* name, bool required) {
        return json::object{{"value", typed.text(name)}, {"required", required}};
    };
    return {{"mappings", std::move(mapped)},
            {"unplaced", std::move(missing)},
            {"suggestions", std::move(suggestions)},
            {"form",
             {{"siret", field("siret", true)},
              {"idp_id", field("idp_id", false)},
              {"organizational_unit", field("organizational_unit", false)},
              {"organisation", field("organisation", true)},
              {"ask", {{"checked", typed.flag("ask")}}}}}};
}

}  // namespace identity
