// SPDX-License-Identifier: EUPL-1.2
// Sign-in with ProConnect through the whole application, against a provider that can lie.
#include "proconnect_site.hpp"

namespace json = boost::json;

namespace {

using Site = ProConnectSite;
constexpr std::string_view unverified = "Votre identité n’a pas pu être vérifiée";
using Decisions = std::vector<std::string>;

}  // namespace

TEST_CASE("an agent signs in for the first time, checks what is known, and is somebody here") {
    Site site;
    const auto there = site.browser.get("/sign-in/proconnect?next=/my-trainings");
    CHECK(there.status == 303);
    const auto url = location_of(there);
    CHECK(url.starts_with(site.provider.issuer + "/authorize?"));
    const auto back = site.provider.visit(url);
    auto& asked = site.provider.asked;
    CHECK(asked["response_type"] == "code");
    CHECK(asked["redirect_uri"] == "http://campus.test/sign-in/proconnect/return");
    CHECK(asked["state"].size() == 43);
    CHECK(asked["nonce"].size() == 43);
    CHECK(asked["state"] != asked["nonce"]);
    CHECK(json::parse(asked["claims"]).at("id_token").at("acr").at("essential") == true);
    CHECK_FALSE(asked.contains("prompt"));
    CHECK(asked.size() == 7);

    const auto arrived = site.browser.get("/sign-in/proconnect/return?" + back);
    CHECK(location_of(arrived) == "/sign-in/first-visit");
    CHECK_FALSE(site.browser.signed_in());
    CHECK(site.count("persons") == 0);
    const auto page = site.browser.get("/sign-in/first-visit");
    CHECK(shows(page, "Awa Diallo"));
    CHECK(shows(page, "Direction interministérielle du numérique"));
    const auto begun = site.browser.post("/sign-in/first-visit");
    CHECK(location_of(begun) == "/my-trainings");
    const auto me = site.me();
    CHECK(me.at("email") == "awa.diallo@dinum.example");
    CHECK(me.at("affiliations").at(0).at("population") == "etat");
    CHECK(me.at("affiliations").at(0).at("contractor") == false);
    CHECK(site.decisions() == Decisions{"identity.create", "identity.affiliate"});
    CHECK(site.count("newcomers") == 0);

    // The second time straight in, in another browser, and nothing else is decided.
    Browser elsewhere{site.app};
    CHECK(location_of(site.sign_in(elsewhere, "/me?x=1")) == "/me?x=1");
    CHECK(elsewhere.signed_in());
    CHECK(site.count("persons") == 1);
    CHECK(site.count("affiliations") == 1);
    CHECK(site.decisions().size() == 2);
}

TEST_CASE("the way back needs the state of this browser, once, and soon") {
    Site site;
    const auto there = location_of(site.browser.get("/sign-in/proconnect"));
    const auto back = site.provider.visit(there);
    SUBCASE("another state") {
        const auto answer = site.browser.get("/sign-in/proconnect/return?code=code-1&state=" +
                                             std::string(43, 'x'));
        site.check_refused(answer, 400, "La connexion a pris trop de temps");
    }
    SUBCASE("no state") {
        site.check_refused(site.browser.get("/sign-in/proconnect/return?code=code-1"), 400,
                           "La connexion a pris trop de temps");
    }
    SUBCASE("another browser: the attacker's own answer, for the victim to open") {
        Browser victim{site.app};
        const auto answer = victim.get("/sign-in/proconnect/return?" + back);
        CHECK(answer.status == 400);
        CHECK_FALSE(victim.signed_in());
        // One who is on the way as well, with a state of their own.
        victim.get("/sign-in/proconnect");
        CHECK(victim.get("/sign-in/proconnect/return?" + back).status == 400);
        CHECK_FALSE(victim.signed_in());
    }
    SUBCASE("a cookie that we did not make") {
        const std::string made =
            std::string(43, 'a') + "." + std::to_string(base::to_epoch(site.app.now)) + ".a.Lw";
        site.browser.cookies["campus_proconnect"] = made;
        // Somebody who knows how states are made, but not the key.
        const auto answer =
            site.browser.get("/sign-in/proconnect/return?code=code-1&state=" +
                             identity::oidc::keyed_digest("guessed", "campus state " + made));
        site.check_refused(answer, 400, "La connexion a pris trop de temps");
    }
    SUBCASE("too late") {
        site.app.now += std::chrono::minutes{10};
        site.check_refused(site.browser.get("/sign-in/proconnect/return?" + back), 400,
                           "La connexion a pris trop de temps");
    }
    SUBCASE("twice") {
        const auto cookies = site.browser.cookies;
        CHECK(location_of(site.browser.get("/sign-in/proconnect/return?" + back)) ==
              "/sign-in/first-visit");
        CHECK_FALSE(site.browser.cookies.contains("campus_proconnect"));
        Browser again{site.app, cookies};
        const auto answer = again.get("/sign-in/proconnect/return?" + back);
        CHECK(answer.status == 400);
        CHECK(shows(answer, "Cette connexion a déjà servi"));
        CHECK(site.provider.token_requests == 1);  // the provider was not even asked
        CHECK(site.count("newcomers") == 1);
    }
    CHECK(site.count("persons") == 0);
}

TEST_CASE("a code that the provider has seen before signs nobody in") {
    Site site;
    site.first_sign_in();
    Browser thief{site.app};
    const auto there = location_of(thief.get("/sign-in/proconnect"));
    site.provider.visit(there);
    // The code of the sign-in before, with a fresh state.
    const auto answer =
        thief.get("/sign-in/proconnect/return?code=code-1&state=" + site.provider.asked["state"]);
    CHECK(answer.status == 403);
    CHECK(shows(answer, "ProConnect a refusé la connexion"));
    CHECK_FALSE(thief.signed_in());
}

TEST_CASE("what is not signed as agreed, or says something else than agreed, signs nobody in") {
    Site site;
    TestProvider& provider = site.provider;
    const auto stranger = SigningKey::new_rsa("key-1");
    const auto id = [&](const char* claim, json::value value) {
        provider.id_claims = [=](json::object& claims) { claims[claim] = value; };
    };
    const auto user = [&](const char* claim, json::value value) {
        provider.user_claims = [=](json::object& claims) { claims[claim] = value; };
    };
    const auto at = base::to_epoch(site.app.now);
    SUBCASE("ID token: alg none") {
        provider.sign_id = token_by_nobody;
    }
    SUBCASE("ID token: HS256 with the public key as secret") {
        provider.sign_id = [&](const json::object& claims) {
            return token_by_secret(provider.key.public_pem(), "key-1", claims);
        };
    }
    SUBCASE("ID token: HS256 with the client's secret, where RS256 was agreed") {
        provider.sign_id = [&](const json::object& claims) {
            return token_by_secret(provider.client_secret, "key-1", claims);
        };
    }
    SUBCASE("ID token: another key of the same name") {
        provider.sign_id = [&](const json::object& claims) { return token_by(stranger, claims); };
    }
    SUBCASE("ID token: changed after signing") {
        provider.sign_id = [&](json::object claims) {
            const std::string good = token_by(provider.key, claims);
            claims["sub"] = "somebody-else";
            const std::string other = token_by(provider.key, claims);
            return other.substr(0, other.rfind('.')) + good.substr(good.rfind('.'));
        };
    }
    SUBCASE("ID token: another issuer") {
        id("iss", "https://evil.example");
    }
    SUBCASE("ID token: another audience") {
        id("aud", "another-service");
    }
    SUBCASE("ID token: several audiences, and no party") {
        id("aud", json::array{"campus", "another-service"});
    }
    SUBCASE("ID token: of another party") {
        id("azp", "another-service");
    }
    SUBCASE("ID token: expired") {
        id("exp", at - 60);
    }
    SUBCASE("ID token: of tomorrow") {
        id("iat", at + 61);
    }
    SUBCASE("ID token: another nonce") {
        id("nonce", json::string(43, 'n'));
    }
    SUBCASE("ID token: no nonce") {
        id("nonce", nullptr);
    }
    SUBCASE("ID token: of another access token") {
        id("at_hash", json::string(identity::oidc::access_token_hash("access-2")));
    }
    SUBCASE("user information: not signed") {
        provider.user_info_type = "application/json";
        provider.sign_user = [](const json::object& claims) { return json::serialize(claims); };
    }
    SUBCASE("user information: alg none") {
        provider.sign_user = token_by_nobody;
    }
    SUBCASE("user information: another key") {
        provider.sign_user = [&](const json::object& claims) { return token_by(stranger, claims); };
    }
    SUBCASE("user information: of somebody else") {
        user("sub", "subject-of-somebody-else");
    }
    SUBCASE("user information: another issuer") {
        user("iss", "https://evil.example");
    }
    SUBCASE("user information: for another service") {
        user("aud", "another-service");
    }
    SUBCASE("user information: expired") {
        user("exp", at - 60);
    }
    SUBCASE("user information: no mail") {
        user("email", "");
    }
    const auto answer = site.sign_in();
    site.check_refused(answer, 403, unverified);
    CHECK(site.count("persons") == 0);
}

TEST_CASE("the clocks may differ by less than a minute") {
    Site site;
    const auto at = base::to_epoch(site.app.now);
    site.provider.id_claims = [&](json::object& claims) {
        claims["iat"] = at + 60;
        claims["exp"] = at - 59;
    };
    CHECK(location_of(site.sign_in()) == "/sign-in/first-visit");
}

TEST_CASE("a weaker authentication than asked is refused, whatever the provider lets through") {
    Site site;
    SUBCASE("too weak") {
        site.provider.acr = "eidas0";
    }
    SUBCASE("none told") {
        site.provider.id_claims = [](json::object& claims) { claims.erase("acr"); };
    }
    site.check_refused(site.sign_in(), 403, "Une connexion plus sûre est demandée");
}

TEST_CASE("a second factor is asked for, unless the operator does without for a while") {
    bool without = false;
    SUBCASE("as it comes") {}
    SUBCASE("without") {
        without = true;
    }
    Site site([&](app::Configuration& configuration) {
        if (without) configuration.proconnect_acr = "eidas1 eidas1-mfa";
    });
    site.provider.acr = "eidas1";
    const auto answer = site.sign_in();
    CHECK(answer.status == (without ? 303 : 403));
}

TEST_CASE("another provider's answer is not this one's") {
    Site site;
    const auto there = location_of(site.browser.get("/sign-in/proconnect"));
    site.provider.visit(there);
    const auto answer = site.browser.get(
        "/sign-in/proconnect/return?code=code-1&state=" + site.provider.asked["state"] +
        "&iss=https://evil.example");
    site.check_refused(answer, 403, unverified);
    CHECK(site.provider.token_requests == 0);
}

TEST_CASE("HS256 counts where it was agreed, and nothing else then") {
    Site site(
        [](app::Configuration& configuration) { configuration.proconnect_algorithm = "HS256"; });
    CHECK(site.sign_in().status == 403);  // RS256
    site.provider.sign_id = site.provider.sign_user = [&](const json::object& claims) {
        return token_by_secret(site.provider.client_secret, "", claims);
    };
    CHECK(location_of(site.sign_in()) == "/sign-in/first-visit");
    CHECK(site.provider.key_requests == 0);
}

TEST_CASE("the provider changes its keys, and to curves") {
    Site site;
    CHECK(location_of(site.sign_in()) == "/sign-in/first-visit");
    CHECK(site.provider.key_requests == 1);
    CHECK(site.provider.discoveries == 1);
    site.provider.key = SigningKey::new_curve("key-2");
    site.app.now += std::chrono::seconds{29};
    CHECK(site.sign_in().status == 403);  // asked a moment ago
    CHECK(site.provider.key_requests == 1);
    site.app.now += std::chrono::seconds{1};
    CHECK(location_of(site.sign_in()) == "/sign-in/first-visit");
    CHECK(site.provider.key_requests == 2);
    // Kept: the next sign-in asks for no keys.
    CHECK(location_of(site.sign_in()) == "/sign-in/first-visit");
    CHECK(site.provider.key_requests == 2);
}

TEST_CASE("a provider that is away, or tells other addresses than its own, is said to be away") {
    Site site;
    SUBCASE("away") {
        site.provider.hangs_up = true;
    }
    SUBCASE("of another name") {
        site.provider.discovery = [](json::object& document) {
            document["issuer"] = "https://evil.example";
        };
    }
    SUBCASE("that sends the secret elsewhere") {
        site.provider.discovery = [](json::object& document) {
            document["token_endpoint"] = "https://evil.example/token";
        };
    }
    const auto answer = site.browser.get("/sign-in/proconnect");
    site.check_refused(answer, 503, "ProConnect ne répond pas");
}

TEST_CASE("once known, the addresses outlive a provider that is away for a while") {
    Site site;
    site.first_sign_in();
    site.provider.hangs_up = true;
    site.app.now += std::chrono::hours{2};
    CHECK(site.browser.get("/sign-in/proconnect").status == 303);
}

TEST_CASE("after signing in one goes on to a page of ours only") {
    Site site;
    site.first_sign_in();
    const auto next = [&](const std::string& asked) {
        Browser browser{site.app};
        return location_of(site.sign_in(browser, asked));
    };
    CHECK(next("/catalogue?q=a&b=é") == "/catalogue?q=a&b=%C3%A9");
    for (const char* elsewhere : {"//evil.example", "/\\evil.example", "/\t/evil.example",
                                  "https://evil.example", "", "javascript:alert(1)"}) {
        CAPTURE(elsewhere);
        CHECK(next(elsewhere) == "/");
    }
    CHECK(next("/" + std::string(2000, 'x')) == "/");
}

TEST_CASE("a session of before the sign-in is none after it") {
    Site site;
    site.first_sign_in();
    const std::string planted = "planted-by-an-attacker-0000000000000000000000";
    Browser victim{site.app};
    victim.cookies[std::string{http::session_cookie}] = planted;
    site.sign_in(victim);
    const std::string session = victim.cookies[std::string{http::session_cookie}];
    CHECK(session != planted);
    CHECK(session.size() == 43);
    CHECK(victim.signed_in());
    Browser attacker{site.app, {{std::string{http::session_cookie}, planted}}};
    CHECK_FALSE(attacker.signed_in());
    // Signing in again in the same browser ends the session before.
    site.sign_in(victim);
    Browser old{site.app, {{std::string{http::session_cookie}, session}}};
    CHECK_FALSE(old.signed_in());
    CHECK(victim.signed_in());
    // Twelve hours.
    site.app.now += std::chrono::hours{12} - std::chrono::seconds{1};
    CHECK(victim.signed_in());
    site.app.now += std::chrono::seconds{1};
    CHECK_FALSE(victim.signed_in());
}

TEST_CASE("errors of the provider are told in words that help") {
    Site site;
    const auto back = [&](const std::string& query) {
        site.browser.get("/sign-in/proconnect?next=/me");
        const auto there = location_of(site.browser.get("/sign-in/proconnect?next=/me"));
        site.provider.visit(there);
        return site.browser.get("/sign-in/proconnect/return?state=" + site.provider.asked["state"] +
                                "&" + query);
    };
    const auto wrong = back("error=invalid_request&error_description=Y000400%20Bad%20Request");
    CHECK(wrong.status == 403);
    CHECK(shows(wrong, "La connexion est mal réglée"));
    CHECK(shows(wrong, "Y000400"));
    CHECK_FALSE(shows(wrong, "Recommencer</a>"));
    const auto private_sector = back("error=access_denied&error_description=Y500015");
    CHECK(shows(private_sector, "demandez une invitation"));
    const auto away = back("error=temporarily_unavailable");
    CHECK(away.status == 503);
    CHECK(shows(away, "Recommencer</a>"));
    CHECK(back("error=odd%3Cscript%3E").body.find("<script>alert") == std::string::npos);
    const auto cancelled = back("error=access_denied");
    CHECK(location_of(cancelled) == "/sign-in?asked=1&next=%2Fme");
    CHECK(shows(site.browser.get("/sign-in?asked=1"), "Vous avez interrompu la connexion"));
    // Without the state it is nobody's error.
    CHECK(site.browser.get("/sign-in/proconnect/return?error=access_denied").status == 400);
}

TEST_CASE("who signed in by ProConnect before is asked silently, once") {
    Site site;
    CHECK(site.browser.get("/sign-in").status == 200);
    site.first_sign_in();
    site.browser.cookies.erase(std::string{http::session_cookie});
    const auto page = site.browser.get("/sign-in?next=/me");
    CHECK(location_of(page) == "/sign-in/proconnect?silent=1&next=%2Fme");
    const auto there = location_of(site.browser.get(location_of(page)));
    site.provider.visit(there);
    CHECK(site.provider.asked["prompt"] == "none");
    const std::string state = site.provider.asked["state"];
    SUBCASE("the provider knows them still") {
        const auto answer =
            site.browser.get("/sign-in/proconnect/return?code=code-2&state=" + state);
        CHECK(location_of(answer) == "/me");
        CHECK(site.browser.signed_in());
    }
    SUBCASE("it does not, and nothing is said of it") {
        const auto answer =
            site.browser.get("/sign-in/proconnect/return?error=login_required&state=" + state);
        CHECK(location_of(answer) == "/sign-in?asked=1&next=%2Fme");
        const auto button = site.browser.get(location_of(answer));
        CHECK(button.status == 200);
        CHECK(shows(button, "ProConnect"));
    }
}

TEST_CASE("signing out ends the provider's session, too, and comes back") {
    Site site;
    site.first_sign_in();
    const auto out = site.browser.post("/sign-out");
    CHECK(out.status == 200);
    CHECK(shows(out, "fermer aussi votre session"));
    std::string refresh;
    for (const auto& [name, value] : out.headers)
        if (name == "refresh") refresh = value;
    REQUIRE(
        refresh.starts_with("0; url=" + site.provider.issuer + "/session/end?id_token_hint=ey"));
    CHECK(refresh.find("&post_logout_redirect_uri=http%3A%2F%2Fcampus.test%2Fsign-out%2Freturn") !=
          std::string::npos);
    const auto at = refresh.find("&state=") + 7;
    const std::string state = refresh.substr(at, refresh.find('&', at) - at);
    CHECK(state.size() == 43);
    CHECK_FALSE(site.browser.signed_in());
    CHECK(site.count("sign_ins") == 0);
    CHECK(site.browser.get("/sign-in").status == 200);  // no silent question after that

    Browser other{site.app, site.browser.cookies};
    CHECK(other.get("/sign-out/return?state=another").status == 303);
    CHECK_FALSE(shows(other.get("/"), "Vous êtes déconnecté"));
    const auto back = site.browser.get("/sign-out/return?state=" + state);
    CHECK(location_of(back) == "/");
    CHECK(shows(site.browser.get("/"), "Vous êtes déconnecté"));
}
