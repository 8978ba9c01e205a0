// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/offer.hpp"

#include "offers_for_tests.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

using namespace catalogue;
using namespace std::chrono;
using tests::has;

static std::vector<base::Reason> refusals(const char* json) {
    const auto offer = offer_from_json(boost::json::parse(json));
    return offer ? std::vector<base::Reason>{} : offer.error().reasons;
}

TEST_CASE("every offer comes back from its JSON as it was") {
    std::mt19937 random{11};
    for (int round = 0; round < 3000; ++round) {
        const Offer offer = tests::random_offer(random);
        const auto text = boost::json::serialize(to_json(offer));
        const auto back = offer_from_json(boost::json::parse(text));
        REQUIRE(back);
        REQUIRE(*back == offer);
    }
}

TEST_CASE("empty values are left out of the JSON, defaults that are not empty stay") {
    CHECK(to_json(Offer{.title = "Git"}) ==
          boost::json::parse(
              R"({"title":"Git","kind":"formation","visible":true,"languages":["fr"]})"));
    CHECK(to_json(Offer{.reviewed_on = base::Date{2026y / 2 / 3}}).at("reviewed_on") ==
          "2026-02-03");
}

TEST_CASE("JSON with unknown names or wrong types is refused by field, all at once") {
    const auto reasons = refusals(R"({"title": 3, "colour": "red", "languages": "fr", "visible": 1,
        "duration_minutes": 1.5, "expires_on": "2026-02-30", "audiences": ["a", 2],
        "skills": [{"code": "1.1", "level": 2}, 4], "eligibility": [], "price_cents": null})");
    CHECK(reasons.size() == 11);
    CHECK(has(reasons, "catalogue.problem.not_text", "title"));
    CHECK(has(reasons, "catalogue.problem.unknown_name", "colour"));
    CHECK(has(reasons, "catalogue.problem.not_list", "languages"));
    CHECK(has(reasons, "catalogue.problem.not_flag", "visible"));
    CHECK(has(reasons, "catalogue.problem.not_number", "duration_minutes"));
    CHECK(has(reasons, "catalogue.problem.not_date", "expires_on"));
    CHECK(has(reasons, "catalogue.problem.not_text", "audiences.1"));
    CHECK(has(reasons, "catalogue.problem.unknown_name", "skills.0.level"));
    CHECK(has(reasons, "catalogue.problem.not_object", "skills.1"));
    CHECK(has(reasons, "catalogue.problem.not_object", "eligibility"));
    CHECK(has(reasons, "catalogue.problem.not_number", "price_cents"));
    CHECK(has(refusals("[]"), "catalogue.problem.not_object"));
    CHECK(has(refusals(R"({"duration_minutes": 4294967296})"), "catalogue.problem.not_number"));
}

TEST_CASE("what is wrong with an offer is said by field, on both sides of each edge") {
    const auto with = [](auto change) {
        Offer offer{.title = "Git"};
        change(offer);
        return problems_of(offer);
    };
    CHECK(with([](Offer&) {}).empty());
    CHECK(has(with([](Offer& o) { o.title = std::string(" "); }), "catalogue.problem.missing",
              "title"));
    CHECK(has(with([](Offer& o) { o.title = std::string("ab"); }), "catalogue.problem.too_short",
              "title"));
    const auto accents = [](std::size_t count) {
        std::string text;
        while (count-- > 0) text += "é";
        return text;
    };
    CHECK(with([&](Offer& o) { o.title = accents(200); }).empty());
    CHECK(has(with([&](Offer& o) { o.title = accents(201); }), "catalogue.problem.too_long",
              "title"));
    CHECK(with([&](Offer& o) { o.summary = accents(1000); }).empty());
    CHECK(has(with([&](Offer& o) { o.summary = accents(1001); }), "catalogue.problem.too_long",
              "summary"));
    CHECK(has(with([&](Offer& o) { o.objectives = accents(5001); }), "catalogue.problem.too_long",
              "objectives"));
    CHECK(has(with([](Offer& o) { o.title = std::string("a\x01zz"); }),
              "catalogue.problem.characters", "title"));
    CHECK(has(with([](Offer& o) { o.summary = std::string("\xFF"); }),
              "catalogue.problem.characters", "summary"));
    CHECK(has(with([](Offer& o) { o.audiences = {"a", " "}; }), "catalogue.problem.empty_item",
              "audiences"));
    CHECK(has(with([](Offer& o) { o.kind = std::string("stage"); }),
              "catalogue.problem.unknown_code", "kind"));
    CHECK(has(with([](Offer& o) { o.modalities = {"radio"}; }), "catalogue.problem.unknown_code",
              "modalities"));
    CHECK(has(with([](Offer& o) { o.level = std::string("dieu"); }),
              "catalogue.problem.unknown_code", "level"));
    CHECK(has(with([](Offer& o) { o.pillars = {"x"}; }), "catalogue.problem.unknown_code",
              "pillars"));
    CHECK(has(with([](Offer& o) { o.languages = {"FR"}; }), "catalogue.problem.language",
              "languages"));
    CHECK(has(with([](Offer& o) { o.duration_minutes = 0; }), "catalogue.problem.duration"));
    CHECK(with([](Offer& o) { o.duration_minutes = 1; }).empty());
    CHECK(with([](Offer& o) { o.duration_minutes = 100'000; }).empty());
    CHECK(has(with([](Offer& o) { o.duration_minutes = 100'001; }), "catalogue.problem.duration"));
    CHECK(with([](Offer& o) { o.price_cents = 0; }).empty());
    CHECK(has(with([](Offer& o) { o.price_cents = -1; }), "catalogue.problem.price"));
    CHECK(has(with([](Offer& o) {
                  o.reviewed_on = base::Date{2026y / 2 / 3};
                  o.expires_on = base::Date{2026y / 2 / 2};
              }),
              "catalogue.problem.expires_before_review", "expires_on"));
    for (const auto& [from, to, good] : {std::tuple{0, 1, true},
                                         {8, 8, true},
                                         {3, 2, false},
                                         {0, 0, false},
                                         {-1, 3, false},
                                         {1, 9, false}})
        CHECK(with([&](Offer& o) { o.skills = {{"digcomp-2.2", "1.1", from, to}}; }).empty() ==
              good);
    CHECK(has(with([](Offer& o) { o.steps = {{"git", ""}}; }), "catalogue.problem.steps_of_kind"));
    CHECK(with([](Offer& o) {
              o.kind = std::string("parcours");
              o.steps = {{"git", ""}};
          }).empty());
    CHECK(has(with([](Offer& o) {
                  o.kind = std::string("parcours");
                  o.steps = {{"../x", ""}};
              }),
              "catalogue.problem.not_a_slug"));
}

TEST_CASE("only well-formed http, https and mailto links are links") {
    const auto good = [](std::string link) {
        return problems_of(Offer{.title = "Git", .registration_link = std::move(link)}).empty();
    };
    for (const char* link : {"https://a.fr", "HTTP://a.fr:8080/x?y=1#z", "http://[::1]/",
                             "mailto:a.b@c.fr", "mailto:a@c.fr?subject=x%20y", "https://été.fr/é"})
        CHECK_MESSAGE(good(link), link);
    for (const char* link :
         {"javascript:alert(1)", "//a.fr", "https://", "https:///x", "https://a b.fr", "a.fr",
          "https://u@a.fr", "https://a.fr:0/", "https://a.fr:99999/",
          "https://a.fr/\"onclick=", "mailto:", "mailto:a", "mailto:a@", "mailto:a@b@c",
          "data:text/html,x", "ftp://a.fr", "https://a.fr\\@b.fr"})
        CHECK_MESSAGE(!good(link), link);
    CHECK(has(problems_of(Offer{.title = "Git", .image_url = "mailto:a@b.fr"}),
              "catalogue.problem.image"));
}

TEST_CASE("publishing asks for a summary and a theme; a draft does not") {
    Offer offer{.title = "Git"};
    CHECK(problems_for_publication(offer).size() == 2);
    offer.summary = std::string("Versions");
    offer.themes = {"donnees"};
    CHECK(problems_for_publication(offer).empty());
    CHECK(problems_of(offer, tests::themes()).empty());
    offer.themes = {"data-ia"};
    CHECK(has(problems_of(offer, tests::themes()), "catalogue.problem.unknown_code", "themes"));
}

TEST_CASE("themes are understood by code and label of every version") {
    const auto& themes = tests::themes();
    using Codes = std::vector<std::string>;
    CHECK(themes.present().size() == 3);
    CHECK(themes.understand(" CYBERSECURITE ") == Codes{"cybersecurite"});
    CHECK(themes.understand("Artificial Intelligence") == Codes{"ia"});
    CHECK(themes.understand("data et ia") == Codes{"donnees", "ia"});
    CHECK(themes.understand("la donnee") == Codes{"donnees"});
    CHECK(themes.understand("cuisine").empty());
    CHECK(themes.find("data-ia") == nullptr);
    CHECK_THROWS(Themes("{}"));
    CHECK_THROWS(Themes("not json"));
}
