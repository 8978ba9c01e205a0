// SPDX-License-Identifier: EUPL-1.2
// What an organiser learns of who takes part: multiples of five, the same in all faces, fast.
#include "campaigns_model.hpp"

#include <doctest/doctest.h>

#include <chrono>

namespace json = boost::json;
using std::chrono::days;
using std::chrono::minutes;

namespace {

// Participations as they stand, `finished` of them with a finished test, `shared` of these shared.
void put(Given& given, const std::string& campaign, const std::vector<base::PersonId>& people,
         const std::string& organisation, int finished, int shared) {
    TestApp& app = given.app;
    const base::CampaignId id{std::stoll(campaign.substr(campaign.rfind('/') + 1))};
    const auto where = app.app().organisations.tree()->find(organisation)->id;
    app.database->write([&](db::Transaction& transaction) {
        int done = 0;
        for (const base::PersonId person : people) {
            const bool ended = done < finished;
            campaigns::Participation part{.began_at = app.now};
            part.test =
                app.app().positioning.put_finished(transaction, person, positioning::Scope::area,
                                                   "1", {{"1.1", 0.5}}, 7, 3, ended, app.now);
            if (ended) part.finished_at = app.now;
            if (done < shared) {
                part.shared = true;
                part.chosen_at = app.now;
            }
            ++done;
            app.app().campaigns.put(transaction, id, person, where, part);
        }
    });
}

const json::value& row(const json::value& page, std::size_t at) {
    return page.at("take_up").at("rows").as_array().at(at);
}

}  // namespace

TEST_CASE("take-up is told in multiples of five, down the tree, and changes by five") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    const auto bureau = given.people(20), guichet = given.people(12, "guichet");
    put(given, campaign, {bureau.begin(), bureau.begin() + 9}, "bureau", 7, 4);
    put(given, campaign, {guichet.begin(), guichet.begin() + 3}, "guichet", 3, 3);
    app.as(given.office);
    auto page = given.counted(campaign);
    CHECK(row(page, 0).at("code") == "ministere");
    CHECK(row(page, 0).at("agents") == 34);
    // Nine and three are twelve; how sums are told is tested beside the rules of suppression.
    CHECK(row(page, 0).at("started") == 5);
    CHECK(row(page, 0).at("shared").is_null());
    CHECK(row(page, 1).at("code") == "bureau");
    CHECK(row(page, 1).at("started") == 5);
    CHECK(row(page, 1).at("shared").is_null());
    CHECK(row(page, 2).at("started").is_null());
    const auto shown = app.get(campaign);
    CHECK(shows(shown, "au moins 5"));
    CHECK(shows(shown, "moins de 5"));
    CHECK(shows(shown, "au moins 14"));

    // One more, and later: nothing moves. A fifth since the last change: it does.
    put(given, campaign, {bureau[9]}, "bureau", 1, 1);
    app.now += minutes{2};
    CHECK(row(given.counted(campaign), 1) == row(page, 1));
    put(given, campaign, {bureau.begin() + 10, bureau.begin() + 15}, "bureau", 5, 5);
    // Looking counts nothing: what is shown is told with its time.
    const auto counted_at = given.seen(campaign).at("take_up").at("at");
    app.now += minutes{1};
    app.as(given.office);
    CHECK(row(given.seen(campaign), 1) == row(page, 1));
    CHECK(given.seen(campaign).at("take_up").at("at") == counted_at);
    page = given.counted(campaign);
    CHECK(page.at("take_up").at("at") != counted_at);
    CHECK(row(page, 1).at("started") == 15);
    CHECK(row(page, 1).at("shared") == 10);
    // Part of the tree.
    const auto part = given.seen(campaign + "?organisation=guichet");
    CHECK(row(part, 0).at("code") == "guichet");
    CHECK(part.at("take_up").at("above").at(0).at("name") == "Ministère");
    CHECK(row(given.seen(campaign + "?organisation=ailleurs"), 0).at("code") == "ministere");
    const auto csv = app.get(campaign + "/figures.csv").body;
    CHECK(csv.contains("bureau;Bureau;21;0;15"));
    CHECK(csv.contains("moins de 5"));
}

TEST_CASE("results are counted once, when the campaign is over, in multiples of five") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    const auto people = given.people(12);
    put(given, campaign, {people.begin(), people.begin() + 8}, "bureau", 8, 7);
    app.as(given.office);
    CHECK(given.seen(campaign + "/results").at("competences").as_array().empty());
    CHECK(shows(app.get(campaign + "/results"), "quand la campagne est close"));
    app.now += days{40};
    given.run();
    const auto results = app.as(given.office).json(campaign + "/results");
    CHECK(results.at("final") == true);
    CHECK(results.at("shared") == 5);
    REQUIRE(results.at("competences").as_array().size() == 3);
    for (const json::value& one : results.at("competences").as_array()) {
        int all = 0;
        for (const json::value& band : one.at("bands").as_array())
            if (!band.at("count").is_null()) all += band.at("count").to_number<int>();
        CHECK(all == 5);
    }
    CHECK(shows(app.get(campaign + "/results"), "Niveaux 1 et 2"));
    // Deleting a result afterwards changes nothing that was published.
    std::string test;
    app.as(people[0]);
    const auto history = given.seen("/positioning/history").at("tests").as_array();
    REQUIRE(history.size() == 1);
    CHECK(app.post("/positioning/" + std::to_string(history[0].at("id").as_int64()) + "/delete")
              .status == 303);
    app.now += days{1};
    CHECK(app.as(given.office).json(campaign + "/results") == results);

    // Fewer than five: no figure at all.
    const std::string small = given.published({{"opens", "2027-01-03"}, {"closes", "2027-02-01"}});
    put(given, small, {people.begin() + 8, people.begin() + 12}, "bureau", 4, 4);
    app.now += days{60};
    given.run();
    const auto none = app.as(given.office).json(small + "/results");
    CHECK(none.at("final") == true);
    CHECK(none.at("shared").is_null());
    CHECK(none.at("competences").as_array().empty());
    CHECK(shows(app.get(small + "/results"), "Moins de 5 agents"));
}

TEST_CASE("who shared a result of a mapped campaign of Pix takes part, once") {
    Given given;
    TestApp& app = given.app;
    const std::string without = given.published();
    const std::string campaign = given.published({{"takes_pix", "1"}});
    const auto people = given.people(15);
    const auto offered = app.read([&](db::Transaction& transaction) {
        return app.app().campaigns.run_below(transaction,
                                             app.app().organisations.tree()->find("etat")->id);
    });
    REQUIRE(offered.size() == 1);  // the one that takes Pix, of an organisation below
    CHECK(campaign.ends_with("/2"));
    CHECK(app.read([&](db::Transaction& transaction) {
                 return app.app().campaigns.run_below(
                     transaction, app.app().organisations.tree()->find("ailleurs")->id);
             })
              .empty());
    // As a reading of Pix leaves it: twelve shared, one of them by a contractor, and one only
    // begun.
    const auto contractor =
        app.given_person({.name = "Karl", .organisation = "bureau", .contractor = true});
    app.database->write([&](db::Transaction& transaction) {
        transaction.script("INSERT INTO pix_connections (id, code) VALUES (1, 'ministere')");
        transaction.run(
            {"test.pix_campaign",
             "INSERT INTO pix_campaigns (id, connection_id, pix_id, organisation, name, "
             "type, target_profile, code, campaign) "
             "VALUES (1, 1, 70, 'M', 'Socle', 'ASSESSMENT', '', 'SOCLE', $1)"},
            {offered[0].code});
        const auto takes_part = [&](base::PersonId person, bool shared) {
            transaction.run({"test.pix_participant",
                             "INSERT INTO pix_participants (id, connection_id, person_id, "
                             "pseudonym, agreed_at) VALUES ($1, 1, $1, $2, 0)"},
                            {person.value, "campus-" + std::to_string(person.value)});
            transaction.run({"test.pix_result",
                             "INSERT INTO pix_results (participant_id, campaign_id, shared, "
                             "shared_at, stage, stages, read_at) "
                             "VALUES ($1, 1, $2, $3, 0, 0, 1)"},
                            {person.value, shared, shared ? std::optional{1} : std::nullopt});
        };
        for (std::size_t i = 0; i < 11; ++i) takes_part(people[i], true);
        takes_part(contractor, true);
        takes_part(people[11], false);
    });
    // Three of them finished here, too, and count once: eleven.
    put(given, campaign, {people.begin(), people.begin() + 3}, "bureau", 3, 0);
    const auto page = given.counted(campaign);
    CHECK(row(page, 1).at("code") == "bureau");
    CHECK(row(page, 1).at("started") == 10);
    CHECK(row(page, 1).at("shared") == 5);  // eight
    CHECK(row(given.seen(without), 0).at("started").is_null());
    CHECK(shows(app.as(people[12]).get(given.for_agents(campaign)), "participer sur Pix"));
}

TEST_CASE("ten thousand invitations and participations are counted and shown in no time") {
    Given given;
    TestApp& app = given.app;
    const std::string campaign = given.published();
    const base::CampaignId id{std::stoll(campaign.substr(campaign.rfind('/') + 1))};
    constexpr int count = 10'000;
    const auto tree = app.app().organisations.tree();
    std::vector<identity::NewPerson> people;
    for (int i = 0; i < count; ++i)
        people.push_back({{.id = {},
                           .email = "p" + std::to_string(i) + "@exemple.fr",
                           .given_name = "P",
                           .usual_name = std::to_string(i)},
                          {.organisation = tree->find(i % 3 == 0 ? "guichet" : "bureau")->id,
                           .population = "etat",
                           .from = std::chrono::floor<days>(app.now) - days{1}},
                          {}});
    std::vector<base::PersonId> ids;
    app.database->write([&](db::Transaction& transaction) {
        ids = app.app().identity.add_all(transaction, people);
    });
    CHECK(app.as(given.office).post(campaign + "/invitations/all").status == 303);
    given.run();
    app.now += std::chrono::seconds{1};  // the job leaves others their turn
    given.run();
    CHECK(given.letters("campaigns.invitation") == count + 2);
    app.database->write([&](db::Transaction& transaction) {
        const auto test = app.app().positioning.put_finished(
            transaction, ids[0], positioning::Scope::area, "1", {}, 7, 3, true, app.now);
        for (int i = 0; i < count; i += 2)
            app.app().campaigns.put(transaction, id, ids[static_cast<std::size_t>(i)],
                                    tree->find(i % 3 == 0 ? "guichet" : "bureau")->id,
                                    {.test = test,
                                     .began_at = app.now,
                                     .finished_at = app.now,
                                     .chosen_at = app.now,
                                     .shared = true});
    });
    app.now += minutes{2};
    app.as(given.office);
    const auto before = app.database->stats().queries;
    const auto began = std::chrono::steady_clock::now();
    const auto page = given.counted(campaign);
    const auto counted_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
        std::chrono::steady_clock::now() - began);
    CHECK(app.database->stats().queries - before < 24);
    CHECK(row(page, 0).at("invited") == count + 2);
    const auto started = row(page, 0).at("started").to_number<int>();
    CHECK(started <= count / 2);
    CHECK(started >= count / 2 - 12);
    const auto again = app.database->stats().queries;
    CHECK(app.get(campaign).status == 200);
    CHECK(app.database->stats().queries - again < 14);
    MESSAGE("counting " << count << " invitations and half as many participations: "
                        << counted_ms.count() << " ms");
    CHECK(counted_ms < std::chrono::seconds{2});
    CHECK(app.get(campaign + "/invitations?page=100").status == 200);
}
