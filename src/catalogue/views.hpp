// SPDX-License-Identifier: EUPL-1.2
// From the catalogue's values to the JSON that its pages show and programs get.
#pragma once
#include "catalogue/catalogue.hpp"
#include "catalogue/criteria.hpp"

#include <boost/json/fwd.hpp>

#include <string>
#include <string_view>

namespace catalogue {

extern const std::string_view list_schema;   // JSON Schema of list_view
extern const std::string_view offer_schema;  // ... of offer_view

struct ListContext {
    const Published& published;
    const Themes& themes;
    const Bits& free_seats;  // by position in the index
    const Reader* reader;    // nullptr: nobody is signed in
    std::string_view language;
};

boost::json::value list_view(const Criteria&, const Found&, const ListContext&);

// `sessions`: what the slice of sessions says of it.
boost::json::value offer_view(const IndexedOffer&, const ListContext&, boost::json::value sessions,
                              std::string_view base_url);

}  // namespace catalogue
