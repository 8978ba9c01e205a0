// SPDX-License-Identifier: EUPL-1.2
#include "db/versions.hpp"

#include "db/database.hpp"

namespace db {

Versions::Versions(Transaction& transaction) {
    static constexpr Query query{"versions.all", "SELECT name, value FROM versions"};
    transaction.run(query, {},
                    [&](const Row& row) { values_.emplace_back(row.text(0), row.integer(1)); });
}

std::int64_t Versions::of(std::string_view name) const {
    for (const auto& [known, value] : values_)
        if (known == name) return value;
    return 0;
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
