// SPDX-License-Identifier: EUPL-1.2
// Files: what is read, and how what is wrong is told.
#include "psychometrics/match.hpp"
#include "psychometrics/options.hpp"
#include "psychometrics/psychometrics.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

using namespace psychometrics;

namespace {

// A file that goes with the test.
class File {
public:
    explicit File(const std::string& text)
        : name_(
              std::filesystem::temp_directory_path() /
              ("campus-psychometrics-" + std::to_string(reinterpret_cast<std::uintptr_t>(this)))) {
        std::ofstream(name_, std::ios::binary) << text;
    }
    ~File() { std::filesystem::remove(name_); }
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    const std::string& name() const { return name_; }

private:
    std::string name_;
};

Read<Bank> bank_of(const std::string& text, const engine::Tree* tree = nullptr) {
    const File file(text);
    return read_bank(file.name(), tree);
}
Read<Responses> responses_of(const std::string& text, Layout layout = Layout::automatic,
                             const std::string& group = "") {
    const File file(text);
    return read_responses(file.name(), layout, group);
}

}  // namespace

TEST_CASE(
    "banks are read with a,b or a,d, with or without names, comma or semicolon, CRLF and BOM") {
    for (const char* text : {"item,a,b\nq1,2,0.5\n", "\xEF\xBB\xBFItem;A;B\r\nq1;2;0.5\r\n",
                             "b,a,\"item\"\n0.5,+2,\"q1\"", "item,a,d\nq1,2,-1\n",
                             "item,a,d,b,c,se_a,se_d\n\nq1,2,-1,0.5,,.1,.2\n"}) {
        CAPTURE(std::string{text});
        const auto bank = bank_of(text);
        REQUIRE(bank);
        REQUIRE(bank->items.size() == 1);
        CHECK(bank->items[0].name == "q1");
        CHECK(bank->items[0].a == 2);
        CHECK(bank->items[0].d == std::vector<double>{-1});
    }
    CHECK(bank_of("a,b\n1,0\n1,1\n")->items[1].name == "2");
    CHECK(bank_of("item,b\nx,1.5\n")->items[0].d[0] == -1.5);
    const auto graded = bank_of("item,model,a,d1,d2,d3\nx,grm,1,2,1,\ny,2pl,1,0,,\n");
    REQUIRE(graded);
    CHECK(graded->items[0].categories() == 3);
    CHECK(graded->items[1].categories() == 2);
    CHECK(bank_of("item,a,b,c\nx,1,0,.2\n")->items[0].c == 0.2);
}

TEST_CASE("what is wrong with a bank is told with line and column") {
    struct Wrong {
        std::string text;
        std::size_t line;
        std::size_t column;
        std::string word;
    };
    const std::vector<Wrong> all{
        {"", 1, 0, "header"},
        {"item,x\n", 1, 0, "a and b"},
        {"item,a,b\n", 1, 0, "no item"},
        {"item,a,b\nq,1,0\nr,one,0\n", 3, 2, "no number"},
        {"item,a,b\nq,1,nan\n", 2, 3, "no number"},
        {"item,a,b\nq,1,1e999\n", 2, 3, "no number"},
        {"item,a,b\nq,1,\n", 2, 3, "neither"},
        {"item,a,b\nq,1,0\nq,1,1\n", 3, 1, "line 2"},
        {"item,a,b\n,1,0\n", 2, 1, "no name"},
        {"item,a,b\nq,1,0,7\n", 2, 4, "more than"},
        {"item,a,b,c\nq,1,0,1.2\n", 2, 4, "guessing"},
        {"item,a,b\nq,5000,0\n", 2, 2, "slope"},
        {"item,model,a,b\nq,4pl,1,0\n", 2, 2, "none of"},
        {"item,a,b1,b2\nq,1,0,1\n", 2, 0, "model"},
        {"item,model,a,d1,d2\nq,grm,1,0,1\n", 2, 5, "order"},
        {"item,a,b\n\"q,1,0\n", 2, 1, "never closed"},
        {"item,a,b\n\"q\"x,1,0\n", 2, 1, "out of place"},
    };
    for (const Wrong& wrong : all) {
        CAPTURE(wrong.text);
        const auto bank = bank_of(wrong.text);
        REQUIRE_FALSE(bank);
        CAPTURE(bank.error().text());
        CHECK(bank.error().line == wrong.line);
        CHECK(bank.error().column == wrong.column);
        CHECK(bank.error().what.find(wrong.word) != std::string::npos);
    }
    CHECK(bank_of("item,a,b\nq,\x1B[31m,0\n").error().text().find('\x1B') == std::string::npos);
    CHECK_FALSE(read_bank("/nowhere/at/all.csv"));
    const engine::Tree tree = *engine::Tree::of({{"g"}, {"x", 0, 0.5}});
    CHECK(bank_of("item,a,b\nq,1,0\n", &tree).error().what.find("node") != std::string::npos);
    CHECK(bank_of("item,node,a,b\nq,y,1,0\n", &tree).error().column == 2);
    CHECK(bank_of("item,competence,a,b\nq,x,1,0\n", &tree)->items[0].node == 1);
}

TEST_CASE("answers are read wide and long, and mean the same") {
    const auto wide = responses_of("person,i1,i2,i3\nann,1,0,\nbob,NA,?,2\n");
    const auto narrow =
        responses_of("person,item,y\nann,i1,1\nbob,i2,dk\nann,i2,0\nbob,i3,2\nbob,i1,\n");
    REQUIRE(wide);
    REQUIRE(narrow);
    for (const auto& read : {*wide, *narrow}) {
        CHECK(read.persons == std::vector<std::string>{"ann", "bob"});
        CHECK(read.begin == std::vector<std::size_t>{0, 2, 4});
        CHECK(read.answer == std::vector<std::int16_t>{1, 0, engine::dont_know, 2});
        CHECK(read.items.size() == 3);
    }
    const auto grouped =
        responses_of("person,item,y,sex\na,i,1,f\nb,i,0,m\n", Layout::narrow, "sex");
    REQUIRE(grouped);
    CHECK(grouped->groups == std::vector<std::string>{"f", "m"});
    CHECK(responses_of("i1,i2,theta\n1,0,.5\n")->items.size() == 2);
    CHECK(responses_of("person,item,y,seconds\na,i,1,12.5\n")->seconds[0] == 12.5F);
    const auto bad = responses_of("i1,i2\n1,0\n1,x\n");
    REQUIRE_FALSE(bad);
    CHECK(bad.error().line == 3);
    CHECK(bad.error().column == 2);
    CHECK(responses_of("i1\n99\n").error().line == 2);
    CHECK(responses_of("person,item,y\na,i,-1\n").error().column == 3);
    CHECK(responses_of("person,item,y,g\na,i,1,x\na,j,1,y\n", Layout::narrow, "g").error().line ==
          3);
}

TEST_CASE("a tree is read, and told apart from what is none") {
    const auto read = [](const std::string& text) {
        const File file(text);
        return read_tree(file.name());
    };
    const auto tree = read("name,parent,loading\nA,g,.8\ng,,\nA1,A,0.9\n");
    REQUIRE(tree);
    CHECK(tree->nodes()[0].name == "g");
    CHECK(tree->nodes()[2].loading == 0.9);
    CHECK(read("name,parent,loading\nA,,\nB,A,\n").error().line == 3);
    CHECK_FALSE(read("name,parent,loading\nA,B,.5\nB,A,.5\n"));
    CHECK_FALSE(read("name,parent,loading\nA,Z,.5\n"));
    CHECK_FALSE(read("a,b\n1,2\n"));
}

TEST_CASE("items are matched by name, or by place when no name is known") {
    const Bank bank = *bank_of("item,a,b\nx,1,0\ny,1,0\n");
    CHECK(*match_items("r", *responses_of("y,x\n1,0\n"), "b", bank) ==
          std::vector<std::size_t>{1, 0});
    CHECK(*match_items("r", *responses_of("i1,i2\n1,0\n"), "b", bank) ==
          std::vector<std::size_t>{0, 1});
    CHECK(*match_items("r", *responses_of("y,z\n1,0\n"), "b", bank) ==
          std::vector<std::size_t>{1, SIZE_MAX});
    CHECK_FALSE(match_items("r", *responses_of("i1,i2,i3\n1,0,1\n"), "b", bank));
    CHECK_FALSE(match_items("r", *responses_of("x,y\n2,0\n"), "b", bank));
}

TEST_CASE("name=value lists and cut points") {
    const auto pairs = read_pairs("--stop", "se=.3,min=5", {"se", "min"});
    REQUIRE(pairs);
    CHECK(pairs->at("se")[0] == 0.3);
    CHECK(read_pairs("--x", "a:1:2", {"a"})->at("a") == std::vector<double>{1, 2});
    CHECK_FALSE(read_pairs("--stop", "sd=.3", {"se"}));
    CHECK_FALSE(read_pairs("--stop", "se=x", {"se"}));
    CHECK(read_cuts("-1,0,1")->size() == 3);
    CHECK_FALSE(read_cuts("0,-1"));
}

TEST_CASE("a chart is accessible and escapes what it is given") {
    const std::string picture = svg({{.title = "A & B",
                                      .description = "x < y",
                                      .x = "x",
                                      .y = "y",
                                      .series = {{.name = "one", .points = {{0, 1}, {1, 3}}}},
                                      .y_low = {},
                                      .y_high = {},
                                      .x_names = {}}});
    CHECK(picture.find("<title id=\"title\">A &amp; B</title>") != std::string::npos);
    CHECK(picture.find("x &lt; y") != std::string::npos);
    CHECK(picture.find("role=\"img\"") != std::string::npos);
    CHECK(picture.find("nan") == std::string::npos);
}
