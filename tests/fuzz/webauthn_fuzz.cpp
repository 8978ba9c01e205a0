// SPDX-License-Identifier: EUPL-1.2
#include "identity/cbor.hpp"
#include "identity/totp.hpp"
#include "identity/webauthn.hpp"

#include <cstdint>
#include <cstdlib>

// What a stranger's authenticator may answer: whatever it is, a refusal or a key within its limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace identity;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const webauthn::RelyingParty site{"campus.test", "http://campus.test"};

    CborReader reader(text);
    const bool read = reader.skip();
    if (read && reader.rest().size() >= text.size()) std::abort();

    if (const auto key = webauthn::read_new_key(text, site)) {
        if (key->credential.empty() || key->credential.size() > 1023) std::abort();
        if (key->sign_count < 0 || key->sign_count > 4'294'967'295) std::abort();
        // A key that was taken can be asked; nobody has signed this.
        if (webauthn::check({text, text, text}, key->public_key, 0, site)) std::abort();
    }
    (void)webauthn::challenge_of(text, "webauthn.get", site);
    // As a key, and as an answer.
    const std::string_view half = text.substr(0, size / 2);
    if (webauthn::check({half, text.substr(size / 2), text}, half, 0, site)) std::abort();

    if (const auto key = totp::from_base32(text))
        if (totp::base32(*key) != text) std::abort();
    return 0;
}
