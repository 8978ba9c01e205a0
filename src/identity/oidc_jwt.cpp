// SPDX-License-Identifier: EUPL-1.2
#include "identity/oidc_jwt.hpp"

#include "base/base64url.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <optional>
#include <stdexcept>

namespace identity::oidc {
namespace json = boost::json;

namespace {

constexpr std::size_t max_keys = 50;
constexpr int least_rsa_bits = 2048;
constexpr int most_rsa_bits = 8192;
constexpr std::size_t p256_bytes = 32;

template <auto free>
struct Free {
    template <class T>
    void operator()(T* object) const {
        free(object);
    }
};
using Context = std::unique_ptr<EVP_MD_CTX, Free<EVP_MD_CTX_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Free<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Free<BN_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Free<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, Free<OSSL_PARAM_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Free<ECDSA_SIG_free>>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

template <class T>
T* needed(T* object) {
    if (object == nullptr) throw std::bad_alloc();
    return object;
}

std::optional<json::object> read_object(std::string_view text) {
    json::parse_options options;
    options.max_depth = 8;
    json::error_code error;
    auto value = json::parse(text, error, {}, options);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

// "" where it is absent or no text.
std::string_view text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string_view{} : std::string_view{*text};
}

// A whole number in a key, as the bytes of base64url.
Number number_of(const json::object& key, std::string_view name) {
    const auto bytes = base::base64url_decode(text_of(key, name));
    if (!bytes || bytes->empty() || bytes->size() > most_rsa_bits / 8) return nullptr;
    return Number{BN_bin2bn(bytes_of(*bytes), static_cast<int>(bytes->size()), nullptr)};
}

std::shared_ptr<EVP_PKEY> make_key(const char* type, OSSL_PARAM_BLD* builder) {
    const Parameters parameters{needed(OSSL_PARAM_BLD_to_param(builder))};
    const KeyContext context{needed(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr))};
    EVP_PKEY* key = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    std::shared_ptr<EVP_PKEY> made{key, EVP_PKEY_free};
    const KeyContext check{needed(EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr))};
    if (EVP_PKEY_public_check(check.get()) != 1) return nullptr;  // a point off the curve
    return made;
}

std::shared_ptr<EVP_PKEY> rsa_key(const json::object& key) {
    const Number modulus = number_of(key, "n");
    const Number exponent = number_of(key, "e");
    if (!modulus || !exponent || BN_num_bits(modulus.get()) < least_rsa_bits ||
        BN_num_bits(modulus.get()) > most_rsa_bits || BN_num_bits(exponent.get()) > 64)
        return nullptr;
    const ParameterBuilder builder{needed(OSSL_PARAM_BLD_new())};
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    return make_key("RSA", builder.get());
}

std::shared_ptr<EVP_PKEY> p256_key(const json::object& key) {
    const auto x = base::base64url_decode(text_of(key, "x"));
    const auto y = base::base64url_decode(text_of(key, "y"));
    if (text_of(key, "crv") != "P-256" || !x || !y || x->size() != p256_bytes ||
        y->size() != p256_bytes)
        return nullptr;
    const std::string point = '\x04' + *x + *y;  // uncompressed (SEC 1, 2.3.3)
    const ParameterBuilder builder{needed(OSSL_PARAM_BLD_new())};
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
    OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                     point.size());
    return make_key("EC", builder.get());
}

// RFC 7518 section 3.4 has the two numbers side by side, OpenSSL wants them in DER.
std::string der_of(std::string_view raw) {
    if (raw.size() != 2 * p256_bytes) return {};
    const Signature signature{needed(ECDSA_SIG_new())};
    Number r{needed(BN_bin2bn(bytes_of(raw), p256_bytes, nullptr))};
    Number s{needed(BN_bin2bn(bytes_of(raw.substr(p256_bytes)), p256_bytes, nullptr))};
    ECDSA_SIG_set0(signature.get(), r.release(), s.release());
    unsigned char* der = nullptr;
    const int size = i2d_ECDSA_SIG(signature.get(), &der);
    if (size <= 0) return {};
    const std::unique_ptr<unsigned char, decltype([](void* p) { OPENSSL_free(p); })> held{der};
    return {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)};
}

bool is_signed_by(EVP_PKEY* key, std::string_view text, std::string_view signature) {
    const Context context{needed(EVP_MD_CTX_new())};
    return EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
           EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(text),
                            text.size()) == 1;
}

std::string hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(),
             out.data(), &size) == nullptr)
        throw std::bad_alloc();
    return {reinterpret_cast<const char*>(out.data()), size};
}

std::optional<Algorithm> algorithm_of(std::string_view name) {
    if (name == "RS256") return Algorithm::rs256;
    if (name == "ES256") return Algorithm::es256;
    if (name == "HS256") return Algorithm::hs256;
    return std::nullopt;
}

}  // namespace

std::string_view name_of(Flaw flaw) {
    switch (flaw) {
        case Flaw::malformed:
            return "malformed";
        case Flaw::algorithm:
            return "algorithm";
        case Flaw::key_unknown:
            return "key_unknown";
        case Flaw::signature:
            return "signature";
        case Flaw::issuer:
            return "issuer";
        case Flaw::audience:
            return "audience";
        case Flaw::expired:
            return "expired";
        case Flaw::issued_at:
            return "issued_at";
        case Flaw::nonce:
            return "nonce";
        case Flaw::access_token_hash:
            return "access_token_hash";
        case Flaw::subject:
            return "subject";
        case Flaw::acr:
            return "acr";
        case Flaw::unsigned_user_info:
            return "unsigned_user_info";
        case Flaw::claims:
            return "claims";
    }
    throw std::logic_error("no such flaw");
}

std::string keyed_digest(std::string_view key, std::string_view text) {
    return base::base64url_encode(hmac(key, text));
}

bool same_secret(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string access_token_hash(std::string_view access_token) {
    std::array<unsigned char, 32> digest{};
    if (EVP_Digest(access_token.data(), access_token.size(), digest.data(), nullptr, EVP_sha256(),
                   nullptr) != 1)
        throw std::bad_alloc();
    return base::base64url_encode(
        {reinterpret_cast<const char*>(digest.data()), digest.size() / 2});
}

Checked<KeySet> KeySet::read(std::string_view text) {
    const auto document = read_object(text);
    const auto* listed = document ? document->if_contains("keys") : nullptr;
    const auto* keys = listed == nullptr ? nullptr : listed->if_array();
    if (keys == nullptr || keys->size() > max_keys) return std::unexpected(Flaw::malformed);
    KeySet set;
    for (const json::value& value : *keys) {
        const auto* key = value.if_object();
        if (key == nullptr) return std::unexpected(Flaw::malformed);
        const auto use = text_of(*key, "use");
        const bool rsa = text_of(*key, "kty") == "RSA";
        const bool curve = text_of(*key, "kty") == "EC";
        const auto algorithm = rsa ? Algorithm::rs256 : Algorithm::es256;
        const auto named = text_of(*key, "alg");
        if ((!rsa && !curve) || (!use.empty() && use != "sig") ||
            (!named.empty() && algorithm_of(named) != algorithm))
            continue;
        if (auto made = rsa ? rsa_key(*key) : p256_key(*key))
            set.keys_.push_back({std::string{text_of(*key, "kid")}, algorithm, std::move(made)});
    }
    return set;
}

evp_pkey_st* KeySet::find(Algorithm algorithm, std::string_view kid) const {
    evp_pkey_st* found = nullptr;
    for (const Key& key : keys_) {
        if (key.algorithm != algorithm || (!kid.empty() && key.kid != kid)) continue;
        if (found != nullptr) return nullptr;
        found = key.key.get();
    }
    return found;
}

Checked<std::string> verified_payload(std::string_view token, const Trust& trust) {
    if (token.size() > max_token_bytes) return std::unexpected(Flaw::malformed);
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (second == std::string_view::npos) return std::unexpected(Flaw::malformed);
    // A further '.' is no letter of base64url.
    const auto header_text = base::base64url_decode(token.substr(0, first));
    auto payload = base::base64url_decode(token.substr(first + 1, second - first - 1));
    const auto signature = base::base64url_decode(token.substr(second + 1));
    if (!header_text || !payload || !signature) return std::unexpected(Flaw::malformed);
    const auto header = read_object(*header_text);
    // "crit": something that must be understood, and none of it is (RFC 7515, 4.1.11).
    if (!header || header->contains("crit")) return std::unexpected(Flaw::malformed);

    const auto algorithm = algorithm_of(text_of(*header, "alg"));
    if (!algorithm || std::ranges::find(trust.algorithms, *algorithm) == trust.algorithms.end())
        return std::unexpected(Flaw::algorithm);
    const auto signed_text = token.substr(0, second);
    if (*algorithm == Algorithm::hs256) {
        if (trust.secret.empty() || !same_secret(hmac(trust.secret, signed_text), *signature))
            return std::unexpected(Flaw::signature);
        return std::move(*payload);
    }
    auto* key =
        trust.keys == nullptr ? nullptr : trust.keys->find(*algorithm, text_of(*header, "kid"));
    if (key == nullptr) return std::unexpected(Flaw::key_unknown);
    const bool good = *algorithm == Algorithm::rs256
                          ? is_signed_by(key, signed_text, *signature)
                          : is_signed_by(key, signed_text, der_of(*signature));
    if (!good) return std::unexpected(Flaw::signature);
    return std::move(*payload);
}

}  // namespace identity::oidc
