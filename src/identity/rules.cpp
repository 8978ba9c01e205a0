// SPDX-License-Identifier: EUPL-1.2
#include "identity/rules.hpp"

#include <algorithm>
#include <array>

namespace identity {
namespace {

constexpr std::string_view administrator = "administrator";
constexpr std::array<std::string_view, 3> populations{"etat", "territoriale", "hospitaliere"};
// A start further away than that is a slip of the keyboard.
constexpr std::chrono::days furthest{366};

}  // namespace

bool is_grantable(std::string_view role) {
    const auto all = roles();
    return role != "agent" && std::find(all.begin(), all.end(), role) != all.end();
}

std::optional<base::Reason> why_not_grant(base::PersonId by, const Rights& rights,
                                          base::PersonId to, std::string_view role,
                                          std::optional<base::OrganisationId> perimeter) {
    if (by == to) return base::Reason{"identity.why_not.oneself"};
    if (!is_grantable(role))
        return base::Reason{"identity.why_not.role_unknown", "role", {{"role", std::string{role}}}};
    if (!perimeter) return base::Reason{"identity.why_not.organisation_unknown", "organisation"};
    if (!rights.may(administrator, *perimeter))
        return base::Reason{"identity.why_not.outside_perimeter", "organisation"};
    return std::nullopt;
}

std::optional<base::Reason> why_not_revoke(base::PersonId by, const Rights& rights,
                                           base::PersonId from, const Grant& grant) {
    return why_not_grant(by, rights, from, grant.role, grant.perimeter);
}

bool is_within(const Rights& rights, const std::vector<Affiliation>& affiliations, base::Date day) {
    if (affiliations.empty()) return false;
    const auto holds = [&](const Affiliation& one) {
        return one.from <= day && (!one.until || *one.until >= day);
    };
    const auto present = std::find_if(affiliations.begin(), affiliations.end(), holds);
    const Affiliation& where = present == affiliations.end() ? affiliations.front() : *present;
    return rights.may(administrator, where.organisation);
}

bool concerns(const Rights& rights, const std::vector<Affiliation>& affiliations,
              const std::vector<Grant>& grants, base::Date day) {
    return is_within(rights, affiliations, day) ||
           std::any_of(grants.begin(), grants.end(), [&](const Grant& grant) {
               return rights.may(administrator, grant.perimeter);
           });
}

std::optional<base::Reason> why_not_follow(const std::vector<Affiliation>& present,
                                           const Affiliation& next, base::Date today) {
    if (std::find(populations.begin(), populations.end(), next.population) == populations.end())
        return base::Reason{"identity.why_not.population_unknown", "population"};
    if (next.from > today + furthest) return base::Reason{"identity.why_not.from_too_late", "from"};
    if (present.empty()) return std::nullopt;
    if (!present.front().until && present.front().same_post(next))
        return base::Reason{"identity.why_not.same_affiliation", "employer"};
    if (next.from <= present.front().from)
        return base::Reason{"identity.why_not.from_too_early", "from"};
    return std::nullopt;
}

std::optional<base::Reason> why_not_affiliate(const Rights& rights,
                                              const std::vector<Affiliation>& present,
                                              const Affiliation& next, base::Date today) {
    if (!rights.may(administrator, next.organisation))
        return base::Reason{"identity.why_not.outside_perimeter", "employer"};
    return why_not_follow(present, next, today);
}

}  // namespace identity
