// SPDX-License-Identifier: EUPL-1.2
// The rules of docs/items.md that a program can check on one item.
#pragma once
#include "items/item.hpp"

namespace items {

// Of a text that was checked before it was stored: what cannot be read now is a breakdown.
Item read_published(std::string_view code, std::string_view text);
Item item_of(std::string_view code, const Source&);

// Keys, types, counts, the key, wording.
std::vector<Problem> check_source(const Source&);
// That variants can be drawn, are whole, and differ. Only of a source without serious problems.
void check_variants(const Item&, const Source&, std::vector<Problem>&);

// How easily French reads: 100 easy, 0 very hard (Kandel & Moles 1958, Flesch for French).
double reading_ease(std::string_view text);

}  // namespace items
