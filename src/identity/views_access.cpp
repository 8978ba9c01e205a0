// SPDX-License-Identifier: EUPL-1.2
#include "identity/views_access.hpp"

#include "base/text.hpp"
#include "identity/rules_access.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

namespace identity {
namespace json = boost::json;

const std::string_view passkeys_schema = R"json({
 "type": "object",
 "required": ["passkeys", "may_add"],
 "properties": {
  "may_add": {"type": "boolean"},
  "passkeys": {"type": "array", "items": {
   "type": "object",
   "required": ["id", "name", "browser", "system", "created_at", "may_remove"],
   "properties": {"id": {"type": "integer"}, "name": {"type": "string"},
                  "browser": {"type": "string"}, "system": {"type": "string"},
                  "created_at": {"type": "string", "format": "date-time"},
                  "used_at": {"type": "string", "format": "date-time"},
                  "may_remove": {"type": "boolean"}}}}}})json";

const std::string_view invitations_schema = R"json({
 "type": "object",
 "required": ["invitations"],
 "properties": {
  "next_url": {"type": "string"},
  "invitations": {"type": "array", "items": {
   "type": "object",
   "required": ["id", "name", "email", "role", "recovery", "organisation", "invited_by",
                "invited_at", "expires_at", "expired", "may_manage"],
   "properties": {"id": {"type": "integer"}, "name": {"type": "string"},
                  "email": {"type": "string"}, "role": {"type": "string"},
                  "recovery": {"type": "boolean"}, "organisation": {"type": "string"},
                  "invited_by": {"type": "string"},
                  "invited_at": {"type": "string", "format": "date-time"},
                  "expires_at": {"type": "string", "format": "date-time"},
                  "until": {"type": "string", "format": "date"},
                  "expired": {"type": "boolean"}, "may_manage": {"type": "boolean"}}}}}})json";

const std::string_view invite_schema = R"json({
 "type": "object",
 "required": ["organisations", "form"],
 "properties": {
  "organisations": {"type": "array", "items": {
   "type": "object",
   "required": ["code", "name"],
   "properties": {"code": {"type": "string"}, "name": {"type": "string"}}}},
  "form": {"type": "object"}}})json";

const std::string_view invited_schema = R"json({
 "type": "object",
 "required": ["state", "invited_by", "organisation", "recovery"],
 "properties": {
  "state": {"enum": ["open", "expired", "used", "revoked"]},
  "invited_by": {"type": "string"}, "organisation": {"type": "string"},
  "recovery": {"type": "boolean"},
  "name": {"type": "string"}, "email": {"type": "string"}, "role": {"type": "string"},
  "until": {"type": "string", "format": "date"},
  "expires_at": {"type": "string", "format": "date-time"}}})json";

const std::string_view sign_ins_schema = R"json({
 "type": "object",
 "required": ["sign_ins", "others"],
 "properties": {
  "others": {"type": "integer"},
  "sign_ins": {"type": "array", "items": {
   "type": "object",
   "required": ["key", "way", "browser", "system", "since", "seen_at", "expires_at", "here"],
   "properties": {"key": {"type": "string"},
                  "way": {"enum": ["demo", "proconnect", "passkey", "emergency"]},
                  "browser": {"type": "string"}, "system": {"type": "string"},
                  "since": {"type": "string", "format": "date-time"},
                  "seen_at": {"type": "string", "format": "date-time"},
                  "expires_at": {"type": "string", "format": "date-time"},
                  "here": {"type": "boolean"}}}}}})json";

namespace {

// "firefox windows" as {"browser": "firefox", "system": "windows"}.
void add_device(json::object& view, std::string_view device) {
    const auto space = device.find(' ');
    view["browser"] = device.empty() ? "other" : device.substr(0, space);
    view["system"] =
        space == std::string_view::npos ? std::string_view{"other"} : device.substr(space + 1);
}

json::object option(std::string_view value, std::string_view chosen) {
    return {{"value", value}, {"selected", value == chosen}};
}

std::string name_in(const organisations::Tree& tree, base::OrganisationId id) {
    const auto* organisation = tree.find(id);
    return organisation == nullptr ? std::string{} : organisation->name;
}

}  // namespace

json::object passkeys_view(const std::vector<Passkey>& passkeys, bool invited, bool emergency,
                           bool fresh) {
    json::array list;
    for (const Passkey& one : passkeys) {
        json::object view{{"id", one.id.value},
                          {"name", one.name},
                          {"created_at", base::iso_time(one.created_at)},
                          {"may_remove", !why_not_remove_passkey(passkeys.size(), invited)}};
        add_device(view, one.device);
        if (one.used_at) view["used_at"] = base::iso_time(*one.used_at);
        list.push_back(std::move(view));
    }
    return {{"passkeys", std::move(list)},
            {"fresh", fresh},
            {"may_add", !emergency && passkeys.size() < most_passkeys}};
}

json::object invitations_view(const InvitationsPage& page, const Rights& rights,
                              const std::map<base::PersonId, Person>& names, base::Time now) {
    json::array list;
    for (const Invitation& one : page.invitations) {
        const auto by = names.find(one.invited_by);
        json::object view{
            {"id", one.id.value},
            {"name", one.full_name()},
            {"email", one.email},
            {"role", one.role},
            {"recovery", one.recovers.has_value()},
            {"organisation", name_in(rights.tree(), one.organisation)},
            {"invited_by", by == names.end() ? "" : by->second.full_name()},
            {"invited_at", base::iso_time(one.invited_at)},
            {"expires_at", base::iso_time(one.expires_at)},
            {"expired", state_of(one, now) == InvitationState::expired},
            {"may_manage", invites_as(rights, one.role, one.organisation).has_value()}};
        if (one.until) view["until"] = base::iso_date(*one.until);
        list.push_back(std::move(view));
    }
    json::object view{{"invitations", std::move(list)}};
    if (page.more)
        view["next_url"] =
            "/invitations?before=" + std::to_string(page.invitations.back().id.value);
    return view;
}

json::object invite_view(const Rights& rights, const http::Form& typed, std::string_view language,
                         base::Date today) {
    json::array organisations;
    std::string only;  // the one to propose, when there is no choice
    for (const auto& [organisation, depth] : rights.tree().in_order())
        if (invites_as(rights, invited_roles().front(), organisation->id)) {
            only = organisations.empty() ? organisation->code : "";
            organisations.push_back({{"code", organisation->code}, {"name", organisation->name}});
        }
    json::array roles;
    for (const std::string_view role : invited_roles()) {
        // Organisers see the one that they may give; elsewhere the answer says why not.
        const auto& all = rights.tree().in_order();
        if (std::ranges::any_of(all, [&](const auto& node) {
                return invites_as(rights, role, node.first->id).has_value();
            }))
            roles.push_back(option(role, typed.text("role")));
    }
    const auto text = [&](std::string_view name) {
        return json::object{{"value", typed.text(name)}, {"required", true}};
    };
    const std::string_view spoken = typed.has("language") ? typed.text("language") : language;
    json::object form{{"email", text("email")},
                      {"given_name", text("given_name")},
                      {"usual_name", text("usual_name")},
                      {"role", {{"options", std::move(roles)}, {"required", true}}},
                      {"organisation", text("organisation")},
                      {"until", text("until")},
                      {"language",
                       {{"options", json::array{option("fr", spoken), option("en", spoken)}},
                        {"required", true}}}};
    if (!typed.has("organisation")) form["organisation"].as_object()["value"] = only;
    return {{"organisations", std::move(organisations)},
            {"first_day", base::iso_date(today)},
            {"last_day", base::iso_date(today + longest_stay)},
            {"form", std::move(form)}};
}

json::object invited_view(const Invitation& invitation, const std::string& by,
                          const organisations::Tree& tree, base::Time now) {
    const auto state = state_of(invitation, now);
    json::object view{{"state", name_of(state)},
                      {"invited_by", by},
                      {"organisation", name_in(tree, invitation.organisation)},
                      {"recovery", invitation.recovers.has_value()},
                      {std::string{"is_"} + std::string{name_of(state)}, true}};
    // A link that is of no use any more tells nothing of who was invited.
    if (state != InvitationState::open) return view;
    view["name"] = invitation.full_name();
    view["email"] = invitation.email;
    view["role"] = invitation.role;
    view["expires_at"] = base::iso_time(invitation.expires_at);
    if (invitation.until) view["until"] = base::iso_date(*invitation.until);
    return view;
}

json::object sign_ins_view(const std::vector<SignIn>& sign_ins) {
    json::array list;
    for (const SignIn& one : sign_ins) {
        json::object view{{"key", one.key},
                          {"way", one.way},
                          {"since", base::iso_time(one.since)},
                          {"seen_at", base::iso_time(one.seen_at)},
                          {"expires_at", base::iso_time(one.expires_at)},
                          {"here", one.here}};
        add_device(view, one.device);
        list.push_back(std::move(view));
    }
    const std::size_t others = sign_ins.empty() ? 0 : sign_ins.size() - 1;
    return {{"sign_ins", std::move(list)}, {"others", others}};
}

}  // namespace identity
