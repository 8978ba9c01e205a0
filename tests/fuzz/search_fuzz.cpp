// SPDX-License-Identifier: EUPL-1.2
// The search box: any text against a small fixed index.
#include "base/text.hpp"
#include "catalogue/search.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

const catalogue::Index& fixed_index() {
    static const catalogue::Index index = [] {
        std::vector<std::shared_ptr<const catalogue::Indexed>> offers;
        for (const char* title : {"La cybersécurité pour tous", "L'accessibilité numérique",
                                  "Prévention des risques", "Découvrir l’intelligence artificielle",
                                  "Utiliser l'IA", "Programmer en R", "Marchés publics"}) {
            catalogue::IndexedOffer offer{
                base::OfferId{static_cast<std::int64_t>(offers.size())}, base::slug(title), {}, {}};
            offer.offer.title = title;
            offer.offer.audiences = {"Agents publics"};
            offers.push_back(catalogue::prepare(std::move(offer)));
        }
        return catalogue::Index{
            std::move(offers),
            catalogue::Synonyms{"ia, intelligence artificielle\nrgaa, accessibilité numérique"}};
    }();
    return index;
}

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string text{reinterpret_cast<const char*>(data), size};
    const catalogue::Index& index = fixed_index();
    const auto found = index.search({.words = text});
    require(found.total >= 0 && static_cast<std::size_t>(found.total) <= index.size());
    require(found.positions.size() == static_cast<std::size_t>(found.total));
    for (const auto position : found.positions) require(position < index.size());
    require(!base::is_utf8(text) || base::is_utf8(found.mended));
    // What was mended is known, so it needs no mending.
    if (!found.mended.empty() && text.size() < 100)
        require(index.search({.words = found.mended}).mended.empty());
    const auto chosen =
        index.search({.words = text, .chosen = {{catalogue::Facet::audience, {text}}}});
    require(chosen.total <= found.total);
    const catalogue::Synonyms synonyms{text};
    for (const auto& group : synonyms.groups()) require(group.size() > 1);
    catalogue::Offer offer;
    offer.title = text;
    for (const auto& [position, likeness] : index.alike(offer, 3))
        require(position < index.size() && likeness >= 0 && likeness <= 1);
    return 0;
}
