// SPDX-License-Identifier: EUPL-1.2
// What is read from QTI is TOML, and what of it is an item can be written as QTI again.
#include "items/items.hpp"
#include "items/qti.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto text = items::read_qti({reinterpret_cast<const char*>(data), size});
    if (!text) return 0;
    if (text->size() <= items::largest_text && !items::read_source(*text)) std::abort();
    if (const auto item = items::read_item("1.1-001", *text).item)
        if (const auto xml = items::write_qti(*item); !xml || !items::check_qti(*xml).empty())
            std::abort();
    return 0;
}
