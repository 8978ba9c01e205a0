// SPDX-License-Identifier: EUPL-1.2
// From TOML to a tree in the order of the file, with the line of each key. The only file that knows
// toml++.
#include "base/text.hpp"
#include "items/item.hpp"

// Without exceptions: what a person typed is refused by a value.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cstdio>

namespace items {
namespace json = boost::json;
namespace {

constexpr std::size_t longest_list = 1000;

std::string written_date(const toml::date& date) {
    char text[16];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d", static_cast<int>(date.year), date.month,
                  date.day);
    return text;
}

std::string written_time(const toml::time& time) {
    char text[16];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", time.hour, time.minute, time.second);
    return text;
}

// toml++ sorts the keys of a table; where they stand tells their order in the file.
class Reader {
public:
    explicit Reader(Source& source) : source_(source) {}

    std::optional<int> too_much;  // the line of what is too deep or too long

    json::object table(const toml::table& from, const std::string& path, int depth) {
        std::vector<std::pair<toml::source_position, std::string_view>> order;
        for (const auto& [key, value] : from) order.emplace_back(key.source().begin, key.str());
        std::ranges::sort(order, [](const auto& a, const auto& b) {
            return std::pair{a.first.line, a.first.column} <
                   std::pair{b.first.line, b.first.column};
        });
        json::object to;
        for (const auto& [position, key] : order) {
            const std::string below =
                path.empty() ? std::string(key) : path + "." + std::string(key);
            source_.lines[below] = static_cast<int>(position.line);
            to.emplace(key, value(*from.get(key), below, depth + 1));
        }
        return to;
    }

private:
    json::value refuse(int line) {
        if (!too_much) too_much = line;
        return nullptr;
    }
    json::value value(const toml::node& from, const std::string& path, int depth) {
        const int line = static_cast<int>(from.source().begin.line);
        if (depth > deepest) return refuse(line);
        if (const auto* inner = from.as_table()) return table(*inner, path, depth);
        if (const auto* list = from.as_array()) {
            if (list->size() > longest_list) return refuse(line);
            json::array to;
            for (const toml::node& item : *list) {
                const std::string below = path + "[" + std::to_string(to.size() + 1) + "]";
                source_.lines[below] = static_cast<int>(item.source().begin.line);
                to.push_back(value(item, below, depth + 1));
            }
            return to;
        }
        if (const auto* text = from.as_string()) return json::string(text->get());
        if (const auto* number = from.as_integer()) return number->get();
        if (const auto* number = from.as_floating_point()) return number->get();
        if (const auto* flag = from.as_boolean()) return flag->get();
        if (const auto* date = from.as_date()) return json::string(written_date(date->get()));
        if (const auto* time = from.as_time()) return json::string(written_time(time->get()));
        const toml::date_time& moment = from.as_date_time()->get();
        return json::string(written_date(moment.date) + "T" + written_time(moment.time));
    }

    Source& source_;
};

base::Error refusal(const char* key, int line, std::string why = {}) {
    return {base::ErrorKind::invalid,
            base::Reason{key, "text", {{"line", std::to_string(line)}, {"why", std::move(why)}}}};
}

}  // namespace

int Source::line_of(std::string_view path) const {
    while (!path.empty()) {
        if (const auto found = lines.find(path); found != lines.end()) return found->second;
        const auto cut = path.find_last_of(".[");
        path = cut == std::string_view::npos ? std::string_view{} : path.substr(0, cut);
    }
    return 1;
}

base::Result<Source> read_source(std::string_view text) {
    if (text.size() > largest_text)
        return base::unexpected(base::Error{base::ErrorKind::too_large,
                                            base::Reason{"items.problem.too_large", "text", {}}});
    if (!base::is_utf8(text)) return base::unexpected(refusal("items.problem.no_utf8", 1));
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed)
        return base::unexpected(refusal("items.problem.no_toml",
                                        static_cast<int>(parsed.error().source().begin.line),
                                        std::string(parsed.error().description())));
    Source source;
    Reader reader(source);
    source.tree = std::make_shared<const json::object>(reader.table(parsed.table(), "", 0));
    if (reader.too_much)
        return base::unexpected(refusal("items.problem.too_deep", *reader.too_much));
    return source;
}

}  // namespace items
