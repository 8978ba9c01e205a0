// SPDX-License-Identifier: EUPL-1.2
#include "http/outgoing.hpp"

#include "http/compression.hpp"
#include "http/conditional.hpp"
#include "http/header_text.hpp"

#include <fmt/format.h>
#include <boost/beast/http/status.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace http {
namespace {

// Smaller bodies fit one packet either way.
constexpr std::size_t least_compressed = 1024;

// Nothing inline, nothing from elsewhere, no frame around us (OWASP Secure Headers).
constexpr std::string_view content_policy =
    "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'\r\n";
constexpr std::string_view security_headers =
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: same-origin\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "Cross-Origin-Resource-Policy: same-origin\r\n";
constexpr std::string_view transport_security =
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";

std::string_view reason_of(int status) {
    const auto reason = boost::beast::http::obsolete_reason(
        boost::beast::http::int_to_status(static_cast<unsigned>(status)));
    return {reason.data(), reason.size()};
}

// The head of an answer, built up line by line.
class Head {
public:
    // `own_policy`: the response brings a Content-Security-Policy.
    Head(const Request& request, int status, bool own_policy = false) {
        out_.reserve(1024);
        fmt::format_to(std::back_inserter(out_), "HTTP/1.1 {} {}\r\nDate: {}\r\n", status,
                       reason_of(status), http_date(request.now));
        if (!own_policy) out_ += content_policy;
        out_ += security_headers;
        if (request.secure) out_ += transport_security;
        if (!request.request_id.empty()) add("X-Request-Id", request.request_id);
    }
    // A line break in a value would begin a header of the attacker's: it becomes a space.
    void add(std::string_view name, std::string_view value) {
        out_ += name;
        out_ += ": ";
        const auto start = static_cast<std::ptrdiff_t>(out_.size());
        out_ += value;
        std::replace_if(
            out_.begin() + start, out_.end(),
            [](char c) { return (static_cast<unsigned char>(c) < ' ' && c != '\t') || c == 127; },
            ' ');
        out_ += "\r\n";
    }
    void add(std::string_view name, std::size_t value) {
        fmt::format_to(std::back_inserter(out_), "{}: {}\r\n", name, value);
    }
    std::string take() { return std::move(out_); }

private:
    std::string out_;
};

// RFC 6266: a plain name for old clients, and the real one by RFC 8187 where they differ.
std::string attachment(std::string_view file_name) {
    std::string plain, coded;
    for (const char c : file_name) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x80 && byte < 0xC0) {
            // the rest of a character that already has its underscore
        } else {
            const bool usable =
                byte >= ' ' && byte < 0x7F && c != '"' && c != '\\' && c != '%' && c != '/';
            plain += usable ? c : '_';
        }
        const bool token = (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
                           c == '.' || c == '-' || c == '_';
        if (token)
            coded += c;
        else
            fmt::format_to(std::back_inserter(coded), "%{:02X}", byte);
    }
    if (plain == file_name) return fmt::format("attachment; filename=\"{}\"", plain);
    return fmt::format("attachment; filename=\"{}\"; filename*=UTF-8''{}", plain, coded);
}

std::string set_cookie(const Cookie& cookie, bool secure) {
    std::string out = fmt::format("{}={}; Path=/; SameSite=Lax", cookie.name, cookie.value);
    if (cookie.max_age_s >= 0)
        fmt::format_to(std::back_inserter(out), "; Max-Age={}", cookie.max_age_s);
    if (cookie.http_only) out += "; HttpOnly";
    if (secure) out += "; Secure";
    return out;
}

// What a shared cache must never hand to somebody else is marked so, whatever the handler says.
std::string cache_control(const Request& request, const Response& response) {
    const bool personal = request.caller.has_value() || !response.cookies.empty();
    if (response.max_age_s < 0) return personal ? "no-store" : "no-cache";
    return fmt::format("{}, max-age={}", personal ? "private" : "public", response.max_age_s);
}

bool has(const Pairs& headers, std::string_view name) {
    return std::ranges::any_of(headers,
                               [&](const auto& header) { return same_text(header.first, name); });
}

std::string_view value_of(const Pairs& headers, std::string_view name) {
    for (const auto& [key, value] : headers)
        if (same_text(key, name)) return value;
    return {};
}

// Lines that are the server's alone.
bool is_ours(std::string_view name) {
    static constexpr std::array ours{"content-length", "connection", "transfer-encoding", "date"};
    return std::ranges::any_of(ours, [&](std::string_view own) { return same_text(own, name); });
}

bool may_have_body(int status) {
    return status >= 200 && status != 204 && status != 304;
}

}  // namespace

std::string http_date(base::Time time) {
    struct Last {
        base::Time time{};
        std::string text = "Thu, 01 Jan 1970 00:00:00 GMT";
    };
    thread_local Last last;  // the same for all answers of one second
    if (last.time == time) return last.text;
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    last = {
        time,
        fmt::format("{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
                    days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
                    months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
                    clock.hours().count(), clock.minutes().count(), clock.seconds().count())};
    return last.text;
}

Answer make_answer(const Request& request, Response response, bool head_only) {
    Answer answer;
    const bool found = response.status == 200 && request.method == "GET";
    const std::string caching = has(response.headers, "cache-control")
                                    ? std::string(value_of(response.headers, "cache-control"))
                                    : cache_control(request, response);
    std::string etag{value_of(response.headers, "etag")};
    if (etag.empty() && found && caching != "no-store")
        etag = etag_of(response.body, response.ranges);

    int status = response.status;
    Range range;
    if (found && !etag.empty() &&
        etag_listed(find_header(request.headers, "if-none-match"), etag)) {
        status = 304;
    } else if (found && response.ranges && !head_only) {
        range = choose_range(find_header(request.headers, "range"),
                             find_header(request.headers, "if-range"), etag, response.body.size());
        if (range.kind == Range::part) status = 206;
        if (range.kind == Range::unsatisfiable) status = 416;
    }

    const std::size_t whole_size = response.body.size();
    Encoding encoding = Encoding::identity;
    if (status == 304 || status == 416) {
        response.body.clear();
    } else if (status == 206) {
        response.body = response.body.substr(range.first, range.length);
    }
    const bool negotiates_encoding = !response.ranges && is_compressible(response.content_type) &&
                                     !has(response.headers, "content-encoding");
    if (negotiates_encoding && response.body.size() >= least_compressed) {
        encoding = choose_encoding(find_header(request.headers, "accept-encoding"));
        std::string smaller = compress(response.body, encoding);
        if (smaller.empty())
            encoding = Encoding::identity;
        else
            response.body = std::move(smaller);
    }

    Head head(request, status, has(response.headers, "content-security-policy"));
    if (may_have_body(status)) {
        if (!response.content_type.empty() && !response.body.empty())
            head.add("Content-Type", response.content_type);
        head.add("Content-Length", response.body.size());
        if (encoding != Encoding::identity) head.add("Content-Encoding", encoding_name(encoding));
        if (!response.file_name.empty())
            head.add("Content-Disposition", attachment(response.file_name));
    }
    if (response.ranges) head.add("Accept-Ranges", "bytes");
    if (status == 206)
        head.add("Content-Range", fmt::format("bytes {}-{}/{}", range.first,
                                              range.first + range.length - 1, whole_size));
    if (status == 416) head.add("Content-Range", fmt::format("bytes */{}", whole_size));
    head.add("Cache-Control", caching);
    if (!etag.empty()) head.add("ETag", etag);
    const std::string_view varies = find_header(response.headers, "vary");
    head.add("Vary", std::string{varies.empty() ? "Accept, Accept-Language, Cookie" : varies} +
                         (negotiates_encoding ? ", Accept-Encoding" : ""));
    for (const auto& [name, value] : response.headers)
        if (!is_ours(name) && !same_text(name, "cache-control") && !same_text(name, "etag") &&
            !same_text(name, "vary"))
            head.add(name, value);
    for (const Cookie& cookie : response.cookies)
        head.add("Set-Cookie", set_cookie(cookie, request.secure));

    answer.status = status;
    answer.head = head.take();
    if (!head_only && may_have_body(status)) answer.body = std::move(response.body);
    return answer;
}

Answer make_answer(const Request& request, const StaticFile& file, bool head_only) {
    Answer answer;
    const std::string_view wanted_range =
        head_only ? std::string_view{} : find_header(request.headers, "range");
    const Encoding encoding = wanted_range.empty()
                                  ? choose_encoding(find_header(request.headers, "accept-encoding"),
                                                    !file.gzip.empty(), !file.brotli.empty())
                                  : Encoding::identity;
    std::string_view content = encoding == Encoding::brotli ? file.brotli
                               : encoding == Encoding::gzip ? file.gzip
                                                            : file.identity;
    const std::size_t whole_size = content.size();
    // The name holds a hash of the content; a strong tag is for one coding of it.
    const std::string etag =
        fmt::format("\"{}{}{}\"", file.hashed_name, encoding == Encoding::identity ? "" : "-",
                    encoding_name(encoding));
    int status = 200;
    Range range;
    if (etag_listed(find_header(request.headers, "if-none-match"), etag)) {
        status = 304;
    } else {
        range =
            choose_range(wanted_range, find_header(request.headers, "if-range"), etag, whole_size);
        if (range.kind == Range::part) status = 206;
        if (range.kind == Range::unsatisfiable) status = 416;
    }
    if (status == 206) content = content.substr(range.first, range.length);
    if (status == 304 || status == 416) content = {};

    Head head(request, status);
    if (may_have_body(status)) {
        if (status != 416) head.add("Content-Type", file.content_type);
        head.add("Content-Length", content.size());
        if (encoding != Encoding::identity) head.add("Content-Encoding", encoding_name(encoding));
        head.add("Accept-Ranges", "bytes");
    }
    if (status == 206)
        head.add("Content-Range", fmt::format("bytes {}-{}/{}", range.first,
                                              range.first + range.length - 1, whole_size));
    if (status == 416) head.add("Content-Range", fmt::format("bytes */{}", whole_size));
    head.add("Cache-Control", "public, max-age=31536000, immutable");
    head.add("ETag", etag);
    head.add("Vary", "Accept-Encoding");
    answer.status = status;
    answer.head = head.take();
    if (!head_only) answer.file = content;
    return answer;
}

Answer make_refusal(const Request& request, int status, bool head_only, int retry_after_s) {
    Answer answer;
    answer.status = status;
    answer.body = fmt::format(R"({{"type":"about:blank","title":"{}","status":{}}})",
                              reason_of(status), status);
    Head head(request, status);
    head.add("Content-Type", "application/problem+json");
    head.add("Content-Length", answer.body.size());
    head.add("Cache-Control", "no-store");
    if (retry_after_s > 0) head.add("Retry-After", static_cast<std::size_t>(retry_after_s));
    answer.head = head.take();
    if (head_only) answer.body.clear();
    return answer;
}

}  // namespace http
