// SPDX-License-Identifier: EUPL-1.2
#include "places.hpp"
#include "program_model.hpp"
#include "psychometrics/answers.hpp"
#include "psychometrics/psychometrics.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace psychometrics;
using doctest::Approx;

namespace {

const std::string data = SOURCE_DIR "/tests/data/irt/";

// The table of a wide file as lines person,item,y.
std::string as_long(const std::string& wide) {
    std::istringstream in(wide);
    std::string line;
    std::getline(in, line);
    std::vector<std::string> names;
    std::istringstream header(line);
    for (std::string name; std::getline(header, name, ',');) names.push_back(name);
    std::string out = "person,item,y\n";
    for (int person = 1; std::getline(in, line); ++person)
        for (std::size_t i = 0; i < names.size(); ++i)
            if (line[2 * i] != 'N')
                out += "p" + std::to_string(person) + ',' + names[i] + ',' + line[2 * i] + '\n';
    return out;
}

std::string file_text(const std::string& name) {
    std::ifstream in(name);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

// A table with two groups, the second harder on item x3, as wide CSV with a column `site`.
std::string two_sites(std::size_t persons) {
    engine::Random random(4);
    std::string text = "site,x1,x2,x3,x4,x5,x6,x7,x8,x9,x10\n";
    for (std::size_t p = 0; p < persons; ++p) {
        const bool second = p % 2 == 1;
        const double theta = random.normal() - (second ? 0.4 : 0.0);
        text += second ? "south" : "north";
        for (int i = 0; i < 10; ++i) {
            const double harder = second && i == 2 ? 1.0 : 0.0;
            const double z = 1.2 * (theta - harder) + 0.3 * (i - 4);
            text += random.uniform() < engine::logistic(z) ? ",1" : ",0";
        }
        text += '\n';
    }
    return text;
}

}  // namespace

TEST_CASE("campus calibrate: LSAT-7, wide and long, to the published digits") {
    const Folder folder;
    const Ran wide = folder.run({"calibrate", data + "lsat7.csv", "--model", "2pl", "--se", "--out",
                                 folder.at("wide.csv"), "--json"});
    REQUIRE(wide.status == 0);
    const auto object = wide.json();
    CHECK(object.at("loglik").as_double() == Approx(-2658.805).epsilon(1e-7));
    CHECK(object.at("converged").as_bool());
    CHECK(object.at("items").to_number<int>() == 5);
    CHECK(object.at("persons").to_number<int>() == 1000);
    CHECK(object.at("iterations").to_number<int>() > 3);
    CHECK(object.at("cpu_seconds").to_number<double>() < 5);
    const std::string text = folder.read("wide.csv");
    CHECK(
        text.starts_with("item,a,d,b,c,se_a,se_d,se_b,se_c,model,answers,fixed,prior\n"
                         "Item.1,0.98"));

    const std::string lines = folder.write("long.csv", as_long(file_text(data + "lsat7.csv")));
    const Ran narrow = folder.run({"calibrate", lines, "--format", "long", "--se", "--out",
                                   folder.at("long_items.csv"), "--json"});
    REQUIRE(narrow.status == 0);
    CHECK(folder.read("long_items.csv") == text);

    // What it wrote is a bank.
    const auto bank = read_bank(folder.at("wide.csv"));
    REQUIRE(bank);
    CHECK(bank->items[2].a == Approx(1.707).epsilon(0.0006));
    CHECK(bank->items[2].d[0] == Approx(1.805).epsilon(0.0006));
}

TEST_CASE("a file split in two and put together again gives the same bank") {
    const Folder folder;
    const std::string whole = as_long(file_text(data + "lsat6.csv"));
    // The second half of the lines first: persons and items appear in another order.
    const std::size_t header = whole.find('\n') + 1;
    const std::size_t middle = whole.find('\n', whole.size() / 2) + 1;
    const std::string turned =
        whole.substr(0, header) + whole.substr(middle) + whole.substr(header, middle - header);
    const auto loglik = [&](const std::string& text) {
        const Ran ran = folder.run({"calibrate", folder.write("x.csv", text), "--model", "rasch",
                                    "--out", folder.at("i.csv"), "--json"});
        REQUIRE(ran.status == 0);
        return ran.json().at("loglik").as_double();
    };
    CHECK(loglik(turned) == Approx(loglik(whole)).epsilon(1e-12));
    CHECK(loglik(whole) == Approx(-2466.938).epsilon(2e-7));
}

TEST_CASE("Rasch has slope 1 and tells the spread; threads change no bit") {
    const Folder folder;
    const Ran rasch = folder.run({"calibrate", data + "lsat6.csv", "--model", "rasch", "--out",
                                  folder.at("r.csv"), "--scores", folder.at("s.csv"), "--plot",
                                  folder.at("p.svg"), "--json"});
    REQUIRE(rasch.status == 0);
    const auto group = rasch.json().at("groups").as_array()[0].as_object();
    CHECK(group.at("sd").as_double() == Approx(0.755).epsilon(0.002));
    CHECK(folder.read("r.csv").find("Item_1,1,2.730") != std::string::npos);
    CHECK(folder.read("s.csv").starts_with("person,theta,se\n1,-1.44"));
    CHECK(folder.read("p.svg").find("<svg") != std::string::npos);

    folder.run({"calibrate", data + "s2pl_2000x50_responses.csv", "--out", folder.at("1.csv")});
    folder.run({"calibrate", data + "s2pl_2000x50_responses.csv", "--threads", "4", "--out",
                folder.at("4.csv")});
    CHECK(folder.read("1.csv") == folder.read("4.csv"));
    CHECK(folder.read("1.csv").size() > 1000);
}

TEST_CASE("groups and anchors on the command line") {
    const Folder folder;
    const std::string file = folder.write("sites.csv", two_sites(3000));
    const Ran ran =
        folder.run({"calibrate", file, "--group", "site", "--out", folder.at("i.csv"), "--json"});
    REQUIRE(ran.status == 0);
    const auto groups = ran.json().at("groups").as_array();
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].at("name") == "north");
    CHECK(groups[0].at("mean").to_number<double>() == 0);
    CHECK(groups[1].at("mean").to_number<double>() < -0.3);
    folder.write("anchors.csv", "item,a,d\nx1,1.2,-1.2\nx9,1.2,1.2\nelsewhere,1,0\n");
    const Ran anchored =
        folder.run({"calibrate", file, "--group", "site", "--anchors", folder.at("anchors.csv"),
                    "--out", folder.at("j.csv"), "--json"});
    REQUIRE(anchored.status == 0);
    CHECK(folder.read("j.csv").find("x1,1.2,-1.2,1,0,2pl,3000,1,0") != std::string::npos);
    CHECK(std::abs(anchored.json().at("groups").as_array()[0].at("mean").to_number<double>()) <
          0.2);
}

TEST_CASE("a tree: areas and items in one file, in each of its forms") {
    const Folder folder;
    engine::Random random(9);
    std::string answers = "a1,a2,a3,a4,b1,b2,b3,b4,c1,c2,c3,c4\n";
    for (int p = 0; p < 800; ++p) {
        const double general = random.normal();
        std::string line;
        for (int area = 0; area < 3; ++area) {
            const double theta = 0.8 * general + 0.6 * random.normal();
            for (int i = 0; i < 4; ++i)
                line += random.uniform() < engine::logistic(1.5 * theta) ? ",1" : ",0";
        }
        answers += line.substr(1) + '\n';
    }
    const std::string file = folder.write("answers.csv", answers);
    std::string leaves = "name,parent,loading\nall,,\nA,all,\nB,all,0.5\nC,all,\n";
    std::string flat = "item,area\n";
    for (const char area : {'a', 'b', 'c'})
        for (int i = 1; i <= 4; ++i) {
            const std::string name = area + std::to_string(i);
            const std::string upper(1, static_cast<char>(area - 'a' + 'A'));
            leaves += name + ',' + upper + ",\n";
            flat += name + ',' + upper + '\n';
        }
    std::vector<double> logliks;
    for (const std::string& tree : {leaves, flat}) {
        const Ran ran = folder.run({"calibrate", file, "--tree", folder.write("tree.csv", tree),
                                    "--out", folder.at("i.csv"), "--tree-out", folder.at("t.csv"),
                                    "--scores", folder.at("s.csv"), "--json"});
        REQUIRE(ran.status == 0);
        logliks.push_back(ran.json().at("loglik").as_double());
        CHECK(ran.json().at("tree").as_array().size() == 4);
        // Both files can be read by the other commands.
        const auto read = read_tree(folder.at("t.csv"));
        REQUIRE(read);
        CHECK(read->size() == 4);
        CHECK(read->nodes()[1].loading > 0.6);
        CHECK(read_bank(folder.at("i.csv"), &*read));
    }
    CHECK(logliks[0] == Approx(logliks[1]).epsilon(1e-7));
    CHECK(folder.read("s.csv").starts_with("person,general,se_general,A,se_A,B,"));

    const Ran without = folder.run({"calibrate", file, "--tree",
                                    folder.write("bad.csv", "name,parent\nall,\nA,all\n"), "--out",
                                    folder.at("i.csv")});
    CHECK(without.status == 1);
    CHECK(without.err.find("does not say which node the item a1 measures") != std::string::npos);
}

TEST_CASE("answers from 1, and categories that nobody gave, are numbered anew") {
    const Folder folder;
    std::string from_0 = "x,y,z\n";
    std::string from_1 = "x,y,z\n";
    engine::Random random(2);
    for (int p = 0; p < 300; ++p) {
        const double theta = random.normal();
        std::string a;
        std::string b;
        for (int i = 0; i < 3; ++i) {
            const double z = 1.5 * theta + random.normal();
            const int k = z < -1 ? 0 : z < 0.5 ? 1 : 2;
            a += "," + std::to_string(k);
            b += "," + std::to_string(k == 0 ? 1 : k == 1 ? 2 : 5);
        }
        from_0 += a.substr(1) + '\n';
        from_1 += b.substr(1) + '\n';
    }
    for (const char* model : {"grm", "gpcm"}) {
        REQUIRE(folder
                    .run({"calibrate", folder.write("0.csv", from_0), "--model", model, "--out",
                          folder.at("i0.csv")})
                    .status == 0);
        const Ran other = folder.run({"calibrate", folder.write("1.csv", from_1), "--model", model,
                                      "--out", folder.at("i1.csv")});
        CHECK(other.err.find("3 items have categories that nobody gave") != std::string::npos);
        CHECK(folder.read("i0.csv") == folder.read("i1.csv"));
        CHECK(folder.read("i0.csv").starts_with("item,a,d1,d2,b1,b2,c,model,answers"));
        CHECK(read_bank(folder.at("i0.csv")));
    }
}

TEST_CASE("bad input: exit status 1, the file, the line and the column") {
    const Folder folder;
    struct Bad {
        const char* text;
        const char* says;
    };
    const Bad files[] = {
        {"", "header"},
        {"a,b\n", "nothing below the header"},
        {"a,b\n1,x\n", ":2: column 2: \"x\" is no answer"},
        {"a,b\n1,0\n1,0,1\n", ":3: column 3: one cell more"},
        {"a,b\n1,2\n0,1\n0,0\n", "item 2 has 3 categories"},
        {"a,b\n1,-3\n", ":2: column 2"},
        {"a,b\n1,0.5\n", ":2: column 2"},
        {"person,item,y\np1,a,1\np1,a,0\n",
         ":3: column 2: \"p1\" answered the item \"a\" on line 2 already"},
        {"person,item,y\np1,a,1\np2,a,1\np2,b,0\np1,b,1\np2,a,0\n",
         ":6: column 2: \"p2\" answered the item \"a\" on line 3 already"},
        {"a,b,a\n1,0,1\n", ":1: column 3: \"a\" stands in column 1 already"},
        {"person,item,y\n,a,1\n", ":2: column 1: no person"},
        {"a,b\n\"1,0\n", ":2: column 1: its quote is never closed"},
    };
    for (const Bad& bad : files) {
        CAPTURE(bad.text);
        const Ran ran = folder.run(
            {"calibrate", folder.write("bad.csv", bad.text), "--out", folder.at("i.csv")});
        CHECK(ran.status == 1);
        CHECK(ran.out.empty());
        CAPTURE(ran.err);
        CHECK(ran.err.find(bad.says) != std::string::npos);
        CHECK_FALSE(std::filesystem::exists(folder.at("i.csv")));
    }
    CHECK(folder.run({"calibrate", folder.at("none.csv"), "--out", "-"}).status == 1);
}

TEST_CASE("options that make no sense are refused") {
    const Folder folder;
    const std::string lsat = data + "lsat6.csv";
    const std::string out = folder.at("i.csv");
    CHECK(folder.run({"calibrate", lsat}).status != 0);  // where to?
    CHECK(folder.run({"calibrate", lsat, "--out", out, "--model", "4pl"}).status != 0);
    CHECK(folder.run({"calibrate", lsat, "--out", out, "--threads", "0"}).status != 0);
    CHECK(folder.run({"calibrate", lsat, "--out", out, "--format", "tall"}).status != 0);
    const auto says = [&](std::vector<std::string> more, const std::string& words) {
        std::vector<std::string> all{"calibrate", lsat, "--out", out};
        all.insert(all.end(), more.begin(), more.end());
        const Ran ran = folder.run(all);
        CHECK(ran.status == 1);
        CAPTURE(ran.err);
        CHECK(ran.err.find(words) != std::string::npos);
    };
    for (const char* priors : {"some", "a=1", "a=0:0", "c=0.5:2", "z=1:2", "a=x:1"})
        says({"--priors", priors}, "--priors is auto");
    says({"--group", "nowhere"}, "no column \"nowhere\"");
    says({"--nodes", lsat}, "need --tree");
    says({"--anchors", folder.write("a.csv", "item,a,b\nzz,1,0\n")},
         "none of its items is among the answers");
    const std::string tree = folder.write("t.csv", "item,area\nItem_1,A\n");
    says({"--tree", tree, "--fit"}, "--tree goes with neither");
    CHECK(folder.run({"calibrate", lsat, "--out", out, "--priors", "a=0:0.5,d=0:2"}).status == 0);
}

TEST_CASE("campus dif finds the planted item; campus link and itemfit read what calibrate wrote") {
    const Folder folder;
    const std::string file = folder.write("sites.csv", two_sites(3000));
    const Ran dif = folder.run({"dif", file, "--group", "site", "--lr", "--out", folder.at("d.csv"),
                                "--plot", folder.at("d.svg"), "--json"});
    REQUIRE(dif.status == 0);
    const auto flagged = dif.json().at("flagged").as_array();
    REQUIRE(flagged.size() >= 1);
    CHECK(flagged[0].at("item") == "x3");
    CHECK(flagged[0].at("ets") == "C");
    CHECK(flagged[0].at("delta").to_number<double>() < -1.5);
    CHECK(folder.read("d.csv").find("C-") != std::string::npos);
    CHECK(folder.run({"dif", file, "--group", "site", "--focal", "west"}).status == 1);
    CHECK(folder.run({"dif", data + "lsat6.csv", "--group", "Item_9"}).status == 1);

    REQUIRE(
        folder.run({"calibrate", file, "--group", "site", "--out", folder.at("i.csv")}).status ==
        0);
    const auto bank = read_bank(folder.at("i.csv"));
    REQUIRE(bank);
    std::string other = "item,a,d\n";
    for (const engine::Item& item : bank->items) {
        const engine::Item moved = engine::linked(item, {.slope = 1.25, .intercept = 0.3});
        other += moved.name + ',' + text_of(moved.a) + ',' + text_of(moved.d[0]) + '\n';
    }
    folder.write("other.csv", other);
    for (const char* method : {"mean-mean", "mean-sigma", "haebara", "stocking-lord"}) {
        const Ran link = folder.run({"link", folder.at("i.csv"), folder.at("other.csv"), "--method",
                                     method, "--out", folder.at("l.csv"), "--json"});
        REQUIRE(link.status == 0);
        CHECK(link.json().at("slope").to_number<double>() == Approx(1.25).epsilon(1e-6));
        CHECK(link.json().at("intercept").to_number<double>() == Approx(0.3).epsilon(1e-6));
    }
    CHECK(read_bank(folder.at("l.csv")));
    folder.write("strange.csv", "item,a,b\nq,1,0\n");
    CHECK(folder.run({"link", folder.at("i.csv"), folder.at("strange.csv")}).status == 1);

    REQUIRE(folder.run({"calibrate", data + "lsat7.csv", "--out", folder.at("b.csv")}).status == 0);
    const Ran fit = folder.run({"itemfit", data + "lsat7.csv", "--bank", folder.at("b.csv"),
                                "--parameters", "2", "--out", folder.at("f.csv"), "--json"});
    REQUIRE(fit.status == 0);
    // Of the five, the second is known to misfit: S-X2 14.45 with 2 degrees of freedom.
    const auto misfitting = fit.json().at("misfitting").as_array();
    REQUIRE(misfitting.size() == 1);
    CHECK(misfitting[0].at("item") == "Item.2");
    CHECK(misfitting[0].at("s_x2").as_double() == Approx(14.45).epsilon(0.001));
    CHECK(misfitting[0].at("df").to_number<int>() == 2);
    CHECK(folder.read("f.csv").starts_with("item,answers,infit,outfit,s_x2,df,p\nItem.1,1000,"));
    CHECK(folder.run({"itemfit", data + "lsat6.csv", "--bank", folder.at("b.csv")}).status == 1);
}

TEST_CASE("each command explains itself with an example") {
    const Folder folder;
    for (const char* command : {"calibrate", "link", "dif", "itemfit", "drift", "live"}) {
        const std::string help = folder.run({command, "--help"}).out;
        CHECK(help.find("Example:") != std::string::npos);
        CHECK(help.find(std::string("campus ") + command) != std::string::npos);
    }
}

TEST_CASE("files of any content are refused or read, never a crash") {
    const Folder folder;
    engine::Random random(1);
    const std::string seeds[] = {"a,b,c\n1,0,1\n0,,1\n", "person,item,y\np1,a,1\np2,b,0\n",
                                 "name,parent,loading\nall,,\nA,all,.5\na,A,\n",
                                 "item,a,d,c\na,1,0.5,.2\nb,1,-1,\n"};
    for (int round = 0; round < 400; ++round) {
        std::string text = seeds[random.below(4)];
        const std::uint64_t changes = 1 + random.below(6);
        for (std::uint64_t k = 0; k < changes; ++k) {
            const std::size_t at = random.below(text.size());
            const char byte = static_cast<char>(
                random.below(3) == 0
                    ? random.below(256)
                    : static_cast<std::uint64_t>(",\n\"01.-;ep"[random.below(10)]));
            if (random.below(2) == 0)
                text[at] = byte;
            else
                text.insert(at, 1, byte);
        }
        const std::string file = folder.write("fuzz.csv", text);
        const auto answers = read_answers(file, Layout::automatic, "");
        if (!answers) {
            CHECK_FALSE(answers.error().what.empty());
        } else {
            read_framework(file, "", answers->items);
            CHECK(answers->answers.persons() == answers->persons.size());
        }
        read_framework(file, "", {"a", "b"});
    }
}
