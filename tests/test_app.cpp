// SPDX-License-Identifier: EUPL-1.2
#include "test_app.hpp"

#include "base/text.hpp"
#include "base/url.hpp"
#include "base/zone.hpp"
#include "catalogue/formats.hpp"
#include "db/versions.hpp"
#include "html/mustache.hpp"
#include "http/tokens.hpp"

#include <stdexcept>

namespace {

app::Configuration test_configuration(const std::string& url,
                                      const std::function<void(app::Configuration&)>& change) {
    app::Configuration configuration;
    configuration.database = url;
    configuration.demo = true;
    configuration.rate_limits = false;
    configuration.public_url = "http://campus.test";
    configuration.bounce_secret = "a-machine-that-gets-the-reports";
    if (change) change(configuration);
    return configuration;
}

http::Pairs decode_query(std::string_view query) {
    http::Pairs pairs;
    for (const std::string& part : base::split(query, '&')) {
        const auto equals = part.find('=');
        pairs.emplace_back(base::url_decode(part.substr(0, equals), true).value(),
                           equals == std::string::npos
                               ? ""
                               : base::url_decode(part.substr(equals + 1), true).value());
    }
    return pairs;
}

}  // namespace

TestApp::TestApp(const std::function<void(app::Configuration&)>& change)
    : configuration(test_configuration(fresh.url, change)),
      database(db::open({.url = fresh.url, .connections = 4})),
      application(std::make_unique<app::Application>(configuration, *database)) {}

base::OrganisationId TestApp::given_organisation(const GivenOrganisation& given) {
    const auto tree = application->organisations.tree();
    if (const auto* known = tree->find(given.code)) return known->id;
    const std::string csv = "code,parent,name,kind,branch\n" + given.code + "," + given.parent +
                            ",\"" + given.name + "\"," + given.kind + "," + given.branch + "\n";
    const auto report = application->organisations.import_csv(csv, {.now = now});
    if (!report || report->added != 1) throw std::logic_error("given_organisation: not added");
    return application->organisations.tree()->find(given.code)->id;
}

base::PersonId TestApp::given_person(const GivenPerson& given) {
    const auto organisation = given_organisation({.code = given.organisation});
    const std::string name = given.name.empty() ? "Personne" + std::to_string(next_++) : given.name;
    identity::NewPerson person{
        {.id = {},
         .email = base::slug(name) + "@exemple.fr",
         .given_name = name,
         .usual_name = "Martin",
         .job = "Agent",
         .demo = true},
        {.organisation = organisation,
         .population = given.population,
         .contractor = given.contractor,
         .from = std::chrono::floor<std::chrono::days>(now) - std::chrono::days{100}},
        {}};
    for (const std::string& role : given.roles) person.grants.push_back({role, organisation});
    return database->write([&](db::Transaction& transaction) {
        return application->identity.put(transaction, person, now);
    });
}

base::OfferId TestApp::given_offer(const GivenOffer& given) {
    given_organisation({.code = given.organisation});
    catalogue::Offer offer = given.offer;
    offer.title = given.title;
    if (offer.summary.empty()) offer.summary = "Une formation pour toutes et tous.";
    if (offer.themes.empty()) offer.themes = {"design-et-accessibilite"};
    if (offer.modalities.empty()) offer.modalities = {"presentiel"};
    const std::string slug = base::slug(given.title);
    const auto report = application->catalogue.import(
        catalogue::ImportFormat::json, catalogue::write_json({{slug, offer, now, {}}}),
        given.organisation, std::nullopt, now);
    if (!report || !report->problems.empty()) throw std::logic_error("given_offer: refused");
    return database->read([&](db::Transaction& transaction) {
        const auto published = application->catalogue.published(
            transaction, db::Versions(transaction), std::chrono::floor<std::chrono::days>(now));
        return published->index.at(published->index.find(slug)).id;
    });
}

base::SessionId TestApp::given_session(const GivenSession& given) {
    sessions::Session session;
    session.offer = given.offer.value == 0
                        ? given_offer({.title = "Offre " + std::to_string(next_++)})
                        : given.offer;
    session.organisation = given_organisation({.code = given.organisation});
    session.status = given.status;
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const base::Time starts = base::paris_time(today + given.in, std::chrono::hours{9});
    session.slots = {{starts, starts + std::chrono::minutes{210}}};
    session.enrolment_opens_at = now + given.enrolment_opens_in;
    session.enrolment_closes_at = now + given.enrolment_closes_in;
    session.cancel_until = now + given.cancel_until_in;
    session.seats.capacity = given.seats;
    session.rules = given.rules;
    return database->write([&](db::Transaction& transaction) {
        return application->sessions.insert(transaction, session);
    });
}

TestApp& TestApp::as(base::PersonId person) {
    session_token_ = application->identity.sign_in(person, now);
    return *this;
}

TestApp& TestApp::as_visitor() {
    session_token_.clear();
    return *this;
}

// What form tokens are made from: a visitor has a cookie from the page with the form.
std::string TestApp::secret() const {
    return session_token_.empty() ? "a-visitor-of-the-page-with-the-form-000000" : session_token_;
}

http::Request TestApp::request(std::string method, const std::string& target,
                               std::string_view accept) {
    http::Request request;
    request.method = std::move(method);
    request.target = target;
    const auto question = target.find('?');
    request.path = base::url_decode(target.substr(0, question), false).value();
    if (question != std::string::npos)
        request.query = http::Query(decode_query(target.substr(question + 1)));
    request.headers = {{"host", "campus.test"},
                       {"accept", accept == "json" ? "application/json" : "text/html"},
                       {"accept-language", "fr"}};
    request.headers.emplace_back("cookie",
                                 session_token_.empty()
                                     ? std::string{http::visitor_cookie} + "=" + secret()
                                     : std::string{http::session_cookie} + "=" + session_token_);
    request.client = "192.0.2.1";
    request.request_id = "test";
    request.now = now;
    return request;
}

http::Response TestApp::send(http::Request request) {
    return application->router.dispatch(request);
}

http::Response TestApp::get(const std::string& target, std::string_view accept) {
    return send(request("GET", target, accept));
}

http::Response TestApp::post(const std::string& target, const http::Pairs& form,
                             std::string_view accept) {
    http::Request posted = request("POST", target, accept);
    posted.headers.emplace_back("content-type", "application/x-www-form-urlencoded");
    posted.headers.emplace_back("x-csrf-token", http::form_token(secret()));
    for (const auto& [name, value] : form)
        posted.body += (posted.body.empty() ? "" : "&") + base::url_encode(name) + "=" +
                       base::url_encode(value);
    return send(std::move(posted));
}

http::Response TestApp::post_file(const std::string& target, std::string_view field,
                                  std::string_view content, std::string_view accept) {
    http::Request posted = request("POST", target, accept);
    posted.headers.emplace_back("content-type", "multipart/form-data; boundary=edge");
    posted.headers.emplace_back("x-csrf-token", http::form_token(secret()));
    posted.body = "--edge\r\nContent-Disposition: form-data; name=\"" + std::string{field} +
                  "\"; filename=\"file.csv\"\r\nContent-Type: text/csv\r\n\r\n" +
                  std::string{content} + "\r\n--edge--\r\n";
    return send(std::move(posted));
}

http::Response TestApp::post_json(const std::string& target, const boost::json::value& body) {
    http::Request posted = request("POST", target, "json");
    posted.headers.emplace_back("content-type", "application/json");
    posted.headers.emplace_back("x-csrf-token", http::form_token(secret()));
    posted.body = boost::json::serialize(body);
    return send(std::move(posted));
}

boost::json::value TestApp::json(const std::string& target) {
    const http::Response response = get(target, "json");
    if (response.status != 200)
        throw std::runtime_error(target + " answers " + std::to_string(response.status) + ": " +
                                 response.body);
    return boost::json::parse(response.body);
}

bool shows(const http::Response& response, std::string_view text) {
    return response.body.find(text) != std::string::npos ||
           response.body.find(html::escape(text)) != std::string::npos;
}
