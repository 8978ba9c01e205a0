// SPDX-License-Identifier: EUPL-1.2
// What pix.cpp and the jobs in reading.cpp share.
#pragma once
#include "pix/pix.hpp"

namespace pix {

// One waits for each reading and each connection.
void enqueue_reading(db::Transaction&, std::int64_t reading, base::Time due);
void enqueue_listing(db::Transaction&, std::string_view connection, base::Time due);
// Goes on with the last reading where it may, or begins a new one. The campaign is locked.
void start_reading(db::Transaction&, const Campaign&, base::Time now);

}  // namespace pix
