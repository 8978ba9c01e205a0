// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/search.hpp"

#include "base/text.hpp"
#include "catalogue/facets.hpp"
#include "catalogue/lexicon.hpp"
#include "catalogue/words.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <tuple>
#include <unordered_map>

namespace catalogue {

struct Indexed {
    struct Entry {
        std::uint32_t word = 0;  // of the lexicon
        float weight = 0;
    };
    IndexedOffer source;
    std::vector<Entry> entries;        // by stem, then word
    std::vector<std::uint32_t> title;  // stems of the shown title, in order, without stop words
};

namespace {

constexpr std::size_t most_characters = 200;
constexpr std::size_t most_words = 16;
constexpr std::size_t least_prefix = 3;
constexpr float title_weight = 8.0F;
constexpr float prefix_factor = 0.5F;   // "form" means "forme" rather than "formation"
constexpr float synonym_factor = 0.6F;  // what was asked comes before what means the same
constexpr std::uint32_t none = ~std::uint32_t{0};

// BM25 (Robertson and Zaragoza, "The Probabilistic Relevance Framework", 2009). Frequencies are
// weighted by field, so they are larger than in plain text, and k1 with them; offers that say much
// are not worse for it, so b is small.
constexpr float k1 = 4.0F;
constexpr float b = 0.4F;

float rarity(std::size_t all, std::size_t having) {
    const auto n = static_cast<float>(having);
    return std::log(1.0F + (static_cast<float>(all) - n + 0.5F) / (n + 0.5F));
}
float saturated(float weight, float length_ratio) {
    return weight * (k1 + 1) / (weight + k1 * (1 - b + b * length_ratio));
}

std::string spaced(std::string code) {
    std::ranges::replace(code, '-', ' ');
    return code;
}

// Calls visit(text, weight) for each text of the offer that is searched.
template <class Visit>
void visit_texts(const Offer& offer, Visit visit) {
    const auto all = [&](const std::vector<std::string>& texts, float weight) {
        for (const std::string& text : texts) visit(text, weight);
    };
    visit(offer.title, title_weight);
    if (offer.display_title != offer.title) visit(offer.display_title, title_weight);
    visit(spaced(offer.kind), 3.0F);
    for (const std::string& theme : offer.themes) visit(spaced(theme), 3.0F);
    all(offer.organisers, 3.0F);
    visit(offer.provider, 3.0F);
    visit(offer.host, 3.0F);
    all(offer.subthemes, 3.0F);
    all(offer.trades, 3.0F);
    all(offer.audiences, 3.0F);
    all(offer.places, 3.0F);
    visit(offer.certification, 2.0F);
    visit(offer.certification_code, 2.0F);
    visit(offer.summary, 2.0F);
    visit(offer.objectives, 1.5F);
    visit(offer.programme, 1.0F);
    visit(offer.prerequisites, 0.5F);
    for (const std::string& modality : offer.modalities) visit(spaced(modality), 1.0F);
}

// The title for sorting: letters and digits first, the rest (also other scripts) after.
std::string sort_key(const Offer& offer) {
    std::string key = base::slug(offer.shown_title());
    key += ' ';
    key += base::fold(offer.shown_title());
    return key;
}

std::string_view first_characters(std::string_view text, std::size_t most) {
    for (std::size_t at = 0; at < text.size(); ++at)
        if ((static_cast<unsigned char>(text[at]) & 0xC0) != 0x80 && most-- == 0)
            return text.substr(0, at);
    return text;
}

}  // namespace

std::shared_ptr<const Indexed> prepare(IndexedOffer source) {
    auto indexed = std::make_shared<Indexed>();
    auto& entries = indexed->entries;
    Lexicon& words = lexicon();
    const auto guard = words.guard();
    visit_texts(source.offer, [&](std::string_view text, float weight) {
        for (Tokeniser tokens{text}; tokens.next();) {
            const std::uint32_t word = words.intern(tokens.word());
            // Stop words are found in titles only, by a query that has nothing else.
            if (!words.word(word).stop || weight >= title_weight) entries.push_back({word, weight});
        }
    });
    const auto order = [&](const Indexed::Entry& entry) {
        return std::pair{words.word(entry.word).stem, entry.word};
    };
    std::ranges::sort(entries, {}, order);
    std::size_t kept = 0;
    for (const Indexed::Entry& entry : entries) {
        if (kept != 0 && entries[kept - 1].word == entry.word)
            entries[kept - 1].weight += entry.weight;
        else
            entries[kept++] = entry;
    }
    entries.resize(kept);
    entries.shrink_to_fit();
    for (Tokeniser tokens{source.offer.shown_title()}; tokens.next();) {
        const Lexicon::Word& word = words.word(words.intern(tokens.word()));
        if (!word.stop) indexed->title.push_back(word.stem);
    }
    indexed->source = std::move(source);
    return indexed;
}

const IndexedOffer& source_of(const Indexed& indexed) {
    return indexed.source;
}

Synonyms::Synonyms(std::string_view text) {
    while (!text.empty()) {
        const auto end = text.find('\n');
        std::string_view line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        line = line.substr(0, line.find('#'));
        std::vector<std::string> group;
        for (const std::string& member : base::split(line, ',')) {
            std::string words;
            for (Tokeniser tokens{member}; tokens.next();) {
                if (!words.empty()) words += ' ';
                words += base::fold(tokens.word());
            }
            if (!words.empty()) group.push_back(std::move(words));
        }
        if (group.size() > 1) groups_.push_back(std::move(group));
    }
}

struct Index::Impl {
    struct Posting {
        std::uint32_t position = 0;
        float score = 0;
    };
    struct Word {                          // of the vocabulary
        std::string_view folded, written;  // of the lexicon
        std::uint32_t stem = 0;
        std::uint32_t offers = 0;
    };
    struct Synonym {  // one member of a group
        std::size_t group = 0;
        std::vector<std::uint32_t> stems;
    };

    // A query word: each stem that it may stand for, and how well.
    struct Wanted {
        std::uint32_t stem = none;
        float factor = 1;
    };
    using Stems = std::vector<Wanted>;
    // A part of the query, which one of the alternatives must match with all its words.
    using Alternative = std::vector<Stems>;
    using Part = std::vector<Alternative>;
    struct QueryWord {
        std::size_t begin = 0, end = 0;  // in the query
        std::string folded;
        std::uint32_t stem = none;
        Stems stems;
        Bits begun;  // those of them that are only the beginning of a word, by stem; empty: none
    };
    struct Matches {
        Bits offers;
        std::vector<float> scores;  // by position; of no meaning where `offers` has none
        bool partial = false;
    };

    Impl(std::vector<std::shared_ptr<const Indexed>>&&, const Synonyms&);

    void sort_offers();
    void number_words();
    void read_synonyms(const Synonyms&);
    void make_postings();
    void make_vocabulary();
    std::span<const Posting> postings_of(std::uint32_t stem) const {
        return std::span{postings}.subspan(starts[stem], starts[stem + 1] - starts[stem]);
    }
    bool is_known(std::uint32_t stem) const {
        return stem != none && starts[stem] != starts[stem + 1];
    }

    std::vector<QueryWord> read_words(std::string_view text) const;
    std::pair<const Synonym*, std::size_t> synonym_at(const std::vector<QueryWord>&,
                                                      std::size_t at) const;
    std::string_view best_spelling(std::string_view folded) const;
    std::string mend(std::vector<QueryWord>&, std::string_view text) const;
    void add_prefixed(QueryWord&) const;
    void add_synonyms(Part&, const Synonym& of) const;
    void match(const Part&, Bits& offers, std::vector<float>& scores) const;
    Matches match_all(const std::vector<QueryWord>&) const;
    float title_bonus(const std::vector<QueryWord>&, std::size_t position) const;
    std::vector<std::size_t> page(const Search&, const Bits& results, const std::vector<QueryWord>&,
                                  Matches&) const;

    std::vector<std::shared_ptr<const Indexed>> offers;
    std::vector<std::uint32_t> by_title, by_duration;  // positions
    std::unordered_map<std::int64_t, std::uint32_t> by_id;
    std::unordered_map<std::string_view, std::uint32_t> by_slug;

    Pool stems;                              // of this index, numbered from 0; the lexicon has more
    std::vector<std::uint32_t> local_stem;   // of each stem of the lexicon; only while building
    std::vector<std::uint32_t> word_offers;  // how many have each word of the lexicon; likewise
    std::vector<std::uint32_t> starts;       // of each stem in `postings`
    std::vector<Posting> postings;
    std::vector<float> norms;  // the length of each offer as a vector of scores
    float mean_weight = 1;
    std::vector<std::uint32_t> title_starts, titles;

    std::vector<Word> vocabulary;  // by folded
    Speller speller;
    std::vector<Synonym> synonyms;
    std::unordered_multimap<std::uint32_t, std::uint32_t> synonyms_by_stem;  // the first of each
    std::vector<FacetIndex> facet_indexes;  // in the order of `facets`
};

Index::Impl::Impl(std::vector<std::shared_ptr<const Indexed>>&& all, const Synonyms& groups)
    : offers(std::move(all)) {
    sort_offers();
    {
        const auto guard = lexicon().guard();
        number_words();
    }
    read_synonyms(groups);
    make_postings();
    make_vocabulary();
    local_stem = std::vector<std::uint32_t>();
    word_offers = std::vector<std::uint32_t>();
    std::vector<const Offer*> sources;
    sources.reserve(offers.size());
    for (const auto& offer : offers) sources.push_back(&offer->source.offer);
    facet_indexes.reserve(facets.size());
    for (const Facet facet : facets) facet_indexes.emplace_back(facet, sources);
}

void Index::Impl::sort_offers() {
    struct Key {
        std::shared_ptr<const Indexed> offer;
        std::string title;
    };
    std::vector<Key> keys;
    keys.reserve(offers.size());
    for (auto& offer : offers) {
        std::string title = sort_key(offer->source.offer);
        keys.push_back({std::move(offer), std::move(title)});
    }
    const auto id = [](const Key& key) { return key.offer->source.id; };
    std::ranges::sort(keys, [&](const Key& a, const Key& c) {
        const auto newer = c.offer->source.published_at <=> a.offer->source.published_at;
        if (newer != 0) return newer < 0;
        const int title = a.title.compare(c.title);
        return title != 0 ? title < 0 : id(a) < id(c);
    });
    by_title.resize(keys.size());
    std::iota(by_title.begin(), by_title.end(), 0U);
    by_duration = by_title;
    std::ranges::sort(by_title, [&](std::uint32_t a, std::uint32_t c) {
        const int title = keys[a].title.compare(keys[c].title);
        return title != 0 ? title < 0 : id(keys[a]) < id(keys[c]);
    });
    std::ranges::sort(by_duration, {}, [&](std::uint32_t position) {
        return std::pair{keys[position].offer->source.offer.duration_minutes.value_or(
                             std::numeric_limits<int>::max()),
                         position};
    });
    for (std::uint32_t i = 0; i < keys.size(); ++i) {
        offers[i] = std::move(keys[i].offer);
        by_id.emplace(offers[i]->source.id.value, i);
        by_slug.emplace(offers[i]->source.slug, i);
    }
}

void Index::Impl::number_words() {
    const Lexicon& words = lexicon();
    local_stem.assign(words.stems(), none);
    word_offers.assign(words.words(), 0);
    for (const auto& offer : offers)
        for (const auto& entry : offer->entries) ++word_offers[entry.word];
    for (std::uint32_t number = 0; number < word_offers.size(); ++number) {
        if (word_offers[number] == 0) continue;
        const Lexicon::Word& word = words.word(number);
        std::uint32_t& local = local_stem[word.stem];
        if (local == none) local = stems.intern(words.stem(word.stem));
        vocabulary.push_back({word.folded, word.written, local, word_offers[number]});
    }
    // From words to local stems, so that the postings are made without the lexicon.
    std::vector<std::uint32_t> stem_of_word(words.words(), none);
    for (std::uint32_t number = 0; number < word_offers.size(); ++number)
        if (word_offers[number] != 0) stem_of_word[number] = local_stem[words.word(number).stem];
    title_starts.reserve(offers.size() + 1);
    for (const auto& offer : offers) {
        title_starts.push_back(static_cast<std::uint32_t>(titles.size()));
        for (const std::uint32_t stem : offer->title) titles.push_back(local_stem[stem]);
    }
    title_starts.push_back(static_cast<std::uint32_t>(titles.size()));
    local_stem = std::move(stem_of_word);
}

void Index::Impl::read_synonyms(const Synonyms& groups) {
    for (std::size_t group = 0; group < groups.groups().size(); ++group) {
        for (const std::string& member : groups.groups()[group]) {
            Synonym synonym{group, {}};
            for (const std::string& word : base::split(member, ' '))
                if (!is_stop_word(word)) synonym.stems.push_back(stems.intern(stem(word)));
            const auto is_same = [&](const Synonym& other) {  // "donnée, données"
                return other.group == group && other.stems == synonym.stems;
            };
            if (synonym.stems.empty() || std::ranges::any_of(synonyms, is_same)) continue;
            synonyms_by_stem.emplace(synonym.stems.front(),
                                     static_cast<std::uint32_t>(synonyms.size()));
            synonyms.push_back(std::move(synonym));
        }
    }
}

void Index::Impl::make_postings() {
    // Calls visit(stem, weight) once for each stem of the offer.
    const auto visit_stems = [&](const Indexed& offer, auto visit) {
        std::uint32_t stem = none;
        float weight = 0;
        for (const auto& entry : offer.entries) {
            if (local_stem[entry.word] != stem) {
                if (stem != none) visit(stem, weight);
                stem = local_stem[entry.word];
                weight = 0;
            }
            weight += entry.weight;
        }
        if (stem != none) visit(stem, weight);
    };
    starts.assign(stems.size() + 1, 0);
    std::vector<float> weights;
    weights.reserve(offers.size());
    double all_weights = 0;
    for (const auto& offer : offers) {
        float sum = 0;
        visit_stems(*offer, [&](std::uint32_t stem, float weight) {
            ++starts[stem + 1];
            sum += weight;
        });
        weights.push_back(sum);
        all_weights += sum;
    }
    if (all_weights > 0)
        mean_weight = static_cast<float>(all_weights / static_cast<double>(offers.size()));
    std::vector<float> rarities(stems.size());
    for (std::uint32_t stem = 0; stem < stems.size(); ++stem)
        rarities[stem] = rarity(offers.size(), starts[stem + 1]);
    std::partial_sum(starts.begin(), starts.end(), starts.begin());
    postings.resize(starts.back());
    auto next = starts;
    norms.reserve(offers.size());
    for (std::uint32_t position = 0; position < offers.size(); ++position) {
        float squares = 0;
        visit_stems(*offers[position], [&](std::uint32_t stem, float weight) {
            const float score = rarities[stem] * saturated(weight, weights[position] / mean_weight);
            postings[next[stem]++] = {position, score};
            squares += score * score;
        });
        norms.push_back(std::sqrt(squares));
    }
}

void Index::Impl::make_vocabulary() {
    std::ranges::sort(vocabulary, [](const Word& a, const Word& c) {
        return std::tie(a.folded, a.written) < std::tie(c.folded, c.written);
    });
    std::vector<Speller::Known> known;
    known.reserve(vocabulary.size());
    // Nobody means a stop word.
    for (const Word& word : vocabulary)
        known.push_back({is_stop_word(word.folded) ? "" : word.folded, word.offers});
    speller = Speller{known};
}

std::vector<Index::Impl::QueryWord> Index::Impl::read_words(std::string_view text) const {
    std::vector<QueryWord> words;
    bool only_stop_words = true;
    for (Tokeniser tokens{text}; words.size() < most_words && tokens.next();) {
        QueryWord word;
        word.begin = tokens.begin();
        word.end = tokens.end();
        word.folded = base::fold(tokens.word());
        word.stem = stems.find(stem(word.folded)).value_or(none);
        only_stop_words = only_stop_words && is_stop_word(word.folded);
        words.push_back(std::move(word));
    }
    if (!only_stop_words)
        std::erase_if(words, [](const QueryWord& word) { return is_stop_word(word.folded); });
    return words;
}

// The longest synonym that stands at a place in the query, and its number of words.
std::pair<const Index::Impl::Synonym*, std::size_t> Index::Impl::synonym_at(
    const std::vector<QueryWord>& words, std::size_t at) const {
    const Synonym* longest = nullptr;
    if (words[at].stem == none) return {nullptr, 1};
    const auto [first, last] = synonyms_by_stem.equal_range(words[at].stem);
    for (auto i = first; i != last; ++i) {
        const Synonym& synonym = synonyms[i->second];
        const std::size_t size = synonym.stems.size();
        if (size > words.size() - at || (longest != nullptr && size <= longest->stems.size()))
            continue;
        bool same = true;
        for (std::size_t k = 0; k < size; ++k)
            same = same && synonym.stems[k] == words[at + k].stem;
        if (same) longest = &synonym;
    }
    return {longest, longest == nullptr ? 1 : longest->stems.size()};
}

// Stems of words that begin with this one.
void Index::Impl::add_prefixed(QueryWord& word) const {
    if (base::length(word.folded) < least_prefix) return;
    std::vector<std::uint32_t> found;
    for (auto i =
             std::ranges::lower_bound(vocabulary, std::string_view{word.folded}, {}, &Word::folded);
         i != vocabulary.end() && i->folded.starts_with(word.folded); ++i)
        if (i->stem != word.stem) found.push_back(i->stem);
    std::ranges::sort(found);
    found.erase(std::unique(found.begin(), found.end()), found.end());
    if (!found.empty()) word.begun = Bits{stems.size()};
    for (const std::uint32_t stem : found) {
        word.stems.push_back({stem, prefix_factor});
        word.begun.set(stem);
    }
}

// The spelling that most offers use; one with accents before those without, which codes and
// capitals bring about.
std::string_view Index::Impl::best_spelling(std::string_view folded) const {
    const auto spellings = std::ranges::equal_range(vocabulary, folded, {}, &Word::folded);
    const auto order = [](const Word& word) {
        return std::pair{word.written != word.folded, word.offers};
    };
    return std::ranges::max_element(spellings, {}, order)->written;
}

// Gives each word its stems. A word that nothing begins with is taken for the nearest known one;
// the query as it was then read, or "".
std::string Index::Impl::mend(std::vector<QueryWord>& words, std::string_view text) const {
    std::string mended;
    std::size_t copied = 0;
    std::size_t in_synonym = 0;  // words before this one are part of a synonym
    for (std::size_t i = 0; i < words.size(); ++i) {
        QueryWord& word = words[i];
        if (i >= in_synonym)
            if (const auto [synonym, size] = synonym_at(words, i); synonym != nullptr)
                in_synonym = i + size;
        const bool known = is_known(word.stem);
        if (known) word.stems.push_back({word.stem, 1.0F});
        if (i + 1 == words.size() || !known) add_prefixed(word);
        if (!word.stems.empty() || i < in_synonym || is_stop_word(word.folded)) continue;
        const auto nearest = speller.nearest(word.folded);
        if (!nearest) continue;
        const Word& meant = vocabulary[*nearest];
        word.folded = meant.folded;
        word.stem = meant.stem;
        word.stems.push_back({meant.stem, 1.0F});
        mended += text.substr(copied, word.begin - copied);
        mended += best_spelling(meant.folded);
        copied = word.end;
    }
    if (copied != 0) mended += text.substr(copied);
    return mended;
}

void Index::Impl::add_synonyms(Part& part, const Synonym& of) const {
    for (const Synonym& other : synonyms) {
        if (other.group != of.group || &other == &of) continue;
        Alternative alternative;
        for (const std::uint32_t stem : other.stems)
            alternative.push_back({{stem, synonym_factor}});
        part.push_back(std::move(alternative));
    }
}

void Index::Impl::match(const Part& part, Bits& found, std::vector<float>& scores) const {
    for (const Alternative& words : part) {
        if (words.size() == 1) {
            for (const auto [stem, factor] : words.front()) {
                for (const Posting& posting : postings_of(stem)) {
                    found.set(posting.position);
                    scores[posting.position] += factor * posting.score;
                }
            }
            continue;
        }
        Bits all{offers.size(), true};
        for (const Stems& word : words) {
            Bits any{offers.size()};
            for (const auto& wanted : word)
                for (const Posting& posting : postings_of(wanted.stem)) any.set(posting.position);
            all &= any;
        }
        found |= all;
        for (const Stems& word : words)
            for (const auto [stem, factor] : word)
                for (const Posting& posting : postings_of(stem))
                    if (all.test(posting.position))
                        scores[posting.position] += factor * posting.score;
    }
}

Index::Impl::Matches Index::Impl::match_all(const std::vector<QueryWord>& words) const {
    Matches matches{Bits{offers.size(), true}, std::vector<float>(offers.size(), 0.0F), false};
    for (std::size_t i = 0; i < words.size();) {
        const auto [synonym, size] = synonym_at(words, i);
        Part part(1);
        for (std::size_t k = i; k < i + size; ++k) part.front().push_back(words[k].stems);
        if (synonym != nullptr) add_synonyms(part, *synonym);
        Bits found{offers.size()};
        match(part, found, matches.scores);
        matches.offers &= found;
        i += size;
    }
    if (matches.offers.any() || words.size() < 2) return matches;

    // Not all: those with the most words, each word (or what means the same as a run of words that
    // begins with it) by itself.
    constexpr float one_word = 1000.0F;  // more than any sum of scores of 16 words
    matches.offers = Bits{offers.size()};
    std::ranges::fill(matches.scores, 0.0F);
    for (std::size_t i = 0; i < words.size(); ++i) {
        Part part{{words[i].stems}};
        if (const auto [synonym, size] = synonym_at(words, i); synonym != nullptr)
            add_synonyms(part, *synonym);
        Bits found{offers.size()};
        match(part, found, matches.scores);
        found.visit([&](std::size_t position) { matches.scores[position] += one_word; });
        matches.offers |= found;
    }
    matches.partial = matches.offers.any();
    return matches;
}

// A factor for an offer whose title has the words of the query in a row.
float Index::Impl::title_bonus(const std::vector<QueryWord>& words, std::size_t position) const {
    const auto title = std::span{titles}.subspan(
        title_starts[position], title_starts[position + 1] - title_starts[position]);
    const auto means = [](const QueryWord& word, std::uint32_t stem) {
        return word.stem == stem || word.begun.test(stem);
    };
    for (std::size_t at = 0; at + words.size() <= title.size(); ++at) {
        std::size_t same = 0;
        while (same < words.size() && means(words[same], title[at + same])) ++same;
        if (same < words.size()) continue;
        if (at != 0) return words.size() > 1 ? 1.3F : 1.0F;
        return title.size() == words.size() ? 2.0F : 1.5F;
    }
    return 1.0F;
}

std::vector<std::size_t> Index::Impl::page(const Search& search, const Bits& results,
                                           const std::vector<QueryWord>& words,
                                           Matches& matches) const {
    if (search.page < 1 || search.per_page < 1) return {};
    const auto size = static_cast<std::size_t>(search.per_page);
    const std::size_t first = (static_cast<std::size_t>(search.page) - 1) * size;
    std::vector<std::size_t> page;
    std::size_t seen = 0;
    const auto take = [&](std::size_t position) {
        if (seen++ >= first) page.push_back(position);
        return page.size() < size;
    };
    const auto take_in_order = [&](const std::vector<std::uint32_t>& order) {
        for (const std::uint32_t position : order)
            if (results.test(position) && !take(position)) return;
    };
    if (search.order == Order::title) {
        take_in_order(by_title);
    } else if (search.order == Order::duration) {
        take_in_order(by_duration);
    } else if (search.order == Order::date || words.empty()) {
        results.visit_while(take);  // positions are by date
    } else {
        auto& scores = matches.scores;
        std::vector<std::uint32_t> sorted;
        results.visit([&](std::size_t position) {
            sorted.push_back(static_cast<std::uint32_t>(position));
            if (!matches.partial) scores[position] *= title_bonus(words, position);
        });
        const std::size_t end = std::min(first + size, sorted.size());
        if (first >= end) return page;
        std::ranges::partial_sort(sorted, sorted.begin() + static_cast<std::ptrdiff_t>(end),
                                  [&](std::uint32_t a, std::uint32_t c) {
                                      return scores[a] != scores[c] ? scores[a] > scores[c] : a < c;
                                  });
        page.assign(sorted.begin() + static_cast<std::ptrdiff_t>(first),
                    sorted.begin() + static_cast<std::ptrdiff_t>(end));
    }
    return page;
}

Index::Index(std::vector<std::shared_ptr<const Indexed>> offers, const Synonyms& synonyms)
    : impl_(std::make_unique<Impl>(std::move(offers), synonyms)) {}
Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

std::size_t Index::size() const {
    return impl_->offers.size();
}

const IndexedOffer& Index::at(std::size_t position) const {
    return impl_->offers.at(position)->source;
}

std::size_t Index::find(base::OfferId id) const {
    const auto found = impl_->by_id.find(id.value);
    return found == impl_->by_id.end() ? size() : found->second;
}

std::size_t Index::find(std::string_view slug) const {
    const auto found = impl_->by_slug.find(slug);
    return found == impl_->by_slug.end() ? size() : found->second;
}

Found Index::search(const Search& search) const {
    Found answer;
    const std::string_view text = first_characters(search.words, most_characters);
    auto words = impl_->read_words(text);
    Impl::Matches matches{Bits{size(), true}, {}, false};
    if (!words.empty()) {
        answer.mended = impl_->mend(words, text);
        matches = impl_->match_all(words);
        answer.partial = matches.partial;
    } else if (!base::trim(text).empty()) {
        matches.offers = Bits{size()};  // something was asked, and no word of it can be found
    }

    // What narrows the words' matches down; each is left out where its own counts are made.
    struct Filter {
        const void* of = nullptr;
        Bits offers;
    };
    std::vector<Filter> filters;
    for (std::size_t i = 0; i < facets.size(); ++i)
        if (const auto chosen = search.chosen.find(facets[i]);
            chosen != search.chosen.end() && !chosen->second.empty())
            filters.push_back(
                {&impl_->facet_indexes[i], impl_->facet_indexes[i].with_any(chosen->second)});
    if (search.only_free_seats && search.free_seats != nullptr)
        filters.push_back({search.free_seats, *search.free_seats});
    if (search.only_open_to_me && search.open_to_me != nullptr)
        filters.push_back({search.open_to_me, *search.open_to_me});
    const auto without = [&](const void* of) {
        Bits left = matches.offers;
        for (const Filter& filter : filters)
            if (filter.of != of) left &= filter.offers;
        return left;
    };
    const auto filtered_by = [&](const void* of) {
        return std::ranges::find(filters, of, &Filter::of) != filters.end();
    };

    // Below this share of all offers, going through the results' values beats intersecting sets.
    const auto few = [&](const Bits& set, std::size_t count) {
        std::vector<std::uint32_t> positions;
        if (count > size() / 16) return positions;
        positions.reserve(count);
        set.visit([&](std::size_t i) { positions.push_back(static_cast<std::uint32_t>(i)); });
        return positions;
    };
    const Bits results = without(nullptr);
    const std::size_t total = results.count();
    const auto positions = few(results, total);
    answer.total = static_cast<int>(total);
    for (std::size_t i = 0; i < facets.size(); ++i) {
        const FacetIndex& facet = impl_->facet_indexes[i];
        if (!filtered_by(&facet)) {
            answer.facets[facets[i]] = facet.count(results, total, positions, {});
        } else {
            const Bits left = without(&facet);
            const std::size_t count = left.count();
            answer.facets[facets[i]] =
                facet.count(left, count, few(left, count), search.chosen.at(facets[i]));
        }
    }
    const auto count_if = [&](const Bits* condition) {
        if (condition == nullptr) return 0;
        const auto count = filtered_by(condition) ? count_common(without(condition), *condition)
                                                  : count_common(results, *condition);
        return static_cast<int>(count);
    };
    answer.free_seats_count = count_if(search.free_seats);
    answer.open_to_me_count = count_if(search.open_to_me);
    answer.positions = impl_->page(search, results, words, matches);
    return answer;
}

std::vector<std::pair<std::size_t, double>> Index::alike(const Offer& offer,
                                                         std::size_t most) const {
    std::unordered_map<std::string, float> weights;
    float sum = 0;
    visit_texts(offer, [&](std::string_view text, float weight) {
        for (Tokeniser tokens{text}; tokens.next();) {
            const std::string folded = base::fold(tokens.word());
            if (is_stop_word(folded) && weight < title_weight) continue;
            weights[stem(folded)] += weight;
            sum += weight;
        }
    });
    std::vector<float> products(size(), 0.0F);
    float squares = 0;
    for (const auto& [stem, weight] : weights) {
        const std::uint32_t known = impl_->stems.find(stem).value_or(none);
        const auto postings =
            known == none ? std::span<const Impl::Posting>{} : impl_->postings_of(known);
        const float score =
            rarity(size(), postings.size()) * saturated(weight, sum / impl_->mean_weight);
        squares += score * score;
        for (const auto& posting : postings) products[posting.position] += score * posting.score;
    }
    std::vector<std::pair<std::size_t, double>> best;
    for (std::size_t i = 0; i < size(); ++i) {
        if (products[i] <= 0) continue;
        const double norm = static_cast<double>(impl_->norms[i]) * std::sqrt(squares);
        best.emplace_back(i, std::min(1.0, static_cast<double>(products[i]) / norm));
    }
    const auto end = static_cast<std::ptrdiff_t>(std::min(most, best.size()));
    std::ranges::partial_sort(best, best.begin() + end, [](const auto& a, const auto& c) {
        return a.second != c.second ? a.second > c.second : a.first < c.first;
    });
    best.resize(static_cast<std::size_t>(end));
    return best;
}

}  // namespace catalogue
