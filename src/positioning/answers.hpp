// SPDX-License-Identifier: EUPL-1.2
// The answers of one test, and the compact text that keeps them in its row.
#pragma once
#include "base/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace positioning {

struct Given {
    base::ItemId item;
    std::int64_t version = 1;  // of the item's text, as it was shown
    bool right = false;
    bool unknown = false;   // "I do not know"
    bool measures = false;  // else it is only being calibrated
    bool late = false;      // after the time that the item itself sets
    int seconds = 0;        // 0: not known, the test was left meanwhile
    // What was answered (items::written), to be shown again; long texts are cut.
    std::string written = "null";
    friend bool operator==(const Given&, const Given&) = default;
};

inline constexpr int longest_seconds = 900;  // after that somebody did something else
// Bytes of what was answered; with 40 answers of that length a test stays under 4 kB.
inline constexpr std::size_t longest_written = 60;

// One line an answer: "412 1 rm 34 ["2"]".
std::string line_of(const Given&);
// Throws std::logic_error for a text that line_of() did not write.
std::vector<Given> read_lines(std::string_view);
// Its values shortened until it fits into longest_written; a choice always does.
std::string shortened(std::string_view written);

}  // namespace positioning
