// SPDX-License-Identifier: EUPL-1.2
// A file of organisations: CSV first, then the lines. What was read, written again, reads the same.
#include "base/csv.hpp"
#include "organisations/rules.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto rows = base::read_csv(text);
    if (rows && !rows->empty()) {
        std::string written;
        for (const auto& row : *rows) base::write_csv_row(written, row.cells);
        const auto again = base::read_csv(written);
        if (again && again->size() > rows->size()) std::abort();
    }
    const auto lines = organisations::read_lines(text);
    if (lines && (!rows || lines->size() >= rows->size())) std::abort();
    if (!lines) return 0;
    for (const auto& line : *lines)
        if (const auto problem = organisations::problem_of(line);
            problem && problem->message_key.empty())
            std::abort();
    return 0;
}
