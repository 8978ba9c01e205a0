// SPDX-License-Identifier: EUPL-1.2
#include "identity/webauthn.hpp"

#include "identity/cbor.hpp"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/sha.h>
#include <boost/json.hpp>

#include <array>
#include <memory>
#include <optional>

namespace identity::webauthn {
namespace json = boost::json;
namespace {

using std::unexpected;

constexpr std::size_t most_client_data = 4096;
constexpr std::size_t most_attestation = 64UL * 1024;
constexpr std::size_t most_credential = 1023;                   // section 4, "Credential ID"
constexpr std::size_t least_modulus = 256, most_modulus = 512;  // RSA, bytes

template <class T, auto Free>
struct Freed {
    void operator()(T* object) const { Free(object); }
};
template <class T, auto Free>
using Owned = std::unique_ptr<T, Freed<T, Free>>;
using Key = Owned<EVP_PKEY, EVP_PKEY_free>;

const unsigned char* raw(std::string_view bytes) {
    return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string sha256(std::string_view bytes) {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256(raw(bytes), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()));
    return digest;
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// -- authenticator data, section 6.1

enum Flag : unsigned {
    present = 1,
    verified = 4,
    eligible = 8,
    backed_up = 16,
    attested = 64,
    extended = 128
};

struct AuthenticatorData {
    std::string_view rp_id_hash;
    unsigned flags = 0;
    std::int64_t sign_count = 0;
    std::string_view credential, public_key;  // when attested
};

std::int64_t number(std::string_view bytes) {
    std::int64_t value = 0;
    for (const char c : bytes) value = (value << 8U) | static_cast<unsigned char>(c);
    return value;
}

std::optional<std::string_view> take(std::string_view& rest, std::size_t size) {
    if (rest.size() < size) return std::nullopt;
    const auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

std::optional<AuthenticatorData> read_authenticator_data(std::string_view rest) {
    const auto hash = take(rest, 32);
    const auto flags = take(rest, 1);
    const auto count = take(rest, 4);
    if (!hash || !flags || !count) return std::nullopt;
    AuthenticatorData data{
        *hash, static_cast<unsigned char>(flags->front()), number(*count), {}, {}};
    if ((data.flags & backed_up) != 0 && (data.flags & eligible) == 0) return std::nullopt;
    if ((data.flags & attested) != 0) {
        const auto aaguid = take(rest, 16);
        const auto size = take(rest, 2);
        if (!aaguid || !size) return std::nullopt;
        const auto credential = take(rest, static_cast<std::size_t>(number(*size)));
        if (!credential || credential->empty() || credential->size() > most_credential)
            return std::nullopt;
        data.credential = *credential;
        CborReader key(rest);
        if (!key.skip()) return std::nullopt;
        data.public_key = rest.substr(0, rest.size() - key.rest().size());
        rest = key.rest();
    }
    if ((data.flags & extended) != 0) {
        CborReader extensions(rest);
        CborReader whole(rest);
        if (!extensions.map() || !whole.skip()) return std::nullopt;
        rest = whole.rest();
    }
    if (!rest.empty()) return std::nullopt;
    return data;
}

std::optional<Problem> problem_of(const AuthenticatorData& data, const RelyingParty& site) {
    if (!same(data.rp_id_hash, sha256(site.id))) return Problem::relying_party;
    if ((data.flags & present) == 0 || (data.flags & verified) == 0) return Problem::not_verified;
    return std::nullopt;
}

// -- keys, RFC 9052 section 7 and RFC 9053 section 7

struct CoseKey {
    std::optional<std::int64_t> type, algorithm, curve;
    std::optional<std::string_view> x, y, modulus, exponent;
};

std::optional<CoseKey> read_cose_key(std::string_view bytes) {
    CborReader reader(bytes);
    const auto count = reader.map();
    if (!count || *count > 8) return std::nullopt;
    CoseKey key;
    const auto set = [](auto& place, auto value) {
        const bool first = !place && value;
        place = value;
        return first;
    };
    for (std::size_t i = 0; i < *count; ++i) {
        const auto label = reader.integer();
        if (!label) return std::nullopt;
        const bool rsa = key.type == 3;  // the type comes first: 1 is the smallest label
        bool good = false;
        switch (*label) {
            case 1:
                good = set(key.type, reader.integer());
                break;
            case 3:
                good = set(key.algorithm, reader.integer());
                break;
            case -1:
                good = rsa ? set(key.modulus, reader.bytes()) : set(key.curve, reader.integer());
                break;
            case -2:
                good = rsa ? set(key.exponent, reader.bytes()) : set(key.x, reader.bytes());
                break;
            case -3:
                good = !rsa && set(key.y, reader.bytes());
                break;
            default:
                break;
        }
        if (!good) return std::nullopt;
    }
    if (!reader.rest().empty()) return std::nullopt;
    return key;
}

Key make(const char* type, OSSL_PARAM_BLD* builder) {
    const Owned<OSSL_PARAM, OSSL_PARAM_free> parameters{OSSL_PARAM_BLD_to_param(builder)};
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> context{
        EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
    EVP_PKEY* made = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    Key key{made};
    const Owned<EVP_PKEY_CTX, EVP_PKEY_CTX_free> checker{EVP_PKEY_CTX_new(made, nullptr)};
    // A point that is not on the curve, a modulus that is even.
    if (!checker || EVP_PKEY_public_check(checker.get()) != 1) return nullptr;
    return key;
}

using Builder = Owned<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using Number = Owned<BIGNUM, BN_free>;

Key make_es256(std::string_view x, std::string_view y) {
    const std::string point = '\x04' + std::string{x} + std::string{y};
    const Builder builder{OSSL_PARAM_BLD_new()};
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1",
                                        0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1)
        return nullptr;
    return make("EC", builder.get());
}

Key make_rs256(std::string_view modulus, std::string_view exponent) {
    const Number n{BN_bin2bn(raw(modulus), static_cast<int>(modulus.size()), nullptr)};
    const Number e{BN_bin2bn(raw(exponent), static_cast<int>(exponent.size()), nullptr)};
    const Builder builder{OSSL_PARAM_BLD_new()};
    if (!n || !e || !builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return nullptr;
    return make("RSA", builder.get());
}

struct PublicKey {
    Key key;
    std::int64_t algorithm = 0;
};

PublicKey open(std::string_view cose) {
    const auto read = read_cose_key(cose);
    if (!read || !read->type || !read->algorithm) return {};
    const auto& [type, algorithm, curve, x, y, modulus, exponent] = *read;
    const auto is = [](const auto& bytes, std::size_t size) {
        return bytes && bytes->size() == size;
    };
    if (algorithm == es256 && type == 2 && curve == 1 && is(x, 32) && is(y, 32))
        return {make_es256(*x, *y), es256};
    if (algorithm == eddsa && type == 1 && curve == 6 && is(x, 32) && !y)
        return {Key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, raw(*x), x->size())},
                eddsa};
    if (algorithm == rs256 && type == 3 && modulus && modulus->size() >= least_modulus &&
        modulus->size() <= most_modulus && modulus->front() != '\0' && exponent &&
        !exponent->empty() && exponent->size() <= 4)
        return {make_rs256(*modulus, *exponent), rs256};
    return {};
}

bool is_signed(const PublicKey& key, std::string_view message, std::string_view signature) {
    const Owned<EVP_MD_CTX, EVP_MD_CTX_free> context{EVP_MD_CTX_new()};
    const EVP_MD* digest = key.algorithm == eddsa ? nullptr : EVP_sha256();
    return context &&
           EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.key.get()) == 1 &&
           EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message),
                            message.size()) == 1;
}

std::optional<std::string> text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    if (value == nullptr || !value->is_string()) return std::nullopt;
    return std::string{value->get_string()};
}

bool is_loopback(std::string_view host) {
    return host.starts_with("127.") || host == "[::1]";
}

}  // namespace

std::string_view name_of(Problem problem) {
    switch (problem) {
        case Problem::malformed:
            return "malformed";
        case Problem::ceremony:
            return "ceremony";
        case Problem::challenge:
            return "challenge";
        case Problem::origin:
            return "origin";
        case Problem::relying_party:
            return "relying_party";
        case Problem::not_verified:
            return "not_verified";
        case Problem::algorithm:
            return "algorithm";
        case Problem::signature:
            return "signature";
        case Problem::counter:
            return "counter";
        case Problem::unknown:
            return "unknown";
    }
    return "malformed";
}

RelyingParty relying_party(std::string_view base_url) {
    const auto scheme_end = base_url.find("://") + 3;
    const auto authority = base_url.substr(scheme_end, base_url.find('/', scheme_end) - scheme_end);
    const auto colon = authority.rfind(':');
    const bool port =
        colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
    std::string host{port ? authority.substr(0, colon) : authority};
    if (is_loopback(host)) host = "localhost";
    return {host, std::string{base_url.substr(0, scheme_end)} + host +
                      std::string{port ? authority.substr(colon) : std::string_view{}}};
}

std::expected<std::string, Problem> challenge_of(std::string_view client_data,
                                                 std::string_view ceremony,
                                                 const RelyingParty& site) {
    if (client_data.size() > most_client_data) return unexpected(Problem::malformed);
    json::error_code code;
    const json::value value = json::parse(client_data, code);
    if (code || !value.is_object()) return unexpected(Problem::malformed);
    const json::object& data = value.get_object();
    auto challenge = text_of(data, "challenge");
    const auto origin = text_of(data, "origin");
    const auto type = text_of(data, "type");
    if (!challenge || !origin || !type) return unexpected(Problem::malformed);
    if (*type != ceremony) return unexpected(Problem::ceremony);
    const auto* framed = data.if_contains("crossOrigin");
    if (*origin != site.origin || data.contains("topOrigin") ||
        (framed != nullptr && *framed != false))
        return unexpected(Problem::origin);
    return std::move(*challenge);
}

std::expected<NewKey, Problem> read_new_key(std::string_view attestation_object,
                                            const RelyingParty& site) {
    if (attestation_object.size() > most_attestation) return unexpected(Problem::malformed);
    CborReader reader(attestation_object);
    std::optional<std::string_view> format, statement, bytes;
    const auto count = reader.map();
    if (count != 3) return unexpected(Problem::malformed);
    for (std::size_t i = 0; i < *count; ++i) {
        const auto name = reader.text();
        if (name == "fmt" && !format) {
            format = reader.text();
            if (!format) return unexpected(Problem::malformed);
        } else if (name == "attStmt" && !statement) {
            const std::string_view before = reader.rest();
            CborReader inside(before);
            if (!inside.map() || !reader.skip()) return unexpected(Problem::malformed);
            statement = before.substr(0, before.size() - reader.rest().size());
        } else if (name == "authData" && !bytes) {
            bytes = reader.bytes();
            if (!bytes) return unexpected(Problem::malformed);
        } else {
            return unexpected(Problem::malformed);
        }
    }
    constexpr std::string_view empty_map = "\xA0";
    if (!reader.rest().empty() || (*format == "none" && *statement != empty_map))
        return unexpected(Problem::malformed);
    const auto data = read_authenticator_data(*bytes);
    if (!data || (data->flags & attested) == 0) return unexpected(Problem::malformed);
    if (const auto problem = problem_of(*data, site)) return unexpected(*problem);
    if (!open(data->public_key).key) return unexpected(Problem::algorithm);
    return NewKey{std::string{data->credential}, std::string{data->public_key}, data->sign_count};
}

std::expected<std::int64_t, Problem> check(const Assertion& assertion, std::string_view public_key,
                                           std::int64_t sign_count, const RelyingParty& site) {
    const auto data = read_authenticator_data(assertion.authenticator_data);
    if (!data || (data->flags & attested) != 0) return unexpected(Problem::malformed);
    if (const auto problem = problem_of(*data, site)) return unexpected(*problem);
    const PublicKey key = open(public_key);
    if (!key.key) return unexpected(Problem::algorithm);
    const std::string message =
        std::string{assertion.authenticator_data} + sha256(assertion.client_data);
    if (!is_signed(key, message, assertion.signature)) return unexpected(Problem::signature);
    // Authenticators without a counter always say 0 (section 6.1.1).
    if ((sign_count != 0 || data->sign_count != 0) && data->sign_count <= sign_count)
        return unexpected(Problem::counter);
    return data->sign_count;
}

}  // namespace identity::webauthn
