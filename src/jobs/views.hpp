// SPDX-License-Identifier: EUPL-1.2
// From jobs to the JSON of their page.
#pragma once
#include "jobs/store.hpp"

#include <boost/json/fwd.hpp>

namespace jobs {

// As many jobs as a page shows.
inline constexpr int most_shown = 200;

boost::json::object jobs_view(const Counts&, const std::vector<store::Shown>&);
extern const std::string_view jobs_schema;
extern const std::string_view restarted_schema;

}  // namespace jobs
