// SPDX-License-Identifier: EUPL-1.2
// All SQL on common_cores and trade_targets.
#pragma once
#include "frameworks/frameworks.hpp"

namespace frameworks {

// The counter of db/versions.hpp that every change bumps.
inline constexpr std::string_view version_name = "frameworks";

}  // namespace frameworks

namespace frameworks::store {

std::vector<Core> cores(db::Transaction&);
// The id; the core of the same organisation and day is replaced.
std::int64_t put_core(db::Transaction&, const Core&);

struct EditedTargets {
    std::string trade;
    Targets targets;
    std::optional<base::PersonId> author;
    base::Time changed_at{};
};
std::vector<EditedTargets> trade_targets(db::Transaction&, std::string_view framework);
void put_trade_targets(db::Transaction&, std::string_view framework, const EditedTargets&);

}  // namespace frameworks::store
