// SPDX-License-Identifier: EUPL-1.2
#include "html/messages.hpp"
#include "html/program.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>

namespace html {
namespace {

namespace json = boost::json;

constexpr int deepest_partials = 32;

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
            case Op::presence:
                if (is_truthy(find(n.index))) run({at + 1, n.end});
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
            index = found == names_.end() ? no_template : found->second;
        }
        if (index == no_template) return;
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
        const auto text = program_.words.messages.find_plural(program_.words.language, plural.key,
                                                              to_long(find(plural.path)));
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

void render(const Program& program, const Names& names, Range range,
            std::span<const boost::json::value* const> context, std::string& out) {
    Renderer(program, names, context, out).run(range);
}

namespace {

constexpr auto special = [] {
    std::array<bool, 256> table{};
    for (const char c : {'&', '<', '>', '"', '\''}) table[static_cast<unsigned char>(c)] = true;
    return table;
}();

}  // namespace

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

}  // namespace html
