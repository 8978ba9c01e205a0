// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"
#include "db/versions.hpp"
#include "test_bank.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>

namespace json = boost::json;

namespace {

// A small bank on 1.1 to 1.3, and an agent of whom it says that they can do nothing of 1.1 and 1.2
// and all of 1.3; the supervisor, a delegate of theirs, a colleague.
struct Given {
    explicit Given(TestApp& used) : app(used) {
        given_bank(app);
        agent = app.given_person({.name = "Awa"});
        supervisor = app.given_person({.name = "Sophie", .roles = {"supervisor"}});
        delegate = app.given_person({.name = "Denis"});
        colleague = app.given_person({.name = "Marc"});
        app.database->write([&](db::Transaction& transaction) {
            app.app().requests.put_supervisor(transaction, agent, supervisor, app.now);
        });
        app.as(agent);
    }

    void measure(double of_first_two = -4, std::uint64_t seed = 7,
                 positioning::Scope scope = positioning::Scope::area,
                 const std::string& code = "1") {
        app.database->write([&](db::Transaction& transaction) {
            app.app().positioning.put_finished(
                transaction, agent, scope, code,
                {{"1.1", of_first_two}, {"1.2", of_first_two}, {"1.3", 4}}, seed, 40, true,
                app.now);
        });
    }
    // 1.1, 1.2 and 1.3 at level 3.
    void aim() {
        REQUIRE(app.post("/my-plan/aim", {{"aim", "agreed"},
                                          {"level-1.1", "3"},
                                          {"level-1.2", "3"},
                                          {"level-1.3", "3"},
                                          {"agreed_on", "2026-11-20"},
                                          {"agreed_with", "Sophie Martin"}})
                    .status == 303);
    }
    base::OfferId offer(const std::string& title, std::vector<catalogue::Skill> skills, int hours,
                        const std::function<void(catalogue::Offer&)>& change = {}) {
        catalogue::Offer offer;
        offer.skills = std::move(skills);
        offer.duration_minutes = hours * 60;
        if (change) change(offer);
        return app.given_offer({.title = title, .offer = offer});
    }
    void ask_first() {
        const auto place = app.given_organisation();
        app.database->write([&](db::Transaction& transaction) {
            app.app().requests.put_circuit(transaction, place, {requests::Step{}}, app.now);
        });
    }
    json::value plan(const std::string& query = "") { return app.json("/my-plan" + query); }

    TestApp& app;
    base::PersonId agent, supervisor, delegate, colleague;
};

catalogue::Skill skill(const char* code, int from, int to) {
    return {"digcomp-2.2", code, from, to};
}

std::string slug_of(const json::value& planned) {
    return json::value_to<std::string>(planned.at("offer").at("slug"));
}

std::vector<std::string> slugs(const json::value& plan, const char* list = "steps") {
    std::vector<std::string> found;
    for (const json::value& one : plan.at(list).as_array()) found.push_back(slug_of(one));
    return found;
}

using Slugs = std::vector<std::string>;

}  // namespace

TEST_CASE("who was never positioned is led to the positioning, and nobody else reads a plan") {
    TestApp app;
    Given given(app);
    const auto page = app.get("/my-plan");
    CHECK(shows(page, "Pas encore de plan"));
    CHECK(page.body.contains("href=\"/positioning\""));
    CHECK_FALSE(given.plan().at("positioned").as_bool());
    app.as_visitor();
    CHECK(app.get("/my-plan").status == 303);
    CHECK(app.get("/my-plan", "json").status == 401);
    CHECK(app.post("/my-plan/share", {{"shared", "1"}}, "json").status == 401);
}

TEST_CASE("a plan says what each training closes, in which order, and where a seat is free") {
    TestApp app;
    Given given(app);
    given.measure();
    given.aim();
    const auto long_one = given.offer("Le long cours", {skill("1.1", 0, 3)}, 14);
    const auto short_one =
        given.offer("Les deux à la fois", {skill("1.1", 0, 2), skill("1.2", 0, 3)}, 7);
    given.offer("Sans rapport", {skill("4.1", 0, 3)}, 1);
    app.given_session({.offer = short_one, .seats = 5});
    app.given_session({.offer = short_one,
                       .seats = 3,
                       .in = std::chrono::days{10},
                       .enrolment_closes_in = std::chrono::days{9},
                       .cancel_until_in = std::chrono::days{9}});
    const json::value plan = given.plan();
    CHECK(plan.at("aim") == "agreed");
    CHECK(slugs(plan) == Slugs{"les-deux-a-la-fois", "le-long-cours"});
    const json::value& first = plan.at("steps").at(0);
    CHECK(first.at("closes").as_array().size() == 2);
    CHECK(first.at("levels").to_number<double>() > 2);
    CHECK(first.at("minutes") == 420);
    CHECK(first.at("way") == "seat");
    // By date.
    CHECK(first.at("sessions").as_array().size() == 2);
    CHECK(first.at("sessions").at(0).at("capacity") == 3);
    const json::value& second = plan.at("steps").at(1);
    // Beyond what the first one closed.
    CHECK(second.at("levels").to_number<double>() < 1.2);
    CHECK(second.at("sessions").as_array().empty());
    CHECK(second.at("way") == "page");
    CHECK(plan.at("minutes") == 21 * 60);
    CHECK(plan.at("reached") == 1);  // 1.3
    CHECK(plan.at("unclosed").as_array().empty());
    const auto page = app.get("/my-plan");
    CHECK(shows(page, "Les deux à la fois"));
    CHECK(shows(page, "Sophie Martin"));
    CHECK(shows(page, "au niveau 3"));
    CHECK(page.body.contains("action=\"/sessions/"));
    CHECK_FALSE(shows(page, "Sans rapport"));
    static_cast<void>(long_one);
}

TEST_CASE("what nothing closes is told, and so is what is not for the reader") {
    TestApp app;
    Given given(app);
    given.measure();
    given.aim();
    given.offer("Pour les villes", {skill("1.1", 0, 3)}, 7,
                [](auto& offer) { offer.eligibility.populations = {"territoriale"}; });
    const json::value plan = given.plan();
    CHECK(slugs(plan).empty());
    CHECK(slugs(plan, "barred") == Slugs{"pour-les-villes"});
    CHECK(plan.at("barred").at(0).at("why_not").at("code") == "catalogue.why_not.population");
    REQUIRE(plan.at("unclosed").as_array().size() == 2);
    for (const json::value& one : plan.at("unclosed").as_array()) {
        const bool barred = one.at("code") == "1.1";
        CHECK(one.at("why") == (barred ? "barred" : "none"));
        CHECK(one.at("learn").at(0).at("host") == "cyber.gouv.fr");
    }
    const auto page = app.get("/my-plan");
    CHECK(shows(page, "Ce que rien ne comble"));
    CHECK(shows(page, "Utiles, mais pas pour vous"));
}

TEST_CASE("filters make another plan, and say until when it lasts") {
    TestApp app;
    Given given(app);
    given.measure();
    given.aim();
    given.offer("Sur place", {skill("1.1", 0, 3)}, 2);
    given.offer("En ligne", {skill("1.1", 0, 3)}, 7, [](auto& offer) {
        offer.modalities = {"en-ligne"};
        offer.accessibility = "Sous-titres";
    });
    given.offer("In English", {skill("1.1", 0, 3)}, 20,
                [](auto& offer) { offer.languages = {"en"}; });
    CHECK(slugs(given.plan()) == Slugs{"sur-place"});
    CHECK(slugs(given.plan("?online=1")) == Slugs{"en-ligne"});
    CHECK(slugs(given.plan("?accessible=1")) == Slugs{"en-ligne"});
    CHECK(slugs(given.plan("?language=en")) == Slugs{"in-english"});
    CHECK(slugs(given.plan("?language=en&online=1")).empty());
    // Nothing at all closes 1.2.
    const json::value both = given.plan("?language=en&online=1");
    for (const json::value& one : both.at("unclosed").as_array())
        CHECK(one.at("why") == (one.at("code") == "1.1" ? "filtered" : "none"));
    CHECK(shows(app.get("/my-plan?language=en&online=1"), "Voir sans les filtres"));
    // Seven hours at two a week: three weeks and a half.
    CHECK(given.plan("?online=1&hours=2").at("ends_on") == "2026-12-18");
    CHECK(given.plan("?online=1&hours=7").at("ends_on") == "2026-11-30");
    for (const char* odd : {"?hours=0", "?hours=36", "?hours=x", "?language=zzz", "?online=maybe"})
        CHECK(given.plan(odd).at("ends_on").is_null());
}

TEST_CASE("one click leads to the request with its motivation, which the person may change") {
    TestApp app;
    Given given(app);
    given.ask_first();
    given.measure();
    given.aim();
    const auto offer = given.offer("Le cours", {skill("1.1", 0, 3)}, 7);
    const auto session = app.given_session({.offer = offer});
    CHECK(given.plan().at("steps").at(0).at("way") == "ask");
    const std::string url = "/my-plan/offers/le-cours/request";
    const std::string id = std::to_string(session.value);
    const auto asked = app.post(url, {{"session", id}});
    CHECK(asked.status == 303);
    const auto form = app.get("/requests/new?session=" + id);
    CHECK(shows(form, "convenu avec Sophie Martin le 20/11/2026"));
    CHECK(shows(form, "3 visé"));
    CHECK(app.json("/my-requests").at("open").at(0).at("draft").as_bool());
    CHECK(given.plan().at("steps").at(0).at("draft").as_bool());
    CHECK(shows(app.get("/my-plan"), "Reprendre ma demande"));
    // What the person wrote stays.
    const http::Pairs own{{"session", id},
                          {"regime", "training_plan"},
                          {"expertise", "novice"},
                          {"motivation", "Parce que je le veux."},
                          {"do", "draft"}};
    CHECK(app.post("/requests", own).status == 303);
    CHECK(app.post(url, {{"session", id}}).status == 303);
    CHECK(shows(app.get("/requests/new?session=" + id), "Parce que je le veux."));
    // Sent, it is under way and no step any more.
    http::Pairs sent = own;
    sent.back().second = "submit";
    CHECK(app.post("/requests", sent).status == 303);
    const json::value plan = given.plan();
    CHECK(slugs(plan).empty());
    CHECK(plan.at("under_way").at(0).at("state") == "asked");
    CHECK(app.post("/my-plan/offers/rien/request").status == 404);
    // Levels go into no address.
    for (const auto& [name, value] : asked.headers) CHECK_FALSE(value.contains("motivation"));
}

TEST_CASE("an offer is kept, put aside, done, and each of it taken back") {
    TestApp app;
    Given given(app);
    given.measure();
    given.aim();
    given.offer("Rapide", {skill("1.1", 0, 3)}, 2);
    given.offer("Lent", {skill("1.1", 0, 3)}, 20);
    const auto mark = [&](const std::string& slug, const char* word) {
        return app.post("/my-plan/offers/" + slug + "/mark", {{"mark", word}}).status;
    };
    CHECK(slugs(given.plan()) == Slugs{"rapide"});
    CHECK(mark("lent", "kept") == 303);
    CHECK(slugs(given.plan()) == Slugs{"lent"});
    CHECK(mark("lent", "none") == 303);
    given.offer("Hors sujet", {skill("4.1", 0, 3)}, 1);
    CHECK(mark("hors-sujet", "kept") == 303);
    CHECK(given.plan().at("idle").at(0).at("slug") == "hors-sujet");
    CHECK(shows(app.get("/my-plan"), "qui ne comblent plus d’écart"));
    CHECK(mark("hors-sujet", "none") == 303);
    CHECK(given.plan().at("idle").as_array().empty());
    CHECK(mark("rapide", "dismissed") == 303);
    CHECK(slugs(given.plan()) == Slugs{"lent"});
    CHECK(given.plan().at("dismissed").at(0).at("slug") == "rapide");
    CHECK(shows(app.get("/my-plan"), "Remettre dans le plan"));
    CHECK(mark("rapide", "none") == 303);
    CHECK(slugs(given.plan()) == Slugs{"rapide"});
    // Done: what it teaches is counted, and measured anew.
    app.now += std::chrono::hours{1};
    CHECK(mark("rapide", "done") == 303);
    const json::value plan = given.plan();
    CHECK(slugs(plan).empty());
    CHECK(plan.at("under_way").at(0).at("measure_url") == "/positioning?competences=1.1");
    CHECK(mark("rapide", "none") == 303);
    CHECK(slugs(given.plan()) == Slugs{"rapide"});
    CHECK(mark("rapide", "loved") == 422);
    CHECK(mark("rien", "kept") == 404);
    // Back to the plan as it was filtered, and nowhere else.
    const auto location = [&](const char* back) {
        const auto done = app.post("/my-plan/offers/lent/mark", {{"mark", "kept"}, {"back", back}});
        for (const auto& [name, value] : done.headers)
            if (name == "location" || name == "Location") return value;
        return std::string{};
    };
    CHECK(location("/my-plan?online=1") == "/my-plan?online=1");
    CHECK(location("//evil.example") == "/my-plan");
    CHECK(location("https://evil.example/my-plan?") == "/my-plan");
}

TEST_CASE("after a training a short positioning of its competences updates the plan") {
    TestApp app;
    Given given(app);
    given.measure();
    given.aim();
    const auto offer = given.offer("Le cours", {skill("1.1", 0, 3), skill("1.2", 0, 3)}, 7);
    const auto session = app.given_session({.offer = offer});
    CHECK(app.post("/sessions/" + std::to_string(session.value) + "/enrolments").status == 303);
    CHECK(given.plan().at("under_way").at(0).at("state") == "seated");
    CHECK(given.plan().at("under_way").at(0).at("measure_url").is_null());
    CHECK(given.plan().at("steps").as_array().empty());
    app.now += std::chrono::days{31};
    app.as(given.agent);
    const json::value after = given.plan();
    CHECK(after.at("under_way").at(0).at("state") == "attended");
    CHECK(after.at("under_way").at(0).at("measure_url") == "/positioning?competences=1.1%2C1.2");
    CHECK(after.at("competences").at(0).at("changed").as_bool());
    CHECK(after.at("competences").at(0).at("level").as_int64() <= 1);
    CHECK(after.at("competences").at(0).at("expected").as_int64() == 3);
    CHECK(app.get("/positioning?competences=1.1%2C1.2").body.contains("value=\"1.1\" checked"));
    const http::Response begun = app.post(
        "/positioning", {{"scope", "some"}, {"competence", "1.1"}, {"competence", "1.2"}}, "json");
    REQUIRE(begun.status == 201);
    const auto id = json::parse(begun.body).at("id").as_int64();
    CHECK(app.post("/positioning/" + std::to_string(id) + "/finish").status == 303);
    for (const http::Pairs& odd :
         {http::Pairs{{"scope", "some"}},
          {{"scope", "some"}, {"competence", "9.9"}},
          {{"scope", "some"}, {"competence", "1.1"}, {"competence", "1.1"}}})
        CHECK(app.post("/positioning", odd).status == 422);
    given.measure(4, 8, positioning::Scope::some, "1.1,1.2");
    CHECK(app.json("/positioning/history").at("tests").at(0).at("scope") == "some");
    const json::value plan = given.plan();
    CHECK(plan.at("under_way").as_array().empty());
    CHECK(plan.at("all_reached").as_bool());
    CHECK(shows(app.get("/my-plan"), "Vous avez atteint votre cible"));
    // The other one, measured before, is as it was.
    CHECK(plan.at("competences").at(2).at("reached").as_bool());
}

TEST_CASE("the supervisor and who stands in for them read a plan that is shared, nobody else") {
    TestApp app;
    Given given(app);
    given.measure();
    given.offer("Le cours", {skill("1.1", 0, 3)}, 7);
    given.offer("Écarté", {skill("1.1", 0, 3)}, 20);
    CHECK(app.post("/my-plan/offers/ecarte/mark", {{"mark", "dismissed"}}).status == 303);
    const std::string url = "/my-team/plans/" + std::to_string(given.agent.value);
    const auto reads = [&](base::PersonId reader) {
        const int status = app.as(reader).get(url).status;
        app.as(given.agent);
        return status;
    };
    // What stands in the list of what a team shares; the address of this plan, or nothing.
    const auto listed = [&](base::PersonId reader) {
        const auto people = app.as(reader).json("/my-team/plans").at("people").as_array();
        app.as(given.agent);
        return people.empty() ? std::string{}
                              : std::string{people.at(0).at("plan").as_string().c_str()};
    };
    CHECK(reads(given.supervisor) == 404);
    CHECK(listed(given.supervisor).empty());
    CHECK(shows(app.get("/my-plan/share"), "Sophie"));
    CHECK(app.post("/my-plan/share", {{"shared", "1"}}).status == 303);
    CHECK(app.post("/my-plan/share", {{"shared", "1"}}).status == 303);  // twice is once
    CHECK(shows(app.get("/my-plan"), "Votre plan est partagé avec"));
    CHECK(reads(given.supervisor) == 200);
    CHECK(reads(given.delegate) == 404);
    CHECK(reads(given.colleague) == 404);
    CHECK(reads(given.agent) == 404);  // one's own stands at /my-plan
    app.as(given.supervisor);
    const auto page = app.get(url);
    CHECK(shows(page, "Plan de formation de Awa"));
    CHECK(shows(page, "Le cours"));
    CHECK_FALSE(shows(page, "Offres écartées"));
    CHECK(app.json(url).at("dismissed").as_array().empty());
    CHECK_FALSE(page.body.contains("action=\"/my-plan"));
    CHECK(app.get("/my-team").body.contains("/my-team/plans"));
    CHECK(listed(given.supervisor) == url);
    CHECK(listed(given.delegate).empty());
    CHECK(listed(given.colleague).empty());
    app.as(given.supervisor);
    // Their delegate, on the days of the delegation.
    REQUIRE(app.post("/my-team/delegations", {{"delegate", "denis@exemple.fr"},
                                              {"from", "2026-11-23"},
                                              {"until", "2026-11-27"}})
                .status == 303);
    CHECK(reads(given.delegate) == 200);
    CHECK(listed(given.delegate) == url);
    app.now += std::chrono::days{7};
    CHECK(reads(given.delegate) == 404);
    CHECK(reads(given.supervisor) == 200);
    // Another supervisor: sharing ends.
    const auto next = app.given_person({.name = "Yves", .roles = {"supervisor"}});
    app.as(given.agent);
    REQUIRE(app.post("/my-supervisor", {{"supervisor_email", "yves@exemple.fr"}}).status == 303);
    CHECK(reads(given.supervisor) == 404);
    CHECK(reads(next) == 404);
    CHECK(listed(given.supervisor).empty());
    CHECK(listed(next).empty());
    CHECK(shows(app.get("/my-plan"), "n’est visible que de vous"));
    CHECK(app.post("/my-plan/share", {{"shared", "1"}}).status == 409);  // not confirmed yet
    // ... and does not begin again when the one before comes back.
    REQUIRE(app.post("/my-supervisor", {{"supervisor_email", "sophie@exemple.fr"}}).status == 303);
    const auto again = app.read([&](db::Transaction& transaction) {
        return app.app().requests.supervision_of(transaction, given.agent).value().id;
    });
    REQUIRE(app.app().requests.answer_supervision(given.supervisor, again, true, app.now));
    CHECK(reads(given.supervisor) == 404);
    // Who looked at the page while the supervisor changed does not share with somebody else.
    CHECK(app.post("/my-plan/share", {{"shared", "1"}, {"supervisor", std::to_string(next.value)}})
              .status == 409);
    CHECK(app.post("/my-plan/share",
                   {{"shared", "1"}, {"supervisor", std::to_string(given.supervisor.value)}})
              .status == 303);
    CHECK(reads(given.supervisor) == 200);
    CHECK(app.post("/my-plan/share", {{"shared", "0"}}).status == 303);
    CHECK(reads(given.supervisor) == 404);
    app.read([&](db::Transaction& transaction) {
        int shared = 0, kept = 0;
        transaction.run({"test", "SELECT action FROM audit_log WHERE action LIKE 'plans.%'"}, {},
                        [&](const db::Row& row) {
                            shared += row.text(0) == "plans.share";
                            kept += row.text(0) == "plans.keep_to_oneself";
                        });
        CHECK(shared == 2);
        CHECK(kept == 1);
    });
}

TEST_CASE("a shared result is read by who stands in for the supervisor, too") {
    TestApp app;
    Given given(app);
    given.measure();
    const auto test = app.read([&](db::Transaction& transaction) {
        return app.app().positioning.history(transaction, given.agent).front().id;
    });
    const std::string url = "/positioning/" + std::to_string(test.value);
    CHECK(app.post(url + "/share", {{"shared", "1"}}).status == 303);
    app.as(given.delegate);
    CHECK(app.get(url + "/result").status == 404);
    app.as(given.supervisor);
    REQUIRE(app.post("/my-team/delegations", {{"delegate", "denis@exemple.fr"},
                                              {"from", "2026-11-23"},
                                              {"until", "2026-11-27"}})
                .status == 303);
    CHECK(app.get("/my-team/plans").body.contains(url + "/result"));
    app.as(given.delegate);
    CHECK(app.get(url + "/result").status == 200);
    CHECK(app.get(url + "/answers").status == 404);
    app.as(given.colleague);
    CHECK(app.get(url + "/result").status == 404);
}

TEST_CASE(
    "what is aimed at: the core, a trade, an agreement; what is none comes back in the form") {
    TestApp app;
    Given given(app);
    given.measure();
    CHECK(given.plan().at("aim") == "core");
    CHECK(given.plan().at("competences").as_array().size() == 19);
    // Of the core only the first area was measured.
    CHECK_FALSE(given.plan().at("competences").at(5).at("known").as_bool());
    CHECK(app.post("/my-plan/aim", {{"aim", "trade"}, {"trade", "data-analyst"}}).status == 303);
    CHECK(given.plan().at("aim") == "trade");
    CHECK(shows(app.get("/my-plan"), "le métier"));
    CHECK(app.get("/my-plan/aim").body.contains("value=\"data-analyst\" selected"));
    const http::Pairs good{{"aim", "agreed"},
                           {"level-1.1", "3"},
                           {"agreed_on", "2026-11-20"},
                           {"agreed_with", "Sophie Martin"}};
    const auto with = [&](const char* name, const char* value) {
        http::Pairs form = good;
        for (auto& [field, text] : form)
            if (field == name) text = value;
        return app.post("/my-plan/aim", form);
    };
    CHECK(with("aim", "fame").status == 422);
    CHECK(with("level-1.1", "").status == 422);
    CHECK(with("level-1.1", "9").status == 422);
    CHECK(with("agreed_on", "2026-11-24").status == 422);  // tomorrow
    CHECK(with("agreed_on", "hier").status == 422);
    CHECK(with("agreed_with", "").status == 422);
    const auto page = with("agreed_with", "");
    CHECK(page.body.contains("value=\"2026-11-20\""));
    CHECK(app.post("/my-plan/aim", {{"aim", "trade"}, {"trade", "astronaut"}}).status == 422);
    CHECK(given.plan().at("aim") == "trade");
    CHECK(with("aim", "agreed").status == 303);
    CHECK(given.plan().at("competences").as_array().size() == 1);
    // The agreement stays when something else is aimed at.
    CHECK(app.post("/my-plan/aim", {{"aim", "core"}}).status == 303);
    CHECK(app.get("/my-plan/aim").body.contains("Sophie Martin"));
}

TEST_CASE("2,000 offers cost as many queries as three, and little time") {
    TestApp app;
    Given given(app);
    given.measure();
    const auto three = [&] {
        for (int i = 0; i < 3; ++i)
            app.given_session(
                {.offer = given.offer("Cours " + std::to_string(i),
                                      {skill("1.1", 0, 3), skill("1.2", 0, 2 + i)}, 7 + i)});
    };
    three();
    // All that a plan may have: a seat, a place, a reader.
    const auto sat = app.given_session({.offer = given.offer("Ailleurs", {}, 2)});
    CHECK(app.post("/sessions/" + std::to_string(sat.value) + "/enrolments").status == 303);
    CHECK(app.post("/my-plan/share", {{"shared", "1"}}).status == 303);
    const auto queries = [&] {
        given.plan();  // what is kept in memory
        const std::int64_t before = app.database->stats().queries;
        given.plan();
        return app.database->stats().queries - before;
    };
    const std::int64_t few = queries();
    MESSAGE("queries of /my-plan: " << few);
    // Who is signed in: 1. Counters, choices, employer, profile, seats, requests, the sessions of
    // both, coming sessions: 8; venues, where there are, 1. Who reads it, and whether they still
    // do: 4.
    CHECK(few <= 14);
    std::vector<catalogue::Exported> many;
    for (int i = 0; i < 2000; ++i) {
        catalogue::Offer offer;
        offer.title = "Offre de masse " + std::to_string(i);
        offer.summary = "Une parmi beaucoup.";
        offer.themes = {"design-et-accessibilite"};
        offer.modalities = {"en-ligne"};
        offer.duration_minutes = 60 + i % 600;
        const std::string area = std::to_string(1 + i % 4) + ".";
        offer.skills = {{"digcomp-2.2", area + "1", i % 3, 2 + i % 6},
                        {"digcomp-2.2", area + "2", i % 2, 2 + i % 5}};
        many.push_back({"masse-" + std::to_string(i), offer, app.now, {}});
    }
    REQUIRE(app.app().catalogue.import(catalogue::ImportFormat::json, catalogue::write_json(many),
                                       "dinum", std::nullopt, app.now));
    CHECK(queries() == few);
    const auto began = std::chrono::steady_clock::now();
    const json::value plan = given.plan();
    const auto took = std::chrono::steady_clock::now() - began;
    CHECK(plan.at("steps").as_array().size() >= 3);
    MESSAGE(
        "with 2,000 offers: " << std::chrono::duration_cast<std::chrono::microseconds>(took).count()
                              << " us");
    CHECK(took < std::chrono::milliseconds{250});
}

TEST_CASE("what is told of one's plan, what an erasure and time leave of it") {
    TestApp app;
    Given given(app);
    given.measure();
    given.aim();
    given.offer("Le cours", {skill("1.1", 0, 3)}, 7);
    CHECK(app.post("/my-plan/offers/le-cours/mark", {{"mark", "kept"}}).status == 303);
    CHECK(app.post("/my-plan/share", {{"shared", "1"}}).status == 303);
    auto& data = app.app().plans_data;
    CHECK(shows(app.get("/my-data"), "Votre plan de formation"));
    app.read([&](db::Transaction& transaction) {
        const json::object held = data.held(transaction, given.agent);
        CHECK(held.at("plan").at("agreed_with") == "Sophie Martin");
        CHECK(held.at("agreed_levels").as_array().size() == 3);
        CHECK(held.at("marked_offers").at(0).at("title") == "Le cours");
    });
    app.database->write([&](db::Transaction& transaction) {
        // The reader's erasure ends the sharing, and nothing else.
        CHECK(data.erase(transaction, given.supervisor, app.now).empty());
        CHECK_FALSE(app.app().plans.chosen(transaction, given.agent).shared_with);
        CHECK(data.retain(transaction, "plans", app.now, 10, privacy::Run::real) == 0);
        const auto later = app.now + std::chrono::seconds{1};
        CHECK(data.retain(transaction, "plans", later, 10, privacy::Run::dry) == 1);
        CHECK(data.erase(transaction, given.agent, app.now).size() == 1);
        CHECK(data.erase(transaction, given.agent, app.now).empty());
        CHECK(data.held(transaction, given.agent).empty());
        CHECK(data.retain(transaction, "plans", later, 10, privacy::Run::real) == 0);
    });
}
