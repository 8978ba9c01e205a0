// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace std::chrono;

TEST_CASE("folding takes case, accents and ligatures away and keeps the rest") {
    CHECK(base::fold("Œuvre d’ÉTÉ à l'École") == "oeuvre d'ete a l'ecole");
    CHECK(base::fold("ÀÂÇÈÊËÎÏÔÙÛÜŸ×÷") == "aaceeeiiouuuy×÷");
    CHECK(base::fold("e\xCC\x81t\xCC\x82") == "et");
    CHECK(base::fold("ſŽłŒ") == "szloe");
    CHECK(base::fold("日本") == "日本");
    CHECK(base::fold("\xFF\xC3") == "\xFF\xC3");
}

TEST_CASE("a slug is readable, short and safe in a URL") {
    CHECK(base::slug("L'accessibilité, c'est quoi ?") == "l-accessibilite-c-est-quoi");
    CHECK(base::slug("  «» ") == "");
    const auto longest = base::slug(std::string(50, 'a') + " " + std::string(50, 'b'));
    CHECK(longest == std::string(50, 'a'));
    CHECK(base::slug(std::string(200, 'a')).size() == 80);
}

TEST_CASE("UTF-8 is checked to the letter of RFC 3629") {
    for (const char* good : {"", "é", "\xF0\x9F\x8E\x93", "\xEF\xBF\xBD"})
        CHECK(base::is_utf8(good));
    for (const char* bad :
         {"\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF5\x80\x80\x80", "\x80", "\xE0\x80\x80", "a\xE9"})
        CHECK_FALSE(base::is_utf8(bad));
    CHECK_FALSE(base::is_utf8(std::string_view{"a\0b", 3}));
}

TEST_CASE("trimming and splitting drop white space and empty parts") {
    CHECK(base::trim("\xC2\xA0 a b \n\xC2\xA0") == "a b");
    CHECK(base::trim(" \t") == "");
    CHECK(base::split(" a ;; b;", ';') == std::vector<std::string>{"a", "b"});
    CHECK(base::length("été") == 3);
}

TEST_CASE("what turns the direction of writing unseen is left out, and nothing else") {
    const auto left = [](std::string text) {
        base::drop_direction_controls(text);
        return text;
    };
    CHECK(left("Bureau\u202Efdp.exe\u202C") == "Bureaufdp.exe");
    CHECK(left("\u2066x\u2069\u202A") == "x");
    CHECK(left("l’été – 5 € … \u200Eא\u2065\u202F") == "l’été – 5 € … \u200Eא\u2065\u202F");
    CHECK(left("\xE2").size() == 1);
    CHECK(left("").empty());
}

TEST_CASE("numbers and dates are read strictly and written back the same") {
    CHECK(base::to_integer("-42") == -42);
    for (const char* bad : {"", "+1", " 1", "1 ", "1.0", "9223372036854775808", "0x1"})
        CHECK_FALSE(base::to_integer(bad).has_value());
    CHECK(base::iso_date(base::Date{2026y / 2 / 3}) == "2026-02-03");
    CHECK(base::iso_time(base::Time{sys_days{2026y / 2 / 3}} + 3723s) == "2026-02-03T01:02:03Z");
    CHECK(base::parse_iso_date("2028-02-29") == base::Date{2028y / 2 / 29});
    for (const char* bad : {"2027-02-29", "2026-1-01", "2026-13-01", "20260101", "2026-01-0x"})
        CHECK_FALSE(base::parse_iso_date(bad).has_value());
}

TEST_CASE("a SIRET carries its key") {
    CHECK(base::is_siret("13002526500013"));  // DINUM
    CHECK_FALSE(base::is_siret("13002526500014"));
    CHECK_FALSE(base::is_siret("1300252650001"));
    CHECK_FALSE(base::is_siret("1300252650001X"));
    CHECK(base::is_siret("35600000000048"));  // La Poste
}
