// SPDX-License-Identifier: EUPL-1.2
#include "html/mustache.hpp"

#include "html/filters.hpp"
#include "html/messages.hpp"
#include "html/parse.hpp"

#include <boost/json.hpp>
#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <stdexcept>

namespace html {
namespace {

namespace json = boost::json;

constexpr int deepest_partials = 32;
constexpr std::uint32_t nothing = ~0U;

enum class Op : std::uint8_t {
    text,
    variable,
    raw,
    section,
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
    bool dynamic = false;        // `index` is a path that holds the template's name
    std::uint32_t index = 0;     // path, template, name of block or plural
    std::uint32_t end = 0;
    std::uint32_t filters = 0;   // in Program::filters, [filters, filters_end)
    std::uint32_t filters_end = 0;
    std::string_view text;       // what to print; before lines of a partial, parent or block: indent
    std::string_view newline;    // block alone on its line
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

// ---- escaping ------------------------------------------------------------------------------------

constexpr auto special = [] {
    std::array<bool, 256> table{};
    for (const char c : {'&', '<', '>', '"', '\''}) table[static_cast<unsigned char>(c)] = true;
    return table;
}();

void append_escaped(std::string& out, std::string_view text) {
    const char* from = text.data();
    const char* const end = from + text.size();
    for (const char* at = from; at != end; ++at) {
        if (!special[static_cast<unsigned char>(*at)]) continue;
        out.append(from, at);
        from = at + 1;
        switch (*at) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                out += "&#39;";
        }
    }
    out.append(from, end);
}

// Whether what is printed next is the beginning of a URL in an attribute. Values cannot feign this:
// their quotes are escaped.
bool begins_url(std::string_view out) {
    if (out.size() < 5 || (out.back() != '"' && out.back() != '\'')) return false;
    out.remove_suffix(1);
    if (out.back() != '=') return false;
    out.remove_suffix(1);
    const auto ends_with = [out](std::string_view name) {
        return out.size() >= name.size() &&
               std::ranges::equal(out.substr(out.size() - name.size()), name,
                                  [](char a, char b) { return (a | 0x20) == b; });
    };
    return ends_with("href") || ends_with("src") || ends_with("action") || ends_with("poster");
}

// As a browser reads it: white space and control characters before the URL, and tabs and ends of
// line within it, do not count (WHATWG URL, basic URL parser).
bool is_safe_url(std::string_view url) {
    std::string scheme;
    for (const char c : url) {
        if (static_cast<unsigned char>(c) <= ' ') continue;
        if (c == '/' || c == '?' || c == '#') return true;
        if (c == ':') return scheme == "http" || scheme == "https" || scheme == "mailto";
        scheme += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    return true;
}

// ---- values --------------------------------------------------------------------------------------

bool is_truthy(const json::value* value) {
    if (!value) return false;
    switch (value->kind()) {
        case json::kind::null:
            return false;
        case json::kind::bool_:
            return value->get_bool();
        case json::kind::int64:
            return value->get_int64() != 0;
        case json::kind::uint64:
            return value->get_uint64() != 0;
        case json::kind::double_:
            return value->get_double() != 0;
        case json::kind::string:
            return !value->get_string().empty();
        case json::kind::array:
            return !value->get_array().empty();
        case json::kind::object:
            return true;
    }
    return false;
}

using Digits = std::array<char, 32>;

// The text of a scalar, in the value itself or in `digits`; "" for objects, arrays and null.
std::string_view scalar(const json::value& value, Digits& digits) {
    const auto print = [&](auto number) {
        const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
        return std::string_view{digits.data(), static_cast<std::size_t>(end - digits.data())};
    };
    switch (value.kind()) {
        case json::kind::string:
            return value.get_string();
        case json::kind::int64:
            return print(value.get_int64());
        case json::kind::uint64:
            return print(value.get_uint64());
        case json::kind::double_:
            return print(value.get_double());
        case json::kind::bool_:
            return value.get_bool() ? "true" : "false";
        default:
            return {};
    }
}

long to_long(const json::value* value) {
    if (!value) return 0;
    if (const auto* number = value->if_int64()) return *number;
    if (const auto* number = value->if_uint64())
        return static_cast<long>(std::min<std::uint64_t>(*number, INT64_MAX));
    return 0;
}

// ---- compiling -----------------------------------------------------------------------------------

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
                    if (!special_section(i)) nested(Op::section, i, path(token, token.text));
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
        std::uint32_t index = nothing;
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

// ---- rendering -----------------------------------------------------------------------------------

// The blocks that a parent is given. Those of the outermost parent win. A block's content sees the
// frames of the place where it is written, not those of the place where it is put: a page may use a
// widget whose block has the name of a block of the layout.
struct Frame {
    std::uint32_t parent;  // its node
    const Frame* outer;
};

class Renderer {
public:
    Renderer(const Program& program, const Names& names,
             std::span<const json::value* const> context, std::string& out)
        : program_(program), names_(names), stack_(context.begin(), context.end()), out_(out) {
        stack_.reserve(context.size() + 16);
    }

    void run(Range range) {
        for (std::uint32_t i = range.begin; i < range.end; i = program_.nodes[i].end)
            node(i, program_.nodes[i]);
    }

private:
    void node(std::uint32_t at, const Node& n) {
        switch (n.op) {
            case Op::text:
                text(n.text);
                break;
            case Op::variable:
                variable(n);
                break;
            case Op::raw:
                begin_inline();
                if (const auto* value = find(n.index)) {
                    Digits digits;
                    if (n.filters == n.filters_end)
                        out_ += scalar(*value, digits);
                    else
                        out_ += filtered(n, *value);
                }
                break;
            case Op::section:
                section(at, n);
                break;
            case Op::inverted:
                if (!is_truthy(find(n.index))) run({at + 1, n.end});
                break;
            case Op::partial:
            case Op::parent:
                call(at, n);
                break;
            case Op::block:
                block(at, n);
                break;
            case Op::plural:
                plural(n);
                break;
        }
    }

    void text(std::string_view text) {
        if (!program_.specification) {
            out_ += text;
            return;
        }
        while (!text.empty()) {
            const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
            if (text.front() != '\n' && text.front() != '\r') begin_inline();
            out_ += text.substr(0, end);
            line_start_ = text[end - 1] == '\n';
            text.remove_prefix(end);
        }
    }

    // Only lines of templates are indented, never those within a value.
    void begin_inline() {
        if (line_start_) out_ += indent_;
        line_start_ = false;
    }

    void variable(const Node& n) {
        begin_inline();
        const json::value* value = find(n.index);
        if (!value) return;
        Digits digits;
        std::string made;
        std::string_view shown;
        if (n.filters == n.filters_end)
            shown = scalar(*value, digits);
        else
            shown = made = filtered(n, *value);
        if (begins_url(out_) && !program_.specification && !is_safe_url(shown)) shown = "#";
        append_escaped(out_, shown);
    }

    std::string filtered(const Node& n, const json::value& value) const {
        if (value.is_null()) return {};
        const auto call = [&](std::uint32_t i, const json::value& v) {
            const FilterCall& filter = program_.filters[i];
            return filter.filter->apply(program_.words, v, filter.argument);
        };
        std::string made = call(n.filters, value);
        for (std::uint32_t i = n.filters + 1; i < n.filters_end; ++i)
            made = call(i, json::value(json::string(made)));
        return made;
    }

    void section(std::uint32_t at, const Node& n) {
        const json::value* value = find(n.index);
        if (!is_truthy(value)) return;
        const Range inside{at + 1, n.end};
        stack_.push_back(value);
        if (const auto* array = value->if_array()) {
            for (const json::value& item : *array) {
                stack_.back() = &item;
                run(inside);
            }
        } else {
            run(inside);
        }
        stack_.pop_back();
    }

    void call(std::uint32_t at, const Node& n) {
        std::uint32_t index = n.index;
        if (n.dynamic) {
            const json::value* value = find(n.index);
            Digits digits;
            const auto found = names_.find(value ? scalar(*value, digits) : std::string_view{});
            index = found == names_.end() ? nothing : found->second;
        }
        if (index == nothing) return;
        if (++depth_ > deepest_partials)
            throw std::runtime_error("templates call each other more than 32 deep");
        const Frame* const before = frames_;
        const Frame frame{at, before};
        if (n.op == Op::parent) frames_ = &frame;
        indented(n.text, program_.templates[index]);
        frames_ = before;
        --depth_;
    }

    void indented(std::string_view indent, Range range) {
        const auto before = indent_.size();
        indent_ += indent;
        run(range);
        indent_.resize(before);
    }

    void block(std::uint32_t at, const Node& n) {
        std::uint32_t chosen = at;
        const Frame* const here = frames_;
        const Frame* seen = frames_;
        for (const Frame* frame = frames_; frame; frame = frame->outer) {
            const auto end = program_.nodes[frame->parent].end;
            for (std::uint32_t i = frame->parent + 1; i < end; i = program_.nodes[i].end) {
                if (program_.nodes[i].index != n.index) continue;
                chosen = i;
                seen = frame->outer;
            }
        }
        const auto before = out_.size();
        frames_ = seen;
        indented(n.text, {chosen + 1, program_.nodes[chosen].end});
        frames_ = here;
        if (!n.newline.empty() && out_.size() > before && out_.back() != '\n') {
            out_ += n.newline;
            line_start_ = true;
        }
    }

    void plural(const Node& n) {
        const Plural& plural = program_.plurals[n.index];
        const auto text = program_.words.messages.find_plural(
            program_.words.language, plural.key, to_long(find(plural.path)));
        for (const auto& [form, range] : plural.forms)
            if (text && form == text->data()) return run(range);
        run(plural.forms.back().second);
    }

    const json::value* find(std::uint32_t index) const {
        const Path& path = program_.paths[index];
        if (path.empty()) return stack_.empty() ? nullptr : stack_.back();
        for (auto at = stack_.rbegin(); at != stack_.rend(); ++at) {
            const auto* object = (*at)->if_object();
            const json::value* value = object ? object->if_contains(path.front()) : nullptr;
            if (!value) continue;
            for (std::size_t i = 1; i < path.size() && value; ++i) {
                object = value->if_object();
                value = object ? object->if_contains(path[i]) : nullptr;
            }
            return value;
        }
        return nullptr;
    }

    const Program& program_;
    const Names& names_;
    std::vector<const json::value*> stack_;
    std::string& out_;
    const Frame* frames_ = nullptr;
    int depth_ = 0;
    std::string indent_;
    bool line_start_ = true;
};

}  // namespace

struct Templates::Impl {
    Names names;
    std::vector<std::pair<std::string, std::unique_ptr<Program>>> programs;  // by language
    // The longest page so far of each template, so that the next one is reserved at once.
    std::unique_ptr<std::atomic<std::size_t>[]> longest;
};

Templates::Templates(std::span<const TemplateSource> sources, const Messages& messages,
                     AssetUrl asset, TemplateOptions options)
    : impl_(std::make_unique<Impl>()) {
    for (const TemplateSource& source : sources)
        if (!impl_->names
                 .try_emplace(std::string(source.name),
                              static_cast<std::uint32_t>(impl_->names.size()))
                 .second)
            fail(source.name, 1, "two templates of this name");
    impl_->longest = std::make_unique<std::atomic<std::size_t>[]>(sources.size());
    for (const std::string& language : messages.languages()) {
        auto program = std::make_unique<Program>(messages, language);
        program->specification = options.specification;
        Compiler compiler(*program, impl_->names, messages, asset, options);
        for (const TemplateSource& source : sources)
            program->templates.push_back(compiler.compile(source.name, source.text));
        impl_->programs.emplace_back(language, std::move(program));
    }
}

Templates::~Templates() = default;

bool Templates::has(std::string_view name) const { return impl_->names.contains(name); }

std::string Templates::render(std::string_view language, std::string_view name,
                              std::span<const boost::json::value* const> context) const {
    const auto found = impl_->names.find(name);
    if (found == impl_->names.end())
        throw std::runtime_error(fmt::format("there is no template {}", name));
    const auto program =
        std::ranges::find(impl_->programs, language, [](const auto& p) { return p.first; });
    if (program == impl_->programs.end())
        throw std::runtime_error(fmt::format("there are no templates in {}", language));
    auto& longest = impl_->longest[found->second];
    std::string out;
    out.reserve(longest.load(std::memory_order_relaxed));
    Renderer(*program->second, impl_->names, context, out)
        .run(program->second->templates[found->second]);
    if (out.size() > longest.load(std::memory_order_relaxed))
        longest.store(out.size(), std::memory_order_relaxed);
    return out;
}

std::string escape(std::string_view text) {
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    append_escaped(out, text);
    return out;
}

}  // namespace html
