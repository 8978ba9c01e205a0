// SPDX-License-Identifier: EUPL-1.2
#include "db/versions.hpp"

#include "db/database.hpp"

namespace db {

std::int64_t version(Transaction& transaction, std::string_view name) {
    static constexpr Query query{"versions.get", "SELECT value FROM versions WHERE name = $1"};
    std::int64_t value = 0;
    transaction.run(query, {name}, [&](const Row& row) { value = row.integer(0); });
    return value;
}

std::int64_t bump_version(Transaction& transaction, std::string_view name) {
    static constexpr Query query{"versions.bump",
                                 "INSERT INTO versions (name, value) VALUES ($1, 1)"
                                 " ON CONFLICT (name) DO UPDATE SET value = versions.value + 1"
                                 " RETURNING value"};
    std::int64_t value = 0;
    transaction.run(query, {name}, [&](const Row& row) { value = row.integer(0); });
    return value;
}

}  // namespace db
