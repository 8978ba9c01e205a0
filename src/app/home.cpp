// SPDX-License-Identifier: EUPL-1.2
#include "app/home.hpp"

#include "app/application.hpp"
#include "catalogue/views.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "enrolments/views.hpp"

#include <boost/json.hpp>

#include <chrono>

namespace app {
namespace json = boost::json;

const std::string_view home_schema = R"json({
 "type": "object",
 "required": ["total", "themes", "sessions", "latest"],
 "properties": {
  "total": {"type": "integer"},
  "themes": {"type": "array", "items": {
   "type": "object",
   "required": ["value", "label", "count"],
   "properties": {"value": {"type": "string"}, "label": {"type": "string"},
                  "count": {"type": "integer"}}}},
  "sessions": {"type": "array", "items": {
   "type": "object", "required": ["id", "starts_at", "free", "offer"]}},
  "latest": {"type": "array", "items": {"type": "object", "required": ["slug", "title"]}},
  "campaigns": {"type": "integer"},
  "mine": {
   "type": "object",
   "required": ["waiting"],
   "properties": {"next": {"type": "object"}, "waiting": {"type": "array"}}}}})json";

namespace {

constexpr int sessions_shown = 6;
constexpr int offers_shown = 4;
// Some of the next sessions are not for the reader: that many are looked at.
constexpr int sessions_looked_at = 40;

// The next sessions of published offers, for somebody signed in only those that they may take.
json::array next_sessions(Application& app, db::Transaction& transaction,
                          const catalogue::Published& published, const catalogue::Reader* reader,
                          base::Time now) {
    json::array views;
    for (const sessions::Placed& placed :
         app.sessions.next_with_free_seats(transaction, now, sessions_looked_at)) {
        if (views.size() == sessions_shown) break;
        const std::size_t at = published.index.find(placed.session.offer);
        if (at == published.index.size()) continue;
        const catalogue::IndexedOffer& indexed = published.index.at(at);
        if (reader != nullptr && catalogue::why_not_take(indexed.offer.eligibility, *reader))
            continue;
        json::object view =
            sessions::session_view(placed.session, placed.venue ? &*placed.venue : nullptr);
        view["offer"] = {{"slug", indexed.slug},
                         {"title", indexed.offer.shown_title()},
                         {"fictitious", indexed.offer.fictitious}};
        views.push_back(std::move(view));
    }
    return views;
}

json::object mine(Application& app, db::Transaction& transaction, base::PersonId person,
                  base::Time now) {
    json::object view{{"to_answer", json::array{}}, {"waiting", json::array{}}};
    const auto trainings = app.enrolments.trainings_of(transaction, person, now);
    for (const enrolments::Training& training : trainings.list) {
        if (training.session.ends_at() <= now) continue;
        if (training.enrolment.state == enrolments::State::offered)
            view["to_answer"].as_array().push_back(enrolments::training_view(training, now));
        else if (training.enrolment.state == enrolments::State::waiting)
            view["waiting"].as_array().push_back(enrolments::training_view(training, now));
        else if (training.enrolment.state == enrolments::State::seated && !view.contains("next"))
            view["next"] = enrolments::training_view(training, now);
    }
    return view;
}

}  // namespace

http::Response show_home(const http::Request& request, Application& app) {
    return app.database.read([&](db::Transaction& transaction) {
        const db::Versions versions(transaction);
        const auto today = std::chrono::floor<std::chrono::days>(request.now);
        const auto published = app.catalogue.published(transaction, versions, today);
        catalogue::Bits free_seats(published->index.size());
        for (const base::OfferId id :
             *app.enrolments.with_free_seats(transaction, versions, request.now))
            if (const std::size_t at = published->index.find(id); at < published->index.size())
                free_seats.set(at);
        const auto reader = app.catalogue.reader(
            transaction, versions,
            request.caller ? std::optional{request.caller->person} : std::nullopt, today);

        // The first few of the whole catalogue, latest first, and the counts of its themes.
        catalogue::Search search;
        search.per_page = offers_shown;
        const catalogue::Found found = published->index.search(search);
        json::value list = catalogue::list_view({}, found,
                                                {*published, app.catalogue.themes(), free_seats,
                                                 reader ? &*reader : nullptr, request.language});
        json::object view{{"total", found.total},
                          {"themes", std::move(list.at("facets").at("theme"))},
                          {"sessions", next_sessions(app, transaction, *published,
                                                     reader ? &*reader : nullptr, request.now)},
                          {"latest", std::move(list.at("results"))}};
        if (request.caller) {
            view["mine"] = mine(app, transaction, request.caller->person, request.now);
            view["campaigns"] =
                app.campaigns.waiting_for(transaction, request.caller->person, request.now);
        }
        return http::show(http::view("app/home", std::move(view)));
    });
}

}  // namespace app
