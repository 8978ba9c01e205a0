// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/search.hpp"

#include "base/text.hpp"
#include "catalogue/words.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace catalogue;

namespace {

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    for (Tokeniser tokens{text}; tokens.next();) words.emplace_back(tokens.word());
    return words;
}

struct Given {
    std::string title;
    std::string summary = {};
    std::optional<int> minutes = {};
    int published = 0;  // seconds
};

IndexedOffer given(std::int64_t id, const Given& some) {
    IndexedOffer offer{base::OfferId{id}, "offre-" + std::to_string(id), {}, {}};
    offer.offer.title = some.title;
    offer.offer.summary = some.summary;
    offer.offer.duration_minutes = some.minutes;
    offer.published_at = base::from_epoch(some.published);
    return offer;
}

Index index_of(const std::vector<IndexedOffer>& offers, std::string_view synonyms = "") {
    std::vector<std::shared_ptr<const Indexed>> prepared;
    for (const IndexedOffer& offer : offers) prepared.push_back(prepare(offer));
    return Index{std::move(prepared), Synonyms{synonyms}};
}

Index index_of(const std::vector<Given>& offers, std::string_view synonyms = "") {
    std::vector<IndexedOffer> made;
    for (std::size_t i = 0; i < offers.size(); ++i)
        made.push_back(given(static_cast<std::int64_t>(i) + 1, offers[i]));
    return index_of(made, synonyms);
}

// The ids of the results, in order.
std::vector<int> ids(const Index& index, const Found& found) {
    std::vector<int> ids;
    for (const auto position : found.positions)
        ids.push_back(static_cast<int>(index.at(position).id.value));
    return ids;
}
std::vector<int> ids(const Index& index, const std::string& words) {
    return ids(index, index.search({.words = words}));
}

const FacetCount* count_of(const Found& found, Facet facet, std::string_view value) {
    const auto& counts = found.facets.at(facet);
    const auto at = std::ranges::find(counts, value, &FacetCount::value);
    return at == counts.end() ? nullptr : &*at;
}

std::string numbered(char letter, std::size_t number) {
    std::string text{letter};
    text += std::to_string(number);
    return text;
}

// The textbook's matrix, to check the bit vectors against.
std::size_t slow_distance(std::string_view a, std::string_view b) {
    std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                d[i][j] = i + j;
                continue;
            }
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1,
                                d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}

}  // namespace

TEST_CASE("words are cut where a reader would cut them") {
    using Words = std::vector<std::string>;
    CHECK(words_of("L’État, c'est l'IA « ÉTHIQUE » jusqu'au RS6247 !") ==
          Words{"état", "est", "ia", "éthique", "au", "rs6247"});
    CHECK(words_of("Le langage C, R et D : aujourd'hui") ==
          Words{"le", "langage", "c", "r", "et", "aujourd", "hui"});
    CHECK(words_of("e-learning🎓à\u00A0distance…") == Words{"learning", "distance"});
    CHECK(words_of("Œuvre ŸVES бюджет") == Words{"œuvre", "ÿves", "бюджет"});
    CHECK(words_of("a\xFF\xFEzéro\xC3") == Words{"zéro"});
    CHECK(words_of(" '’\" ").empty());
    CHECK(words_of(std::string(100, 'x')) == Words{std::string(longest_word, 'x')});
}

TEST_CASE("words that differ by number and gender have one stem") {
    for (const auto& [one, other] :
         std::vector<std::pair<std::string, std::string>>{{"formation", "formations"},
                                                          {"numerique", "numeriques"},
                                                          {"national", "nationale"},
                                                          {"national", "nationaux"},
                                                          {"agent", "agentes"},
                                                          {"donnee", "donnees"},
                                                          {"forme", "formees"},
                                                          {"accessibilite", "accessibilites"},
                                                          {"territorial", "territoriales"}}) {
        CAPTURE(one);
        CHECK(stem(one) == stem(other));
    }
    CHECK(stem("budget") != stem("public"));
}

TEST_CASE("the distance between words is the number of edits, as the textbook counts") {
    CHECK(edit_distance("prevantion", "prevention") == 1);
    CHECK(edit_distance("ab", "ba") == 1);
    CHECK(edit_distance("", "ab") == 2);
    std::mt19937 random{7};
    const auto word = [&] {
        std::string made(random() % 12, ' ');
        for (char& c : made) c = static_cast<char>('a' + random() % 3);
        return made;
    };
    for (int i = 0; i < 3000; ++i) {
        const auto a = word();
        const auto b = word();
        CAPTURE(a);
        CAPTURE(b);
        REQUIRE(edit_distance(a, b) == slow_distance(a, b));
    }
}

TEST_CASE("the speller finds the nearest word, then the most frequent") {
    const Speller speller{{{"securite", 10},
                           {"securiser", 90},
                           {"prevention", 5},
                           {"donnees", 3},
                           {"cle", 1},
                           {"plan", 4},
                           {"plat", 9},
                           {"rs6247", 50}}};
    CHECK(speller.nearest("securitee") == 0);  // one edit comes before two of a frequent word
    CHECK(speller.nearest("prevanttion") == 2);
    CHECK(speller.nearest("plar") == 6);
    CHECK(speller.nearest("dnnee") == std::nullopt);  // five letters: one edit
    CHECK(speller.nearest("dnnees") == 3);
    CHECK(speller.nearest("xyzxyzxyz") == std::nullopt);
    CHECK(speller.nearest("cl") == std::nullopt);
    CHECK(speller.nearest("rs6248") == std::nullopt);
    CHECK(speller.nearest(std::string(500, 'a')) == std::nullopt);
    CHECK(Speller{}.nearest("securite") == std::nullopt);
}

TEST_CASE("a query finds what people mean") {
    const auto index =
        index_of({{"La cybersécurité pour tous"},                                   // 1
                  {"L'accessibilité numérique", "Rendre un site accessible"},       // 2
                  {"Formations à la prévention des risques"},                       // 3
                  {"Découvrir l’intelligence artificielle", "Des IA génératives"},  // 4
                  {"Utiliser l'IA au quotidien"},                                   // 5
                  {"Programmer en R", "Statistiques avec le langage R"},            // 6
                  {"Marchés publics numériques"}});                                 // 7
    struct Row {
        std::string query;
        std::vector<int> found;
        std::string mended;
    };
    for (const Row& row : std::vector<Row>{
             {"CYBERSECURITE", {1}, ""},
             {"cybersecurté", {1}, "cybersécurité"},
             {"accesibilite", {2}, "accessibilité"},
             {"la prevantion des risque", {3}, "la prévention des risque"},
             {"formation prévention", {3}, ""},
             {"numériques accessibilités", {2}, ""},
             {"l'accessibilité du numérique", {2}, ""},
             {"cyber", {1}, ""},       // the last word as a beginning
             {"cyber tous", {1}, ""},  // any word that is not known as a whole
             {"langage R", {6}, ""},
             {"pour tous", {1}, ""},
             {"marche public", {7}, ""},
             {"qwertyuiop", {}, ""},
             {"des", {3}, ""},
             {"ees", {}, ""},  // nobody means "des"
         }) {
        CAPTURE(row.query);
        const auto found = index.search({.words = row.query});
        CHECK(ids(index, found) == row.found);
        CHECK(found.total == static_cast<int>(row.found.size()));
        CHECK(found.mended == row.mended);
        CHECK_FALSE(found.partial);
    }
    CHECK(ids(index, "le") == std::vector<int>{});  // a stop word that no title has
    CHECK(ids(index, "pour") == std::vector<int>{1});
}

TEST_CASE("a mended word has its accents, though codes and capitals come without") {
    const auto index = index_of({{"ACCESSIBILITE"}, {"Accessibilite"}, {"L’accessibilité"}});
    CHECK(index.search({.words = "accesibilite"}).mended == "accessibilité");
}

TEST_CASE("synonyms work both ways, also of several words and after mending") {
    const std::string synonyms =
        "# groups\nIA, intelligence artificielle # both\n\nrgaa, accessibilité\n";
    const auto index = index_of({{"Découvrir l’intelligence artificielle"},
                                 {"Utiliser l'IA au quotidien"},
                                 {"Intelligence collective"},
                                 {"Fleur artificielle"},
                                 {"Accessibilité des sites"}},
                                synonyms);
    CHECK(Synonyms{synonyms}.groups().size() == 2);
    CHECK(ids(index, "ia") == std::vector<int>{2, 1});
    CHECK(ids(index, "intelligence artificielle") == std::vector<int>{1, 2});
    CHECK(ids(index, "inteligence artificielle") == std::vector<int>{1, 2});
    CHECK(ids(index, "rgaa") == std::vector<int>{5});
    CHECK(ids(index, "rgaa des sites") == std::vector<int>{5});
    CHECK(ids(index, "utiliser intelligence artificielle") == std::vector<int>{2});
}

TEST_CASE("the title counts most, above all as a phrase or from its beginning") {
    const auto index = index_of({{"Gestion", "conduite de projet et projet encore"},  // 1
                                 {"Projet de conduite"},                              // 2
                                 {"Réussir la conduite de projet"},                   // 3
                                 {"Conduite de projet : les bases"},                  // 4
                                 {"Conduite de projet"}});                            // 5
    CHECK(ids(index, "conduite de projet") == std::vector<int>{5, 4, 3, 2, 1});
}

TEST_CASE("when no offer has all words, those with the most of them come") {
    const auto index = index_of({{"Budget"}, {"Budget et marchés"}, {"Laïcité"}});
    const auto found = index.search({.words = "budget marchés laïcité"});
    CHECK(found.partial);
    CHECK(found.total == 3);
    CHECK(ids(index, found).front() == 2);
    CHECK_FALSE(index.search({.words = "budget marchés"}).partial);
    CHECK_FALSE(index.search({.words = "rien xxxxx"}).partial);
    // Filters that leave nothing are no reason to ask for less.
    const auto none =
        index.search({.words = "budget marchés", .chosen = {{Facet::level, {"expert"}}}});
    CHECK(none.total == 0);
    CHECK_FALSE(none.partial);
}

TEST_CASE("orders are the reader's, and ties always fall the same way") {
    const auto index = index_of({{"Éthique", "", 60, 10},
                                 {"Achats", "", std::nullopt, 30},
                                 {"Écologie", "", 30, 20},
                                 {"« Égalité »", "", 60, 30},
                                 {"Achats", "", 5000, 30}});
    const auto by = [&](Order order) { return ids(index, index.search({.order = order})); };
    CHECK(by(Order::relevance) == std::vector<int>{2, 5, 4, 3, 1});
    CHECK(by(Order::date) == std::vector<int>{2, 5, 4, 3, 1});
    CHECK(by(Order::title) == std::vector<int>{2, 5, 3, 4, 1});
    CHECK(by(Order::duration) == std::vector<int>{3, 4, 1, 5, 2});
}

TEST_CASE("pages follow one another and end") {
    std::vector<Given> offers;
    for (int i = 0; i < 45; ++i) offers.push_back({"Offre commune", "", i, 45 - i});
    const auto index = index_of(offers);
    for (const Order order : {Order::relevance, Order::date, Order::title, Order::duration}) {
        for (const std::string words : {"", "commune"}) {
            std::vector<int> seen;
            for (int page = 1; page <= 3; ++page) {
                const auto found = index.search({.words = words, .order = order, .page = page});
                CHECK(found.total == 45);
                for (const int id : ids(index, found)) seen.push_back(id);
            }
            CHECK(seen.size() == 45);
            std::ranges::sort(seen);
            CHECK(std::ranges::adjacent_find(seen) == seen.end());
            for (const int page : {-1, 0, 4, 2147483647}) {
                const auto found = index.search({.words = words, .order = order, .page = page});
                CHECK(found.total == 45);
                CHECK(found.positions.empty());
            }
        }
    }
}

TEST_CASE("offers are found by id and slug") {
    const auto index = index_of({{"Un"}, {"Deux"}});
    CHECK(index.at(index.find(base::OfferId{2})).slug == "offre-2");
    CHECK(index.at(index.find("offre-1")).id == base::OfferId{1});
    CHECK(index.find("offre-3") == index.size());
    CHECK(index.find(base::OfferId{3}) == index.size());
}

TEST_CASE("facets show labels as first written and keep what was asked") {
    std::vector<IndexedOffer> offers{given(1, {"A", "", 119, 1}), given(2, {"B", "", 120, 2}),
                                     given(3, {"C", "", 2400, 3})};
    offers[0].offer.audiences = {"Agents publics", "AGENTS PUBLICS"};
    offers[1].offer.audiences = {"agents publics", "Élus"};
    offers[2].offer.audiences = {"🎓"};
    const auto index = index_of(offers);
    auto found = index.search({});
    REQUIRE(count_of(found, Facet::audience, "agents-publics") != nullptr);
    CHECK(count_of(found, Facet::audience, "agents-publics")->label == "Agents publics");
    CHECK(count_of(found, Facet::audience, "agents-publics")->count == 2);
    CHECK(found.facets.at(Facet::audience).size() == 2);
    CHECK(count_of(found, Facet::duration, "moins-de-2h")->count == 1);
    CHECK(count_of(found, Facet::duration, "demi-journee")->count == 1);
    CHECK(count_of(found, Facet::duration, "plus-de-5-jours")->count == 1);

    found = index.search({.chosen = {{Facet::audience, {"martiens", "elus", "martiens"}}}});
    CHECK(found.total == 1);
    CHECK(count_of(found, Facet::audience, "agents-publics")->count == 2);
    CHECK(count_of(found, Facet::audience, "elus")->chosen);
    REQUIRE(count_of(found, Facet::audience, "martiens") != nullptr);
    CHECK(count_of(found, Facet::audience, "martiens")->chosen);
    CHECK(count_of(found, Facet::audience, "martiens")->count == 0);
    CHECK(found.facets.at(Facet::audience).size() == 3);
    CHECK(index.search({.chosen = {{Facet::theme, {"inconnu"}}}}).total == 0);
}

TEST_CASE("at most thirty free words are shown, and the chosen one among them always") {
    std::vector<IndexedOffer> offers;
    for (int i = 0; i < 100; ++i) {
        offers.push_back(given(i + 1, {"T"}));
        offers.back().offer.places = {"Ville " + std::to_string(i % 50)};
        if (i < 40) offers.back().offer.places.emplace_back("Paris");
    }
    const auto found = index_of(offers).search({.chosen = {{Facet::place, {"ville-49", "paris"}}}});
    const auto& places = found.facets.at(Facet::place);
    CHECK(places.size() == 31);
    CHECK(places.front().label == "Paris");
    CHECK(places.front().count == 40);
    CHECK(count_of(found, Facet::place, "ville-49")->chosen);
}

TEST_CASE("counts are what one would count by hand") {
    std::mt19937 random{2026};
    const auto below = [&](std::size_t end) { return static_cast<std::size_t>(random() % end); };
    const std::vector<std::string> words{"budget", "projet", "laïcité", "achats", "données"};
    std::vector<IndexedOffer> offers;
    for (int i = 0; i < 700; ++i) {
        auto offer = given(i + 1, {words[below(5)], words[below(5)], {}, i});
        offer.offer.themes = {numbered('t', below(4)), numbered('t', below(4))};
        offer.offer.level = below(3) == 0 ? "" : numbered('l', below(3));
        offer.offer.modalities = {numbered('m', below(3))};
        offer.offer.organisers = {numbered('o', below(25))};
        offers.push_back(std::move(offer));
    }
    const auto index = index_of(offers);
    Bits seats{index.size()};
    Bits mine{index.size()};
    for (std::size_t i = 0; i < index.size(); ++i) {
        if (below(3) == 0) seats.set(i);
        if (below(2) == 0) mine.set(i);
    }
    const auto values_of = [](const Offer& offer, Facet facet) -> std::vector<std::string> {
        switch (facet) {
            case Facet::theme:
                return offer.themes;
            case Facet::level:
                return {offer.level};
            case Facet::modality:
                return offer.modalities;
            case Facet::organiser:
                return offer.organisers;
            default:
                return {};
        }
    };
    const std::vector<Facet> some{Facet::theme, Facet::level, Facet::modality, Facet::organiser};
    for (int round = 0; round < 150; ++round) {
        Search search;
        if (below(2) == 0) search.words = words[below(5)];
        if (below(2) == 0) search.chosen[Facet::theme] = {"t0", numbered('t', below(5))};
        if (below(2) == 0) search.chosen[Facet::level] = {numbered('l', below(3))};
        if (below(3) == 0) search.chosen[Facet::modality] = {"m1"};
        if (below(4) == 0) search.chosen[Facet::organiser] = {"o3", numbered('o', below(25))};
        search.free_seats = &seats;
        search.open_to_me = &mine;
        search.only_free_seats = below(3) == 0;
        search.only_open_to_me = below(3) == 0;
        const auto found = index.search(search);

        // `left_out`: a facet, or 100 for free seats and 101 for open to me.
        const auto matches = [&](std::size_t position, int left_out) {
            const Offer& offer = index.at(position).offer;
            if (!search.words.empty() && offer.title != search.words &&
                offer.summary != search.words)
                return false;
            for (const auto& [facet, chosen] : search.chosen) {
                if (static_cast<int>(facet) == left_out) continue;
                const auto values = values_of(offer, facet);
                if (std::ranges::find_first_of(values, chosen) == values.end()) return false;
            }
            if (search.only_free_seats && left_out != 100 && !seats.test(position)) return false;
            return !search.only_open_to_me || left_out == 101 || mine.test(position);
        };
        const auto count = [&](int left_out, auto has) {
            int total = 0;
            for (std::size_t i = 0; i < index.size(); ++i)
                if (matches(i, left_out) && has(i)) ++total;
            return total;
        };
        REQUIRE(found.total == count(-1, [](std::size_t) { return true; }));
        REQUIRE(found.free_seats_count == count(100, [&](std::size_t i) { return seats.test(i); }));
        REQUIRE(found.open_to_me_count == count(101, [&](std::size_t i) { return mine.test(i); }));
        for (const Facet facet : some) {
            for (std::size_t v = 0; v < 25; ++v) {
                const std::string value = numbered(name_of(facet).front(), v);
                const int expected = count(static_cast<int>(facet), [&](std::size_t i) {
                    const auto values = values_of(index.at(i).offer, facet);
                    return std::ranges::find(values, value) != values.end();
                });
                const auto* shown = count_of(found, facet, value);
                REQUIRE((shown == nullptr ? 0 : shown->count) == expected);
            }
            const auto& counts = found.facets.at(facet);
            REQUIRE(std::ranges::is_sorted(counts, std::greater{}, &FacetCount::count));
        }
    }
}

TEST_CASE("an offer is like itself, nearly like its copy and not like another") {
    const std::string text =
        "Reconnaître les principales menaces, protéger son poste de travail, choisir de bons mots "
        "de "
        "passe, réagir à un hameçonnage et signaler un incident au bon interlocuteur.";
    auto offers = std::vector<Given>{{"Les bases de la cybersécurité au bureau", text},
                                     {"Les achats responsables", "Rédiger des clauses sociales"},
                                     {"Cybersécurité des hôpitaux", "Sécuriser les appareils"}};
    for (int i = 0; i < 30; ++i)
        offers.push_back({"Autre sujet " + std::to_string(i), "Rien de commun du tout"});
    const auto index = index_of(offers);
    const auto itself = index.alike(index.at(index.find(base::OfferId{1})).offer, 5);
    REQUIRE_FALSE(itself.empty());
    CHECK(index.at(itself[0].first).id.value == 1);
    CHECK(itself[0].second == doctest::Approx(1.0).epsilon(0.001));
    const auto copy = index.alike(
        given(0, {"Les bases de la cybersécurité au travail", text + " En ligne."}).offer, 2);
    REQUIRE(copy.size() == 2);
    CHECK(index.at(copy[0].first).id.value == 1);
    CHECK(copy[0].second > 0.9);
    CHECK(index.at(copy[1].first).id.value == 3);
    CHECK(copy[1].second < 0.4);
    CHECK(index.alike(Offer{}, 0).empty());
}

TEST_CASE("an empty index answers everything with nothing") {
    const auto index = index_of(std::vector<Given>{});
    for (const std::string words : {"", "budget", "intelligence artificielle"}) {
        const auto found = index.search({.words = words, .chosen = {{Facet::theme, {"x"}}}});
        CHECK(found.total == 0);
        CHECK(found.positions.empty());
        CHECK(count_of(found, Facet::theme, "x")->chosen);
    }
    CHECK(index.alike(Offer{}, 5).empty());
}

TEST_CASE("hostile queries cost little and find nothing wrong") {
    const auto index =
        index_of({{"Budget de l'État"}, {"Projet"}}, "ia, intelligence artificielle");
    std::string long_text;
    while (long_text.size() < 10'000) long_text += "budgett prjet ";
    const auto found = index.search({.words = long_text});
    CHECK(found.partial);
    CHECK(found.total == 2);
    CHECK(base::length(found.mended) <= 250);
    CHECK(base::is_utf8(found.mended));
    for (const std::string words :
         {"🎓🎓", "\"'’`", "%_*?()[]{}\\", "a b d", "' OR 1=1 --", "<script>", "\xFF\xC3", "....",
          "ia ia ia ia", "intelligence", "artificielle intelligence"}) {
        CAPTURE(words);
        CHECK(index.search({.words = words}).total == 0);
    }
    CHECK(index.search({.words = " \n\t "}).total == 2);
    CHECK(index.search({.words = std::string(10'000, 'b')}).total == 0);
    std::vector<std::string> many(5000, "x");
    CHECK(index.search({.chosen = {{Facet::theme, many}}}).total == 0);
}

TEST_CASE("a set of bits made for another size does no harm") {
    Bits a{70, true};
    CHECK(a.count() == 70);
    Bits small{3, true};
    CHECK(count_common(a, small) == 3);
    CHECK_FALSE(small.test(64));
    small |= a;
    CHECK(small.count() == 3);
    a &= small;
    CHECK(a.count() == 3);
    CHECK(a.size() == 70);
    CHECK_FALSE(Bits{}.any());
}
