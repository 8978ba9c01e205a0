// SPDX-License-Identifier: EUPL-1.2
#include "items/screen.hpp"

#include "items/text_blocks.hpp"
#include "items/tree.hpp"
#include "items/variant.hpp"

#include <algorithm>

namespace items {
namespace json = boost::json;
namespace {

constexpr std::string_view arrow = "\u2192";

class Screen {
public:
    explicit Screen(const std::vector<Option>& zones) : zones_(zones) {}

    // Texts under the same names; `mark` for a part that is a zone.
    json::object entry(const json::object& from, std::initializer_list<const char*> texts) const {
        json::object to{{"mark", mark(from)}};
        for (const char* name : texts) to[name] = tree::text(from, name);
        return to;
    }
    int mark(const json::object& from) const {
        const std::string zone = tree::text(from, "zone");
        for (std::size_t i = 0; !zone.empty() && i < zones_.size(); ++i)
            if (zones_[i].id == zone) return static_cast<int>(i) + 1;
        return 0;
    }

private:
    const std::vector<Option>& zones_;
};

json::array texts_view(const json::object& from, const char* name) {
    json::array list;
    for (const std::string& text : tree::texts(from, name)) list.emplace_back(text);
    return list;
}

json::object inbox(const json::object& screen, const Screen& reader) {
    json::array messages;
    for (const json::value& given : tree::list(screen, "messages")) {
        const json::object& from = tree::table(given);
        json::object message =
            reader.entry(from, {"from", "address", "reply_to", "to", "date", "subject", "headers"});
        message["number"] = messages.size() + 1;
        message["body"] = text_view(tree::text(from, "body"), true);
        message["attachments"] = texts_view(from, "attachments");
        message["attached"] = !message["attachments"].as_array().empty();
        messages.push_back(std::move(message));
    }
    return {{"messages", std::move(messages)}};
}

json::object browser(const json::object& screen, const Screen& reader) {
    json::array pages;
    for (const json::value& given : tree::list(screen, "pages")) {
        json::object page =
            reader.entry(tree::table(given), {"title", "url", "certificate", "source"});
        page["body"] = text_view(tree::text(tree::table(given), "body"), true);
        page["number"] = pages.size() + 1;
        pages.push_back(std::move(page));
    }
    return {{"pages", std::move(pages)}};
}

// A to Z, then AA: 26 is beyond what a screen shows.
std::string column_name(std::size_t column) {
    std::string name(1, static_cast<char>('A' + column % 26));
    return column < 26 ? name : column_name(column / 26 - 1) + name;
}

json::object spreadsheet(const json::object& screen, const Screen&) {
    json::array columns, rows;
    std::size_t widest = 0;
    for (const json::value& row : tree::list(screen, "cells"))
        if (row.is_array()) widest = std::max(widest, row.get_array().size());
    for (std::size_t i = 0; i < widest; ++i) columns.emplace_back(column_name(i));
    for (const json::value& row : tree::list(screen, "cells")) {
        json::array cells;
        for (std::size_t i = 0; i < widest; ++i) {
            const auto& given = row.is_array() ? row.get_array() : json::array{};
            const std::string text =
                i < given.size() ? tree::scalar(given[i]).value_or("") : std::string{};
            const auto at = text.starts_with('=') ? text.find(arrow) : std::string::npos;
            json::object cell{{"column", column_name(i)}, {"formula", ""}, {"shown", text}};
            if (at != std::string::npos) {
                std::string formula = text.substr(0, at), shown = text.substr(at + arrow.size());
                formula.erase(formula.find_last_not_of(' ') + 1);
                shown.erase(0, std::min(shown.find_first_not_of(' '), shown.size()));
                cell["formula"] = formula;
                cell["shown"] = shown;
            } else if (text.starts_with('=')) {
                cell["formula"] = text;
                cell["shown"] = "";
            }
            cells.push_back(std::move(cell));
        }
        rows.push_back({{"number", rows.size() + 1}, {"cells", std::move(cells)}});
    }
    return {{"columns", std::move(columns)},
            {"rows", std::move(rows)},
            {"title", tree::text(screen, "title")}};
}

json::object dialog(const json::object& screen, const Screen&) {
    json::array headings, rows;
    for (const json::value& row : tree::list(screen, "rows")) {
        if (!row.is_array()) continue;
        const bool first = headings.empty();
        json::array cells;
        for (std::size_t i = 0; i < row.get_array().size(); ++i) {
            const std::string text = tree::scalar(row.get_array()[i]).value_or("");
            if (first)
                headings.emplace_back(text);
            else
                cells.push_back({{"heading", i < headings.size() ? headings[i] : json::value("")},
                                 {"text", text},
                                 {"first", i == 0}});
        }
        if (!first) rows.push_back(json::object{{"cells", std::move(cells)}});
    }
    return {{"title", tree::text(screen, "title")},
            {"body", text_view(tree::text(screen, "body"), true)},
            {"headings", std::move(headings)},
            {"rows", std::move(rows)}};
}

json::object history(const json::object& screen, const Screen& reader) {
    json::array versions;
    for (const json::value& given : tree::list(screen, "versions")) {
        json::object version = reader.entry(tree::table(given), {"name", "author", "date"});
        version["text"] = text_view(tree::text(tree::table(given), "text"), true);
        versions.push_back(std::move(version));
    }
    return {{"versions", std::move(versions)}};
}

json::object terminal(const json::object& screen, const Screen&) {
    return {{"title", tree::text(screen, "title")}, {"text", tree::text(screen, "text")}};
}

json::object chat(const json::object& screen, const Screen& reader) {
    json::array turns;
    for (const json::value& given : tree::list(screen, "turns")) {
        json::object turn = reader.entry(tree::table(given), {"who"});
        turn["text"] = text_view(tree::text(tree::table(given), "text"), true);
        turns.push_back(std::move(turn));
    }
    return {{"turns", std::move(turns)}};
}

json::object calendar(const json::object& screen, const Screen&) {
    json::array people;
    for (const json::value& given : tree::list(screen, "people")) {
        const json::object& from = tree::table(given);
        // Here `zone` is a time zone, never a part to point at.
        json::object person{
            {"mark", 0}, {"name", tree::text(from, "name")}, {"zone", tree::text(from, "zone")}};
        person["busy"] = texts_view(from, "busy");
        person["free"] = person["busy"].as_array().empty();
        people.push_back(std::move(person));
    }
    return {{"title", tree::text(screen, "title")},
            {"body", text_view(tree::text(screen, "body"), true)},
            {"people", std::move(people)}};
}

json::object folder(const json::object& screen, const Screen& reader) {
    json::array entries;
    bool size = false, date = false, owner = false, rights = false;
    for (const json::value& given : tree::list(screen, "entries")) {
        const json::object entry =
            reader.entry(tree::table(given), {"path", "size", "date", "owner", "rights"});
        const auto has = [&](const char* name) { return !entry.at(name).as_string().empty(); };
        size = size || has("size");
        date = date || has("date");
        owner = owner || has("owner");
        rights = rights || has("rights");
        entries.push_back(entry);
    }
    return {{"title", tree::text(screen, "title")},
            {"entries", std::move(entries)},
            {"has_size", size},
            {"has_date", date},
            {"has_owner", owner},
            {"has_rights", rights}};
}

json::object document(const json::object& screen, const Screen&) {
    return {{"title", tree::text(screen, "title")},
            {"body", text_view(tree::text(screen, "body"), true)}};
}

using Shower = json::object (*)(const json::object&, const Screen&);
constexpr std::pair<std::string_view, Shower> showers[] = {
    {"inbox", inbox},      {"browser", browser},   {"spreadsheet", spreadsheet},
    {"dialog", dialog},    {"history", history},   {"terminal", terminal},
    {"chat", chat},        {"calendar", calendar}, {"folder", folder},
    {"document", document}};

}  // namespace

json::object screen_view(const json::object& screen, const std::vector<Option>& zones) {
    const std::string kind = tree::text(screen, "kind");
    json::object view;
    for (const auto& [name, show] : showers)
        view[name] = name == kind ? json::value(show(screen, Screen(zones))) : json::value{};
    return view;
}

const std::vector<ScreenKind>& screen_kinds() {
    static const std::vector<ScreenKind> kinds{
        {"inbox",
         "messages",
         {},
         {"from", "address", "reply_to", "to", "date", "subject", "body", "headers", "attachments",
          "zone"}},
        {"browser", "pages", {}, {"title", "url", "certificate", "body", "source", "zone"}},
        {"spreadsheet", "cells", {"title"}, {}},
        {"dialog", "rows", {"title", "body"}, {}},
        {"history", "versions", {}, {"name", "author", "date", "text", "zone"}},
        {"terminal", "text", {"title"}, {}},
        {"chat", "turns", {}, {"who", "text", "zone"}},
        {"calendar", "people", {"title", "body"}, {"name", "zone", "busy"}},
        {"folder", "entries", {"title"}, {"path", "size", "date", "owner", "rights", "zone"}},
        {"document", "body", {"title"}, {}}};
    return kinds;
}

}  // namespace items
