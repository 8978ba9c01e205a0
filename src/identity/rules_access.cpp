// SPDX-License-Identifier: EUPL-1.2
#include "identity/rules_access.hpp"

#include "base/text.hpp"
#include "identity/people_file.hpp"

#include <algorithm>
#include <array>

namespace identity {
namespace {

using std::chrono::seconds;

constexpr std::string_view administrator = "administrator", organiser = "organiser";

std::chrono::seconds lock_after(int failures, int forgiven) {
    constexpr seconds first{60}, longest{3600};
    if (failures < forgiven) return seconds{0};
    const int doubled = std::min(failures - forgiven, 6);  // 64 minutes: over the longest
    return std::min(longest, first * (1 << doubled));
}

}  // namespace

std::span<const std::string_view> invited_roles() {
    static constexpr std::array<std::string_view, 4> all{"trainer", "organiser", "certifying_coach",
                                                         "community_facilitator"};
    return all;
}

InvitationState state_of(const Invitation& invitation, base::Time now) {
    if (invitation.used_at) return InvitationState::used;
    if (invitation.revoked_at) return InvitationState::revoked;
    return invitation.expires_at <= now ? InvitationState::expired : InvitationState::open;
}

std::string_view name_of(InvitationState state) {
    switch (state) {
        case InvitationState::open:
            return "open";
        case InvitationState::expired:
            return "expired";
        case InvitationState::used:
            return "used";
        case InvitationState::revoked:
            return "revoked";
    }
    return "open";
}

std::optional<std::string_view> invites_as(const Rights& rights, std::string_view role,
                                           base::OrganisationId organisation) {
    if (rights.may(administrator, organisation)) return administrator;
    if (role == invited_roles().front() && rights.may(organiser, organisation)) return organiser;
    return std::nullopt;
}

std::optional<base::Reason> why_not_invite(const Rights& rights, const NewInvitation& given,
                                           std::optional<base::OrganisationId> organisation,
                                           base::Date today) {
    if (!is_mail(given.email))
        return base::Reason{"identity.invitation.why_not.email", "email", {}};
    if (!is_name(given.given_name))
        return base::Reason{"identity.invitation.why_not.given_name", "given_name", {}};
    if (!is_name(given.usual_name))
        return base::Reason{"identity.invitation.why_not.usual_name", "usual_name", {}};
    const auto roles = invited_roles();
    if (std::ranges::find(roles, given.role) == roles.end())
        return base::Reason{"identity.invitation.why_not.role", "role", {}};
    if (!organisation)
        return base::Reason{"identity.why_not.organisation_unknown", "organisation", {}};
    if (!invites_as(rights, given.role, *organisation)) {
        if (rights.may(organiser, *organisation))
            return base::Reason{"identity.invitation.why_not.trainers_only", "role", {}};
        return base::Reason{"identity.why_not.outside_perimeter", "organisation", {}};
    }
    if (!given.until) return base::Reason{"identity.invitation.why_not.until_missing", "until", {}};
    if (*given.until < today || *given.until > today + longest_stay)
        return base::Reason{"identity.invitation.why_not.until", "until", {}};
    return std::nullopt;
}

std::optional<base::Reason> why_not_accept(const Invitation& invitation, base::Time now) {
    const auto state = state_of(invitation, now);
    if (state == InvitationState::open) return std::nullopt;
    return base::Reason{"identity.invited." + std::string{name_of(state)}, {}, {}};
}

std::optional<base::Reason> why_not_sign_in(const std::vector<Affiliation>& affiliations,
                                            base::Date today) {
    const bool over = std::ranges::none_of(
        affiliations, [&](const Affiliation& one) { return !one.until || *one.until >= today; });
    return over ? std::optional{base::Reason{"identity.passkey.why_not.over", {}, {}}}
                : std::nullopt;
}

std::optional<base::Reason> why_not_remove_passkey(std::size_t passkeys, bool invited) {
    if (passkeys > 1 || !invited) return std::nullopt;
    return base::Reason{"identity.passkeys.last", {}, {}};
}

std::optional<base::Reason> why_not_password(std::string_view password) {
    if (!base::is_utf8(password) || base::length(password) < least_password)
        return base::Reason{
            "identity.emergency.password_short", {}, {{"count", std::to_string(least_password)}}};
    if (password.size() > most_password)
        return base::Reason{"identity.emergency.password_long", {}, {}};
    return std::nullopt;
}

std::chrono::seconds account_lock(int failures) {
    return lock_after(failures, 5);
}

std::chrono::seconds address_lock(int failures) {
    return lock_after(failures, 10);
}

}  // namespace identity
