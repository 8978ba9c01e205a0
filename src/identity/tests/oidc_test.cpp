// SPDX-License-Identifier: EUPL-1.2
// Signed tokens and their claims, as tables.
#include "fetch/fetch.hpp"
#include "identity/oidc_jwt.hpp"
#include "identity/oidc_rules.hpp"
#include "signing_for_tests.hpp"

#include <doctest/doctest.h>

#include <optional>
#include <vector>

using namespace identity::oidc;
namespace json = boost::json;

namespace {

const base::Time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                     std::chrono::hours{9}};
const std::int64_t at = base::to_epoch(now);

std::optional<Flaw> flaw(const Checked<std::string>& payload) {
    return payload ? std::nullopt : std::optional{payload.error()};
}

// The same token with one part replaced.
std::string with_part(const std::string& token, int part, const std::string& text) {
    const auto first = token.find('.');
    const auto second = token.find('.', first + 1);
    std::string parts[3]{token.substr(0, first), token.substr(first + 1, second - first - 1),
                         token.substr(second + 1)};
    parts[part] = text;
    return parts[0] + '.' + parts[1] + '.' + parts[2];
}

json::object id_claims() {
    return {{"iss", "https://idp"}, {"sub", "s"}, {"aud", "campus"},
            {"exp", at + 60},       {"iat", at},  {"nonce", "n"},
            {"acr", "eidas1"}};
}
Expected expected() {
    return {.issuer = "https://idp",
            .client_id = "campus",
            .nonce = "n",
            .access_token = "access",
            .acr_values = {"eidas1", "eidas2"},
            .now = now};
}

}  // namespace

TEST_CASE("a token counts by a published key of its algorithm only") {
    const auto rsa = SigningKey::new_rsa("r");
    const auto curve = SigningKey::new_curve("c");
    const auto keys = KeySet::read(jwks({&rsa, &curve}));
    REQUIRE(keys);
    CHECK(keys->size() == 2);
    const Trust trust{.keys = &*keys};
    const json::object claims{{"sub", "awa"}};
    const std::string by_rsa = token_by(rsa, claims), by_curve = token_by(curve, claims);
    CHECK(verified_payload(by_rsa, trust) == R"({"sub":"awa"})");
    CHECK(verified_payload(by_curve, trust) == R"({"sub":"awa"})");

    // Agreed on one of the two: the other is none.
    CHECK(flaw(verified_payload(by_curve, {{Algorithm::rs256}, &*keys})) == Flaw::algorithm);
    CHECK(flaw(verified_payload(by_rsa, {{Algorithm::es256}, &*keys})) == Flaw::algorithm);
    // The key of one under the algorithm of the other.
    const auto header = [](json::object fields) {
        return base::base64url_encode(json::serialize(fields));
    };
    CHECK(flaw(verified_payload(with_part(by_rsa, 0, header({{"alg", "ES256"}, {"kid", "r"}})),
                                trust)) == Flaw::key_unknown);
    CHECK(flaw(verified_payload(token_by_nobody(claims), trust)) == Flaw::algorithm);
    for (const char* none : {"none", "None", "NONE", "nOnE", "", "HS384", "RS512", "PS256"})
        CHECK(flaw(verified_payload(with_part(by_rsa, 0, header({{"alg", none}})), trust)) ==
              Flaw::algorithm);
    CHECK(flaw(verified_payload(with_part(by_rsa, 0, header({{"alg", 1}})), trust)) ==
          Flaw::algorithm);
    // HS256: with the public key, with nothing, and where the client has a secret but did not
    // agree.
    for (const std::string& secret : {rsa.public_pem(), std::string{}, std::string{"secret"}})
        CHECK(flaw(verified_payload(token_by_secret(secret, "r", claims),
                                    {.keys = &*keys, .secret = "secret"})) == Flaw::algorithm);
    const Trust shared{{Algorithm::hs256}, &*keys, "secret"};
    CHECK(verified_payload(token_by_secret("secret", "r", claims), shared));
    CHECK(flaw(verified_payload(token_by_secret(rsa.public_pem(), "r", claims), shared)) ==
          Flaw::signature);
    CHECK(flaw(verified_payload(token_by_secret("", "r", claims), {{Algorithm::hs256}})) ==
          Flaw::signature);
    CHECK(flaw(verified_payload(by_rsa, shared)) == Flaw::algorithm);
}

TEST_CASE("a token that is changed anywhere, or not exactly well-formed, does not count") {
    const auto rsa = SigningKey::new_rsa("r");
    const auto curve = SigningKey::new_curve("c");
    const auto keys = KeySet::read(jwks({&rsa, &curve}));
    const Trust trust{.keys = &*keys};
    for (const SigningKey* key : {&rsa, &curve}) {
        const std::string token = token_by(*key, {{"sub", "awa"}});
        REQUIRE(verified_payload(token, trust));
        int refused = 0;
        for (std::size_t i = 0; i < token.size(); ++i) {
            std::string other = token;
            other[i] = other[i] == 'A' ? 'B' : 'A';
            refused += !verified_payload(other, trust);
        }
        CHECK(refused == static_cast<int>(token.size()));
        for (const std::string& odd :
             {token + ".", "." + token, token + "=", token + " ", token.substr(0, token.size() - 1),
              token.substr(0, token.rfind('.')), token.substr(0, token.rfind('.') + 1),
              std::string{}, std::string{".."}, std::string{"a.b.c"},
              with_part(token, 2, std::string(86, 'A')), with_part(token, 2, "AAAA"),
              std::string(max_token_bytes + 1, 'A')})
            CHECK_FALSE(verified_payload(odd, trust));
    }
    // Something critical that nobody here understands.
    const std::string text =
        unsigned_token({{"alg", "RS256"}, {"kid", "r"}, {"crit", {"b64"}}, {"b64", false}}, {});
    CHECK(flaw(verified_payload(text + '.' + base::base64url_encode(rsa.sign(text)), trust)) ==
          Flaw::malformed);
}

TEST_CASE("keys are found by their name, or when there is one only") {
    const auto one = SigningKey::new_rsa("one"), two = SigningKey::new_rsa("two");
    const auto both = KeySet::read(jwks({&one, &two}));
    const auto single = KeySet::read(jwks({&one}));
    const auto token = [](const SigningKey& key, json::object header) {
        const std::string text = unsigned_token(header, {{"sub", "awa"}});
        return text + '.' + base::base64url_encode(key.sign(text));
    };
    const json::object nameless{{"alg", "RS256"}};
    CHECK(verified_payload(token(one, nameless), {.keys = &*single}));
    CHECK(flaw(verified_payload(token(one, nameless), {.keys = &*both})) == Flaw::key_unknown);
    CHECK(flaw(verified_payload(token_by(two, {}), {.keys = &*single})) == Flaw::key_unknown);
    CHECK(verified_payload(token_by(two, {}), {.keys = &*both}));
    CHECK(flaw(verified_payload(token_by(one, {}), {})) == Flaw::key_unknown);
}

TEST_CASE("keys that are weak, for another use or broken are left out") {
    const auto small = SigningKey::new_weak_rsa("small");
    const auto other = SigningKey::new_curve("other", "P-384");
    const auto good = SigningKey::new_rsa("good");
    const auto with = [&](json::object key, const char* name, json::value value) {
        key[name] = std::move(value);
        return key;
    };
    struct Row {
        json::object key;
        std::size_t kept;
    };
    json::object off_curve = SigningKey::new_curve("c").jwk();
    off_curve["y"] = off_curve["x"];
    const std::vector<Row> rows{
        {good.jwk(), 1},
        {small.jwk(), 0},
        {with(good.jwk(), "use", "enc"), 0},
        {with(good.jwk(), "alg", "RS256"), 1},
        {with(good.jwk(), "alg", "RS512"), 0},
        {with(good.jwk(), "kty", "oct"), 0},
        {with(good.jwk(), "n", ""), 0},
        {with(good.jwk(), "n", "not base64url!"), 0},
        {with(good.jwk(), "e", nullptr), 0},
        {SigningKey::new_curve("c").jwk(), 1},
        {with(SigningKey::new_curve("c").jwk(), "crv", "P-384"), 0},
        {off_curve, 0},
    };
    for (const Row& row : rows) {
        const auto set = KeySet::read(json::serialize(json::object{{"keys", {row.key}}}));
        REQUIRE(set);
        CAPTURE(json::serialize(row.key));
        CHECK(set->size() == row.kept);
    }
    for (const char* text : {"", "{}", "[]", R"({"keys":{}})", R"({"keys":[1]})", "{\"keys\":"})
        CHECK_FALSE(KeySet::read(text));
}

TEST_CASE("what an ID token must say") {
    struct Row {
        const char* claim;
        json::value value;
        std::optional<Flaw> flaw;
    };
    const std::vector<Row> rows{
        {"iss", "https://idp", {}},
        {"iss", "https://idp/", Flaw::issuer},
        {"iss", "", Flaw::issuer},
        {"aud", json::array{"campus"}, {}},
        {"aud", "other", Flaw::audience},
        {"aud", json::array{}, Flaw::audience},
        {"aud", json::array{"campus", "other"}, Flaw::audience},
        {"azp", "campus", {}},
        {"azp", "other", Flaw::audience},
        {"exp", at - 59, {}},
        {"exp", at - 60, Flaw::expired},
        {"exp", 0, Flaw::expired},
        {"exp", -1, Flaw::malformed},
        {"exp", "tomorrow", Flaw::malformed},
        {"exp", 1.5, Flaw::malformed},
        {"exp", nullptr, Flaw::malformed},
        {"iat", at + 60, {}},
        {"iat", at + 61, Flaw::issued_at},
        {"iat", at - 600, {}},
        {"iat", at - 601, Flaw::issued_at},
        {"nonce", "m", Flaw::nonce},
        {"nonce", "", Flaw::nonce},
        {"nonce", nullptr, Flaw::nonce},
        {"nonce", 7, Flaw::malformed},
        {"at_hash", json::string(access_token_hash("access")), {}},
        {"at_hash", json::string(access_token_hash("other")), Flaw::access_token_hash},
        {"acr", "eidas2", {}},
        {"acr", "eidas0", Flaw::acr},
        {"acr", "eidas1-mfa", Flaw::acr},
        {"acr", nullptr, Flaw::acr},
        {"sub", "", Flaw::malformed},
        {"sub", json::string(255, 's'), {}},
        {"sub", json::string(256, 's'), Flaw::malformed},
        {"unknown", json::object{{"a", 1}}, {}},
    };
    for (const Row& row : rows) {
        json::object claims = id_claims();
        claims[row.claim] = row.value;
        CAPTURE(row.claim);
        CAPTURE(json::serialize(row.value));
        const auto token = read_id_token(json::serialize(claims));
        CHECK((token ? flaw_of(*token, expected()) : std::optional{token.error()}) == row.flaw);
    }
    // Several audiences with the party named; and no level where none is asked.
    json::object claims = id_claims();
    claims["aud"] = json::array{"campus", "other"};
    claims["azp"] = "campus";
    claims.erase("acr");
    Expected lenient = expected();
    lenient.acr_values.clear();
    CHECK(flaw_of(*read_id_token(json::serialize(claims)), lenient) == std::nullopt);
    // No nonce was asked: a bug, and not a token without one.
    lenient.nonce.clear();
    claims["nonce"] = "";
    CHECK(flaw_of(*read_id_token(json::serialize(claims)), lenient) == Flaw::nonce);
    for (const char* text : {"", "[]", "null", "{", "\"text\"", "{\"iss\":1}"})
        CHECK_FALSE(read_id_token(text));
}

TEST_CASE("what user information must say, and how it is read") {
    const json::object good{{"iss", "https://idp"},
                            {"aud", "campus"},
                            {"sub", "s"},
                            {"email", " Awa.Diallo@DINUM.example "},
                            {"given_name", "Awa\nFatou"},
                            {"usual_name", "Diallo"},
                            {"siret", "13002526500013"},
                            {"belonging_population", "Prestataire"},
                            {"roles", {"agent_public"}}};
    const auto user = read_user_info(json::serialize(good));
    REQUIRE(user);
    CHECK(user->email == "awa.diallo@dinum.example");
    CHECK(user->given_name == "Awa Fatou");
    CHECK(user->belonging_population == "prestataire");
    CHECK(flaw_of(*user, "s", expected()) == std::nullopt);
    CHECK(flaw_of(*user, "t", expected()) == Flaw::subject);

    struct Row {
        const char* claim;
        json::value value;
        std::optional<Flaw> flaw;
    };
    const std::vector<Row> rows{
        {"iss", "https://evil", Flaw::issuer},
        {"iss", nullptr, Flaw::issuer},
        {"aud", "other", Flaw::audience},
        {"aud", nullptr, Flaw::audience},
        {"exp", at - 59, {}},
        {"exp", at - 60, Flaw::expired},
        {"email", "", Flaw::claims},
        {"email", "no mail", Flaw::claims},
        {"email", "é@dinum.fr", Flaw::claims},
        {"given_name", " ", Flaw::claims},
        {"usual_name", nullptr, Flaw::claims},
        {"usual_name", 7, Flaw::malformed},
        {"roles", "agent_public", {}},
        {"roles", {{"a", 1}}, Flaw::malformed},
        {"roles", json::array{1}, Flaw::malformed},
        {"given_name", json::string(501, 'x'), Flaw::malformed},
    };
    for (const Row& row : rows) {
        json::object claims = good;
        claims[row.claim] = row.value;
        CAPTURE(row.claim);
        CAPTURE(json::serialize(row.value));
        const auto read = read_user_info(json::serialize(claims));
        CHECK((read ? flaw_of(*read, "s", expected()) : std::optional{read.error()}) == row.flaw);
    }
    // A number that is no SIRET is none.
    json::object claims = good;
    claims["siret"] = "13002526500014";
    CHECK(read_user_info(json::serialize(claims))->siret == "");
}

TEST_CASE("addresses of a provider") {
    using fetch::is_safe_origin;
    using fetch::origin_of;
    CHECK(origin_of("https://auth.example/api/v2") == "https://auth.example");
    CHECK(origin_of("https://auth.example:8443?x") == "https://auth.example:8443");
    for (const char* odd : {"", "auth.example", "ftp://auth.example", "https://", "https://a@b/",
                            "https://a\\b", "javascript://x"})
        CHECK(origin_of(odd) == "");
    CHECK(is_safe_origin("https://auth.example"));
    CHECK(is_safe_origin("http://127.0.0.1:8080"));
    CHECK(is_safe_origin("http://localhost"));
    CHECK_FALSE(is_safe_origin("http://auth.example"));
    CHECK_FALSE(is_safe_origin("http://127.0.0.1.evil.example"));
    CHECK_FALSE(is_safe_origin("http://localhostevil"));
    CHECK_FALSE(is_safe_origin(""));
}

TEST_CASE("codes of errors") {
    CHECK(error_code_of("Y500015: private") == "Y500015");
    CHECK(error_code_of("error (Y04A586)") == "Y04A586");
    for (const char* none : {"", "Y50001", "Yes, 000400", "y500015", "YZZZZZZ"})
        CHECK(error_code_of(none) == "");
}
