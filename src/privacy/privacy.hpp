// SPDX-License-Identifier: EUPL-1.2
// Door of the privacy slice: what Campus holds of a person, erasing it, and how long anything is
// kept. It knows no slice: each one implements Holder.
#pragma once
#include "privacy/holder.hpp"

#include <vector>

namespace db {
class Database;
}

namespace privacy {

class Privacy {
public:
    // The database must outlive it.
    explicit Privacy(db::Database& database) : database_(database) {}

    // Before the first request; the holder must outlive it. The order of adding is that of the
    // pages, and of erasing.
    void add(Holder& holder) { holders_.push_back(&holder); }

private:
    db::Database& database_;
    std::vector<Holder*> holders_;
};

}  // namespace privacy
