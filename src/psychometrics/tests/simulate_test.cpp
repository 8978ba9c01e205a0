// SPDX-License-Identifier: EUPL-1.2
// campus simulate and campus score as they are called: what they write, and what they say when a
// file or an option is wrong.
#include "places.hpp"
#include "program_model.hpp"
#include "psychometrics/files.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace psychometrics;

namespace {

const std::string data = SOURCE_DIR "/tests/data/irt/";

std::size_t lines(const std::string& text) {
    return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

}  // namespace

TEST_CASE(
    "simulate over a tree: one JSON object, a log with every node, pictures, exposure by item") {
    const Folder folder;
    const Ran ran = folder.run({"simulate", "--bank", data + "profile21_items.csv", "--tree",
                                data + "profile21_tree.csv", "--candidates", "600", "--length",
                                "42", "--log", folder.at("log.csv"), "--items",
                                folder.at("items.csv"), "--plot", folder.at("plot.svg"), "--json"});
    REQUIRE(ran.status == 0);
    CHECK(ran.err == "");
    const auto json = ran.json();
    CHECK(json.at("candidates").to_number<int>() == 600);
    CHECK(json.at("rmse").to_number<double>() < 0.56);
    CHECK(json.at("coverage").to_number<double>() == doctest::Approx(0.9).epsilon(0.03));
    CHECK(json.at("length").to_number<double>() == 42);
    CHECK(json.at("nodes").as_array().size() == 27);
    CHECK(json.at("microseconds_per_question").to_number<double>() > 0);
    for (const char* name : {"bias", "exact", "adjacent", "exposure", "overlap", "levels"})
        CHECK(json.contains(name));
    const std::string log = folder.read("log.csv");
    CHECK(lines(log) == 601);
    CHECK(log.starts_with("person,theta,se,k1,k2,"));
    CHECK(log.find(",k42,theta_1,se_1,") != std::string::npos);
    CHECK(lines(folder.read("items.csv")) == 631);
    CHECK(folder.read("plot.svg").find("</svg>") != std::string::npos);
}

TEST_CASE("simulate looks answers up, and without true abilities says nothing of error") {
    const Folder folder;
    const std::vector<std::string> call{"simulate",
                                        "--bank",
                                        data + "cat500_items.csv",
                                        "--responses",
                                        data + "cat500_responses_1000.csv",
                                        "--select",
                                        "mfi",
                                        "--estimate",
                                        "eap",
                                        "--length",
                                        "20"};
    auto with_log = call;
    with_log.insert(with_log.end(), {"--log", folder.at("out.csv"), "--json", "--threads", "2"});
    const Ran ran = folder.run(with_log);
    REQUIRE(ran.status == 0);
    CHECK(ran.json().at("rmse").is_null());
    CHECK(folder.read("out.csv").starts_with("person,theta,se,k1,"));
    CHECK(folder.read("out.csv").find("\n1,0.3") != std::string::npos);
    CHECK(folder.read("out.csv").find(",65,333,480,82,446,172,91,359,215,374,") !=
          std::string::npos);
    auto with_truth = call;
    with_truth.insert(with_truth.end(), {"--truth", data + "cat500_true_theta.csv", "--json"});
    CHECK(folder.run(with_truth).json().at("rmse").to_number<double>() ==
          doctest::Approx(0.2939).epsilon(1e-3));
}

TEST_CASE(
    "what is wrong with files and options of simulate is told on standard error, status not 0") {
    const Folder folder;
    const std::string bank = folder.write("bank.csv", "item,a,b\nx,1,0\ny,1,0.5\n");
    struct Wrong {
        std::vector<std::string> more;
        std::string word;
    };
    const std::vector<Wrong> all{
        {{"--bank", folder.at("none.csv")}, "cannot be read"},
        {{"--bank", folder.write("bad.csv", "item,a,b\nx,1,zero\n")}, "bad.csv:2: column 3"},
        {{"--bank", bank, "--responses", folder.write("r.csv", "x,y\n1,0\n1,maybe\n")},
         "r.csv:3: column 2"},
        {{"--bank", bank, "--responses", folder.write("s.csv", "x,y\n1,5\n")}, "categories"},
        {{"--bank", bank, "--tree", folder.write("t.csv", "name,parent,loading\na,,\nb,a,2\n")},
         "loading"},
        {{"--bank", bank, "--select", "best"}, "--select"},
        {{"--bank", bank, "--estimate", "tree"}, "--tree"},
        {{"--bank", bank, "--stop", "sd=.3"}, "--stop"},
        {{"--bank", bank, "--exposure", "toll=2"}, "toll"},
        {{"--bank", bank, "--exposure", "overlap=.2"}, "overlap"},
        {{"--bank", bank, "--cuts", "1,0"}, "rise"},
        {{"--bank", bank, "--blueprint",
          folder.write("q.csv", "attribute,value,min,max\nformat,open,3,\n")},
         "quota"},
        {{"--bank", bank, "--log", "/nowhere/log.csv"}, "cannot be written"},
        {{"--bank", bank, "--soft"}, "se_a"},
    };
    for (const Wrong& wrong : all) {
        std::vector<std::string> call{"simulate", "--candidates", "3"};
        call.insert(call.end(), wrong.more.begin(), wrong.more.end());
        const Ran ran = folder.run(call);
        CAPTURE(ran.err);
        CAPTURE(wrong.word);
        CHECK(ran.status != 0);
        CHECK(ran.out == "");
        CHECK(ran.err.find(wrong.word) != std::string::npos);
    }
}

TEST_CASE("score gives a profile with levels, a core and person fit") {
    const Folder folder;
    const std::string tree = folder.write("tree.csv", "name,parent,loading\ng,,\nA,g,.8\nB,g,.7\n");
    std::string bank = "item,node,a,b,time_beta,time_alpha\n";
    std::string answers = "person,item,y,seconds\n";
    for (int i = 0; i < 20; ++i) {
        bank += "q" + std::to_string(i) + (i % 2 ? ",A,1.2,0,4,2\n" : ",B,1.2,0,4,2\n");
        answers += "ann,q" + std::to_string(i) + ",1,50\n";
        answers += "bob,q" + std::to_string(i) + (i % 2 ? ",1,60\n" : ",0,0.5\n");
    }
    const std::string items = folder.write("bank.csv", bank);
    const std::string given = folder.write("answers.csv", answers);
    const Ran ran =
        folder.run({"score", "--bank", items, "--responses", given, "--tree", tree, "--cuts", "0",
                    "--core", "A=0,B=0", "--out", folder.at("out.csv"), "--json"});
    REQUIRE(ran.status == 0);
    CHECK(ran.json().at("persons").to_number<int>() == 2);
    const std::string text = folder.read("out.csv");
    Table table = *Table::open("out", text);
    const auto number = [&](const char* name) { return *table.number(*table.find({name})); };
    REQUIRE(*table.next());
    CHECK(table.cells()[0] == "ann");
    CHECK(number("theta_a") == doctest::Approx(number("theta_b")).epsilon(0.1));
    CHECK(number("p_core") > 0.9);
    CHECK(number("p1") + number("p2") == doctest::Approx(1));
    CHECK(number("rapid") == 0);
    REQUIRE(*table.next());
    CHECK(number("theta_a") > 0.3);
    CHECK(number("theta_b") < -0.3);
    CHECK(number("p_core") < 0.1);
    CHECK(number("rapid") == 10);
    // Without a tree the same answers are one ability, and bob's do not fit.
    const Ran flat = folder.run({"score", "--bank", items, "--responses", given, "--fit"});
    REQUIRE(flat.status == 0);
    CHECK(flat.out.starts_with("person,answers,theta,se,lz,"));
    CHECK(folder.run({"score", "--bank", items, "--responses", given, "--core", "Z=0"}).status ==
          1);
    // Missing answers: left out, or wrong.
    const std::string wide = folder.write("wide.csv", "q0,q1,q2,q3\n1,1,,\n1,1,?,0\n");
    const auto theta = [&](const std::string& missing) {
        const Ran scored =
            folder.run({"score", "--bank", items, "--responses", wide, "--missing", missing});
        Table scores = *Table::open("scores", scored.out);
        REQUIRE(*scores.next());
        return *scores.number(2);
    };
    CHECK(theta("ignored") > theta("wrong") + 0.3);
}
