// SPDX-License-Identifier: EUPL-1.2
#include "db/database.hpp"
#include "http/router.hpp"
#include "identity/emergency.hpp"
#include "identity/pages_access.hpp"
#include "identity/views_access.hpp"

#include <boost/json.hpp>

namespace identity {
namespace {

namespace json = boost::json;

// The page is there only while somebody can use it.
bool exists(const AccessSite& site) {
    return site.database.read(
        [&](db::Transaction& transaction) { return site.emergency.exists(transaction); });
}

http::Response not_found() {
    return http::refuse({base::ErrorKind::not_found, "identity.emergency.none_enabled"});
}

// Of what was typed only the mail comes back.
http::View form_view(std::string_view email) {
    return http::view("identity/emergency",
                      json::object{{"form",
                                    {{"email", {{"value", email}, {"required", true}}},
                                     {"password", {{"required", true}}},
                                     {"code", {{"required", true}}}}}});
}

http::Response show_emergency(const http::Request&, const AccessSite& site) {
    return exists(site) ? http::show(form_view("")) : not_found();
}

http::Response sign_in(const http::Request& request, const AccessSite& site) {
    if (!exists(site)) return not_found();
    const http::Form& form = request.form;
    auto token = site.emergency.sign_in({.email = form.text("email"),
                                         .password = form.text("password"),
                                         .code = form.text("code"),
                                         .address = request.client,
                                         .user_agent = request.header("user-agent")},
                                        request.now);
    if (!token) return http::refuse(token.error(), form_view(form.text("email")));
    return signed_in(request, site, std::move(*token), "/", "identity.signed_in");
}

http::Response show_sign_ins(const http::Request& request, const AccessSite& site) {
    return site.database.read([&](db::Transaction& transaction) {
        return http::show(http::view("identity/sign-ins",
                                     sign_ins_view(site.identity.sign_ins(
                                         transaction, request.person(),
                                         request.cookie(http::session_cookie), request.now))));
    });
}

http::Response end_one(const http::Request& request, const AccessSite& site) {
    const auto ended = site.identity.end_sign_in(request.person(), request.path_value("sign_in"));
    if (!ended) return http::refuse(ended.error());
    return http::done("/me/sign-ins", "identity.notice.sign_in_ended");
}

http::Response end_others(const http::Request& request, const AccessSite& site) {
    site.database.write([&](db::Transaction& transaction) {
        site.identity.end_sign_ins(transaction, request.person(),
                                   request.cookie(http::session_cookie));
    });
    return http::done("/me/sign-ins", "identity.notice.sign_ins_ended");
}

}  // namespace

void add_emergency_pages(http::Router& router, const AccessSite& given) {
    const auto site = std::make_shared<const AccessSite>(given);  // shared by the handlers below
    router.add("GET", "/sign-in/emergency", http::Access::anyone(),
               {.summary = "Sign in as an emergency administrator, while the provider is away",
                .answer = R"({"type":"object"})"},
               [site](const http::Request& request) { return show_emergency(request, *site); });
    router.add("POST", "/sign-in/emergency", http::Access::anyone(),
               {.summary = "Sign in as an emergency administrator",
                .form = {{"email", R"({"type":"string"})", true},
                         {"password", R"({"type":"string"})", true},
                         {"code", R"({"type":"string"})", true, "Six digits"}}},
               [site](const http::Request& request) { return sign_in(request, *site); });
}

void add_sign_in_list_pages(http::Router& router, const AccessSite& given) {
    const auto site = std::make_shared<const AccessSite>(given);  // shared by the handlers below
    const auto reader = http::Access::signed_in();
    router.add("GET", "/me/sign-ins", reader,
               {.summary = "Where I am signed in", .answer = sign_ins_schema},
               [site](const http::Request& request) { return show_sign_ins(request, *site); });
    router.add("POST", "/me/sign-ins/{sign_in}/end", reader, {.summary = "End one of my sign-ins"},
               [site](const http::Request& request) { return end_one(request, *site); });
    router.add("POST", "/me/sign-ins/end-others", reader,
               {.summary = "End all my sign-ins but this one"},
               [site](const http::Request& request) { return end_others(request, *site); });
}

}  // namespace identity
