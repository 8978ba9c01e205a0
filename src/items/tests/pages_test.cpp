// SPDX-License-Identifier: EUPL-1.2
#include "examples_model.hpp"
#include "test_app.hpp"

#include "db/versions.hpp"
#include "places.hpp"

#include <doctest/doctest.h>

namespace json = boost::json;
using namespace items;

namespace {

struct Editors {
    TestApp app;
    base::PersonId author, reviewer, agent, organiser;

    Editors() {
        app.given_organisation();
        author = app.given_person({.name = "Autrice", .roles = {"campus_team"}});
        reviewer = app.given_person({.name = "Relecteur", .roles = {"campus_team"}});
        agent = app.given_person({.name = "Agente"});
        organiser = app.given_person({.name = "Organisatrice", .roles = {"organiser"}});
    }
    std::string url_of_new(std::string_view code) {
        const auto created =
            app.as(author).post("/items",
                                {{"competence", std::string(code.substr(0, code.find('-')))},
                                 {"text", tests::example(code)}},
                                "json");
        REQUIRE(created.status == 201);
        return std::string(json::parse(created.body).at("url").as_string());
    }
    std::string revision(const std::string& url) {
        return std::to_string(app.json(url + ".json").at("revision").as_int64());
    }
    int act(base::PersonId who, const std::string& url, const std::string& verb) {
        const std::string seen =
            app.as(author).json(url).at("revision").is_int64() ? revision(url) : std::string{};
        return app.as(who).post(url + verb, {{"revision", seen}}, "json").status;
    }
    std::shared_ptr<const Bank> bank() {
        return app.read([&](db::Transaction& transaction) {
            return app.app().items.bank(transaction, db::Versions(transaction));
        });
    }
};

}  // namespace

TEST_CASE("an item goes from its author by another person into the bank, and out of it again") {
    Editors team;
    const std::string url = team.url_of_new("4.1-017");
    CHECK(team.app.json(url).at("state").as_string() == "draft");
    CHECK(team.bank()->items().empty());
    CHECK(team.act(team.reviewer, url, "/publish") == 409);  // nobody asked for a review
    CHECK(team.act(team.author, url, "/review") == 200);
    CHECK(team.act(team.author, url, "/publish") == 403);  // one's own
    CHECK(team.act(team.reviewer, url, "/publish") == 200);
    CHECK(team.act(team.reviewer, url, "/publish") == 200);  // a double click
    REQUIRE(team.bank()->items().size() == 1);
    const BankItem item = team.bank()->items().front();
    CHECK(item.code() == "4.1-001");
    CHECK(item.seeded);
    CHECK(item.parameters.difficulty() == doctest::Approx(-1.0));
    CHECK(team.bank()->find("4.1-001") != nullptr);
    CHECK(team.bank()->of("4.1").size() == 1);
    CHECK(team.bank()->of("4.2").empty());

    // A revision is seen by candidates once another person published it.
    const std::string changed =
        tests::with(tests::example("4.1-017"), "on ne peut le savoir", "on ne le sait");
    CHECK(team.app.as(team.author)
              .post(url, {{"revision", team.revision(url)}, {"text", changed}})
              .status == 303);
    CHECK(team.app.json(url).at("state").as_string() == "revised");
    CHECK(team.bank()->items().front().version == 1);
    CHECK(team.act(team.author, url, "/review") == 200);
    CHECK(team.app.as(team.reviewer)
              .post(url + "/return", {{"revision", team.revision(url)}, {"comment", ""}}, "json")
              .status == 422);
    CHECK(team.app.as(team.reviewer)
              .post(url + "/return", {{"revision", team.revision(url)}, {"comment", "Trop vague."}},
                    "json")
              .status == 200);
    CHECK(shows(team.app.as(team.author).get(url), "Trop vague."));
    CHECK(team.act(team.author, url, "/review") == 200);
    CHECK(team.act(team.reviewer, url, "/publish") == 200);
    CHECK(team.bank()->items().front().version == 2);
    // A test that began goes on with what it showed.
    team.app.read([&](db::Transaction& transaction) {
        const auto old = team.app.app().items.version(transaction, *team.bank(), item.id, 1);
        REQUIRE(old);
        CHECK(draw(*old, 1)->options.size() == 4);
        CHECK(team.app.app().items.version(transaction, *team.bank(), item.id, 9) == nullptr);
    });
    const auto version = team.app.as(team.author).json(url + "/versions/2");
    CHECK(version.at("compared").as_int64() == 1);
    int added = 0, removed = 0;
    for (const json::value& line : version.at("lines").as_array()) {
        added += line.at("added").as_bool() ? 1 : 0;
        removed += line.at("removed").as_bool() ? 1 : 0;
    }
    CHECK(added == 1);
    CHECK(removed == 1);

    CHECK(team.act(team.author, url, "/retire") == 200);
    CHECK(team.bank()->items().empty());
    CHECK(team.act(team.author, url, "/retire") == 200);
    CHECK(team.act(team.author, url, "/restore") == 200);
    CHECK(team.bank()->items().size() == 1);
}

TEST_CASE("what is wrong in a text is told by line, and nothing typed is lost") {
    Editors team;
    const std::string wrong = tests::with(tests::example("4.1-017"), "level = 3", "level = 12");
    const auto page =
        team.app.as(team.author).post("/items", {{"competence", "4.1"}, {"text", wrong}});
    CHECK(page.status == 422);
    CHECK(shows(page, "Ligne 1"));
    CHECK(shows(page, "level = 12"));
    CHECK(team.app.post("/items", {{"competence", "9.9"}, {"text", tests::example("4.1-017")}})
              .status == 422);
    const std::string url = team.url_of_new("4.1-017");
    CHECK(team.url_of_new("4.1-017") == url);  // the same form sent twice
    CHECK(team.app.post(url, {{"revision", team.revision(url)}, {"text", wrong}}).status == 422);
    const auto stale = team.app.post(
        url, {{"revision", "1000000"},
              {"text", tests::with(tests::example("4.1-017"), "level = 3", "level = 4")}});
    CHECK(stale.status == 409);
    CHECK(shows(stale, "level = 4"));
}

TEST_CASE("the bank is for the campus team only") {
    Editors team;
    const std::string url = team.url_of_new("1.3-001");
    for (const base::PersonId other : {team.agent, team.organiser})
        for (const std::string& path :
             {std::string{"/items"}, url, url + "/preview", url + "/file", url + ".toml"})
            CHECK(team.app.as(other).get(path, "json").status == 403);
    CHECK(team.app.as(team.agent)
              .post("/items", {{"competence", "4.1"}, {"text", "x"}}, "json")
              .status == 403);
    CHECK(team.app.as_visitor().get("/items", "json").status == 401);
}

TEST_CASE("a preview is answered as a candidate would, and gives no key before") {
    Editors team;
    const std::string url = team.url_of_new("4.1-017");
    const auto before = team.app.as(team.author).get(url + "/preview?seed=5");
    CHECK(before.status == 200);
    CHECK_FALSE(shows(before, "n’y est qu’un décor"));
    const auto variant = draw(tests::example_item("4.1-017"), 5);
    const auto answer = [&](const Answer& given) {
        return team.app.post(url + "/preview", {{"seed", "5"}, {"answer", given.values.front()}});
    };
    CHECK(shows(answer(right_answer(*variant)), "Réponse juste"));
    const auto wrong = answer(wrong_answer(*variant));
    CHECK(shows(wrong, "Réponse inexacte"));
    CHECK(shows(wrong, "n’y est qu’un décor"));
    CHECK(team.app.post(url + "/preview", {{"seed", "5"}}).status == 422);
    CHECK(
        shows(team.app.post(url + "/preview", {{"seed", "5"}, {"unknown", "1"}}), "ne pas savoir"));
}

TEST_CASE("every example has a page for candidates, and its file") {
    Editors team;
    for (const BankFile& file : tests::bank_in(SOURCE_DIR "/src/items/tests/data")) {
        CAPTURE(file.path);
        const std::string url = team.url_of_new(file.code);
        CHECK(team.app.get(url + "/preview?seed=1").status == 200);
        CHECK(team.app.get(url).status == 200);
        const auto download = team.app.get(url + "/file?seed=1");
        CHECK(download.status == (file.read.item->has_file ? 200 : 404));
        CHECK(team.app.get(url + ".xml").status == (file.read.item->has_file ? 409 : 200));
        CHECK(team.app.get(url + ".toml").body ==
              file.read.item->code.substr(0, 0) + tests::example(file.code));
    }
    const auto all = team.app.json("/items?format=zone");
    CHECK(all.at("total").as_int64() == 1);
    CHECK(team.app.json("/items?competence=1.3&flag=done").at("total").as_int64() == 6);
    CHECK(team.app.json("/items?level=8").at("total").as_int64() == 0);
    CHECK(team.app.json("/items?state=draft&flag=unused").at("total").as_int64() == 14);
}

TEST_CASE("each empty template is a form to fill in") {
    Editors team;
    for (const Format format : formats) {
        const auto page =
            team.app.as(team.author).get("/items/new?format=" + std::string(name_of(format)));
        CHECK(page.status == 200);
        CHECK(shows(page, "format = \"" + std::string(name_of(format)) + "\""));
    }
}

TEST_CASE("an item in QTI is read into the form") {
    Editors team;
    const std::string url = team.url_of_new("4.1-017");
    const std::string xml = team.app.as(team.author).get(url + ".xml").body;
    CHECK(team.app.post_file("/items/import", "file", xml).status == 200);
    CHECK(shows(team.app.post_file("/items/import", "file", xml), "un site de dossier-agent"));
    CHECK(team.app.post_file("/items/import", "file", "<html/>").status == 422);
}

TEST_CASE("a bank is loaded once, and again only where it changed") {
    Editors team;
    Items& items = team.app.app().items;
    std::vector<BankText> bank;
    for (const char* code : {"4.1-017", "1.3-001", "3.4-002"})
        bank.push_back({code, tests::example(code)});
    auto report = items.load(bank, team.app.now);
    REQUIRE(report);
    CHECK(report->added == 3);
    const auto first = team.bank();
    CHECK(first->items().size() == 3);
    report = items.load(bank, team.app.now);
    CHECK(report->unchanged == 3);
    CHECK(report->added + report->changed == 0);
    bank[0].text = tests::with(bank[0].text, "level = 3", "level = 4");
    report = items.load(bank, team.app.now);
    CHECK(report->changed == 1);
    const auto second = team.bank();
    CHECK(second->find("4.1-017")->item->level == 4);
    CHECK(second->find("4.1-017")->version == 2);
    // What did not change was not read again.
    CHECK(second->find("1.3-001")->item == first->find("1.3-001")->item);
    bank[1].text = "level = 3";
    CHECK_FALSE(items.load(bank, team.app.now));
}

TEST_CASE("uses are counted, and calibrated parameters take the place of the prior") {
    Editors team;
    Items& items = team.app.app().items;
    REQUIRE(
        items.load(std::vector<BankText>{{"4.1-017", tests::example("4.1-017")}}, team.app.now));
    const base::ItemId id = team.bank()->items().front().id;
    team.app.database->write([&](db::Transaction& transaction) {
        const std::vector<Use> uses{
            {id, true, false, 20}, {id, false, true, 5}, {id, true, false, 41}};
        items.record_uses(transaction, uses);
        items.record_uses(transaction, std::vector<Use>{{id, false, false, 22}});
    });
    const auto statistics =
        team.app.read([&](db::Transaction& transaction) { return items.statistics(transaction); });
    CHECK(statistics.at(id).asked == 4);
    CHECK(statistics.at(id).right == 2);
    CHECK(statistics.at(id).unknown == 1);
    CHECK(statistics.at(id).seconds >= 19);  // buckets are a fifth wide
    CHECK(statistics.at(id).seconds <= 23);
    CHECK(team.app.as(team.author).json("/items").at("items").at(0).at("right_percent") == 50);
    team.app.database->write([&](db::Transaction& transaction) {
        const std::vector<Calibrated> approved{
            {id, {.a = 1.4, .d = 0.7, .se_a = 0.1, .se_d = 0.1, .calibrated = true}, 400, false}};
        items.set_parameters(transaction, approved, team.reviewer, team.app.now);
    });
    CHECK(team.bank()->find(id)->parameters.calibrated);
    CHECK(team.bank()->find(id)->parameters.difficulty() == doctest::Approx(-0.5));
    CHECK_FALSE(team.bank()->find(id)->seeded);
}
