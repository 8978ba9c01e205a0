// SPDX-License-Identifier: EUPL-1.2
// An identity provider like ProConnect, over real HTTP, that says whatever a test wants: the honest
// answer by default. (The real npm oidc-provider is asked through a browser, in tests/oidc.)
#pragma once
#include "base/clock.hpp"
#include "base/url.hpp"
#include "http/metrics.hpp"
#include "http/response.hpp"
#include "http/router.hpp"
#include "http/server.hpp"
#include "http/static_files.hpp"
#include "identity/oidc_jwt.hpp"
#include "signing_for_tests.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

class TestProvider final : public http::Application {
public:
    explicit TestProvider(base::Time now) : now_(now) {
        server_.emplace(http::ServerOptions{.listen = "127.0.0.1:0", .workers = 2}, *this,
                        static_files_, metrics_, clock_);
        issuer = "http://127.0.0.1:" + std::to_string(server_->port()) + "/api/v2";
        thread_ = std::thread([this] { server_->run(false); });
    }
    ~TestProvider() override {
        server_->stop();
        thread_.join();
    }

    std::string issuer;
    std::string client_id = "campus";
    std::string client_secret = "a-secret-of-the-tests";
    SigningKey key = SigningKey::new_rsa("key-1");

    // What it says of the person who signs in.
    boost::json::object user{{"sub", "subject-of-awa"},
                             {"email", "awa.diallo@dinum.example"},
                             {"given_name", "Awa"},
                             {"usual_name", "Diallo"},
                             {"uid", "awa"},
                             {"siret", "13002526500013"},
                             {"idp_id", "idp-of-dinum"},
                             {"organization_label", "DINUM"},
                             {"belonging_population", "agent"},
                             {"roles", {"agent_public", "agent_public_etat"}}};
    std::string acr = "eidas1-mfa";

    // Lies. `id_claims` and `user_claims` change the payloads before they are signed.
    std::function<void(boost::json::object&)> id_claims, user_claims;
    using Sign = std::function<std::string(const boost::json::object&)>;
    Sign sign_id, sign_user;
    std::string user_info_type = "application/jwt";
    std::function<void(boost::json::object&)> discovery;
    bool hangs_up = false;              // answers 503 to all
    std::vector<SigningKey> published;  // instead of `key`

    // The browser there and back: the query of the return address. Checks what was sent as
    // ProConnect does: nothing unknown, long enough, the right address.
    std::string visit(const std::string& location) {
        const auto question = location.find('?');
        asked = {};
        for (const std::string& part : split(location.substr(question + 1))) {
            const auto equals = part.find('=');
            asked[part.substr(0, equals)] =
                base::url_decode(part.substr(equals + 1), true).value_or("");
        }
        for (const auto& [name, value] : asked)
            if (!known.contains(name))
                return "error=invalid_request&error_description=Y000400&state=" + asked["state"];
        if (asked["state"].size() < 32 || asked["nonce"].size() < 32 ||
            asked["client_id"] != client_id)
            return "error=invalid_request&error_description=Y000400&state=" + asked["state"];
        const std::lock_guard lock(mutex_);
        code_ = "code-" + std::to_string(++codes_);
        return "code=" + code_ + "&state=" + asked["state"] + "&iss=" + base::url_encode(issuer);
    }
    std::map<std::string, std::string> asked;
    int token_requests = 0, key_requests = 0, discoveries = 0;

    http::Response dispatch(http::Request& request) const override {
        return const_cast<TestProvider*>(this)->answer(request);
    }
    std::size_t max_body(std::string_view, std::string_view) const override { return 100'000; }

private:
    inline static const std::map<std::string, bool> known{
        {"response_type", true}, {"client_id", true}, {"redirect_uri", true}, {"scope", true},
        {"state", true},         {"nonce", true},     {"claims", false},      {"prompt", false}};

    struct Clock final : base::Clock {
        base::Time now() const override { return base::Time{}; }
    };

    static std::vector<std::string> split(const std::string& query) {
        std::vector<std::string> parts;
        for (std::size_t at = 0; at < query.size();) {
            const auto end = std::min(query.find('&', at), query.size());
            parts.push_back(query.substr(at, end - at));
            at = end + 1;
        }
        return parts;
    }
    static http::Response json(const boost::json::object& value, int status = 200) {
        auto response = http::content(boost::json::serialize(value), "application/json");
        response.status = status;
        return response;
    }

    http::Response answer(http::Request& request) {
        const std::lock_guard lock(mutex_);
        if (hangs_up) return json({}, 503);
        const std::string base = issuer;
        if (request.path == "/api/v2/.well-known/openid-configuration") {
            ++discoveries;
            boost::json::object document{{"issuer", issuer},
                                         {"authorization_endpoint", base + "/authorize"},
                                         {"token_endpoint", base + "/token"},
                                         {"userinfo_endpoint", base + "/userinfo"},
                                         {"jwks_uri", base + "/jwks"},
                                         {"end_session_endpoint", base + "/session/end"}};
            if (discovery) discovery(document);
            return json(document);
        }
        if (request.path == "/api/v2/jwks") {
            ++key_requests;
            boost::json::array keys;
            for (const SigningKey& one : published) keys.push_back(one.jwk());
            if (published.empty()) keys.push_back(key.jwk());
            return json({{"keys", keys}});
        }
        const auto sent = [&](const std::string& name) {
            for (const std::string& part : split(request.body))
                if (part.starts_with(name + "="))
                    return base::url_decode(part.substr(name.size() + 1), true).value_or("");
            return std::string{};
        };
        if (request.path == "/api/v2/token") {
            ++token_requests;
            const bool good =
                sent("code") == code_ && !code_.empty() && sent("client_secret") == client_secret &&
                sent("client_id") == client_id && sent("redirect_uri") == asked["redirect_uri"];
            code_.clear();  // once
            if (!good) return json({{"error", "invalid_grant"}}, 400);
            const auto at = base::to_epoch(now_);
            boost::json::object claims{
                {"iss", issuer},    {"sub", user.at("sub")},
                {"aud", client_id}, {"exp", at + 60},
                {"iat", at},        {"nonce", asked["nonce"]},
                {"acr", acr},       {"at_hash", identity::oidc::access_token_hash("access-1")},
            };
            if (id_claims) id_claims(claims);
            return json({{"access_token", "access-1"},
                         {"token_type", "Bearer"},
                         {"expires_in", 60},
                         {"id_token", sign_id ? sign_id(claims) : token_by(key, claims)}});
        }
        if (request.path == "/api/v2/userinfo") {
            if (request.header("authorization") != "Bearer access-1") return json({}, 401);
            boost::json::object claims = user;
            claims["iss"] = issuer;
            claims["aud"] = client_id;
            claims["iat"] = base::to_epoch(now_);
            claims["exp"] = base::to_epoch(now_) + 60;
            if (user_claims) user_claims(claims);
            return http::content(sign_user ? sign_user(claims) : token_by(key, claims),
                                 user_info_type);
        }
        return json({}, 404);
    }

    base::Time now_;
    std::mutex mutex_;
    std::string code_;
    int codes_ = 0;
    std::vector<http::StaticFile> no_files_;
    http::StaticFiles static_files_{no_files_};
    http::Metrics metrics_;
    Clock clock_;
    std::optional<http::Server> server_;
    std::thread thread_;
};
