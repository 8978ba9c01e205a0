// SPDX-License-Identifier: EUPL-1.2
// The way of a request through the whole application: asking, the letter, deciding, the seat.
#include "given.hpp"

#include <doctest/doctest.h>

namespace json = boost::json;

TEST_CASE("an agent asks, the supervisor decides from the letter, the agent has a seat") {
    Ministry given;
    TestApp& app = given.app;
    const auto session = app.given_session({.seats = 5});

    // The session's button leads to the request, and a seat is not to be had otherwise.
    app.as(given.agent);
    CHECK(app.post("/sessions/" + id_of(session) + "/enrolments", {}, "json").status == 409);
    const auto form = app.get("/requests/new?session=" + id_of(session));
    CHECK(form.status == 200);
    const auto asked = app.post("/requests", given.answers(session));
    CHECK(asked.status == 303);

    const auto mine = app.json("/my-requests").at("open").as_array();
    REQUIRE(mine.size() == 1);
    CHECK(mine[0].at("state") == "to_decide");
    CHECK(mine[0].at("decider_name") == "Sabine Martin");
    CHECK(given.letters("agente@exemple.fr", "requests.received").size() == 1);

    const auto letters = given.letters("sabine@exemple.fr", "requests.to_decide");
    REQUIRE(letters.size() == 1);
    const std::string link = given.link_of(letters[0]);
    app.as_visitor();
    // Whatever opens the link, it decides nothing.
    for (int i = 0; i < 3; ++i) CHECK(shows(app.get(link), "Agente Martin"));
    CHECK(given.state_of(mine[0]) == "to_decide");

    app.as_visitor();
    const auto decided = app.post(link, {{"verdict", "favourable"}});
    CHECK(decided.status == 200);
    CHECK(shows(decided, "La demande est accordée."));
    CHECK(app.as(given.agent).json("/my-trainings").at("coming").as_array().size() == 1);
    const auto told = given.letters("agente@exemple.fr", "requests.decided");
    REQUIRE(told.size() == 1);
    CHECK(told[0].at("subject") == "requests.letter.approved.subject");
    CHECK(told[0].at("calendar").at("method") == "REQUEST");
    CHECK(told[0].at("calendar").at("text").as_string().find("METHOD:REQUEST") !=
          json::string::npos);
    CHECK(given.audited("requests.decide") == 1);

    // Once: then it asks to sign in.
    CHECK(shows(app.as_visitor().get(link), "déjà servi"));
    CHECK(app.post(link, {{"verdict", "unfavourable"}, {"reason", "Non"}}).status == 409);
    CHECK(app.as(given.agent).json("/my-trainings").at("coming").as_array().size() == 1);
}
