// SPDX-License-Identifier: EUPL-1.2
#include "identity/privacy.hpp"

#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "identity/store.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

namespace identity {
namespace json = boost::json;
using privacy::Effect;

json::object PersonalData::held(db::Transaction& transaction, base::PersonId id) {
    const auto person = store::find(transaction, id);
    if (!person) return {};
    const auto tree = organisations_.tree(transaction, db::Versions(transaction));
    const auto name_of = [&](base::OrganisationId organisation) {
        const auto* found = tree->find(organisation);
        return found == nullptr ? std::string{} : found->name;
    };
    json::array affiliations;
    for (const Affiliation& one : store::affiliations_of(transaction, id)) {
        json::object told{{"organisation", name_of(one.organisation)},
                          {"population", one.population},
                          {"contractor", one.contractor},
                          {"from", base::iso_date(one.from)}};
        if (one.until) told["until"] = base::iso_date(*one.until);
        affiliations.push_back(std::move(told));
    }
    json::array roles;
    for (const store::GrantHistory& grant : store::grant_history(transaction, id)) {
        json::object told{{"role", grant.grant.role},
                          {"organisation", name_of(grant.grant.perimeter)},
                          {"granted_at", base::iso_time(grant.granted_at)}};
        if (grant.revoked_at) told["revoked_at"] = base::iso_time(*grant.revoked_at);
        roles.push_back(std::move(told));
    }
    json::array sign_ins;
    for (const auto& [created_at, expires_at] : store::sign_in_times(transaction, id))
        sign_ins.push_back({{"created_at", base::iso_time(created_at)},
                            {"expires_at", base::iso_time(expires_at)}});
    json::array passkeys;
    for (const store::OwnPasskey& key : store::own_passkeys(transaction, id)) {
        json::object told{{"name", key.name},
                          {"device", key.device},
                          {"created_at", base::iso_time(key.created_at)}};
        if (key.used_at) told["used_at"] = base::iso_time(*key.used_at);
        passkeys.push_back(std::move(told));
    }
    json::array accounts;
    for (const store::OwnAccount& account : store::own_accounts(transaction, id))
        accounts.push_back({{"workplace", account.workplace},
                            {"created_at", base::iso_time(account.created_at)},
                            {"used_at", base::iso_time(account.signed_in_at)}});
    json::array invitations;
    for (const store::OwnInvitation& invitation : store::own_invitations(transaction, id)) {
        json::object told{{"email", invitation.email},
                          {"created_at", base::iso_time(invitation.invited_at)}};
        if (invitation.used_at) told["used_at"] = base::iso_time(*invitation.used_at);
        invitations.push_back(std::move(told));
    }
    return {{"passkeys", std::move(passkeys)},
            {"proconnect_accounts", std::move(accounts)},
            {"invitations", std::move(invitations)},
            {"email", person->email},
            {"given_name", person->given_name},
            {"usual_name", person->usual_name},
            {"job", person->job},
            {"language", person->language},
            {"affiliations", std::move(affiliations)},
            {"roles", std::move(roles)},
            {"sign_ins", std::move(sign_ins)}};
}

std::vector<Effect> PersonalData::erase(db::Transaction& transaction, base::PersonId id,
                                        base::Time now) {
    // ".invalid" is nobody's (RFC 6761, section 6.4).
    const std::string nobody = "efface-" + std::to_string(id.value) + "@campus.invalid";
    const Person neutral{.id = id,
                         .email = nobody,
                         .given_name = names_.given_name,
                         .usual_name = names_.usual_name,
                         .job = ""};
    std::vector<Effect> effects;
    const auto add = [&](const char* what, std::int64_t count) {
        if (count > 0) effects.push_back({what, count});
    };
    add("name", store::erase_person(transaction, neutral, now));
    store::erase_invitations(transaction, neutral, now);
    add("ways_in", store::delete_ways_in(transaction, id));
    add("sign_ins", store::delete_sign_ins(transaction, id));
    add("roles", store::revoke_all(transaction, id, now));
    return effects;
}

int PersonalData::retain(db::Transaction& transaction, std::string_view object, base::Time before,
                         int most, privacy::Run run) {
    const bool real = run == privacy::Run::real;
    if (object == "newcomers") return store::retain_newcomers(transaction, before, most, real);
    if (object == "invitations") return store::retain_invitations(transaction, before, most, real);
    return run == privacy::Run::real ? store::delete_old_sign_ins(transaction, before, most)
                                     : store::count_old_sign_ins(transaction, before, most);
}

std::vector<base::PersonId> PersonalData::gone(db::Transaction& transaction, base::Time before,
                                               int most) {
    return store::gone_before(transaction, std::chrono::floor<std::chrono::days>(before), most);
}

}  // namespace identity
