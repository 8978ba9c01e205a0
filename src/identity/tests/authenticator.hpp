// SPDX-License-Identifier: EUPL-1.2
// An authenticator in software, with real keys by OpenSSL: it signs what it is told to, right or
// wrong.
#pragma once
#include "base/base64url.hpp"
#include "base/secrets.hpp"
#include "rsa_for_tests.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

enum class KeyKind { es256, rs256, eddsa };

namespace cbor {

inline std::string head(unsigned major, std::uint64_t number) {
    const auto first = static_cast<unsigned char>(major << 5U);
    std::string out;
    const auto big_endian = [&](int size) {
        for (int i = size - 1; i >= 0; --i) out += static_cast<char>((number >> (8 * i)) & 255U);
    };
    if (number < 24) {
        out = static_cast<char>(first | number);
    } else if (number < 256) {
        out = static_cast<char>(first | 24U);
        big_endian(1);
    } else if (number < 65536) {
        out = static_cast<char>(first | 25U);
        big_endian(2);
    } else {
        out = static_cast<char>(first | 26U);
        big_endian(4);
    }
    return out;
}
inline std::string integer(std::int64_t value) {
    return value >= 0 ? head(0, static_cast<std::uint64_t>(value))
                      : head(1, static_cast<std::uint64_t>(-1 - value));
}
inline std::string bytes(std::string_view value) {
    return head(2, value.size()) + std::string{value};
}
inline std::string text(std::string_view value) {
    return head(3, value.size()) + std::string{value};
}
inline std::string map(std::size_t pairs) {
    return head(5, pairs);
}

}  // namespace cbor

class Authenticator {
public:
    // What an attacker or a poor authenticator may do otherwise than it should.
    struct Ways {
        std::string origin = "http://campus.test";
        std::string rp_id = "campus.test";
        std::string type = {};          // "": the right one
        unsigned flags = 1 | 4;         // user present and verified
        std::string client_extra = {};  // after the last member
        std::string data_extra = {};    // after the authenticator data
        std::string format = "none";
        std::string statement = "\xA0";
        bool break_signature = false;
    };

    explicit Authenticator(KeyKind kind = KeyKind::es256)
        : kind_(kind), credential_(base::random_token()) {
        switch (kind) {
            case KeyKind::es256:
                key_ = {EVP_EC_gen("P-256"), EVP_PKEY_free};
                break;
            case KeyKind::rs256:
                key_ = rsa_for_tests();
                break;
            case KeyKind::eddsa:
                key_ = {EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free};
                break;
        }
        if (key_ == nullptr) throw std::runtime_error("no key");
    }
    Authenticator(const Authenticator&) = delete;
    Authenticator& operator=(const Authenticator&) = delete;

    std::uint32_t counter = 0;  // 0: it has none
    std::string user_handle;
    std::string id() const { return base::base64url_encode(credential_); }

    std::string client_data(std::string_view type, std::string_view challenge,
                            const Ways& ways) const {
        return R"({"type":")" + (ways.type.empty() ? std::string{type} : ways.type) +
               R"(","challenge":")" + std::string{challenge} + R"(","origin":")" + ways.origin +
               R"(","crossOrigin":false)" + ways.client_extra + "}";
    }

    std::string cose_key() const {
        using namespace cbor;
        switch (kind_) {
            case KeyKind::es256:
                return map(5) + integer(1) + integer(2) + integer(3) + integer(-7) + integer(-1) +
                       integer(1) + integer(-2) + bytes(number(OSSL_PKEY_PARAM_EC_PUB_X, 32)) +
                       integer(-3) + bytes(number(OSSL_PKEY_PARAM_EC_PUB_Y, 32));
            case KeyKind::rs256:
                return map(4) + integer(1) + integer(3) + integer(3) + integer(-257) + integer(-1) +
                       bytes(number(OSSL_PKEY_PARAM_RSA_N, 256)) + integer(-2) +
                       bytes(std::string{"\x01\x00\x01", 3});
            case KeyKind::eddsa: {
                std::string raw(32, '\0');
                std::size_t size = raw.size();
                EVP_PKEY_get_raw_public_key(key_.get(),
                                            reinterpret_cast<unsigned char*>(raw.data()), &size);
                return map(4) + integer(1) + integer(1) + integer(3) + integer(-8) + integer(-1) +
                       integer(6) + integer(-2) + bytes(raw);
            }
        }
        return {};
    }

    std::string data(const Ways& ways, bool with_key) const {
        std::string out = sha256(ways.rp_id);
        out += static_cast<char>(ways.flags | (with_key ? 64U : 0U));
        for (int i = 3; i >= 0; --i) out += static_cast<char>((counter >> (8 * i)) & 255U);
        if (with_key) {
            out += std::string(16, '\0');
            out += static_cast<char>(credential_.size() >> 8U);
            out += static_cast<char>(credential_.size() & 255U);
            out += credential_ + cose_key();
        }
        return out + ways.data_extra;
    }

    static std::string attestation(std::string_view data, const Ways& ways) {
        using namespace cbor;
        return map(3) + text("fmt") + text(ways.format) + text("attStmt") + ways.statement +
               text("authData") + bytes(data);
    }
    std::string attestation(const Ways& ways) const { return attestation(data(ways, true), ways); }

    std::string signature(std::string_view client_data, std::string_view data,
                          const Ways& ways) const {
        const std::string message = std::string{data} + sha256(client_data);
        EVP_MD_CTX* context = EVP_MD_CTX_new();
        std::string out(512, '\0');
        std::size_t size = out.size();
        auto* place = reinterpret_cast<unsigned char*>(out.data());
        EVP_DigestSignInit(context, nullptr, kind_ == KeyKind::eddsa ? nullptr : EVP_sha256(),
                           nullptr, key_.get());
        if (EVP_DigestSign(context, place, &size,
                           reinterpret_cast<const unsigned char*>(message.data()),
                           message.size()) != 1)
            throw std::runtime_error("no signature");
        EVP_MD_CTX_free(context);
        out.resize(size);
        if (ways.break_signature) out[size / 2] = static_cast<char>(out[size / 2] ^ 1);
        return out;
    }

    static std::string sha256(std::string_view text) {
        std::string digest(32, '\0');
        SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(),
               reinterpret_cast<unsigned char*>(digest.data()));
        return digest;
    }

private:
    std::string number(const char* name, int size) const {
        BIGNUM* value = nullptr;
        EVP_PKEY_get_bn_param(key_.get(), name, &value);
        std::string out(static_cast<std::size_t>(size), '\0');
        BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), size);
        BN_free(value);
        return out;
    }

    KeyKind kind_;
    std::shared_ptr<EVP_PKEY> key_;
    std::string credential_;
};
