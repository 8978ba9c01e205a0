// SPDX-License-Identifier: EUPL-1.2
#include "identity/totp.hpp"

#include "base/url.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace identity::totp {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::int64_t step_s = 30;

}  // namespace

std::string new_key() {
    std::string key(20, '\0');
    if (RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), static_cast<int>(key.size())) != 1)
        throw std::logic_error("the system gives no random bytes");
    return key;
}

std::string base32(std::string_view bytes) {
    std::string out;
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(c);
        for (count += 8; count >= 5; count -= 5) out += letters[(bits >> (count - 5)) & 31U];
    }
    if (count > 0) out += letters[(bits << (5 - count)) & 31U];
    return out;
}

std::optional<std::string> from_base32(std::string_view text) {
    std::string out;
    unsigned bits = 0;
    unsigned count = 0;
    for (const char c : text) {
        const auto letter = letters.find(c);
        if (letter == std::string_view::npos) return std::nullopt;
        bits = (bits << 5U) | static_cast<unsigned>(letter);
        count += 5;
        if (count >= 8) {
            count -= 8;
            out += static_cast<char>((bits >> count) & 255U);
        }
    }
    if (count >= 5 || (bits & ((1U << count) - 1U)) != 0) return std::nullopt;
    return out;
}

std::int64_t step_of(base::Time time) {
    return base::to_epoch(time) / step_s;
}

std::string code(std::string_view key, std::int64_t step, int digits) {
    std::array<unsigned char, 8> counter{};
    for (std::size_t i = 0; i < counter.size(); ++i)
        counter.at(i) =
            static_cast<unsigned char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
    std::array<unsigned char, 20> mac{};
    unsigned size = 0;
    if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()), counter.data(), counter.size(),
             mac.data(), &size) == nullptr ||
        size != mac.size())
        throw std::logic_error("HMAC-SHA-1 failed");
    // Dynamic truncation, RFC 4226 section 5.3.
    const std::size_t at = mac.back() & 15U;
    std::uint32_t number = mac.at(at) & 127U;
    for (std::size_t i = 1; i < 4; ++i) number = (number << 8U) | mac.at(at + i);
    std::string text(static_cast<std::size_t>(digits), '0');
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, number /= 10)
        *digit = static_cast<char>('0' + number % 10);
    return text;
}

std::optional<std::int64_t> matching_step(std::string_view key, std::string_view given,
                                          base::Time now, std::int64_t last_step) {
    std::optional<std::int64_t> found;
    const std::int64_t present = step_of(now);
    for (std::int64_t step = present - 1; step <= present + 1; ++step) {
        const std::string right = code(key, step);
        if (given.size() == right.size() &&
            CRYPTO_memcmp(given.data(), right.data(), right.size()) == 0 && step > last_step &&
            !found)
            found = step;
    }
    return found;
}

std::string enrolment_url(std::string_view key, std::string_view issuer, std::string_view account) {
    return "otpauth://totp/" + base::url_encode(issuer) + ":" + base::url_encode(account) +
           "?secret=" + base32(key) + "&issuer=" + base::url_encode(issuer);
}

}  // namespace identity::totp
