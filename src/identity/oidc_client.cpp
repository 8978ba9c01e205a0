// SPDX-License-Identifier: EUPL-1.2
#include "identity/oidc_client.hpp"

#include "base/url.hpp"
#include "fetch/fetch.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace identity::oidc {
namespace json = boost::json;
using std::chrono::hours;
using std::chrono::seconds;

namespace {

// Addresses hardly ever change. Keys do now and then, without notice: an unknown one is asked for
// at once, yet whoever sends tokens with invented keys makes us ask no more often than this.
constexpr hours addresses_live{1};
constexpr hours keys_live{24};
constexpr seconds between_key_requests{30};

Trouble unreachable(std::string detail) {
    return {Trouble::Kind::unreachable, std::nullopt, std::move(detail)};
}
Trouble flawed(Flaw flaw, std::string_view where) {
    return {Trouble::Kind::flawed, flaw, std::string{where} + ": " + std::string{name_of(flaw)}};
}

json::object read_object(std::string_view text) {
    json::error_code error;
    auto value = json::parse(text, error);
    return !error && value.is_object() ? std::move(value.get_object()) : json::object{};
}

std::string text_of(const json::object& object, std::string_view name) {
    const auto* value = object.if_contains(name);
    const auto* text = value == nullptr ? nullptr : value->if_string();
    return text == nullptr ? std::string{} : std::string{text->data(), text->size()};
}

std::string joined(const std::vector<std::string>& words) {
    std::string out;
    for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
    return out;
}

std::string with_query(const std::string& address,
                       const std::vector<std::pair<std::string_view, std::string>>& query) {
    std::string url = address;
    char separator = address.find('?') == std::string::npos ? '?' : '&';
    for (const auto& [name, value] : query) {
        url += separator;
        url.append(name).append("=").append(base::url_encode(value));
        separator = '&';
    }
    return url;
}

// A header must not be split by what the provider sent (RFC 6750, 2.1: b64token).
bool is_bearer(std::string_view token) {
    return !token.empty() && token.size() <= 8192 &&
           std::ranges::all_of(token, [](char c) { return c > ' ' && c < 127; });
}

// Its place among those who may wait for the provider.
class Place {
public:
    Place(std::atomic<int>& waiting, int most) : waiting_(waiting), free_(++waiting <= most) {}
    ~Place() { --waiting_; }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;
    explicit operator bool() const { return free_; }

private:
    std::atomic<int>& waiting_;
    bool free_;
};

}  // namespace

Client::Client(ProConnectSettings settings)
    : settings_(std::move(settings)), origin_(fetch::origin_of(settings_.issuer)) {
    if (!fetch::is_safe_origin(origin_))
        throw std::logic_error("the issuer of ProConnect must be an https:// address");
    if (settings_.algorithm == "HS256")
        algorithms_ = {Algorithm::hs256};
    else if (settings_.algorithm == "RS256")
        algorithms_ = {Algorithm::rs256};
    else if (settings_.algorithm == "ES256")
        algorithms_ = {Algorithm::es256};
    else
        algorithms_ = {Algorithm::rs256, Algorithm::es256};
}

Client::~Client() = default;

Outcome<std::shared_ptr<const Client::Addresses>> Client::addresses(
    fetch::Conversation& conversation, base::Time now) {
    std::shared_ptr<const Addresses> kept;
    {
        const std::lock_guard lock(mutex_);
        kept = addresses_;
        if (kept && now < addresses_at_ + addresses_live) return kept;
    }
    // Old addresses are better than none while the provider cannot tell new ones.
    const auto otherwise = [&](std::string detail) -> Outcome<std::shared_ptr<const Addresses>> {
        if (kept) return kept;
        return std::unexpected(unreachable(std::move(detail)));
    };
    const auto answer = conversation.get(settings_.issuer + "/.well-known/openid-configuration");
    if (!answer || answer->status != 200) return otherwise(conversation.trouble());
    const json::object document = read_object(answer->body);
    if (text_of(document, "issuer") != settings_.issuer)
        return otherwise("the discovery document names another issuer");
    auto found = std::make_shared<const Addresses>(
        Addresses{.authorize = text_of(document, "authorization_endpoint"),
                  .token = text_of(document, "token_endpoint"),
                  .user_info = text_of(document, "userinfo_endpoint"),
                  .keys = text_of(document, "jwks_uri"),
                  .end_session = text_of(document, "end_session_endpoint")});
    for (const std::string* address :
         {&found->authorize, &found->token, &found->user_info, &found->keys, &found->end_session})
        if (!address->starts_with(origin_ + '/'))
            return otherwise("an address in the discovery document is missing or elsewhere");
    const std::lock_guard lock(mutex_);
    addresses_ = found;
    addresses_at_ = now;
    return found;
}

std::shared_ptr<const KeySet> Client::fetch_keys(fetch::Conversation& conversation,
                                                 const Addresses& addresses, base::Time now) {
    {
        const std::lock_guard lock(mutex_);
        if (now < keys_asked_at_ + between_key_requests) return keys_;
        keys_asked_at_ = now;
    }
    const auto answer = conversation.get(addresses.keys);
    auto read = answer && answer->status == 200 ? KeySet::read(answer->body)
                                                : Checked<KeySet>{std::unexpected(Flaw::malformed)};
    const std::lock_guard lock(mutex_);
    if (!read || read->size() == 0) return keys_;  // the old ones, if any
    keys_ = std::make_shared<const KeySet>(std::move(*read));
    keys_at_ = now;
    return keys_;
}

Outcome<std::string> Client::verified(fetch::Conversation& conversation, const Addresses& addresses,
                                      std::string_view token, base::Time now) {
    std::shared_ptr<const KeySet> keys;
    bool stale = false;
    {
        const std::lock_guard lock(mutex_);
        keys = keys_;
        stale = !keys || now >= keys_at_ + keys_live;
    }
    const bool by_secret = algorithms_.front() == Algorithm::hs256;
    if (stale && !by_secret) keys = fetch_keys(conversation, addresses, now);
    const auto check = [&] {
        return verified_payload(token, {algorithms_, keys.get(), settings_.client_secret});
    };
    auto payload = check();
    if (!payload && payload.error() == Flaw::key_unknown) {
        keys = fetch_keys(conversation, addresses, now);
        payload = check();
    }
    if (!payload && !keys && !by_secret)
        return std::unexpected(unreachable("no keys: " + conversation.trouble()));
    if (!payload) return std::unexpected(flawed(payload.error(), "token"));
    return *std::move(payload);
}

Outcome<std::string> Client::authorization_url(std::string_view state, std::string_view nonce,
                                               bool silent, base::Time now) {
    const Place place(waiting_, settings_.at_once);
    if (!place) return std::unexpected(unreachable("too many wait for it"));
    fetch::Conversation conversation;
    const auto where = addresses(conversation, now);
    if (!where) return std::unexpected(where.error());
    std::vector<std::pair<std::string_view, std::string>> query{
        {"response_type", "code"},        {"client_id", settings_.client_id},
        {"redirect_uri", redirect_uri()}, {"scope", joined(settings_.scopes)},
        {"state", std::string{state}},    {"nonce", std::string{nonce}}};
    if (!settings_.acr_values.empty())
        query.emplace_back("claims", claims_parameter(settings_.acr_values));
    if (silent) query.emplace_back("prompt", "none");
    return with_query((*where)->authorize, query);
}

Outcome<Authenticated> Client::redeem(std::string_view code, const std::string& nonce,
                                      base::Time now) {
    const Place place(waiting_, settings_.at_once);
    if (!place) return std::unexpected(unreachable("too many wait for it"));
    fetch::Conversation conversation;
    const auto where = addresses(conversation, now);
    if (!where) return std::unexpected(where.error());

    const auto granted =
        conversation.post_form((*where)->token, {{"grant_type", "authorization_code"},
                                                 {"client_id", settings_.client_id},
                                                 {"client_secret", settings_.client_secret},
                                                 {"redirect_uri", redirect_uri()},
                                                 {"code", std::string{code}}});
    if (!granted || granted->status >= 500)
        return std::unexpected(unreachable(conversation.trouble()));
    const json::object tokens = read_object(granted->body);
    if (granted->status != 200)
        return std::unexpected(Trouble{Trouble::Kind::refused, std::nullopt,
                                       "token: " + text_of(tokens, "error").substr(0, 100)});
    const std::string access_token = text_of(tokens, "access_token");
    std::string id_token = text_of(tokens, "id_token");
    if (!is_bearer(access_token)) return std::unexpected(flawed(Flaw::malformed, "access token"));

    const Expected expected{.issuer = settings_.issuer,
                            .client_id = settings_.client_id,
                            .nonce = nonce,
                            .access_token = access_token,
                            .acr_values = settings_.acr_values,
                            .now = now};
    const auto id_payload = verified(conversation, **where, id_token, now);
    if (!id_payload) return std::unexpected(id_payload.error());
    const auto id = read_id_token(*id_payload);
    if (!id) return std::unexpected(flawed(id.error(), "ID token"));
    if (const auto flaw = flaw_of(*id, expected)) return std::unexpected(flawed(*flaw, "ID token"));

    const auto told = conversation.get((*where)->user_info, access_token);
    if (!told || told->status != 200) return std::unexpected(unreachable(conversation.trouble()));
    if (told->media_type != "application/jwt")
        return std::unexpected(flawed(Flaw::unsigned_user_info, "user information"));
    auto user_payload = verified(conversation, **where, told->body, now);
    if (!user_payload) return std::unexpected(user_payload.error());
    auto user = read_user_info(*user_payload);
    if (!user) return std::unexpected(flawed(user.error(), "user information"));
    if (const auto flaw = flaw_of(*user, id->subject, expected))
        return std::unexpected(flawed(*flaw, "user information"));
    return Authenticated{*std::move(user), *std::move(user_payload), std::move(id_token)};
}

Outcome<std::string> Client::end_session_url(std::string_view id_token, std::string_view state,
                                             base::Time now) {
    const Place place(waiting_, settings_.at_once);
    if (!place) return std::unexpected(unreachable("too many wait for it"));
    fetch::Conversation conversation;
    const auto where = addresses(conversation, now);
    if (!where) return std::unexpected(where.error());
    return with_query((*where)->end_session,
                      {{"id_token_hint", std::string{id_token}},
                       {"state", std::string{state}},
                       {"post_logout_redirect_uri", settings_.public_url + "/sign-out/return"}});
}

}  // namespace identity::oidc
