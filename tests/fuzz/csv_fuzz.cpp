// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/formats.hpp"
#include "catalogue/tests/offers_for_tests.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // What goes in must come out and go in again the same.
    const auto first = catalogue::read_csv(text, tests::themes());
    if (!first) return 0;
    std::vector<catalogue::Exported> offers;
    for (const auto& [line, slug, offer] : first->offers) offers.push_back({slug, offer, {}, {}});
    const auto second =
        catalogue::read_csv(catalogue::write_csv(offers, tests::themes()), tests::themes());
    if (!second || second->offers.size() != offers.size()) std::abort();
    for (std::size_t i = 0; i < offers.size(); ++i)
        if (second->offers[i].offer != offers[i].offer) std::abort();
    return 0;
}
