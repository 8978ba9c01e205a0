// SPDX-License-Identifier: EUPL-1.2
#include "mail/sending.hpp"
#include "test_app.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace json = boost::json;

namespace {

void given_letter(TestApp& app, std::optional<base::PersonId> person = {}) {
    app.database->write([&](db::Transaction& transaction) {
        mail::put(transaction,
                  {.to = {.person = person, .email = "a@exemple.fr", .name = "Camille <Élan>"},
                   .kind = "enrolments.seat",
                   .subject = "enrolments.notice.seated",
                   .paragraphs = {"enrolments.notice.withdrawn"},
                   .calendar = {{"REQUEST", "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}}},
                  app.now);
    });
}

const json::value& kind_of(const json::value& view, std::string_view name) {
    const json::array& kinds = view.at("kinds").as_array();
    const auto found = std::ranges::find_if(
        kinds, [&](const json::value& kind) { return kind.at("name").as_string() == name; });
    REQUIRE(found != kinds.end());
    return *found;
}

}  // namespace

TEST_CASE("each person chooses which letters they get, and in which language") {
    TestApp app;
    const auto me = app.given_person();
    CHECK(app.as_visitor().get("/me/mail", "json").status == 401);
    app.as(me);
    CHECK(shows(app.get("/me/mail"), "Ma place"));
    CHECK(kind_of(app.json("/me/mail"), "enrolments.seat").at("choice").as_string() == "at_once");

    CHECK(app.post("/me/mail", {{"enrolments.seat", "digest"}, {"language", "en"}}).status == 303);
    auto view = app.json("/me/mail");
    CHECK(kind_of(view, "enrolments.seat").at("choice").as_string() == "digest");
    CHECK(view.at("language").as_string() == "en");
    CHECK(app.post_json("/me/mail", {{"enrolments", {{"seat", "never"}}}}).status == 200);
    view = app.json("/me/mail");
    CHECK(kind_of(view, "enrolments.seat").at("choice").as_string() == "never");
    CHECK(view.at("language").as_string() == "en");
    CHECK(app.post("/me/mail", {{"enrolments.seat", "at_once"}}).status == 303);
    CHECK(kind_of(app.json("/me/mail"), "enrolments.seat").at("choice").as_string() == "at_once");

    // What the law needs is not among the choices, and sending it all the same changes nothing.
    CHECK(app.post("/me/mail", {{"requests.decided", "never"}}).status == 303);
    app.read([&](db::Transaction& transaction) {
        CHECK(mail::store::choices_of(transaction, me).empty());
    });
    const auto refused = app.post("/me/mail", {{"enrolments.seat", "weekly"}, {"language", "de"}});
    CHECK(refused.status == 422);
    CHECK(shows(refused, "Choisissez le français ou l’anglais."));
}

TEST_CASE("a demonstration shows every letter; a real site has no such page") {
    TestApp app;
    given_letter(app);
    const auto list = app.get("/demo/mail");
    CHECK(list.status == 200);
    CHECK(shows(list, "Votre place est confirmée."));
    const auto letter = app.get("/demo/mail/1");
    CHECK(shows(letter, "Bonjour Camille <Élan>,"));
    CHECK(letter.body.find("<Élan>") == std::string::npos);
    const auto html = app.get("/demo/mail/1/html");
    CHECK(html.status == 200);
    const auto policy = std::ranges::find(html.headers, "content-security-policy",
                                          [](const auto& header) { return header.first; });
    REQUIRE(policy != html.headers.end());
    CHECK(policy->second.find("sandbox") != std::string::npos);
    CHECK(policy->second.find("script-src") == std::string::npos);
    CHECK(app.get("/demo/mail/1/invitation.ics").body.starts_with("BEGIN:VCALENDAR"));
    CHECK(app.get("/demo/mail/1/message.eml").body.starts_with("Date: "));
    for (const char* path : {"/demo/mail/2", "/demo/mail/x", "/demo/mail/2/html"})
        CHECK(app.get(path).status == 404);

    app.configuration.demo = false;
    app.application = std::make_unique<app::Application>(app.configuration, *app.database);
    for (const char* path : {"/demo/mail", "/demo/mail/1", "/demo/mail/1/html",
                             "/demo/mail/1/message.eml", "/demo/mail/1/invitation.ics"})
        CHECK(app.get(path).status == 404);
}

TEST_CASE(
    "an administrator sees that letters wait for a relay, what came back, and puts it right") {
    TestApp app;
    app.given_organisation({.code = "etat", .name = "État", .kind = "etat"});
    const auto all = app.given_person({.organisation = "etat", .roles = {"administrator"}});
    const auto reader = app.given_person({.name = "Camille"});
    given_letter(app, reader);
    CHECK(app.as(reader).get("/administration/mail").status == 403);
    app.as(all);
    CHECK(shows(app.get("/administration/mail"), "Aucun serveur d’envoi"));
    CHECK(app.json("/administration/mail").at("counts").at("waiting").as_int64() == 1);

    app.database->write([&](db::Transaction& transaction) {
        mail::store::mark(transaction, 1, "bounced", "550 5.1.1 no such user");
        mail::store::refuse_address(transaction, "camille@exemple.fr", reader,
                                    "550 5.1.1 no such user", app.now);
    });
    CHECK(shows(app.get("/administration/jobs"), "2 courriels ou adresses demandent"));
    const auto page = app.get("/administration/mail");
    CHECK(shows(page, "550 5.1.1 no such user"));
    CHECK(shows(page, "camille@exemple.fr"));
    CHECK(shows(app.as(reader).get("/me/mail"), "Vos courriels nous reviennent"));

    app.as(all);
    CHECK(app.post("/administration/mail/accept", {{"email", "x@y"}}).status == 404);
    CHECK(app.post("/administration/mail/accept", {{"email", "camille@exemple.fr"}}).status == 303);
    CHECK_FALSE(shows(app.as(reader).get("/me/mail"), "Vos courriels nous reviennent"));
    app.as(all);
    CHECK(app.post("/administration/mail/again", {}, "json").body == R"({"letters":1})");
    CHECK(app.post("/administration/mail/again", {}, "json").body == R"({"letters":0})");
    CHECK(app.json("/administration/mail").at("counts").at("waiting").as_int64() == 1);
}

TEST_CASE("a machine with the secret delivers reports, nobody else") {
    TestApp app;
    const auto send = [&](const std::string& authorization, const std::string& report) {
        http::Request request;
        request.method = "POST";
        request.path = request.target = "/mail/bounces";
        request.headers = {{"host", "campus.test"},
                           {"accept", "application/json"},
                           {"content-type", "application/json"},
                           {"authorization", authorization}};
        request.body = json::serialize(json::object{{"report", report}});
        request.now = app.now;
        return app.send(request);
    };
    const std::string report =
        "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n"
        "\nReporting-MTA: dns; relais\n\nFinal-Recipient: rfc822; a@b\nAction: failed\n\n--x--\n";
    CHECK(send("", report).status == 401);
    CHECK(send("Bearer wrong", report).status == 401);
    CHECK(send("Bearer " + app.configuration.bounce_secret, "hello").status == 422);
    const auto received = send("Bearer " + app.configuration.bounce_secret, report);
    CHECK(received.status == 200);
    CHECK(received.body == R"({"result":"not_ours"})");
}
