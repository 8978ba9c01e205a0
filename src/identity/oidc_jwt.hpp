// SPDX-License-Identifier: EUPL-1.2
// Signed JSON Web Tokens (RFC 7515, 7517, 7518, 7519): read and verified, never made. Strict: what
// is not exactly well-formed is refused. OpenSSL does the cryptography.
#pragma once
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace identity::oidc {

// Why a token does not count. For the log of the operator: a person reads that it could not be
// verified, and whoever forges one learns nothing.
enum class Flaw : std::uint8_t {
    malformed,
    algorithm,    // none, or another than agreed at the registration
    key_unknown,  // signed by a key that the provider does not publish (perhaps not yet)
    signature,
    issuer,
    audience,
    expired,
    issued_at,  // in the future, or long ago
    nonce,
    access_token_hash,
    subject,  // the user information is of somebody else
    acr,      // the authentication was weaker than asked
    unsigned_user_info,
    claims,  // what we need to know is missing
};
std::string_view name_of(Flaw);

template <class T>
using Checked = std::expected<T, Flaw>;

enum class Algorithm : std::uint8_t { rs256, es256, hs256 };

// The public keys of a provider (RFC 7517). Immutable; cheap to copy.
class KeySet {
public:
    // Keys for other uses, of other kinds and too weak ones (RSA below 2048 bits) are left out.
    static Checked<KeySet> read(std::string_view json);
    // Nothing when no such key is there; without `kid` when several could be meant.
    evp_pkey_st* find(Algorithm, std::string_view kid) const;
    std::size_t size() const { return keys_.size(); }

private:
    struct Key {
        std::string kid;
        Algorithm algorithm;
        std::shared_ptr<evp_pkey_st> key;
    };
    std::vector<Key> keys_;
};

// Whose signatures count. RS256 and ES256 need the keys; HS256 counts only where it stands here,
// and then by the client's secret: a public key is never a secret.
struct Trust {
    std::vector<Algorithm> algorithms = {Algorithm::rs256, Algorithm::es256};
    const KeySet* keys = nullptr;
    std::string_view secret = {};
};

inline constexpr std::size_t max_token_bytes = std::size_t{16} * 1024;

// The payload (JSON text, not looked at) of a compact token whose signature is good.
Checked<std::string> verified_payload(std::string_view token, const Trust&);

// HMAC with SHA-256 (RFC 2104) as 43 characters of base64url.
std::string keyed_digest(std::string_view key, std::string_view text);

// In constant time for texts of one length.
bool same_secret(std::string_view a, std::string_view b);

// at_hash of OpenID Connect Core 3.1.3.6, for the algorithms with SHA-256.
std::string access_token_hash(std::string_view access_token);

}  // namespace identity::oidc
