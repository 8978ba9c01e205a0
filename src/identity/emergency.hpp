// SPDX-License-Identifier: EUPL-1.2
// Emergency administrators: administrators of a whole tree who can also sign in with a password and
// a one-time code while the identity provider is away. Made on the command line only.
#pragma once
#include "identity/identity.hpp"
#include "identity/password.hpp"

namespace identity {

struct EmergencyAdministrator {
    Person person;
    base::Time created_at{};
    std::optional<base::Time> used_at, disabled_at;
};

struct EmergencySignIn {
    std::string_view email, password, code;
    std::string_view address, user_agent;  // of who asks
};

// A session made by it ends after this time.
inline constexpr std::chrono::hours emergency_session{1};
inline constexpr std::size_t least_password = 12;   // characters
inline constexpr std::size_t most_password = 1024;  // bytes

// How long after so many failures nobody may try. Five an account and ten an address are forgiven;
// then a minute, twice as long each time, an hour at most.
std::chrono::seconds account_lock(int failures);
std::chrono::seconds address_lock(int failures);

class Emergency {
public:
    // The arguments must outlive it.
    Emergency(db::Database&, Identity&);

    // -- the operator
    // A new password, a new key of codes (returned, bytes), and no lock any more. The person must
    // administer the root of a tree.
    base::Result<std::string> create(std::string_view email, std::string_view password,
                                     base::Time now);
    // Ends their sessions too.
    base::Result<void> disable(std::string_view email, base::Time now);
    std::vector<EmergencyAdministrator> all();

    // -- pages
    bool exists(db::Transaction&);  // one that is not disabled
    // The token of the session. One message for whatever was wrong.
    base::Result<std::string> sign_in(const EmergencySignIn&, base::Time now);

private:
    base::Result<void> count_attempt(const std::string& account, const std::string& address,
                                     base::Time now);

    db::Database& database_;
    Identity& identity_;
    PasswordChecks passwords_;
};

}  // namespace identity
