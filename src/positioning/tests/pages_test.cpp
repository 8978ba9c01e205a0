// SPDX-License-Identifier: EUPL-1.2
#include "db/versions.hpp"
#include "positioning_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace json = boost::json;

namespace {

constexpr db::Query strange_answers{"test", "UPDATE positionings SET hurried = 1, unusual = 1"};

// Until the test is over; how many questions there were.
int go_through(TestApp& app, const std::string& url, bool right) {
    for (int count = 1; count <= 40; ++count) {
        const json::value test = app.json(url);
        const auto answered = app.post(url + "/answers", answer_to(test, right), "json");
        REQUIRE(answered.status == 200);
        if (json::parse(answered.body).at("over").as_bool()) return count;
    }
    FAIL("the test did not end");
    return 0;
}

}  // namespace

TEST_CASE(
    "an agent is positioned, reads the result, shares it with the supervisor and deletes it") {
    TestApp app;
    given_bank(app);
    const auto agent = app.given_person({.name = "Awa"});
    const auto supervisor = app.given_person({.name = "Sophie", .roles = {"supervisor"}});
    const auto colleague = app.given_person({.name = "Marc"});
    app.database->write([&](db::Transaction& transaction) {
        app.app().requests.put_supervisor(transaction, agent, supervisor, app.now);
    });
    app.as(agent);
    CHECK(shows(app.get("/positioning"), "Commencer le test"));
    CHECK(app.post("/positioning", {{"scope", "everything"}}, "json").status == 422);
    const std::string url = begin_test(app);
    CHECK(shows(app.get(url), "Question 1"));
    CHECK(shows(app.get("/positioning"), "Reprendre le test"));
    CHECK(app.get(url + "/result").status == 303);  // not yet
    const int questions = go_through(app, url, true);
    CHECK(questions >= 3);

    CHECK(app.get(url).status == 303);
    const json::value result = app.json(url + "/result");
    const json::array& competences = result.at("areas").at(0).at("competences").as_array();
    CHECK(competences.size() == 3);
    for (const json::value& one : competences) {
        CHECK(one.at("level").as_int64() >= 5);
        CHECK(one.at("target").at("reached").as_bool());
    }
    const auto page = app.get(url + "/result");
    CHECK(shows(page, "Mon profil numérique"));
    CHECK(page.body.contains("positioning-chart"));
    CHECK(shows(app.get(url + "/answers"), "explication numéro"));
    CHECK(app.json(url + "/answers").at("answers").as_array().size() ==
          static_cast<std::size_t>(questions));
    const auto pdf = app.get(url + "/pdf");
    CHECK(pdf.body.starts_with("%PDF-"));
    CHECK(pdf.body.contains("/StructTreeRoot"));
    CHECK(json::parse(app.get(url + "/europass").body).at("skills").as_array().size() == 3);
    CHECK(app.json("/positioning/history").at("tests").as_array().size() == 1);

    app.as(supervisor);
    CHECK(app.get(url + "/result").status == 404);
    app.as(agent);
    CHECK(app.post(url + "/share", {{"shared", "1"}}).status == 303);
    app.as(supervisor);
    CHECK(shows(app.get(url + "/result"), "Awa"));
    // How one answered is told to nobody else.
    app.database->write([](db::Transaction& transaction) { transaction.run(strange_answers, {}); });
    CHECK_FALSE(app.json(url + "/result").at("hurried").as_bool());
    CHECK_FALSE(app.json(url + "/result").at("unusual").as_bool());
    app.as(agent);
    CHECK(app.json(url + "/result").at("hurried").as_bool());
    CHECK(app.json(url + "/result").at("unusual").as_bool());
    app.as(supervisor);
    CHECK(app.get(url + "/answers").status == 404);
    CHECK(app.get(url + "/europass").status == 404);
    CHECK(app.post(url + "/share", {{"shared", "0"}}).status == 404);
    app.as(colleague);
    CHECK(app.get(url + "/result").status == 404);
    CHECK(app.get(url + "/pdf").status == 404);
    app.as(agent);
    CHECK(app.post(url + "/share", {{"shared", "0"}}).status == 303);
    app.as(supervisor);
    CHECK(app.get(url + "/result").status == 404);

    // Who comes after the supervisor of that day reads nothing until it is shared with them.
    const auto next = app.given_person({.name = "Denis", .roles = {"supervisor"}});
    app.as(agent);
    CHECK(app.post(url + "/share", {{"shared", "1"}}).status == 303);
    REQUIRE(app.post("/my-supervisor", {{"supervisor_email", "denis@exemple.fr"}}).status == 303);
    app.as(next);
    const auto declared = app.json("/my-team").at("to_confirm").at(0).at("id").as_int64();
    REQUIRE(app.post("/supervisions/" + std::to_string(declared), {{"mine", "yes"}}).status == 303);
    app.as(agent);
    CHECK_FALSE(app.json(url + "/result").at("shared").as_bool());
    CHECK(app.json(url + "/result").at("supervisor") == "Denis Martin");
    for (const auto one : {supervisor, next}) CHECK(app.as(one).get(url + "/result").status == 404);
    app.as(agent);
    // The page told of the one before; it tells of the next one now.
    CHECK(app.post(url + "/share",
                   {{"shared", "1"}, {"supervisor", std::to_string(supervisor.value)}})
              .status == 409);
    CHECK(app.get(url + "/result")
              .body.contains("name=\"supervisor\" value=\"" + std::to_string(next.value) + '"'));
    CHECK(app.post(url + "/share", {{"shared", "1"}, {"supervisor", std::to_string(next.value)}})
              .status == 303);
    CHECK(app.as(supervisor).get(url + "/result").status == 404);
    CHECK(app.as(next).get(url + "/result").status == 200);

    // Nobody confirmed: there is nobody to share with.
    const auto alone = app.given_person({.name = "Lina"});
    app.as(alone);
    const std::string other = begin_test(app);
    go_through(app, other, true);
    CHECK(shows(app.get(other + "/result"), "Déclarer mon encadrant"));
    CHECK(app.post(other + "/share", {{"shared", "1"}}).status == 409);
    CHECK(app.post(other + "/share", {{"shared", "0"}}).status == 303);

    app.as(colleague);
    CHECK(app.post(url + "/delete").status == 404);
    app.as(agent);
    CHECK(app.post(url + "/delete").status == 303);
    CHECK(app.get(url + "/result").status == 404);
    CHECK(app.json("/positioning/history").at("tests").as_array().empty());
}

TEST_CASE("the key is not in what the browser gets before the answer") {
    TestApp app;
    given_bank(app);
    app.as(app.given_person());
    const std::string url = begin_test(app);
    for (int i = 0; i < 8 && app.get(url).status == 200; ++i) {
        const json::value test = app.json(url);
        for (const auto& shown : {app.get(url).body, json::serialize(test)}) {
            CHECK_FALSE(shown.contains("C’est lui"));
            CHECK_FALSE(shown.contains("Ce n’est pas lui"));
            CHECK_FALSE(shown.contains("explication"));
            CHECK_FALSE(shown.contains("\"right\""));
        }
        // Only the text to type has the key nowhere; an option shows it among the others.
        if (test.at("question").at("format") == "text")
            CHECK_FALSE(json::serialize(test).contains("secret"));
        CHECK(app.get(url + "/answers").status == 404);
        // Made for this candidate and this question.
        CHECK_FALSE(test.at("question").at("file").is_null());
        CHECK(app.get(url + "/file").body.starts_with("Dossier "));
        REQUIRE(app.post(url + "/answers", answer_to(test, i % 2 == 0)).status == 303);
    }
    app.as(app.given_person());
    CHECK(app.get(url + "/file").status == 404);
    CHECK(app.get(url).status == 404);
}

TEST_CASE("sent twice, from the back button or from another device, an answer is recorded once") {
    TestApp app;
    given_bank(app);
    app.as(app.given_person());
    const std::string url = begin_test(app);
    const json::value first = app.json(url);
    const auto form = answer_to(first, true);
    CHECK(json::parse(app.post(url + "/answers", form, "json").body).at("recorded").as_bool());
    CHECK_FALSE(
        json::parse(app.post(url + "/answers", form, "json").body).at("recorded").as_bool());
    const json::value second = app.json(url);
    CHECK(second.at("revision").as_int64() == first.at("revision").as_int64() + 1);
    CHECK(second.at("progress").at("place").as_int64() == 2);
    CHECK(app.post(url + "/answers", {{"answer", "0"}}).status == 303);  // no revision at all
    CHECK(app.json(url) == second);
    CHECK(json::parse(app.post_json("/positioning", {{"scope", "all"}}).body).at("status") == 409);
}

TEST_CASE("a test is paused, goes on and is ended early; one without answers leaves no trace") {
    TestApp app;
    given_bank(app);
    app.as(app.given_person());
    std::string url = begin_test(app);
    CHECK(app.post(url + "/finish").status == 303);
    CHECK(app.get(url).status == 404);

    url = begin_test(app);
    REQUIRE(app.post(url + "/answers", answer_to(app.json(url), true)).status == 303);
    CHECK(app.post(url + "/pause").status == 303);
    CHECK(shows(app.get(url), "Test en pause"));
    const json::value paused = app.json(url);
    CHECK_FALSE(paused.as_object().contains("question"));
    CHECK(
        app.post(url + "/answers",
                 {{"revision", std::to_string(paused.at("revision").as_int64())}, {"answer", "0"}})
            .status == 303);
    CHECK(app.json(url) == paused);
    app.now += std::chrono::hours{10};  // the sign-in lasts twelve
    CHECK(app.post(url + "/resume").status == 303);
    CHECK(app.json(url).at("progress").at("place").as_int64() == 2);
    CHECK(app.post(url + "/finish").status == 303);
    CHECK(app.post(url + "/finish").status == 303);  // twice is once
    CHECK(app.get(url + "/result").status == 200);
    CHECK(app.post(url + "/pause").status == 409);
    CHECK(app.post(url + "/resume").status == 409);
}

TEST_CASE("an answer that is none comes back in the form; I do not know is one") {
    TestApp app;
    given_bank(app);
    app.as(app.given_person());
    const std::string url = begin_test(app);
    const auto revision = std::to_string(app.json(url).at("revision").as_int64());
    const auto none = app.post(url + "/answers", {{"revision", revision}});
    CHECK(none.status == 422);
    CHECK(shows(none, "Question 1"));
    CHECK(app.post(url + "/answers", {{"revision", revision}, {"unknown", "1"}}).status == 303);
    CHECK(app.json(url).at("progress").at("place").as_int64() == 2);
    for (int i = 0; i < 40; ++i) {
        const auto page = app.get(url, "json");
        if (page.status == 303) break;
        const auto now = std::to_string(json::parse(page.body).at("revision").as_int64());
        REQUIRE(app.post(url + "/answers", {{"revision", now}, {"unknown", "1"}}).status == 303);
    }
    const json::value result = app.json(url + "/result");
    for (const json::value& one : result.at("areas").at(0).at("competences").as_array())
        CHECK(one.at("level").as_int64() <= 1);
    CHECK_FALSE(result.at("hurried").as_bool());
}

TEST_CASE("an item that changes is asked and explained as it was shown") {
    TestApp app;
    given_bank(app);
    app.as(app.given_person());
    const std::string url = begin_test(app);
    const json::value before = app.json(url);
    // All items get another text.
    std::vector<items::BankText> bank;
    app.read([&](db::Transaction& transaction) {
        for (const auto& one :
             app.app().items.bank(transaction, db::Versions(transaction))->items())
            bank.push_back(
                {one.code(),
                 "level = 4\nintent = \"Autre chose.\"\nsource = \"Ce test\"\nformat = \"text\"\n"
                 "stem = \"Une autre question : " +
                     one.code() +
                     " ?\"\n[answer]\nkind = \"text\"\naccept = [\"autre\"]\n[feedback]\ntext = "
                     "\"Autre explication.\"\nlearn = \"https://cyber.gouv.fr\"\n"});
    });
    REQUIRE(app.app().items.load(bank, app.now).has_value());
    CHECK(app.json(url).at("question") == before.at("question"));
    REQUIRE(app.post(url + "/answers", answer_to(before, true)).status == 303);
    CHECK(shows(app.get(url), "Une autre question"));
    CHECK(app.post(url + "/finish").status == 303);
    CHECK(shows(app.get(url + "/answers"), "Quel est le mot"));
}

TEST_CASE("where nothing is published, nothing can be begun, and the page says so") {
    TestApp app;
    app.as(app.given_person());
    CHECK(shows(app.get("/positioning"), "Aucune question n’est encore publiée"));
    CHECK(app.post("/positioning", {{"scope", "core"}}).status == 409);
    given_bank(app);
    CHECK(app.post("/positioning", {{"scope", "area"}, {"area", "4"}}).status == 409);
    CHECK(app.post("/positioning", {{"scope", "area"}, {"area", "9"}}).status == 422);
    CHECK(app.post("/positioning", {{"scope", "trade"}, {"trade", "plumber"}}).status == 422);
    CHECK(app.post("/positioning", {{"scope", "core"}}).status == 303);
}

TEST_CASE("the next test may begin from what the last said") {
    TestApp app;
    given_bank(app);
    app.as(app.given_person());
    const std::string first = begin_test(app);
    CHECK(app.json(first).at("progress").at("certain").as_int64() == 0);
    go_through(app, first, true);
    const std::string second = begin_test(app, {{"use_earlier", "1"}});
    CHECK(app.json(second).at("progress").at("certain").as_int64() > 20);
    go_through(app, second, true);
    CHECK(app.json("/positioning/history").at("tests").as_array().size() == 2);
}

TEST_CASE("what is told of one's tests, and what is left after an erasure") {
    TestApp app;
    given_bank(app);
    const auto agent = app.given_person({.name = "Awa"});
    app.as(agent);
    go_through(app, begin_test(app), true);
    begin_test(app);
    auto& data = app.app().positioning_data;
    app.read([&](db::Transaction& transaction) {
        const json::object held = data.held(transaction, agent);
        CHECK(held.at("positionings").as_array().size() == 2);
    });
    app.database->write([&](db::Transaction& transaction) {
        CHECK(data.erase(transaction, agent, app.now).size() == 2);
        CHECK(data.erase(transaction, agent, app.now).empty());
        CHECK(data.held(transaction, agent).empty());
        // The answers still serve the items.
        int answers = 0;
        transaction.run({"test", "SELECT COUNT(*) FROM positioning_answers"}, {},
                        [&](const db::Row& row) { answers = static_cast<int>(row.integer(0)); });
        CHECK(answers > 0);
        // Nobody's results are not kept for the term of somebody's.
        CHECK(data.retain(transaction, "results", app.now + std::chrono::hours{1}, 10,
                          privacy::Run::real) == 0);
    });
}

TEST_CASE("plans and campaigns learn the latest levels, and whether a core is reached") {
    TestApp app;
    given_bank(app);
    const auto agent = app.given_person();
    const auto other = app.given_person();
    app.as(agent);
    const std::string url = begin_test(app);
    go_through(app, url, true);
    app.read([&](db::Transaction& transaction) {
        const db::Versions versions(transaction);
        const std::vector<base::PersonId> both{agent, other};
        const auto profiles = app.app().positioning.profiles(transaction, both);
        REQUIRE(profiles.size() == 1);
        const auto& known = profiles.at(agent).competences;
        CHECK(known.size() == 3);
        const base::PositioningId id = known.at("1.1").test;
        const auto low =
            app.app().positioning.at_core(transaction, versions, id, {{"1.1", 2}, {"1.2", 2}});
        REQUIRE(low);
        CHECK(*low > 0.9);
        CHECK_FALSE(app.app().positioning.at_core(transaction, versions, id, {{"4.1", 2}}));
        CHECK_FALSE(profiles.at(agent).at_core);  // the core asks for more than this area
    });
}

TEST_CASE("the answers of finished tests are counted once in the statistics of their items") {
    TestApp app;
    given_bank(app);
    const auto asked = [&] {
        std::int64_t all = 0;
        for (const auto& [id, one] : app.read([&](db::Transaction& transaction) {
                 return app.app().items.statistics(transaction);
             }))
            all += one.asked;
        return all;
    };
    app.as(app.given_person());
    const int questions = go_through(app, begin_test(app), true);
    begin_test(app);  // not over, not counted
    CHECK(asked() == 0);
    for (int twice = 0; twice < 2; ++twice) {
        app.app().positioning.count_uses();
        CHECK(asked() == questions);
    }
}
