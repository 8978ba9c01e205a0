// SPDX-License-Identifier: EUPL-1.2
// From the text of a template to its tags: delimiters, matching ends, and the white space around
// tags that stand on lines of their own (github.com/mustache/spec). Used by mustache.cpp only.
#pragma once
#include <cstddef>
#include <string_view>
#include <vector>

namespace html {

enum class TokenKind : unsigned char {
    text,
    variable,    // {{name}}
    raw,         // {{{name}}} {{&name}}
    section,     // {{#name}}
    inverted,    // {{^name}}
    close,       // {{/name}}
    comment,     // {{! }}
    delimiters,  // {{=<% %>=}}
    partial,     // {{>name}}
    parent,      // {{<name}}
    block,       // {{$name}}
};

struct Token {
    TokenKind kind;
    std::string_view text;     // what to print, or the name in the tag
    std::string_view indent;   // on a line of its own: the white space before it
    std::string_view newline;  // {{$block}}{{/block}} alone on a line: the end of that line
    std::size_t match = 0;     // opening tag: its closing one, and the other way round
    int line = 1;
    bool dynamic = false;     // {{>*name}}: the name is looked up
    bool line_start = false;  // text that begins a line
    bool alone = false;       // a tag on a line of its own
};

[[noreturn]] void fail(std::string_view template_name, int line, std::string_view what);

// Throws std::runtime_error with name and line. The tokens point into `text`.
std::vector<Token> parse(std::string_view name, std::string_view text);

}  // namespace html
