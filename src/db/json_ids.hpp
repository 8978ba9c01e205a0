// SPDX-License-Identifier: EUPL-1.2
// A list of ids as one parameter: "[1,2,3]" for `IN (SELECT value FROM json_each(CAST($1 AS
// text)))`, which both engines take (PostgreSQL by a function of migration 0002).
#pragma once
#include <string>

namespace db {

template <class Ids>
std::string json_ids(const Ids& ids) {
    std::string list = "[";
    for (const auto& id : ids) {
        if (list.size() > 1) list += ',';
        list += std::to_string(id.value);
    }
    return list + "]";
}

}  // namespace db
