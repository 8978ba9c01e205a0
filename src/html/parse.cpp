// SPDX-License-Identifier: EUPL-1.2
#include "html/parse.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <stdexcept>

namespace html {
namespace {

constexpr std::string_view white = " \t\r\n";
constexpr std::size_t deepest_nesting = 64;  // rendering recurses once a level

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(white);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(white) - first + 1);
}

std::string_view leading_space(std::string_view text) {
    return text.substr(0, std::min(text.find_first_not_of(" \t"), text.size()));
}

bool is_opening(TokenKind kind) {
    return kind == TokenKind::section || kind == TokenKind::inverted || kind == TokenKind::parent ||
           kind == TokenKind::block;
}

class Parser {
public:
    Parser(std::string_view name, std::string_view text) : name_(name), text_(text) {}

    std::vector<Token> run() {
        while (at_ < text_.size()) {
            const auto tag = text_.find(open_, at_);
            add_text(tag == std::string_view::npos ? text_.size() : tag);
            if (tag != std::string_view::npos) add_tag();
        }
        end_line();
        if (!opened_.empty()) {
            const Token& token = tokens_[opened_.back()];
            fail(name_, token.line, fmt::format("{{{{{}}}}} is not closed", token.text));
        }
        std::erase_if(tokens_,
                      [](const Token& t) { return t.kind == TokenKind::text && t.text.empty(); });
        match();
        for (std::size_t i = 0; i < tokens_.size(); ++i)
            if (tokens_[i].kind == TokenKind::block && tokens_[i].alone) dedent(i);
        return std::move(tokens_);
    }

private:
    // One token a line, so that lines can be judged and indented one by one.
    void add_text(std::size_t end) {
        while (at_ < end) {
            const auto newline = text_.find('\n', at_);
            const auto stop = newline < end ? newline + 1 : end;
            Token token{.kind = TokenKind::text, .text = text_.substr(at_, stop - at_)};
            token.line = line_;
            token.line_start = tokens_.size() == line_begin_;
            tokens_.push_back(token);
            at_ = stop;
            if (newline < end) {
                ++line_;
                end_line();
            }
        }
    }

    void add_tag() {
        const auto start = at_ + open_.size();
        const char sign = start < text_.size() ? text_[start] : ' ';
        std::string_view ending = close_;
        std::string triple;
        if (sign == '{')
            ending = triple = fmt::format("}}{}", close_);
        else if (sign == '=')
            ending = triple = fmt::format("={}", close_);
        const bool has_sign = std::string_view{"{=&#^/!><$"}.find(sign) != std::string_view::npos;
        const auto inside = start + (has_sign ? 1 : 0);
        const auto end = text_.find(ending, inside);
        if (end == std::string_view::npos) fail(name_, line_, "a tag is not closed");
        const auto content = text_.substr(inside, end - inside);
        Token token{.kind = kind_of(sign), .text = trim(content)};
        token.line = line_;
        token.line_start = tokens_.size() == line_begin_;
        at_ = end + ending.size();
        line_ += static_cast<int>(std::ranges::count(content, '\n'));

        if (token.kind == TokenKind::delimiters) set_delimiters(token);
        if (token.kind == TokenKind::comment || token.kind == TokenKind::delimiters) {
            tokens_.push_back(token);
            return;
        }
        if ((token.kind == TokenKind::partial || token.kind == TokenKind::parent) &&
            token.text.starts_with('*')) {
            token.dynamic = true;
            token.text = trim(token.text.substr(1));
        }
        if (token.text.empty()) fail(name_, token.line, "a tag without a name");
        if (is_opening(token.kind)) {
            if (opened_.size() == deepest_nesting)
                fail(name_, token.line, "more than 64 sections in each other");
            opened_.push_back(tokens_.size());
        } else if (token.kind == TokenKind::close) {
            close(token);
        }
        tokens_.push_back(token);
    }

    static TokenKind kind_of(char sign) {
        switch (sign) {
            case '{':
            case '&':
                return TokenKind::raw;
            case '=':
                return TokenKind::delimiters;
            case '#':
                return TokenKind::section;
            case '^':
                return TokenKind::inverted;
            case '/':
                return TokenKind::close;
            case '!':
                return TokenKind::comment;
            case '>':
                return TokenKind::partial;
            case '<':
                return TokenKind::parent;
            case '$':
                return TokenKind::block;
            default:
                return TokenKind::variable;
        }
    }

    void set_delimiters(const Token& token) {
        const auto middle = token.text.find_first_of(white);
        if (middle == std::string_view::npos)
            fail(name_, token.line, "delimiters are two: {{=<% %>=}}");
        const auto open = token.text.substr(0, middle);
        const auto closing = trim(token.text.substr(middle));
        if (closing.find_first_of(" \t\r\n=") != std::string_view::npos ||
            open.find('=') != std::string_view::npos)
            fail(name_, token.line, "delimiters are two, without white space or '='");
        open_ = open;
        close_ = closing;
    }

    void close(Token& token) {
        if (opened_.empty())
            fail(name_, token.line, fmt::format("{{{{/{}}}}} closes nothing", token.text));
        const Token& opening = tokens_[opened_.back()];
        const auto opened_name = opening.dynamic && token.text.starts_with('*')
                                     ? trim(token.text.substr(1))
                                     : token.text;
        if (opening.text != opened_name)
            fail(name_, token.line,
                 fmt::format("{{{{/{}}}}} stands where {{{{{}}}}} of line {} should be closed",
                             token.text, opening.text, opening.line));
        tokens_[opened_.back()].match = tokens_.size();
        token.match = opened_.back();
        opened_.pop_back();
    }

    // A line with nothing but one tag that prints nothing itself, or with nothing but tags of
    // inheritance, does not count as a line: its white space and its end go.
    void end_line() {
        std::size_t tags = 0;
        std::size_t of_inheritance = 0;
        bool blank = true;
        for (std::size_t i = line_begin_; i < tokens_.size(); ++i) {
            const Token& token = tokens_[i];
            if (token.kind == TokenKind::text) {
                blank = blank && token.text.find_first_not_of(white) == std::string_view::npos;
                continue;
            }
            ++tags;
            if (token.kind == TokenKind::variable || token.kind == TokenKind::raw) blank = false;
            TokenKind kind = token.kind;
            if (kind == TokenKind::close) kind = tokens_[token.match].kind;
            if (kind == TokenKind::parent || kind == TokenKind::block) ++of_inheritance;
        }
        if (blank && (tags == 1 || (tags > 1 && tags == of_inheritance))) strip_line();
        line_begin_ = tokens_.size();
    }

    void strip_line() {
        bool first_tag = true;
        std::string_view indent;
        for (std::size_t i = line_begin_; i < tokens_.size(); ++i) {
            Token& token = tokens_[i];
            if (token.kind == TokenKind::text) {
                if (first_tag) indent = token.text;
                const auto end = token.text.find_first_of("\r\n");
                if (i >= 2 && end != std::string_view::npos &&
                    tokens_[i - 1].kind == TokenKind::close &&
                    tokens_[i - 2].kind == TokenKind::block && tokens_[i - 2].match == i - 1 &&
                    i - 2 >= line_begin_)
                    tokens_[i - 2].newline = token.text.substr(end);
                token.text = {};
                continue;
            }
            token.alone = true;
            if (first_tag) token.indent = indent;
            first_tag = false;
        }
    }

    // Again, for the empty texts that went have moved the tokens.
    void match() {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < tokens_.size(); ++i) {
            if (is_opening(tokens_[i].kind)) open.push_back(i);
            if (tokens_[i].kind == TokenKind::close) {
                tokens_[i].match = open.back();
                tokens_[open.back()].match = i;
                open.pop_back();
            }
        }
    }

    // The content of a block loses its own indentation, the site of expansion gives another: that
    // of its default content, or of its tag when it has none.
    void dedent(std::size_t block) {
        const auto first = block + 1;
        const auto last = tokens_[block].match;
        const auto begins_line = [](const Token& t) {
            if (t.kind == TokenKind::text)
                return t.line_start && (t.text.find_first_not_of(white) != std::string_view::npos ||
                                        !t.text.ends_with('\n'));
            return t.line_start || (t.alone && t.kind != TokenKind::close);
        };
        std::string_view own;
        bool found = false;
        for (std::size_t i = first; i < last && !found; ++i) {
            if (!begins_line(tokens_[i])) continue;
            own = tokens_[i].kind == TokenKind::text ? leading_space(tokens_[i].text)
                                                     : tokens_[i].indent;
            found = true;
        }
        if (!found) return;
        tokens_[block].indent = own;
        const auto cut = [own](std::string_view& from) {
            const auto [a, b] = std::ranges::mismatch(own, from);
            from.remove_prefix(static_cast<std::size_t>(b - from.begin()));
        };
        for (std::size_t i = first; i < last; ++i) {
            if (tokens_[i].kind == TokenKind::text && tokens_[i].line_start) cut(tokens_[i].text);
            if (tokens_[i].alone) cut(tokens_[i].indent);
        }
    }

    std::string_view name_;
    std::string_view text_;
    std::string_view open_ = "{{";
    std::string_view close_ = "}}";
    std::size_t at_ = 0;
    int line_ = 1;
    std::size_t line_begin_ = 0;  // the first token of this line
    std::vector<Token> tokens_;
    std::vector<std::size_t> opened_;  // those not yet closed
};

}  // namespace

void fail(std::string_view template_name, int line, std::string_view what) {
    throw std::runtime_error(fmt::format("template {}:{}: {}", template_name, line, what));
}

std::vector<Token> parse(std::string_view name, std::string_view text) {
    return Parser(name, text).run();
}

}  // namespace html
