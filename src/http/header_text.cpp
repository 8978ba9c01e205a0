// SPDX-License-Identifier: EUPL-1.2
#include "http/header_text.hpp"

namespace http {

int quality_of(std::string_view element) {
    for (auto semicolon = element.find(';'); semicolon != std::string_view::npos;
         semicolon = element.find(';')) {
        element = without_blanks(element.substr(semicolon + 1));
        if (element.size() < 2 || lower(element[0]) != 'q' || element[1] != '=') continue;
        const std::string_view weight = until(element.substr(2), ';');
        if (weight.empty() || weight.size() > 5 || (weight[0] != '0' && weight[0] != '1')) return 0;
        int value = (weight[0] - '0') * 1000;
        if (weight.size() > 1 && weight[1] != '.') return 0;
        int place = 100;
        for (const char c : weight.substr(weight.size() > 1 ? 2 : 1)) {
            if (c < '0' || c > '9') return 0;
            value += (c - '0') * place;
            place /= 10;
        }
        return value <= 1000 ? value : 0;
    }
    return 1000;
}

}  // namespace http
