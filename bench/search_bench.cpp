// SPDX-License-Identifier: EUPL-1.2
// Times the search index on 10,000 made-up offers: words of a syllable language with frequencies as
// in a natural one (Zipf), beside real words of public training.
//   ninja -C build/release search_bench && build/release/search_bench [offers]
#include "base/text.hpp"
#include "catalogue/search.hpp"

#include <fmt/format.h>
#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <random>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using namespace std::string_literals;

constexpr std::array real_words{
    "cybersécurité", "numérique",  "accessibilité", "données",       "sécurité",     "prévention",
    "risques",       "formation",  "management",    "intelligence",  "artificielle", "service",
    "public",        "usagers",    "juridique",     "marchés",       "budget",       "projet",
    "conduite",      "changement", "écologique",    "transition",    "territoires",  "hôpital",
    "égalité",       "laïcité",    "déontologie",   "communication", "design",       "innovation"};

class Writer {
public:
    Writer() {
        constexpr std::array syllables{"ba",  "con", "di", "fé", "gra", "li",  "mo", "né",
                                       "pro", "ra",  "sé", "ti", "vu",  "tra", "lo", "ment"};
        for (const char* word : real_words) words_.emplace_back(word);
        std::uniform_int_distribution<std::size_t> pick(0, syllables.size() - 1);
        while (words_.size() < 40'000) {
            std::string word;
            const std::size_t count = 2 + pick(random_) % 4;
            for (std::size_t i = 0; i < count; ++i) word += syllables[pick(random_)];
            words_.push_back(std::move(word));
        }
    }
    std::size_t below(std::size_t end) {
        return std::uniform_int_distribution<std::size_t>(0, end - 1)(random_);
    }
    // The n-th most frequent word about 1/n as often as the first.
    const std::string& word() {
        const double u = std::uniform_real_distribution<double>(0, 1)(random_);
        const auto rank = std::pow(static_cast<double>(words_.size()), u) - 1;
        return words_[static_cast<std::size_t>(rank)];
    }
    std::string text(std::size_t count) {
        std::string text;
        for (std::size_t i = 0; i < count; ++i) {
            if (i != 0) text += i % 5 == 0 ? " de la " : " ";
            text += word();
        }
        return text;
    }

private:
    std::mt19937 random_{2026};
    std::vector<std::string> words_;
};

catalogue::IndexedOffer make(Writer& write, std::int64_t id) {
    constexpr std::array themes{"cybersecurite",
                                "donnees",
                                "design-et-accessibilite",
                                "intelligence-artificielle",
                                "droit-du-numerique",
                                "ecologie",
                                "methodes-agiles",
                                "culture-numerique",
                                "achats"};
    catalogue::IndexedOffer made{base::OfferId{id}, "offre-" + std::to_string(id), {}, {}};
    catalogue::Offer& offer = made.offer;
    offer.title = write.text(6);
    offer.summary = write.text(25);
    offer.objectives = write.text(35);
    offer.programme = write.text(80);
    offer.kind = std::array{"formation"s, "module"s, "parcours"s, "seminaire"s}[write.below(4)];
    offer.level = std::array{"novice"s, "debutant"s, "expert"s}[write.below(3)];
    offer.themes = {themes[write.below(themes.size())], themes[write.below(themes.size())]};
    offer.audiences = {"Public " + std::to_string(write.below(40)),
                       "Public " + std::to_string(write.below(40))};
    offer.organisers = {"École no " + std::to_string(write.below(400))};
    offer.places = {"Ville " + std::to_string(write.below(100))};
    offer.modalities = {std::array{"en-ligne"s, "presentiel"s, "hybride"s}[write.below(3)]};
    offer.pillars = {std::array{"fondamentaux"s, "excellence"s, "avenir"s}[write.below(3)]};
    offer.duration_minutes = static_cast<int>(write.below(3000));
    made.published_at = base::from_epoch(static_cast<std::int64_t>(write.below(100'000'000)));
    return made;
}

double milliseconds(Clock::duration time) {
    return std::chrono::duration<double, std::milli>(time).count();
}

double megabytes() {
    return static_cast<double>(mallinfo2().uordblks + mallinfo2().hblkhd) / 1e6;
}

void time_search(const catalogue::Index& index, const char* name, const catalogue::Search& search) {
    std::vector<double> times;
    catalogue::Found found;
    for (int i = 0; i < 400; ++i) {
        const auto start = Clock::now();
        found = index.search(search);
        times.push_back(milliseconds(Clock::now() - start) * 1000);
    }
    std::ranges::sort(times);
    fmt::print("{:<44} {:7.1f} us (p99 {:7.1f}) {:6} found{}{}\n", name, times[200], times[395],
               found.total, found.mended.empty() ? "" : ", read as: ", found.mended);
}

}  // namespace

int main(int argc, char** argv) {
    const auto size = argc > 1 ? base::to_integer(argv[1]).value_or(10'000) : 10'000;
    Writer write;
    const double empty = megabytes();
    std::vector<catalogue::IndexedOffer> made;
    for (std::int64_t id = 1; id <= size; ++id) made.push_back(make(write, id));
    const catalogue::Synonyms synonyms{"ia, intelligence artificielle\nrgaa, accessibilité"};

    const double before = megabytes();
    auto start = Clock::now();
    std::vector<std::shared_ptr<const catalogue::Indexed>> prepared;
    for (auto& offer : made) prepared.push_back(catalogue::prepare(std::move(offer)));
    const double preparing = milliseconds(Clock::now() - start) * 1000;
    made = std::vector<catalogue::IndexedOffer>();
    const double between = megabytes();
    start = Clock::now();
    catalogue::Index index{prepared, synonyms};
    const double building = milliseconds(Clock::now() - start);
    const double after = megabytes();
    for (int i = 0; i < 5; ++i) {
        start = Clock::now();
        const catalogue::Index again{prepared, synonyms};
        fmt::print("{}{:.0f}", i == 0 ? "build again, ms: " : ", ",
                   milliseconds(Clock::now() - start));
    }
    fmt::print(
        "\n{} offers; prepare {:.1f} us each; build {:.0f} ms; memory: offers {:.1f} MB, "
        "their words {:.1f} MB, index {:.1f} MB\n",
        size, preparing / static_cast<double>(size), building, before - empty, between - before,
        after - between);

    using catalogue::Facet;
    catalogue::Bits seats{index.size()};
    for (std::size_t i = 0; i < index.size(); i += 3) seats.set(i);
    const auto with = [&](std::string words, catalogue::FacetValues chosen = {},
                          catalogue::Order order = catalogue::Order::relevance, int page = 1) {
        return catalogue::Search{
            std::move(words), std::move(chosen), order, page, 20, &seats, &seats, false, false};
    };
    time_search(index, "nothing asked", with(""));
    time_search(index, "theme", with("", {{Facet::theme, {"cybersecurite"}}}));
    time_search(
        index, "theme, 2 modalities, by title, page 9",
        with("", {{Facet::theme, {"cybersecurite"}}, {Facet::modality, {"en-ligne", "hybride"}}},
             catalogue::Order::title, 9));
    time_search(index, "kind, level, pillar",
                with("", {{Facet::kind, {"formation", "module", "parcours"}},
                          {Facet::level, {"novice", "expert"}},
                          {Facet::pillar, {"avenir", "excellence"}}}));
    auto seated = with("");
    seated.only_free_seats = true;
    time_search(index, "free seats", seated);
    time_search(index, "one frequent word", with("numérique"));
    time_search(index, "two words", with("prévention risques"));
    time_search(index, "two words, one misspelt", with("prevantion risques"));
    time_search(index, "two words, both misspelt", with("accesibilite donées"));
    time_search(index, "two words, one two edits away", with("cibersecurté numérique"));
    time_search(index, "two words and a theme",
                with("sécurité public", {{Facet::theme, {"ecologie"}}}));
    time_search(index, "synonym", with("ia"));
    time_search(index, "prefix of three letters", with("con"));
    time_search(index, "nonsense", with("xyzzyqwk plughwert"));
    start = Clock::now();
    std::size_t sum = 0;
    for (std::size_t i = 0; i < 100; ++i) sum += index.alike(index.at(i).offer, 5).size();
    fmt::print("alike: {:.0f} us ({} found)\n", milliseconds(Clock::now() - start) * 10, sum);
}
