// SPDX-License-Identifier: EUPL-1.2
// Invitations by mail: for external trainers and partners, whom ProConnect does not know, and for
// those of them who lost their passkeys.
#pragma once
#include "identity/passkeys.hpp"

namespace jobs {
class Jobs;
}

namespace identity {

struct Invitation {
    InvitationId id;
    std::string email;  // lower case
    std::string given_name, usual_name;
    std::string language = "fr";
    base::OrganisationId organisation;
    std::string role;                        // "" for a recovery
    std::optional<base::Date> until;         // the last day
    std::optional<base::PersonId> recovers;  // who lost their passkeys
    base::PersonId invited_by;
    base::Time invited_at{};
    base::Time expires_at{};
    std::optional<base::Time> used_at;
    std::optional<base::PersonId> used_by;
    std::optional<base::Time> revoked_at;
    std::string full_name() const { return given_name + " " + usual_name; }
};

enum class InvitationState { open, expired, used, revoked };
InvitationState state_of(const Invitation&, base::Time now);
std::string_view name_of(InvitationState);

// The roles that can be given by invitation; organisers give the first one only.
std::span<const std::string_view> invited_roles();

// As a form tells it.
struct NewInvitation {
    std::string email, given_name, usual_name;
    std::string language = "fr";
    std::string role;
    std::string organisation;  // code
    std::optional<base::Date> until;
};

struct InvitationsPage {
    std::vector<Invitation> invitations;
    bool more = false;
};
inline constexpr int invitations_per_page = 50;

class Invitations {
public:
    // The arguments must outlive it.
    Invitations(db::Database&, Identity&, Passkeys&);
    // What ends with its last day. Before the first run of the jobs.
    void add_jobs(jobs::Jobs&);

    // -- those who invite; `by` acts with their rights of that moment
    base::Result<InvitationId> invite(base::PersonId by, const NewInvitation&, base::Time now);
    // For somebody who lost their passkeys: an administrator of where they work.
    base::Result<InvitationId> recover(base::PersonId by, base::PersonId, base::Time now);
    // Another link; the one before is of no use any more.
    base::Result<void> send_again(base::PersonId by, InvitationId, base::Time now);
    base::Result<void> revoke(base::PersonId by, InvitationId, base::Time now);
    // Those that wait, in the organisations where the reader may invite.
    InvitationsPage open(db::Transaction&, const Rights&, std::optional<InvitationId> before);

    // -- who is invited
    std::optional<Invitation> find(db::Transaction&, std::string_view token);
    base::Result<Creation> begin(std::string_view token, std::string_view holder, base::Time now);
    // Makes the person, with affiliation and role, and signs them in: the token of the session.
    base::Result<std::string> accept(std::string_view token, const CreationAnswer&,
                                     std::string_view holder, std::string_view user_agent,
                                     base::Time now);

private:
    db::Database& database_;
    Identity& identity_;
    Passkeys& passkeys_;
};

}  // namespace identity
