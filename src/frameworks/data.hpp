// SPDX-License-Identifier: EUPL-1.2
// The proposals that the binary carries, before anybody changed them.
#pragma once
#include "frameworks/frameworks.hpp"

namespace frameworks {

const std::vector<Trade>& proposed_trades();
const Core& proposed_core();

}  // namespace frameworks
