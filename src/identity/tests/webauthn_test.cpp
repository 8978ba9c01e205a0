// SPDX-License-Identifier: EUPL-1.2
#include "identity/webauthn.hpp"

#include "authenticator.hpp"
#include "identity/cbor.hpp"

#include <doctest/doctest.h>

#include <functional>

using namespace identity;
using webauthn::Problem;
using Ways = Authenticator::Ways;

namespace {

const webauthn::RelyingParty site{"campus.test", "http://campus.test"};
const std::string challenge = "Y2hhbGxlbmdlLWNoYWxsZW5nZS1jaGFsbGVuZ2U";

template <class T>
std::string problem(const std::expected<T, Problem>& result) {
    return result ? "" : std::string{webauthn::name_of(result.error())};
}

// Signing in with a key of this kind, done so; the stored counter is 5.
std::string signing_in(KeyKind kind, const Ways& ways, std::uint32_t counter = 6,
                       std::int64_t stored = 5) {
    Authenticator key(kind);
    key.counter = counter;
    const std::string client = key.client_data("webauthn.get", challenge, ways);
    const auto asked = webauthn::challenge_of(client, "webauthn.get", site);
    if (!asked) return problem(asked);
    CHECK(*asked == challenge);
    const std::string data = key.data(ways, false);
    const std::string signature = key.signature(client, data, ways);
    return problem(webauthn::check({client, data, signature}, key.cose_key(), stored, site));
}

std::string creating(const Ways& ways) {
    const Authenticator key;
    const std::string client = key.client_data("webauthn.create", challenge, ways);
    const auto asked = webauthn::challenge_of(client, "webauthn.create", site);
    if (!asked) return problem(asked);
    return problem(webauthn::read_new_key(key.attestation(ways), site));
}

}  // namespace

TEST_CASE("a passkey signs in with each algorithm, and only as it should") {
    struct Row {
        const char* what;
        Ways ways;
        const char* problem;
    };
    const std::vector<Row> rows{
        {"right", {}, ""},
        {"backed up", {.flags = 1 | 4 | 8 | 16}, ""},
        {"another origin", {.origin = "http://evil.test"}, "origin"},
        {"another port", {.origin = "http://campus.test:8080"}, "origin"},
        {"another scheme", {.origin = "https://campus.test"}, "origin"},
        {"a longer host", {.origin = "http://campus.test.evil.test"}, "origin"},
        {"within a frame", {.client_extra = R"(,"topOrigin":"http://evil.test")"}, "origin"},
        {"another site's key", {.rp_id = "evil.test"}, "relying_party"},
        {"nobody touched it", {.flags = 4}, "not_verified"},
        {"no PIN, no finger", {.flags = 1}, "not_verified"},
        {"a copy that cannot be", {.flags = 1 | 4 | 16}, "malformed"},
        {"made for creating", {.type = "webauthn.create"}, "ceremony"},
        {"made for paying", {.type = "payment.get"}, "ceremony"},
        {"a wrong signature", {.break_signature = true}, "signature"},
        {"bytes too many", {.data_extra = "x"}, "malformed"},
        {"extensions that are not there", {.flags = 1 | 4 | 128}, "malformed"},
        {"extensions that are no map", {.flags = 1 | 4 | 128, .data_extra = "\x01"}, "malformed"},
        {"extensions", {.flags = 1 | 4 | 128, .data_extra = "\xA1\x61\x61\xF5"}, ""},
    };
    for (const KeyKind kind : {KeyKind::es256, KeyKind::rs256, KeyKind::eddsa})
        for (const Row& row : rows) {
            CAPTURE(row.what);
            CHECK(signing_in(kind, row.ways) == row.problem);
        }
}

TEST_CASE("a counter that does not go on betrays a copy; authenticators without one say zero") {
    CHECK(signing_in(KeyKind::es256, {}, 6, 5) == "");
    CHECK(signing_in(KeyKind::es256, {}, 5, 5) == "counter");
    CHECK(signing_in(KeyKind::es256, {}, 4, 5) == "counter");
    CHECK(signing_in(KeyKind::es256, {}, 0, 5) == "counter");
    CHECK(signing_in(KeyKind::es256, {}, 0, 0) == "");
    CHECK(signing_in(KeyKind::es256, {}, 4'294'967'295, 4'294'967'294) == "");
}

TEST_CASE("a signature is of these data, of this client data and of this key") {
    const Authenticator key;
    const Authenticator other;
    const std::string client = key.client_data("webauthn.get", challenge, {});
    const std::string data = key.data({}, false);
    const std::string signature = key.signature(client, data, {});
    const auto check = [&](std::string_view c, std::string_view d, std::string_view s,
                           const std::string& cose) {
        return problem(webauthn::check({c, d, s}, cose, 0, site));
    };
    CHECK(check(client, data, signature, key.cose_key()) == "");
    CHECK(check(client + " ", data, signature, key.cose_key()) == "signature");
    CHECK(check(client, key.data({.flags = 1 | 4 | 8}, false), signature, key.cose_key()) ==
          "signature");
    CHECK(check(client, data, signature, other.cose_key()) == "signature");
    CHECK(check(client, data, "", key.cose_key()) == "signature");
    CHECK(check(client, key.data({}, true), signature, key.cose_key()) == "malformed");
    CHECK(check(client, data.substr(0, 36), signature, key.cose_key()) == "malformed");
    CHECK(check(client, data, signature, "") == "algorithm");
}

TEST_CASE("a new passkey is taken, and refused when it is not what was asked") {
    struct Row {
        const char* what;
        Ways ways;
        const char* problem;
    };
    const std::vector<Row> rows{
        {"right", {}, ""},
        {"a statement that we do not trust and do not need",
         {.format = "packed", .statement = "\xA1\x63\x61lg\x26"},
         ""},
        {"another origin", {.origin = "http://evil.test"}, "origin"},
        {"another site's key", {.rp_id = "evil.test"}, "relying_party"},
        {"made for signing in", {.type = "webauthn.get"}, "ceremony"},
        {"nobody verified", {.flags = 1}, "not_verified"},
        {"none, with a statement", {.statement = "\xA1\x61x\x01"}, "malformed"},
        {"a statement that is no map", {.format = "packed", .statement = "\x01"}, "malformed"},
        {"bytes too many", {.data_extra = "x"}, "malformed"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.what);
        CHECK(creating(row.ways) == row.problem);
    }
}

TEST_CASE("an attestation object that is broken anywhere is refused and breaks nothing") {
    const Authenticator key;
    const std::string whole = key.attestation({});
    REQUIRE(webauthn::read_new_key(whole, site));
    for (std::size_t size = 0; size < whole.size(); ++size)
        CHECK_FALSE(webauthn::read_new_key(whole.substr(0, size), site));
    CHECK_FALSE(webauthn::read_new_key(whole + '\0', site));
    CHECK_FALSE(webauthn::read_new_key(std::string(70'000, '\x80'), site));
    // 64 KiB and one byte of what would be right.
    Ways huge{.format = "packed", .statement = "\xA1\x61x" + cbor::bytes(std::string(65'000, 'x'))};
    CHECK(creating(huge) == "");
    huge.statement = "\xA1\x61x" + cbor::bytes(std::string(66'000, 'x'));
    CHECK(creating(huge) == "malformed");
    // A credential id that is too long, and one that is not there.
    const std::string data = key.data({}, true);
    const auto with_size = [&](unsigned size) {
        std::string changed = data;
        changed[53] = static_cast<char>(size >> 8U);
        changed[54] = static_cast<char>(size & 255U);
        return problem(webauthn::read_new_key(Authenticator::attestation(changed, {}), site));
    };
    CHECK(with_size(43) == "");
    for (const unsigned size : {0U, 42U, 44U, 1024U, 65'535U})
        CHECK(with_size(size) == "malformed");
}

TEST_CASE("a public key is of a known algorithm, of its size, and on its curve") {
    using namespace cbor;
    const std::string x(32, 'x'), y(32, 'y');
    const auto es256 = [&](int type, int algorithm, int curve, const std::string& x_,
                           const std::string& y_) {
        return map(5) + integer(1) + integer(type) + integer(3) + integer(algorithm) + integer(-1) +
               integer(curve) + integer(-2) + bytes(x_) + integer(-3) + bytes(y_);
    };
    const Authenticator good;
    const std::string cose = good.cose_key();
    const std::string rsa_small = map(4) + integer(1) + integer(3) + integer(3) + integer(-257) +
                                  integer(-1) + bytes(std::string(128, '\xff')) + integer(-2) +
                                  bytes(std::string{"\x01\x00\x01", 3});
    const std::vector<std::string> keys{
        "",
        "\xA0",
        es256(2, -7, 1, x, y),            // not on the curve
        es256(2, -7, 2, x, y),            // another curve
        es256(2, -35, 1, x, y),           // ES384
        es256(3, -7, 1, x, y),            // another type
        es256(2, -7, 1, x.substr(1), y),  // too short
        es256(2, -7, 1, x + "x", y),
        map(6) + cose.substr(1) + integer(4) + integer(1),   // a member that is none of ours
        map(6) + cose.substr(1) + integer(3) + integer(-7),  // a member twice
        cose + "x",
        rsa_small,
    };
    const std::string client = good.client_data("webauthn.get", challenge, {});
    const std::string data = good.data({}, false);
    const std::string signature = good.signature(client, data, {});
    CHECK(problem(webauthn::check({client, data, signature}, cose, 0, site)) == "");
    for (const std::string& key : keys) {
        CAPTURE(base::base64url_encode(key));
        CHECK(problem(webauthn::check({client, data, signature}, key, 0, site)) == "algorithm");
    }
}

TEST_CASE("client data that is none is refused") {
    const auto asked = [](const std::string& text) {
        return problem(webauthn::challenge_of(text, "webauthn.get", site));
    };
    for (const char* text :
         {"", "{", "[]", "{}", "null", R"({"type":"webauthn.get"})",
          R"({"type":1,"challenge":"a","origin":"http://campus.test"})",
          R"({"type":"webauthn.get","challenge":["a"],"origin":"http://campus.test"})"}) {
        CAPTURE(text);
        CHECK(asked(text) == "malformed");
    }
    const std::string right =
        R"({"type":"webauthn.get","challenge":"a","origin":"http://campus.test")";
    CHECK(asked(right + "}") == "");
    CHECK(asked(right + R"(,"crossOrigin":true})") == "origin");
    CHECK(asked(right + R"(,"crossOrigin":"no"})") == "origin");
    CHECK(asked(right + R"(,"x":")" + std::string(5000, 'x') + "\"}") == "malformed");
    CHECK(asked(right + R"(,"x":)" + std::string(1000, '[') + std::string(1000, ']') + "}") ==
          "malformed");
}

TEST_CASE("CBOR is read in its shortest form only, and never beyond its end") {
    const auto integer = [](std::string_view bytes) { return CborReader(bytes).integer(); };
    CHECK(integer(std::string_view{"\x00", 1}) == 0);
    CHECK(integer("\x17") == 23);
    CHECK(integer("\x18\x18") == 24);
    CHECK(integer("\x39\x01\x00" + std::string{}) == std::nullopt);  // cut short by the C string
    CHECK(integer(std::string_view{"\x39\x01\x00", 3}) == -257);
    CHECK(integer(std::string_view{"\x1B\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF", 9}) == INT64_MAX);
    for (const std::string_view wrong :
         {std::string_view{""}, std::string_view{"\x18"}, std::string_view{"\x18\x17"},
          std::string_view{"\x19\x00\xFF", 3}, std::string_view{"\x1A\x00\x00\xFF\xFF", 5},
          std::string_view{"\x1B\x00\x00\x00\x00\xFF\xFF\xFF\xFF", 9}, std::string_view{"\x1C"},
          std::string_view{"\x1F"}, std::string_view{"\x41\x61"},
          std::string_view{"\x1B\x80\x00\x00\x00\x00\x00\x00\x00", 9}}) {
        CAPTURE(base::base64url_encode(wrong));
        CHECK_FALSE(integer(wrong));
    }
    const auto skips = [](std::string_view bytes) {
        CborReader reader(bytes);
        return reader.skip() && reader.rest().empty();
    };
    CHECK(skips("\x81\x81\x81\x81\x01"));            // four deep
    CHECK_FALSE(skips("\x81\x81\x81\x81\x81\x01"));  // five
    CHECK(skips("\xF5"));
    CHECK_FALSE(skips("\xF7"));                  // undefined
    CHECK_FALSE(skips("\xF9\x3C\x01"));          // a float
    CHECK_FALSE(skips("\xC1\x01"));              // a tag
    CHECK_FALSE(skips("\x9F\x01\xFF"));          // of indefinite length
    CHECK_FALSE(skips("\x5A\xFF\xFF\xFF\xFF"));  // four gigabytes of nothing
    CHECK_FALSE(skips("\xBB\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"));
}

TEST_CASE("the relying party is the host of the site's address") {
    const auto told = [](std::string_view url) {
        const auto party = webauthn::relying_party(url);
        return party.id + " " + party.origin;
    };
    CHECK(told("https://campus.example") == "campus.example https://campus.example");
    CHECK(told("https://campus.example:8443") == "campus.example https://campus.example:8443");
    CHECK(told("http://127.0.0.1:8080") == "localhost http://localhost:8080");
    CHECK(told("http://[::1]:8080") == "localhost http://localhost:8080");
    CHECK(told("https://site.example/campus") == "site.example https://site.example");
}
