// SPDX-License-Identifier: EUPL-1.2
// The routes of sign-in with ProConnect: there and back, the first visit, the link of a letter, and
// signing out at the provider, too.
#include "identity/proconnect_pages.hpp"
#include "base/secrets.hpp"
#include "base/url.hpp"
#include "db/database.hpp"
#include "http/router.hpp"
#include "identity/pages.hpp"
#include "identity/proconnect.hpp"
#include "identity/proconnect_views.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <cstdio>

namespace identity {
namespace {

constexpr std::string_view ticket_cookie = "campus_proconnect";       // on the way there and back
constexpr std::string_view newcomer_cookie = "campus_newcomer";       // on the first visit
constexpr std::string_view sign_out_cookie = "campus_sign_out";       // on the way out and back
constexpr std::string_view known_cookie = "campus_proconnect_known";  // signed in by it before
constexpr std::int64_t minutes_10_s = 600;
constexpr std::int64_t hour_s = 3600;
constexpr std::int64_t days_30_s = 30LL * 24 * 3600;

http::Cookie gone(std::string_view name) {
    return {.name = std::string{name}, .value = "", .max_age_s = 0};
}

Visitor visitor(const http::Request& request) {
    return {request.cookie(http::session_cookie), request.header("user-agent")};
}

std::string sign_in_path(std::string_view next) {
    return "/sign-in?asked=1&next=" + base::url_encode(next);
}

// For the operator: what happened, and nothing of the person.
void log(const http::Request& request, const Problem& problem) {
    const std::string line =
        boost::json::serialize(boost::json::object{{"level", "warning"},
                                                   {"event", "sign_in"},
                                                   {"problem", problem.kind},
                                                   {"code", problem.code},
                                                   {"detail", problem.detail},
                                                   {"request_id", request.request_id}}) +
        '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
}

http::Response show_problem(const http::Request& request, const Problem& problem) {
    // Who was asked without being told sees the sign-in page as if nothing had been.
    if (problem.silent) return http::redirect(sign_in_path(problem.next));
    if (problem.kind == "cancelled")
        return http::done(sign_in_path(problem.next), "identity.notice.sign_in_cancelled");
    log(request, problem);
    http::Response response =
        http::show(http::view("identity/sign-in-problem", problem_view(problem)));
    response.status = problem.kind == "unreachable" || problem.kind == "temporary" ? 503
                      : problem.kind == "expired" || problem.kind == "replayed"    ? 400
                                                                                   : 403;
    return response;
}

http::Response depart(const http::Request& request, ProConnect& proconnect) {
    const auto next = request.query.text("next");
    const auto departure =
        proconnect.depart(next, request.query.text("silent") == "1", request.now);
    if (!departure) return show_problem(request, departure.error());
    return http::redirect(departure->url)
        .with_cookie({.name = std::string{ticket_cookie},
                      .value = departure->cookie,
                      .max_age_s = minutes_10_s});
}

http::Response enter(http::Response response, const SignedIn& signed_in) {
    return std::move(
        response
            .with_cookie(
                {.name = std::string{http::session_cookie}, .value = signed_in.session_token})
            .with_cookie({.name = std::string{known_cookie}, .value = "1", .max_age_s = days_30_s})
            .with_cookie({.name = "campus_language", .value = signed_in.language}));
}

http::Response arrive(const http::Request& request, ProConnect& proconnect) {
    const auto welcome = proconnect.arrive({.cookie = request.cookie(ticket_cookie),
                                            .state = request.query.text("state"),
                                            .code = request.query.text("code"),
                                            .issuer = request.query.text("iss"),
                                            .error = request.query.text("error"),
                                            .description = request.query.text("error_description")},
                                           visitor(request), request.now);
    if (!welcome)
        return std::move(show_problem(request, welcome.error()).with_cookie(gone(ticket_cookie)));
    if (const auto* signed_in = std::get_if<SignedIn>(&*welcome))
        return std::move(enter(http::done(signed_in->next, "identity.signed_in"), *signed_in)
                             .with_cookie(gone(ticket_cookie)));
    return std::move(http::redirect("/sign-in/first-visit")
                         .with_cookie(gone(ticket_cookie))
                         .with_cookie({.name = std::string{newcomer_cookie},
                                       .value = std::get<FirstVisit>(*welcome).token,
                                       .max_age_s = hour_s}));
}

// -- the first visit

std::optional<http::View> first_visit(const http::Request& request, const Site& site,
                                      Newcomers& newcomers) {
    const auto newcomer = newcomers.find(request.cookie(newcomer_cookie), request.now);
    if (!newcomer) return std::nullopt;
    return http::view("identity/first-visit",
                      first_visit_view(*newcomer, *site.organisations.tree(), request.form));
}

http::Response too_late() {
    return http::refuse({base::ErrorKind::not_found, "identity.first_visit.too_late"});
}

http::Response show_first_visit(const http::Request& request, const Site& site,
                                Newcomers& newcomers) {
    const auto view = first_visit(request, site, newcomers);
    return view ? http::show(*view) : too_late();
}

http::Response refused(const http::Request& request, const Site& site, Newcomers& newcomers,
                       const base::Error& error) {
    const auto view = first_visit(request, site, newcomers);
    return view && error.kind != base::ErrorKind::not_found ? http::refuse(error, *view)
                                                            : http::refuse(error);
}

http::Response begin(const http::Request& request, const Site& site, Newcomers& newcomers) {
    const auto signed_in =
        newcomers.begin(request.cookie(newcomer_cookie), request.form.text("organisation"),
                        visitor(request), request.language, request.now);
    if (!signed_in) return refused(request, site, newcomers, signed_in.error());
    return std::move(enter(http::done(signed_in->next, "identity.notice.first_visit"), *signed_in)
                         .with_cookie(gone(newcomer_cookie)));
}

http::Response claim(const http::Request& request, const Site& site, Newcomers& newcomers) {
    const auto claimed =
        newcomers.claim(request.cookie(newcomer_cookie), request.form.text("email"), request.now);
    if (!claimed) return refused(request, site, newcomers, claimed.error());
    return http::done("/sign-in/first-visit", "identity.notice.claimed");
}

http::Response show_claim(const http::Request& request, Newcomers& newcomers) {
    const auto claim = newcomers.claim_of_link(request.path_value("secret"), request.now);
    return claim ? http::show(http::view("identity/claim", claim_view(*claim))) : too_late();
}

http::Response confirm_claim(const http::Request& request, Newcomers& newcomers) {
    const auto confirmed = newcomers.confirm_link(request.path_value("secret"), request.now);
    if (!confirmed) return http::refuse(confirmed.error());
    return http::done("/sign-in?asked=1", "identity.notice.linked");
}

// -- the way out

http::Response back_from_sign_out(const http::Request& request) {
    const auto state = request.query.text("state");
    const bool ours = !state.empty() && state == request.cookie(sign_out_cookie);
    http::Response response = ours ? http::done("/", "identity.signed_out") : http::redirect("/");
    return std::move(response.with_cookie(gone(sign_out_cookie)));
}

}  // namespace

bool asks_silently(const http::Request& request) {
    return !request.caller && !request.wants_json() && request.query.text("asked").empty() &&
           !request.cookie(known_cookie).empty();
}

http::Response ask_silently(std::string_view next) {
    return http::redirect("/sign-in/proconnect?silent=1&next=" + base::url_encode(next));
}

http::Response sign_out_of(const http::Request& request, Identity& identity,
                           ProConnect* proconnect) {
    const auto session = request.cookie(http::session_cookie);
    const std::string state = base::random_token();
    const auto url = proconnect == nullptr
                         ? std::nullopt
                         : proconnect->end_session_url(session, state, request.now);
    identity.sign_out(session);
    http::Response response = http::done("/", "identity.signed_out");
    if (url) {
        // A page in between: a redirect would be the end of our form, and the policy of forms lets
        // none lead elsewhere.
        response = http::show(http::view("identity/sign-out", sign_out_view(*url)));
        response.with_header("refresh", "0; url=" + *url)
            .with_cookie(
                {.name = std::string{sign_out_cookie}, .value = state, .max_age_s = minutes_10_s});
    }
    return std::move(
        response.with_cookie(gone(http::session_cookie)).with_cookie(gone(known_cookie)));
}

void add_proconnect_pages(http::Router& router, const std::shared_ptr<const Site>& site,
                          const std::shared_ptr<Newcomers>& newcomers,
                          const std::shared_ptr<ProConnect>& proconnect) {
    const auto anyone = http::Access::anyone();
    constexpr std::string_view page = "text/html";
    router.add("GET", "/sign-in/proconnect", anyone,
               {.summary = "Go to ProConnect to sign in",
                .query = {{"next", R"({"type":"string"})", false, "The page to go on to"},
                          {"silent", R"({"enum":["1"]})", false, "Only if it asks nothing"}},
                .content_type = page},
               [proconnect](const http::Request& request) { return depart(request, *proconnect); });
    router.add("GET", "/sign-in/proconnect/return", anyone,
               {.summary = "Back from ProConnect",
                .query = {{"code"}, {"state"}, {"iss"}, {"error"}, {"error_description"}},
                .content_type = page},
               [proconnect](const http::Request& request) { return arrive(request, *proconnect); });
    router.add("GET", "/sign-in/first-visit", anyone,
               {.summary = "What ProConnect tells of somebody whom Campus does not know yet",
                .answer = first_visit_schema},
               [site, newcomers](const http::Request& request) {
                   return show_first_visit(request, *site, *newcomers);
               });
    router.add("POST", "/sign-in/first-visit", anyone,
               {.summary = "Begin as a new person",
                .form = {{"organisation", R"({"type":"string"})", false, "Code, where it asks"}}},
               [site, newcomers](const http::Request& request) {
                   return begin(request, *site, *newcomers);
               });
    router.add("POST", "/sign-in/first-visit/claim", anyone,
               {.summary = "Say under which mail Campus knows me",
                .form = {{"email", R"({"type":"string","format":"email"})", true}}},
               [site, newcomers](const http::Request& request) {
                   return claim(request, *site, *newcomers);
               });
    router.add(
        "GET", "/sign-in/claim/{secret}", anyone,
        {.summary = "Who says that an account is theirs", .answer = claim_schema},
        [newcomers](const http::Request& request) { return show_claim(request, *newcomers); });
    router.add(
        "POST", "/sign-in/claim/{secret}", anyone, {.summary = "Yes, that is me"},
        [newcomers](const http::Request& request) { return confirm_claim(request, *newcomers); });
    router.add("GET", "/sign-out/return", anyone,
               {.summary = "Back from ProConnect, signed out there, too",
                .query = {{"state"}},
                .content_type = page},
               back_from_sign_out);
}

}  // namespace identity
