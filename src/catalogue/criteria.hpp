// SPDX-License-Identifier: EUPL-1.2
// What a URL of the catalogue asks for, and back: every list has an address that can be shared.
#pragma once
#include "catalogue/search.hpp"

#include <string>

namespace http {
class Query;
}

namespace catalogue {

struct Criteria {
    std::string words;
    FacetValues chosen;
    bool free_seats = false;
    bool open_to_me = false;
    std::string sort;  // "", relevance, date, title, duration
    int page = 1;
};

// Unknown names and values are left alone: an old link shows what it still can.
Criteria read_criteria(const http::Query&);

// "/catalogue?theme=cybersecurite&page=2"; the same criteria always give the same URL.
std::string url_of(const Criteria&, std::string_view path = "/catalogue");

}  // namespace catalogue
