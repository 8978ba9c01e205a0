// SPDX-License-Identifier: EUPL-1.2
// Sign-in with ProConnect: there and back. What must be remembered on the way stands in a cookie
// that only we can have made, so that any process may take the browser back.
#pragma once
#include "identity/newcomers.hpp"
#include "identity/oidc_client.hpp"

#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace identity {

// The browser on its way to the provider.
struct Departure {
    std::string url;
    std::string cookie;  // for the way back, ten minutes long
};

// The browser back from the provider, as received.
struct Return {
    std::string_view cookie, state, code, issuer, error, description;
};

// Why not, in the words of the page: "expired", "replayed", "unreachable", "refused", "unverified",
// "weak" (the level of authentication), or one of problem_of().
struct Problem {
    std::string kind;
    std::string code = {};    // of ProConnect: "Y500015"
    std::string next = "/";   // where the reader wanted to go
    bool silent = false;      // asked without telling the reader, who must not see the refusal
    std::string detail = {};  // for the log
};

class ProConnect {
public:
    // The references must outlive it.
    ProConnect(db::Database&, Newcomers&, ProConnectSettings);

    // `next`: where to go afterwards, a path of ours. `silent`: only if nothing is asked there.
    std::expected<Departure, Problem> depart(std::string_view next, bool silent, base::Time now);
    std::expected<Welcome, Problem> arrive(const Return&, const Visitor& visitor, base::Time now);

    // Where the browser goes to end the provider's session, too: nothing for a session that is not
    // the provider's, or when it does not answer. To be asked before the session ends.
    std::optional<std::string> end_session_url(std::string_view session_token,
                                               std::string_view state, base::Time now);

private:
    db::Database& database_;
    Newcomers& newcomers_;
    oidc::Client client_;
};

}  // namespace identity
