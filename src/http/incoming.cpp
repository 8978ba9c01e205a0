// SPDX-License-Identifier: EUPL-1.2
#include "http/incoming.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "http/header_text.hpp"

#include <boost/asio/ip/address.hpp>

#include <algorithm>

namespace http {
namespace {

constexpr int bad_request = 400;

std::string_view view_of(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

bool is_name_char(char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '-' || c == '_';
}

// uri-host [":" port]: enough to be sure that no path, user or second host hides in it.
bool is_host(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_name_char(c) || std::string_view{".:[]~"}.find(c) != std::string_view::npos;
    });
}

bool is_request_id(std::string_view text) {
    return text.size() >= 8 && text.size() <= 64 && std::ranges::all_of(text, is_name_char);
}

// Fields that mean nothing twice (RFC 9110, 5.3): two of them are two readings of one request.
bool only_once(std::string_view name) {
    return name == "host" || name == "content-type" || name == "authorization";
}

// Joins repeated fields as RFC 9110, 5.3 and RFC 6265, 5.4 do. False for one that must not repeat.
bool read_headers(const Header& header, Pairs& headers) {
    for (const auto& field : header) {
        std::string name{view_of(field.name_string())};
        std::ranges::transform(name, name.begin(), lower);
        const auto value = view_of(field.value());
        const auto same = std::ranges::find(headers, name, &Pairs::value_type::first);
        if (same == headers.end()) {
            headers.emplace_back(std::move(name), value);
        } else if (only_once(name)) {
            return false;
        } else {
            same->second += name == "cookie" ? "; " : ", ";
            same->second += value;
        }
    }
    return true;
}

// The path of "http://host/path" (RFC 9112, 3.2.2), or the target itself.
std::string_view origin_form(std::string_view target) {
    for (const std::string_view scheme : {"http://", "https://"})
        if (same_text(target.substr(0, scheme.size()), scheme)) {
            const auto slash = target.find_first_of("/?", scheme.size());
            return slash == std::string_view::npos || target[slash] == '?' ? "/"
                                                                           : target.substr(slash);
        }
    return target;
}

bool read_query(std::string_view text, Pairs& pairs) {
    while (!text.empty()) {
        const auto end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (pair.empty()) continue;
        const auto equals = pair.find('=');
        auto name = base::url_decode(pair.substr(0, equals), true);
        auto value = base::url_decode(
            equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true);
        if (!name || !value || !base::is_utf8(*name) || !base::is_utf8(*value)) return false;
        pairs.emplace_back(std::move(*name), std::move(*value));
    }
    return true;
}

// What our proxy says of the outside; it appends to X-Forwarded-For, so the last address is the one
// that it saw itself.
void read_forwarded(Request& request) {
    std::string_view forwarded = find_header(request.headers, "x-forwarded-for");
    forwarded = without_blanks(forwarded.substr(forwarded.rfind(',') + 1));
    boost::system::error_code error;
    const auto address =
        boost::asio::ip::make_address(std::string(forwarded), error);  // npos + 1 is 0
    if (!error) request.client = address.to_string();
    if (same_text(find_header(request.headers, "x-forwarded-proto"), "https"))
        request.secure = true;
    if (const auto id = find_header(request.headers, "x-request-id"); is_request_id(id))
        request.request_id = id;
}

}  // namespace

std::expected<Request, int> read_request(const Header& header, const Origin& origin) {
    Request request;
    request.method = view_of(header.method_string());
    if (!read_headers(header, request.headers)) return std::unexpected(bad_request);

    const auto host = std::ranges::find(request.headers, "host", &Pairs::value_type::first);
    if (host == request.headers.end() ? header.version() != 10 : !is_host(host->second))
        return std::unexpected(bad_request);

    request.target = origin_form(view_of(header.target()));
    const std::string_view target = request.target;
    if (!target.starts_with('/') || target.find('#') != std::string_view::npos)
        return std::unexpected(bad_request);
    const auto question = target.find('?');
    auto path = base::url_decode(target.substr(0, question), false);
    Pairs query;
    if (!path || !base::is_utf8(*path) ||
        (question != std::string_view::npos && !read_query(target.substr(question + 1), query)))
        return std::unexpected(bad_request);
    request.path = std::move(*path);
    request.query = Query{std::move(query)};

    request.client = origin.address;
    request.secure = origin.secure;
    if (origin.trusted) read_forwarded(request);
    return request;
}

}  // namespace http
