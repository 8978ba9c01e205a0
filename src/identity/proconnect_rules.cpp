// SPDX-License-Identifier: EUPL-1.2
#include "identity/proconnect_rules.hpp"

#include "base/text.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>

namespace identity {
namespace {

constexpr std::string_view hospital = "hospitaliere";

bool has_role(const oidc::UserInfo& user, std::string_view role) {
    return std::ranges::find(user.roles, role) != user.roles.end();
}

bool same_name(std::string_view a, std::string_view b) {
    return base::slug(a) == base::slug(b) && !base::slug(a).empty();
}

}  // namespace

Recognition recognise(const oidc::UserInfo& user, const std::optional<Namesake>& namesake) {
    if (!namesake) return Recognition::stranger;
    if (!share_a_name(namesake->person, user)) return Recognition::doubtful;
    if (std::ranges::find(namesake->idp_ids, user.idp_id) != namesake->idp_ids.end())
        return Recognition::doubtful;
    return Recognition::same;
}

bool share_a_name(const Person& person, const oidc::UserInfo& user) {
    return same_name(person.given_name, user.given_name) ||
           same_name(person.usual_name, user.usual_name);
}

Workplace workplace_of(const oidc::UserInfo& user, const std::vector<SiretMapping>& mappings,
                       const organisations::Tree& tree) {
    if (user.siret.empty()) return {};
    const std::string unit = base::fold(user.organizational_unit);
    const SiretMapping* best = nullptr;
    int best_exactness = -1;
    for (const SiretMapping& one : mappings) {
        if (one.siret != user.siret || (!one.idp_id.empty() && one.idp_id != user.idp_id) ||
            (!one.organizational_unit.empty() && base::fold(one.organizational_unit) != unit))
            continue;
        const int exactness =
            (one.organizational_unit.empty() ? 0 : 2) + (one.idp_id.empty() ? 0 : 1);
        if (exactness > best_exactness) {
            best = &one;
            best_exactness = exactness;
        }
    }
    if (best != nullptr)
        return {best->ask ? Workplace::Kind::ask : Workplace::Kind::known, best->organisation};
    for (const auto& [organisation, depth] : tree.in_order())
        if (organisation->siret == user.siret) return {Workplace::Kind::known, organisation->id};
    return {};
}

Affiliation affiliation_at(const oidc::UserInfo& user, base::OrganisationId organisation,
                           std::string_view branch, base::Date today) {
    const bool state = has_role(user, "agent_public_etat");
    const bool territorial = has_role(user, "agent_public_territorial");
    const bool external =
        user.belonging_population == "prestataire" || user.belonging_population == "partenaire";
    const bool agent = state || territorial || has_role(user, "agent_public") || branch == hospital;
    return {.organisation = organisation,
            .population = state         ? "etat"
                          : territorial ? "territoriale"
                                        : std::string{branch},
            .contractor = external || !agent,
            .from = today,
            .until = {}};
}

std::string workplace_text(const Workplace& place, const Affiliation& told) {
    if (place.kind == Workplace::Kind::ask)
        return "asked " + std::to_string(place.organisation.value);
    return std::to_string(told.organisation.value) + ' ' + told.population +
           (told.contractor ? " contractor" : "");
}

bool asks_where(const std::vector<Affiliation>& present, const Workplace& place,
                std::string_view told_before, const organisations::Tree& tree, base::Date today) {
    if (place.kind != Workplace::Kind::ask || workplace_text(place, {}) == told_before)
        return false;
    if (present.empty()) return true;
    const Affiliation& latest = present.front();
    const bool ended = latest.until && *latest.until < today;
    return ended || !tree.contains(place.organisation, latest.organisation);
}

std::optional<Affiliation> next_affiliation(const std::vector<Affiliation>& present,
                                            const Affiliation& told, std::string_view told_before,
                                            const organisations::Tree& tree, base::Date today) {
    if (present.empty()) return told;
    const Affiliation& latest = present.front();
    if (latest.until && *latest.until < today) return told;
    if (latest.from >= today || latest.until) return std::nullopt;
    if (workplace_text({Workplace::Kind::known, told.organisation}, told) == told_before)
        return std::nullopt;
    if (tree.contains(told.organisation, latest.organisation) &&
        latest.population == told.population && latest.contractor == told.contractor)
        return std::nullopt;
    return told;
}

std::string_view problem_of(std::string_view error, std::string_view code) {
    if (code == "Y500015") return "private_sector";
    if (code == "Y000400" || code == "Y030111" || code == "Y030110" || code == "Y000404")
        return "configuration";
    if (error == "access_denied") return code.empty() ? "cancelled" : "refused";
    if (error == "temporarily_unavailable" || error == "server_error") return "temporary";
    if (error == "invalid_request" || error == "unauthorized_client" || error == "invalid_scope" ||
        error == "unsupported_response_type" || error == "invalid_client")
        return "configuration";
    return "refused";
}

}  // namespace identity
