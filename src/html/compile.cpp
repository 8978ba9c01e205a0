// SPDX-License-Identifier: EUPL-1.2
#include "html/messages.hpp"
#include "html/parse.hpp"
#include "html/program.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace html {
namespace {

bool is_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.' || c == '/';
    });
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

class Compiler {
public:
    Compiler(Program& program, const Names& templates, const Messages& messages,
             const Templates::AssetUrl& asset, const TemplateOptions& options)
        : program_(program),
          templates_(templates),
          messages_(messages),
          asset_(asset),
          options_(options) {}

    Range compile(std::string_view name, std::string_view text) {
        name_ = name;
        tokens_ = parse(name, text);
        Range range{size(), 0};
        content(0, tokens_.size());
        flush();
        range.end = size();
        return range;
    }

private:
    std::uint32_t size() const { return static_cast<std::uint32_t>(program_.nodes.size()); }

    std::string_view keep(std::string_view text) {
        return text.empty() ? std::string_view{} : program_.texts.emplace_back(text);
    }

    void flush() {
        if (pending_.empty()) return;
        Node node{.op = Op::text};
        node.text = keep(pending_);
        node.end = size() + 1;
        program_.nodes.push_back(node);
        pending_.clear();
    }

    Node& add(Op op, std::uint32_t index) {
        flush();
        Node node{.op = op, .index = index};
        node.end = size() + 1;
        return program_.nodes.emplace_back(node);
    }

    void content(std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) {
            const Token& token = tokens_[i];
            switch (token.kind) {
                case TokenKind::text:
                    pending_ += token.text;
                    break;
                case TokenKind::variable:
                    variable(token);
                    break;
                case TokenKind::raw:
                    if (!options_.specification &&
                        std::ranges::find(options_.trusted_html, token.text) ==
                            options_.trusted_html.end())
                        fail(name_, token.line,
                             fmt::format("{} is not HTML that we made: write {{{{{}}}}}",
                                         token.text, token.text));
                    add(Op::raw, path(token, token.text));
                    break;
                case TokenKind::section:
                    if (token.text.starts_with('?') && !options_.specification)
                        nested(Op::presence, i, path(token, token.text.substr(1)));
                    else if (!special_section(i))
                        nested(Op::section, i, path(token, token.text));
                    i = token.match;
                    break;
                case TokenKind::inverted:
                    nested(Op::inverted, i, path(token, token.text));
                    i = token.match;
                    break;
                case TokenKind::partial:
                    call(Op::partial, token);
                    break;
                case TokenKind::parent:
                    parent(i);
                    i = token.match;
                    break;
                case TokenKind::block:
                    block(i);
                    i = token.match;
                    break;
                case TokenKind::close:
                case TokenKind::comment:
                case TokenKind::delimiters:
                    break;
            }
        }
    }

    // Returns where the node is: what is inside it has moved the vector.
    std::uint32_t nested(Op op, std::size_t open, std::uint32_t index) {
        add(op, index);
        const auto at = size() - 1;
        content(open + 1, tokens_[open].match);
        flush();
        program_.nodes[at].end = size();
        return at;
    }

    void call(Op op, const Token& token) {
        std::uint32_t index = no_template;
        if (token.dynamic) {
            index = path(token, token.text);
        } else if (const auto found = templates_.find(token.text); found != templates_.end()) {
            index = found->second;
        } else if (!options_.specification) {
            fail(name_, token.line, fmt::format("there is no template {}", token.text));
        }
        Node& node = add(op, index);
        node.dynamic = token.dynamic;
        if (options_.specification) node.text = keep(token.indent);
    }

    // Of what is inside a parent only the blocks count.
    void parent(std::size_t open) {
        call(Op::parent, tokens_[open]);
        const auto at = size() - 1;
        for (std::size_t i = open + 1; i < tokens_[open].match; ++i) {
            const TokenKind kind = tokens_[i].kind;
            if (kind == TokenKind::block) block(i);
            if (kind == TokenKind::block || kind == TokenKind::section ||
                kind == TokenKind::inverted || kind == TokenKind::parent)
                i = tokens_[i].match;
        }
        program_.nodes[at].end = size();
    }

    void block(std::size_t open) {
        const Token& token = tokens_[open];
        const auto name =
            blocks_.try_emplace(std::string(token.text), static_cast<std::uint32_t>(blocks_.size()))
                .first;
        Node& node = program_.nodes[nested(Op::block, open, name->second)];
        if (options_.specification) node.text = keep(token.indent);
        node.newline = keep(token.newline);
    }

    std::uint32_t path(const Token& token, std::string_view name) {
        if (!options_.specification && !is_name(name))
            fail(name_, token.line, fmt::format("{} is no name", name));
        Path parts;
        if (name != ".") {
            for (;;) {
                const auto dot = name.find('.');
                parts.emplace_back(name.substr(0, dot));
                if (dot == std::string_view::npos) break;
                name.remove_prefix(dot + 1);
            }
        }
        program_.paths.push_back(std::move(parts));
        return static_cast<std::uint32_t>(program_.paths.size() - 1);
    }

    void variable(const Token& token) {
        std::string_view rest = options_.specification ? std::string_view{} : token.text;
        const auto bar = rest.find('|');
        if (bar == std::string_view::npos) {
            add(Op::variable, path(token, token.text));
            return;
        }
        const auto name = trim(rest.substr(0, bar));
        const auto begin = static_cast<std::uint32_t>(program_.filters.size());
        do {
            rest.remove_prefix(rest.find('|') + 1);
            add_filter(token, trim(rest.substr(0, rest.find('|'))));
        } while (rest.find('|') != std::string_view::npos);
        const auto end = static_cast<std::uint32_t>(program_.filters.size());
        const bool is_json = std::any_of(program_.filters.begin() + begin, program_.filters.end(),
                                         [](const auto& f) { return f.filter->name == "json"; });
        if (is_json &&
            (end - begin != 1 || !pending_.ends_with(R"(<script type="application/ld+json">)")))
            fail(name_, token.line,
                 R"(json stands alone and right after <script type="application/ld+json">)");
        Node& node = add(is_json ? Op::raw : Op::variable, path(token, name));
        node.filters = begin;
        node.filters_end = end;
    }

    void add_filter(const Token& token, std::string_view call) {
        const auto colon = call.find(':');
        const auto name = trim(call.substr(0, colon));
        const auto argument =
            colon == std::string_view::npos ? std::string_view{} : trim(call.substr(colon + 1));
        const Filter* filter = find_filter(name);
        if (!filter) fail(name_, token.line, fmt::format("there is no filter {}", name));
        if (filter->takes_argument == argument.empty())
            fail(name_, token.line,
                 fmt::format("the filter {} takes {} argument", name,
                             filter->takes_argument ? "an" : "no"));
        program_.filters.push_back({filter, keep(argument)});
    }

    // {{#t}}, {{#tn}} and {{#asset}}: false for all others.
    bool special_section(std::size_t open) {
        const Token& token = tokens_[open];
        if (options_.specification ||
            (token.text != "t" && token.text != "tn" && token.text != "asset"))
            return false;
        std::string inside;
        for (std::size_t i = open + 1; i < token.match; ++i) {
            if (tokens_[i].kind != TokenKind::text)
                fail(name_, token.line, fmt::format("{} takes plain text", token.text));
            inside += tokens_[i].text;
        }
        const auto argument = trim(inside);
        if (token.text == "t")
            message(token, argument);
        else if (token.text == "tn")
            plural(token, argument);
        else
            asset(token, argument);
        return true;
    }

    void message(const Token& token, std::string_view key) {
        const auto text = messages_.find(program_.words.language, key);
        if (!text) no_message(token, key);
        fragment(key, *text, {});
    }

    void plural(const Token& token, std::string_view argument) {
        const auto space = argument.find_first_of(" \t\r\n");
        const auto key = argument.substr(0, space);
        if (space == std::string_view::npos)
            fail(name_, token.line, "tn takes a key and the name of the number");
        const auto count = trim(argument.substr(space));
        Plural plural{std::string(key), path(token, count), {}};
        add(Op::plural, static_cast<std::uint32_t>(program_.plurals.size()));
        const auto at = size() - 1;
        // The forms are known by asking for numbers: the rules of gettext look at the last two
        // digits, and at "a million" in some languages.
        for (long n = 0; n <= 200; ++n) plural_form(token, plural, count, n == 200 ? 1'000'000 : n);
        program_.nodes[at].end = size();
        program_.plurals.push_back(std::move(plural));
    }

    void plural_form(const Token& token, Plural& plural, std::string_view count, long n) {
        const auto text = messages_.find_plural(program_.words.language, plural.key, n);
        if (!text) no_message(token, plural.key);
        for (const auto& [form, range] : plural.forms)
            if (form == text->data()) return;
        Range range{size(), 0};
        fragment(plural.key, *text, count);
        flush();
        range.end = size();
        plural.forms.emplace_back(text->data(), range);
    }

    void asset(const Token& token, std::string_view file) {
        try {
            append_escaped(pending_, asset_(file));
        } catch (const std::exception& error) {
            fail(name_, token.line, error.what());
        }
    }

    [[noreturn]] void no_message(const Token& token, std::string_view key) const {
        fail(name_, token.line,
             fmt::format("there is no message {} in {}", key, program_.words.language));
    }

    // A message: plain text, escaped, with {{names}}. In a plural, {{count}} is its number.
    void fragment(std::string_view key, std::string_view text, std::string_view count) {
        const std::string origin = fmt::format("{} (message {})", name_, key);
        const auto outer = std::exchange(name_, origin);
        for (Token token : parse(origin, text)) {
            if (token.kind == TokenKind::text) {
                append_escaped(pending_, token.text);
                continue;
            }
            if (token.kind != TokenKind::variable)
                fail(origin, token.line, "a message holds {{names}} only");
            std::string replaced;
            if (!count.empty() && trim(token.text.substr(0, token.text.find('|'))) == "count") {
                replaced = std::string(count) + std::string(token.text.substr(5));
                token.text = replaced;
            }
            variable(token);
        }
        name_ = outer;
    }

    Program& program_;
    const Names& templates_;
    const Messages& messages_;
    const Templates::AssetUrl& asset_;
    const TemplateOptions& options_;
    std::string_view name_;
    std::vector<Token> tokens_;
    std::string pending_;  // text not yet in a node: neighbours become one
    std::map<std::string, std::uint32_t> blocks_;
};

}  // namespace

void compile(Program& program, std::span<const TemplateSource> sources, const Names& names,
             const Messages& messages, const Templates::AssetUrl& asset,
             const TemplateOptions& options) {
    Compiler compiler(program, names, messages, asset, options);
    for (const TemplateSource& source : sources)
        program.templates.push_back(compiler.compile(source.name, source.text));
}

}  // namespace html
