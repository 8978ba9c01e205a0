// SPDX-License-Identifier: EUPL-1.2
// Who may invite whom, and who may sign in with what, as pure functions. A why_not gives nothing
// when it may be done, else the reason.
#pragma once
#include "identity/emergency.hpp"
#include "identity/invitations.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace identity {

// How long an invitation can be taken up.
inline constexpr std::chrono::days invitation_life{7};
// The furthest last day of somebody who is invited.
inline constexpr std::chrono::days longest_stay{3 * 365};

// As what somebody with these rights invites for this role there: "administrator", "organiser", or
// nothing when they may not. Organisers invite trainers.
std::optional<std::string_view> invites_as(const Rights&, std::string_view role,
                                           base::OrganisationId);

// The last day is the reader's to choose; today is the first.
std::optional<base::Reason> why_not_invite(const Rights&, const NewInvitation&,
                                           std::optional<base::OrganisationId>, base::Date today);

// Of an invitation that is looked at by who holds its link.
std::optional<base::Reason> why_not_accept(const Invitation&, base::Time now);

// Somebody who works nowhere any more: their time is over. `affiliations`: the latest first.
std::optional<base::Reason> why_not_sign_in(const std::vector<Affiliation>& affiliations,
                                            base::Date today);

// `invited`: they came by invitation, so a passkey is their only way in.
std::optional<base::Reason> why_not_remove_passkey(std::size_t passkeys, bool invited);

std::optional<base::Reason> why_not_password(std::string_view password);

}  // namespace identity
