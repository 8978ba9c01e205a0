// SPDX-License-Identifier: EUPL-1.2
// Keeps what was read: the same for a page and for a file.
#pragma once
#include "pix/contract.hpp"
#include "pix/store.hpp"

namespace pix {

// One participation. What is not of somebody who agreed is counted and not kept. `from_file`: it
// has no id and no topics.
void take(db::Transaction&, const Campaign&, const contract::Participation&, bool from_file,
          store::Taken&, base::Time now);

}  // namespace pix
