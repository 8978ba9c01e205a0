// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/formats.hpp"
#include "catalogue/tests/offers_for_tests.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto read = catalogue::read_lheo(text, tests::themes());
    if (!read) return 0;
    std::vector<catalogue::Exported> offers;
    for (const auto& [line, slug, offer] : read->offers) offers.push_back({slug, offer, {}, {}});
    if (!catalogue::read_lheo(catalogue::write_lheo(offers, {}, "https://a.fr"), tests::themes()))
        std::abort();
    return 0;
}
