// SPDX-License-Identifier: EUPL-1.2
// Mustache (github.com/mustache/spec) over a Boost.JSON value: interpolation, sections, inverted
// sections, comments, set delimiters, partials, inheritance (blocks and parents) and dynamic names.
// False, null, missing, "", 0 and [] are falsy. Missing values print nothing. Everything is
// escaped;
// {{{ }}} and {{& }} are refused at compile time, save for values that the Markdown renderer made
// (listed by name). Right after href=" src=" action=" or poster=" a URL of another scheme than
// http, https and mailto prints "#". Beyond the specification:
//   {{#t}}key{{/t}}           the message of that key, put in place when the template is compiled;
//                             a message may itself hold {{names}}, filled in and escaped
//   {{#tn}}key count{{/tn}}   the plural form for the number in `count`, which the message calls
//                             {{count}}
//   {{#?name}}...{{/?name}}   once, in the same context, when `name` is truthy: for what stands
//   around
//                             a list ("#" would walk it)
//   {{#asset}}campus.css{{/asset}}  the URL of a static file, put in place at compile time
//   {{value | filter}}        a filter; {{value | filter:argument}}; {{value | one | two}}; see
//                             filters.hpp
#pragma once
#include <boost/json/fwd.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace html {

class Messages;

struct TemplateSource {
    std::string_view name;  // "catalogue/list"
    std::string_view text;
};

struct TemplateOptions {
    // Names that {{{ }}} may print: HTML that the Markdown renderer made.
    std::vector<std::string> trusted_html = {};
    // The specification and nothing beyond, for its tests: raw values of any name, unknown partials
    // print nothing, partials are indented as the tag that calls them (in HTML this only costs).
    bool specification = false;
};

// All templates, compiled once for each language. Throws std::runtime_error naming template and
// line for a syntax error, an unknown partial, filter, message or asset.
class Templates {
public:
    using AssetUrl = std::function<std::string(std::string_view name)>;
    Templates(std::span<const TemplateSource>, const Messages&, const AssetUrl&,
              const TemplateOptions& = {});
    ~Templates();
    // Fills `name` with the context: names are looked up in the last value first. Throws
    // std::runtime_error for an unknown template and for partials in each other more than 32 deep.
    // Safe from several threads.
    std::string render(std::string_view language, std::string_view name,
                       std::span<const boost::json::value* const> context) const;
    bool has(std::string_view name) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

std::string escape(std::string_view text);  // & < > " '

}  // namespace html
