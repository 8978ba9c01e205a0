// SPDX-License-Identifier: EUPL-1.2
// What a token must say so that it counts (OpenID Connect Core 1.0, 3.1.3.7 and 5.3.4), as pure
// functions of its claims.
#pragma once
#include "base/clock.hpp"
#include "identity/oidc_jwt.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace identity::oidc {

struct IdToken {
    std::string issuer;
    std::string subject;
    std::vector<std::string> audience;
    std::string authorized_party;  // "": absent, as for those below
    base::Time expires_at{};
    base::Time issued_at{};
    std::string nonce;
    std::string access_token_hash;
    std::string acr;
};

// What ProConnect tells of a person; "" where it tells nothing.
struct UserInfo {
    std::string issuer;
    std::vector<std::string> audience;
    std::optional<base::Time> expires_at;
    std::string subject;  // `sub`: of one person at one identity provider
    std::string email;    // in lower case
    std::string given_name;
    std::string usual_name;
    std::string uid;
    std::string siret;  // 14 digits or ""
    std::string idp_id;
    std::string organization_label;
    std::string organizational_unit;
    std::string belonging_population;  // agent, prestataire, partenaire, stagiaire
    std::vector<std::string> roles;    // agent_public, agent_public_etat, agent_public_territorial
};

// Refuse what lacks a claim that is needed, has one of the wrong type, or is too long.
Checked<IdToken> read_id_token(std::string_view payload);
Checked<UserInfo> read_user_info(std::string_view payload);

// What was agreed and asked.
struct Expected {
    std::string issuer;
    std::string client_id;
    std::string nonce;
    std::string access_token;
    std::vector<std::string> acr_values;  // those that are good enough; none: all are
    base::Time now{};
};
std::optional<Flaw> flaw_of(const IdToken&, const Expected&);
// `subject`: of the ID token.
std::optional<Flaw> flaw_of(const UserInfo&, std::string_view subject, const Expected&);

// A claims parameter that asks for one of these levels (OpenID Connect Core 5.5.1.1).
std::string claims_parameter(const std::vector<std::string>& acr_values);

// The code of ProConnect in the words of an error ("Y500015"); "" when there is none.
std::string error_code_of(std::string_view description);

}  // namespace identity::oidc
