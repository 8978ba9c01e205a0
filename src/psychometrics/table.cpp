// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/table.hpp"

namespace psychometrics {

std::string quoted(const std::string& cell) {
    if (cell.find_first_of(",;\"\n\r") == std::string::npos) return cell;
    std::string text = "\"";
    for (const char c : cell) text += c == '"' ? std::string("\"\"") : std::string(1, c);
    return text + '"';
}

std::string model_name(const engine::Item& item) {
    if (item.model == engine::Model::graded) return "grm";
    if (item.model == engine::Model::partial_credit) return "gpcm";
    return item.c > 0 ? "3pl" : "2pl";
}

}  // namespace psychometrics
