// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/differences.hpp"

#include "base/text.hpp"
#include "catalogue/offer_fields.hpp"
#include "catalogue/offer_form.hpp"

#include <algorithm>
#include <cstdint>

namespace catalogue {
namespace {

using Lines = std::vector<DifferenceLine>;

// Two texts of 20,000 characters have at most so many lines each that comparing all pairs stays
// below a tenth of a second; beyond, every line counts as changed.
constexpr std::size_t most_pairs = 4'000'000;

Lines lines_of(const std::string& text) {
    Lines lines;
    for (std::string& line : base::split(text, '\n')) lines.push_back({std::move(line), true});
    return lines;
}

// Unmarks the lines of a longest common subsequence.
void mark_common(Lines& before, Lines& after) {
    const std::size_t rows = before.size(), columns = after.size();
    if (rows * columns > most_pairs) return;
    // longest[i][j]: of before from i and after from j.
    std::vector<std::uint32_t> longest((rows + 1) * (columns + 1));
    const auto at = [&](std::size_t i, std::size_t j) -> std::uint32_t& {
        return longest[i * (columns + 1) + j];
    };
    for (std::size_t i = rows; i-- > 0;)
        for (std::size_t j = columns; j-- > 0;)
            at(i, j) = before[i].text == after[j].text ? at(i + 1, j + 1) + 1
                                                       : std::max(at(i + 1, j), at(i, j + 1));
    for (std::size_t i = 0, j = 0; i < rows && j < columns;) {
        if (before[i].text == after[j].text)
            before[i++].changed = after[j++].changed = false;
        else if (at(i + 1, j) >= at(i, j + 1))
            ++i;
        else
            ++j;
    }
}

}  // namespace

std::vector<Difference> differences(const Offer& before, const Offer& after) {
    std::vector<Difference> found;
    const auto old_fields = fields_of(before);
    const auto new_fields = fields_of(after);
    for (std::size_t i = 0; i < old_fields.size(); ++i) {
        if (old_fields[i].second == new_fields[i].second) continue;
        Difference difference{old_fields[i].first, lines_of(old_fields[i].second),
                              lines_of(new_fields[i].second)};
        mark_common(difference.before, difference.after);
        found.push_back(std::move(difference));
    }
    return found;
}

}  // namespace catalogue
