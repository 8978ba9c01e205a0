// SPDX-License-Identifier: EUPL-1.2
// Those whom the provider has authenticated: known, recognised by their mail, or new; and those who
// say that they are somebody here already, until a letter or a human proves it.
#pragma once
#include "identity/oidc_client.hpp"
#include "identity/proconnect_rules.hpp"
#include "identity/store_proconnect.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace identity {

// The browser of whoever signs in.
struct Visitor {
    std::string_view session;  // its cookie of before, whose session ends; "" for none
    std::string_view user_agent;
};

struct SignedIn {
    std::string session_token;
    std::string next;
    std::string language;
};
// Somebody whom we do not know yet: the first-visit page asks.
struct FirstVisit {
    std::string token;  // of a cookie
};
using Welcome = std::variant<SignedIn, FirstVisit>;

// What the first-visit page shows.
struct Newcomer {
    oidc::UserInfo user;
    Workplace workplace;
    Affiliation affiliation;  // where the workplace is known
    bool known = false;       // only the workplace is asked
    bool doubtful = false;    // somebody here has this mail
};

// Somebody who says, or seems, to be somebody here; for those who decide.
struct Claim {
    std::int64_t id = 0;
    oidc::UserInfo user;
    Person person;
    base::Time since{};
};

class Newcomers {
public:
    // The references must outlive it.
    Newcomers(db::Database& database, Identity& identity,
              organisations::Organisations& organisations)
        : database_(database), identity_(identity), organisations_(organisations) {}

    // `next`: where to go on.
    Welcome welcome(const oidc::Authenticated&, const std::string& next, const Visitor& visitor,
                    base::Time now);

    // -- first visit; `token`: of the cookie. Nothing when it is too late.
    std::optional<Newcomer> find(std::string_view token, base::Time now);
    // A new person. `organisation`: a code, where the agent is asked.
    base::Result<SignedIn> begin(std::string_view token, std::string_view organisation,
                                 const Visitor& visitor, std::string_view language, base::Time now);
    // "I have an account under this mail": a letter to it, and a line for those who decide. Says
    // the same whether somebody has that mail or not.
    base::Result<void> claim(std::string_view token, std::string_view mail, base::Time now);
    // The link of that letter.
    std::optional<Claim> claim_of_link(std::string_view secret, base::Time now);
    base::Result<void> confirm_link(std::string_view secret, base::Time now);

    // -- those who decide, as administrator or training office: about persons whose employer, the
    // last one if there is none now, is in their perimeter
    std::vector<Claim> claims(base::PersonId by, base::Time now);
    base::Result<void> decide(base::PersonId by, std::int64_t claim, bool same, base::Time now);

private:
    // These two: false when the person must still say where they work.
    bool link(db::Transaction&, const store::Newcomer&, base::PersonId, std::string_view role,
              base::PersonId by, base::Time now);
    bool welcome_back(db::Transaction&, base::PersonId, const oidc::UserInfo&,
                      std::string_view told_before, base::Time now);
    base::PersonId create(db::Transaction&, const oidc::UserInfo&, std::string_view language,
                          base::Time now);
    void employ(db::Transaction&, base::PersonId, const Affiliation& next, base::Time now);
    SignedIn open_session(db::Transaction&, base::PersonId, std::string_view id_token,
                          std::string next, const Visitor& visitor, base::Time now);
    // The role by which they may decide; "" when they may not.
    std::string_view deciding_role(db::Transaction&, const Rights&, base::PersonId claimed,
                                   base::Time now);

    db::Database& database_;
    Identity& identity_;
    organisations::Organisations& organisations_;
};

}  // namespace identity
