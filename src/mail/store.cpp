// SPDX-License-Identifier: EUPL-1.2
#include "mail/store.hpp"

#include "db/database.hpp"

namespace mail::store {

constexpr db::Query insert_letter{"mail.insert", R"sql(
    INSERT INTO outbox (person_id, email, kind, letter, created_at, due_at)
    VALUES ($1, $2, $3, $4, $5, $5)
)sql"};

void insert(db::Transaction& transaction, const Letter& letter, const std::string& letter_json,
            base::Time now) {
    const auto person = letter.to.person ? std::optional{letter.to.person->value} : std::nullopt;
    transaction.run(insert_letter,
                    {person, letter.to.email, letter.kind, letter_json, base::to_epoch(now)});
}

}  // namespace mail::store
