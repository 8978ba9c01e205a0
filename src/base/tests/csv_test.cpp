// SPDX-License-Identifier: EUPL-1.2
#include "base/csv.hpp"

#include <doctest/doctest.h>
#include <random>

using Cells = std::vector<std::string>;

static std::string refused(std::string_view text, const base::CsvLimits& limits = {}) {
    const auto rows = base::read_csv(text, limits);
    if (rows) return "";
    std::string out = rows.error().reasons[0].message_key;
    for (const auto& [name, value] : rows.error().reasons[0].values)
        if (name == "line") out += ":" + value;
    return out;
}

TEST_CASE("CSV is read with either separator, quotes, and the right line numbers") {
    const auto rows = base::read_csv(
        "\xEF\xBB\xBF"
        "a;\"b;c\";d\r\n1;\"two\nlines \"\"here\"\"\";\r\n\r\n\n2;3;4;5");
    REQUIRE(rows);
    REQUIRE(rows->size() == 3);
    CHECK((*rows)[0].cells == Cells{"a", "b;c", "d"});
    CHECK((*rows)[1].cells == Cells{"1", "two\nlines \"here\"", ""});
    CHECK((*rows)[1].line == 2);
    CHECK((*rows)[2].cells == Cells{"2", "3", "4", "5"});
    CHECK((*rows)[2].line == 6);
    CHECK((*base::read_csv("a,b;c,d\n"))[0].cells == Cells{"a", "b;c", "d"});
    CHECK((*base::read_csv("\"a;;;;\",b\n"))[0].cells == Cells{"a;;;;", "b"});
    CHECK(base::read_csv("")->empty());
    CHECK(base::read_csv("\n\r\n")->empty());
}

TEST_CASE("what is wrong in a CSV file is told with its line") {
    CHECK(refused("a\nb\xE9,c\n") == "base.csv.not_utf8:2");
    CHECK(refused(std::string_view("a\0b", 3)) == "base.csv.not_utf8:1");
    CHECK(refused("a\n\"b\nc\n") == "base.csv.unclosed_quote:2");
    CHECK(refused("a\nb\"c\n") == "base.csv.stray_quote:2");
    CHECK(refused("a\n\"b\nb\"c\n") == "base.csv.stray_quote:3");
    CHECK(refused("a\nb\nc", {.rows = 2}) == "base.csv.too_many_rows:3");
    CHECK(refused("a,b,c", {.columns = 3}) == "");
    CHECK(refused("a,b,c,d", {.columns = 3}) == "base.csv.too_many_columns:1");
    CHECK(refused("abcd", {.cell_bytes = 3}) == "base.csv.cell_too_long:1");
    CHECK(refused(std::string(20 * 1024 * 1024 + 1, 'a')) == "base.csv.too_large");
}

TEST_CASE("no cell becomes a formula in a spreadsheet, and all come back as they were") {
    std::string out;
    base::write_csv_row(out, {"=1+1", "+33", "-5", "@x", "'=a", "l'été", "a\"b"});
    CHECK(out == "'=1+1,'+33,'-5,'@x,''=a,l'été,\"a\"\"b\"\r\n");
    CHECK((*base::read_csv(out))[0].cells ==
          Cells{"=1+1", "+33", "-5", "@x", "'=a", "l'été", "a\"b"});
}

TEST_CASE("whatever is written is read back the same") {
    std::mt19937 random{7};
    constexpr std::string_view alphabet = "ab,;\"'\n\r\t=+-@ ";
    for (int round = 0; round < 2000; ++round) {
        // The first cell is plain: an empty line is no row, and the header shows the separator.
        Cells cells{"h;,"};
        for (auto count = random() % 5; count > 0; --count) {
            std::string& cell = cells.emplace_back();
            for (auto size = random() % 6; size > 0; --size)
                cell += alphabet[random() % alphabet.size()];
        }
        for (const char separator : {',', ';'}) {
            std::string out;
            base::write_csv_row(out, Cells(9, "h"), separator);
            base::write_csv_row(out, cells, separator);
            const auto back = base::read_csv(out);
            REQUIRE(back);
            CHECK(back->at(1).cells == cells);
        }
    }
}

TEST_CASE("a table is read by the names of its columns, in any order, case and accents") {
    const auto table = base::CsvTable::read("NOM;Prénom\n Diop ; Awa\nMartin\n", {"nom"});
    REQUIRE(table);
    CHECK(table->size() == 2);
    CHECK(table->cell(0, "prenom") == "Awa");
    CHECK(table->cell(0, "nom") == "Diop");
    CHECK(table->line(1) == 3);
    CHECK(table->cell(1, "prenom").empty());
    CHECK(table->cell(1, "autre").empty());

    for (const char* text : {"", "Prénom\nAwa\n"}) {
        const auto refused = base::CsvTable::read(text, {"nom"});
        REQUIRE_FALSE(refused);
        CHECK(refused.error().reasons.front().message_key == "base.csv.column_missing");
    }
}
