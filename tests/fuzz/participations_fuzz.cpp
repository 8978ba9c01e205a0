// SPDX-License-Identifier: EUPL-1.2
// What Pix, or whoever stands in its place, may answer: never a breakdown, and what is read holds.
#include "pix/contract.hpp"
#include "pix/results_file.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    namespace contract = pix::contract;
    (void)contract::read_token(text);
    (void)contract::read_organisations(text);
    (void)contract::read_campaigns(text, 1);
    (void)pix::read_results(text, "");
    const auto page = contract::read_participations(text, 1);
    if (!page) {
        if (page.error().what.empty()) std::abort();
        return 0;
    }
    for (const contract::Participation& one : page->items) {
        const bool whole = one.id > 0 && one.stage >= 0 && one.stage <= one.stages &&
                           one.mastery.value_or(0) >= 0 && one.mastery.value_or(0) <= 10'000 &&
                           (!one.shared || one.shared_at);
        if (!whole) std::abort();
    }
    return 0;
}
