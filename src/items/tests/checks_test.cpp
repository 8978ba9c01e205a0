// SPDX-License-Identifier: EUPL-1.2
#include "items/checks.hpp"
#include "examples_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using namespace items;

namespace {

// "line key message" of each serious problem.
std::vector<std::string> problems(const std::string& text) {
    std::vector<std::string> found;
    for (const Problem& problem : read_item("1.1-001", text).problems)
        if (problem.serious)
            found.push_back(std::to_string(problem.line) + " " + problem.reason.field + " " +
                            problem.reason.message_key.substr(14));
    return found;
}
using List = std::vector<std::string>;

}  // namespace

TEST_CASE("each rule names the key and the line") {
    const std::string good = tests::example("4.1-017");
    CHECK(problems(good).empty());
    struct Line {
        const char* what;
        const char* by;
        const char* told;
    };
    const Line lines[] = {
        {"level = 3", "level = 9", "1 level level"},
        {"level = 3\n", "", "1 level missing"},
        {"format = \"single\"", "format = \"essay\"", "2 format format"},
        {"intent =", "purpose =", "3 purpose key_unknown"},
        {"review_by = 2028-11-01", "review_by = \"bientôt\"", "5 review_by no_date"},
        {"dossier-agent.example\"\nright = true", "dossier-agent.example\"",
         "13 options one_right"},
        {"dossier-agent.example\"\nright = true", "dossier-agent.example\"\nright = \"oui\"",
         "15 options[1].right no_flag"},
        {"why = \"interieur.gouv.fr est", "because = \"interieur.gouv.fr est",
         "19 options[2].because key_unknown"},
        {"learn = \"https://cyber.gouv.fr\"", "learn = \"cyber.gouv.fr\"",
         "28 feedback.learn link"},
        {"learn = \"https://cyber.gouv.fr\"", "", "26 feedback.learn missing"},
        {"s’ouvrira", "s'ouvrira", "6 stem apostrophe"},
        {"on ne peut le savoir qu’en cliquant", "toutes les réponses",
         "13 options all_of_the_above"},
        {"on ne peut le savoir qu’en cliquant", "un site de interieur.gouv.fr", "13 options alike"},
        {"planning`", "{{page}}`", "6 stem unfilled"},
        {"stem = \"\"\"", "stem = \"\"", "7 text no_toml"},
    };
    for (const Line& line : lines) {
        CAPTURE(line.by);
        const List found = problems(tests::with(good, line.what, line.by));
        CHECK(std::ranges::find(found, line.told) != found.end());
        if (!found.empty()) CAPTURE(found.front());
    }
}

TEST_CASE("what is computed and drawn must work in every variant") {
    const std::string good = tests::example("1.3-001");
    CHECK(problems(good).empty());
    struct Line {
        const char* what;
        const char* by;
        const char* told;
    };
    const Line lines[] = {
        {"compute = \"sum\"", "compute = \"total\"", "answer.compute function"},
        {"column = \"Montant\"\nwhere", "column = \"Prix\"\nwhere", "answer.column column_unknown"},
        {"\"Montant > 100\"", "\"Montant plus de 100\"", "answer.where condition"},
        {"{{departement}}\", \"Montant", "Aude\", \"Montant", "answer.where no_row"},
        {"compute = \"ligne * 3 + 7\"", "compute = \"ligne / 7\"",
         "parameters.montant.compute arithmetic"},
        {"from = 20, to = 90", "from = 90, to = 20", "parameters.ligne range"},
        {"rows = 120", "rows = 80", "file.table.plant[1].row row_unknown"},
        {"rows = 120", "rows = 100000", "file.table.rows rows"},
        {"kind = \"csv\"", "kind = \"xlsx\"", "file.kind file_kind"},
        {"[parameters]\n", "[other]\n", "parameters parameters_missing"},
        {"kind = \"number\"", "kind = \"date\"", "answer.accept accept_date"},
        {"compute = \"sum\"", "compute = \"sum\"\naccept = [\"1\"]",
         "answer.accept accept_or_compute"},
    };
    for (const Line& line : lines) {
        CAPTURE(line.by);
        const List found = problems(tests::with(good, line.what, line.by));
        CHECK(std::ranges::any_of(
            found, [&](const std::string& told) { return told.ends_with(line.told); }));
        if (!found.empty()) CAPTURE(found.front());
    }
}

TEST_CASE("an item with a screen must differ between candidates") {
    const std::string good = tests::example("2.1-002");
    CHECK(problems(good).empty());
    std::string same = good;
    for (auto at = same.find("{{equipe}}"); at != std::string::npos; at = same.find("{{equipe}}"))
        same.replace(at, 10, "une équipe");
    CHECK(problems(same).back().ends_with("same_for_all"));
    CHECK(problems(tests::with(good, "start = \"lecture\"", "start = \"modification\"")).empty());
    CHECK(problems(tests::with(tests::with(good, "start = \"lecture\"", "start = \"modification\""),
                               "start = \"modification\"\nright = [",
                               "start = \"lecture\"\nright = ["))
              .front()
              .ends_with("right_from_start"));
}

TEST_CASE("limits are limits") {
    CHECK(problems(std::string(largest_text + 1, ' ')).front().ends_with("too_large"));
    CHECK(problems("a = \"\xFF\"").front().ends_with("no_utf8"));
    std::string deep = "a = ";
    for (int i = 0; i < 20; ++i) deep += "[";
    for (int i = 0; i < 20; ++i) deep += "]";
    CHECK(problems(deep).front().ends_with("too_deep"));
    std::string nested = "a = ";
    for (int i = 0; i < 2000; ++i) nested += "[";
    CHECK(problems(nested).front().ends_with("no_toml"));
}

TEST_CASE("names of files are names of items") {
    CHECK(code_of("content/items/4.1/017.toml") == "4.1-017");
    CHECK(code_of("4.1/017.toml") == "4.1-017");
    CHECK(code_of("4.1-017") == "4.1-017");
    for (const char* other : {"", "4.1/17.toml", "41/017.toml", "4.1/abc.toml", "x4.1/017.toml"})
        CHECK_FALSE(code_of(other));
}

TEST_CASE("what only shows over many items is told of the bank") {
    const std::string good = tests::example("4.1-017");
    const auto bank = [&](int singles, const std::string& text) {
        std::vector<BankFile> files;
        for (int i = 1; i <= singles; ++i) {
            const std::string code = "4.1-0" + std::to_string(10 + i);
            files.push_back({code, code, read_item(code, text)});
        }
        return files;
    };
    const auto told = [](const std::vector<BankProblem>& problems, std::string_view key) {
        return std::ranges::count_if(problems, [&](const BankProblem& one) {
            return one.problem.reason.message_key.ends_with(key);
        });
    };
    // The key is the longest of its options in all of them: chance alone would give a quarter.
    const std::string longest = tests::with(good, "un site de dossier-agent.example",
                                            "un site de dossier-agent.example, "
                                            "et d’aucun autre service");
    CHECK(told(check_bank(bank(8, longest), false), "key_longest") == 1);
    CHECK(told(check_bank(bank(8, good), false), "key_longest") == 0);
    CHECK(told(check_bank(bank(2, good), false), "stem_alike") == 1);
    CHECK(told(check_bank(bank(2, good), true), "level_empty") == 7);
    auto twice = bank(1, good);
    twice.push_back(twice.front());
    CHECK(told(check_bank(twice, false), "code_twice") == 1);
    const auto enemy =
        bank(1, tests::with(good, "level = 3", "level = 3\nenemies = [\"4.1-003\"]"));
    CHECK(told(check_bank(enemy, true), "enemy_unknown") == 1);
}

TEST_CASE("short sentences with short words read more easily") {
    CHECK(reading_ease("Le chat dort. Il a faim.") > 80);
    CHECK(reading_ease("L’interopérabilité organisationnelle nécessite une contractualisation "
                       "pluriannuelle systématiquement renégociable entre administrations.") < 20);
}
