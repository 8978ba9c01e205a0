// SPDX-License-Identifier: EUPL-1.2
#include "http/forms.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace http {
namespace {

using base::ErrorKind;

base::Error refusal(ErrorKind kind, std::string key,
                    std::vector<std::pair<std::string, std::string>> values = {}) {
    return {kind, base::Reason{std::move(key), {}, std::move(values)}};
}

base::Error malformed(std::string key, std::size_t position) {
    return refusal(ErrorKind::invalid, std::move(key), {{"position", std::to_string(position)}});
}

base::Error too_many(std::size_t limit) {
    return refusal(ErrorKind::too_large, "http.body.too_many", {{"limit", std::to_string(limit)}});
}

bool is_short_text(std::string_view name) {
    return name.size() <= max_name_bytes && base::is_utf8(name);
}

std::string lower(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Decodes "+" and "%41"; the offset of a bad "%" when there is one.
std::optional<std::size_t> decode(std::string_view text, std::string& out) {
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+') {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) return i;
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return std::nullopt;
}

// As browsers write names in Content-Disposition (RFC 7578 section 4.2, WHATWG HTML section
// 4.10.22.8): only these three are encoded.
void decode_name(std::string& text) {
    constexpr std::array<std::pair<std::string_view, char>, 3> codes{
        {{"%22", '"'}, {"%0D", '\r'}, {"%0A", '\n'}}};
    for (std::size_t at = text.find('%'); at != std::string::npos; at = text.find('%', at + 1))
        for (const auto& [code, plain] : codes)
            if (text.compare(at, 3, code) == 0) {
                text.replace(at, 3, 1, plain);
                break;
            }
}

// The parts of a multipart body, one after the other.
class Multipart {
public:
    Multipart(std::string_view body, std::string_view boundary)
        : body_(body), delimiter_("\r\n--" + std::string{boundary}) {}

    struct Part {
        std::string name;
        std::optional<std::string> file_name;
        std::string content_type;
        std::size_t begin = 0, end = 0;  // of its content in the body
    };

    // To the first part. False: no delimiter.
    bool start() {
        // The first delimiter may stand at the very start, without a line break of its own.
        if (body_.starts_with(std::string_view{delimiter_}.substr(2)))
            at_ = delimiter_.size() - 2;
        else if (const auto found = body_.find(delimiter_); found != std::string_view::npos)
            at_ = found + delimiter_.size();
        else
            return false;
        return true;
    }

    // The next part, nothing after the last. `at_` stands right after a delimiter.
    base::Result<std::optional<Part>> next() {
        if (body_.substr(at_).starts_with("--")) return std::nullopt;
        while (at_ < body_.size() && (body_[at_] == ' ' || body_[at_] == '\t')) ++at_;
        if (!body_.substr(at_).starts_with("\r\n"))
            return base::unexpected(malformed("http.multipart.malformed", at_));
        at_ += 2;
        Part part;
        if (auto headers = read_headers(part); !headers)
            return base::unexpected(std::move(headers.error()));
        part.begin = at_;
        part.end = body_.find(delimiter_, at_);
        if (part.end == std::string_view::npos)
            return base::unexpected(malformed("http.multipart.truncated", body_.size()));
        at_ = part.end + delimiter_.size();
        return part;
    }

    std::size_t position() const { return at_; }

private:
    base::Result<void> read_headers(Part& part) {
        constexpr std::size_t max_lines = 16;
        constexpr std::size_t max_line_bytes = 4096;
        bool disposed = false;
        for (std::size_t line = 0; line <= max_lines; ++line) {
            const auto length = body_.substr(at_, max_line_bytes).find("\r\n");
            if (length == std::string_view::npos) break;
            const auto text = body_.substr(at_, length);
            at_ += length + 2;
            if (text.empty()) {
                if (disposed) return {};
                break;
            }
            const auto colon = text.find(':');
            if (colon == std::string_view::npos) break;
            const std::string name = lower(base::trim(text.substr(0, colon)));
            const auto value = base::trim(text.substr(colon + 1));
            if (name == "content-disposition") {
                auto field = header_parameter(value, "name");
                if (disposed || !field || !lower(value).starts_with("form-data")) break;
                part.name = std::move(*field);
                decode_name(part.name);
                part.file_name = header_parameter(value, "filename");
                if (part.file_name) decode_name(*part.file_name);
                disposed = true;
            } else if (name == "content-type") {
                part.content_type = value;
            } else if (name == "content-transfer-encoding") {
                const std::string encoding = lower(value);
                if (encoding != "7bit" && encoding != "8bit" && encoding != "binary") break;
            }
        }
        return base::unexpected(malformed("http.multipart.malformed", at_));
    }

    std::string_view body_;
    std::string delimiter_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<std::string> header_parameter(std::string_view value, std::string_view name) {
    for (auto at = value.find(';'); at < value.size();) {
        ++at;
        const auto equals = value.find_first_of("=;", at);
        if (equals == std::string_view::npos) return std::nullopt;
        if (value[equals] == ';') {
            at = equals;
            continue;
        }
        const bool wanted = lower(base::trim(value.substr(at, equals - at))) == name;
        at = equals + 1;
        std::string text;
        if (at < value.size() && value[at] == '"') {
            for (++at; at < value.size() && value[at] != '"'; ++at) {
                // Only these two: "C:\path" of an old browser is no escape.
                if (value[at] == '\\' && at + 1 < value.size() &&
                    (value[at + 1] == '"' || value[at + 1] == '\\'))
                    ++at;
                text += value[at];
            }
            if (at >= value.size()) return std::nullopt;  // no closing quote
            at = value.find(';', at);
        } else {
            const auto end = std::min(value.find(';', at), value.size());
            text = base::trim(value.substr(at, end - at));
            at = end;
        }
        if (wanted) return text;
    }
    return std::nullopt;
}

base::Result<Form> read_urlencoded(std::string_view body) {
    Pairs pairs;
    std::size_t start = 0;
    while (start < body.size()) {
        const auto end = std::min(body.find('&', start), body.size());
        const auto field = body.substr(start, end - start);
        if (!field.empty()) {
            if (pairs.size() == max_fields) return base::unexpected(too_many(max_fields));
            const auto equals = std::min(field.find('='), field.size());
            auto& [name, value] = pairs.emplace_back();
            if (const auto bad = decode(field.substr(0, equals), name))
                return base::unexpected(malformed("http.body.bad_escape", start + *bad));
            const auto value_at = std::min(equals + 1, field.size());
            if (const auto bad = decode(field.substr(value_at), value))
                return base::unexpected(malformed("http.body.bad_escape", start + value_at + *bad));
            if (!is_short_text(name) || !base::is_utf8(value))
                return base::unexpected(malformed("http.body.not_utf8", start));
        }
        start = end + 1;
    }
    return Form{std::move(pairs)};
}

base::Result<Form> read_multipart(std::string body, std::string_view boundary) {
    if (boundary.empty() || boundary.size() > 70)
        return base::unexpected(malformed("http.multipart.no_boundary", 0));
    Multipart parts{body, boundary};
    if (!parts.start()) return base::unexpected(malformed("http.multipart.malformed", 0));

    Pairs pairs;
    std::vector<std::pair<std::string, File>> files;
    std::size_t count = 0;
    // The largest file takes over the body's own memory instead of being copied out of it.
    std::size_t largest = 0;  // index in `files`, once there is one
    std::size_t largest_begin = 0;
    std::size_t largest_size = 0;
    std::vector<std::pair<std::size_t, std::size_t>> places;  // of the content of `files`
    for (;;) {
        auto part = parts.next();
        if (!part) return base::unexpected(std::move(part.error()));
        auto& found = *part;
        if (!found) break;
        if (++count > max_parts) return base::unexpected(too_many(max_parts));
        auto& [name, file_name, content_type, begin, end] = *found;
        const std::size_t size = end - begin;
        if (!is_short_text(name) || (file_name && !base::is_utf8(*file_name)))
            return base::unexpected(malformed("http.body.not_utf8", begin));
        if (!file_name) {
            const std::string_view value{body.data() + begin, size};
            if (!base::is_utf8(value))
                return base::unexpected(malformed("http.body.not_utf8", begin));
            pairs.emplace_back(std::move(name), value);
        } else if (!file_name->empty() || size > 0) {
            if (const auto folder = file_name->find_last_of("/\\"); folder != std::string::npos)
                file_name->erase(0, folder + 1);
            if (size > largest_size) {
                largest = files.size();
                largest_begin = begin;
                largest_size = size;
            }
            files.emplace_back(std::move(name),
                               File{std::move(*file_name), std::move(content_type), {}});
            places.emplace_back(begin, size);
        }
    }
    for (std::size_t i = 0; i < files.size(); ++i)
        if (i != largest || largest_size == 0)
            files[i].second.content.assign(body, places[i].first, places[i].second);
    if (largest_size > 0) {
        body.erase(largest_begin + largest_size);
        body.erase(0, largest_begin);
        files[largest].second.content = std::move(body);
    }
    return Form{std::move(pairs), std::move(files)};
}

base::Result<Form> read_form(std::string_view content_type, std::string body) {
    const std::string type = lower(base::trim(content_type.substr(0, content_type.find(';'))));
    if (body.empty() && type.empty()) return Form{};
    if (type == "application/x-www-form-urlencoded") return read_urlencoded(body);
    if (type == "application/json") return read_json(body);
    if (type == "multipart/form-data")
        return read_multipart(std::move(body),
                              header_parameter(content_type, "boundary").value_or(""));
    return base::unexpected(
        refusal(ErrorKind::unsupported, "http.body.unsupported", {{"type", type}}));
}

}  // namespace http
