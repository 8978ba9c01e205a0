// SPDX-License-Identifier: EUPL-1.2
// Who somebody is and where they work, from what the provider tells: through the whole application.
#include "proconnect_site.hpp"

namespace json = boost::json;

namespace {

// Awa works in Rennes since before there was ProConnect, with a role there; Rosa and Odile decide
// there, Rudi at DINUM.
struct Site : ProConnectSite {
    Site() {
        import(
            "awa.diallo@rennes.example,Awa,Diallo,rennes,organiser@rennes\n"
            "rosa@rennes.example,Rosa,Roy,rennes,administrator@rennes\n"
            "odile@rennes.example,Odile,Or,rennes,training_office@rennes\n"
            "rudi@dinum.example,Rudi,Ruch,dinum,administrator@etat\n");
        awa = id_of("awa.diallo@rennes.example");
    }
    void import(const std::string& lines) {
        const auto report = app.app().identity.import_people(
            "email,given_name,usual_name,organisation,from,roles\n" + with_day(lines), std::nullopt,
            app.now);
        REQUIRE(report);
        REQUIRE(report->problems.empty());
    }
    // The fourth comma is followed by the day on which they began.
    static std::string with_day(const std::string& lines) {
        std::string out;
        int commas = 0;
        for (const char c : lines) {
            out += c;
            commas = c == '\n' ? 0 : commas + (c == ',');
            if (c == ',' && commas == 4) out += "2026-01-01,";
        }
        return out;
    }
    base::PersonId id_of(const std::string& email) {
        return app.read([&](db::Transaction& transaction) {
            base::PersonId found;
            transaction.run({"test.id_of", "SELECT id FROM persons WHERE email = $1"}, {email},
                            [&](const db::Row& row) { found.value = row.integer(0); });
            return found;
        });
    }
    TestApp& as(const std::string& email) { return app.as(id_of(email)); }
    // The secret in the last letter's link, and to whom it went.
    std::pair<std::string, std::string> letter() {
        return app.read([&](db::Transaction& transaction) {
            std::pair<std::string, std::string> found;
            transaction.run({"test.letter", "SELECT email, letter FROM outbox ORDER BY id"}, {},
                            [&](const db::Row& row) {
                                const auto url = json::parse(row.text(1)).at("action").at("url");
                                found = {std::string{row.text(0)},
                                         json::value_to<std::string>(url)};
                            });
            return found;
        });
    }
    std::string employer() {
        return json::value_to<std::string>(me().at("affiliations").at(0).at("code"));
    }
    base::PersonId awa;
};

using Decisions = std::vector<std::string>;

}  // namespace

TEST_CASE("somebody imported by their professional mail is recognised at the first sign-in") {
    Site site;
    site.provider.user["email"] = "Awa.Diallo@rennes.example";
    site.provider.user["siret"] = "21350238800019";
    site.provider.user["roles"] = json::array{"agent_public", "agent_public_territorial"};
    CHECK(location_of(site.sign_in()) == "/me");
    CHECK(site.me().at("roles").at(0).at("role") == "organiser");
    CHECK(site.employer() == "rennes");
    CHECK(site.decisions() == Decisions{"identity.link"});
    CHECK(site.count("persons") == 4);
}

TEST_CASE("a new name and a new mail are taken over, unless the mail is somebody else's") {
    Site site;
    site.first_sign_in();
    site.provider.user["usual_name"] = "Diallo-Martin";
    site.provider.user["email"] = "awa.diallo-martin@dinum.example";
    site.sign_in();
    CHECK(site.me().at("name") == "Awa Diallo-Martin");
    CHECK(site.me().at("email") == "awa.diallo-martin@dinum.example");
    CHECK(site.decisions().back() == "identity.update");
    site.provider.user["email"] = "rudi@dinum.example";
    site.sign_in();
    CHECK(site.me().at("email") == "awa.diallo-martin@dinum.example");
    CHECK(site.app.read([&](db::Transaction& transaction) {
        bool named = false;
        transaction.run({"test.audit", "SELECT after_json FROM audit_log"}, {},
                        [&](const db::Row& row) {
                            named = named || row.text(0).find("artin") != std::string_view::npos;
                        });
        return named;
    }) == false);
}

TEST_CASE("another employer at the same account ends the one before") {
    Site site;
    site.first_sign_in();
    CHECK(site.employer() == "dinum");
    site.app.now += std::chrono::days{30};
    site.provider.user["siret"] = "21350238800019";
    site.provider.user["roles"] = json::array{"agent_public", "agent_public_territorial"};
    site.provider.id_claims = [&](json::object& claims) {
        claims["iat"] = base::to_epoch(site.app.now);
        claims["exp"] = base::to_epoch(site.app.now) + 60;
    };
    site.provider.user_claims = site.provider.id_claims;
    site.sign_in();
    CHECK(site.employer() == "rennes");
    const auto before = site.me().at("affiliations").at(1);
    CHECK(before.at("code") == "dinum");
    CHECK(before.at("until") == "2026-12-22");
    CHECK(site.decisions().back() == "identity.affiliate");
}

TEST_CASE("who changes employer finds their account again by a letter to the former mail") {
    Site site;
    CHECK(location_of(site.sign_in()) == "/sign-in/first-visit");
    // A mail of nobody: the same words, no letter.
    const auto claim = [&](const std::string& mail) {
        return site.browser.post("/sign-in/first-visit/claim", {{"email", mail}});
    };
    CHECK(claim("nobody@rennes.example").status == 303);
    CHECK(shows(site.browser.get("/sign-in/first-visit"), "Si un compte porte cette adresse"));
    CHECK(site.count("outbox") == 0);
    CHECK(claim("no mail").status == 422);
    // Somebody's with another name: no letter either, but those who decide see it.
    CHECK(claim("rosa@rennes.example").status == 303);
    CHECK(site.count("outbox") == 0);

    CHECK(claim("AWA.Diallo@rennes.example").status == 303);
    const auto [to, link] = site.letter();
    CHECK(to == "awa.diallo@rennes.example");
    REQUIRE(link.starts_with("/sign-in/claim/"));
    CHECK(site.count("persons") == 4);

    // In whatever browser the letter is read.
    Browser office{site.app};
    const auto page = office.get(link);
    CHECK(shows(page, "awa.diallo@dinum.example"));
    CHECK(shows(page, "awa.diallo@rennes.example"));
    CHECK(office.get(link).status == 200);  // looking changes nothing
    CHECK(site.count("proconnect_accounts") == 0);
    CHECK(office.get("/sign-in/claim/" + std::string(43, 'x')).status == 404);
    CHECK(office.post(link).status == 303);
    CHECK(office.post(link).status == 404);  // once
    CHECK_FALSE(office.signed_in());

    CHECK(location_of(site.sign_in()) == "/me");
    CHECK(site.count("persons") == 4);
    CHECK(site.me().at("email") == "awa.diallo@dinum.example");
    CHECK(site.me().at("roles").at(0).at("perimeter") == "Ville de Rennes");
    CHECK(site.employer() == "dinum");
    CHECK(site.me().at("affiliations").at(1).at("code") == "rennes");
    CHECK(site.decisions() == Decisions{"identity.link", "identity.update", "identity.affiliate"});
}

TEST_CASE("a letter works for a week, and there are three at most") {
    Site site;
    site.sign_in();
    const auto claim = [&] {
        return site.browser.post("/sign-in/first-visit/claim",
                                 {{"email", "awa.diallo@rennes.example"}});
    };
    for (int i = 0; i < 3; ++i) CHECK(claim().status == 303);
    CHECK(claim().status == 409);
    CHECK(site.count("outbox") == 3);
    const std::string link = site.letter().second;
    site.app.now += std::chrono::days{7} - std::chrono::seconds{1};
    CHECK(site.browser.get(link).status == 200);
    site.app.now += std::chrono::seconds{1};
    CHECK(site.browser.get(link).status == 404);
    CHECK(site.browser.post(link).status == 404);
}

TEST_CASE("those who administer the account decide when the former mail cannot be read") {
    Site site;
    site.sign_in();
    site.browser.post("/sign-in/first-visit/claim", {{"email", "awa.diallo@rennes.example"}});
    const auto list = [&](const std::string& who) {
        site.as(who);
        return site.app.json("/administration/claims").at("claims").as_array();
    };
    CHECK(list("rudi@dinum.example").empty());  // of the new employer: the account is not theirs
    CHECK(list("odile@rennes.example").size() == 1);
    const auto claims = list("rosa@rennes.example");
    REQUIRE(claims.size() == 1);
    CHECK(claims[0].at("account") == "Awa Diallo");
    const auto decide = [&](const std::string& who, const char* decision) {
        site.as(who);
        return site.app.post(
            "/administration/claims",
            {{"claim", std::to_string(claims[0].at("id").as_int64())}, {"decision", decision}});
    };
    CHECK(decide("rudi@dinum.example", "same").status == 404);
    CHECK(decide("rosa@rennes.example", "perhaps").status == 422);
    site.app.as(site.awa);
    CHECK(site.app.get("/administration/claims").status == 403);
    SUBCASE("the same person") {
        CHECK(decide("odile@rennes.example", "same").status == 303);
        CHECK(location_of(site.sign_in()) == "/me");
        CHECK(site.me().at("roles").at(0).at("role") == "organiser");
        CHECK(site.decisions().front() == "identity.link");
    }
    SUBCASE("somebody else") {
        CHECK(decide("rosa@rennes.example", "other").status == 303);
        CHECK(site.decisions() == Decisions{"identity.refuse_link"});
        CHECK(site.browser.get("/sign-in/first-visit").status == 404);
        site.first_sign_in();  // as a new person
        CHECK(site.count("persons") == 5);
    }
    CHECK(site.letter().first == "awa.diallo@dinum.example");
    CHECK(decide("rosa@rennes.example", "same").status == 404);
}

TEST_CASE("nobody decides that an account is their own") {
    Site site;
    site.provider.user["given_name"] = "Rosa";
    site.sign_in();
    site.browser.post("/sign-in/first-visit/claim", {{"email", "rosa@rennes.example"}});
    site.as("rosa@rennes.example");
    const auto claims = site.app.json("/administration/claims").at("claims").as_array();
    REQUIRE(claims.size() == 1);
    CHECK(
        site.app
            .post("/administration/claims",
                  {{"claim", std::to_string(claims[0].at("id").as_int64())}, {"decision", "same"}})
            .status == 403);
    CHECK(site.count("proconnect_accounts") == 0);
}

TEST_CASE("a mail that was given to somebody else opens no account of the one before") {
    Site site;
    site.provider.user["email"] = "awa.diallo@rennes.example";
    SUBCASE("another name") {
        site.provider.user["given_name"] = "Jean";
        site.provider.user["usual_name"] = "Dupont";
    }
    SUBCASE("the same name, another subject at the same identity provider") {
        site.sign_in();
        site.provider.user["sub"] = "another-subject";
        site.browser.cookies.clear();
    }
    CHECK(location_of(site.sign_in()) == "/sign-in/first-visit");
    CHECK(shows(site.browser.get("/sign-in/first-visit"), "Un compte porte déjà cette adresse"));
    CHECK(site.browser.post("/sign-in/first-visit").status == 409);
    // Nor does a letter to that same mail prove anything.
    site.browser.post("/sign-in/first-visit/claim", {{"email", "awa.diallo@rennes.example"}});
    CHECK(site.count("outbox") == 0);
    CHECK_FALSE(site.browser.signed_in());
    // Where the account's owner works now, it is in somebody's list.
    std::size_t listed = 0;
    for (const char* who : {"rosa@rennes.example", "rudi@dinum.example"}) {
        site.as(who);
        listed += site.app.json("/administration/claims").at("claims").as_array().size();
    }
    CHECK(listed == 1);
}

TEST_CASE("SIRETs without a place are counted, and placed by an administrator") {
    Site site;
    site.provider.user["siret"] = "35600000000048";
    site.provider.user["organization_label"] = "La Poste";
    site.first_sign_in();
    CHECK(site.me().at("affiliations").as_array().empty());
    site.sign_in();
    site.as("rudi@dinum.example");
    const auto unplaced = site.app.json("/administration/siret").at("unplaced").as_array();
    REQUIRE(unplaced.size() == 1);
    CHECK(unplaced[0].at("siret") == "35600000000048");
    CHECK(unplaced[0].at("times") == 2);
    CHECK(shows(site.app.get("/administration/siret"), "La Poste"));

    const auto place = [&](const char* siret, const char* code) {
        return site.app.post("/administration/siret", {{"siret", siret}, {"organisation", code}});
    };
    CHECK(place("13002526500014", "dinum").status == 422);
    CHECK(place("35600000000048", "nowhere").status == 422);
    CHECK(place("35600000000048", "rennes").status == 422);  // outside the perimeter
    CHECK(place("356 000 000 00048", "campus").status == 303);
    CHECK(site.app.json("/administration/siret").at("unplaced").as_array().empty());
    CHECK(site.decisions().back() == "identity.map_siret");
    site.sign_in();
    CHECK(site.employer() == "campus");

    // Another administrator can neither take it over nor remove it.
    const auto mapping =
        site.app.json("/administration/siret").at("mappings").at(0).at("id").as_int64();
    const auto remove = [&] {
        return site.app.post("/administration/siret/remove",
                             {{"mapping", std::to_string(mapping)}});
    };
    site.as("rosa@rennes.example");
    CHECK(place("35600000000048", "rennes").status == 422);
    CHECK(remove().status == 404);
    CHECK(site.app.json("/administration/siret").at("mappings").at(0).at("may_change") == false);
    site.as("rudi@dinum.example");
    CHECK(remove().status == 303);
    CHECK(remove().status == 404);
    site.sign_in();
    CHECK(site.employer() == "campus");  // what has begun stays
}

TEST_CASE("where one SIRET is several services', the agent says which") {
    Site site;
    site.as("rudi@dinum.example");
    CHECK(site.app
              .post("/administration/siret",
                    {{"siret", "13002526500013"}, {"organisation", "dinum"}, {"ask", "1"}})
              .status == 303);
    CHECK(location_of(site.sign_in()) == "/sign-in/first-visit");
    const auto page = site.browser.get("/sign-in/first-visit");
    CHECK(shows(page, "value=\"campus\""));
    CHECK_FALSE(shows(page, "value=\"rennes\""));
    const auto choose = [&](const char* code) {
        return site.browser.post("/sign-in/first-visit", {{"organisation", code}});
    };
    CHECK(choose("").status == 422);
    CHECK(choose("rennes").status == 422);
    CHECK(choose("etat").status == 422);
    CHECK(choose("campus").status == 303);
    CHECK(site.employer() == "campus");
    site.sign_in();  // asked once
    CHECK(site.employer() == "campus");
    CHECK(site.browser.signed_in());

    // Somebody known is asked as well when they come from elsewhere.
    site.provider.user["sub"] = "subject-at-rennes";
    site.provider.user["email"] = "awa.diallo@rennes.example";
    site.provider.user["idp_id"] = "idp-of-rennes";
    Browser other{site.app};
    CHECK(location_of(site.sign_in(other)) == "/sign-in/first-visit");
    CHECK_FALSE(shows(other.get("/sign-in/first-visit"), "J’ai déjà un compte"));
    CHECK(other.post("/sign-in/first-visit", {{"organisation", "dinum"}}).status == 303);
    CHECK(other.signed_in());
    CHECK(site.count("persons") == 5);
    site.as("rudi@dinum.example");
    CHECK(site.app.json("/administration/claims").at("claims").as_array().empty());
}

TEST_CASE("two windows of one first visit make one person") {
    Site site;
    site.sign_in();
    Browser second{site.app};
    CHECK(location_of(site.sign_in(second)) == "/sign-in/first-visit");
    CHECK(site.count("newcomers") == 1);
    CHECK(site.browser.post("/sign-in/first-visit").status == 404);  // goes on in the other
    CHECK(second.post("/sign-in/first-visit").status == 303);
    CHECK(second.post("/sign-in/first-visit").status == 404);
    CHECK(location_of(site.sign_in()) == "/me");
    CHECK(site.count("persons") == 5);
    CHECK(site.count("newcomers") == 0);
}

TEST_CASE("who comes again before the letter is answered has claimed it still") {
    Site site;
    site.sign_in();
    site.browser.post("/sign-in/first-visit/claim", {{"email", "awa.diallo@rennes.example"}});
    const std::string link = site.letter().second;
    Browser later{site.app};
    CHECK(location_of(site.sign_in(later)) == "/sign-in/first-visit");
    CHECK(site.count("newcomers") == 1);
    CHECK(later.get(link).status == 200);
    CHECK(later.post(link).status == 303);
    CHECK(location_of(site.sign_in(later)) == "/me");
    CHECK(site.count("persons") == 4);
}
