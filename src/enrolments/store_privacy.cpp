// SPDX-License-Identifier: EUPL-1.2
// The part of the store that personal data needs (privacy.cpp).
#include "db/database.hpp"
#include "enrolments/store.hpp"

namespace enrolments::store {

constexpr db::Query delete_feed_row{"enrolments.delete_feed", R"sql(
    DELETE FROM calendar_feeds WHERE person_id = $1
)sql"};

int delete_feed(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(delete_feed_row, {person.value});
}

}  // namespace enrolments::store
