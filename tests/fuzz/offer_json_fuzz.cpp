// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/offer.hpp"

#include <boost/json.hpp>
#include "catalogue/tests/offers_for_tests.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    boost::json::error_code error;
    const auto value =
        boost::json::parse(boost::json::string_view(text.data(), text.size()), error);
    if (error) return 0;
    const auto offer = catalogue::offer_from_json(value);
    if (!offer) return 0;
    catalogue::problems_of(*offer, tests::themes());
    if (*catalogue::offer_from_json(catalogue::to_json(*offer)) != *offer) std::abort();
    return 0;
}
