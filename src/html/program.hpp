// SPDX-License-Identifier: EUPL-1.2
// What templates are compiled to (compile.cpp) and rendered from (render.cpp). Used by mustache.cpp
// only.
#pragma once
#include "html/filters.hpp"
#include "html/mustache.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace html {

inline constexpr std::uint32_t no_template = ~0U;

enum class Op : std::uint8_t {
    text,
    variable,
    raw,
    section,
    presence,
    inverted,
    partial,
    parent,
    block,
    plural,
};

// A template is a range of nodes; what is inside a section, a parent or a block follows it, up to
// `end`, so that rendering walks one vector.
struct Node {
    Op op;
    bool dynamic = false;     // `index` is a path that holds the template's name
    std::uint32_t index = 0;  // path, template, name of block or plural
    std::uint32_t end = 0;
    std::uint32_t filters = 0;  // in Program::filters, [filters, filters_end)
    std::uint32_t filters_end = 0;
    std::string_view text;     // what to print; before lines of a partial, parent or block: indent
    std::string_view newline;  // block alone on its line
};

using Path = std::vector<std::string>;  // {{a.b}}; empty is {{.}}

struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

struct FilterCall {
    const Filter* filter;
    std::string_view argument;
};

struct Plural {
    std::string key;
    std::uint32_t path;
    std::vector<std::pair<const char*, Range>> forms;  // by address, see Messages::find_plural
};

// All templates in one language.
struct Program {
    explicit Program(const Messages& messages, std::string_view language)
        : words(messages, language) {}
    Words words;
    bool specification = false;
    std::vector<Node> nodes;
    std::vector<Path> paths;
    std::vector<FilterCall> filters;
    std::vector<Plural> plurals;
    std::vector<Range> templates;
    std::deque<std::string> texts;  // what the nodes' views point into
};

using Names = std::map<std::string, std::uint32_t, std::less<>>;

// Appends all templates, in the order of `sources`, which is that of `names`. Throws
// std::runtime_error with template and line.
void compile(Program&, std::span<const TemplateSource> sources, const Names& names, const Messages&,
             const Templates::AssetUrl&, const TemplateOptions&);

// Appends the text of one template.
void render(const Program&, const Names&, Range, std::span<const boost::json::value* const> context,
            std::string& out);

void append_escaped(std::string& out, std::string_view text);

}  // namespace html
