// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "base/ids.hpp"

#include <cstdint>
#include <functional>

namespace db {
class Database;
class Transaction;
}  // namespace db
namespace http {
class Router;
}

namespace jobs {

class Jobs;

// What the pages of jobs use; all of it must outlive the router.
struct Site {
    db::Database& database;
    // Is this administrator one of the whole tree? The identity slice, which stands above, knows.
    std::function<bool(base::PersonId)> administers_all;
    // Letters and addresses that an administrator should look at: mail, which stands above, knows.
    std::function<std::int64_t(db::Transaction&)> letters_in_trouble;
};

void add_pages(http::Router&, Site);

}  // namespace jobs
