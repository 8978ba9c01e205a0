// SPDX-License-Identifier: EUPL-1.2
// Keys and signed tokens as an identity provider makes them, and as an attacker would like to.
#pragma once
#include "base/base64url.hpp"
#include "rsa_for_tests.hpp"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <boost/json.hpp>

#include <memory>
#include <string>

struct SigningKey {
    std::shared_ptr<EVP_PKEY> key;
    std::string kid;
    bool rsa = true;

    static SigningKey new_rsa(std::string kid) { return {rsa_for_tests(), std::move(kid), true}; }
    static SigningKey new_weak_rsa(std::string kid) {
        return {{EVP_RSA_gen(1024), EVP_PKEY_free}, std::move(kid), true};
    }
    static SigningKey new_curve(std::string kid, const char* curve = "P-256") {
        return {{EVP_EC_gen(curve), EVP_PKEY_free}, std::move(kid), false};
    }

    std::string number(const char* name) const {
        BIGNUM* number = nullptr;
        EVP_PKEY_get_bn_param(key.get(), name, &number);
        std::string bytes(static_cast<std::size_t>(rsa ? BN_num_bytes(number) : 32), '\0');
        BN_bn2binpad(number, reinterpret_cast<unsigned char*>(bytes.data()),
                     static_cast<int>(bytes.size()));
        BN_free(number);
        return base::base64url_encode(bytes);
    }
    boost::json::object jwk() const {
        if (rsa)
            return {{"kty", "RSA"},
                    {"kid", kid},
                    {"use", "sig"},
                    {"n", number("n")},
                    {"e", number("e")}};
        return {{"kty", "EC"},
                {"crv", "P-256"},
                {"kid", kid},
                {"use", "sig"},
                {"x", number(OSSL_PKEY_PARAM_EC_PUB_X)},
                {"y", number(OSSL_PKEY_PARAM_EC_PUB_Y)}};
    }
    // As attackers use it: the public key's own text as if it were a shared secret.
    std::string public_pem() const {
        BIO* memory = BIO_new(BIO_s_mem());
        PEM_write_bio_PUBKEY(memory, key.get());
        char* data = nullptr;
        const long size = BIO_get_mem_data(memory, &data);
        std::string text(data, static_cast<std::size_t>(size));
        BIO_free(memory);
        return text;
    }
    std::string sign(const std::string& text) const {
        const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                              EVP_MD_CTX_free};
        EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
        const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
        std::size_t size = 0;
        EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size());
        std::string out(size, '\0');
        auto* to = reinterpret_cast<unsigned char*>(out.data());
        EVP_DigestSign(context.get(), to, &size, bytes, text.size());
        out.resize(size);
        if (rsa) return out;
        const unsigned char* from = to;
        ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &from, static_cast<long>(size));
        std::string raw(64, '\0');
        auto* half = reinterpret_cast<unsigned char*>(raw.data());
        BN_bn2binpad(ECDSA_SIG_get0_r(signature), half, 32);
        BN_bn2binpad(ECDSA_SIG_get0_s(signature), half + 32, 32);
        ECDSA_SIG_free(signature);
        return raw;
    }
};

inline std::string unsigned_token(const boost::json::object& header,
                                  const boost::json::object& payload) {
    return base::base64url_encode(boost::json::serialize(header)) + '.' +
           base::base64url_encode(boost::json::serialize(payload));
}

inline std::string token_by(const SigningKey& key, const boost::json::object& payload) {
    const std::string text = unsigned_token(
        {{"alg", key.rsa ? "RS256" : "ES256"}, {"typ", "JWT"}, {"kid", key.kid}}, payload);
    return text + '.' + base::base64url_encode(key.sign(text));
}

inline std::string token_by_secret(const std::string& secret, const std::string& kid,
                                   const boost::json::object& payload) {
    const std::string text = unsigned_token({{"alg", "HS256"}, {"kid", kid}}, payload);
    unsigned char digest[32];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest, &size);
    return text + '.' +
           base::base64url_encode({reinterpret_cast<const char*>(digest), std::size_t{size}});
}

inline std::string token_by_nobody(const boost::json::object& payload) {
    return unsigned_token({{"alg", "none"}}, payload) + '.';
}

inline std::string jwks(std::initializer_list<const SigningKey*> keys) {
    boost::json::array list;
    for (const SigningKey* key : keys) list.push_back(key->jwk());
    return boost::json::serialize(boost::json::object{{"keys", std::move(list)}});
}
