// SPDX-License-Identifier: EUPL-1.2
// The route table: one line a route, each with its access rule and what the OpenAPI page says of
// it. dispatch() is the only place that negotiates, checks access and tokens, and catches.
#pragma once
#include "http/rate_limits.hpp"
#include "http/request.hpp"
#include "http/response.hpp"
#include "http/server.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace http {

// Who may call a route. Which objects, is a matter of perimeter and decided in the slice.
class Access {
public:
    static Access anyone() { return {}; }
    static Access signed_in();
    static Access role(std::string_view);                    // a person who holds it somewhere
    static Access any_role(std::vector<std::string> roles);  // ... one of them
    bool open() const { return !signed_in_; }
    bool allows(const Caller*) const;
    const std::vector<std::string>& roles() const { return roles_; }

private:
    bool signed_in_ = false;
    std::vector<std::string> roles_;
};

struct Parameter {
    std::string_view name;
    std::string_view schema = R"({"type":"string"})";  // JSON Schema 2020-12
    bool required = false;
    std::string_view description = {};
};

// What stands in /openapi.json.
struct Doc {
    std::string_view summary;  // English, one line
    std::vector<Parameter> query = {};
    std::vector<Parameter> form = {};    // fields of the body
    std::string_view answer = {};        // JSON Schema of the view; "" where there is none
    std::string_view content_type = {};  // of an answer that is no view ("text/calendar")
};

using Handler = std::function<Response(const Request&)>;

struct Route {
    std::string method;
    std::string
        pattern;  // "/catalogue/{slug}"; "/a/{id}.ics" matches the extension; "{rest*}" the rest
    Access access;
    Doc doc;
    Handler handler;
    std::size_t max_body = std::size_t{256} * 1024;  // bytes; imports say more
    bool needs_token = true;  // changing methods only; false only for machine routes
};

// Makes the page for people. html/ implements it; http/ is not above html/.
struct PageRenderer {
    virtual ~PageRenderer() = default;
    // The whole page: layout, navigation for the caller, notice and errors.
    virtual std::string page(const Request&, const View&, const base::Error* error) const = 0;
    // The page for a status without a view: the messages "http.<status>.title" and
    // "http.<status>.text" in po/http.*.po, and the reasons of the error if there is one. Every
    // status that the router answers has both: 400, 401, 403, 404, 405, 406, 409, 413, 415, 422,
    // 429, 500 and 503.
    virtual std::string error_page(const Request&, int status, const base::Error* error) const = 0;
    // A message in the reader's language, with its {{values}} filled in; the key if unknown.
    virtual std::string message(std::string_view language, const base::Reason&) const = 0;
};

// Who is behind the session cookie. The identity slice implements it.
struct SignIns {
    virtual ~SignIns() = default;
    // `token` is the cookie's value as received: anything.
    virtual std::optional<Caller> find_caller(std::string_view token, base::Time now) = 0;
};

inline constexpr std::string_view session_cookie = "campus_session";

struct RouterOptions {
    std::string public_url = {};  // "https://campus.example": forms may come from there, too
    RateLimit write_person{"write-person", 5, 30};    // 0 a second: no limit
    RateLimit write_address{"write-address", 2, 20};  // of readers who are signed out
    RateLimit sign_in{"sign-in", 1, 20};              // POST /sign-in..., by address
};

class Router final : public Application {
public:
    // The arguments must outlive it.
    Router(const PageRenderer&, SignIns&, RateLimits&, RouterOptions = {});
    ~Router() override;

    // All routes are added before the first request. A route whose pattern is malformed, or which
    // another of the same method already matches, throws std::logic_error.
    void add(std::string method, std::string pattern, Access, Doc, Handler);
    void add(Route);

    // The finished answer: status, headers, cookies, body and content_type; views and errors are
    // turned into bytes. Never throws: a breakdown is logged with the request id and becomes a 500
    // or 503 page. Turns HEAD into GET in the request.
    Response dispatch(Request&) const override;
    // The largest body that a route for this method and path takes, in bytes; 0 if none does
    // (404, 405, and GET).
    std::size_t max_body(std::string_view method, std::string_view path) const override;
    const std::vector<Route>& routes() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// OpenAPI 3.1 of all routes, from their docs.
boost::json::value openapi(const Router&, std::string_view version);

}  // namespace http
