// SPDX-License-Identifier: EUPL-1.2
// What an authenticator answers (W3C Web Authentication, Level 3), checked: pure functions of
// bytes, without the challenge, which the caller looks up. The cryptography is OpenSSL's.
//
// Passkeys only: discoverable, user verified. Attestation is asked as "none"; a statement of
// another format is neither verified nor kept, so no authenticator is more trusted than another.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace identity::webauthn {

// Why an answer is refused.
enum class Problem {
    malformed,      // not what section 5.8.1 and 6.1 tell, or over a limit
    ceremony,       // made for creating where signing in was asked, or the other way round
    challenge,      // unknown, used, expired, or of another browser
    origin,         // made for another site, or inside another site's frame
    relying_party,  // the authenticator answered another site
    not_verified,   // nobody touched it, or neither PIN nor biometrics were asked
    algorithm,      // none of ours, or a key that is none
    signature,
    counter,  // went back: there may be a copy of the authenticator
    unknown,  // no such passkey here
};
// The end of its message key: "identity.passkey.why_not.<name>".
std::string_view name_of(Problem);

struct RelyingParty {
    std::string id;      // "campus.example"
    std::string origin;  // "https://campus.example"
};
// Of a site's public URL. Browsers take no IP address as a relying party: one of this machine
// becomes "localhost", where a development server can be opened.
RelyingParty relying_party(std::string_view base_url);

// COSE algorithms (RFC 9053, RFC 8812), by preference.
inline constexpr int eddsa = -8, es256 = -7, rs256 = -257;

// The challenge in base64url as it stands in the client data; the ceremony ("webauthn.create",
// "webauthn.get") and the origin are right.
std::expected<std::string, Problem> challenge_of(std::string_view client_data,
                                                 std::string_view ceremony, const RelyingParty&);

struct NewKey {
    std::string credential;  // its id, at most 1023 bytes
    std::string public_key;  // COSE_Key
    std::int64_t sign_count = 0;
};
std::expected<NewKey, Problem> read_new_key(std::string_view attestation_object,
                                            const RelyingParty&);

struct Assertion {
    std::string_view client_data, authenticator_data, signature;  // bytes
};
// The new counter. `sign_count`: the one that is stored.
std::expected<std::int64_t, Problem> check(const Assertion&, std::string_view public_key,
                                           std::int64_t sign_count, const RelyingParty&);

}  // namespace identity::webauthn
