// SPDX-License-Identifier: EUPL-1.2
#include "items/documents.hpp"

#include "base/text.hpp"
#include "items/normalise.hpp"
#include "items/zip.hpp"

#include <algorithm>

namespace items {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

constexpr std::string_view xml_head = R"(<?xml version="1.0" encoding="UTF-8"?>)";
constexpr std::string_view office =
    R"( xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0")"
    R"( xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0")"
    R"( xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0")"
    R"( xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0")"
    R"( xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0")"
    R"( xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0")"
    R"( xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0")"
    R"( xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3")";

std::string open_document(std::string_view kind, std::string content,
                          const Properties& properties) {
    const std::string type = "application/vnd.oasis.opendocument." + std::string(kind);
    std::string meta{xml_head};
    meta.append("<office:document-meta").append(office).append("><office:meta>");
    const auto add = [&](std::string_view property, std::string_view element) {
        if (const auto found = properties.find(property); found != properties.end())
            meta.append("<")
                .append(element)
                .append(">")
                .append(escaped(found->second))
                .append("</")
                .append(element)
                .append(">");
    };
    add("title", "dc:title");
    add("subject", "dc:subject");
    add("keywords", "meta:keyword");
    add("author", "meta:initial-creator");
    add("author", "dc:creator");
    add("created", "meta:creation-date");
    add("created", "dc:date");
    meta.append("</office:meta></office:document-meta>");
    std::string manifest{xml_head};
    manifest.append(
        R"(<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">)");
    manifest.append(R"(<manifest:file-entry manifest:full-path="/" manifest:media-type=")" + type +
                    R"("/>)");
    for (const char* part : {"content.xml", "meta.xml"})
        manifest.append(R"(<manifest:file-entry manifest:full-path=")" + std::string(part) +
                        R"(" manifest:media-type="text/xml"/>)");
    manifest.append("</manifest:manifest>");
    return write_zip({{"mimetype", type, true},
                      {"content.xml", std::move(content)},
                      {"meta.xml", std::move(meta)},
                      {"META-INF/manifest.xml", std::move(manifest)}});
}

// A number that a spreadsheet may hold as one: nothing is lost, as the zero of a postcode would be.
bool is_number(const std::string& cell) {
    const std::size_t from = cell.starts_with('-') ? 1 : 0;
    const bool zero = cell.size() > from + 1 && cell[from] == '0' && cell[from + 1] != ',' &&
                      cell[from + 1] != '.';
    constexpr std::size_t most_digits = 15;
    return !zero && cell.size() <= most_digits && cell.find(' ') == std::string::npos &&
           read_plain_number(cell).has_value();
}

std::string cell_xml(const std::string& cell) {
    std::string type = R"( office:value-type="string")";
    if (const auto day = read_plain_date(cell))
        type = R"( office:value-type="date" office:date-value=")" + base::iso_date(*day) +
               (cell.find('/') == std::string::npos ? R"(" table:style-name="iso")"
                                                    : R"(" table:style-name="french")");
    else if (is_number(cell)) {
        std::string number = cell;
        std::ranges::replace(number, ',', '.');
        type = R"( office:value-type="float" office:value=")" + number + "\"";
    }
    return "<table:table-cell" + type + "><text:p>" + escaped(cell) +
           "</text:p></table:table-cell>";
}

constexpr std::string_view date_styles =
    R"(<number:date-style style:name="d1"><number:year number:style="long"/><number:text>-</number:text>)"
    R"(<number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/>)"
    R"(</number:date-style><number:date-style style:name="d2"><number:day number:style="long"/>)"
    R"(<number:text>/</number:text><number:month number:style="long"/><number:text>/</number:text>)"
    R"(<number:year number:style="long"/></number:date-style>)"
    R"(<style:style style:name="iso" style:family="table-cell" style:data-style-name="d1"/>)"
    R"(<style:style style:name="french" style:family="table-cell" style:data-style-name="d2"/>)";

}  // namespace

// As French offices write it: semicolons; the mark of UTF-8 in front, or spreadsheets spoil
// accents. No guard against formulas: what stands here is ours, and "-12" must stay a number.
std::string write_csv(const Table& table) {
    std::string out = "\uFEFF";
    const auto add = [&](const std::vector<std::string>& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i > 0) out += ';';
            if (cells[i].find_first_of(";\"\r\n") == std::string::npos) {
                out += cells[i];
                continue;
            }
            out += '"';
            for (const char c : cells[i]) out.append(c == '"' ? 2 : 1, c);
            out += '"';
        }
        out += "\r\n";
    };
    add(table.columns);
    for (const auto& row : table.rows) add(row);
    return out;
}

std::string write_ods(const Table& table) {
    std::string content{xml_head};
    content.append("<office:document-content").append(office).append("><office:automatic-styles>");
    content.append(date_styles).append("</office:automatic-styles>");
    content.append("<office:body><office:spreadsheet><table:table table:name=\"Feuille1\">");
    const auto add = [&](const std::vector<std::string>& cells, bool heading) {
        content.append("<table:table-row>");
        for (const std::string& cell : cells)
            content.append(heading ? "<table:table-cell office:value-type=\"string\"><text:p>" +
                                         escaped(cell) + "</text:p></table:table-cell>"
                                   : cell_xml(cell));
        content.append("</table:table-row>");
    };
    add(table.columns, true);
    for (const auto& row : table.rows) add(row, false);
    content.append("</table:table></office:spreadsheet></office:body></office:document-content>");
    return open_document("spreadsheet", std::move(content), {});
}

std::string write_odt(const std::vector<std::string>& paragraphs, const Properties& properties) {
    std::string content{xml_head};
    content.append("<office:document-content").append(office);
    content.append("><office:body><office:text>");
    for (const std::string& paragraph : paragraphs)
        if (paragraph.starts_with("# "))
            content.append("<text:h text:outline-level=\"1\">" + escaped(paragraph.substr(2)) +
                           "</text:h>");
        else
            content.append("<text:p>" + escaped(paragraph) + "</text:p>");
    content.append("</office:text></office:body></office:document-content>");
    return open_document("text", std::move(content), properties);
}

}  // namespace items
