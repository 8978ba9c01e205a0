// SPDX-License-Identifier: EUPL-1.2
// Agreeing and withdrawing, who sees what, files of results, and what a person may ask of us.
#include "given.hpp"

#include <doctest/doctest.h>

namespace json = boost::json;
using std::chrono::days;

namespace {

// A row of Pix Orga's export, and its header.
std::string row(const std::string& pseudonym, const std::string& rest) {
    return "Mon ministère;70;SOCLE2026;Socle 2026;Socle;Nom;Prénom;" + pseudonym + ";" + rest +
           "\r\n";
}
const std::string header =
    "\xEF\xBB\xBF\"Nom de l'organisation\";\"ID Campagne\";\"Code\";\"Nom de la campagne\";"
    "\"Parcours\";\"Nom du Participant\";\"Prénom du Participant\";\"Identifiant Campus\";"
    "\"% de progression\";\"Partage (O/N)\";\"Date et heure du partage (Europe/Paris)\";"
    "\"Palier obtenu (/3)\";\"Socle acquis obtenu (O/N)\";"
    "\"% maitrise de l'ensemble des acquis du profil\"\r\n";

json::object imported(Given& given, const std::string& csv) {
    const auto answer =
        given.app.as(given.office).post_file("/pix/ministere/import", "file", csv, "json");
    CHECK(answer.status == 200);
    return json::parse(answer.body).at("report").as_object();
}

}  // namespace

TEST_CASE("an agent agrees, takes part under a name of theirs, and takes the agreement back") {
    Given given;
    TestApp& app = given.app;
    given.participations({});
    const std::string campaign = given.mapped();
    CHECK(given.mine(given.agent).at("pseudonym").is_null());
    CHECK(app.as(given.agent).post("/my-pix/ministere/agreement").status == 422);
    const std::string awa = given.agrees(given.agent);
    CHECK(given.agrees(given.agent) == awa);  // twice is once
    CHECK(given.audited("pix.agree") == 1);
    CHECK(given.agrees(given.other) != awa);
    const auto mine = given.mine(given.agent);
    CHECK(mine.at("campaigns").as_array().at(0).at("link").as_string() ==
          "https://app.pix.example/campagnes/SOCLE2026?participantExternalId=" + awa);
    const auto page = app.as(given.agent).get("/my-pix");
    CHECK(shows(page, awa));

    given.participations({Given::participation(1, awa), Given::participation(2, "other")});
    given.run();
    CHECK(given.results(given.agent).size() == 1);
    CHECK(shows(app.as(given.agent).get("/my-pix"), "Socle acquis"));
    for (int times = 0; times < 2; ++times)
        CHECK(app.as(given.agent).post("/my-pix/ministere/withdrawal").status == 303);
    CHECK(given.audited("pix.withdraw") == 1);
    CHECK(given.results(given.agent).empty());
    CHECK(given.mine(given.agent).at("campaigns").as_array().at(0).at("link").is_null());
    app.now += days{1};
    given.participations({Given::participation(1, awa, {{"sharedAt", "2026-11-24T08:00:00Z"}})});
    app.as(given.office).post(campaign + "/read");
    given.run();
    CHECK(given.counted("withdrawn") == 1);
    CHECK(given.counted("added") == 0);
    CHECK(given.results(given.agent).empty());

    // Who agrees again is who they were, and what was shared before is read again.
    CHECK(given.agrees(given.agent) == awa);
    app.now += days{1};
    app.as(given.office).post(campaign + "/read");
    given.run();
    CHECK(given.reading().at("whole").as_bool());
    CHECK(given.results(given.agent).size() == 1);
    // Nobody withdraws what they did not agree to.
    const auto third = app.given_person({.name = "Zoé", .organisation = "bureau"});
    CHECK(app.as(third).post("/my-pix/ministere/withdrawal").status == 404);
}

TEST_CASE(
    "levels by topic are kept only for who agreed to them, and go when they do not any more") {
    Given given;
    TestApp& app = given.app;
    const std::string awa = given.agrees(given.agent, true), noe = given.agrees(given.other);
    given.participations({Given::participation(1, awa), Given::participation(2, noe)});
    const std::string campaign = given.mapped();
    given.run();
    const auto topics = [&](base::PersonId person) {
        return given.results(person).at(0).at("topics").as_array().size();
    };
    CHECK(topics(given.agent) == 1);
    CHECK(topics(given.other) == 0);
    given.agrees(given.agent, false);
    CHECK(topics(given.agent) == 0);
    given.agrees(given.other, true);
    app.now += days{1};
    app.as(given.office).post(campaign + "/read");
    given.run();
    CHECK(topics(given.other) == 1);  // everything was read again
    CHECK(topics(given.agent) == 0);
}

TEST_CASE("only what somebody shares is kept of a result") {
    Given given;
    const std::string awa = given.agrees(given.agent, true);
    given.participations(json::array(
        1, Given::participation(1, awa, {{"status", "STARTED"}, {"sharedAt", nullptr}})));
    given.mapped();
    given.run();
    const auto result = given.results(given.agent).at(0);
    CHECK(result.at("status").as_string() == "started");
    CHECK(result.at("mastery_percent").is_null());
    CHECK(result.at("badges").as_array().empty());
    CHECK(result.at("topics").as_array().empty());
}

TEST_CASE("a connection is seen and used within its perimeter, and small groups are not counted") {
    Given given;
    TestApp& app = given.app;
    given.participations({});
    const std::string campaign = given.mapped();
    const auto stranger =
        app.given_person({.name = "Ève", .organisation = "ailleurs", .roles = {"training_office"}});
    const auto team =
        app.given_person({.name = "Cléo", .organisation = "etat", .roles = {"campus_team"}});
    CHECK(app.as(stranger).json("/pix").at("connections").as_array().empty());
    for (const std::string& path :
         {std::string{"/pix/ministere"}, std::string{"/pix/ministere/import"}})
        CHECK(app.as(stranger).get(path).status == 404);
    for (const std::string& path : {campaign, campaign + "/read", campaign + "/stop",
                                    std::string{"/pix/ministere/campaigns"}})
        CHECK(app.as(stranger).post(path).status == 404);
    CHECK(app.as(stranger).post("/my-pix/ministere/agreement", {{"agree", "1"}}).status == 404);
    CHECK(app.as(stranger).json("/my-pix").at("connections").as_array().empty());
    CHECK(app.as(given.agent).get("/pix").status == 403);
    CHECK(app.as(team).get("/pix/ministere").status == 200);
    CHECK(app.as(given.office).post("/pix/ministere/campaigns/999/read").status == 404);
    CHECK(app.as(given.office).post("/pix/ministere/campaigns/x/read").status == 404);
    CHECK(app.as(given.office).post(campaign, {{"campaign", "Deux Mots"}}).status == 422);
    CHECK(app.as(given.office).post(campaign, {{"campaign", ""}}).status == 303);
    CHECK(app.as(given.office).post(campaign + "/read").status == 409);

    for (int people = 1; people <= 5; ++people) {
        given.agrees(app.given_person({.organisation = "bureau"}));
        const auto agreed = app.as(given.office).json("/pix/ministere").at("agreed");
        CHECK(agreed.is_null() == (people < 5));
    }
    // Neither a name nor a result of an agent stands on the pages of the office.
    const auto page = app.as(given.office).get("/pix/ministere");
    CHECK(page.status == 200);
    CHECK_FALSE(shows(page, given.agrees(given.agent)));
}

TEST_CASE("campaigns of ours are offered once a slice tells them") {
    struct Two final : pix::OwnCampaigns {
        std::vector<One> run_below(db::Transaction&, base::OrganisationId) override {
            return {{"socle-2026", "Socle 2026"}, {"cyber", "Cybersécurité"}};
        }
    } two;
    Given given;
    given.app.app().pix.ask(two);
    given.participations({});
    const std::string campaign = given.mapped();
    CHECK(given.campaign().at("options").as_array().size() == 2);
    CHECK(given.app.as(given.office).post(campaign, {{"campaign", "autre"}}).status == 422);
    const std::string awa = given.agrees(given.agent);
    given.participations(json::array(1, Given::participation(1, awa)));
    given.run();
    const auto results = given.app.read([&](db::Transaction& transaction) {
        return given.app.app().pix.results(transaction, "socle-2026");
    });
    REQUIRE(results.size() == 1);
    CHECK(results[0].person == given.agent);
    CHECK(results[0].mastery == 4500);
}

TEST_CASE("an export of Pix Orga goes in once, bad lines are told with their reason") {
    Given given;
    const std::string awa = given.agrees(given.agent), noe = given.agrees(given.other);
    given.participations({});
    given.mapped();
    given.run();
    const std::string file =
        header + row(awa, "1;Oui;02/11/2026 10:30;2;Oui;0,45") +
        row("inconnu", "1;Oui;02/11/2026 10:30;2;Oui;0,45") +
        row(noe, "1;Peut-être;02/11/2026 10:30;2;Oui;0,45") + row(noe, "1;Oui;hier;2;Oui;0,45") +
        row(noe, "1;Oui;02/11/2026 10:30;4;Oui;0,45") +
        row(noe, "1;Oui;02/11/2026 10:30;2;Oui;1,45") + "x;71;;;;;;" + noe +
        ";1;Oui;02/11/2026 10:30;2;Oui;0,45\r\n" + row(noe, "0,5;Non;NA;NA;NA;NA");
    const auto report = imported(given, file);
    CHECK(report.at("added").as_int64() == 2);
    CHECK(report.at("unknown").as_int64() == 1);
    std::vector<std::int64_t> lines;
    for (const auto& problem : report.at("problems").as_array())
        lines.push_back(problem.at("line").as_int64());
    CHECK(lines == std::vector<std::int64_t>{4, 5, 6, 7, 8});
    const auto result = given.results(given.agent).at(0);
    CHECK(result.at("shared_at").as_string() == "2026-11-02T09:30:00Z");
    CHECK(result.at("mastery_percent").to_number<double>() == 45);
    CHECK(result.at("stage").as_int64() == 2);
    CHECK(result.at("stages").as_int64() == 3);
    CHECK(given.results(given.other).at(0).at("status").as_string() == "started");
    CHECK(given.audited("pix.import") == 1);

    const auto again = imported(given, file);
    CHECK(again.at("unchanged").as_int64() == 2);
    CHECK(again.at("added").as_int64() + again.at("changed").as_int64() == 0);
    CHECK(given.audited("pix.import") == 1);

    // What Pix itself tells of the same takes its place, and the file does not take it back.
    given.participations(json::array(1, Given::participation(1, awa)));
    given.app.now += days{8};
    given.app.as(given.office)
        .post("/pix/ministere/campaigns/" +
              std::to_string(given.campaign().at("id").to_number<int>()) + "/read");
    given.run();
    CHECK(given.counted("changed") == 1);
    CHECK(imported(given, file).at("unchanged").as_int64() == 2);

    const auto refused = [&](const std::string& csv) {
        return given.app.as(given.office)
            .post_file("/pix/ministere/import", "file", csv, "json")
            .status;
    };
    CHECK(refused("") == 422);
    CHECK(refused("a;b\r\n1;2\r\n") == 422);
    CHECK(refused(header + row("inconnu", "1;Oui;02/11/2026;2;Oui;0,45")) == 422);
    CHECK(given.app.as(given.office).post("/pix/ministere/import").status == 422);
}

TEST_CASE("my data tells the agreement and the results; erasing leaves a result of nobody") {
    Given given;
    TestApp& app = given.app;
    const std::string awa = given.agrees(given.agent, true);
    given.participations(json::array(1, Given::participation(1, awa)));
    const std::string campaign = given.mapped();
    given.run();
    auto& holder = app.app().pix_data;
    const auto held = [&] {
        return json::serialize(app.read(
            [&](db::Transaction& transaction) { return holder.held(transaction, given.agent); }));
    };
    for (const std::string& told : {awa, std::string{"Socle 2026"}, std::string{"Socle acquis"},
                                    std::string{"Choisir un mot de passe"}})
        CHECK(held().find(told) != std::string::npos);
    const auto erase = [&] {
        return app.database->write([&](db::Transaction& transaction) {
            return holder.erase(transaction, given.agent, app.now);
        });
    };
    CHECK(erase().at(0).count == 1);
    CHECK(erase().empty());
    CHECK(held() == "{}");
    const auto results = [&] {
        return app.read([&](db::Transaction& transaction) {
            return app.app().pix.results(transaction, "socle-2026");
        });
    };
    REQUIRE(results().size() == 1);
    CHECK(results()[0].person == base::PersonId{});
    CHECK(results()[0].mastery == 4500);
    CHECK(results()[0].topics.empty());
    CHECK(results()[0].shared_at ==
          base::Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 2}});
    // Pix still knows the name; here it is nobody's.
    app.now += days{8};
    app.as(given.office).post(campaign + "/read");
    given.run();
    CHECK(given.counted("unknown") == 1);
    CHECK(results().size() == 1);

    const auto retained = [&](std::string_view object, base::Time before, privacy::Run run) {
        return app.database->write([&](db::Transaction& transaction) {
            return holder.retain(transaction, object, before, 100, run);
        });
    };
    const base::Time shared = *results()[0].shared_at;
    CHECK(retained("results", shared, privacy::Run::real) == 0);
    CHECK(retained("results", shared + std::chrono::seconds{1}, privacy::Run::dry) == 1);
    CHECK(retained("results", shared + std::chrono::seconds{1}, privacy::Run::real) == 1);
    CHECK(results().empty());
    CHECK(retained("readings", app.now - days{8}, privacy::Run::real) == 0);
    CHECK(retained("readings", app.now + days{1}, privacy::Run::dry) == 2);
    CHECK(retained("readings", app.now + days{1}, privacy::Run::real) == 2);
    CHECK(given.campaign().at("reading").is_null());
}
