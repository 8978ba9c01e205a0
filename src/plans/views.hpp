// SPDX-License-Identifier: EUPL-1.2
// From plans to the JSON of their pages.
#pragma once
#include "plans/plans.hpp"

#include <boost/json/fwd.hpp>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

namespace plans {

// A message in the reader's language.
using Words = std::function<std::string(const base::Reason&)>;

struct PlanPage {
    const Plan& plan;
    const Filters& filters;
    bool own = true;
    std::string name;          // of the agent, where somebody else reads
    std::string trade_label;   // of the trade that is aimed at
    std::string shared_with;   // name of the supervisor; "": shared with nobody
    bool shared_still = true;  // false: that one supervises no more, so that nobody sees it
    std::string_view language;
    base::Time now{};
};
boost::json::object plan_view(const PlanPage&, const Words&);

// What stands in a request for an offer of the plan, to be changed by the person; at most 2,000
// characters.
std::string motivation_of(const PlanPage&, const Planned&, const Words&);

struct AimPage {
    const Chosen& chosen;
    const frameworks::Trades& trades;
    const frameworks::Targets& start;  // levels to begin an agreement from
    std::string supervisor;            // name, "" if none is known
    // Of a form that was refused; null: none.
    const boost::json::object* typed = nullptr;
    std::string_view language;
    base::Date today{};
};
boost::json::object aim_view(const AimPage&);

// What people share with the supervisor who reads.
struct SharedWithMe {
    std::set<base::PersonId> plans;
    std::map<base::PersonId, base::PositioningId> results;  // the latest that is shared
    std::map<base::PersonId, identity::Named> people;       // all of both
};
boost::json::object team_view(const SharedWithMe&);

// "/my-plan?online=1&hours=2": the same filters give the same address.
std::string url_of(const Filters&, std::string_view path = "/my-plan");

extern const std::string_view plan_schema, aim_schema, share_schema, team_schema;

}  // namespace plans
