// SPDX-License-Identifier: EUPL-1.2
// Mustache (github.com/mustache/spec) over a Boost.JSON value: interpolation, sections, inverted
// sections, comments, set delimiters, partials, inheritance (blocks and parents) and dynamic names.
// Everything is escaped; {{{ }}} and {{& }} are refused at compile time, save for values that the
// Markdown renderer made (listed by name). Beyond the specification:
//   {{#t}}key{{/t}}           the message of that key, put in place when the template is compiled;
//                             a message may itself hold {{names}}, filled in and escaped
//   {{#tn}}key count{{/tn}}   the plural form for the number in `count`
//   {{value | filter}}        a filter; {{value | filter:argument}}; see filters in mustache.cpp:
//                             date, long_date, date_time, time, euros, number, url (percent-
//                             encoding), label:prefix (the message `prefix.value`), asset (the URL
//                             of a static file)
#pragma once
#include <boost/json/fwd.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace html {

class Messages;

struct TemplateSource {
    std::string_view name;  // "catalogue/list"
    std::string_view text;
};

// All templates, compiled once for each language. Throws std::runtime_error naming template and
// line for a syntax error, an unknown partial, filter or message.
class Templates {
public:
    using AssetUrl = std::function<std::string(std::string_view name)>;
    Templates(std::span<const TemplateSource>, const Messages&, AssetUrl);
    ~Templates();
    // Fills `name` with the context: names are looked up in the last value first.
    std::string render(std::string_view language, std::string_view name,
                       std::span<const boost::json::value* const> context) const;
    bool has(std::string_view name) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

std::string escape(std::string_view text);  // & < > " '

}  // namespace html
