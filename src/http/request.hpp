// SPDX-License-Identifier: EUPL-1.2
// What a handler is given. Already checked by the server and the router: well-formed UTF-8, within
// the limits, access rule and form token.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

// Whoever is signed in, as the identity slice tells it.
struct Caller {
    base::PersonId person;
    std::string name;                // shown in the header of each page
    std::vector<std::string> roles;  // "agent", "organiser"... without their perimeters
    bool emergency = false;          // signed in without the provider: a banner on each page
    bool has_role(std::string_view role) const;
};

// Names and values in the order received; names may repeat.
using Pairs = std::vector<std::pair<std::string, std::string>>;

// The query part of a URL, decoded.
class Query {
public:
    Query() = default;
    explicit Query(Pairs pairs) : pairs_(std::move(pairs)) {}
    std::string_view text(std::string_view name) const;  // the first; "" if absent
    std::vector<std::string> list(std::string_view name) const;
    // The number, or `otherwise` when absent, malformed or outside [low, high].
    std::int64_t integer(std::string_view name, std::int64_t low, std::int64_t high,
                         std::int64_t otherwise) const;
    const Pairs& pairs() const { return pairs_; }

private:
    Pairs pairs_;
};

struct File {
    std::string name;          // as the browser says: never a path of ours
    std::string content_type;  // as the browser says: never trusted
    std::string content;
};

// What was sent: application/x-www-form-urlencoded, multipart/form-data or application/json, all
// read into the same names and values. In JSON, {"themes": ["a","b"], "seats": 20, "open": true}
// reads as themes=a&themes=b&seats=20&open=1 (false as 0); null is absent; {"a": {"b": 1}} reads as
// a.b=1, and {"a": [{"b": 1}]} as a.0.b=1. Line breaks are as the client sent
// them; base::drop_direction_controls has read each value.
class Form {
public:
    Form() = default;
    explicit Form(Pairs pairs, std::vector<std::pair<std::string, File>> files = {});
    std::string_view text(std::string_view name) const;          // trimmed; "" if absent
    std::vector<std::string> list(std::string_view name) const;  // trimmed, without empty ones
    std::optional<std::int64_t> integer(std::string_view name) const;
    bool flag(std::string_view name) const;  // "1", "on", "true", "oui"
    bool has(std::string_view name) const;
    const File* file(std::string_view name) const;
    const Pairs& pairs() const { return pairs_; }

private:
    Pairs pairs_;
    std::vector<std::pair<std::string, File>> files_;
};

enum class Format { html, json };

struct Request {
    std::string method;  // "GET", "POST", ... HEAD reaches handlers as GET
    std::string path;    // decoded, without query, without ".json"; begins with '/'
    std::string target;  // as received, for links back to the same page
    Query query;
    Pairs headers;           // names in lower case
    std::string body;        // empty once the router has read it into `form`
    bool too_large = false;  // the body was larger than the route takes, and was not read
    std::string client;      // address of the peer, or as a trusted proxy says; for rate limits
    bool secure = false;     // the outside is TLS
    std::string request_id;  // also in the log and on error pages
    base::Time now{};

    // Filled by the router.
    std::string_view pattern;  // of the route, as in the route table; "" when none matched
    std::string extension;     // "json" when the path ended in .json, "ics", "xml"...
    Format format = Format::html;
    std::string language = "fr";  // "fr" or "en"
    Pairs path_values;            // of {names} in the route's pattern
    Form form;
    std::optional<Caller> caller;
    // What a form on a page for this reader must carry as `_token`. Signed out, only pages at or
    // above a URL that anyone may post to have one: see tokens.hpp.
    std::string form_token;
    std::string notice;  // message key left by the answer before this one; "" if none

    std::string_view header(std::string_view name) const;  // "" if absent
    std::string_view cookie(std::string_view name) const;  // "" if absent
    std::string_view path_value(std::string_view name) const;
    // The id in the path; nothing when it is no number: answer not_found.
    template <class Id>
    std::optional<Id> path_id(std::string_view name) const {
        const auto number = path_integer(name);
        return number ? std::optional{Id{*number}} : std::nullopt;
    }
    // Only where the route's access asks for somebody signed in.
    base::PersonId person() const { return caller.value().person; }
    bool wants_json() const { return format == Format::json; }

private:
    std::optional<std::int64_t> path_integer(std::string_view name) const;
};

}  // namespace http
