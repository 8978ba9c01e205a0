// SPDX-License-Identifier: EUPL-1.2
// Text as people type it: UTF-8 checks, folding for comparison, slugs, ISO dates.
#pragma once
#include "base/clock.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace base {

// True for well-formed UTF-8 (RFC 3629) without NUL.
bool is_utf8(std::string_view text);

// Lower case, without accents or ligatures ("Œuvre d'ÉTÉ" -> "oeuvre d'ete"); Latin letters only,
// everything else is kept. For comparing and searching, never for showing.
std::string fold(std::string_view text);

// A readable URL part: folded, [a-z0-9] and single hyphens, at most 80 bytes; "" if nothing is
// left.
std::string slug(std::string_view text);

// Without white space (also U+00A0) at both ends.
std::string_view trim(std::string_view text);

// Leaves out what turns the direction of writing unseen (U+202A to U+202E, U+2066 to U+2069:
// Unicode Standard Annex 9, section 2): with it a title reads as another one, and text that is
// pasted from an address book carries it along. UTF-8 in, UTF-8 out.
void drop_direction_controls(std::string& text);

// The parts between separators, trimmed, without the empty ones.
std::vector<std::string> split(std::string_view text, char separator);

// The number of Unicode code points of well-formed UTF-8.
std::size_t length(std::string_view text);

// Whole decimal numbers only: no sign but '-', no white space, no overflow.
std::optional<std::int64_t> to_integer(std::string_view text);

// ISO 8601: "2026-11-22" and "2026-11-22T15:38:00Z".
std::string iso_date(Date date);
std::string iso_time(Time time);
std::optional<Date> parse_iso_date(std::string_view text);

// A SIRET is 14 digits with the Luhn key of ISO/IEC 7812-1; La Poste (SIREN 356000000) sums to a
// multiple of 5 instead (INSEE, Sirene documentation).
bool is_siret(std::string_view text);

}  // namespace base
