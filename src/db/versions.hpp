// SPDX-License-Identifier: EUPL-1.2
// Counters that tell every node that something in the database has changed, so that what a node
// keeps in memory (search index, trees) is checked by one small query and never trusted longer.
#pragma once
#include <cstdint>
#include <string_view>

namespace db {

class Transaction;

// The present value; 0 for one never bumped.
std::int64_t version(Transaction&, std::string_view name);

// Adds one and returns the new value. Locks the counter until commit, so values are given in the
// order of commits: a reader who has seen n has seen all that was committed under n and below.
std::int64_t bump_version(Transaction&, std::string_view name);

}  // namespace db
