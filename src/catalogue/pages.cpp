// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/pages.hpp"

#include "catalogue/catalogue.hpp"
#include "catalogue/criteria.hpp"
#include "catalogue/views.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"

#include <boost/json.hpp>

namespace catalogue {
namespace {

// What every page of the public catalogue needs.
struct Site {
    db::Database& database;
    Catalogue& catalogue;
    SessionsOfOffers& sessions;
    std::string base_url;
};

// The catalogue as one reader sees it at one moment.
struct Sight {
    std::shared_ptr<const Published> published;
    std::optional<Reader> reader;
    Bits free_seats;

    ListContext context(const Site& site, const http::Request& request) const {
        return {*published, site.catalogue.themes(), free_seats, reader ? &*reader : nullptr,
                request.language};
    }
};

std::optional<base::PersonId> person_of(const http::Request& request) {
    return request.caller ? std::optional{request.caller->person} : std::nullopt;
}

Sight look(db::Transaction& transaction, const Site& site, const http::Request& request) {
    const db::Versions versions(transaction);
    const auto today = std::chrono::floor<std::chrono::days>(request.now);
    auto published = site.catalogue.published(transaction, versions, today);
    Bits free_seats(published->index.size());
    for (const base::OfferId id :
         *site.sessions.with_free_seats(transaction, versions, request.now))
        if (const std::size_t at = published->index.find(id); at < published->index.size())
            free_seats.set(at);
    auto reader = site.catalogue.reader(transaction, versions, person_of(request), today);
    return {std::move(published), std::move(reader), std::move(free_seats)};
}

Order order_of(const Criteria& criteria) {
    if (criteria.sort == "date") return Order::date;
    if (criteria.sort == "title") return Order::title;
    if (criteria.sort == "duration") return Order::duration;
    return Order::relevance;
}

http::Response show_list(const http::Request& request, const Site& site) {
    const Criteria criteria = read_criteria(request.query);
    const Sight sight = site.database.read(
        [&](db::Transaction& transaction) { return look(transaction, site, request); });
    const Bits open =
        sight.reader ? sight.published->open_to(*sight.reader) : Bits(sight.free_seats.size());
    Search search{.words = criteria.words,
                  .chosen = criteria.chosen,
                  .order = order_of(criteria),
                  .page = criteria.page};
    search.free_seats = &sight.free_seats;
    search.only_free_seats = criteria.free_seats;
    if (sight.reader) {
        search.open_to_me = &open;
        search.only_open_to_me = criteria.open_to_me;
    }
    const Found found = sight.published->index.search(search);
    return http::show(
        http::view("catalogue/list", list_view(criteria, found, sight.context(site, request))));
}

http::Response show_offer(const http::Request& request, const Site& site) {
    return site.database.read([&](db::Transaction& transaction) -> http::Response {
        const Sight sight = look(transaction, site, request);
        const std::size_t at = sight.published->index.find(request.path_value("slug"));
        if (at == sight.published->index.size())
            return http::refuse({base::ErrorKind::not_found, "catalogue.offer_unknown"});
        const IndexedOffer& offer = sight.published->index.at(at);
        return http::show(http::view(
            "catalogue/offer", offer_view(offer, sight.context(site, request),
                                          site.sessions.of_offer(transaction, offer.id,
                                                                 person_of(request), request.now),
                                          site.base_url)));
    });
}

std::vector<http::Parameter> list_parameters() {
    std::vector<http::Parameter> parameters{
        {"q", R"({"type":"string"})", false, "Words; misspellings and synonyms are understood"}};
    constexpr std::string_view several = R"({"type":"array","items":{"type":"string"}})";
    for (const Facet facet : facets)
        parameters.push_back({name_of(facet), several, false, "Repeat to choose several"});
    constexpr std::string_view flag = R"({"type":"string","enum":["1"]})";
    parameters.push_back({"free_seats", flag, false, "Only with a seat to take now"});
    parameters.push_back({"open_to_me", flag, false, "Only what the person signed in may take"});
    parameters.push_back(
        {"sort", R"({"type":"string","enum":["relevance","date","title","duration"]})"});
    parameters.push_back({"page", R"({"type":"integer","minimum":1})"});
    return parameters;
}

}  // namespace

void add_pages(http::Router& router, db::Database& database, Catalogue& catalogue,
               SessionsOfOffers& sessions, std::string base_url) {
    const auto site = std::make_shared<const Site>(
        Site{database, catalogue, sessions, std::move(base_url)});  // shared by the handlers below
    router.add("GET", "/catalogue", http::Access::anyone(),
               {.summary = "Search the catalogue of offers",
                .query = list_parameters(),
                .answer = list_schema},
               [site](const http::Request& request) { return show_list(request, *site); });
    router.add("GET", "/catalogue/{slug}", http::Access::anyone(),
               {.summary = "One offer with its coming sessions", .answer = offer_schema},
               [site](const http::Request& request) { return show_offer(request, *site); });
}

}  // namespace catalogue
