// SPDX-License-Identifier: EUPL-1.2
#include "http/tokens.hpp"

#include "base/secrets.hpp"

#include <openssl/crypto.h>

namespace http {

std::string form_token(std::string_view secret) {
    return base::sha256_base64url("campus form" + std::string{secret});
}

bool same_token(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace http
