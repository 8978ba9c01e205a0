// SPDX-License-Identifier: EUPL-1.2
// One facet over all offers of an index: which values it has, who has them, how many would be left.
#pragma once
#include "catalogue/search.hpp"

#include <cstdint>
#include <unordered_map>

namespace catalogue {

class FacetIndex {
public:
    // Offers by position. What an offer says twice counts once.
    FacetIndex(Facet, const std::vector<const Offer*>&);

    // The offers with one of these values.
    Bits with_any(const std::vector<std::string>& chosen) const;
    // The counts of the values among `results`, as Found has them. `positions` are those of the
    // results when they are few, empty when they are too many to be worth a list.
    std::vector<FacetCount> count(const Bits& results, std::size_t total,
                                  std::span<const std::uint32_t> positions,
                                  const std::vector<std::string>& chosen) const;

private:
    std::span<const std::uint32_t> offers_with(std::size_t value) const {
        return std::span{offers_}.subspan(starts_[value], starts_[value + 1] - starts_[value]);
    }

    struct Value {
        std::string slug, label;
        Bits bits;  // empty for a rare value: going through its offers is faster
    };
    std::size_t size_;           // offers
    std::size_t most_;           // values shown
    std::vector<Value> values_;  // by folded label: the number of a value is its rank
    std::vector<std::uint32_t> starts_, offers_;          // of each value
    std::vector<std::uint32_t> offer_starts_, of_offer_;  // values of each offer
    std::unordered_map<std::string, std::uint32_t> by_slug_;
};

}  // namespace catalogue
