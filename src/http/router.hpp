// SPDX-License-Identifier: EUPL-1.2
// The route table: one line a route, each with its access rule and what the OpenAPI page says of
// it. dispatch() is the only place that negotiates, checks access and tokens, and catches.
#pragma once
#include "http/request.hpp"
#include "http/response.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace base {
struct Clock;
}

namespace http {

// Who may call a route. Which objects, is a matter of perimeter and decided in the slice.
class Access {
public:
    static Access anyone() { return {}; }
    static Access signed_in();
    static Access role(std::string_view);                       // a person who holds it somewhere
    static Access any_role(std::vector<std::string> roles);     // ... one of them
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
    std::string_view summary;                // English, one line
    std::vector<Parameter> query = {};
    std::vector<Parameter> form = {};        // fields of the body
    std::string_view answer = {};            // JSON Schema of the view; "" where there is none
    std::string_view content_type = {};      // of an answer that is no view ("text/calendar")
};

using Handler = std::function<Response(const Request&)>;

struct Route {
    std::string method;
    std::string pattern;  // "/catalogue/{slug}"; "/a/{id}.ics" matches the extension; "{rest*}" the rest
    Access access;
    Doc doc;
    Handler handler;
    std::size_t max_body = 256 * 1024;  // bytes; imports say more
    bool needs_token = true;            // changing methods only; false only for machine routes
};

// Makes the page for people. html/ implements it; http/ is not above html/.
struct PageRenderer {
    virtual ~PageRenderer() = default;
    // The whole page: layout, navigation for the caller, notice and errors.
    virtual std::string page(const Request&, const View&, const base::Error* error) const = 0;
    // The page for a status without a view ("not found", "forbidden", "broken", ...).
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

class RateLimits;
class Metrics;

class Router {
public:
    Router(const PageRenderer&, SignIns&, RateLimits&, Metrics&);
    ~Router();

    void add(std::string method, std::string pattern, Access, Doc, Handler);
    void add(Route);

    // Never throws: a breakdown is logged with the request id and becomes a 500 or 503 page.
    Response dispatch(Request&) const;
    // The largest body that a route for this method and path takes; 0 if none does (404/405).
    std::size_t max_body(std::string_view method, std::string_view path) const;
    const std::vector<Route>& routes() const { return routes_; }
    // The pattern that the last dispatch of this request matched, for metrics and logs; "" if none.

private:
    struct Tree;
    std::vector<Route> routes_;
    std::unique_ptr<Tree> tree_;
    const PageRenderer& renderer_;
    SignIns& sign_ins_;
    RateLimits& rate_limits_;
    Metrics& metrics_;
};

// OpenAPI 3.1 of all routes, from their docs.
boost::json::value openapi(const Router&, std::string_view version);

}  // namespace http
