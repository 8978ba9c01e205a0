// SPDX-License-Identifier: EUPL-1.2
// Passkeys, invitations, emergency administrators and the list of sign-ins, through the whole
// application.
#include "authenticator.hpp"
#include "base/zone.hpp"
#include "http/tokens.hpp"
#include "identity/rules_access.hpp"
#include "identity/totp.hpp"
#include "test_app.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <thread>

namespace json = boost::json;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

std::string cookie_of(const http::Response& response, std::string_view name) {
    for (const http::Cookie& cookie : response.cookies)
        if (cookie.name == name) return cookie.value;
    return {};
}

std::string text(const json::value& value) {
    return json::value_to<std::string>(value);
}

std::string key_of(const http::Response& refused) {
    return text(json::parse(refused.body).at("errors").at(0).at("key"));
}

// A browser with its own cookies, which may sign in and out.
struct Browser {
    TestApp& app;
    std::string session = {};
    std::string visitor = "visitor-of-this-browser-0000000000000000000";
    std::string address = "192.0.2.7";
    std::string user_agent =
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0";

    http::Request request(const std::string& method, const std::string& path) const {
        http::Request made;
        made.method = method;
        made.target = made.path = path;
        made.headers = {
            {"host", "campus.test"},
            {"accept", "application/json"},
            {"accept-language", "fr"},
            {"user-agent", user_agent},
            {"cookie", session.empty() ? std::string{http::visitor_cookie} + "=" + visitor
                                       : std::string{http::session_cookie} + "=" + session}};
        made.client = address;
        made.request_id = "test";
        made.now = app.now;
        return made;
    }
    http::Response get(const std::string& path, std::string_view accept = "application/json") {
        http::Request made = request("GET", path);
        made.headers[1].second = accept;
        return app.send(std::move(made));
    }
    http::Response post(const std::string& path, const json::value& body = json::object{}) {
        http::Request made = request("POST", path);
        made.headers.emplace_back("content-type", "application/json");
        made.headers.emplace_back("x-csrf-token",
                                  http::form_token(session.empty() ? visitor : session));
        made.body = json::serialize(body);
        http::Response answer = app.send(std::move(made));
        if (const auto cookie = cookie_of(answer, http::session_cookie); !cookie.empty())
            session = cookie;
        return answer;
    }
    json::value json_of(const std::string& path) {
        const auto answer = get(path);
        REQUIRE(answer.status == 200);
        return json::parse(answer.body);
    }

    // -- passkeys: what passkey.js does
    json::value options(const std::string& path) {
        const auto answer = post(path);
        REQUIRE_MESSAGE(answer.status == 200, answer.body);
        return json::parse(answer.body);
    }
    static json::object creation(Authenticator& key, const json::value& options,
                                 const Authenticator::Ways& ways = {}) {
        key.user_handle = text(options.at("user").at("id"));
        const std::string client =
            key.client_data("webauthn.create", text(options.at("challenge")), ways);
        return {{"id", key.id()},
                {"response",
                 {{"clientDataJSON", base::base64url_encode(client)},
                  {"attestationObject", base::base64url_encode(key.attestation(ways))}}}};
    }
    static json::object assertion(const Authenticator& key, const json::value& options,
                                  const Authenticator::Ways& ways = {}) {
        const std::string client =
            key.client_data("webauthn.get", text(options.at("challenge")), ways);
        const std::string data = key.data(ways, false);
        return {{"id", key.id()},
                {"response",
                 {{"clientDataJSON", base::base64url_encode(client)},
                  {"authenticatorData", base::base64url_encode(data)},
                  {"signature", base::base64url_encode(key.signature(client, data, ways))},
                  {"userHandle", key.user_handle}}}};
    }
    http::Response sign_in(Authenticator& key, const Authenticator::Ways& ways = {}) {
        return post("/sign-in/passkey",
                    assertion(key, options("/sign-in/passkey/challenge"), ways));
    }
    http::Response accept(const std::string& link, Authenticator& key) {
        return post(link + "/passkey", creation(key, options(link + "/challenge")));
    }
};

// DINUM with a team below it, and a town; an administrator and an organiser of DINUM.
struct Site : TestApp {
    Site() {
        given_organisation({.code = "dinum"});
        given_organisation({.code = "equipe", .parent = "dinum", .name = "Équipe"});
        given_organisation({.code = "rennes",
                            .name = "Ville de Rennes",
                            .kind = "collectivite",
                            .branch = "territoriale"});
        rosa = given_person({.name = "Rosa", .roles = {"administrator"}});
        paul = given_person({.name = "Paul", .roles = {"organiser"}});
        yann = given_person({.name = "Yann", .organisation = "rennes", .roles = {"administrator"}});
        awa = given_person({.name = "Awa"});
    }
    // The last letter of this kind to this address: its JSON.
    json::value letter(const std::string& email, const std::string& kind) {
        std::string found;
        read([&](db::Transaction& transaction) {
            transaction.run({"test.letter",
                             "SELECT letter FROM outbox WHERE email = $1 AND kind = $2 ORDER BY id "
                             "DESC LIMIT 1"},
                            {email, kind},
                            [&](const db::Row& row) { found = std::string{row.text(0)}; });
        });
        REQUIRE_MESSAGE(!found.empty(), "no letter " << kind << " to " << email);
        return json::parse(found);
    }
    int letters(const std::string& kind) {
        int count = 0;
        read([&](db::Transaction& transaction) {
            count =
                transaction.run({"test.letters", "SELECT id FROM outbox WHERE kind = $1"}, {kind});
        });
        return count;
    }
    std::string link(const std::string& email = "zoe@externe.fr") {
        return text(letter(email, "identity.invitation").at("action").at("url"));
    }
    int audited(const std::string& action) {
        int count = 0;
        read([&](db::Transaction& transaction) {
            count = transaction.run({"test.audit", "SELECT id FROM audit_log WHERE action = $1"},
                                    {action});
        });
        return count;
    }
    http::Response invite(base::PersonId by, const http::Pairs& changed = {}) {
        http::Pairs form{{"email", "Zoe@externe.fr"}, {"given_name", "Zoé"},
                         {"usual_name", "Roy"},       {"role", "trainer"},
                         {"organisation", "dinum"},   {"until", "2027-06-30"}};
        for (const auto& [name, value] : changed)
            for (auto& field : form)
                if (field.first == name) field.second = value;
        return as(by).post("/invitations", form, "json");
    }
    std::int64_t invitation() {
        return as(rosa).json("/invitations").at("invitations").at(0).at("id").as_int64();
    }
    // Zoé, invited and signed in.
    Browser given_zoe(Authenticator& key) {
        REQUIRE(invite(rosa).status == 201);
        Browser browser{*this};
        const auto answer = browser.accept(link(), key);
        REQUIRE_MESSAGE(answer.status == 200, answer.body);
        return browser;
    }
    base::PersonId rosa, paul, yann, awa;
};

}  // namespace

TEST_CASE("somebody invited sees by whom and for what, sets up a passkey and is signed in") {
    Site app;
    CHECK(app.invite(app.rosa).status == 201);
    const auto letter = app.letter("zoe@externe.fr", "identity.invitation");
    CHECK(letter.at("name") == "Zoé Roy");
    const std::string link = app.link();
    CHECK(link.starts_with("/invited/"));

    Browser browser{app};
    const auto page = browser.get(link, "text/html");
    CHECK(page.status == 200);
    for (const char* word :
         {"Rosa Martin", "Formateur", "Direction interministérielle du numérique", "30 juin 2027",
          "JavaScript"}) {
        CAPTURE(std::string{word});
        CHECK(shows(page, word));
    }
    const auto options = browser.options(link + "/challenge");
    CHECK(options.at("rp").at("id") == "campus.test");
    CHECK(options.at("user").at("name") == "zoe@externe.fr");
    CHECK(options.at("authenticatorSelection").at("userVerification") == "required");
    CHECK(options.at("authenticatorSelection").at("residentKey") == "required");
    CHECK(options.at("attestation") == "none");

    Authenticator key;
    const auto accepted = browser.accept(link, key);
    CHECK(accepted.status == 200);
    const auto me = browser.json_of("/me");
    CHECK(me.at("name") == "Zoé Roy");
    CHECK(me.at("roles").at(0).at("role") == "trainer");
    CHECK(me.at("affiliations").at(0).at("until") == "2027-06-30");
    CHECK(me.at("affiliations").at(0).at("contractor") == true);
    CHECK(app.audited("identity.invite") == 1);
    CHECK(app.audited("identity.accept_invitation") == 1);
    CHECK(app.as(app.rosa).json("/invitations").at("invitations").as_array().empty());

    // Later, from anywhere, with the passkey alone.
    Browser other{app};
    CHECK(other.sign_in(key).status == 200);
    CHECK(other.json_of("/me").at("name") == "Zoé Roy");
}

TEST_CASE("an invitation is used once, for seven days, until it is taken back, and says so") {
    Site app;
    Authenticator key, other;
    const auto says = [&](const std::string& link, const char* state, const char* words) {
        Browser browser{app};
        CHECK(browser.json_of(link).at("state") == state);
        CHECK(shows(browser.get(link, "text/html"), words));
        CHECK_FALSE(shows(browser.get(link, "text/html"), "zoe@externe.fr"));
        const auto refused = browser.post(link + "/challenge");
        CHECK(refused.status == 409);
        CHECK(key_of(refused) == std::string{"identity.invited."} + state);
    };
    REQUIRE(app.invite(app.rosa).status == 201);
    const std::string first = app.link();

    // Sent again: the link before is gone, the new one lives seven days from then.
    app.now += days{3};
    CHECK(app.as(app.rosa)
              .post("/invitations/" + std::to_string(app.invitation()) + "/send", {}, "json")
              .status == 200);
    const std::string second = app.link();
    CHECK(first != second);
    CHECK(Browser{app}.get(first).status == 404);
    app.now += days{7} - seconds{1};
    CHECK(Browser{app}.json_of(second).at("state") == "open");

    // Asked in time, answered too late.
    Browser slow{app};
    const auto options = slow.options(second + "/challenge");
    app.now += seconds{1};
    says(second, "expired", "sept jours");
    CHECK(key_of(slow.post(second + "/passkey", Browser::creation(key, options))) ==
          "identity.invited.expired");

    app.as(app.rosa).post("/invitations/" + std::to_string(app.invitation()) + "/send");
    const std::string third = app.link();
    // Two browsers at the same time: one of them.
    Browser one{app}, two{app};
    two.visitor[0] = 'V';
    const auto mine = one.options(third + "/challenge");
    const auto yours = two.options(third + "/challenge");
    CHECK(one.post(third + "/passkey", Browser::creation(key, mine)).status == 200);
    const auto late = two.post(third + "/passkey", Browser::creation(other, yours));
    CHECK(late.status == 409);
    CHECK(key_of(late) == "identity.invited.used");
    says(third, "used", "déjà servi");

    REQUIRE(app.invite(app.rosa, {{"email", "max@externe.fr"}}).status == 201);
    const std::string fourth = app.link("max@externe.fr");
    CHECK(app.as(app.rosa)
              .post("/invitations/" + std::to_string(app.invitation()) + "/revoke", {}, "json")
              .status == 200);
    says(fourth, "revoked", "annulé");
    CHECK(app.audited("identity.revoke_invitation") == 1);
    CHECK(app.letters("identity.invitation") == 4);
}

TEST_CASE(
    "one invites in one's perimeter, an organiser trainers only; an address waits for one "
    "invitation") {
    Site app;
    const auto why = [&](base::PersonId by, const http::Pairs& changed) {
        const auto answer = app.invite(by, changed);
        return answer.status == 201 ? "" : key_of(answer);
    };
    struct Row {
        base::PersonId by;
        http::Pairs changed;
        const char* why;
    };
    const Row rows[] = {
        {app.rosa, {{"organisation", "rennes"}}, "identity.why_not.outside_perimeter"},
        {app.rosa, {{"organisation", "nulle-part"}}, "identity.why_not.organisation_unknown"},
        {app.rosa, {{"role", "administrator"}}, "identity.invitation.why_not.role"},
        {app.rosa, {{"role", "agent"}}, "identity.invitation.why_not.role"},
        {app.rosa, {{"email", "zoe"}}, "identity.invitation.why_not.email"},
        {app.rosa, {{"given_name", ""}}, "identity.invitation.why_not.given_name"},
        {app.rosa, {{"usual_name", ""}}, "identity.invitation.why_not.usual_name"},
        {app.rosa, {{"until", ""}}, "identity.invitation.why_not.until_missing"},
        {app.rosa, {{"until", "2026-11-22"}}, "identity.invitation.why_not.until"},
        {app.rosa, {{"until", "2029-11-23"}}, "identity.invitation.why_not.until"},
        {app.rosa, {{"email", "awa@exemple.fr"}}, "identity.invitation.why_not.known"},
        {app.paul, {{"role", "organiser"}}, "identity.invitation.why_not.trainers_only"},
        {app.paul, {{"organisation", "rennes"}}, "identity.why_not.outside_perimeter"},
        {app.paul, {{"organisation", "equipe"}, {"until", "2026-11-23"}}, ""},
        {app.rosa, {}, "identity.invitation.why_not.waits"},
        {app.rosa, {{"email", "a@externe.fr"}, {"role", "organiser"}, {"until", "2029-11-22"}}, ""},
        {app.yann, {{"email", "b@externe.fr"}, {"organisation", "rennes"}}, ""},
    };
    for (const Row& row : rows) {
        CAPTURE(row.why);
        CHECK(why(row.by, row.changed) == row.why);
    }
    CHECK(app.invite(app.awa).status == 403);
    CHECK(app.as(app.awa).get("/invitations").status == 403);
    // Each sees their own, and cannot touch those of others.
    CHECK(app.as(app.rosa).json("/invitations").at("invitations").as_array().size() == 2);
    const auto rennes = app.as(app.yann).json("/invitations").at("invitations").as_array();
    CHECK(rennes.size() == 1);
    const std::string path = "/invitations/" + std::to_string(rennes[0].at("id").as_int64());
    for (const char* what : {"/send", "/revoke"})
        CHECK(app.as(app.rosa).post(path + what).status == 404);
    const auto seen = app.as(app.paul).json("/invitations").at("invitations");
    CHECK(seen.at(0).at("role") == "organiser");
    CHECK(seen.at(0).at("may_manage") == false);
    CHECK(app.post("/invitations/" + std::to_string(seen.at(0).at("id").as_int64()) + "/revoke")
              .status == 404);
    // A refused form comes back with what was typed.
    const auto form =
        app.as(app.rosa).post("/invitations", {{"email", "faux"}, {"given_name", "Zoé"}});
    CHECK(form.status == 422);
    CHECK(shows(form, "value=\"Zoé\""));
    CHECK(shows(form, "prenom.nom@exemple.fr"));
}

TEST_CASE("a role that was given by invitation ends with its last day, and so does the way in") {
    Site app;
    Authenticator key;
    REQUIRE(app.invite(app.rosa, {{"until", "2026-11-25"}}).status == 201);
    Browser zoe{app};
    REQUIRE(zoe.accept(app.link(), key).status == 200);
    // The last minute of the last day, in Paris.
    app.now =
        base::paris_time(std::chrono::sys_days{std::chrono::year{2026} / 11 / 26}, {}) - minutes{1};
    app.app().jobs.run_due(app.now);
    CHECK(Browser{app}.sign_in(key).status == 200);
    Browser last{app};
    REQUIRE(last.sign_in(key).status == 200);
    app.now += minutes{1};
    app.app().jobs.run_due(app.now);
    CHECK(last.get("/me").status == 401);
    const auto refused = Browser{app}.sign_in(key);
    CHECK(refused.status == 409);
    CHECK(key_of(refused) == "identity.passkey.why_not.over");
    app.now += hours{1};  // lists count days in UTC
    const auto people = app.as(app.rosa).json("/people?q=zoe@");
    CHECK(people.at("people").as_array().empty());
}

TEST_CASE("signing in with a passkey is refused for whatever is not right, and tells why") {
    Site app;
    Authenticator key;
    key.counter = 1;
    app.given_zoe(key);
    const auto why = [&](const Authenticator::Ways& ways) {
        ++key.counter;
        Browser browser{app};
        const auto answer = browser.sign_in(key, ways);
        CHECK(browser.session.empty() == (answer.status != 200));
        return answer.status == 200
                   ? ""
                   : key_of(answer).substr(sizeof("identity.passkey.why_not.") - 1);
    };
    CHECK(why({}) == "");
    CHECK(why({.origin = "http://evil.test"}) == "origin");
    CHECK(why({.rp_id = "evil.test"}) == "relying_party");
    CHECK(why({.flags = 1}) == "not_verified");
    CHECK(why({.break_signature = true}) == "signature");
    CHECK(why({.type = "webauthn.create"}) == "ceremony");
    CHECK(why({}) == "");

    key.counter = 2;  // as a copy of it would
    CHECK(why({}) == "counter");
    CHECK(app.audited("identity.passkey_counter_went_back") == 1);
    key.counter = 20;

    Browser browser{app};
    auto options = browser.options("/sign-in/passkey/challenge");
    const auto answer = Browser::assertion(key, options);
    // In another browser, of its own challenge, and twice.
    Browser stranger{app};
    stranger.visitor[0] = 'S';
    CHECK(key_of(stranger.post("/sign-in/passkey", answer)) ==
          "identity.passkey.why_not.challenge");
    // It was used up by that: an answer is shown once, to whomever.
    CHECK(key_of(browser.post("/sign-in/passkey", answer)) == "identity.passkey.why_not.challenge");
    options = browser.options("/sign-in/passkey/challenge");
    ++key.counter;
    const auto second = Browser::assertion(key, options);
    CHECK(browser.post("/sign-in/passkey", second).status == 200);
    CHECK(key_of(Browser{app}.post("/sign-in/passkey", second)) ==
          "identity.passkey.why_not.challenge");

    // A challenge that we did not make, one for something else, one that is too old.
    Browser late{app};
    json::value invented = late.options("/sign-in/passkey/challenge");
    invented.as_object()["challenge"] = std::string(43, 'A');
    CHECK(key_of(late.post("/sign-in/passkey", Browser::assertion(key, invented))) ==
          "identity.passkey.why_not.challenge");
    options = late.options("/sign-in/passkey/challenge");
    app.now += minutes{10};
    CHECK(key_of(late.post("/sign-in/passkey", Browser::assertion(key, options))) ==
          "identity.passkey.why_not.challenge");

    // Somebody else's name on it; a key that is not here; nothing at all.
    options = late.options("/sign-in/passkey/challenge");
    auto renamed = Browser::assertion(key, options);
    renamed["response"].as_object()["userHandle"] = std::string(43, 'B');
    CHECK(key_of(late.post("/sign-in/passkey", renamed)) == "identity.passkey.why_not.unknown");
    Authenticator unknown;
    CHECK(key_of(late.sign_in(unknown)) == "identity.passkey.why_not.unknown");
    CHECK(key_of(late.post("/sign-in/passkey")) == "identity.passkey.why_not.malformed");
    renamed["response"].as_object()["signature"] = "not base64!";
    CHECK(key_of(late.post("/sign-in/passkey", renamed)) == "identity.passkey.why_not.malformed");
    // The form token guards it, too.
    http::Request forged = late.request("POST", "/sign-in/passkey/challenge");
    CHECK(app.send(std::move(forged)).status == 403);
}

TEST_CASE("a person has several passkeys, names and removes them, but never their last way in") {
    Site app;
    Authenticator first, second;
    Browser zoe = app.given_zoe(first);
    const auto add = [&](Browser& who, Authenticator& key) {
        return who.post("/me/passkeys",
                        Browser::creation(key, who.options("/me/passkeys/challenge")));
    };
    auto list = zoe.json_of("/me/passkeys").at("passkeys").as_array();
    REQUIRE(list.size() == 1);
    CHECK(list[0].at("may_remove") == false);
    CHECK(list[0].at("browser") == "firefox");
    CHECK(list[0].at("system") == "windows");
    const std::string path = "/me/passkeys/" + std::to_string(list[0].at("id").as_int64());
    const auto last = zoe.post(path + "/remove");
    CHECK(last.status == 409);
    CHECK(key_of(last) == "identity.passkeys.last");

    // The authenticator is told which keys it has already.
    CHECK(text(zoe.options("/me/passkeys/challenge").at("excludeCredentials").at(0).at("id")) ==
          first.id());
    CHECK(add(zoe, second).status == 201);
    CHECK(first.user_handle == second.user_handle);
    CHECK(add(zoe, second).status == 409);
    CHECK(app.letters("identity.passkeys") == 1);
    CHECK(zoe.post(path + "/name", {{"name", "Téléphone"}}).status == 200);
    CHECK(zoe.post(path + "/name", {{"name", std::string(61, 'x')}}).status == 422);
    CHECK(zoe.json_of("/me/passkeys").at("passkeys").at(0).at("name") == "Téléphone");

    // Nobody touches another's.
    Browser awa{app, app.app().identity.sign_in(app.awa, app.now)};
    for (const char* what : {"/name", "/remove"})
        CHECK(awa.post(path + what, {{"name", "x"}}).status == 404);
    // Nor adds with what another was asked.
    Authenticator third;
    const auto asked = zoe.options("/me/passkeys/challenge");
    CHECK(key_of(awa.post("/me/passkeys", Browser::creation(third, asked))) ==
          "identity.passkey.why_not.challenge");

    CHECK(zoe.post(path + "/remove").status == 200);
    CHECK(app.letters("identity.passkeys") == 2);
    CHECK(key_of(Browser{app}.sign_in(first)) == "identity.passkey.why_not.unknown");
    CHECK(Browser{app}.sign_in(second).status == 200);

    // Who came with ProConnect has another way in.
    REQUIRE(add(awa, third).status == 201);
    const auto hers = awa.json_of("/me/passkeys").at("passkeys").at(0);
    CHECK(hers.at("may_remove") == true);
    CHECK(awa.post("/me/passkeys/" + std::to_string(hers.at("id").as_int64()) + "/remove").status ==
          200);

    // At a screen that was left: only who has just signed in adds one.
    app.now += std::chrono::minutes{15};
    CHECK(awa.json_of("/me/passkeys").at("fresh") == true);
    app.now += std::chrono::seconds{1};
    CHECK(awa.json_of("/me/passkeys").at("fresh") == false);
    CHECK(key_of(awa.post("/me/passkeys/challenge")) == "identity.passkeys.sign_in_again");
    app.now -= std::chrono::seconds{1};

    // Ten, and not one more.
    for (int i = 0; i < 9; ++i) {
        Authenticator more;
        CHECK(add(zoe, more).status == 201);
    }
    CHECK(zoe.post("/me/passkeys/challenge").status == 409);
    CHECK(zoe.json_of("/me/passkeys").at("may_add") == false);
}

TEST_CASE(
    "who lost their passkey gets a link from an administrator, and what was lost is of no use") {
    Site app;
    Authenticator lost, fresh;
    Browser zoe = app.given_zoe(lost);
    const auto id = app.as(app.rosa).json("/people?q=zoe@").at("people").at(0).at("id").as_int64();
    const std::string path = "/people/" + std::to_string(id) + "/recovery";
    CHECK(shows(app.get("/people/" + std::to_string(id)), "Envoyer un lien"));
    CHECK(app.as(app.paul).post(path).status == 403);
    CHECK(app.as(app.yann).post(path).status == 404);
    CHECK(app.as(app.rosa).post("/people/" + std::to_string(app.awa.value) + "/recovery").status ==
          409);
    CHECK(app.as(app.rosa).post("/people/" + std::to_string(app.rosa.value) + "/recovery").status ==
          422);
    CHECK(app.as(app.rosa).post(path).status == 303);
    const std::string before = app.link();
    CHECK(app.post(path).status == 303);  // asked again: the link before is taken back
    CHECK(Browser{app}.json_of(before).at("state") == "revoked");
    CHECK(Browser{app}.sign_in(lost).status == 200);

    Browser again{app};
    CHECK(shows(again.get(app.link(), "text/html"), "anciennes clés d’accès"));
    CHECK(again.accept(app.link(), fresh).status == 200);
    CHECK(again.json_of("/me").at("roles").at(0).at("role") == "trainer");
    CHECK(again.json_of("/me/passkeys").at("passkeys").as_array().size() == 1);
    CHECK(zoe.get("/me").status == 401);
    CHECK(key_of(Browser{app}.sign_in(lost)) == "identity.passkey.why_not.unknown");
    CHECK(Browser{app}.sign_in(fresh).status == 200);
}

TEST_CASE(
    "an emergency administrator signs in with password and code, for an hour, and all are told") {
    Site app;
    Browser browser{app};
    CHECK(browser.get("/sign-in/emergency").status == 404);
    CHECK(browser.post("/sign-in/emergency").status == 404);
    auto& emergency = app.app().emergency;
    const std::string password = "une phrase assez longue";
    CHECK(
        emergency.create("rosa@exemple.fr", "trop court", app.now).error().reasons[0].message_key ==
        "identity.emergency.password_short");
    CHECK(emergency.create("awa@exemple.fr", password, app.now).error().reasons[0].message_key ==
          "identity.emergency.not_administrator");
    CHECK(emergency.create("paul@exemple.fr", password, app.now).error().reasons[0].message_key ==
          "identity.emergency.not_administrator");
    CHECK(emergency.create("personne@exemple.fr", password, app.now).error().kind ==
          base::ErrorKind::not_found);
    const auto key = emergency.create("Rosa@exemple.fr", password, app.now);
    REQUIRE(key);
    CHECK(browser.get("/sign-in/emergency", "text/html").status == 200);

    const auto code = [&] { return identity::totp::code(*key, identity::totp::step_of(app.now)); };
    const auto attempt = [&](Browser& who, const std::string& email, const std::string& word,
                             const std::string& digits) {
        return who.post("/sign-in/emergency",
                        {{"email", email}, {"password", word}, {"code", digits}});
    };
    for (const auto& [email, word, digits] :
         {std::tuple{"rosa@exemple.fr", "une autre phrase longue", code()},
          std::tuple{"rosa@exemple.fr", password.c_str(), std::string{"000000"}},
          std::tuple{"awa@exemple.fr", password.c_str(), code()},
          std::tuple{"", "", std::string{}}}) {
        const auto refused = attempt(browser, email, word, digits);
        CHECK(refused.status == 422);
        CHECK(key_of(refused) == "identity.emergency.wrong");
    }
    const std::string used = code();
    CHECK(attempt(browser, "ROSA@exemple.fr", password, used).status == 200);
    CHECK(shows(browser.get("/", "text/html"), "Session de secours."));
    CHECK(browser.json_of("/me/sign-ins").at("sign_ins").at(0).at("way") == "emergency");
    CHECK(key_of(browser.post("/me/passkeys/challenge")) == "identity.passkeys.not_in_emergency");
    CHECK(app.audited("identity.emergency_sign_in") == 1);
    // Rosa is the administrator of the one root, Yann of the other.
    CHECK(app.letters("identity.emergency") == 2);
    CHECK(app.letter("yann@exemple.fr", "identity.emergency").at("subject") ==
          "identity.mail.emergency.subject");
    // An ordinary session has no banner.
    CHECK_FALSE(shows(app.as(app.rosa).get("/"), "Session de secours."));

    // The same code again, also from elsewhere; the next one is good.
    Browser thief{app};
    thief.address = "198.51.100.9";
    CHECK(attempt(thief, "rosa@exemple.fr", password, used).status == 422);
    app.now += seconds{30};
    CHECK(attempt(thief, "rosa@exemple.fr", password, code()).status == 200);

    app.now += hours{1} - seconds{31};
    CHECK(browser.get("/me").status == 200);
    app.now += seconds{1};
    CHECK(browser.get("/me").status == 401);

    CHECK(thief.get("/me").status == 200);
    CHECK(emergency.all().size() == 1);
    REQUIRE(emergency.disable("rosa@exemple.fr", app.now));
    CHECK(thief.get("/me").status == 401);
    CHECK_FALSE(emergency.disable("rosa@exemple.fr", app.now));
    CHECK(Browser{app}.get("/sign-in/emergency").status == 404);
}

TEST_CASE("failed emergency sign-ins lock the account and the address, longer each time") {
    Site app;
    const std::string password = "une phrase assez longue";
    const auto key = app.app().emergency.create("rosa@exemple.fr", password, app.now).value();
    const auto attempt = [&](const std::string& word, const std::string& address,
                             const char* email = "rosa@exemple.fr") {
        Browser browser{app};
        browser.address = address;
        const auto answer =
            browser.post("/sign-in/emergency",
                         {{"email", email},
                          {"password", word},
                          {"code", identity::totp::code(key, identity::totp::step_of(app.now))}});
        return answer.status == 200 ? "" : key_of(answer);
    };
    const std::string locked = "identity.emergency.locked";
    for (int i = 0; i < 5; ++i)
        CHECK(attempt("une phrase bien fausse", "192.0.2." + std::to_string(i)) ==
              "identity.emergency.wrong");
    // Now even what is right waits, from anywhere; a minute, then two.
    CHECK(attempt(password, "192.0.2.50") == locked);
    app.now += seconds{59};
    CHECK(attempt(password, "192.0.2.50") == locked);
    app.now += seconds{1};
    CHECK(attempt("une phrase bien fausse", "192.0.2.50") == "identity.emergency.wrong");
    app.now += seconds{119};
    CHECK(attempt(password, "192.0.2.50") == locked);
    app.now += seconds{1};
    CHECK(attempt(password, "192.0.2.50") == "");
    // Signing in forgets them.
    app.now += seconds{30};
    CHECK(attempt("une phrase bien fausse", "192.0.2.50") == "identity.emergency.wrong");
    CHECK(attempt(password, "192.0.2.50") == "");

    // An address that tries names is locked for all of them, others are not.
    for (int i = 0; i < 10; ++i)
        CHECK(attempt(password, "198.51.100.1",
                      ("nom" + std::to_string(i) + "@exemple.fr").c_str()) ==
              "identity.emergency.wrong");
    CHECK(attempt(password, "198.51.100.1", "nom99@exemple.fr") == locked);
    app.now += seconds{30};
    CHECK(attempt(password, "198.51.100.1") == locked);
    CHECK(attempt(password, "198.51.100.2") == "");
    // A day later nothing is left.
    app.now += hours{25};
    CHECK(attempt(password, "198.51.100.1") == "");

    using identity::account_lock;
    using identity::address_lock;
    CHECK(account_lock(4) == seconds{0});
    CHECK(account_lock(5) == seconds{60});
    CHECK(account_lock(10) == seconds{1920});
    CHECK(account_lock(11) == seconds{3600});
    CHECK(account_lock(1'000'000) == seconds{3600});
    CHECK(address_lock(9) == seconds{0});
    CHECK(address_lock(10) == seconds{60});
}

TEST_CASE("passwords are checked one at a time, and a flood is turned away, not queued") {
    const std::string hash = identity::hash_password("le bon mot de passe");
    CHECK(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(hash != identity::hash_password("le bon mot de passe"));
    identity::PasswordChecks checks;
    CHECK(checks.check(hash, "le bon mot de passe") == true);
    CHECK(checks.check(hash, "un autre") == false);
    CHECK(checks.check("", "nobody") == false);
    CHECK(checks.check(hash, {}) == false);
    std::atomic<int> right = 0, turned_away = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i)
            threads.emplace_back([&] {
                const auto result = checks.check(hash, "le bon mot de passe");
                if (!result)
                    ++turned_away;
                else if (*result)
                    ++right;
            });
    }
    CHECK(right + turned_away == 16);
    CHECK(right >= 1);
    CHECK(checks.check(hash, "le bon mot de passe") == true);
}

TEST_CASE("one sees where one is signed in, ends one or all others, and nobody else's") {
    Site app;
    Browser here{app}, there{app}, hers{app};
    here.session = app.app().identity.sign_in(app.awa, app.now, {.user_agent = here.user_agent});
    app.now += minutes{10};
    there.session = app.app().identity.sign_in(
        app.awa, app.now,
        {.way = "proconnect",
         .user_agent =
             "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
             "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"});
    hers.session = app.app().identity.sign_in(app.rosa, app.now);

    auto list = here.json_of("/me/sign-ins").at("sign_ins").as_array();
    REQUIRE(list.size() == 2);
    CHECK(list[0].at("here") == true);
    CHECK(list[0].at("browser") == "firefox");
    CHECK(list[0].at("system") == "windows");
    CHECK(list[0].at("since") == "2026-11-23T09:00:00Z");
    CHECK(list[0].at("seen_at") == "2026-11-23T09:10:00Z");
    CHECK(list[1].at("browser") == "safari");
    CHECK(list[1].at("system") == "ios");
    CHECK(list[1].at("way") == "proconnect");
    const auto page = here.get("/me/sign-ins", "text/html");
    CHECK(shows(page, "Safari, iOS"));
    CHECK(shows(page, "Celle-ci"));

    // Seen again: written after five minutes, not before.
    const auto seen = [&] {
        return text(there.json_of("/me/sign-ins").at("sign_ins").at(0).at("seen_at"));
    };
    app.now += minutes{5} - seconds{1};
    CHECK(seen() == "2026-11-23T09:10:00Z");
    app.now += seconds{1};
    CHECK(seen() == "2026-11-23T09:15:00Z");

    const std::string key = text(list[1].at("key"));
    CHECK(hers.post("/me/sign-ins/" + key + "/end").status == 404);
    CHECK(there.get("/me").status == 200);
    CHECK(here.post("/me/sign-ins/" + key + "/end").status == 200);
    CHECK(there.get("/me").status == 401);
    CHECK(here.post("/me/sign-ins/" + key + "/end").status == 404);
    // The key in the list signs nobody in.
    Browser thief{app, text(list[0].at("key"))};
    CHECK(thief.get("/me").status == 401);

    for (int i = 0; i < 3; ++i) app.app().identity.sign_in(app.awa, app.now);
    CHECK(here.json_of("/me/sign-ins").at("others") == 3);
    CHECK(here.post("/me/sign-ins/end-others").status == 200);
    CHECK(here.json_of("/me/sign-ins").at("others") == 0);
    CHECK(hers.get("/me").status == 200);
}
