// SPDX-License-Identifier: EUPL-1.2
#include "base/secrets.hpp"
#include "db/database.hpp"
#include "http/router.hpp"
#include "http/tokens.hpp"
#include "identity/pages_access.hpp"
#include "identity/views_access.hpp"

#include <boost/json.hpp>

namespace identity {
namespace json = boost::json;
namespace {

// As long as a challenge can be answered.
constexpr int timeout_ms = 600'000;

std::string next_page(std::string_view asked) {
    return http::is_local_path(asked) ? std::string{asked} : "/";
}

http::Response show_sign_in(const http::Request& request, const AccessSite&) {
    return http::show(http::view("identity/passkey-sign-in",
                                 json::object{{"next", next_page(request.query.text("next"))}}));
}

http::Response begin_sign_in(const http::Request& request, const AccessSite& site) {
    const json::object options{
        {"challenge", site.passkeys.begin_sign_in(holder_of(request), request.now)},
        {"rpId", site.passkeys.site().id},
        {"userVerification", "required"},
        {"timeout", timeout_ms}};
    return http::content(json::serialize(options), "application/json");
}

http::Response sign_in(const http::Request& request, const AccessSite& site) {
    const http::Form& form = request.form;
    auto token =
        site.passkeys.sign_in({.credential = form.text("id"),
                               .client_data = form.text("response.clientDataJSON"),
                               .authenticator_data = form.text("response.authenticatorData"),
                               .signature = form.text("response.signature"),
                               .user_handle = form.text("response.userHandle")},
                              holder_of(request), request.header("user-agent"), request.now);
    if (!token) return http::refuse(token.error());
    return signed_in(request, site, std::move(*token), next_page(form.text("next")),
                     "identity.signed_in");
}

bool is_fresh(db::Transaction& transaction, const http::Request& request, const AccessSite& site) {
    return site.identity.is_fresh(transaction, request.cookie(http::session_cookie), request.now);
}

http::Response show_passkeys(const http::Request& request, const AccessSite& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(http::view(
            "identity/passkeys",
            passkeys_view(site.passkeys.of(transaction, request.person()),
                          site.identity.was_invited(transaction, request.person()),
                          request.caller->emergency, is_fresh(transaction, request, site))));
    });
}

// A way in that stays is not given by one that is for an hour, nor at a screen that somebody left.
base::Result<void> may_add(const http::Request& request, const AccessSite& site) {
    if (request.caller->emergency)
        return base::unexpected(
            base::Error{base::ErrorKind::forbidden, "identity.passkeys.not_in_emergency"});
    if (!site.database.read(
            [&](db::Transaction& transaction) { return is_fresh(transaction, request, site); }))
        return base::unexpected(
            base::Error{base::ErrorKind::forbidden, "identity.passkeys.sign_in_again"});
    return {};
}

http::Response begin_adding(const http::Request& request, const AccessSite& site) {
    if (const auto may = may_add(request, site); !may) return http::refuse(may.error());
    const auto creation = site.passkeys.begin(request.person(), holder_of(request), request.now);
    if (!creation) return http::refuse(creation.error());
    return creation_options(*creation, request, site);
}

http::Response add(const http::Request& request, const AccessSite& site) {
    if (const auto may = may_add(request, site); !may) return http::refuse(may.error());
    const auto added =
        site.passkeys.add(request.person(), creation_answer(request), holder_of(request),
                          request.header("user-agent"), request.now);
    if (!added) return http::refuse(added.error());
    return http::done("/me/passkeys", "identity.notice.passkey_added", 201);
}

http::Response done(const base::Result<void>& result, const char* notice) {
    if (!result) return http::refuse(result.error());
    return http::done("/me/passkeys", notice);
}

http::Response rename(const http::Request& request, const AccessSite& site) {
    const PasskeyId id = request.path_id<PasskeyId>("passkey").value_or(PasskeyId{});
    return done(site.passkeys.rename(request.person(), id, request.form.text("name")),
                "identity.notice.passkey_renamed");
}

http::Response remove(const http::Request& request, const AccessSite& site) {
    const PasskeyId id = request.path_id<PasskeyId>("passkey").value_or(PasskeyId{});
    return done(site.passkeys.remove(request.person(), id, request.now),
                "identity.notice.passkey_removed");
}

}  // namespace

std::string holder_of(const http::Request& request) {
    return base::sha256_hex(
        request.cookie(request.caller ? http::session_cookie : http::visitor_cookie));
}

CreationAnswer creation_answer(const http::Request& request) {
    return {request.form.text("response.clientDataJSON"),
            request.form.text("response.attestationObject")};
}

http::Response creation_options(const Creation& creation, const http::Request& request,
                                const AccessSite& site) {
    json::array algorithms;
    for (const int algorithm : {webauthn::eddsa, webauthn::es256, webauthn::rs256})
        algorithms.push_back({{"type", "public-key"}, {"alg", algorithm}});
    json::array known;
    for (const std::string& credential : creation.known)
        known.push_back({{"type", "public-key"}, {"id", credential}});
    const json::object options{
        {"challenge", creation.challenge},
        {"rp",
         {{"id", site.passkeys.site().id},
          {"name", site.words.message(request.language, {"layout.site", {}, {}})}}},
        {"user",
         {{"id", creation.user_handle},
          {"name", creation.user_name},
          {"displayName", creation.user_full_name}}},
        {"pubKeyCredParams", std::move(algorithms)},
        {"excludeCredentials", std::move(known)},
        {"authenticatorSelection",
         {{"residentKey", "required"},
          {"requireResidentKey", true},
          {"userVerification", "required"}}},
        {"attestation", "none"},
        {"timeout", timeout_ms}};
    return http::content(json::serialize(options), "application/json");
}

http::Response signed_in(const http::Request& request, const AccessSite& site, std::string token,
                         std::string location, const char* notice) {
    if (const auto before = request.cookie(http::session_cookie); !before.empty())
        site.identity.sign_out(before);
    return http::done(std::move(location), notice)
        .with_cookie({.name = std::string{http::session_cookie}, .value = std::move(token)});
}

void add_access_pages(http::Router& router, const AccessSite& site) {
    add_passkey_pages(router, site);
    add_invitation_pages(router, site);
    add_emergency_pages(router, site);
    add_sign_in_list_pages(router, site);
}

void add_passkey_pages(http::Router& router, const AccessSite& given) {
    const auto site = std::make_shared<const AccessSite>(given);  // shared by the handlers below
    const auto handle = [&](auto handler) {
        return [site, handler](const http::Request& request) { return handler(request, *site); };
    };
    const auto anyone = http::Access::anyone();
    const auto reader = http::Access::signed_in();
    const std::vector<http::Parameter> created{{"response.clientDataJSON"},
                                               {"response.attestationObject"}};
    router.add("GET", "/sign-in/passkey", anyone,
               {.summary = "Sign in with a passkey",
                .query = {{"next", R"({"type":"string"})", false, "The page to go on to"}},
                .answer = R"({"type":"object"})"},
               handle(show_sign_in));
    router.add("POST", "/sign-in/passkey/challenge", anyone,
               {.summary = "What navigator.credentials.get() takes (WebAuthn), base64url",
                .content_type = "application/json"},
               handle(begin_sign_in));
    router.add("POST", "/sign-in/passkey", anyone,
               {.summary = "Sign in with what navigator.credentials.get() gave, base64url",
                .form = {{"id"},
                         {"response.clientDataJSON"},
                         {"response.authenticatorData"},
                         {"response.signature"},
                         {"response.userHandle"},
                         {"next"}}},
               handle(sign_in));
    router.add("GET", "/me/passkeys", reader, {.summary = "My passkeys", .answer = passkeys_schema},
               handle(show_passkeys));
    router.add("POST", "/me/passkeys/challenge", reader,
               {.summary = "What navigator.credentials.create() takes (WebAuthn), base64url",
                .content_type = "application/json"},
               handle(begin_adding));
    router.add("POST", "/me/passkeys", reader,
               {.summary = "Add the passkey that navigator.credentials.create() gave, base64url",
                .form = created},
               handle(add));
    router.add("POST", "/me/passkeys/{passkey}/name", reader,
               {.summary = "Name a passkey", .form = {{"name"}}}, handle(rename));
    router.add("POST", "/me/passkeys/{passkey}/remove", reader, {.summary = "Remove a passkey"},
               handle(remove));
}

}  // namespace identity
