// SPDX-License-Identifier: EUPL-1.2
// [file]: what a candidate downloads.
#include "items/documents.hpp"
#include "items/parameters.hpp"
#include "items/tree.hpp"
#include "items/variant.hpp"

#include <algorithm>

namespace items {
namespace json = boost::json;
namespace {

struct Kind {
    std::string_view name, content_type;
};
constexpr Kind kinds[] = {{"txt", "text/plain; charset=utf-8"},
                          {"log", "text/plain; charset=utf-8"},
                          {"md", "text/markdown; charset=utf-8"},
                          {"eml", "message/rfc822"},
                          {"html", "text/html; charset=utf-8"},
                          {"json", "application/json"},
                          {"xml", "application/xml"},
                          {"ics", "text/calendar; charset=utf-8"},
                          {"svg", "image/svg+xml"},
                          {"csv", "text/csv; charset=utf-8"},
                          {"ods", "application/vnd.oasis.opendocument.spreadsheet"},
                          {"odt", "application/vnd.oasis.opendocument.text"},
                          {"pdf", "application/pdf"},
                          {"jpeg", "image/jpeg"},
                          {"png", "image/png"}};

// Mails and calendars have CRLF (RFC 5322 2.3, RFC 5545 3.1).
std::string with_crlf(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\n' && !out.ends_with('\r')) out += '\r';
        out += c;
    }
    return out;
}

std::string lines_of(const Table& table, const std::string& line) {
    std::string out;
    for (const auto& row : table.rows) {
        Values values;
        for (std::size_t i = 0; i < row.size(); ++i) values[table.columns[i]] = row[i];
        out += fill(line, values) + "\n";
    }
    return out;
}

}  // namespace

std::optional<MadeFile> make_file(const Variant& variant) {
    if (!variant.file) return std::nullopt;
    const json::object& file = *variant.file;
    const std::string name = tree::text(file, "kind");
    const auto* kind = std::ranges::find(kinds, name, &Kind::name);
    if (kind == std::end(kinds)) return std::nullopt;
    Properties properties;
    for (const auto& [key, value] : tree::table(file, "properties"))
        properties[std::string(key)] = tree::scalar(value).value_or("");
    MadeFile made{tree::text(file, "name"), std::string(kind->content_type), {}};
    if (name == "csv")
        made.content = write_csv(variant.table.value_or(Table{}));
    else if (name == "ods")
        made.content = write_ods(variant.table.value_or(Table{}));
    else if (name == "odt")
        made.content = write_odt(tree::texts(file, "paragraphs"), properties);
    else if (name == "pdf")
        made.content = write_pdf(tree::texts(file, "paragraphs"), properties);
    else if (name == "jpeg")
        made.content = write_jpeg(tree::text(file, "caption"), properties);
    else if (name == "png")
        made.content = write_png(tree::text(file, "caption"), properties);
    else if (name == "log" && variant.table)
        made.content = lines_of(*variant.table, tree::text(tree::table(file, "table"), "line"));
    else if (name == "eml" || name == "ics")
        made.content = with_crlf(tree::text(file, "text"));
    else
        made.content = tree::text(file, "text");
    return made;
}

}  // namespace items
