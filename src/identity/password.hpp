// SPDX-License-Identifier: EUPL-1.2
// Passwords of emergency administrators: Argon2id (RFC 9106) by libsodium.
#pragma once
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

namespace identity {

// Two passes over 19 MiB (OWASP, Password Storage Cheat Sheet): some 20 ms of one core.
std::string hash_password(std::string_view password);

// Checks one password at a time, so that a flood of sign-ins takes one core and 19 MiB and not all.
class PasswordChecks {
public:
    // Nothing when too many wait already. `hash` "" stands for an account that is not there, and
    // takes as long as any.
    std::optional<bool> check(const std::string& hash, std::string_view password);

    static constexpr int most_waiting = 2;  // of the threads that answer requests

private:
    std::mutex mutex_;
    std::condition_variable free_;
    bool busy_ = false;
    int waiting_ = 0;
};

}  // namespace identity
