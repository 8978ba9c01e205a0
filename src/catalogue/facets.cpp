// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/facets.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <tuple>

namespace catalogue {
namespace {

constexpr std::size_t most_free_words = 30;
constexpr std::size_t most_chosen = 100;  // values of one facet that are read from a query

bool is_free_words(Facet facet) {
    return facet == Facet::audience || facet == Facet::organiser || facet == Facet::place;
}

template <class Visit>
void visit_labels(Facet facet, const Offer& offer, Visit visit) {
    const auto one = [&](std::string_view label) {
        if (!label.empty()) visit(label);
    };
    const auto all = [&](const std::vector<std::string>& labels) {
        for (const std::string& label : labels) one(label);
    };
    switch (facet) {
        case Facet::theme:
            return all(offer.themes);
        case Facet::audience:
            return all(offer.audiences);
        case Facet::modality:
            return all(offer.modalities);
        case Facet::kind:
            return one(offer.kind);
        case Facet::level:
            return one(offer.level);
        case Facet::duration:
            return one(duration_class(offer.duration_minutes));
        case Facet::organiser:
            return all(offer.organisers);
        case Facet::place:
            return all(offer.places);
        case Facet::pillar:
            return all(offer.pillars);
        case Facet::language:
            return all(offer.languages);
    }
}

std::span<const std::string> read(const std::vector<std::string>& chosen) {
    return std::span{chosen}.first(std::min(chosen.size(), most_chosen));
}

}  // namespace

std::string_view name_of(Facet facet) {
    switch (facet) {
        case Facet::theme:
            return "theme";
        case Facet::audience:
            return "audience";
        case Facet::modality:
            return "modality";
        case Facet::kind:
            return "kind";
        case Facet::level:
            return "level";
        case Facet::duration:
            return "duration";
        case Facet::organiser:
            return "organiser";
        case Facet::place:
            return "place";
        case Facet::pillar:
            return "pillar";
        case Facet::language:
            return "language";
    }
    return "";
}

std::string_view duration_class(std::optional<int> minutes) {
    if (!minutes || *minutes <= 0) return "";
    if (*minutes < 120) return "moins-de-2h";
    if (*minutes < 270) return "demi-journee";
    if (*minutes < 480) return "journee";
    if (*minutes < 2400) return "2-a-5-jours";
    return "plus-de-5-jours";
}

FacetIndex::FacetIndex(Facet facet, const std::vector<const Offer*>& offers)
    : size_(offers.size()), most_(is_free_words(facet) ? most_free_words : offers.size() + 1) {
    struct Draft {
        std::string slug, key;
        std::string_view label;
    };
    constexpr std::uint32_t none = ~std::uint32_t{0};
    std::vector<Draft> drafts;
    std::unordered_map<std::string_view, std::uint32_t> by_label;  // so that few slugs are made
    std::unordered_map<std::string, std::uint32_t> by_draft_slug;
    offer_starts_.assign(size_ + 1, 0);
    std::vector<std::uint32_t> reversed;  // values of the offers, last offer first
    std::vector<std::uint32_t> sizes(size_, 0);
    // From the oldest offer, which was the first to write its labels.
    for (std::size_t position = size_; position-- > 0;) {
        const auto before = static_cast<std::ptrdiff_t>(reversed.size());
        visit_labels(facet, *offers[position], [&](std::string_view label) {
            auto [known, is_new] = by_label.try_emplace(label, none);
            if (is_new) {
                std::string slug = is_free_words(facet) ? base::slug(label) : std::string{label};
                if (slug.empty()) return;
                const auto next = static_cast<std::uint32_t>(drafts.size());
                const auto [same, is_new_slug] = by_draft_slug.try_emplace(slug, next);
                if (is_new_slug) drafts.push_back({std::move(slug), base::fold(label), label});
                known->second = same->second;
            }
            const std::uint32_t value = known->second;
            if (value != none &&
                std::find(reversed.begin() + before, reversed.end(), value) == reversed.end())
                reversed.push_back(value);
        });
        sizes[position] =
            static_cast<std::uint32_t>(reversed.size() - static_cast<std::size_t>(before));
    }

    std::vector<std::uint32_t> by_rank(drafts.size());
    std::iota(by_rank.begin(), by_rank.end(), 0U);
    std::ranges::sort(by_rank, [&](std::uint32_t a, std::uint32_t b) {
        return std::tie(drafts[a].key, drafts[a].slug) < std::tie(drafts[b].key, drafts[b].slug);
    });
    std::vector<std::uint32_t> rank(drafts.size());
    values_.reserve(drafts.size());
    for (std::uint32_t i = 0; i < by_rank.size(); ++i) {
        Draft& draft = drafts[by_rank[i]];
        rank[by_rank[i]] = i;
        by_slug_.emplace(draft.slug, i);
        values_.push_back({std::move(draft.slug), std::string{draft.label}, {}});
    }

    of_offer_.reserve(reversed.size());
    starts_.assign(values_.size() + 1, 0);
    std::size_t end = reversed.size();
    for (std::size_t position = 0; position < size_; ++position) {
        offer_starts_[position] = static_cast<std::uint32_t>(of_offer_.size());
        for (std::size_t i = end - sizes[position]; i < end; ++i) {
            of_offer_.push_back(rank[reversed[i]]);
            ++starts_[of_offer_.back() + 1];
        }
        end -= sizes[position];
    }
    offer_starts_[size_] = static_cast<std::uint32_t>(of_offer_.size());
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    offers_.resize(of_offer_.size());
    auto next = starts_;
    for (std::uint32_t position = 0; position < size_; ++position)
        for (std::uint32_t i = offer_starts_[position]; i < offer_starts_[position + 1]; ++i)
            offers_[next[of_offer_[i]]++] = position;
    // A look at one offer costs about as much as one at 64 bits in a row.
    for (std::size_t value = 0; value < values_.size(); ++value) {
        const auto having = offers_with(value);
        if (having.size() <= size_ / 64) continue;
        values_[value].bits = Bits{size_};
        for (const std::uint32_t position : having) values_[value].bits.set(position);
    }
}

Bits FacetIndex::with_any(const std::vector<std::string>& chosen) const {
    Bits any{size_};
    for (const std::string& slug : read(chosen))
        if (const auto found = by_slug_.find(slug); found != by_slug_.end())
            for (const std::uint32_t position : offers_with(found->second)) any.set(position);
    return any;
}

std::vector<FacetCount> FacetIndex::count(const Bits& results, std::size_t total,
                                          std::span<const std::uint32_t> positions,
                                          const std::vector<std::string>& chosen) const {
    std::vector<std::uint32_t> counts(values_.size(), 0);
    if (total == size_) {
        for (std::size_t value = 0; value < values_.size(); ++value)
            counts[value] = starts_[value + 1] - starts_[value];
    } else if (!positions.empty()) {
        for (const std::uint32_t position : positions)
            for (std::uint32_t i = offer_starts_[position]; i < offer_starts_[position + 1]; ++i)
                ++counts[of_offer_[i]];
    } else if (total != 0) {
        for (std::size_t value = 0; value < values_.size(); ++value) {
            if (values_[value].bits.size() != 0) {
                counts[value] =
                    static_cast<std::uint32_t>(count_common(results, values_[value].bits));
            } else {
                for (const std::uint32_t position : offers_with(value))
                    counts[value] += results.test(position) ? 1U : 0U;
            }
        }
    }

    std::vector<bool> is_chosen(values_.size(), false);
    std::vector<FacetCount> answer;
    for (const std::string& slug : read(chosen)) {
        if (const auto found = by_slug_.find(slug); found != by_slug_.end())
            is_chosen[found->second] = true;
        else if (std::ranges::none_of(answer, [&](const auto& a) { return a.value == slug; }))
            answer.push_back({slug, slug, 0, true});
    }
    std::vector<std::uint32_t> shown;
    for (std::uint32_t value = 0; value < values_.size(); ++value)
        if (counts[value] != 0 || is_chosen[value]) shown.push_back(value);
    const auto better = [&](std::uint32_t a, std::uint32_t b) {
        return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
    };
    if (shown.size() > most_) {
        const auto cut = shown.begin() + static_cast<std::ptrdiff_t>(most_);
        std::ranges::nth_element(shown, cut, better);
        shown.erase(std::remove_if(cut, shown.end(), [&](auto value) { return !is_chosen[value]; }),
                    shown.end());
    }
    std::ranges::sort(shown, better);
    std::vector<FacetCount> known;
    known.reserve(shown.size() + answer.size());
    for (const std::uint32_t value : shown)
        known.push_back({values_[value].slug, values_[value].label, static_cast<int>(counts[value]),
                         is_chosen[value]});
    std::ranges::move(answer, std::back_inserter(known));
    return known;
}

}  // namespace catalogue
