// SPDX-License-Identifier: EUPL-1.2
// The application beside a provider, and browsers that keep cookies.
#pragma once
#include "http/tokens.hpp"
#include "provider_for_tests.hpp"
#include "test_app.hpp"

#include <doctest/doctest.h>

// A browser: follows what a test tells it to, and keeps cookies as one does.
struct Browser {
    TestApp& app;
    std::map<std::string, std::string> cookies = {};

    http::Response ask(const std::string& method, const std::string& target,
                       const http::Pairs& form = {}) {
        http::Request request;
        request.method = method;
        request.target = target;
        const auto question = std::min(target.find('?'), target.size());
        request.path = target.substr(0, question);
        http::Pairs query;
        for (std::size_t at = question + 1; at < target.size();) {
            const auto end = std::min(target.find('&', at), target.size());
            const auto part = target.substr(at, end - at);
            const auto equals = std::min(part.find('='), part.size());
            query.emplace_back(
                part.substr(0, equals),
                base::url_decode(part.substr(std::min(equals + 1, part.size())), true).value());
            at = end + 1;
        }
        request.query = http::Query(query);
        std::string sent;
        for (const auto& [name, value] : cookies)
            sent += (sent.empty() ? "" : "; ") + name + "=" + value;
        request.headers = {{"host", "campus.test"},
                           {"accept", "text/html"},
                           {"accept-language", "fr"},
                           {"cookie", sent}};
        if (method == "POST") {
            const auto session = cookies.find(std::string{http::session_cookie});
            const std::string secret = session != cookies.end()
                                           ? session->second
                                           : cookies[std::string{http::visitor_cookie}];
            request.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
            request.headers.emplace_back("x-csrf-token", http::form_token(secret));
            for (const auto& [name, value] : form)
                request.body += (request.body.empty() ? "" : "&") + base::url_encode(name) + "=" +
                                base::url_encode(value);
        }
        request.client = "192.0.2.1";
        request.now = app.now;
        http::Response response = app.send(std::move(request));
        for (const http::Cookie& cookie : response.cookies)
            if (cookie.max_age_s == 0)
                cookies.erase(cookie.name);
            else
                cookies[cookie.name] = cookie.value;
        return response;
    }
    http::Response get(const std::string& target) { return ask("GET", target); }
    http::Response post(const std::string& target, const http::Pairs& form = {}) {
        // A visitor comes from a page with a form, which gives them what a token is made from.
        if (!cookies.contains(std::string{http::session_cookie})) get("/sign-in?asked=1");
        return ask("POST", target, form);
    }
    bool signed_in() { return get("/me").status == 200; }
};

inline std::string location_of(const http::Response& response) {
    for (const auto& [name, value] : response.headers)
        if (name == "location") return value;
    return {};
}

// The application beside a provider; DINUM has the SIRET that the provider tells.
struct ProConnectSite {
    explicit ProConnectSite(const std::function<void(app::Configuration&)>& change = {})
        : app([&](app::Configuration& configuration) {
              configuration.proconnect_issuer = provider.issuer;
              configuration.proconnect_client_id = provider.client_id;
              configuration.proconnect_client_secret = provider.client_secret;
              if (change) change(configuration);
          }) {
        const auto report = app.app().organisations.import_csv(
            "code,parent,name,kind,branch,siret\n"
            "etat,,État,etat,etat,\n"
            "dinum,etat,Direction interministérielle du numérique,direction,etat,13002526500013\n"
            "campus,dinum,Campus du numérique,service,etat,\n"
            "rennes,,Ville de Rennes,collectivite,territoriale,21350238800019\n",
            {.now = app.now});
        REQUIRE(report);
        REQUIRE(report->problems.empty());
    }
    TestProvider provider{base::Time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                                     std::chrono::hours{9}}};
    TestApp app;
    Browser browser{app};

    http::Response sign_in(Browser& who, const std::string& next = "/me") {
        const auto there = who.get("/sign-in/proconnect?next=" + base::url_encode(next));
        REQUIRE(there.status == 303);
        return who.get("/sign-in/proconnect/return?" + provider.visit(location_of(there)));
    }
    http::Response sign_in() { return sign_in(browser); }
    // The same, and through the first visit.
    void first_sign_in() {
        CHECK(location_of(sign_in()) == "/sign-in/first-visit");
        CHECK(browser.get("/sign-in/first-visit").status == 200);
        CHECK(browser.post("/sign-in/first-visit").status == 303);
        CHECK(browser.signed_in());
    }
    boost::json::value me() {
        const http::Response answer = browser.get("/me.json");
        CHECK(answer.status == 200);
        return boost::json::parse(answer.body);
    }
    std::int64_t count(const std::string& table) {
        return app.read([&](db::Transaction& transaction) {
            std::int64_t found = 0;
            const std::string sql = "SELECT count(*) FROM " + table;
            transaction.run({"test.count", sql}, {},
                            [&](const db::Row& row) { found = row.integer(0); });
            return found;
        });
    }
    std::vector<std::string> decisions() {
        return app.read([&](db::Transaction& transaction) {
            std::vector<std::string> found;
            transaction.run({"test.decisions",
                             "SELECT action FROM audit_log "
                             "WHERE action NOT LIKE '%.import' AND action <> 'identity.grant' "
                             "ORDER BY id"},
                            {}, [&](const db::Row& row) { found.emplace_back(row.text(0)); });
            return found;
        });
    }
    // Nobody got in, and the page says why.
    void check_refused(const http::Response& response, int status, std::string_view words) {
        CHECK(response.status == status);
        CHECK(shows(response, words));
        CHECK_FALSE(browser.signed_in());
        CHECK_FALSE(browser.cookies.contains("campus_newcomer"));
        CHECK(count("sign_ins") == 0);
        CHECK(count("newcomers") == 0);
    }
};
