// SPDX-License-Identifier: EUPL-1.2
#include "http/tokens.hpp"

#include "base/secrets.hpp"

#include <openssl/crypto.h>

namespace http {
namespace {

constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// Adds (or takes away) a mask, letter by letter in the alphabet of base64url; both are as long.
std::string shifted(std::string_view text, std::string_view mask, bool add) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto letter = letters.find(text[i]);
        const auto shift = letters.find(mask[i]);
        if (letter == std::string_view::npos || shift == std::string_view::npos) return {};
        out += letters[(add ? letter + shift : letter + letters.size() - shift) % letters.size()];
    }
    return out;
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string form_token(std::string_view secret) {
    return base::sha256_base64url("campus form" + std::string{secret});
}

std::string masked(std::string_view token) {
    const std::string mask = base::random_token();
    return mask + shifted(token, mask, true);
}

bool is_form_token(std::string_view sent, std::string_view token) {
    if (sent.size() != 2 * token.size()) return same(sent, token);
    return same(shifted(sent.substr(token.size()), sent.substr(0, token.size()), false), token);
}

}  // namespace http
