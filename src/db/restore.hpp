// SPDX-License-Identifier: EUPL-1.2
// Puts a copy made by Database::backup_to in the place of a SQLite database.
#pragma once
#include <string>

namespace db {

struct Restored {
    std::string moved_aside;  // what the database before is called now; "" when there was none
};

// Checks the copy first (whole, a database of Campus, not newer than this program), brings it up to
// date, and only then replaces FILE of `url` "sqlite:FILE"; the database before is kept as
// FILE.before-restore-<n>. Throws Failure, with nothing changed, when the copy is not good, when
// anybody has the database open, and for PostgreSQL (with the advice to use pg_restore).
Restored restore(const std::string& url, const std::string& copy);

}  // namespace db
