// SPDX-License-Identifier: EUPL-1.2
#include "organisations/rules.hpp"

#include <doctest/doctest.h>

using namespace organisations;

namespace {

Line line_of(std::string code, std::string name = "Nom", std::string kind = "service",
             std::string branch = "etat", std::string siret = "") {
    Line line{2, "", {}};
    line.organisation.code = std::move(code);
    line.organisation.name = std::move(name);
    line.organisation.kind = std::move(kind);
    line.organisation.branch = std::move(branch);
    line.organisation.siret = std::move(siret);
    return line;
}

base::OrganisationId id(int value) {
    return {value};
}

Organisation organisation(int number, std::optional<int> parent, std::string name) {
    Organisation made;
    made.id = id(number);
    made.code = "o" + std::to_string(number);
    made.name = std::move(name);
    if (parent) made.parent = id(*parent);
    return made;
}

}  // namespace

TEST_CASE("a line is right in itself, or says what is wrong") {
    struct Row {
        Line line;
        const char* problem;  // "" : none
    };
    const Row rows[] = {
        {line_of("dinum"), ""},
        {line_of("dinum-2"), ""},
        {line_of(""), "organisations.import.code_invalid"},
        {line_of("DINUM"), "organisations.import.code_invalid"},
        {line_of("d inum"), "organisations.import.code_invalid"},
        {line_of("é"), "organisations.import.code_invalid"},
        {line_of("import"), "organisations.import.code_invalid"},
        {line_of("dinum", ""), "organisations.import.name_invalid"},
        {line_of("dinum", std::string(200, 'a')), ""},
        {line_of("dinum", std::string(201, 'a')), "organisations.import.name_invalid"},
        {line_of("dinum", "Nom", "royaume"), "organisations.import.kind_unknown"},
        {line_of("dinum", "Nom", "ecole", "europe"), "organisations.import.branch_unknown"},
        {line_of("dinum", "Nom", "ecole", "hospitaliere", "13002526500013"), ""},
        {line_of("dinum", "Nom", "ecole", "etat", "13002526500014"),
         "organisations.import.siret_invalid"},
        {line_of("dinum", "Nom", "ecole", "etat", "1300252650001"),
         "organisations.import.siret_invalid"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.line.organisation.code);
        CAPTURE(row.line.organisation.siret);
        const auto problem = problem_of(row.line);
        CHECK((problem ? problem->message_key : "") == row.problem);
    }
    Line long_town = line_of("dinum");
    long_town.organisation.town = std::string(101, 'a');
    CHECK(problem_of(long_town)->field == "town");
}

TEST_CASE("a file of organisations: any order of columns, defaults, and what is no such file") {
    const auto lines =
        read_lines("NAME;code;SIRET\n\n Ville de Rennes ; rennes ;213 502 388 00019\n");
    REQUIRE(lines);
    REQUIRE(lines->size() == 1);
    CHECK(lines->front().number == 3);
    CHECK(lines->front().organisation.name == "Ville de Rennes");
    CHECK(lines->front().organisation.siret == "21350238800019");
    CHECK(lines->front().organisation.kind == "service");
    CHECK(lines->front().organisation.branch == "etat");

    CHECK_FALSE(read_lines(""));
    CHECK_FALSE(read_lines("code\ndinum\n"));
    CHECK_FALSE(read_lines("code,name\ndinum,\"never closed\n"));
    CHECK_FALSE(read_lines("code,name\ndinum,\xff\xfe\n"));
    CHECK(read_lines("code,name\n")->empty());
}

TEST_CASE("who stands below whom, also when two writers have bent the tree into a circle") {
    const Parents parents{{id(1), {}}, {id(2), id(1)}, {id(3), id(2)}, {id(4), {}}};
    CHECK(stands_below(parents, id(3), id(1)));
    CHECK(stands_below(parents, id(3), id(3)));
    CHECK_FALSE(stands_below(parents, id(1), id(3)));
    CHECK_FALSE(stands_below(parents, id(4), id(1)));
    CHECK(depth_of(parents, id(1)) == 0);
    CHECK(depth_of(parents, id(3)) == 2);

    const Parents circle{{id(1), id(2)}, {id(2), id(1)}};
    CHECK(stands_below(circle, id(1), id(2)));
    CHECK_FALSE(stands_below(circle, id(1), id(9)));
}

TEST_CASE("the tree: subtrees, chains, children by name") {
    const Tree tree({organisation(1, {}, "État"), organisation(2, 1, "Zone"),
                     organisation(3, 1, "École"), organisation(4, 2, "Service"),
                     organisation(5, {}, "Ville")});
    CHECK(tree.contains(id(1), id(4)));
    CHECK(tree.contains(id(4), id(4)));
    CHECK_FALSE(tree.contains(id(4), id(1)));
    CHECK_FALSE(tree.contains(id(3), id(4)));
    CHECK_FALSE(tree.contains(id(5), id(1)));
    CHECK_FALSE(tree.contains(id(9), id(9)));
    const auto chain = tree.chain(id(4));
    REQUIRE(chain.size() == 3);
    CHECK(chain.back()->name == "État");
    REQUIRE(tree.children(id(1)).size() == 2);
    CHECK(tree.children(id(1)).front()->name == "École");
    CHECK(tree.in_order().size() == 5);
    CHECK(tree.find("o5")->name == "Ville");
    CHECK(tree.find("o6") == nullptr);
}

TEST_CASE("nobody has rights through a circle, and reading one ends") {
    const Tree tree(
        {organisation(1, {}, "État"), organisation(2, 3, "A"), organisation(3, 2, "B")});
    CHECK_FALSE(tree.contains(id(2), id(3)));
    CHECK_FALSE(tree.contains(id(1), id(2)));
    CHECK(tree.chain(id(2)).size() <= 3);
}
