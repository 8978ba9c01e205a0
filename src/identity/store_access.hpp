// SPDX-License-Identifier: EUPL-1.2
// All SQL on passkeys, passkey_challenges, invitations, emergency_administrators and
// sign_in_failures.
#pragma once
#include "identity/emergency.hpp"
#include "identity/invitations.hpp"
#include "identity/passkeys.hpp"

namespace identity::store {

// -- challenges
struct Challenge {
    std::string hash;     // SHA-256 of the challenge as it is sent
    std::string purpose;  // "add", "accept", "sign-in"
    std::string holder;
    std::string user_handle;
    std::optional<base::PersonId> person;
    std::optional<InvitationId> invitation;
    base::Time expires_at{};
};
void insert_challenge(db::Transaction&, const Challenge&);
// Whatever was found is gone.
std::optional<Challenge> take_challenge(db::Transaction&, std::string_view hash);
void delete_expired_challenges(db::Transaction&, base::Time now);

// -- passkeys
struct StoredKey {
    PasskeyId id;
    base::PersonId person;
    std::string public_key, user_handle;  // base64url
    std::int64_t sign_count = 0;
};
std::vector<Passkey> passkeys(db::Transaction&, base::PersonId);
std::vector<std::string> credentials(db::Transaction&, base::PersonId);
std::optional<std::string> user_handle(db::Transaction&, base::PersonId);
// Their row locked until the end of the transaction.
std::optional<StoredKey> lock_key(db::Transaction&, std::string_view credential);
// Locks all keys of a person; returns their ids.
std::vector<PasskeyId> lock_keys(db::Transaction&, base::PersonId);
bool insert_passkey(db::Transaction&, base::PersonId, const NewPasskey&, std::string_view device,
                    base::Time now);
void use_passkey(db::Transaction&, PasskeyId, std::int64_t sign_count, base::Time now);
bool rename_passkey(db::Transaction&, base::PersonId, PasskeyId, std::string_view name);
bool delete_passkey(db::Transaction&, base::PersonId, PasskeyId);
void delete_passkeys(db::Transaction&, base::PersonId);

// -- invitations
// Nothing when the address waits for one already.
std::optional<InvitationId> insert_invitation(db::Transaction&, const Invitation&,
                                              std::string_view token_hash);
std::optional<Invitation> find_invitation(db::Transaction&, InvitationId);
std::optional<Invitation> find_invitation(db::Transaction&, std::string_view token_hash);
// Not used and not revoked, of these organisations, the latest first; those before `before`.
std::vector<Invitation> open_invitations(db::Transaction&, std::string_view json_organisations,
                                         std::optional<InvitationId> before, int most);
std::optional<InvitationId> open_invitation_of(db::Transaction&, std::string_view email);
// Each is false when it was used or revoked meanwhile.
bool renew_invitation(db::Transaction&, InvitationId, std::string_view token_hash,
                      base::Time expires_at);
bool revoke_invitation(db::Transaction&, InvitationId, base::Time now);
bool use_invitation(db::Transaction&, InvitationId, std::string_view token_hash, base::PersonId by,
                    base::Time now);
bool was_invited(db::Transaction&, base::PersonId);
// Takes back what the invitation gave, if it still stands.
void end_invited_grant(db::Transaction&, base::PersonId, const Grant&, base::Time granted_at,
                       base::Time now);

// -- emergency administrators
struct Emergency {
    base::PersonId person;
    std::string password, totp_key;
};
bool any_emergency(db::Transaction&);
std::vector<EmergencyAdministrator> emergency_administrators(db::Transaction&);
void put_emergency(db::Transaction&, const Emergency&, base::Time now);
bool disable_emergency(db::Transaction&, base::PersonId, base::Time now);
std::optional<Emergency> find_emergency(db::Transaction&, std::string_view email);
std::int64_t last_step(db::Transaction&, base::PersonId);
// False when a code of this step or a later one was used, or the account was disabled.
bool use_step(db::Transaction&, base::PersonId, std::int64_t step, base::Time now);

// -- failed attempts
struct Failures {
    int count = 0;  // with this one
    base::Time locked_until{};
};
// Counts one more, and locks the row.
Failures count_failure(db::Transaction&, std::string_view subject, base::Time now,
                       base::Time forgotten_before);
void lock_subject(db::Transaction&, std::string_view subject, base::Time until);
void forget_failures(db::Transaction&, std::string_view subject);
void forget_failures_before(db::Transaction&, base::Time);

}  // namespace identity::store
