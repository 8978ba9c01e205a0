// SPDX-License-Identifier: EUPL-1.2
// From the tree to the JSON of its pages.
#pragma once
#include "organisations/organisations.hpp"

#include <boost/json/fwd.hpp>

#include <string_view>

namespace organisations {

extern const std::string_view list_schema;          // JSON Schema of list_view
extern const std::string_view organisation_schema;  // ... of organisation_view
extern const std::string_view report_schema;        // ... of the page of an import

// The tree, depth first: `opens` says how many stand right below an item, `ends` which lists end
// after it, so that a template can nest what a program reads as one flat list. With words, those
// whose name, short name, code or town has all of them, flat.
boost::json::object list_view(const Tree&, std::string_view words);

boost::json::object organisation_view(const Tree&, const Organisation&);

}  // namespace organisations
