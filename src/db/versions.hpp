// SPDX-License-Identifier: EUPL-1.2
// Counters that tell every node that something in the database has changed, so that what a node
// keeps in memory (search index, trees) is checked by one small query and never trusted longer.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace db {

class Transaction;

// All counters as one transaction sees them: one query, a handful of rows.
class Versions {
public:
    explicit Versions(Transaction&);
    std::int64_t of(std::string_view name) const;  // 0 for one never bumped

private:
    std::vector<std::pair<std::string, std::int64_t>> values_;
};

// Adds one and returns the new value. Locks the counter until commit, so values are given in the
// order of commits: a reader who has seen n has seen all that was committed under n and below.
std::int64_t bump_version(Transaction&, std::string_view name);

}  // namespace db
