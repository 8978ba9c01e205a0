// SPDX-License-Identifier: EUPL-1.2
#include "http/router.hpp"

#include "base/failure.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "http/forms.hpp"
#include "http/json.hpp"
#include "http/negotiation.hpp"
#include "http/problem.hpp"
#include "http/route_table.hpp"
#include "http/tokens.hpp"

#include <boost/json/value.hpp>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <stdexcept>

namespace http {
namespace {

constexpr std::string_view language_cookie = "campus_language";
constexpr std::string_view notice_cookie = "campus_notice";
constexpr std::int64_t year_s = 365LL * 24 * 3600;
constexpr std::int64_t notice_s = 300;  // a notice that nobody came to read is stale by then

// Everything that may stand in a URL as it is (RFC 3986 section 2), '%' with it.
bool is_url_character(char c) {
    constexpr std::string_view others = "-._~:/?#[]@!$&'()*+,;=%";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
}

void append_encoded(std::string& out, char c) {
    constexpr std::string_view hex = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex[byte >> 4];
    out += hex[byte & 15];
}

// A Location in ASCII without white space or line breaks, whatever it was made from.
std::string encode_location(std::string_view location) {
    std::string out;
    out.reserve(location.size());
    for (const char c : location)
        if (is_url_character(c))
            out += c;
        else
            append_encoded(out, c);
    return out;
}

// One value of a query.
std::string encode_value(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (is_url_character(c) && std::string_view{"&+#%=?;"}.find(c) == std::string_view::npos)
            out += c;
        else
            append_encoded(out, c);
    return out;
}

// "campus.example:8080" of "https://campus.example:8080/path".
std::string_view authority_of(std::string_view url) {
    const auto start = url.find("://");
    if (start == std::string_view::npos) return {};
    url.remove_prefix(start + 3);
    return url.substr(0, url.find('/'));
}

bool is_notice_key(std::string_view key) {
    return !key.empty() && key.size() <= 100 && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    });
}

bool is_header_text(std::string_view text) {
    return std::ranges::none_of(text, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// cookie-octet of RFC 6265 section 4.1.1.
bool is_cookie_text(std::string_view text) {
    return std::ranges::all_of(text, [](char c) {
        return c > 0x20 && c < 0x7F && c != '"' && c != ',' && c != ';' && c != '\\';
    });
}

void log_breakdown(const Request& request, int status, std::string_view what) {
    const std::string line = to_json(boost::json::object{{"level", "error"},
                                                         {"event", "breakdown"},
                                                         {"status", status},
                                                         {"request_id", request.request_id},
                                                         {"route", request.pattern},
                                                         {"what", what}}) +
                             '\n';
    std::fwrite(line.data(), 1, line.size(), stderr);
}

// One request on its way through the router.
class Dispatch {
public:
    Dispatch(const RouteTable& table, const PageRenderer& renderer, SignIns& sign_ins,
             RateLimits& rate_limits, const RouterOptions& options, Request& request)
        : table_(table),
          renderer_(renderer),
          sign_ins_(sign_ins),
          rate_limits_(rate_limits),
          options_(options),
          request_(request) {}

    Response answer() {
        if (request_.method == "HEAD") request_.method = "GET";
        choose_language();
        const auto accepted = http::choose_format(request_.header("accept"));
        request_.format = accepted.value_or(Format::html);
        if (!is_text()) {
            request_.path = "/";
            return refusal(400, base::Error{base::ErrorKind::invalid, "http.url.not_utf8"});
        }
        auto match = table_.find(request_.method, request_.path);
        request_.path_values = std::move(match.path_values);
        if (match.json) {
            request_.path.resize(request_.path.size() - 5);
            if (request_.path.empty()) request_.path = "/";
            request_.extension = "json";
            request_.format = Format::json;
        }
        if (!match.route) return finish(no_route(match.methods), true);

        const Route& route = *match.route;
        request_.pattern = route.pattern;
        if (const auto extension = own_extension(route.pattern); !extension.empty()) {
            request_.extension = extension;
            if (extension == "json") request_.format = Format::json;
        }
        const bool changing = request_.method != "GET";
        if (changing && route.pattern.starts_with("/sign-in"))
            if (auto limited = over_limit(options_.sign_in, request_.client))
                return std::move(*limited);
        find_caller();
        if (changing)
            if (auto limited =
                    request_.caller
                        ? over_limit(options_.write_person, std::to_string(request_.person().value))
                        : over_limit(options_.write_address, request_.client))
                return std::move(*limited);
        if (!route.access.allows(request_.caller ? &*request_.caller : nullptr))
            return request_.caller
                       ? refusal(403, base::Error{base::ErrorKind::forbidden, "http.role_missing"})
                       : signed_out();
        make_form_token(match.visitor_form);
        if (changing)
            if (auto refused = read_body(route)) return std::move(*refused);
        // Only a GET is refused for what it accepts: a change was not asked for its answer.
        return finish(route.handler(request_), changing || accepted.has_value() || match.json);
    }

    // The answer to a breakdown, in the middle of whatever.
    Response broken(int status) {
        auto response = refusal(status);
        if (status == 503) response.with_header("retry-after", "5");
        return response;
    }

private:
    bool is_text() const {
        return base::is_utf8(request_.path) &&
               std::ranges::all_of(request_.query.pairs(), [](const auto& pair) {
                   return base::is_utf8(pair.first) && base::is_utf8(pair.second);
               });
    }

    void choose_language() {
        const auto known = [](std::string_view language) {
            return language == "fr" || language == "en";
        };
        if (const auto asked = request_.query.text("lang"); known(asked)) {
            request_.language = asked;
            cookies_.push_back({std::string{language_cookie}, request_.language, year_s});
        } else if (const auto kept = request_.cookie(language_cookie); known(kept)) {
            request_.language = kept;
        } else {
            const auto accepted = http::choose_language(request_.header("accept-language"));
            request_.language = accepted.empty() ? "fr" : accepted;
        }
    }

    Response no_route(unsigned methods) {
        // "/catalogue/" is "/catalogue", with its query.
        const auto question = std::min(request_.target.find('?'), request_.target.size());
        auto slashless = std::string_view{request_.target}.substr(0, question);
        if (methods == 0 && request_.path.size() > 1 && request_.path.ends_with('/') &&
            slashless.ends_with('/')) {
            slashless.remove_suffix(1);
            const auto other = table_.find(request_.method, std::string_view{request_.path}.substr(
                                                                0, request_.path.size() - 1));
            if ((other.route || other.methods) && is_local_path(slashless)) {
                Response response =
                    redirect(std::string{slashless} + request_.target.substr(question));
                response.status = 308;
                return response;
            }
        }
        Response response;
        if (methods != 0) response.with_header("allow", RouteTable::allow(methods));
        if (methods != 0 && request_.method == "OPTIONS") {
            response.status = 204;
            return response;
        }
        if (!request_.wants_json()) find_caller();  // whose name stands on the page
        auto refused = refusal(methods != 0 ? 405 : 404);
        std::ranges::move(response.headers, std::back_inserter(refused.headers));
        return refused;
    }

    void find_caller() {
        if (const auto token = request_.cookie(session_cookie); !token.empty())
            request_.caller = sign_ins_.find_caller(token, request_.now);
    }

    std::optional<Response> over_limit(const RateLimit& limit, std::string_view who) {
        const int wait = rate_limits_.wait_s(limit, who, request_.now);
        if (wait == 0) return std::nullopt;
        auto response = refusal(429);
        response.with_header("retry-after", std::to_string(wait));
        return response;
    }

    Response signed_out() {
        if (request_.wants_json()) return refusal(401);
        // After signing in, back to the page: the one with the form where a change was asked.
        std::string_view next = request_.target;
        if (request_.method != "GET") {
            next = request_.header("referer");
            const auto authority = authority_of(next);
            if (is_own(authority))
                next.remove_prefix(next.find("://") + 3 + authority.size());
            else
                next = {};
        }
        return finish(
            redirect(is_local_path(next) ? "/sign-in?next=" + encode_value(next) : "/sign-in"),
            true);
    }

    void make_form_token(bool visitor_form) {
        if (request_.caller) {
            form_token_ = form_token(request_.cookie(session_cookie));
        } else if (visitor_form) {
            std::string secret{request_.cookie(visitor_cookie)};
            // A change without the cookie is refused, so only a page starts one.
            if (secret.empty() && request_.method == "GET" && !request_.wants_json()) {
                secret = base::random_token();
                cookies_.push_back({std::string{visitor_cookie}, secret});
            }
            if (!secret.empty()) form_token_ = form_token(secret);
        }
        if (!form_token_.empty() && !request_.wants_json())
            request_.form_token = masked(form_token_);
    }

    bool is_own(std::string_view authority) const {
        return !authority.empty() && (authority == request_.header("host") ||
                                      authority == authority_of(options_.public_url));
    }

    // What browsers say of where a request comes from. The scheme is not compared: behind a proxy
    // we may not know ours. "null" is what a page with a strict referrer policy sends to itself.
    bool from_elsewhere() const {
        const auto site = request_.header("sec-fetch-site");
        if (site == "cross-site") return true;
        const auto origin = request_.header("origin");
        if (origin.empty()) return false;
        if (origin == "null") return site != "same-origin";
        return !is_own(authority_of(origin));
    }

    std::optional<Response> read_body(const Route& route) {
        if (route.needs_token && from_elsewhere())
            return refusal(403, base::Error{base::ErrorKind::forbidden, "http.form_token"});
        if (request_.too_large || request_.body.size() > route.max_body) return refusal(413);
        auto form = read_form(request_.header("content-type"), std::move(request_.body));
        request_.body.clear();
        if (!form) {
            const auto kind = form.error().kind;
            return refusal(kind == base::ErrorKind::invalid ? 400 : status_of(kind),
                           std::move(form.error()));
        }
        request_.form = std::move(*form);
        if (!route.needs_token) return std::nullopt;
        auto token = request_.header("x-csrf-token");
        if (token.empty()) token = request_.form.text("_token");
        if (form_token_.empty() || !is_form_token(token, form_token_))
            return refusal(403, base::Error{base::ErrorKind::forbidden, "http.form_token"});
        return std::nullopt;
    }

    // A refusal by the router itself, finished.
    Response refusal(int status, std::optional<base::Error> error = std::nullopt) {
        Response response;
        response.status = status;
        render_refusal(response, error ? &*error : nullptr, nullptr);
        return finish(std::move(response), true);
    }

    void render_refusal(Response& response, const base::Error* error, const View* form_view) {
        if (response.status == 401)
            response.with_header("www-authenticate", "Cookie realm=\"campus\"");
        if (request_.wants_json()) {
            response.body = problem(renderer_, request_, response.status, error);
            response.content_type = "application/problem+json";
        } else {
            take_notice();
            response.body = form_view ? renderer_.page(request_, *form_view, error)
                                      : renderer_.error_page(request_, response.status, error);
            response.content_type = "text/html; charset=utf-8";
        }
        negotiated_ = true;
    }

    // Once a page is rendered, the notice in the cookie has been read.
    void take_notice() {
        const auto key = request_.cookie(notice_cookie);
        if (key.empty() || noticed_) return;
        noticed_ = true;
        if (request_.notice.empty() && is_notice_key(key)) request_.notice = key;
        cookies_.push_back({std::string{notice_cookie}, "", 0});
    }

    // From what a handler answered to bytes.
    Response finish(Response response, bool acceptable) {
        if (response.error && response.error->kind == base::ErrorKind::signed_out &&
            !response.view && !request_.wants_json())
            return signed_out();
        const auto has_location = [](const auto& header) { return header.first == "location"; };
        const auto location = std::ranges::find_if(response.headers, has_location);
        // See http::done(); a body of a handler's own is no such thing.
        const bool done = location != response.headers.end() && response.status < 300 &&
                          response.content_type.empty();
        if (location != response.headers.end())
            location->second = encode_location(location->second);

        if (const auto& error = response.error) {
            if (response.status < 400) response.status = status_of(error->kind);
            render_refusal(response, &*error, response.view ? &*response.view : nullptr);
        } else if (done && !request_.wants_json()) {
            response.status = 303;
        } else if (response.view && !acceptable) {
            return refusal(406);
        } else if (response.view) {
            render(response, *response.view);
        } else if (done) {
            response.body = to_json(boost::json::object{{"location", location->second}});
            response.content_type = "application/json";
        }
        response.view.reset();
        response.error.reset();
        keep_notice(response);
        std::ranges::move(cookies_, std::back_inserter(response.cookies));
        cookies_.clear();
        if (std::exchange(negotiated_, false)) {
            response.with_header("vary", "Accept, Accept-Language, Cookie");
            response.with_header("content-language", request_.language);
        }
        check(response);
        return response;
    }

    void render(Response& response, const View& view) {
        if (request_.wants_json()) {
            response.body = to_json(view.data());
            response.content_type = "application/json";
        } else {
            if (!response.notice.empty()) request_.notice = std::exchange(response.notice, {});
            take_notice();
            response.body = renderer_.page(request_, view, nullptr);
            response.content_type = "text/html; charset=utf-8";
        }
        negotiated_ = true;
    }

    void keep_notice(Response& response) {
        if (response.notice.empty()) return;
        if (!is_notice_key(response.notice))
            throw std::logic_error("no message key: " + response.notice);
        if (!request_.wants_json())
            response.with_cookie({std::string{notice_cookie}, response.notice, notice_s});
        response.notice.clear();
    }

    // The last guard against splitting a response by a line break in a value.
    static void check(const Response& response) {
        for (const auto& [name, value] : response.headers)
            if (!is_header_text(name) || !is_header_text(value))
                throw std::logic_error("line break in header " + name);
        for (const auto& cookie : response.cookies)
            if (!is_cookie_text(cookie.name) || !is_cookie_text(cookie.value))
                throw std::logic_error("bad character in cookie " + cookie.name);
        if (!is_header_text(response.content_type) || !is_header_text(response.file_name))
            throw std::logic_error("line break in content type or file name");
    }

    const RouteTable& table_;
    const PageRenderer& renderer_;
    SignIns& sign_ins_;
    RateLimits& rate_limits_;
    const RouterOptions& options_;
    Request& request_;
    std::vector<Cookie> cookies_;  // of the router's own, for the answer
    bool noticed_ = false;
    std::string form_token_;   // without its mask; "" for who has none         // the notice in the
                               // cookie was taken
    bool negotiated_ = false;  // the body depends on Accept, language and caller
};

}  // namespace

Access Access::signed_in() {
    Access access;
    access.signed_in_ = true;
    return access;
}

Access Access::role(std::string_view role) {
    return any_role({std::string{role}});
}

Access Access::any_role(std::vector<std::string> roles) {
    // Without a role it would be open to everyone who is signed in: surely not what was meant.
    if (roles.empty()) throw std::logic_error("any_role() of no role");
    Access access = signed_in();
    access.roles_ = std::move(roles);
    return access;
}

bool Access::allows(const Caller* caller) const {
    if (!signed_in_) return true;
    if (!caller) return false;
    return roles_.empty() || std::ranges::any_of(roles_, [&](const std::string& role) {
               return caller->has_role(role);
           });
}

struct Router::Impl {
    const PageRenderer& renderer;
    SignIns& sign_ins;
    RateLimits& rate_limits;
    RouterOptions options;
    RouteTable table = {};
    std::atomic<std::int64_t> unavailable_told_at = -1;

    // While the database is away every request fails: one line a second tells enough, and the
    // access log has each of them.
    bool tells_unavailable(base::Time now) {
        return unavailable_told_at.exchange(base::to_epoch(now)) != base::to_epoch(now);
    }
};

Router::Router(const PageRenderer& renderer, SignIns& sign_ins, RateLimits& rate_limits,
               RouterOptions options)
    : impl_(std::make_unique<Impl>(renderer, sign_ins, rate_limits, std::move(options))) {}

Router::~Router() = default;

void Router::add(std::string method, std::string pattern, Access access, Doc doc, Handler handler) {
    add({std::move(method), std::move(pattern), std::move(access), std::move(doc),
         std::move(handler)});
}

void Router::add(Route route) {
    impl_->table.add(std::move(route));
}

const std::vector<Route>& Router::routes() const {
    return impl_->table.routes();
}

Response Router::dispatch(Request& request) const {
    const auto dispatch = [&] {
        return Dispatch{impl_->table,       impl_->renderer, impl_->sign_ins,
                        impl_->rate_limits, impl_->options,  request};
    };
    int status = 500;
    try {
        return dispatch().answer();
    } catch (const base::Unavailable& failure) {
        status = 503;
        if (impl_->tells_unavailable(request.now)) log_breakdown(request, status, failure.what());
    } catch (const std::exception& failure) {
        log_breakdown(request, status, failure.what());
    } catch (...) {
        log_breakdown(request, status, "an exception of no known type");
    }
    try {
        return dispatch().broken(status);
    } catch (const std::exception& failure) {
        log_breakdown(request, status, failure.what());
    } catch (...) {
        log_breakdown(request, status, "an exception of no known type");
    }
    // Even the page for it is broken: the least that a program or a person can read.
    Response response;
    response.status = status;
    response.body =
        to_json(boost::json::object{{"type", "/problems/" + std::string{problem_name(status)}},
                                    {"status", status},
                                    {"instance", request.request_id}});
    response.content_type = "application/problem+json";
    if (status == 503) response.with_header("retry-after", "5");
    return response;
}

std::size_t Router::max_body(std::string_view method, std::string_view path) const {
    if (method == "GET" || method == "HEAD") return 0;
    const auto match = impl_->table.find(method, path);
    return match.route ? match.route->max_body : 0;
}

}  // namespace http
