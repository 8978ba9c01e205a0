// SPDX-License-Identifier: EUPL-1.2
#include "items/differences.hpp"

#include <algorithm>

namespace items {
namespace {

using Lines = std::vector<std::string_view>;
using Kind = DifferenceLine::Kind;

constexpr std::size_t most_cells = 4'000'000;

Lines lines_of(std::string_view text) {
    Lines lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        if (line.ends_with('\r')) line.remove_suffix(1);
        lines.push_back(line);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

void put(std::vector<DifferenceLine>& out, Kind kind, std::string_view line) {
    out.push_back({kind, std::string(line)});
}

}  // namespace

std::vector<DifferenceLine> differences(std::string_view before, std::string_view after) {
    const Lines a = lines_of(before), b = lines_of(after);
    std::size_t head = 0, tail = 0;
    while (head < a.size() && head < b.size() && a[head] == b[head]) ++head;
    while (tail < a.size() - head && tail < b.size() - head &&
           a[a.size() - 1 - tail] == b[b.size() - 1 - tail])
        ++tail;
    std::vector<DifferenceLine> out;
    for (std::size_t i = 0; i < head; ++i) put(out, Kind::same, a[i]);
    const std::size_t rows = a.size() - head - tail, columns = b.size() - head - tail;
    // common[i][j]: of the lines from i and j to the end of the middle.
    std::vector<int> common((rows + 1) * (columns + 1) <= most_cells ? (rows + 1) * (columns + 1)
                                                                     : 0);
    const auto at = [&](std::size_t i, std::size_t j) -> int& {
        return common[i * (columns + 1) + j];
    };
    if (!common.empty())
        for (std::size_t i = rows; i-- > 0;)
            for (std::size_t j = columns; j-- > 0;)
                at(i, j) = a[head + i] == b[head + j] ? at(i + 1, j + 1) + 1
                                                      : std::max(at(i + 1, j), at(i, j + 1));
    std::size_t i = 0, j = 0;
    while (i < rows || j < columns) {
        if (i < rows && j < columns && a[head + i] == b[head + j] && !common.empty()) {
            put(out, Kind::same, a[head + i]);
            ++i;
            ++j;
        } else if (i < rows && (j == columns || common.empty() || at(i + 1, j) >= at(i, j + 1))) {
            put(out, Kind::removed, a[head + i++]);
        } else {
            put(out, Kind::added, b[head + j++]);
        }
    }
    for (std::size_t k = a.size() - tail; k < a.size(); ++k) put(out, Kind::same, a[k]);
    return out;
}

}  // namespace items
