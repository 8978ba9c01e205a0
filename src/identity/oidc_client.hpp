// SPDX-License-Identifier: EUPL-1.2
// The side of a relying party in the authorization code flow (OpenID Connect Core 1.0, 3.1), as
// ProConnect has it: no parameter that it does not know, user information as a signed token.
#pragma once
#include "base/clock.hpp"
#include "identity/oidc_rules.hpp"
#include "identity/proconnect_settings.hpp"

#include <atomic>
#include <expected>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fetch {
class Conversation;
}

namespace identity::oidc {

// Why somebody is not signed in.
struct Trouble {
    enum class Kind : std::uint8_t {
        unreachable,  // the provider, or it answers nonsense; or too many wait for it already
        refused,      // it says no to the code
        flawed,       // what it sent does not count
    };
    Kind kind = Kind::unreachable;
    std::optional<Flaw> flaw = {};
    std::string detail = {};  // for the log, without anything secret or personal
};
template <class T>
using Outcome = std::expected<T, Trouble>;

struct Authenticated {
    UserInfo user;
    std::string payload;   // the user information as JSON text, verified
    std::string id_token;  // as received: the hint at signing out
};

// Thread-safe. Keeps in memory what anyone may fetch: addresses and public keys.
class Client {
public:
    // `at_once` of the settings: so many requests may wait for the provider, the others are turned
    // away, so that a provider that hangs does not take all our workers with it. Throws
    // std::logic_error for an issuer that is neither https nor on this machine.
    explicit Client(ProConnectSettings);
    ~Client();

    const ProConnectSettings& settings() const { return settings_; }
    std::string redirect_uri() const { return settings_.public_url + "/sign-in/proconnect/return"; }

    // Where the browser goes. `silent`: only if the provider need not ask anything.
    Outcome<std::string> authorization_url(std::string_view state, std::string_view nonce,
                                           bool silent, base::Time now);
    // The code for the person.
    Outcome<Authenticated> redeem(std::string_view code, const std::string& nonce, base::Time now);
    // Where the browser goes to end the provider's session, too.
    Outcome<std::string> end_session_url(std::string_view id_token, std::string_view state,
                                         base::Time now);

private:
    struct Addresses {
        std::string authorize, token, user_info, keys, end_session;
    };
    Outcome<std::shared_ptr<const Addresses>> addresses(fetch::Conversation&, base::Time now);
    Outcome<std::string> verified(fetch::Conversation&, const Addresses&, std::string_view token,
                                  base::Time now);
    std::shared_ptr<const KeySet> fetch_keys(fetch::Conversation&, const Addresses&,
                                             base::Time now);

    ProConnectSettings settings_;
    std::string origin_;
    std::vector<Algorithm> algorithms_;
    std::atomic<int> waiting_ = 0;

    std::mutex mutex_;  // guards what follows; never held while asking
    std::shared_ptr<const Addresses> addresses_;
    base::Time addresses_at_{};
    std::shared_ptr<const KeySet> keys_;
    base::Time keys_at_{};        // fetched
    base::Time keys_asked_at_{};  // tried
};

}  // namespace identity::oidc
