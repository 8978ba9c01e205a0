// SPDX-License-Identifier: EUPL-1.2
// What is made can be read: the parts of the containers that readers look for are where they look.
#include "examples_model.hpp"
#include "items/zip.hpp"

#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <map>

using namespace items;

namespace {

std::uint32_t little(std::string_view bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = size; i-- > 0;)
        value = value << 8U | static_cast<unsigned char>(bytes.at(at + i));
    return value;
}

// By the directory at the end, as readers do.
std::map<std::string, std::string> unzipped(const std::string& zip) {
    const auto end = zip.rfind("PK\x05\x06");
    REQUIRE(end != std::string::npos);
    std::map<std::string, std::string> files;
    std::size_t at = little(zip, end + 16, 4);
    for (std::uint32_t i = 0; i < little(zip, end + 10, 2); ++i) {
        REQUIRE(zip.substr(at, 4) == "PK\x01\x02");
        const std::uint32_t method = little(zip, at + 10, 2), checksum = little(zip, at + 16, 4),
                            packed = little(zip, at + 20, 4), size = little(zip, at + 24, 4),
                            name_size = little(zip, at + 28, 2), offset = little(zip, at + 42, 4);
        const std::string name = zip.substr(at + 46, name_size);
        const std::size_t data = offset + 30 + little(zip, offset + 26, 2);
        std::string content(size, '\0');
        if (method == 0) {
            content = zip.substr(data, packed);
        } else {
            z_stream stream{};
            inflateInit2(&stream, -MAX_WBITS);
            std::string input = zip.substr(data, packed);
            stream.next_in = reinterpret_cast<Bytef*>(input.data());
            stream.avail_in = static_cast<uInt>(input.size());
            stream.next_out = reinterpret_cast<Bytef*>(content.data());
            stream.avail_out = static_cast<uInt>(content.size());
            CHECK(inflate(&stream, Z_FINISH) == Z_STREAM_END);
            inflateEnd(&stream);
        }
        CHECK(crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                    static_cast<uInt>(content.size())) == checksum);
        files[name] = content;
        at += 46 + name_size;
    }
    return files;
}

std::string made(std::string_view code, std::uint64_t seed = 4) {
    const auto file = make_file(draw(tests::example_item(code), seed).value());
    REQUIRE(file);
    return file->content;
}

bool holds(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

TEST_CASE("a table is a CSV of French offices") {
    const std::string csv = made("1.3-001");
    CHECK(csv.starts_with("\uFEFFDossier;Département;Déposé le;Montant\r\nD-1;"));
    CHECK(std::count(csv.begin(), csv.end(), '\n') == 121);
    CHECK(holds(csv, ";-"));  // what was planted stays a number
}

TEST_CASE("a table is a spreadsheet with numbers and dates of their own kind") {
    const auto parts = unzipped(made("1.3-006"));
    CHECK(made("1.3-006").substr(30, 8) == "mimetype");  // first and not compressed
    CHECK(parts.at("mimetype") == "application/vnd.oasis.opendocument.spreadsheet");
    const std::string& content = parts.at("content.xml");
    CHECK(holds(content, "office:value-type=\"float\" office:value=\""));
    CHECK(holds(content, "office:value-type=\"date\" office:date-value=\"2026-"));
    CHECK(holds(content, "<text:p>D-1</text:p>"));
    CHECK(holds(parts.at("META-INF/manifest.xml"), "content.xml"));
}

TEST_CASE("a text carries its author and date") {
    const auto variant = draw(tests::example_item("1.3-002"), 4).value();
    const auto parts = unzipped(make_file(variant)->content);
    CHECK(holds(parts.at("meta.xml"), "<meta:initial-creator>" + variant.fields[0].accept.front() +
                                          "</meta:initial-creator>"));
    CHECK(holds(parts.at("meta.xml"), variant.fields[1].accept.front() + "T09:30:00"));
    CHECK(holds(parts.at("content.xml"), "<text:h text:outline-level=\"1\">Note de service"));
}

TEST_CASE("a PDF carries its properties, is tagged, and is the same each time") {
    const std::string pdf = made("1.3-003");
    CHECK(pdf.starts_with("%PDF-1."));
    CHECK(holds(pdf, "/StructTreeRoot"));
    CHECK(holds(pdf, "/Author"));
    CHECK(pdf == made("1.3-003"));
}

TEST_CASE("a photo carries its place, a picture its text chunks") {
    const std::string jpeg = made("1.3-004");
    CHECK(jpeg.starts_with("\xFF\xD8\xFF\xE1"));
    CHECK(jpeg.substr(6, 4) == "Exif");
    CHECK(holds(jpeg, "2026:03:14 09:30:00"));
    CHECK(holds(jpeg, "Service des ponts"));
    CHECK(jpeg.ends_with("\xFF\xD9"));
    const std::string png = made("1.3-005");
    CHECK(png.starts_with("\x89PNG"));
    CHECK(png.substr(12, 4) == "IHDR");
    CHECK((holds(png, "tEXtSoftware") || holds(png, "iTXtSoftware")));
    CHECK(png == made("1.3-005"));
}

TEST_CASE("a log has its lines as the item writes them") {
    const std::string log = made("5.1-001");
    CHECK(log.starts_with("08:1 "));
    CHECK(holds(log, "\n08:40 "));
    CHECK(std::count(log.begin(), log.end(), '\n') == 80);
}
