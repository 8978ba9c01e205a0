// SPDX-License-Identifier: EUPL-1.2
// campus drift and campus live, which read a log in the order in which it was written.
#include "program_model.hpp"
#include "psychometrics/output.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <functional>
#include <map>

using namespace psychometrics;
using doctest::Approx;

namespace {

constexpr std::size_t items = 60;

double slope(std::size_t item) {
    return 0.8 + 0.1 * static_cast<double>(item % 9);
}
double intercept(std::size_t item) {
    return -1.5 + 0.05 * static_cast<double>(item * 7 % items);
}
std::string name(std::size_t item) {
    return "q" + std::to_string(item + 1);
}

// Each of `persons` in turn answers `each` of the items, drawn at random. `easier`: by how much
// the item has become easier for the person, in logits. Odd items measure the second node, whose
// correlation with the first is `correlation`.
std::string log_of(std::size_t persons, std::size_t each, std::uint64_t seed,
                   const std::function<double(std::size_t item, std::size_t person)>& easier,
                   double correlation = 1) {
    engine::Random random(seed);
    std::vector<std::size_t> order(items);
    for (std::size_t i = 0; i < items; ++i) order[i] = i;
    std::string text = "person,item,y\n";
    for (std::size_t p = 0; p < persons; ++p) {
        const double first = random.normal();
        const double second =
            correlation * first + std::sqrt(1 - correlation * correlation) * random.normal();
        for (std::size_t k = 0; k < each; ++k) {
            std::swap(order[k], order[k + random.below(items - k)]);
            const std::size_t i = order[k];
            const double z = slope(i) * (i % 2 == 0 ? first : second) + intercept(i) + easier(i, p);
            text += 'p' + std::to_string(p) + ',' + name(i) +
                    (random.uniform() < engine::logistic(z) ? ",1\n" : ",0\n");
        }
    }
    return text;
}

double as_before(std::size_t, std::size_t) {
    return 0;
}

// The first `known` items with their true parameters, the others as new.
std::string bank_of(std::size_t known, bool with_nodes = false) {
    std::string text = with_nodes ? "item,node,a,d,se_a,se_d\n" : "item,a,d,se_a,se_d\n";
    for (std::size_t i = 0; i < items; ++i) {
        text += name(i);
        if (with_nodes) text += i % 2 == 0 ? ",reading" : ",writing";
        text += i < known ? ',' + text_of(slope(i)) + ',' + text_of(intercept(i)) + ",0,0\n"
                          : ",1,0,,\n";
    }
    return text;
}

std::vector<std::vector<std::string>> cells(const std::string& csv) {
    std::vector<std::vector<std::string>> lines;
    std::istringstream in(csv);
    for (std::string line; std::getline(in, line);) {
        auto& of = lines.emplace_back();
        std::istringstream row(line);
        for (std::string cell; std::getline(row, cell, ',');) of.push_back(cell);
    }
    return lines;
}

struct Learned {
    double a, d, se_a, se_d;
};
std::map<std::string, Learned> learned(const std::string& csv) {
    std::map<std::string, Learned> found;
    const auto lines = cells(csv);
    const std::size_t a = lines[0][1] == "node" ? 2 : 1;
    for (std::size_t k = 1; k < lines.size(); ++k)
        found[lines[k][0]] = {std::stod(lines[k][a]), std::stod(lines[k][a + 1]),
                              std::stod(lines[k][a + 4]), std::stod(lines[k][a + 5])};
    return found;
}

}  // namespace

TEST_CASE("campus drift finds what has become easier and harder, after how many answers") {
    const Folder folder;
    const std::string bank = folder.write("bank.csv", bank_of(items));
    // From the middle of the log on.
    const std::string log =
        folder.write("log.csv", log_of(2400, 20, 1, [](std::size_t item, std::size_t person) {
                         if (person < 1200) return 0.0;
                         return item == 4 ? 1.0 : item == 9 ? -1.0 : 0.0;
                     }));
    const Ran ran = folder.run({"drift", log, "--bank", bank, "--out", folder.at("d.csv"), "--plot",
                                folder.at("d.svg"), "--json"});
    REQUIRE(ran.status == 0);
    const auto object = ran.json();
    CHECK(object.at("answers").to_number<int>() == 48'000);
    CHECK(object.at("answers_to_false_alarm").to_number<double>() == 96'000);
    std::map<std::string, boost::json::object> alarms;
    for (const auto& alarm : object.at("alarms").as_array())
        alarms[std::string(alarm.at("item").as_string())] = alarm.as_object();
    CHECK(alarms.size() <= 3);
    for (const auto& [item, becomes] : {std::pair{"q5", "easier"}, std::pair{"q10", "harder"}}) {
        CAPTURE(item);
        REQUIRE(alarms.contains(item));
        CHECK(alarms[item].at("has_become") == becomes);
        // About 400 answers came before the change; a shift of .4 SD against a slack of .1 takes
        // the sum to its threshold of 37 in some 120 more.
        const int after = alarms[item].at("after_answers").to_number<int>();
        CHECK(after > 400);
        CHECK(after < 700);
        const auto line = static_cast<std::size_t>(alarms[item].at("line").to_number<int>());
        CHECK(cells(folder.read("log.csv"))[line - 1][1] == item);
    }
    const auto table = cells(folder.read("d.csv"));
    REQUIRE(table.size() == items + 1);
    CHECK(table[0][7] == "alarm");
    CHECK(table[5][7] == "easier");
    CHECK(folder.read("d.svg").find("q5") != std::string::npos);

    // Without files the table is what it prints.
    CHECK(folder.run({"drift", log, "--bank", bank}).out == folder.read("d.csv"));
}

TEST_CASE("campus drift gives no more false alarms than were asked for") {
    const Folder folder;
    const std::string bank = folder.write("bank.csv", bank_of(items));
    std::size_t alarms = 0;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const Ran ran =
            folder.run({"drift", folder.write("log.csv", log_of(1200, 30, 10 + seed, as_before)),
                        "--bank", bank, "--false-alarms", "12", "--json"});
        REQUIRE(ran.status == 0);
        alarms += ran.json().at("alarms").as_array().size();
    }
    // 4 x 12 at most: sums begin at 0, and only the first alarm of an item counts.
    CHECK(alarms <= 48);
    CHECK(alarms >= 12);
}

TEST_CASE("campus live: near the batch, as uncertain as it says, and a trail without a gap") {
    const Folder folder;
    constexpr std::size_t known = 20;
    const std::string bank = folder.write("bank.csv", bank_of(known));
    const std::string log = folder.write("log.csv", log_of(1500, 30, 3, as_before));
    const Ran live = folder.run({"live", log, "--bank", bank, "--trail", folder.at("trail.csv"),
                                 "--out", folder.at("live.csv"), "--json"});
    REQUIRE(live.status == 0);
    CHECK(live.json().at("answers").to_number<int>() == 45'000);
    const Ran nightly =
        folder.run({"live", log, "--bank", bank, "--batch", "15000", "--trail",
                    folder.at("nightly_trail.csv"), "--out", folder.at("nightly.csv"), "--json"});
    REQUIRE(nightly.status == 0);
    const auto batches = nightly.json().at("batches").as_array();
    REQUIRE(batches.size() == 3);
    for (const auto& batch : batches) {
        CHECK(batch.at("converged").as_bool());
        CHECK(batch.at("items").to_number<std::size_t>() == items - known);
    }
    // Once a batch has been, answer by answer goes where the next one will be.
    CHECK(batches[2].at("live_distance").to_number<double>() < 0.5);

    const auto by_answer = learned(folder.read("live.csv"));
    const auto by_batch = learned(folder.read("nightly.csv"));
    double apart = 0;
    double off = 0;
    for (std::size_t i = known; i < items; ++i) {
        const Learned& one = by_answer.at(name(i));
        const Learned& all = by_batch.at(name(i));
        apart += std::pow((one.d - all.d) / all.se_d, 2);
        off += std::pow((one.d - intercept(i)) / one.se_d, 2) +
               std::pow((one.a - slope(i)) / one.se_a, 2);
    }
    const double n = items - known;
    CHECK(std::sqrt(apart / n) < 0.7);
    CHECK(off / (2 * n) == Approx(1).epsilon(0.4));
    for (std::size_t i = 0; i < known; ++i) CHECK(by_answer.at(name(i)).d == intercept(i));

    for (const auto& [trail, out, ran] :
         {std::tuple{"trail.csv", "live.csv", &live},
          std::tuple{"nightly_trail.csv", "nightly.csv", &nightly}}) {
        // Each change begins where the item's last one ended; the last is what the bank holds.
        std::map<std::string, std::vector<std::string>> last;
        const auto lines = cells(folder.read(trail));
        CHECK(lines.size() - 1 == ran->json().at("changes").to_number<std::size_t>());
        std::size_t gaps = 0;
        for (std::size_t k = 1; k < lines.size(); ++k) {
            const auto& line = lines[k];
            const auto before = last.find(line[3]);
            gaps += before == last.end()
                        ? line[4] != "1" || line[5] != "0"
                        : line[4] != before->second[6] || line[5] != before->second[7];
            last[line[3]] = line;
        }
        CHECK(gaps == 0);
        CHECK(last.size() == items - known);
        for (const auto& row : cells(folder.read(out)))
            if (const auto of = last.find(row[0]); of != last.end())
                CHECK(std::vector(row.begin() + 1, row.begin() + 3) ==
                      std::vector(of->second.begin() + 6, of->second.begin() + 8));
    }
}

TEST_CASE("campus live over a tree learns the loadings at night") {
    const Folder folder;
    const std::string tree =
        folder.write("tree.csv", "name,parent,loading\nreading,,\nwriting,reading,0.5\n");
    const Ran ran =
        folder.run({"live", folder.write("log.csv", log_of(1500, 30, 5, as_before, 0.8)), "--bank",
                    folder.write("bank.csv", bank_of(0, true)), "--tree", tree, "--batch", "22500",
                    "--out", folder.at("out.csv"), "--json"});
    REQUIRE(ran.status == 0);
    const auto batches = ran.json().at("batches").as_array();
    REQUIRE(batches.size() == 2);
    CHECK(batches[1].at("converged").as_bool());
    CHECK(batches[1].at("live_distance").to_number<double>() < 1);
    CHECK(folder.read("out.csv").starts_with("item,node,a,d,b,c,se_a,se_d,answers\nq1,reading,"));
    double squares = 0;
    const auto found = learned(folder.read("out.csv"));
    for (std::size_t i = 0; i < items; ++i)
        squares += std::pow(found.at(name(i)).d - intercept(i), 2);
    CHECK(std::sqrt(squares / items) < 0.13);
}

TEST_CASE("campus drift and campus live refuse in words what they cannot use") {
    const Folder folder;
    const std::string log = folder.write("log.csv", "person,item,y\np,q1,1\n");
    const auto says = [&](std::vector<std::string> arguments, const std::string& words) {
        const Ran ran = folder.run(std::move(arguments));
        CHECK(ran.status == 1);
        CAPTURE(ran.err);
        CHECK(ran.err.find(words) != std::string::npos);
    };
    const std::string bare = folder.write("bare.csv", "item,a,d\nq1,1,0\n");
    const std::string out = folder.at("out.csv");
    says({"live", log, "--bank", bare, "--out", out}, "needs the columns se_a and se_d");
    says({"live", log, "--bank", folder.write("c.csv", "item,a,d,c,se_a,se_d\nq1,1,0,.2,.1,.1\n"),
          "--batch", "10", "--out", out},
         "the item q1 has c and is not known");
    says(
        {"live", log, "--bank",
         folder.write("steps.csv", "item,a,d1,d2,se_a,se_d,model\nq1,1,1,0,,,grm\n"), "--out", out},
        "q1 has 3 categories");
    says({"drift", folder.write("none.csv", "person,item,y\np,q1,\n"), "--bank", bare},
         "no answer");
    says({"drift", folder.write("two.csv", "person,item,y\np,q1,2\n"), "--bank", bare},
         "whose categories are 0 to 1");
    CHECK(folder.run({"drift", log, "--bank", bare, "--slack", "0"}).status != 0);
}
