// SPDX-License-Identifier: EUPL-1.2
#include "http/tokens.hpp"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

#include <array>
#include <stdexcept>

namespace http {

std::string base64url(std::span<const unsigned char> bytes) {
    constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    std::string out;
    out.reserve((bytes.size() * 4 + 2) / 3);
    unsigned pending = 0;
    int bits = 0;
    for (const unsigned char byte : bytes) {
        pending = (pending << 8 | byte) & 0xFFFF;
        for (bits += 8; bits >= 6; bits -= 6) out += letters[(pending >> (bits - 6)) & 63];
    }
    if (bits > 0) out += letters[(pending << (6 - bits)) & 63];
    return out;
}

std::string random_token() {
    std::array<unsigned char, 16> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("the operating system gives no random bytes");
    return base64url(bytes);
}

std::string form_token(std::string_view secret) {
    const std::string text = "campus form" + std::string{secret};
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
    return base64url(digest);
}

bool same_token(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace http
