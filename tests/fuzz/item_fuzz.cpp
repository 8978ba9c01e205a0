// SPDX-License-Identifier: EUPL-1.2
// A text that is taken as an item can be drawn, shown, answered and made into a file.
#include "items/items.hpp"

#include <boost/json.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const items::Read read = items::read_item("1.1-001", text);
    if (!read.item) {
        if (read.problems.empty()) std::abort();
        return 0;
    }
    const auto variant = items::draw(*read.item, size);
    if (!variant) return 0;  // seeds beyond those that were checked may find a table without rows
    const items::Answer right = items::right_answer(*variant);
    if (!items::check(*variant, right).right) std::abort();
    if (items::read_written(items::written(right)) != right) std::abort();
    items::question_view(*variant);
    items::explanation_view(*variant, &right);
    items::make_file(*variant);
    return 0;
}
