// SPDX-License-Identifier: EUPL-1.2
#include "mail/store.hpp"

#include "db/database.hpp"
#include "db/json_ids.hpp"

#include <algorithm>

namespace mail::store {
namespace {

std::optional<base::PersonId> person_in(const db::Row& row, int column) {
    const auto id = row.optional_integer(column);
    return id ? std::optional{base::PersonId{*id}} : std::nullopt;
}

std::optional<std::int64_t> value_of(std::optional<base::PersonId> person) {
    return person ? std::optional{person->value} : std::nullopt;
}

}  // namespace

constexpr db::Query insert_letter{"mail.insert", R"sql(
    INSERT INTO outbox (person_id, email, kind, letter, created_at, due_at)
    VALUES ($1, $2, $3, $4, $5, $5)
)sql"};

void insert(db::Transaction& transaction, const Letter& letter, const std::string& letter_json,
            base::Time now) {
    transaction.run_later(insert_letter, {value_of(letter.to.person), letter.to.email, letter.kind,
                                          letter_json, base::to_epoch(now)});
}

void insert_digest(db::Transaction& transaction, base::PersonId person, std::string_view email,
                   const std::string& letter_json, base::Time now) {
    transaction.run(insert_letter,
                    {person.value, email, "mail.digest", letter_json, base::to_epoch(now)});
}

// ---- sending
// -------------------------------------------------------------------------------------

constexpr db::Query find_due{"mail.any_due", R"sql(
    SELECT 1 FROM outbox
    WHERE state = 'waiting' AND due_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
    LIMIT 1
)sql"};

bool any_due(db::Transaction& transaction, base::Time now) {
    return transaction.run(find_due, {base::to_epoch(now)}) > 0;
}

// As in jobs: SQLite has one writer, on PostgreSQL nodes skip what others are taking.
#define TAKE_DUE(skip_locked)                                           \
    "WITH due AS MATERIALIZED ("                                        \
    "  SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= $1 " \
    "    AND (leased_until IS NULL OR leased_until <= $1) "             \
    "  ORDER BY due_at, id LIMIT $3" skip_locked                        \
    ") UPDATE outbox SET leased_until = $2, attempts = attempts + 1 "   \
    "WHERE id IN (SELECT id FROM due) "                                 \
    "RETURNING id, person_id, email, kind, letter, created_at, attempts"
constexpr db::Query take_due_sqlite{"mail.take_due", TAKE_DUE("")};
constexpr db::Query take_due_postgresql{"mail.take_due", TAKE_DUE(" FOR UPDATE SKIP LOCKED")};
#undef TAKE_DUE

std::vector<Waiting> take_due(db::Transaction& transaction, base::Time now, base::Time leased_until,
                              int most) {
    const bool postgresql = transaction.engine() == db::Engine::postgresql;
    std::vector<Waiting> letters;
    transaction.run(postgresql ? take_due_postgresql : take_due_sqlite,
                    {base::to_epoch(now), base::to_epoch(leased_until), most},
                    [&](const db::Row& row) {
                        Waiting& letter = letters.emplace_back();
                        letter.id = row.integer(0);
                        letter.person = person_in(row, 1);
                        letter.email = row.text(2);
                        letter.kind = row.text(3);
                        letter.letter = row.text(4);
                        letter.created_at = base::from_epoch(row.integer(5));
                        letter.attempts = static_cast<int>(row.integer(6));
                    });
    std::ranges::sort(letters, {}, &Waiting::id);
    return letters;
}

// Whoever had the lease: a letter that has left has left.
constexpr db::Query mark_letters_sent{"mail.mark_sent", R"sql(
    UPDATE outbox SET state = 'sent', sent_at = $2, leased_until = NULL, last_error = ''
    WHERE id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
)sql"};

void mark_sent(db::Transaction& transaction, std::span<const std::int64_t> ids, base::Time now) {
    std::string list;
    for (const std::int64_t id : ids) list += (list.empty() ? "[" : ",") + std::to_string(id);
    if (ids.empty()) return;
    transaction.run(mark_letters_sent, {list + "]", base::to_epoch(now)});
}

constexpr db::Query update_text{"mail.replace_text", "UPDATE outbox SET letter = $2 WHERE id = $1"};

void replace_text(db::Transaction& transaction, std::int64_t id, std::string_view letter) {
    transaction.run_later(update_text, {id, letter});
}

constexpr db::Query mark_letter{"mail.mark", R"sql(
    UPDATE outbox SET state = $2, last_error = $3, leased_until = NULL WHERE id = $1
)sql"};

void mark(db::Transaction& transaction, std::int64_t id, std::string_view state,
          std::string_view why) {
    transaction.run(mark_letter, {id, state, why});
}

constexpr db::Query retry_letter{"mail.retry", R"sql(
    UPDATE outbox SET due_at = $3, last_error = $4, leased_until = NULL
    WHERE id = $1 AND attempts = $2 AND state = 'waiting'
)sql"};

void retry(db::Transaction& transaction, std::int64_t id, int attempt, base::Time due_at,
           std::string_view why) {
    transaction.run(retry_letter, {id, attempt, base::to_epoch(due_at), why});
}

constexpr db::Query release_letter{"mail.release", R"sql(
    UPDATE outbox SET attempts = attempts - 1, last_error = $3, leased_until = NULL
    WHERE id = $1 AND attempts = $2 AND state = 'waiting'
)sql"};

void release(db::Transaction& transaction, std::int64_t id, int attempt, std::string_view why) {
    transaction.run(release_letter, {id, attempt, why});
}

// ---- choices
// -------------------------------------------------------------------------------------

constexpr db::Query read_choices{"mail.choices", R"sql(
    SELECT person_id, kind, choice FROM mail_choices
    WHERE person_id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
)sql"};

std::map<base::PersonId, Choices> choices_of(db::Transaction& transaction,
                                             std::span<const base::PersonId> persons) {
    std::map<base::PersonId, Choices> choices;
    if (persons.empty()) return choices;
    transaction.run(read_choices, {db::json_ids(persons)}, [&](const db::Row& row) {
        if (const auto choice = choice_of(row.text(2)))
            choices[base::PersonId{row.integer(0)}].emplace(row.text(1), *choice);
    });
    return choices;
}

Choices choices_of(db::Transaction& transaction, base::PersonId person) {
    return choices_of(transaction, std::span{&person, 1})[person];
}

constexpr db::Query remove_choice{"mail.remove_choice", R"sql(
    DELETE FROM mail_choices WHERE person_id = $1 AND kind = $2
)sql"};
constexpr db::Query put_choice{"mail.put_choice", R"sql(
    INSERT INTO mail_choices (person_id, kind, choice) VALUES ($1, $2, $3)
    ON CONFLICT (person_id, kind) DO UPDATE SET choice = excluded.choice
)sql"};

void set_choice(db::Transaction& transaction, base::PersonId person, std::string_view kind,
                Choice choice) {
    if (choice == Choice::at_once)
        transaction.run(remove_choice, {person.value, kind});
    else
        transaction.run(put_choice, {person.value, kind, name_of(choice)});
}

// ---- digests
// -------------------------------------------------------------------------------------

constexpr db::Query find_with_digest{"mail.with_digest", R"sql(
    SELECT DISTINCT person_id FROM outbox
    WHERE state = 'digest' AND person_id IS NOT NULL ORDER BY person_id
)sql"};

std::vector<base::PersonId> with_digest(db::Transaction& transaction) {
    std::vector<base::PersonId> persons;
    transaction.run(find_with_digest, {},
                    [&](const db::Row& row) { persons.emplace_back(row.integer(0)); });
    return persons;
}

constexpr db::Query gather_letters{"mail.gather", R"sql(
    UPDATE outbox SET state = 'sent', sent_at = $2 WHERE person_id = $1 AND state = 'digest'
    RETURNING id, email, letter
)sql"};

Gathered gather(db::Transaction& transaction, base::PersonId person, base::Time now) {
    Gathered gathered;
    std::int64_t last = 0;
    transaction.run(gather_letters, {person.value, base::to_epoch(now)}, [&](const db::Row& row) {
        if (row.integer(0) > last) gathered.email = row.text(1);
        last = std::max(last, row.integer(0));
        gathered.letters.emplace(row.integer(0), row.text(2));
    });
    return gathered;
}

// ---- what went wrong
// -----------------------------------------------------------------------------

constexpr db::Query put_refused{"mail.refuse_address", R"sql(
    INSERT INTO refused_addresses (email, person_id, first_at, last_at, reason)
    VALUES ($1, $2, $4, $4, $3)
    ON CONFLICT (email) DO UPDATE
    SET letters = refused_addresses.letters + 1, last_at = excluded.last_at,
        reason = excluded.reason,
        person_id = coalesce(excluded.person_id, refused_addresses.person_id)
)sql"};

void refuse_address(db::Transaction& transaction, std::string_view email,
                    std::optional<base::PersonId> person, std::string_view reason, base::Time now) {
    transaction.run(put_refused, {email, value_of(person), reason, base::to_epoch(now)});
}

constexpr db::Query remove_refused{
    "mail.accept_address", "DELETE FROM refused_addresses WHERE email = $1 RETURNING person_id"};

std::optional<std::optional<base::PersonId>> accept_address(db::Transaction& transaction,
                                                            std::string_view email) {
    std::optional<std::optional<base::PersonId>> person;
    transaction.run(remove_refused, {email},
                    [&](const db::Row& row) { person.emplace(person_in(row, 0)); });
    return person;
}

// ---- to look at
// ----------------------------------------------------------------------------------

#define SHOWN_COLUMNS                                                                    \
    "id, person_id, email, kind, letter, state, created_at, due_at, attempts, sent_at, " \
    "last_error"
constexpr db::Query find_letter{"mail.find", "SELECT " SHOWN_COLUMNS " FROM outbox WHERE id = $1"};
constexpr db::Query list_newest{"mail.newest",
                                "SELECT " SHOWN_COLUMNS " FROM outbox ORDER BY id DESC LIMIT $1"};
constexpr db::Query list_trouble{"mail.in_trouble",
                                 "SELECT " SHOWN_COLUMNS
                                 " FROM outbox WHERE state IN ('failed', 'bounced') "
                                 "ORDER BY id DESC LIMIT $1"};
#undef SHOWN_COLUMNS

namespace {
Shown shown_from(const db::Row& row) {
    Shown shown;
    shown.id = row.integer(0);
    shown.person = person_in(row, 1);
    shown.email = row.text(2);
    shown.kind = row.text(3);
    shown.letter = row.text(4);
    shown.state = row.text(5);
    shown.created_at = base::from_epoch(row.integer(6));
    shown.due_at = base::from_epoch(row.integer(7));
    shown.attempts = static_cast<int>(row.integer(8));
    if (const auto at = row.optional_integer(9)) shown.sent_at = base::from_epoch(*at);
    shown.last_error = row.text(10);
    return shown;
}
}  // namespace

std::optional<Shown> find(db::Transaction& transaction, std::int64_t id) {
    std::optional<Shown> found;
    transaction.run(find_letter, {id}, [&](const db::Row& row) { found = shown_from(row); });
    return found;
}

std::vector<Shown> newest(db::Transaction& transaction, int most) {
    std::vector<Shown> letters;
    transaction.run(list_newest, {most},
                    [&](const db::Row& row) { letters.push_back(shown_from(row)); });
    return letters;
}

std::vector<Shown> in_trouble(db::Transaction& transaction, int most) {
    std::vector<Shown> letters;
    transaction.run(list_trouble, {most},
                    [&](const db::Row& row) { letters.push_back(shown_from(row)); });
    return letters;
}

constexpr db::Query count_waiting{"mail.count_waiting", R"sql(
    SELECT count(*), min(due_at) FROM outbox WHERE state = 'waiting'
)sql"};
constexpr db::Query why_waiting{"mail.why_waiting", R"sql(
    SELECT last_error FROM outbox WHERE state = 'waiting' ORDER BY due_at, id LIMIT 1
)sql"};
constexpr db::Query count_others{"mail.count_others", R"sql(
    SELECT (SELECT count(*) FROM outbox WHERE state = 'digest'),
           count(CASE WHEN state = 'failed' THEN 1 END),
           count(CASE WHEN state = 'bounced' THEN 1 END)
    FROM outbox WHERE state IN ('failed', 'bounced')
)sql"};

Counts count(db::Transaction& transaction) {
    Counts counts;
    transaction.run(count_waiting, {}, [&](const db::Row& row) {
        counts.waiting = row.integer(0);
        if (const auto due = row.optional_integer(1)) counts.oldest_due = base::from_epoch(*due);
    });
    transaction.run(why_waiting, {}, [&](const db::Row& row) { counts.why = row.text(0); });
    transaction.run(count_others, {}, [&](const db::Row& row) {
        counts.digest = row.integer(0);
        counts.failed = row.integer(1);
        counts.bounced = row.integer(2);
    });
    return counts;
}

constexpr db::Query count_in_trouble{"mail.count_trouble", R"sql(
    SELECT (SELECT count(*) FROM outbox WHERE state IN ('failed', 'bounced'))
           + (SELECT count(*) FROM refused_addresses)
)sql"};

std::int64_t count_trouble(db::Transaction& transaction) {
    std::int64_t count = 0;
    transaction.run(count_in_trouble, {}, [&](const db::Row& row) { count = row.integer(0); });
    return count;
}

constexpr db::Query list_refused{"mail.refused_addresses", R"sql(
    SELECT email, person_id, first_at, last_at, letters, reason FROM refused_addresses
    ORDER BY last_at DESC, email LIMIT $1
)sql"};

constexpr db::Query list_refused_of{"mail.refused_of", R"sql(
    SELECT email, person_id, first_at, last_at, letters, reason FROM refused_addresses
    WHERE person_id = $1 ORDER BY email
)sql"};

namespace {

std::vector<RefusedAddress> refused_in(db::Transaction& transaction, const db::Query& query,
                                       std::int64_t value) {
    std::vector<RefusedAddress> addresses;
    transaction.run(query, {value}, [&](const db::Row& row) {
        addresses.push_back({.email = std::string{row.text(0)},
                             .person = person_in(row, 1),
                             .first_at = base::from_epoch(row.integer(2)),
                             .last_at = base::from_epoch(row.integer(3)),
                             .letters = row.integer(4),
                             .reason = std::string{row.text(5)}});
    });
    return addresses;
}

}  // namespace

std::vector<RefusedAddress> refused_addresses(db::Transaction& transaction, int most) {
    return refused_in(transaction, list_refused, most);
}
std::vector<RefusedAddress> refused_of(db::Transaction& transaction, base::PersonId person) {
    return refused_in(transaction, list_refused_of, person.value);
}

#define OLD_REFUSED \
    "SELECT email FROM refused_addresses WHERE last_at < $1 ORDER BY last_at, email LIMIT $2"
constexpr db::Query select_old_refused{"mail.old_refused", OLD_REFUSED};
constexpr db::Query delete_old_refused{
    "mail.delete_old_refused", "DELETE FROM refused_addresses WHERE email IN (" OLD_REFUSED ")"};
#undef OLD_REFUSED

int retain_refused(db::Transaction& transaction, base::Time before, int most, bool real) {
    return transaction.run(real ? delete_old_refused : select_old_refused,
                           {base::to_epoch(before), most});
}

constexpr db::Query find_refused{"mail.is_refused", R"sql(
    SELECT 1 FROM refused_addresses WHERE email = $2 OR person_id = $1 LIMIT 1
)sql"};

bool is_refused(db::Transaction& transaction, base::PersonId person, std::string_view email) {
    return transaction.run(find_refused, {person.value, email}) > 0;
}

constexpr db::Query send_letters_again{"mail.send_again", R"sql(
    UPDATE outbox SET state = 'waiting', created_at = $1, due_at = $1, attempts = 0,
                      leased_until = NULL
    WHERE state IN ('failed', 'bounced') AND letter NOT LIKE '{"digest"%'
)sql"};

int send_again(db::Transaction& transaction, base::Time now) {
    return transaction.run(send_letters_again, {base::to_epoch(now)});
}

constexpr db::Query select_letters_of{"mail.letters_of", R"sql(
    SELECT kind, state, email, created_at, sent_at FROM outbox WHERE person_id = $1 ORDER BY id
)sql"};

std::vector<OwnLetter> letters_of(db::Transaction& transaction, base::PersonId person) {
    std::vector<OwnLetter> found;
    transaction.run(select_letters_of, {person.value}, [&](const db::Row& row) {
        OwnLetter letter{std::string{row.text(0)}, std::string{row.text(1)},
                         std::string{row.text(2)}, base::from_epoch(row.integer(3)), std::nullopt};
        if (const auto at = row.optional_integer(4)) letter.sent_at = base::from_epoch(*at);
        found.push_back(std::move(letter));
    });
    return found;
}

constexpr db::Query delete_letters_of{"mail.remove_letters_of", R"sql(
    DELETE FROM outbox WHERE person_id = $1
)sql"};
constexpr db::Query delete_choices_of{"mail.remove_choices_of", R"sql(
    DELETE FROM mail_choices WHERE person_id = $1
)sql"};
constexpr db::Query delete_refused_of{"mail.remove_refused_of", R"sql(
    DELETE FROM refused_addresses WHERE person_id = $1
)sql"};

int remove_letters_of(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(delete_letters_of, {person.value});
}
int remove_choices_of(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(delete_choices_of, {person.value});
}
int remove_refused_of(db::Transaction& transaction, base::PersonId person) {
    return transaction.run(delete_refused_of, {person.value});
}

// Both choose by the same words.
constexpr db::Query count_ended_letters{"mail.count_ended", R"sql(
    SELECT count(*) FROM (
        SELECT id FROM outbox WHERE state NOT IN ('waiting', 'digest') AND created_at < $1
        ORDER BY created_at LIMIT $2) AS oldest
)sql"};
constexpr db::Query remove_ended_letters{"mail.remove_ended", R"sql(
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE state NOT IN ('waiting', 'digest') AND created_at < $1
        ORDER BY created_at LIMIT $2)
)sql"};

int count_ended(db::Transaction& transaction, base::Time before, int most) {
    int count = 0;
    transaction.run(count_ended_letters, {base::to_epoch(before), most},
                    [&](const db::Row& row) { count = static_cast<int>(row.integer(0)); });
    return count;
}

int remove_ended(db::Transaction& transaction, base::Time before, int most) {
    return transaction.run(remove_ended_letters, {base::to_epoch(before), most});
}

}  // namespace mail::store
