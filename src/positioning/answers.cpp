// SPDX-License-Identifier: EUPL-1.2
#include "positioning/answers.hpp"

#include "base/text.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <stdexcept>

namespace positioning {
namespace {
namespace json = boost::json;

std::string_view word(std::string_view& line) {
    const std::size_t end = std::min(line.find(' '), line.size());
    const std::string_view found = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
    return found;
}

std::int64_t number(std::string_view text) {
    const auto read = base::to_integer(text);
    if (!read) throw std::logic_error("answers of a test: not a number");
    return *read;
}

// At most so many bytes, not in the middle of a character.
std::string cut(const std::string& text, std::size_t most) {
    if (text.size() <= most) return text;
    std::size_t end = most;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    return text.substr(0, end) + "…";
}

}  // namespace

std::string line_of(const Given& given) {
    std::string line = std::to_string(given.item.value) + ' ' + std::to_string(given.version) + ' ';
    line += given.right ? 'r' : 'w';
    if (given.unknown) line += 'u';
    if (given.measures) line += 'm';
    if (given.late) line += 'l';
    return line + ' ' + std::to_string(given.seconds) + ' ' + given.written + '\n';
}

std::vector<Given> read_lines(std::string_view text) {
    std::vector<Given> list;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end == std::string_view::npos)
            throw std::logic_error("answers of a test: a line without its end");
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end + 1);
        Given given;
        given.item = {number(word(line))};
        given.version = number(word(line));
        const std::string_view flags = word(line);
        given.right = flags.starts_with('r');
        given.unknown = flags.contains('u');
        given.measures = flags.contains('m');
        given.late = flags.contains('l');
        given.seconds = static_cast<int>(number(word(line)));
        given.written = line;
        list.push_back(std::move(given));
    }
    return list;
}

std::string shortened(std::string_view written) {
    if (written.size() <= longest_written) return std::string{written};
    const json::value value = json::parse(json::string_view(written.data(), written.size()));
    const json::array& values = value.as_array();
    for (std::size_t most = longest_written / values.size(); most > 0; most /= 2) {
        json::array shorter;
        for (const json::value& one : values)
            shorter.emplace_back(cut(json::value_to<std::string>(one), most));
        std::string text = json::serialize(shorter);
        if (text.size() <= longest_written) return text;
    }
    return "[]";
}

}  // namespace positioning
