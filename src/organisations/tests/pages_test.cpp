// SPDX-License-Identifier: EUPL-1.2
#include "test_app.hpp"

#include "organisations/organisations.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace json = boost::json;

namespace {

constexpr std::string_view two_levels =
    "code,parent,name,short_name,kind,branch,siret,town\n"
    "etat,,L’État,État,etat,etat,,\n"
    "dinum,etat,\"Direction interministérielle, du numérique\",DINUM,direction,etat,"
    "13002526500013,Paris\n"
    "rennes,,Ville de Rennes,,collectivite,territoriale,21350238800019,Rennes\n";

organisations::ImportReport import(TestApp& app, std::string_view csv) {
    const auto report = app.app().organisations.import_csv(csv, {.now = app.now});
    REQUIRE(report);
    return *report;
}

std::string only_problem(const organisations::ImportReport& report) {
    REQUIRE(report.problems.size() == 1);
    return report.problems.front().reason.message_key;
}

}  // namespace

TEST_CASE("importing twice changes nothing, and the export goes in again as it is") {
    TestApp app;
    const auto first = import(app, two_levels);
    CHECK(first.added == 3);
    CHECK(first.problems.empty());
    const auto second = import(app, two_levels);
    CHECK(second.unchanged == 3);
    CHECK(second.added + second.changed == 0);

    app.as(app.given_person());
    const auto file = app.get("/organisations.csv");
    CHECK(file.status == 200);
    const auto again = import(app, file.body);
    CHECK(again.unchanged == 3);
    CHECK(again.added + again.changed == 0);
    TestApp other;
    CHECK(import(other, file.body).added == 3);
    CHECK(organisations::write_csv(*other.app().organisations.tree()) == file.body);
}

TEST_CASE("a bad line is told with its number and reason, and the others go in") {
    TestApp app;
    const auto report = import(app,
                               "code,parent,name,siret\n"
                               "a,,A,13002526500013\n"
                               "b,later,B,\n"
                               "later,,Plus tard,\n"
                               "c,a,C,13002526500013\n"
                               "a,,A encore,\n"
                               "d,a,D,\n");
    CHECK(report.added == 3);
    REQUIRE(report.problems.size() == 3);
    CHECK(report.problems[0].line == 3);
    CHECK(report.problems[0].reason.message_key == "organisations.import.parent_unknown");
    CHECK(report.problems[1].line == 5);
    CHECK(report.problems[1].reason.message_key == "organisations.import.siret_taken");
    CHECK(report.problems[2].line == 6);
    CHECK(report.problems[2].reason.message_key == "organisations.import.code_twice");
    // What was left out because it stood too early goes in the next time.
    CHECK(import(app, "code,parent,name\nb,later,B\n").added == 1);
}

TEST_CASE("an organisation moves, but not below itself and not too deep") {
    TestApp app;
    import(app, "code,parent,name\na,,A\nb,a,B\nc,b,C\nd,,D\n");
    CHECK(only_problem(import(app, "code,parent,name\na,c,A\n")) == "organisations.import.cycle");
    CHECK(only_problem(import(app, "code,parent,name\na,a,A\n")) == "organisations.import.cycle");
    CHECK(import(app, "code,parent,name\nb,d,B\n").changed == 1);
    const auto tree = app.app().organisations.tree();
    CHECK(tree->contains(tree->find("d")->id, tree->find("c")->id));
    CHECK_FALSE(tree->contains(tree->find("a")->id, tree->find("c")->id));

    std::string deep = "code,parent,name\nlevel-1,,1\n";
    for (int level = 2; level <= 13; ++level)
        deep += "level-" + std::to_string(level) + ",level-" + std::to_string(level - 1) + ",N\n";
    CHECK(only_problem(import(app, deep)) == "organisations.import.too_deep");
}

TEST_CASE("a SIRET is free again once its holder has another") {
    TestApp app;
    import(app, "code,name,siret\na,A,13002526500013\nb,B,\n");
    const auto report = import(app, "code,name,siret\na,A,21350238800019\nb,B,13002526500013\n");
    CHECK(report.changed == 2);
    CHECK(report.problems.empty());
}

TEST_CASE("the tree is read as nested lists by people and as one list by programs") {
    TestApp app;
    import(app, two_levels);
    CHECK(app.as_visitor().get("/organisations", "json").status == 401);
    app.as(app.given_person());
    const auto page = app.get("/organisations");
    CHECK(shows(page, "Direction interministérielle, du numérique"));
    CHECK(page.body.find("<details") != std::string::npos);
    CHECK(page.body.find("/organisations/import") == std::string::npos);

    const auto list = app.json("/organisations");
    CHECK(list.at("total") == 3);
    CHECK(list.at("organisations").at(0).at("code") == "etat");
    CHECK(list.at("organisations").at(0).at("opens") == 1);
    CHECK(list.at("organisations").at(1).at("parent") == "etat");
    CHECK(list.at("organisations").at(1).at("ends") == json::array{"etat"});
    CHECK(list.at("organisations").at(2).at("depth") == 0);

    CHECK(app.json("/organisations?q=RENNES").at("total") == 1);
    CHECK(app.json("/organisations?q=interministerielle+dinum").at("total") == 1);
    CHECK(shows(app.get("/organisations?q=zzz"), "Aucune organisation ne correspond"));
}

TEST_CASE("one organisation: what is above, what is below, what is not there") {
    TestApp app;
    import(app, two_levels);
    app.as(app.given_person());
    const auto one = app.json("/organisations/dinum");
    CHECK(one.at("above").at(0).at("code") == "etat");
    CHECK(one.at("siret") == "13002526500013");
    CHECK(app.json("/organisations/etat").at("below").at(0).at("code") == "dinum");
    CHECK(shows(app.get("/organisations/dinum"), "13002526500013"));
    CHECK(app.get("/organisations/nulle-part").status == 404);
}

TEST_CASE("an administrator imports a file and reads what became of it; others may not") {
    TestApp app;
    const std::string file =
        "code,parent,name\nequipe,dinum,Équipe\nailleurs,,Ailleurs\nfaux code,dinum,X\n";
    app.as(app.given_person({.name = "Awa"}));
    CHECK(app.get("/organisations/import").status == 403);
    CHECK(app.post_file("/organisations/import", "file", file).status == 403);

    app.as(app.given_person({.name = "Rosa", .roles = {"administrator"}}));
    CHECK(shows(app.get("/organisations"), "/organisations/import"));
    const auto page = app.post_file("/organisations/import", "file", file);
    CHECK(page.status == 200);
    CHECK(shows(page, "2 lignes n’ont pas été reprises"));
    CHECK(shows(page, "sort de votre périmètre"));
    CHECK(shows(page, "Le code « faux code » ne convient pas"));
    CHECK(app.app().organisations.tree()->find("equipe") != nullptr);
    CHECK(app.app().organisations.tree()->find("ailleurs") == nullptr);

    const auto told = app.post_file("/organisations/import", "file", file, "json");
    CHECK(json::parse(told.body).at("report").at("unchanged") == 1);
    CHECK(app.post_file("/organisations/import", "file", "\xff\xfe").status == 422);
    CHECK(app.post_file("/organisations/import", "file", "").status == 422);
    CHECK(app.post("/organisations/import").status == 422);
}

TEST_CASE("an administrator changes only what is and stays in their perimeter") {
    TestApp app;
    import(app, two_levels);
    app.as(app.given_person({.roles = {"administrator"}}));  // of dinum
    const auto refused = [&](const char* line) {
        const auto answer = app.post_file("/organisations/import", "file",
                                          "code,parent,name\n" + std::string{line}, "json");
        const auto report = json::parse(answer.body).at("report");
        return report.at("problem_count") == 1 && report.at("changed") == 0;
    };
    CHECK(refused("rennes,dinum,Ville de Rennes\n"));  // taken from elsewhere
    CHECK(refused("dinum,rennes,DINUM\n"));            // carried away
    CHECK(refused("etat,,Autre nom\n"));
}

TEST_CASE("10,000 organisations go in") {
    TestApp app;
    std::string file = "code,parent,name\nracine,,Racine\n";
    for (int i = 0; i < 100; ++i) file += "n" + std::to_string(i) + ",racine,Nœud\n";
    for (int i = 0; i < 9'899; ++i)
        file += "f" + std::to_string(i) + ",n" + std::to_string(i % 100) + ",Feuille\n";
    const auto before = std::chrono::steady_clock::now();
    CHECK(import(app, file).added == 10'000);
    const auto between = std::chrono::steady_clock::now();
    CHECK(import(app, file).unchanged == 10'000);
    const auto after = std::chrono::steady_clock::now();
    MESSAGE("10,000 organisations: "
            << std::chrono::duration<double>(between - before).count() << " s, again "
            << std::chrono::duration<double>(after - between).count() << " s");
    CHECK(app.app().organisations.tree()->in_order().size() == 10'000);
}
