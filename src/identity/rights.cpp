// SPDX-License-Identifier: EUPL-1.2
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>
#include <array>

namespace identity {

std::span<const std::string_view> roles() {
    static constexpr std::array<std::string_view, 13> all{"agent",
                                                          "supervisor",
                                                          "training_office",
                                                          "organiser",
                                                          "trainer",
                                                          "campus_team",
                                                          "funding_examiner",
                                                          "ministry_steering",
                                                          "executives_manager",
                                                          "certifying_coach",
                                                          "community_facilitator",
                                                          "data_protection_officer",
                                                          "administrator"};
    return all;
}

Rights::Rights(std::vector<Grant> grants, std::shared_ptr<const organisations::Tree> tree)
    : grants_(std::move(grants)), tree_(std::move(tree)) {}

bool Rights::may(std::string_view role, base::OrganisationId organisation) const {
    return std::any_of(grants_.begin(), grants_.end(), [&](const Grant& grant) {
        return grant.role == role && tree_->contains(grant.perimeter, organisation);
    });
}

std::vector<base::OrganisationId> Rights::perimeters(std::string_view role) const {
    std::vector<base::OrganisationId> found;
    for (const Grant& grant : grants_)
        if (grant.role == role) found.push_back(grant.perimeter);
    return found;
}

}  // namespace identity
