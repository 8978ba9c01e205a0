// SPDX-License-Identifier: EUPL-1.2
#include "examples_model.hpp"
#include "items/normalise.hpp"

#include <doctest/doctest.h>

using namespace items;

namespace {

bool accepts(const Field& field, std::string typed) {
    Variant variant;
    variant.format = Format::text;
    variant.fields = {field};
    return check(variant, {.values = {std::move(typed)}}).right;
}

}  // namespace

TEST_CASE("texts are compared without case, accents, spaces, quotes and a final point") {
    const Field field{.accept = {"L’État de droit"}};
    for (const char* same : {"l'etat de droit", "L’ÉTAT DE DROIT.", "  l’ État  de droit ",
                             "« L’état de droit »", "l\u2019E\u0301tat de droit"})
        CHECK(accepts(field, same));
    for (const char* other : {"l’état", "état de droit", "l’état de droits"})
        CHECK_FALSE(accepts(field, other));
}

TEST_CASE(
    "a slip of the fingers is forgiven in a long word, a known mistake and another number not") {
    struct Line {
        const char* accept;
        int slips;
        const char* typed;
        bool right;
    };
    const Line lines[] = {
        {"Brest", 1, "Bresst", true},
        {"Brest", 1, "Brset", true},
        {"Brest", 1, "Bret", true},
        {"Brest", 1, "Bress", true},
        {"Brest", 1, "Brsett", false},
        {"Brest", 0, "Bresst", false},
        {"Lyon", 1, "Lyom", false},
        {"Strasbourg", 2, "Strasbuorgg", true},
        {"Strasbourg", 2, "Sttrasbuorgg", false},
        {"Strasbou", 2, "Strsabouu", false},
        {"article 12", 2, "article 13", false},
        {"article 12", 2, "artivle 12", true},
    };
    for (const Line& line : lines) {
        CAPTURE(line.accept);
        CAPTURE(line.typed);
        CHECK(accepts({.accept = {line.accept}, .slips = line.slips}, line.typed) == line.right);
    }
    CHECK_FALSE(
        accepts({.accept = {"intranet"}, .slips = 1, .wrong = {{"internet", ""}}}, "Internet"));
    CHECK(typing_slips("abcd", "acbd", 2) == 1);
    CHECK(typing_slips("été", "ete", 3) == 2);
    CHECK(typing_slips("abc", "xyzuvw", 2) == 3);
}

TEST_CASE("numbers are read as people write them") {
    struct Line {
        const char* typed;
        std::optional<double> number;
    };
    const Line lines[] = {
        {"1234.5", 1234.5},
        {"1 234,50 €", 1234.5},
        {"1\u202F234,5", 1234.5},
        {"1.234,50", 1234.5},
        {"1,234.50", 1234.5},
        {"1'234", 1234},
        {"1.234.567", 1234567},
        {"-3", -3},
        {"\u2212 3", -3},
        {"+7", 7},
        {"12 %", 12},
        {"12 Mo", 12},
        {"trois", 3},
        {"Dix-sept", 17},
        {"0", 0},
        {"12.", 12},
        {"1.234", 1.234},
        {"", std::nullopt},
        {"abc", std::nullopt},
        {"12 et 13", std::nullopt},
        {"1,2,3.4.5", std::nullopt},
        {"€ 12", std::nullopt},
        {"--1", std::nullopt},
        {"1e5", std::nullopt},
    };
    for (const Line& line : lines) {
        CAPTURE(line.typed);
        const auto number = read_number(line.typed);
        CHECK(number.has_value() == line.number.has_value());
        if (number && line.number) CHECK(*number == doctest::Approx(*line.number));
    }
}

TEST_CASE("a number is accepted within its tolerance, both sides") {
    const Field exact{.kind = AnswerKind::number, .accept = {"12,5"}};
    CHECK(accepts(exact, "12.5"));
    CHECK_FALSE(accepts(exact, "12.51"));
    const Field loose{.kind = AnswerKind::number, .accept = {"12,5"}, .within = 0.01};
    CHECK(accepts(loose, "12,51"));
    CHECK(accepts(loose, "12,49"));
    CHECK_FALSE(accepts(loose, "12,52"));
}

TEST_CASE("dates are read as people write them") {
    struct Line {
        const char* typed;
        const char* date;  // "" : none
    };
    const Line lines[] = {
        {"2026-03-14", "14"},
        {"14/03/2026", "14"},
        {"14/3/26", "14"},
        {"14.03.2026", "14"},
        {"14-03-2026", "14"},
        {"14 mars 2026", "14"},
        {"le samedi 14 MARS 2026", "14"},
        {"14 Mars, 2026", "14"},
        {"1er mars 2026", "01"},
        {"31/02/2026", ""},
        {"14 mars", ""},
        {"mars 2026", ""},
        {"03/14/2026", ""},
        {"14 brumaire 2026", ""},
        {"", ""},
        {"14/03/2026 à midi", ""},
    };
    for (const Line& line : lines) {
        CAPTURE(line.typed);
        const auto day = read_date(line.typed);
        const std::string wanted = line.date;
        CHECK(day.has_value() == !wanted.empty());
        if (day && !wanted.empty())
            CHECK(*day == base::Date{std::chrono::year{2026} / 3 / std::stoi(wanted)});
    }
    const Field field{.kind = AnswerKind::date, .accept = {"2026-03-14"}};
    CHECK(accepts(field, "14 mars 2026"));
    CHECK_FALSE(accepts(field, "15 mars 2026"));
    CHECK(accepts({.kind = AnswerKind::date, .accept = {"14/03/2026"}}, "2026-03-14"));
}

TEST_CASE("code is compared without spaces and case; accents count") {
    const Field field{.kind = AnswerKind::code, .accept = {"=SOMME(B2:B9)"}};
    CHECK(accepts(field, "= somme( b2:b9 )"));
    CHECK_FALSE(accepts(field, "=SOMME(B2:B8)"));
    const Field accents{.kind = AnswerKind::code, .accept = {"Éditeur 12"}};
    CHECK(accepts(accents, "éditeur12"));
    CHECK_FALSE(accepts(accents, "editeur 12"));
    CHECK(accepts({.kind = AnswerKind::code, .accept = {"d'accès"}}, "D\u2019Accès"));
}
