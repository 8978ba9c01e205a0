// SPDX-License-Identifier: EUPL-1.2
// A ministry with an access to Pix (tests/pix/pix-server.mjs): what most tests of this slice begin
// with.
#pragma once
#include "node_process.hpp"
#include "test_app.hpp"

#include <boost/json.hpp>

#include <stdexcept>
#include <string>
#include <vector>

// Campaigns of ours, in place of those of the slice that runs them.
struct OneCampaign final : pix::OwnCampaigns {
    std::vector<One> run_below(db::Transaction&, base::OrganisationId) override {
        return {{"socle-2026", "Socle 2026"}};
    }
};

struct Given {
    NodeProcess pix{"pix/pix-server.mjs"};
    OneCampaign own;
    TestApp app;
    base::PersonId office, agent, other;
    static constexpr int campaign_at_pix = 70;

    explicit Given(int timeout_ms = 20'000,
                   const std::string& given_secret = "a-secret-of-the-tests")
        : app([&](app::Configuration& configuration) {
              configuration.pix = {
                  .connections = {{.code = "ministere",
                                   .organisation = "ministere",
                                   .url = "http://127.0.0.1:" + std::to_string(pix.port()),
                                   .application = "https://app.pix.example",
                                   .client_id = "campus",
                                   .client_secret = given_secret}},
                  .timeout_ms = timeout_ms};
          }) {
        app.app().pix.ask(own);
        app.given_organisation({.code = "etat", .name = "État", .kind = "etat"});
        app.given_organisation({.code = "ministere", .parent = "etat", .name = "Ministère"});
        app.given_organisation({.code = "bureau", .parent = "ministere", .name = "Bureau"});
        app.given_organisation({.code = "ailleurs", .parent = "etat", .name = "Ailleurs"});
        office = app.given_person(
            {.name = "Odile", .organisation = "ministere", .roles = {"training_office"}});
        agent = app.given_person({.name = "Awa", .organisation = "bureau"});
        other = app.given_person({.name = "Noé", .organisation = "bureau"});
        using boost::json::array;
        using boost::json::object;
        tell(object{{"organisations",
                     array{object{{"id", 1}, {"name", "Mon ministère"}, {"externalId", "M1"}}}},
                    {"campaigns", array{object{{"id", campaign_at_pix},
                                               {"organisation", 1},
                                               {"name", "Socle 2026"},
                                               {"type", "ASSESSMENT"},
                                               {"targetProfileName", "Socle"},
                                               {"code", "SOCLE2026"},
                                               {"createdAt", "2026-01-05T08:00:00.000Z"},
                                               {"archivedAt", nullptr}}}}});
    }

    boost::json::value tell(const boost::json::value& command) {
        pix.tell(boost::json::serialize(command));
        return pix.next();
    }
    // "path page" of each request since the last time, in order.
    std::vector<std::string> asked() {
        std::vector<std::string> list;
        const boost::json::value log = tell(boost::json::object{{"log", true}});
        for (const auto& one : log.as_array()) {
            std::string line = boost::json::value_to<std::string>(one.at("path"));
            if (!one.at("page").is_null() && one.at("page").to_number<int>() > 0)
                line += ' ' + std::to_string(one.at("page").to_number<int>());
            list.push_back(line);
        }
        return list;
    }
    void participations(const boost::json::array& list) {
        tell(boost::json::object{
            {"participations", boost::json::object{{std::to_string(campaign_at_pix), list}}}});
    }
    static boost::json::object participation(int id, const std::string& pseudonym,
                                             const boost::json::object& others = {}) {
        boost::json::object one{
            {"id", id},
            {"createdAt", "2026-11-01T08:00:00.000Z"},
            {"participantFirstName", "Prénom-" + std::to_string(id)},
            {"participantLastName", "Nom-" + std::to_string(id)},
            {"participantExternalId", pseudonym},
            {"status", "SHARED"},
            {"sharedAt", "2026-11-02T09:30:00.000Z"},
            {"campaignId", campaign_at_pix},
            {"masteryRate", 0.45},
            {"stages", {{"reachedStage", 2}, {"numberOfStages", 4}}},
            {"badges", boost::json::array{boost::json::object{{"id", 1},
                                                              {"title", "Socle acquis"},
                                                              {"isAcquired", true},
                                                              {"acquisitionPercentage", 100}},
                                          boost::json::object{{"id", 2},
                                                              {"title", "Expert"},
                                                              {"isAcquired", false},
                                                              {"acquisitionPercentage", 10}}}},
            {"tubes", boost::json::array{
                          boost::json::object{{"competenceId", "rec1"},
                                              {"id", "tube1"},
                                              {"maxLevel", 5},
                                              {"reachedLevel", 3},
                                              {"practicalTitle", "Choisir un mot de passe"}}}}};
        for (const auto& [name, value] : others) one[name] = value;
        return one;
    }
    // So many of people that we do not know.
    static boost::json::array strangers(int count, int from = 1000) {
        boost::json::array list;
        for (int i = 0; i < count; ++i)
            list.push_back(participation(from + i, "someone-" + std::to_string(i)));
        return list;
    }

    void run() { app.app().jobs.run_due(app.now); }
    // Asks for the campaigns and maps the one that there is; returns its address.
    std::string mapped() {
        must_be(app.as(office).post("/pix/ministere/campaigns").status, 303);
        run();
        const std::string path = "/pix/ministere/campaigns/" +
                                 std::to_string(campaign().at("id").to_number<std::int64_t>());
        must_be(app.as(office).post(path, {{"campaign", "socle-2026"}}).status, 303);
        return path;
    }
    boost::json::object campaign() {
        const auto page = app.as(office).json("/pix/ministere");
        return page.at("campaigns").as_array().at(0).as_object();
    }
    boost::json::object reading() { return campaign().at("reading").as_object(); }
    std::string problem() { return boost::json::value_to<std::string>(reading().at("problem")); }
    std::int64_t counted(const char* what) { return reading().at(what).to_number<std::int64_t>(); }
    std::string state() { return boost::json::value_to<std::string>(reading().at("state")); }

    // Agrees, and returns the pseudonym.
    std::string agrees(base::PersonId person, bool topics = false) {
        must_be(app.as(person)
                    .post("/my-pix/ministere/agreement",
                          {{"agree", "1"}, {"topics", topics ? "1" : "0"}})
                    .status,
                303);
        return boost::json::value_to<std::string>(mine(person).at("pseudonym"));
    }
    boost::json::object mine(base::PersonId person) {
        const auto page = app.as(person).json("/my-pix");
        return page.at("connections").as_array().at(0).as_object();
    }
    boost::json::array results(base::PersonId person) {
        const auto page = app.as(person).json("/my-pix");
        return page.at("results").as_array();
    }
    int audited(std::string_view action) {
        static constexpr db::Query count{"test.audited", R"sql(
            SELECT count(*) FROM audit_log WHERE action = $1
        )sql"};
        return app.read([&](db::Transaction& transaction) {
            int number = 0;
            transaction.run(count, {action},
                            [&](const db::Row& row) { number = static_cast<int>(row.integer(0)); });
            return number;
        });
    }

private:
    static void must_be(int status, int expected) {
        if (status != expected)
            throw std::runtime_error("status " + std::to_string(status) + " instead of " +
                                     std::to_string(expected));
    }
};
