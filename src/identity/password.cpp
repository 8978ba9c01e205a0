// SPDX-License-Identifier: EUPL-1.2
#include "identity/password.hpp"

#include <sodium.h>

#include <array>
#include <new>
#include <stdexcept>

namespace identity {
namespace {

constexpr unsigned long long passes = 2;
constexpr std::size_t memory = 19UL * 1024 * 1024;  // bytes

void start_sodium() {
    if (sodium_init() < 0) throw std::logic_error("libsodium does not start");
}

}  // namespace

std::string hash_password(std::string_view password) {
    start_sodium();
    std::array<char, crypto_pwhash_STRBYTES> hash{};
    if (crypto_pwhash_str_alg(hash.data(), password.data(), password.size(), passes, memory,
                              crypto_pwhash_ALG_ARGON2ID13) != 0)
        throw std::bad_alloc();
    return hash.data();
}

std::optional<bool> PasswordChecks::check(const std::string& hash, std::string_view password) {
    static const std::string nobody = hash_password("nobody");
    {
        std::unique_lock lock(mutex_);
        if (waiting_ == most_waiting) return std::nullopt;
        ++waiting_;
        free_.wait(lock, [&] { return !busy_; });
        --waiting_;
        busy_ = true;
    }
    // The library wants a pointer also to no characters, which an empty view need not have.
    const std::string given(password);
    const bool right = crypto_pwhash_str_verify((hash.empty() ? nobody : hash).c_str(),
                                                given.data(), given.size()) == 0;
    {
        const std::lock_guard lock(mutex_);
        busy_ = false;
    }
    free_.notify_one();
    return right && !hash.empty();
}

}  // namespace identity
