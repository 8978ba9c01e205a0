// SPDX-License-Identifier: EUPL-1.2
// Passkeys of persons: asked for, checked, kept, used to sign in, removed. What an authenticator
// answers is checked in webauthn.hpp.
#pragma once
#include "identity/identity.hpp"
#include "identity/webauthn.hpp"

namespace identity {

using PasskeyId = base::Id<struct PasskeyTag>;
using InvitationId = base::Id<struct InvitationTag>;

struct Passkey {
    PasskeyId id;
    std::string name;    // as its owner calls it; "" at first
    std::string device;  // that made it, see devices.hpp
    base::Time created_at{};
    std::optional<base::Time> used_at;
};
inline constexpr std::size_t most_passkeys = 10;  // of a person

// What navigator.credentials.create() is asked; base64url.
struct Creation {
    std::string challenge;
    std::string user_handle;
    std::string user_name;           // mail
    std::string user_full_name;      // shown by the authenticator
    std::vector<std::string> known;  // credential ids: one authenticator makes one key a person
};

// What it answers; base64url, as received.
struct CreationAnswer {
    std::string_view client_data, attestation_object;
};
// ... and navigator.credentials.get().
struct AssertionAnswer {
    std::string_view credential, client_data, authenticator_data, signature, user_handle;
};

// The key of an answer that holds, and for whom it was asked.
struct NewPasskey {
    webauthn::NewKey key;
    std::string user_handle;
    std::optional<base::PersonId> person;
    std::optional<InvitationId> invitation;
};

// `holder`: SHA-256 of the cookie of the browser that asks; only it can answer.
class Passkeys {
public:
    // The arguments must outlive it.
    Passkeys(db::Database&, Identity&, webauthn::RelyingParty);

    const webauthn::RelyingParty& site() const { return site_; }

    // -- of a person who is signed in
    std::vector<Passkey> of(db::Transaction&, base::PersonId);
    base::Result<Creation> begin(base::PersonId, std::string_view holder, base::Time now);
    base::Result<void> add(base::PersonId, const CreationAnswer&, std::string_view holder,
                           std::string_view user_agent, base::Time now);
    base::Result<void> rename(base::PersonId, PasskeyId, std::string_view name);
    base::Result<void> remove(base::PersonId, PasskeyId, base::Time now);

    // -- signing in; whoever it is, the passkey tells
    std::string begin_sign_in(std::string_view holder, base::Time now);  // the challenge
    // The token of the new session.
    base::Result<std::string> sign_in(const AssertionAnswer&, std::string_view holder,
                                      std::string_view user_agent, base::Time now);

    // -- for invitations
    // `person`: a known one whose handle is taken up again.
    Creation begin_accepting(db::Transaction&, InvitationId, std::optional<base::PersonId> person,
                             std::string_view holder, base::Time now);
    // The challenge is used up, whatever becomes of the answer.
    base::Result<NewPasskey> check(const CreationAnswer&, std::string_view purpose,
                                   std::string_view holder, base::Time now);
    // Refused when some person has it already.
    base::Result<void> put(db::Transaction&, base::PersonId, const NewPasskey&,
                           std::string_view user_agent, base::Time now);

private:
    db::Database& database_;
    Identity& identity_;
    webauthn::RelyingParty site_;
};

// The refusal of an answer, for people.
base::Error refused(webauthn::Problem);

}  // namespace identity
