// SPDX-License-Identifier: EUPL-1.2
#include "mail/mail.hpp"

#include "mail/letter.hpp"
#include "mail/store.hpp"

namespace mail {

void put(db::Transaction& transaction, const Letter& letter, base::Time now) {
    store::insert(transaction, letter, to_json(letter), now);
}

std::int64_t count_trouble(db::Transaction& transaction) {
    return store::count_trouble(transaction);
}

}  // namespace mail
