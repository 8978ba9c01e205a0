// SPDX-License-Identifier: EUPL-1.2
#include "items/text_blocks.hpp"

#include "base/text.hpp"

#include <string>
#include <vector>

namespace items {
namespace json = boost::json;
namespace {

// Every part has every member: a template looks outside for one that is missing.
json::object part(std::string_view text, std::string_view code, std::string_view link, bool line) {
    return {{"text", text}, {"code", code}, {"link", link}, {"line", line}};
}

class Writer {
public:
    explicit Writer(bool body) : body_(body) {}

    json::array parts(std::string_view line) {
        json::array out;
        std::string words;
        const auto end_words = [&] {
            if (!words.empty()) out.push_back(part(words, "", "", false));
            words.clear();
        };
        while (!line.empty()) {
            if (line.front() == '`') {
                if (const auto close = line.find('`', 1);
                    close != std::string_view::npos && close > 1) {
                    end_words();
                    out.push_back(part("", line.substr(1, close - 1), "", false));
                    line.remove_prefix(close + 1);
                    continue;
                }
            }
            if (body_ && line.front() == '[') {
                const auto middle = line.find("](");
                const auto close =
                    middle == std::string_view::npos ? middle : line.find(')', middle);
                if (close != std::string_view::npos) {
                    end_words();
                    const auto shown = line.substr(1, middle - 1);
                    out.push_back(part("", "", shown, false));
                    links_.push_back({{"words", shown},
                                      {"address", line.substr(middle + 2, close - middle - 2)}});
                    line.remove_prefix(close + 1);
                    continue;
                }
            }
            words += line.front();
            line.remove_prefix(1);
        }
        end_words();
        return out;
    }

    void paragraph(const std::vector<std::string_view>& lines) {
        std::size_t i = 0;
        while (i < lines.size()) {
            json::array list, running;
            for (; i < lines.size() && lines[i].starts_with("- "); ++i)
                list.push_back(json::object{{"parts", parts(lines[i].substr(2))}});
            if (!list.empty())
                blocks_.push_back({{"paragraph", nullptr}, {"list", std::move(list)}});
            for (; i < lines.size() && !lines[i].starts_with("- "); ++i) {
                if (!running.empty())
                    running.push_back(body_ ? part("", "", "", true) : part(" ", "", "", false));
                for (json::value& one : parts(lines[i])) running.push_back(std::move(one));
            }
            if (!running.empty())
                blocks_.push_back({{"paragraph", std::move(running)}, {"list", nullptr}});
        }
    }

    json::object view() {
        const bool linked = !links_.empty();
        return {{"blocks", std::move(blocks_)}, {"links", std::move(links_)}, {"linked", linked}};
    }

private:
    bool body_;
    json::array blocks_, links_;
};

}  // namespace

json::object text_view(std::string_view text, bool body) {
    Writer writer(body);
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        const auto line = base::trim(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!line.empty()) {
            lines.push_back(line);
        } else if (!lines.empty()) {
            writer.paragraph(lines);
            lines.clear();
        }
    }
    if (!lines.empty()) writer.paragraph(lines);
    return writer.view();
}

json::array parts_view(std::string_view text) {
    json::array all;
    while (!text.empty()) {
        const auto end = text.find('\n');
        for (json::value& one : Writer(false).parts(text.substr(0, end)))
            all.push_back(std::move(one));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (!text.empty()) all.push_back(part("", "", "", true));
    }
    return all;
}

}  // namespace items
