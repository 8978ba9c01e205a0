// SPDX-License-Identifier: EUPL-1.2
#include "test_app.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace json = boost::json;

namespace {

std::string take_path(base::SessionId session) {
    return "/sessions/" + std::to_string(session.value) + "/enrolments";
}

std::string withdraw_path(const json::value& enrolment) {
    return "/enrolments/" + std::to_string(enrolment.at("id").as_int64()) + "/withdraw";
}

}  // namespace

TEST_CASE("an agent takes a seat, sees it in my trainings and gives it back") {
    TestApp app;
    const auto offer = app.given_offer({.title = "L’IA & <b>nous</b>"});
    const auto session = app.given_session({.offer = offer});
    app.as(app.given_person({.name = "Awa"}));

    const auto taken = app.post(take_path(session));
    CHECK(taken.status == 303);
    const auto page = app.get("/my-trainings");
    CHECK(shows(page, "L’IA & <b>nous</b>"));
    CHECK(shows(page, "Place confirmée"));
    CHECK(page.body.find("<b>nous</b>") == std::string::npos);

    const auto mine = app.json("/my-trainings");
    CHECK(mine.at("coming").as_array().size() == 1);
    CHECK(app.post(withdraw_path(mine.at("coming").at(0))).status == 303);
    CHECK(app.json("/my-trainings").at("coming").as_array().empty());
    CHECK(app.json("/my-trainings").at("past").at(0).at("state") == "withdrawn");
}

TEST_CASE("a program takes a seat over JSON and is told what it got") {
    TestApp app;
    const auto session = app.given_session({.seats = 1});
    app.as(app.given_person());
    const auto first = app.post_json(take_path(session), json::object{});
    CHECK(first.status == 201);
    CHECK(json::parse(first.body).at("state") == "seated");
    app.as(app.given_person());
    const auto second = app.post_json(take_path(session), json::object{});
    CHECK(json::parse(second.body).at("state") == "waiting");
    CHECK(json::parse(second.body).at("place") == 1);
}

TEST_CASE("a double click is one seat") {
    TestApp app;
    const auto session = app.given_session({.seats = 5});
    app.as(app.given_person());
    const auto first = app.post_json(take_path(session), json::object{});
    const auto second = app.post_json(take_path(session), json::object{});
    CHECK(second.status == 201);
    CHECK(json::parse(first.body).at("id") == json::parse(second.body).at("id"));
    const auto seats = app.read([&](db::Transaction& transaction) {
        return app.app().sessions.find(transaction, session)->seats;
    });
    CHECK(seats.taken == 1);
}

TEST_CASE("a freed seat is offered to the first who waits, and each sees the way ahead of them") {
    TestApp app;
    const auto session = app.given_session({.seats = 1});
    const auto holder = app.given_person();
    const auto first = app.given_person();
    const auto second = app.given_person();
    for (const auto person : {holder, first, second}) app.as(person).post(take_path(session));
    CHECK(app.as(second).json("/my-trainings").at("waiting").at(0).at("ahead") == 1);

    const auto seat = app.as(holder).json("/my-trainings").at("coming").at(0);
    CHECK(app.post(withdraw_path(seat)).status == 303);
    const auto offered = app.as(first).json("/my-trainings").at("to_answer").at(0);
    CHECK(offered.at("state") == "offered");
    CHECK(app.post("/enrolments/" + std::to_string(offered.at("id").as_int64()) + "/answer",
                   {{"accept", "1"}})
              .status == 303);
    CHECK(app.json("/my-trainings").at("coming").as_array().size() == 1);
    CHECK(app.as(second).json("/my-trainings").at("waiting").at(0).at("rank") == 1);

    // Whoever comes back stands behind those who waited meanwhile.
    app.as(holder).post(take_path(session));
    CHECK(app.json("/my-trainings").at("waiting").at(0).at("rank") == 2);
}

TEST_CASE(
    "more seats are offered to those who wait, fewer than taken refused; cancelling frees all") {
    TestApp app;
    const auto session = app.given_session({.seats = 1});
    const auto first = app.given_person();
    const auto second = app.given_person();
    app.as(first).post(take_path(session));
    app.as(second).post(take_path(session));
    auto& enrolments = app.app().enrolments;
    const auto set_capacity = [&](int seats) {
        return app.database->write([&](db::Transaction& transaction) {
            const auto before = app.app().sessions.find(transaction, session).value();
            auto after = before;
            after.seats.capacity = seats;
            return enrolments.session_changed(transaction, before, after, first, app.now);
        });
    };
    CHECK(set_capacity(2));
    CHECK(app.as(second).json("/my-trainings").at("to_answer").as_array().size() == 1);
    CHECK_FALSE(set_capacity(1));

    app.database->write([&](db::Transaction& transaction) {
        enrolments.session_cancelled(transaction, session, first, app.now);
    });
    CHECK(app.json("/my-trainings").at("past").at(0).at("state") == "cancelled");
}

TEST_CASE("who may not take a seat is told why: signed out, not eligible, unknown, too late") {
    TestApp app;
    catalogue::Offer rule;
    rule.eligibility.populations = {"territoriale"};
    const auto local = app.given_offer({.title = "Pour les collectivités", .offer = rule});
    const auto session = app.given_session({.offer = local});

    CHECK(app.as_visitor().post(take_path(session), {}, "json").status == 401);
    const auto visitor = app.post(take_path(session));
    CHECK(visitor.status == 303);

    app.as(app.given_person());
    const auto refused = app.post(take_path(session), {}, "json");
    CHECK(refused.status == 409);
    CHECK(shows(refused, "Réservée à un autre versant"));
    CHECK(app.post("/sessions/999999/enrolments").status == 404);
    CHECK(app.post("/sessions/abc/enrolments").status == 404);
    CHECK(app.post("/enrolments/999999/withdraw").status == 404);

    const auto open = app.given_session({.cancel_until_in = std::chrono::days{1}});
    app.post(take_path(open));
    const auto mine = app.json("/my-trainings").at("coming").at(0);
    app.now += std::chrono::days{2};
    app.as(app.given_person({.name = "Léa"}));
    CHECK(app.post(withdraw_path(mine)).status == 404);  // not hers
}

TEST_CASE("the organiser sees who comes and who waits, within the perimeter only") {
    TestApp app;
    app.given_organisation({.code = "etat", .name = "État", .kind = "etat"});
    app.given_organisation({.code = "dinum", .parent = "etat"});
    app.given_organisation({.code = "insee", .parent = "etat", .name = "Insee"});
    const auto session = app.given_session({.seats = 1});
    app.as(app.given_person({.name = "Chloé"})).post(take_path(session));
    app.as(app.given_person({.name = "Driss"})).post(take_path(session));
    const std::string roster = "/sessions/" + std::to_string(session.value) + "/roster";

    app.as(app.given_person({.organisation = "etat", .roles = {"organiser"}}));
    const auto page = app.get(roster);
    CHECK(shows(page, "Chloé Martin"));
    const auto view = app.json(roster);
    CHECK(view.at("seated").as_array().size() == 1);
    CHECK(view.at("waiting").at(0).at("name") == "Driss Martin");

    CHECK(app.as(app.given_person({.organisation = "insee", .roles = {"organiser"}}))
              .get(roster)
              .status == 403);
    CHECK(app.as(app.given_person()).get(roster).status == 403);
}

TEST_CASE("a seat has a calendar file, and a private feed that follows what happens") {
    TestApp app;
    const auto session = app.given_session();
    const auto agent = app.given_person();
    app.as(agent).post(take_path(session));
    const auto mine = app.json("/my-trainings").at("coming").at(0);
    const std::string file = "/enrolments/" + std::to_string(mine.at("id").as_int64()) + ".ics";
    const auto event = app.get(file);
    CHECK(event.content_type == "text/calendar; charset=utf-8");
    CHECK(shows(event, "METHOD:PUBLISH"));
    CHECK(shows(event, "DTSTART;TZID=Europe/Paris:20261223T090000"));
    CHECK(app.as(app.given_person()).get(file).status == 404);

    const auto made = app.as(agent).post("/my-trainings/feed", {}, "json");
    const std::string url{json::parse(made.body).at("url").as_string()};
    const std::string path = url.substr(std::string{"http://campus.test"}.size());
    const auto uid_of = [](const std::string& text) {
        const auto at = text.find("UID:");
        return text.substr(at, text.find('\r', at) - at);
    };
    const auto feed = app.as_visitor().get(path);
    CHECK(uid_of(feed.body) == uid_of(event.body));

    app.as(agent).post(withdraw_path(mine));
    const auto after = app.as_visitor().get(path);
    CHECK(shows(after, "STATUS:CANCELLED"));
    CHECK(shows(after, "SEQUENCE:1"));
    CHECK(uid_of(after.body) == uid_of(event.body));
    CHECK(shows(app.as(agent).get(file), "METHOD:CANCEL"));

    app.as(agent).post("/my-trainings/feed");  // a new address: the old one is dead
    CHECK(app.as_visitor().get(path).status == 404);
}
