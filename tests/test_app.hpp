// SPDX-License-Identifier: EUPL-1.2
// The whole application in one process: a fresh database (see fresh_database.hpp), the real
// migrations, templates and routes, a clock that the test sets. given_...() build what a test needs
// with defaults for the rest; get() and post() go through the router as a browser's requests do.
#pragma once
#include "app/application.hpp"
#include "app/configuration.hpp"
#include "db/database.hpp"
#include "fresh_database.hpp"

#include <boost/json.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

struct GivenOrganisation {
    std::string code = "dinum";
    std::string parent;  // code; "" : a root
    std::string name = "Direction interministérielle du numérique";
    std::string kind = "direction";
    std::string branch = "etat";
};

struct GivenPerson {
    std::string name;  // given name; the mail is made from it; "" : a new one each time
    std::string organisation = "dinum";
    std::string population = "etat";
    bool contractor = false;
    std::vector<std::string> roles = {};  // within the organisation
};

struct GivenOffer {
    std::string title = "Découvrir l’accessibilité";
    std::string organisation = "dinum";
    catalogue::Offer offer = {};  // title is overwritten
};

struct GivenSession {
    base::OfferId offer = {};  // {}: a new offer
    std::string organisation = "dinum";
    int seats = 10;
    std::chrono::days in{30};  // starts at nine o'clock, one day
    std::chrono::days enrolment_opens_in{-1};
    std::chrono::days enrolment_closes_in{29};
    std::chrono::days cancel_until_in{28};
    sessions::Status status = sessions::Status::open;
    sessions::SeatRules rules = {};
    std::string venue = {};  // code; "" : by video
};

class TestApp {
public:
    // With the sign-in page of the demonstration. `change`: what else the operator configures.
    explicit TestApp(const std::function<void(app::Configuration&)>& change = {});

    // -- what there is
    base::OrganisationId given_organisation(const GivenOrganisation& = {});
    base::PersonId given_person(const GivenPerson& = {});
    base::OfferId given_offer(const GivenOffer& = {});
    base::SessionId given_session(const GivenSession& = {});

    // -- who acts, and when
    TestApp& as(base::PersonId);
    TestApp& as_visitor();
    base::Time now{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23} +
                   std::chrono::hours{9}};

    // -- requests; `accept` "json" asks for JSON
    http::Response get(const std::string& target, std::string_view accept = "html");
    http::Response post(const std::string& target, const http::Pairs& form = {},
                        std::string_view accept = "html");
    // A form with one file, as multipart/form-data.
    http::Response post_file(const std::string& target, std::string_view field,
                             std::string_view content, std::string_view accept = "html");
    http::Response post_json(const std::string& target, const boost::json::value& body);
    // Whatever a client may send; the form token is not added.
    http::Response send(http::Request);
    boost::json::value json(const std::string& target);  // GET; the answer must be 200

    // -- what is inside, for what no request can show
    template <class Work>
    auto read(Work&& work) {
        return database->read(std::forward<Work>(work));
    }
    app::Application& app() { return *application; }

    FreshDatabase fresh;
    app::Configuration configuration;
    std::unique_ptr<db::Database> database;
    std::unique_ptr<app::Application> application;

private:
    http::Request request(std::string method, const std::string& target, std::string_view accept);
    std::string secret() const;
    std::string session_token_;
    int next_ = 1;
};

// Does the text stand in the page, as it is or escaped?
bool shows(const http::Response&, std::string_view text);
