// SPDX-License-Identifier: EUPL-1.2
// The pages of frameworks, trades and the common core, as JSON.
#pragma once
#include "frameworks/frameworks.hpp"

#include <boost/json.hpp>

#include <string>
#include <string_view>

namespace frameworks {

boost::json::object framework_view(const Framework&, std::string_view language);
boost::json::object trades_view(const Trades&, std::string_view language);
// `typed`: levels of a form that was refused; null: those of the trade.
boost::json::object trade_view(const Trade&, bool may_edit, const std::string& edited_by,
                               const boost::json::object* typed, std::string_view language);

struct CorePage {
    const Core& present;           // that holds today
    const Core* next;              // that will hold, nullptr: none is set
    std::string set_by;            // name of the organisation that set the present one
    std::vector<const Core*> own;  // versions of the organisation looked at
    const organisations::Tree& tree;
    std::optional<base::OrganisationId> organisation;  // looked at; nothing: the campus
    // Where the reader may set one; the campus itself when `may_set_campus`.
    std::vector<base::OrganisationId> may_set;
    bool may_set_campus = false;
    base::Date today{};
    std::string_view language;
};
// `typed`: levels, from and note of a form that was refused.
boost::json::object core_view(const CorePage&, const boost::json::object* typed);

extern const std::string_view framework_schema, trades_schema, trade_schema, core_schema;

}  // namespace frameworks
