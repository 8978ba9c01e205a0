// SPDX-License-Identifier: EUPL-1.2
// JSON bodies, read event by event into names and values, without a tree in between: only so are
// duplicate keys seen.
#include "base/text.hpp"
#include "http/forms.hpp"
#include "http/json.hpp"

#include <boost/json/basic_parser_impl.hpp>

#include <algorithm>
#include <cmath>
#include <set>

namespace http {
namespace {

using base::ErrorKind;

class JsonFields {
public:
    // Bounds that Boost.JSON asks for; the body's size and ours come first.
    static constexpr std::size_t max_object_size = std::size_t(-1);
    static constexpr std::size_t max_array_size = std::size_t(-1);
    static constexpr std::size_t max_key_size = std::size_t(-1);
    static constexpr std::size_t max_string_size = std::size_t(-1);
    using Code = boost::json::error_code;
    using Text = boost::json::string_view;

    Pairs pairs;
    std::optional<base::Error> error;  // when a handler stopped the parser

    bool on_document_begin(Code&) { return true; }
    bool on_document_end(Code&) { return true; }
    bool on_object_begin(Code& code) { return open(false, code); }
    bool on_object_end(std::size_t, Code&) { return close(); }
    bool on_array_begin(Code& code) { return open(true, code); }
    bool on_array_end(std::size_t, Code&) { return close(); }

    bool on_key_part(Text part, std::size_t, Code&) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool on_key(Text part, std::size_t, Code& code) {
        text_.append(part.data(), part.size());
        auto& object = open_.back();
        if (!object.keys.insert(text_).second)
            return stop(ErrorKind::invalid, "http.json.duplicate", {{"name", text_}}, code);
        name_.resize(object.name_size);
        if (open_.size() > 1) name_ += '.';
        name_ += text_;
        text_.clear();
        if (name_.size() > max_name_bytes || !base::is_utf8(name_))
            return stop(ErrorKind::invalid, "http.json.bad_name", {}, code);
        return true;
    }
    bool on_string_part(Text part, std::size_t, Code&) {
        text_.append(part.data(), part.size());
        return true;
    }
    bool on_string(Text part, std::size_t, Code& code) {
        text_.append(part.data(), part.size());
        if (!base::is_utf8(text_))  // the parser checks UTF-8; this is "\u0000"
            return stop(ErrorKind::invalid, "http.json.bad_text", {{"name", name_}}, code);
        return scalar(std::exchange(text_, {}), code);
    }
    bool on_number_part(Text, Code&) { return true; }
    bool on_int64(std::int64_t value, Text, Code& code) {
        return scalar(std::to_string(value), code);
    }
    bool on_uint64(std::uint64_t value, Text, Code& code) {
        return scalar(std::to_string(value), code);
    }
    bool on_double(double value, Text, Code& code) {
        if (!std::isfinite(value))  // 1E999
            return stop(ErrorKind::invalid, "http.json.huge_number", {{"name", name_}}, code);
        std::string text;
        append_number(text, value);
        return scalar(std::move(text), code);
    }
    bool on_bool(bool value, Code& code) { return scalar(value ? "1" : "0", code); }
    bool on_null(Code& code) { return count(code) && next(); }
    bool on_comment_part(Text, Code&) { return true; }
    bool on_comment(Text, Code&) { return true; }

private:
    struct Open {  // an object or array that is not closed yet
        bool array = false;
        std::size_t name_size = 0;  // of name_ in front of its members
        std::size_t index = 0;      // of the next element
        std::set<std::string> keys = {};
    };

    bool stop(ErrorKind kind, std::string key,
              std::vector<std::pair<std::string, std::string>> values, Code& code) {
        error = base::Error{kind, base::Reason{std::move(key), {}, std::move(values)}};
        code = boost::json::error::syntax;
        return false;
    }

    // Nulls and containers count too: they cost time, whether they leave a value or not.
    bool count(Code& code) {
        if (open_.empty()) return stop(ErrorKind::invalid, "http.json.not_object", {}, code);
        if (++values_ <= max_fields) return true;
        return stop(ErrorKind::too_large, "http.body.too_many",
                    {{"limit", std::to_string(max_fields)}}, code);
    }

    bool open(bool array, Code& code) {
        if (open_.empty()) {
            if (array) return stop(ErrorKind::invalid, "http.json.not_object", {}, code);
        } else {
            if (!count(code)) return false;
            if (const auto& outer = open_.back(); outer.array) {
                name_.resize(outer.name_size);
                name_ += '.' + std::to_string(outer.index);
                if (name_.size() > max_name_bytes)
                    return stop(ErrorKind::invalid, "http.json.bad_name", {}, code);
            }
        }
        open_.push_back({array, name_.size()});
        return true;
    }

    bool close() {
        open_.pop_back();
        return next();
    }

    bool scalar(std::string value, Code& code) {
        if (!count(code)) return false;
        if (const auto& outer = open_.back(); outer.array) name_.resize(outer.name_size);
        pairs.emplace_back(name_, std::move(value));
        return next();
    }

    bool next() {
        if (!open_.empty()) ++open_.back().index;
        return true;
    }

    std::vector<Open> open_;
    std::string name_;  // of the value that comes next
    std::string text_;  // of a key or string, as far as it was read
    std::size_t values_ = 0;
};

}  // namespace

base::Result<Form> read_json(std::string_view body) {
    boost::json::parse_options options;
    options.max_depth = max_json_depth;
    boost::json::basic_parser<JsonFields> parser{options};
    boost::json::error_code code;
    const std::size_t used = parser.write_some(false, body.data(), body.size(), code);
    if (auto& error = parser.handler().error) return base::unexpected(std::move(*error));
    const bool done = !code && std::ranges::all_of(body.substr(used), [](char c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r';
    });
    if (!done) {
        const auto before = body.substr(0, used);
        const auto line = 1 + std::ranges::count(before, '\n');
        const auto column = used - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
        const bool deep = code == boost::json::error::too_deep;
        return base::unexpected(base::Error{
            ErrorKind::invalid, base::Reason{deep ? "http.json.too_deep" : "http.json.syntax",
                                             {},
                                             {{"line", std::to_string(line)},
                                              {"column", std::to_string(column)},
                                              {"limit", std::to_string(max_json_depth)}}}});
    }
    return Form{std::move(parser.handler().pairs)};
}

}  // namespace http
