// SPDX-License-Identifier: EUPL-1.2
// The search: an immutable in-memory index over the published offers, the same on both engines.
// Facets are bit sets, words an inverted index of French stems with weights by field; misspelt
// words are mended from the index's own vocabulary, synonyms come from data. Pure: no database.
#pragma once
#include "base/ids.hpp"
#include "catalogue/bits.hpp"
#include "catalogue/offer.hpp"

#include <array>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace catalogue {

// One offer made ready for the index: stems with weights and facet values. Costly (tokenising), so
// made once per offer and change, and shared by the indexes of successive versions.
struct Indexed;
struct IndexedOffer {
    base::OfferId id;
    std::string slug;
    Offer offer;
    base::Time published_at{};
};
std::shared_ptr<const Indexed> prepare(IndexedOffer);
const IndexedOffer& source_of(const Indexed&);

// Groups of words that mean the same ("ia", "intelligence artificielle"); read from
// data/reference/synonyms.txt: one group a line, separated by commas; "#" begins a remark.
class Synonyms {
public:
    Synonyms() = default;
    explicit Synonyms(std::string_view text);
    const std::vector<std::vector<std::string>>& groups() const { return groups_; }

private:
    std::vector<std::vector<std::string>> groups_;  // folded, words apart by one space
};

enum class Facet {
    theme,
    audience,
    modality,
    kind,
    level,
    duration,
    organiser,
    place,
    pillar,
    language
};
inline constexpr std::array facets{Facet::theme,  Facet::audience, Facet::modality,  Facet::kind,
                                   Facet::level,  Facet::duration, Facet::organiser, Facet::place,
                                   Facet::pillar, Facet::language};
std::string_view name_of(Facet);  // "theme": the parameter in the URL

// Classes of the duration facet, by taught minutes: "moins-de-2h" (< 120), "demi-journee" (< 270),
// "journee" (< 480), "2-a-5-jours" (< 2400), "plus-de-5-jours"; "" when not known (no class).
std::string_view duration_class(std::optional<int> minutes);

// Values of one facet are joined by OR, facets by AND.
using FacetValues = std::map<Facet, std::vector<std::string>>;

enum class Order { relevance, date, title, duration };

struct Search {
    std::string words;  // 200 characters and 16 words of it are read
    FacetValues chosen;
    Order order = Order::relevance;
    int page = 1;  // from 1; beyond the results it is empty
    int per_page = 20;
    // Further conditions, by position in the index. They come from other slices; nullptr: not
    // known, so counted as 0, and "only" is not heard.
    const Bits* free_seats = nullptr;
    const Bits* open_to_me = nullptr;
    bool only_free_seats = false;
    bool only_open_to_me = false;
};

struct FacetCount {
    std::string value;  // the slug in the URL
    std::string label;  // as first written by an organiser; for coded facets, the code
    int count = 0;  // results if this value were (also) chosen: other facets applied, not its own
    bool chosen = false;
};

struct Found {
    int total = 0;
    std::vector<std::size_t> positions;  // of this page, in order
    // By count, then label; values without results are left out, and audiences, organisers and
    // places beyond the first 30; chosen ones stand always, even when unknown.
    std::map<Facet, std::vector<FacetCount>> facets;
    int free_seats_count = 0, open_to_me_count = 0;  // like the facets' counts
    // The whole query with its misspelt words as the organisers write them: "cybersécurité" when
    // "cybersecurté" was read so; "" when nothing was mended.
    std::string mended;
    bool partial = false;  // no offer has all words: those with the most of them come first
};

// Positions run from 0, most recently published first (then by title, then by id). Safe to search
// from several threads.
class Index {
public:
    Index(std::vector<std::shared_ptr<const Indexed>>, const Synonyms&);
    ~Index();
    Index(Index&&) noexcept;
    Index& operator=(Index&&) noexcept;
    std::size_t size() const;
    const IndexedOffer& at(std::size_t position) const;
    // The position, or size() when there is none.
    std::size_t find(base::OfferId) const;
    std::size_t find(std::string_view slug) const;
    Found search(const Search&) const;
    // Offers most like this one, best first, with a likeness from 0 to 1 (cosine of their weighted
    // stems): near-duplicates for editors, "see also" for readers. If the offer itself is in the
    // index it comes first with 1.
    std::vector<std::pair<std::size_t, double>> alike(const Offer&, std::size_t most) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace catalogue
