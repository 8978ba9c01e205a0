// SPDX-License-Identifier: EUPL-1.2
// What every page says of a campaign.
#pragma once
#include "campaigns/views.hpp"

namespace campaigns {

boost::json::object summary(const Campaign&, const Names&);

}  // namespace campaigns
