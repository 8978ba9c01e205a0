// SPDX-License-Identifier: EUPL-1.2
// What changed between two texts, line by line.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace items {

struct DifferenceLine {
    enum class Kind { same, removed, added };
    Kind kind = Kind::same;
    std::string text;
    friend bool operator==(const DifferenceLine&, const DifferenceLine&) = default;
};
// All lines of both, in order; by the longest common subsequence (Wagner & Fischer 1974), or the
// whole middle replaced where that would cost too much.
std::vector<DifferenceLine> differences(std::string_view before, std::string_view after);

}  // namespace items
