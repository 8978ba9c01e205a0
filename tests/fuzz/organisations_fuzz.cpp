// SPDX-License-Identifier: EUPL-1.2
#include "base/text.hpp"
#include "identity/people_file.hpp"
#include "organisations/rules.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    // Whatever the file is: a refusal, or lines whose numbers rise and whose texts can be stored.
    if (const auto lines = organisations::read_lines(text)) {
        int before = 1;
        for (const auto& line : *lines) {
            if (line.number <= before) std::abort();
            before = line.number;
            if (!organisations::problem_of(line) && !base::is_utf8(line.organisation.name))
                std::abort();
        }
    }
    if (const auto lines = identity::read_people(text))
        for (const auto& line : *lines)
            if (!identity::problem_of(line) && !base::is_utf8(line.email)) std::abort();
    return 0;
}
