// SPDX-License-Identifier: EUPL-1.2
#include "test_app.hpp"

#include <doctest/doctest.h>

#include <thread>

namespace json = boost::json;

namespace {

// The State above the service that owns the offers, another service, and an organiser at each.
struct Scene {
    TestApp app;
    base::PersonId organiser, above, elsewhere, agent;
    base::OfferId offer;

    Scene() {
        app.given_organisation({.code = "etat", .name = "État", .kind = "etat"});
        app.given_organisation({.code = "dinum", .parent = "etat"});
        app.given_organisation({.code = "insee", .parent = "etat", .name = "Insee"});
        organiser = app.given_person({.organisation = "dinum", .roles = {"organiser"}});
        above = app.given_person({.organisation = "etat", .roles = {"organiser"}});
        elsewhere = app.given_person({.organisation = "insee", .roles = {"organiser"}});
        agent = app.given_person();
        offer = app.given_offer({.title = "L’IA & <b>nous</b>"});
        app.as(organiser);
    }
};

const std::string slug = "l-ia-b-nous-b";

http::Pairs form_with(const http::Pairs& changes = {}) {
    http::Pairs form{{"offer", slug},
                     {"slots.0.date", "2026-12-15"},
                     {"slots.0.half", "day"},
                     {"video_link", "https://visio.example/salle"},
                     {"capacity", "12"},
                     {"language", "fr"},
                     {"note", "Venez avec un <ordinateur>"}};
    for (const auto& [name, value] : changes) {
        std::erase_if(form, [&](const auto& field) { return field.first == name; });
        form.emplace_back(name, value);
    }
    return form;
}

std::string path(base::SessionId session, const char* rest = "") {
    return "/sessions/" + std::to_string(session.value) + rest;
}

std::string location(const http::Response& response) {
    for (const auto& [name, value] : response.headers)
        if (name == "location") return value;
    return "";
}

std::int64_t revision_of(TestApp& app, const std::string& session) {
    return app.json(session).at("revision").as_int64();
}

}  // namespace

TEST_CASE("an organiser plans a session, opens it, and agents find it on the page of the offer") {
    Scene scene;
    auto& app = scene.app;
    CHECK(shows(app.get("/sessions"), "Aucune session ici"));
    CHECK(shows(app.get("/sessions/new"), "L’IA & <b>nous</b>"));
    CHECK(app.get("/sessions/new?offer=" + slug).status == 200);

    const auto made = app.post("/sessions", form_with());
    CHECK(made.status == 303);
    const std::string session = location(made);
    CHECK(app.json(session).at("status") == "draft");
    CHECK(app.json(session).at("slots").as_array().size() == 2);
    CHECK(app.json("/catalogue/" + slug).at("sessions").as_array().empty());
    CHECK(app.json("/sessions?state=draft").at("total") == 1);

    CHECK(app.post(session + "/open").status == 303);
    CHECK(app.post(session + "/open").status == 409);
    CHECK(app.json("/sessions").at("sessions").at(0).at("offer").at("slug") == "l-ia-b-nous-b");
    const auto page = app.as(scene.agent).get("/catalogue/" + slug);
    CHECK(shows(page, "<h3 class=\"campus-card__title\">mardi"));
    CHECK(shows(page, "Venez avec un <ordinateur>"));
    CHECK(page.body.find("visio.example") == std::string::npos);  // for those with a seat only
}

TEST_CASE("a program plans a session over JSON, open at once; sent twice it is one") {
    Scene scene;
    auto& app = scene.app;
    const json::value body = json::parse(R"({"offer": "l-ia-b-nous-b", "open": true,
        "slots": [{"date": "2026-12-01", "half": "am"}, {"date": "2026-12-02", "half": "pm"}],
        "video_link": "https://visio.example/a", "capacity": 5, "minimum": 2,
        "enrolment_closes_at": "2026-11-30T12:00"})");
    const auto made = app.post_json("/sessions", body);
    CHECK(made.status == 201);
    CHECK(json::parse(made.body).at("status") == "open");
    const auto session = app.json(location(made));
    CHECK(session.at("starts_at") == "2026-12-01T08:00:00Z");
    CHECK(session.at("ends_at") == "2026-12-02T16:30:00Z");
    CHECK(session.at("enrolment_closes_at") == "2026-11-30T11:00:00Z");

    const auto again = app.post_json("/sessions", body);
    CHECK(json::parse(again.body).at("id") == session.at("id"));
    CHECK(app.json("/sessions").at("total") == 1);
}

TEST_CASE("forms sent at the same moment are one session") {
    Scene scene;
    auto& app = scene.app;
    std::vector<std::string> made(6);
    {
        std::vector<std::jthread> threads;
        for (std::string& place : made)
            threads.emplace_back([&] { place = location(app.post("/sessions", form_with())); });
    }
    for (const std::string& place : made) CHECK(place == made.front());
    CHECK(app.json("/sessions?state=draft").at("total") == 1);
}

TEST_CASE("bad input is marked in its field and everything typed is kept") {
    Scene scene;
    auto& app = scene.app;
    const auto page = app.post("/sessions", form_with({{"slots.0.date", "demain"},
                                                       {"slots.5.date", "2026-12-16"},
                                                       {"slots.5.half", "pm"},
                                                       {"capacity", "beaucoup"},
                                                       {"enrolment_opens_at", "hier"}}));
    CHECK(page.status == 422);
    CHECK(shows(page, "href=\"#field-slots.0.date\""));
    CHECK(shows(page, "value=\"demain\""));
    CHECK(shows(page, "value=\"beaucoup\""));
    CHECK(shows(page, "value=\"hier\""));
    CHECK(shows(page, "value=\"2026-12-16\""));
    CHECK(shows(page, "Venez avec un <ordinateur>"));
    CHECK(shows(page, "id=\"error-slots.0\""));
    CHECK(shows(page, "id=\"error-capacity\""));

    CHECK(shows(page, "<details class=\"fr-mb-3w\" open>"));
    // Rows that nobody filled in come back as they were shown, and stay folded.
    CHECK_FALSE(shows(app.post("/sessions", form_with({{"slots.9.half", "day"}, {"capacity", ""}})),
                      "<details class=\"fr-mb-3w\" open>"));
    const auto problem = app.post("/sessions", form_with({{"capacity", "0"}}), "json");
    CHECK(problem.status == 422);
    CHECK(json::parse(problem.body).at("errors").at(0).at("field") == "capacity");
    CHECK(app.post_json("/sessions", json::parse(R"({"offer": "l-ia-b-nous-b", "slots": "x"})"))
              .status == 422);
    CHECK(app.post("/sessions", form_with({{"capacity", "99999999999999999999"}})).status == 422);
    CHECK(app.json("/sessions?state=draft").at("total") == 0);
}

TEST_CASE("a form that is older than the session is refused, kept, and may be sent again") {
    Scene scene;
    auto& app = scene.app;
    const std::string session = location(app.post("/sessions", form_with()));
    const auto old = std::to_string(revision_of(app, session));
    CHECK(app.post(session, form_with({{"revision", old}, {"note", "Première"}})).status == 303);
    const auto stale = app.post(session, form_with({{"revision", old}, {"note", "Seconde"}}));
    CHECK(stale.status == 409);
    CHECK(shows(stale, "Seconde"));
    const auto present = std::to_string(revision_of(app, session));
    CHECK(shows(stale, "name=\"revision\" value=\"" + present + "\""));
    CHECK(app.json(session).at("note") == "Première");
    CHECK(app.post(session, form_with({{"note", "Sans révision"}})).status == 409);
    CHECK(app.post(session, form_with({{"revision", present}, {"note", "Seconde"}})).status == 303);
    CHECK(app.json(session).at("note") == "Seconde");
}

TEST_CASE("another date tells the calendars, another note does not") {
    Scene scene;
    auto& app = scene.app;
    const std::string session = location(app.post("/sessions", form_with({{"open", "1"}})));
    const base::SessionId id{app.json(session).at("id").as_int64()};
    const auto sequence = [&] {
        return app.read([&](db::Transaction& transaction) {
            return app.app().sessions.find(transaction, id)->sequence;
        });
    };
    const auto change = [&](http::Pairs changes) {
        changes.emplace_back("revision", std::to_string(revision_of(app, session)));
        return app.post(session, form_with(changes)).status;
    };
    CHECK(change({{"note", "Autre"}}) == 303);
    CHECK(sequence() == 0);
    CHECK(change({{"slots.0.date", "2026-12-16"}}) == 303);
    CHECK(sequence() == 1);
    CHECK(change({{"slots.0.date", "2026-12-16"}, {"video_link", "https://autre.example"}}) == 303);
    CHECK(sequence() == 2);
}

TEST_CASE("more seats move those up who wait, fewer than taken are refused with the number") {
    Scene scene;
    auto& app = scene.app;
    const std::string session =
        location(app.post("/sessions", form_with({{"open", "1"}, {"capacity", "2"}})));
    for (int i = 0; i < 3; ++i) app.as(app.given_person()).post(session + "/enrolments");
    app.as(scene.organiser);
    const auto change = [&](const char* capacity) {
        return app.post(session, form_with({{"revision", std::to_string(revision_of(app, session))},
                                            {"capacity", capacity},
                                            {"note", capacity}}));
    };
    const auto fewer = change("1");
    CHECK(fewer.status == 422);
    CHECK(shows(fewer, "2 places sont déjà prises"));
    CHECK(app.json(session).at("note") == "Venez avec un <ordinateur>");  // nothing was saved
    CHECK(change("4").status == 303);
    CHECK(app.json(session).at("taken") == 3);
    CHECK(app.json(session).at("waiting") == 0);
}

TEST_CASE("calling off says first how many lose their seat, then frees all of them") {
    Scene scene;
    auto& app = scene.app;
    const auto session = app.given_session({.offer = scene.offer, .seats = 1});
    for (int i = 0; i < 3; ++i) app.as(app.given_person()).post(path(session, "/enrolments"));
    app.as(scene.organiser);
    const auto page = app.get(path(session, "/cancel"));
    CHECK(shows(page, "1 personne perd sa place"));
    CHECK(shows(page, "2 personnes perdent leur rang"));
    CHECK(app.json(path(session)).at("taken") == 1);

    const auto cancelled = app.post(path(session, "/cancel"), {}, "json");
    CHECK(json::parse(cancelled.body).at("seats_lost") == 1);
    CHECK(json::parse(cancelled.body).at("places_lost") == 2);
    CHECK(app.json(path(session)).at("taken") == 0);
    CHECK(app.post(path(session, "/cancel")).status == 409);
    CHECK(app.get(path(session, "/edit")).status == 409);
    CHECK(app.post(path(session), form_with({{"revision", "1"}})).status == 409);
    CHECK(shows(app.get("/catalogue/" + slug), "Cette session n’aura pas lieu"));
    CHECK(app.json("/sessions?state=cancelled").at("total") == 1);
}

TEST_CASE("a draft is deleted, and nobody sees it as cancelled") {
    Scene scene;
    auto& app = scene.app;
    const std::string session = location(app.post("/sessions", form_with()));
    CHECK(shows(app.get(session + "/cancel"), "Supprimer le brouillon"));
    CHECK(app.post(session + "/cancel").status == 303);
    CHECK(app.get(session).status == 404);
    CHECK(app.json("/sessions?state=cancelled").at("total") == 0);
}

TEST_CASE("a session is repeated with everything but its dates") {
    Scene scene;
    auto& app = scene.app;
    const std::string session = location(app.post("/sessions", form_with({{"capacity", "37"}})));
    const auto copy = app.get("/sessions/new?copy=" + session.substr(10));
    CHECK(copy.status == 200);
    CHECK(shows(copy, "value=\"37\""));
    CHECK(shows(copy, "https://visio.example/salle"));
    CHECK(copy.body.find("2026-12-15") == std::string::npos);
    CHECK(app.get("/sessions/new?copy=999999").status == 404);
    CHECK(app.get("/sessions/new?copy=abc").status == 404);
}

TEST_CASE("organisers act within their perimeter, others not at all") {
    Scene scene;
    auto& app = scene.app;
    const std::string session = location(app.post("/sessions", form_with()));
    const std::vector<std::string> pages{session, session + "/edit", session + "/cancel",
                                         "/sessions/new?offer=" + slug,
                                         "/sessions/new?copy=" + session.substr(10)};
    const std::vector<std::string> actions{session, session + "/open", session + "/cancel",
                                           "/sessions"};
    for (const auto person : {scene.elsewhere, scene.agent}) {
        app.as(person);
        for (const auto& page : pages) CHECK(app.get(page).status == 403);
        for (const auto& action : actions) CHECK(app.post(action, form_with()).status == 403);
    }
    CHECK(app.as(scene.elsewhere).json("/sessions?state=draft").at("total") == 0);
    CHECK(app.json("/sessions/new").at("offers").as_array().empty());
    CHECK(app.as(scene.agent).get("/sessions").status == 403);
    CHECK(app.as_visitor().get("/sessions", "json").status == 401);

    app.as(scene.above);
    CHECK(app.json("/sessions?state=draft").at("total") == 1);
    CHECK(app.get(session).status == 200);
    for (const char* wrong :
         {"/sessions/999999", "/sessions/abc", "/sessions/-1/edit",
          "/sessions/99999999999999999999/cancel", "/sessions/new?offer=rien", "/venues/rien/edit"})
        CHECK(app.get(wrong).status == 404);
    for (const char* wrong :
         {"/sessions/999999", "/sessions/abc/open", "/sessions/0/cancel", "/venues/rien"})
        CHECK(app.post(wrong, form_with()).status == 404);
    CHECK(app.post("/sessions", form_with({{"offer", "rien"}})).status == 404);
}

TEST_CASE("the list is by state, by offer and by page") {
    Scene scene;
    auto& app = scene.app;
    const auto other = app.given_offer({.title = "Autre formation"});
    for (int i = 0; i < 25; ++i)
        app.given_session({.offer = scene.offer, .in = std::chrono::days{60 - i}});
    app.given_session({.offer = other});
    app.as(scene.organiser);
    const auto list = app.json("/sessions");
    CHECK(list.at("total") == 26);
    CHECK(list.at("sessions").as_array().size() == 20);
    CHECK(list.at("sessions").at(0).at("offer").at("slug") == "autre-formation");
    CHECK(app.json("/sessions?page=2").at("sessions").as_array().size() == 6);
    CHECK(app.json("/sessions?page=99&state=huh").at("total") == 26);
    CHECK(app.json("/sessions?offer=autre-formation").at("total") == 1);
    CHECK(app.json("/sessions?offer=rien").at("total") == 0);
    app.now += std::chrono::days{45};
    app.as(scene.organiser);
    CHECK(app.json("/sessions?state=past").at("sessions").at(0).at("ended") == true);
    CHECK(shows(app.get("/sessions?state=past"), "Terminée"));
}

TEST_CASE("venues are added and kept up to date by their organisation, and used by all") {
    Scene scene;
    auto& app = scene.app;
    const http::Pairs venue{
        {"name", "Salle <bleue>"}, {"town", "Lille"}, {"capacity", "10"}, {"step_free", "1"}};
    CHECK(app.post("/venues", venue).status == 303);
    CHECK(app.post("/venues", venue).status == 409);
    const auto list = app.json("/venues").at("venues");
    CHECK(list.at(0).at("code") == "salle-bleue-lille");
    CHECK(list.at(0).at("step_free") == true);
    CHECK(shows(app.get("/venues"), "Salle <bleue>"));
    const auto bad = app.post("/venues", {{"name", ""}, {"town", "Nantes"}, {"capacity", "x"}});
    CHECK(bad.status == 422);
    CHECK(shows(bad, "value=\"Nantes\""));
    CHECK(shows(bad, "id=\"error-name\""));

    const auto small = app.post("/sessions", form_with({{"venue", "salle-bleue-lille"}}));
    CHECK(small.status == 422);
    CHECK(shows(small, "La salle n’a que 10 places"));
    CHECK(app.post("/sessions", form_with({{"venue", "salle-bleue-lille"}, {"capacity", "10"}}))
              .status == 303);

    const std::string edit = "/venues/salle-bleue-lille";
    CHECK(app.get(edit + "/edit").status == 200);
    const http::Pairs changed{{"name", "Salle verte"}, {"town", "Lille"}, {"revision", "0"}};
    CHECK(app.post(edit, changed).status == 303);
    CHECK(app.json("/venues").at("venues").at(0).at("name") == "Salle verte");
    const auto stale = app.post(edit, changed);
    CHECK(stale.status == 409);
    CHECK(shows(stale, "name=\"revision\" value=\"1\""));

    app.as(scene.elsewhere);
    CHECK(app.json("/venues").at("venues").at(0).at("can_change") == false);
    CHECK(app.get(edit + "/edit").status == 403);
    CHECK(app.post(edit, changed).status == 403);
    CHECK(app.post("/venues", {{"name", "A"}, {"town", "B"}, {"organisation", "dinum"}}).status ==
          422);
    CHECK(app.as(scene.agent).get("/venues").status == 403);
}
