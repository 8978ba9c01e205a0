// SPDX-License-Identifier: EUPL-1.2
// Reading from Pix: page by page, through rate limits, broken pages, lost tokens and lost nodes.
#include "base/text.hpp"
#include "given.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <thread>

namespace json = boost::json;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

const std::string participations_path = "/api/campaigns/70/participations";
const std::string token_path = "/api/application/token";

json::object fault(const json::object& what) {
    json::object one{{"path", participations_path}};
    for (const auto& [name, value] : what) one[name] = value;
    return json::object{{"faults", json::array(1, one)}};
}
const json::object no_faults{{"faults", json::array()}};

// Everything that the tables of the slice hold, as one text.
std::string tables(TestApp& app) {
    std::string all;
    app.read([&](db::Transaction& transaction) {
        transaction.run({"test.results", R"sql(
            SELECT badges || topics || coalesce(CAST(mastery AS text), '') FROM pix_results
        )sql"},
                        {}, [&](const db::Row& row) { all += row.text(0); });
        transaction.run({"test.participants", R"sql(
            SELECT coalesce(pseudonym, '') || CAST(topics AS text) FROM pix_participants
        )sql"},
                        {}, [&](const db::Row& row) { all += row.text(0); });
    });
    return all;
}

}  // namespace

TEST_CASE("results of agents who agreed are read page by page, of the others nothing is kept") {
    Given given;
    const std::string awa = given.agrees(given.agent);
    json::array list = Given::strangers(150);
    list.push_back(Given::participation(5000, awa));
    list.push_back(Given::participation(5001, "campus-0123456789abcdef0123456789abcdef"));
    list.push_back(Given::participation(5002, "", {{"participantExternalId", nullptr}}));
    given.participations(list);
    const std::string campaign = given.mapped();
    given.asked();
    given.run();
    CHECK(given.asked() ==
          std::vector<std::string>{participations_path + " 1", participations_path + " 2"});
    CHECK(given.state() == "done");
    CHECK(given.counted("added") == 1);
    CHECK(given.counted("unknown") == 152);
    const auto results = given.results(given.agent);
    REQUIRE(results.size() == 1);
    CHECK(results[0].at("mastery_percent").to_number<double>() == 45);
    CHECK(results[0].at("stage").as_int64() == 2);
    CHECK(results[0].at("badges") == json::array(1, json::value("Socle acquis")));
    CHECK(results[0].at("topics").as_array().empty());  // not agreed to
    CHECK(given.results(given.other).empty());
    for (const char* never : {"Nom-", "Prénom-", "someone", "mot de passe", "0123456789abcdef0123"})
        CHECK(tables(given.app).find(never) == std::string::npos);

    // Once more, everything: nothing changes.
    const std::string before = tables(given.app);
    given.app.now += days{8};
    CHECK(given.app.as(given.office).post(campaign + "/read").status == 303);
    given.run();
    CHECK(given.reading().at("whole").as_bool());
    CHECK(given.counted("unchanged") == 1);
    CHECK(given.counted("added") + given.counted("changed") == 0);
    CHECK(tables(given.app) == before);
    CHECK(given.audited("pix.map") == 1);
    CHECK(given.audited("pix.read") == 1);
}

TEST_CASE("a reading asks for what is new, and for everything after a week") {
    Given given;
    const std::string awa = given.agrees(given.agent);
    given.participations(json::array(1, Given::participation(1, awa)));
    const std::string campaign = given.mapped();
    given.run();
    const auto since = [&]() -> std::string {
        given.app.as(given.office).post(campaign + "/read");
        given.run();
        const auto asked = given.reading().at("since");
        return asked.is_null() ? "everything" : json::value_to<std::string>(asked);
    };
    given.app.now += days{1};
    CHECK(since() == "2026-11-20T09:00:00Z");  // where the first began, less three days
    CHECK(given.counted("unchanged") == 0);    // shared before
    // What was only begun and is shared later is new.
    given.participations(
        json::array(1, Given::participation(
                           1, awa, {{"sharedAt", "2026-11-24T08:00:00Z"}, {"masteryRate", 0.9}})));
    CHECK(since() == "2026-11-21T09:00:00Z");
    CHECK(given.counted("changed") == 1);
    CHECK(given.results(given.agent)[0].at("mastery_percent").to_number<double>() == 90);
    given.app.now += days{6};
    CHECK(since() == "everything");
}

TEST_CASE("when Pix asks to wait, the page is asked for again then and not before") {
    Given given;
    given.participations(Given::strangers(250));
    given.tell(
        fault({{"page", 2}, {"times", 1}, {"status", 429}, {"headers", {{"retry-after", "120"}}}}));
    given.mapped();
    given.asked();
    given.run();
    CHECK(given.state() == "running");
    CHECK(given.reading().at("waiting").as_bool());
    CHECK(given.problem().find("trop de requêtes") != std::string::npos);
    CHECK(given.counted("unknown") == 100);
    CHECK(given.asked().size() == 2);
    given.app.now += seconds{119};
    given.app.as(given.office).post("/pix/ministere/campaigns/1/read");  // patience holds for all
    given.run();
    CHECK(given.asked().empty());
    given.app.now += seconds{1};
    given.run();
    CHECK(given.asked() ==
          std::vector<std::string>{participations_path + " 2", participations_path + " 3"});
    CHECK(given.state() == "done");
    CHECK(given.counted("unknown") == 250);
}

TEST_CASE(
    "a node that dies in the middle leaves the reading to another, at the page where it was") {
    Given given;
    const std::string awa = given.agrees(given.agent);
    json::array list(1, Given::participation(1, awa));
    for (const auto& one : Given::strangers(249)) list.push_back(one);
    given.participations(list);
    given.tell(fault({{"page", 2}, {"times", 1}, {"hang_up", true}}));
    given.mapped();
    given.run();
    CHECK(given.counted("added") == 1);
    given.asked();
    // Another process: nothing of the first is left but the database.
    app::Application second(given.app.configuration, *given.app.database);
    second.jobs.run_due(given.app.now + minutes{1});
    const auto asked = given.asked();
    CHECK(asked == std::vector<std::string>{token_path, participations_path + " 2",
                                            participations_path + " 3"});
    CHECK(given.state() == "done");
    CHECK(given.counted("added") == 1);
    CHECK(given.counted("unknown") == 249);
}

TEST_CASE("a page that comes twice counts once, and a stopped reading takes nothing more") {
    Given given;
    given.participations(Given::strangers(150));
    const std::string campaign = given.mapped();
    // The first node is at page 1 while the second reads all: the first finds its page taken.
    given.tell(fault({{"page", 1}, {"times", 1}, {"slow", 300}}));
    std::thread first([&] { given.app.app().jobs.run_due(given.app.now); });
    while (given.asked().empty()) std::this_thread::yield();  // it has asked and waits
    // Its lease is over.
    app::Application second(given.app.configuration, *given.app.database);
    second.jobs.run_due(given.app.now + minutes{6});
    first.join();
    CHECK(given.state() == "done");
    CHECK(given.counted("unknown") == 150);

    given.app.now += days{8};
    given.tell(fault({{"page", 2}, {"status", 503}}));
    given.app.as(given.office).post(campaign + "/read");
    given.run();
    CHECK(given.app.as(given.office).post(campaign + "/stop").status == 303);
    CHECK(given.state() == "stopped");
    CHECK_FALSE(given.campaign().at("daily").as_bool());
    given.tell(no_faults);
    given.asked();
    given.app.now += hours{1};
    given.run();
    CHECK(given.asked().empty());
    given.app.as(given.office).post(campaign + "/read");  // goes on
    given.run();
    CHECK(given.asked() == std::vector<std::string>{participations_path + " 2"});
    CHECK(given.state() == "done");
    CHECK(given.campaign().at("daily").as_bool());
}

TEST_CASE("errors of the server are tried again, each time later, and then told") {
    Given given;
    given.participations({});
    given.tell(fault({{"status", 503}}));
    const std::string campaign = given.mapped();
    for (const int wait : {1, 2, 4, 8, 16, 32, 60}) {
        given.run();
        CHECK(given.state() == "running");
        CHECK(given.reading().at("next_at").as_string() ==
              base::iso_time(given.app.now + minutes{wait}));
        given.app.now += minutes{wait};
    }
    given.run();
    CHECK(given.state() == "failed");
    CHECK(given.problem().find("503") != std::string::npos);
    given.tell(no_faults);
    given.app.as(given.office).post(campaign + "/read");
    given.run();
    CHECK(given.state() == "done");
}

TEST_CASE("a broken page is refused whole with its page and field, and loses nothing") {
    Given given;
    const std::string awa = given.agrees(given.agent);
    const std::string noe = given.agrees(given.other);
    json::array list(1, Given::participation(1, awa));
    for (const auto& one : Given::strangers(99)) list.push_back(one);
    list.push_back(Given::participation(2, noe));
    list.push_back(Given::participation(3, "somebody"));
    given.participations(list);
    struct Break {
        json::object what;
        const char* field;
    };
    const auto patch = [](const json::object& fields) {
        return json::object{{"page", 2}, {"patch", {{"1", fields}}}};
    };
    const std::vector<Break> breaks{
        {patch({{"masteryRate", 1.5}}), "campaignParticipations[1].masteryRate"},
        {patch({{"masteryRate", "0.4"}}), "campaignParticipations[1].masteryRate"},
        {patch({{"id", nullptr}}), "campaignParticipations[1].id"},
        {patch({{"status", "LOST"}}), "campaignParticipations[1].status"},
        {patch({{"sharedAt", "yesterday"}}), "campaignParticipations[1].sharedAt"},
        {patch({{"sharedAt", nullptr}}), "campaignParticipations[1].sharedAt"},
        {patch({{"stages", {{"reachedStage", 5}, {"numberOfStages", 4}}}}),
         "campaignParticipations[1].stages.reachedStage"},
        {patch({{"badges", json::array(1, json::object{{"title", 7}})}}),
         "campaignParticipations[1].badges[0].title"},
        {patch({{"tubes", "none"}}), "campaignParticipations[1].tubes"},
        {{{"page", 2}, {"patch", {{"page", {{"number", 1}}}}}}, "page.number"},
        {{{"page", 2}, {"body", "{\"campaignParticipations\": ["}}, "JSON"},
        {{{"page", 2}, {"body", "<html>"}}, "JSON"},
        {{{"page", 2}, {"body", std::string(40, '[') + std::string(40, ']')}}, "JSON"},
        {{{"page", 2}, {"body", "{}"}}, "campaignParticipations"},
    };
    given.tell(fault(breaks.front().what));
    const std::string campaign = given.mapped();
    given.run();
    for (const Break& one : breaks) {
        CAPTURE(one.field);
        given.tell(fault(one.what));
        given.app.as(given.office).post(campaign + "/read");
        given.run();
        CHECK(given.state() == "failed");
        CHECK(given.problem().find("page 2") != std::string::npos);
        CHECK(given.problem().find(" " + std::string{one.field} + " ") != std::string::npos);
        CHECK(given.counted("pages_read") == 1);
        CHECK(given.counted("added") == 1);
        CHECK(given.results(given.other).empty());
    }
    given.tell(no_faults);
    given.asked();
    given.app.as(given.office).post(campaign + "/read");
    given.run();
    CHECK(given.asked() == std::vector<std::string>{participations_path + " 2"});
    CHECK(given.state() == "done");
    CHECK(given.counted("added") == 2);
    CHECK(given.results(given.other).size() == 1);
}

TEST_CASE("an access token is kept, and renewed once when Pix does not take it any more") {
    Given given;
    given.participations(Given::strangers(150));
    const std::string campaign = given.mapped();
    given.run();
    const auto asked = given.asked();
    CHECK(std::ranges::count(asked, token_path) == 1);
    given.tell(json::object{{"revoke", true}});
    given.app.now += days{8};
    given.app.as(given.office).post(campaign + "/read");
    given.run();
    CHECK(given.asked() == std::vector<std::string>{participations_path + " 1", token_path,
                                                    participations_path + " 1",
                                                    participations_path + " 2"});
    CHECK(given.state() == "done");
    // Pix that takes no token at all is not asked for ever.
    given.tell(fault({{"status", 401}}));
    given.app.now += days{8};
    given.app.as(given.office).post(campaign + "/read");
    given.run();
    CHECK(given.asked() == std::vector<std::string>{participations_path + " 1", token_path,
                                                    participations_path + " 1"});
    CHECK(given.state() == "failed");
}

TEST_CASE("a wrong secret and a missing right are told in words") {
    {
        Given given(20'000, "another-secret-of-the-tests");
        given.app.as(given.office).post("/pix/ministere/campaigns");
        given.run();
        const auto page = given.app.as(given.office).json("/pix/ministere");
        CHECK(json::value_to<std::string>(page.at("problem")).find("le secret") !=
              std::string::npos);
        CHECK(json::serialize(page).find("another-secret") == std::string::npos);
    }
    Given given;
    given.participations({});
    given.tell(fault({{"status", 403}}));
    given.mapped();
    given.run();
    CHECK(given.problem().find("meta") != std::string::npos);
    CHECK(given.state() == "failed");
}

TEST_CASE("slow and endless answers do not hold us") {
    {
        Given given(1000);
        given.participations({});
        given.tell(fault({{"times", 1}, {"slow", 3000}}));
        given.mapped();
        given.run();
        CHECK(given.state() == "running");
        CHECK(given.problem().find("trop de temps") != std::string::npos);
    }
    Given given;
    given.participations({});
    given.tell(fault({{"bytes", 17 * 1024 * 1024}}));
    given.mapped();
    given.run();
    CHECK(given.state() == "failed");
    CHECK(given.problem().find("16") != std::string::npos);
}

TEST_CASE("the list of campaigns follows Pix, and comes back every night with the results") {
    Given given;
    given.participations({});
    given.mapped();
    CHECK(given.campaign().at("code").as_string() == "SOCLE2026");
    given.run();
    given.tell(
        json::object{{"campaigns", json::array(1, json::object{{"id", 70},
                                                               {"organisation", 1},
                                                               {"name", "Socle 2026, fin"},
                                                               {"type", "ASSESSMENT"},
                                                               {"targetProfileName", nullptr},
                                                               {"code", "SOCLE2026"},
                                                               {"archivedAt", nullptr}})}});
    given.asked();
    given.app.app().jobs.plan(given.app.now);
    given.app.now = std::chrono::floor<days>(given.app.now) + days{1} + hours{4};
    given.run();
    CHECK(given.campaign().at("name").as_string() == "Socle 2026, fin");
    CHECK(given.campaign().at("campaign").as_string() == "socle-2026");
    const auto asked = given.asked();
    CHECK(std::ranges::count(asked, participations_path + " 1") == 1);
    // A broken list changes nothing.
    given.tell(json::object{{"faults", json::array(1, json::object{{"path", "/api/organizations"},
                                                                   {"body", "[{\"id\": 1}]"}})}});
    given.app.as(given.office).post("/pix/ministere/campaigns");
    given.run();
    const auto page = given.app.as(given.office).json("/pix/ministere");
    CHECK(json::value_to<std::string>(page.at("problem")).find("[0].name") != std::string::npos);
    CHECK(page.at("campaigns").as_array().size() == 1);
}
