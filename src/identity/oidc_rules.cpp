// SPDX-License-Identifier: EUPL-1.2
#include "identity/oidc_rules.hpp"

#include "base/text.hpp"
#include "identity/people_file.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace identity::oidc {
namespace json = boost::json;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

// Between our clock and the provider's.
constexpr seconds skew{60};
// The code is exchanged at once: an ID token from further back was not made for it.
constexpr minutes oldest{10};

constexpr std::size_t max_subject = 255;  // OpenID Connect Core, section 2
constexpr std::size_t max_text = 500;

std::optional<json::object> read_claims(std::string_view payload) {
    json::parse_options options;
    options.max_depth = 8;
    json::error_code error;
    auto value = json::parse(payload, error, {}, options);
    if (error || !value.is_object()) return std::nullopt;
    return std::move(value.get_object());
}

// Reads claims one by one and remembers whether all were of the right type and size.
class Claims {
public:
    explicit Claims(const json::object& claims) : claims_(claims) {}

    std::string text(std::string_view name, std::size_t longest = max_text) {
        const auto* value = claims_.if_contains(name);
        if (value == nullptr || value->is_null()) return {};
        const auto* found = value->if_string();
        if (found == nullptr || found->size() > longest) {
            good = false;
            return {};
        }
        return {found->data(), found->size()};
    }
    std::vector<std::string> texts(std::string_view name) {
        const auto* value = claims_.if_contains(name);
        if (value == nullptr || value->is_null()) return {};
        if (value->is_string()) return {text(name)};
        const auto* list = value->if_array();
        std::vector<std::string> found;
        for (const json::value& item : list == nullptr ? json::array{} : *list)
            if (const auto* one = item.if_string(); one != nullptr && one->size() <= max_text)
                found.emplace_back(one->data(), one->size());
            else
                good = false;
        if (list == nullptr || list->size() > 50) good = false;
        return found;
    }
    std::optional<base::Time> time(std::string_view name) {
        const auto* value = claims_.if_contains(name);
        if (value == nullptr) return std::nullopt;
        const auto* number = value->if_int64();
        constexpr std::int64_t year_9999 = 253'402'300'799;
        if (number == nullptr || *number < 0 || *number > year_9999) {
            good = false;
            return std::nullopt;
        }
        return base::from_epoch(*number);
    }

    bool good = true;

private:
    const json::object& claims_;
};

bool contains(const std::vector<std::string>& list, std::string_view value) {
    return std::ranges::find(list, value) != list.end();
}

// Names as pages show them: nothing unseen, no spaces around.
std::string clean(std::string_view text) {
    std::string out{base::trim(text)};
    std::replace_if(
        out.begin(), out.end(), [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    base::drop_direction_controls(out);
    return out;
}

}  // namespace

Checked<IdToken> read_id_token(std::string_view payload) {
    const auto object = read_claims(payload);
    if (!object) return std::unexpected(Flaw::malformed);
    Claims claims(*object);
    const auto expires_at = claims.time("exp");
    const auto issued_at = claims.time("iat");
    IdToken token{.issuer = claims.text("iss"),
                  .subject = claims.text("sub", max_subject),
                  .audience = claims.texts("aud"),
                  .authorized_party = claims.text("azp"),
                  .expires_at = expires_at.value_or(base::Time{}),
                  .issued_at = issued_at.value_or(base::Time{}),
                  .nonce = claims.text("nonce"),
                  .access_token_hash = claims.text("at_hash"),
                  .acr = claims.text("acr")};
    if (!claims.good || !expires_at || !issued_at || token.subject.empty())
        return std::unexpected(Flaw::malformed);
    return token;
}

Checked<UserInfo> read_user_info(std::string_view payload) {
    const auto object = read_claims(payload);
    if (!object) return std::unexpected(Flaw::malformed);
    Claims claims(*object);
    UserInfo user{.issuer = claims.text("iss"),
                  .audience = claims.texts("aud"),
                  .expires_at = claims.time("exp"),
                  .subject = claims.text("sub", max_subject),
                  .email = lower(base::trim(claims.text("email"))),
                  .given_name = clean(claims.text("given_name")),
                  .usual_name = clean(claims.text("usual_name")),
                  .uid = claims.text("uid"),
                  .siret = std::string{base::trim(claims.text("siret"))},
                  .idp_id = claims.text("idp_id"),
                  .organization_label = clean(claims.text("organization_label")),
                  .organizational_unit = clean(claims.text("organizational_unit")),
                  .belonging_population = base::fold(claims.text("belonging_population")),
                  .roles = claims.texts("roles")};
    if (!claims.good) return std::unexpected(Flaw::malformed);
    if (!base::is_siret(user.siret)) user.siret.clear();
    return user;
}

std::optional<Flaw> flaw_of(const IdToken& token, const Expected& expected) {
    if (token.issuer != expected.issuer) return Flaw::issuer;
    if (!contains(token.audience, expected.client_id)) return Flaw::audience;
    if (token.audience.size() > 1 && token.authorized_party.empty()) return Flaw::audience;
    if (!token.authorized_party.empty() && token.authorized_party != expected.client_id)
        return Flaw::audience;
    if (token.expires_at + skew <= expected.now) return Flaw::expired;
    if (token.issued_at > expected.now + skew || token.issued_at + oldest < expected.now)
        return Flaw::issued_at;
    if (expected.nonce.empty() || !same_secret(token.nonce, expected.nonce)) return Flaw::nonce;
    if (!token.access_token_hash.empty() &&
        token.access_token_hash != access_token_hash(expected.access_token))
        return Flaw::access_token_hash;
    if (!expected.acr_values.empty() && !contains(expected.acr_values, token.acr)) return Flaw::acr;
    return std::nullopt;
}

std::optional<Flaw> flaw_of(const UserInfo& user, std::string_view subject,
                            const Expected& expected) {
    if (user.issuer != expected.issuer) return Flaw::issuer;
    if (!contains(user.audience, expected.client_id)) return Flaw::audience;
    if (user.expires_at && *user.expires_at + skew <= expected.now) return Flaw::expired;
    if (user.subject != subject) return Flaw::subject;
    if (!is_mail(user.email) || user.given_name.empty() || user.usual_name.empty())
        return Flaw::claims;
    return std::nullopt;
}

std::string claims_parameter(const std::vector<std::string>& acr_values) {
    return json::serialize(json::object{
        {"id_token", {{"acr", {{"essential", true}, {"values", json::value_from(acr_values)}}}}}});
}

std::string error_code_of(std::string_view description) {
    constexpr std::size_t length = 7;
    for (std::size_t at = 0; at + length <= description.size(); ++at) {
        const auto code = description.substr(at, length);
        if (code[0] == 'Y' && std::ranges::all_of(code.substr(1), [](char c) {
                return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
            }))
            return std::string{code};
    }
    return {};
}

}  // namespace identity::oidc
