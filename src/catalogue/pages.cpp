// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/pages.hpp"

#include "catalogue/catalogue.hpp"
#include "catalogue/criteria.hpp"
#include "catalogue/formats.hpp"
#include "catalogue/views.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "http/router.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <limits>

namespace catalogue {
namespace {

// What every page of the public catalogue needs.
struct Site {
    db::Database& database;
    Catalogue& catalogue;
    SessionsOfOffers& sessions;
    const http::PageRenderer& words;
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

// What of the catalogue the criteria leave, in pages of `per_page`.
Found search(const Criteria& criteria, const Sight& sight, int per_page) {
    const Bits open =
        sight.reader ? sight.published->open_to(*sight.reader) : Bits(sight.free_seats.size());
    Search search{.words = criteria.words,
                  .chosen = criteria.chosen,
                  .order = order_of(criteria),
                  .page = criteria.page,
                  .per_page = per_page};
    search.free_seats = &sight.free_seats;
    search.only_free_seats = criteria.free_seats;
    if (sight.reader) {
        search.open_to_me = &open;
        search.only_open_to_me = criteria.open_to_me;
    }
    return sight.published->index.search(search);
}

http::Response show_list(const http::Request& request, const Site& site) {
    const Criteria criteria = read_criteria(request.query);
    const Sight sight = site.database.read(
        [&](db::Transaction& transaction) { return look(transaction, site, request); });
    const Found found = search(criteria, sight, Search{}.per_page);
    return http::show(
        http::view("catalogue/list", list_view(criteria, found, sight.context(site, request))));
}

// The offers of a file: those of the page with the same criteria, on one page.
std::vector<Exported> chosen_offers(const http::Request& request, const Site& site,
                                    Criteria criteria, int most) {
    const Sight sight = site.database.read(
        [&](db::Transaction& transaction) { return look(transaction, site, request); });
    criteria.page = 1;
    std::vector<Exported> offers;
    for (const std::size_t position : search(criteria, sight, most).positions) {
        const IndexedOffer& indexed = sight.published->index.at(position);
        offers.push_back({indexed.slug, indexed.offer, indexed.published_at, indexed.id});
    }
    return offers;
}

// By slug, so that two files of the same offers are equal.
std::vector<Exported> whole_catalogue(const http::Request& request, const Site& site) {
    auto offers =
        chosen_offers(request, site, read_criteria(request.query), std::numeric_limits<int>::max());
    std::ranges::sort(offers, {}, &Exported::slug);
    return offers;
}

http::Response csv_file(const http::Request& request, const Site& site) {
    return http::download(write_csv(whole_catalogue(request, site), site.catalogue.themes()),
                          "text/csv; charset=utf-8", "campus-catalogue.csv");
}

http::Response open_data_file(const http::Request& request, const Site& site) {
    return http::download(write_open_data_csv(whole_catalogue(request, site)),
                          "text/csv; charset=utf-8", "campus-open-data.csv");
}

http::Response lheo_file(const http::Request& request, const Site& site) {
    const Periods periods = site.database.read([&](db::Transaction& transaction) {
        return site.sessions.periods(transaction, request.now);
    });
    return http::download(write_lheo(whole_catalogue(request, site), periods, site.base_url),
                          "application/xml; charset=utf-8", "campus-catalogue.xml");
}

http::Response feed(const http::Request& request, const Site& site) {
    constexpr int latest = 50;
    Criteria criteria = read_criteria(request.query);
    criteria.sort = "date";
    const auto offers = chosen_offers(request, site, std::move(criteria), latest);
    base::Time updated{};
    for (const Exported& offer : offers) updated = std::max(updated, offer.updated_at);
    return http::content(
        write_atom(offers, site.base_url,
                   site.words.message(request.language, {"catalogue.list.feed"}), updated),
        "application/atom+xml; charset=utf-8");
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
               SessionsOfOffers& sessions, const http::PageRenderer& words, std::string base_url) {
    const auto site =
        std::make_shared<const Site>(Site{database, catalogue, sessions, words,
                                          std::move(base_url)});  // shared by the handlers below
    router.add("GET", "/catalogue", http::Access::anyone(),
               {.summary = "Search the catalogue of offers",
                .query = list_parameters(),
                .answer = list_schema},
               [site](const http::Request& request) { return show_list(request, *site); });
    router.add("GET", "/catalogue/{slug}", http::Access::anyone(),
               {.summary = "One offer with its coming sessions", .answer = offer_schema},
               [site](const http::Request& request) { return show_offer(request, *site); });
    const auto add_file = [&](const char* pattern, const char* type, const char* summary,
                              auto handler) {
        router.add(
            "GET", pattern, http::Access::anyone(),
            {.summary = summary, .query = list_parameters(), .content_type = type},
            [site, handler](const http::Request& request) { return handler(request, *site); });
    };
    add_file("/catalogue.csv", "text/csv", "The catalogue in 11 columns", csv_file);
    add_file("/catalogue/open-data.csv", "text/csv", "The catalogue with all fields",
             open_data_file);
    add_file("/catalogue.xml", "application/xml", "The catalogue in LHEO 2.3", lheo_file);
    add_file("/catalogue.atom", "application/atom+xml", "The latest 50 offers (RFC 4287)", feed);
}

}  // namespace catalogue
