// SPDX-License-Identifier: EUPL-1.2
// Answers as people type them: what does not count is taken away before they are compared.
#pragma once
#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace items {

// Without case, accents, spaces, quotes and a final point: "L’Été. " is "lete".
std::string plain_text(std::string_view);
// Without case and spaces; curly quotes are straight. Accents stay.
std::string plain_code(std::string_view);

// "1 234,50 €", "1.234,50", "1234.5", "−3", "12 %", "trois". Nothing for what is no number.
std::optional<double> read_number(std::string_view);
// "2026-03-14", "14/03/2026", "14.3.26", "samedi 14 mars 2026", "1er mai 2026".
std::optional<base::Date> read_date(std::string_view);

// The stricter forms of cells: digits with spaces and a comma or point; ISO or dd/mm/yyyy.
std::optional<double> read_plain_number(std::string_view);
std::optional<base::Date> read_plain_date(std::string_view);

// Insertions, deletions, replacements and swapped neighbours (Damerau 1964, restricted) between two
// texts, in characters; `most` + 1 for anything more.
int typing_slips(std::string_view, std::string_view, int most);

}  // namespace items
