// SPDX-License-Identifier: EUPL-1.2
// What organisers do, and who may.
#include "campaigns_model.hpp"

#include <doctest/doctest.h>

namespace json = boost::json;
using std::chrono::days;

TEST_CASE("a training office prepares a campaign, changes, publishes, closes it and sees it end") {
    Given given;
    TestApp& app = given.app;
    app.as(given.office);
    CHECK(shows(app.get("/campaigns"), "Aucune campagne"));
    CHECK(app.get("/campaigns/new").status == 200);
    const auto wrong = app.post("/campaigns", Given::form({{"title", ""}, {"closes", "hier"}}));
    CHECK(wrong.status == 422);
    CHECK(shows(wrong, "Donnez un titre à la campagne."));
    CHECK(shows(wrong, "Pour préparer le plan de formation."));  // nothing typed is lost
    const std::string campaign = given.prepared();
    CHECK(given.seen(campaign).at("phase") == "draft");
    CHECK(given.seen(campaign).at("take_up").is_null());

    // Two at the same form: the second is told.
    http::Pairs edited = Given::form({{"title", "Socle numérique"}});
    edited.emplace_back("revision", "0");
    CHECK(app.get(campaign + "/edit").status == 200);
    CHECK(app.post(campaign, edited).status == 303);
    const auto late = app.post(campaign, edited);
    CHECK(late.status == 409);
    CHECK(shows(late, "Quelqu’un a modifié"));

    CHECK(app.post(campaign + "/close").status == 409);
    CHECK(app.post(campaign + "/publish").status == 303);
    CHECK(app.post(campaign + "/publish").status == 409);
    CHECK(given.seen(campaign).at("phase") == "open");
    CHECK(shows(app.get(campaign), "Socle numérique"));
    CHECK(shows(app.get(campaign), "Le premier décompte"));
    given.run();
    CHECK(given.seen(campaign).at("take_up").is_object());
    CHECK(given.seen("/campaigns").at("campaigns").as_array().size() == 1);

    // Of a published one only what nobody was told may change.
    http::Pairs longer{
        {"title", "Socle"}, {"closes", "2027-01-10"}, {"reminders", "1"}, {"revision", "2"}};
    CHECK(shows(app.get(campaign + "/edit"), "ne changent plus"));
    CHECK(app.post(campaign, longer).status == 303);
    CHECK(given.seen(campaign).at("last_day") == "2027-01-10");
    CHECK(given.seen(campaign).at("scope") == "area");

    CHECK(given.seen(campaign + "/results").at("final") == false);
    CHECK(app.post(campaign + "/close").status == 303);
    CHECK(given.seen(campaign).at("phase") == "closed");
    CHECK(app.get(campaign + "/edit").status == 303);  // nothing to change
    for (const char* what : {"/close", "/publish", "/cancel"})
        CHECK(app.post(campaign + what, {{"why", "Parce que"}}).status == 409);
    CHECK(given.audited("campaigns.publish") == 1);
    CHECK(given.audited("campaigns.change") == 2);

    const auto copy = app.post(campaign + "/duplicate", {}, "json");
    CHECK(copy.status == 201);
    const auto second = given.seen("/campaigns").at("campaigns").as_array();
    CHECK(second.size() == 2);
    CHECK(second.at(0).at("code") != second.at(1).at("code"));
    CHECK(second.at(0).at("phase") == "draft");
}

TEST_CASE("a campaign is called off with a reason, told to those invited and to nobody else") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    const std::string mine = given.for_agents(campaign);
    CHECK(app.as(given.office)
              .post(campaign + "/invitations", {{"addresses", "awa@exemple.fr"}})
              .status == 200);
    given.run();
    CHECK(given.letters("campaigns.invitation") == 1);
    const auto without = app.post(campaign + "/cancel");
    CHECK(without.status == 422);
    CHECK(shows(without, "Écrivez la raison"));
    CHECK(app.post(campaign + "/cancel", {{"why", "Reportée au printemps"}}).status == 303);
    CHECK(app.post(campaign + "/cancel", {{"why", "Encore"}}).status == 409);
    for (int times = 0; times < 2; ++times) given.run();
    CHECK(given.letters("campaigns.cancelled") == 1);
    app.as(given.agent);
    CHECK(shows(app.get(mine), "Reportée au printemps"));
    CHECK(app.post(mine + "/start").status == 409);
}

TEST_CASE("campaigns are seen and changed within a perimeter, in their roles") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    const auto team =
        app.given_person({.name = "Cléo", .organisation = "etat", .roles = {"campus_team"}});
    const auto steering = app.given_person(
        {.name = "Sam", .organisation = "ministere", .roles = {"ministry_steering"}});
    for (const base::PersonId person : {team, steering}) {
        CHECK(app.as(person).get(campaign).status == 200);
        CHECK(given.seen("/campaigns").at("total") == 1);
    }
    CHECK(app.as(given.agent).get("/campaigns").status == 403);
    CHECK(app.as(given.agent).get(campaign).status == 403);
    app.as(given.stranger);
    CHECK(given.seen("/campaigns").at("total") == 0);
    for (const char* what : {"", "/edit", "/poster", "/invitations", "/results", "/figures.csv"})
        CHECK(app.get(campaign + what).status == 404);
    for (const char* what :
         {"", "/publish", "/close", "/cancel", "/duplicate", "/invitations", "/invitations/all"})
        CHECK(app.post(campaign + what, {{"why", "x"}, {"addresses", "a@b.fr"}}).status == 404);
    // What is wrong is said once, where it is; a title is one line.
    app.as(given.office);
    const auto wrong = app.post("/campaigns", Given::form({{"opens", "2026-02-31"}}), "json");
    CHECK(json::parse(wrong.body).at("errors").as_array().size() == 1);
    app.post("/campaigns", Given::form({{"title", "Été\r\nBcc: x@exemple.fr"}}), "json");
    CHECK(app.get("/campaigns.json").body.contains("Été  Bcc"));
    app.as(given.stranger);
    // Neither for another's organisation, nor by moving one's own there.
    CHECK(app.post("/campaigns", Given::form()).status == 422);
    const auto own = app.post("/campaigns", Given::form({{"organisation", "ailleurs"}}), "json");
    REQUIRE(own.status == 201);
    auto moved = Given::form();
    moved.emplace_back("revision", "0");
    CHECK(
        app.post(json::value_to<std::string>(json::parse(own.body).at("location")), moved).status ==
        422);
}

TEST_CASE("nobody is invited twice, strangers to the population are not, letters leave at once") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.prepared({{"opens", "2026-11-25"}});
    const std::string url = campaign + "/invitations";
    app.as(given.office);
    CHECK(shows(app.get(url), "Personne n’est invité par courriel"));
    const std::string list =
        "awa@exemple.fr, nouvelle@exemple.fr\nEVE@exemple.fr\nawa@exemple.fr\nfaux@\nmoi@gmail.com";
    const auto report = [&](const std::string& addresses) {
        const auto answer = app.post(url, {{"addresses", addresses}}, "json");
        REQUIRE(answer.status == 200);
        return json::parse(answer.body).at("report");
    };
    const auto first = report(list);
    CHECK(first.at("added") == 2);
    CHECK(first.at("already") == 1);
    CHECK(first.at("outside") == 1);
    CHECK(first.at("problem_count") == 2);
    CHECK(first.at("problems").at(0).at("line") == 4);
    const auto second = report(list);
    CHECK(second.at("added") == 0);
    CHECK(second.at("already") == 3);
    CHECK(given.audited("campaigns.invite") == 1);
    CHECK(app.post(url, {{"addresses", ""}}).status == 422);
    CHECK(app.post(url, {{"addresses", "sans adresse"}}).status == 422);
    const auto garbage =
        app.post_file(url, "file", std::string("\x00\xFF\x89PNG\n@\n\xFE", 10), "json");
    CHECK(garbage.status == 200);
    CHECK(json::parse(garbage.body).at("report").at("added") == 0);
    const auto csv = app.post_file(url, "file", "nom;mail\r\nRen\xE9;rene@exemple.fr\r\n", "json");
    CHECK(json::parse(csv.body).at("report").at("added") == 1);
    const auto shown = given.seen(url);
    CHECK(shown.at("total") == 3);
    CHECK(shows(app.get(url), "rene@exemple.fr"));

    // A draft writes to nobody, nor does one that is still to open.
    given.run();
    CHECK(given.letters("campaigns.invitation") == 0);
    CHECK(app.as(given.office).post(campaign + "/publish").status == 303);
    given.run();
    CHECK(given.letters("campaigns.invitation") == 0);
    app.now += days{2};
    for (int times = 0; times < 2; ++times) given.run();
    CHECK(given.letters("campaigns.invitation") == 3);
    // Who is added while it is open gets theirs at once, the others none again.
    const auto later = app.as(given.office).post(url, {{"addresses", list + "\nlea@exemple.fr"}});
    CHECK(later.status == 200);
    given.run();
    CHECK(given.letters("campaigns.invitation") == 4);
}

TEST_CASE("all known agents of the population are invited by a job, contractors and others not") {
    Given given;
    TestApp& app = given.app;
    app.given_person({.name = "Karl", .organisation = "bureau", .contractor = true});
    app.given_person({.name = "Tess", .organisation = "bureau", .population = "territoriale"});
    const std::string campaign = given.published({{"population", "etat"}});
    CHECK(app.as(given.office).json(campaign + "/invitations").at("agents") == 2);
    for (int times = 0; times < 2; ++times) {
        CHECK(app.as(given.office).post(campaign + "/invitations/all").status == 303);
        given.run();
    }
    CHECK(app.as(given.office).json(campaign + "/invitations").at("total") == 2);  // Odile, Awa
    CHECK(given.letters("campaigns.invitation") == 2);
}

TEST_CASE("reminders go to who has neither finished nor declined nor stopped them, so often") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    const std::string mine = given.for_agents(campaign);
    const auto done = app.given_person({.name = "Fini", .organisation = "bureau"});
    const auto declined = app.given_person({.name = "Non", .organisation = "bureau"});
    app.given_person({.name = "Stop", .organisation = "bureau"});
    app.as(given.office)
        .post(campaign + "/invitations", {{"addresses",
                                           "awa@exemple.fr fini@exemple.fr non@exemple.fr "
                                           "stop@exemple.fr pas-encore@exemple.fr"}});
    given.run();
    CHECK(given.letters("campaigns.invitation") == 5);
    given.takes_part(done, mine);
    CHECK(app.as(declined).post(mine + "/refusal").status == 303);
    std::string key;
    app.read([&](db::Transaction& transaction) {
        transaction.run({"test.stop_key",
                         "SELECT stop_key FROM campaign_invitations WHERE email = "
                         "'stop@exemple.fr'"},
                        {}, [&](const db::Row& row) { key = row.text(0); });
    });
    app.as_visitor();
    const std::string stop = "/campaign-reminders/" + key;
    CHECK(app.get("/campaign-reminders/anything").status == 404);
    CHECK(app.post("/campaign-reminders/anything").status == 404);
    CHECK(given.seen(stop).at("stopped") == false);
    for (int times = 0; times < 2; ++times) CHECK(app.post(stop).status == 303);
    CHECK(given.seen(stop).at("stopped") == true);

    // Thirty days: reminders on the tenth and the twentieth, a Sunday, so on the Monday; each once.
    app.now += days{9};
    given.run();
    CHECK(given.letters("campaigns.reminder") == 0);
    app.now += days{1};
    for (int times = 0; times < 2; ++times) given.run();
    CHECK(given.letters("campaigns.reminder") == 2);  // Awa and the one not known yet
    app.now += days{10};
    given.run();
    CHECK(given.letters("campaigns.reminder") == 2);
    app.now += days{1};
    given.run();
    CHECK(given.letters("campaigns.reminder") == 4);
    app.now += days{20};
    given.run();
    CHECK(given.letters("campaigns.reminder") == 4);
}

TEST_CASE("a poster shows the link in clear, as a QR code and the code to type") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    app.as(given.office);
    const auto view = given.seen(campaign + "/poster");
    const auto code = json::value_to<std::string>(view.at("code"));
    const std::string link = "http://campus.test/my-campaigns/" + code;
    CHECK(json::value_to<std::string>(view.at("link")) == link);
    CHECK(view.at("minutes") == 15);
    // Its first row begins with the seven dark squares of a finder, inside the quiet zone.
    CHECK(json::value_to<std::string>(view.at("qr").at("path")).starts_with("M4 4h7v1h-7z"));
    CHECK(given.seen(campaign).at("qr") == view.at("qr"));
    for (const std::string& path : {campaign, campaign + "/poster"}) {
        const auto page = app.get(path);
        CHECK(page.body.contains("<svg class=\"campaigns-qr\""));
        CHECK(shows(page, "Code QR qui ouvre " + link));
        CHECK(shows(page, json::value_to<std::string>(view.at("shown_code"))));
    }
    CHECK(shows(app.get(campaign + "/poster"), "Environ 15 minutes"));
    CHECK(app.as(given.stranger).get(campaign + "/poster").status == 404);
    CHECK(app.as(given.agent).get(campaign + "/poster").status == 403);
}
