// SPDX-License-Identifier: EUPL-1.2
// All SQL on the outbox, the choices and the addresses that refuse.
#pragma once
#include "mail/mail.hpp"
#include "mail/rules.hpp"

#include <map>
#include <span>

namespace mail::store {

void insert(db::Transaction&, const Letter&, const std::string& letter_json, base::Time now);
// One letter made of others.
void insert_digest(db::Transaction&, base::PersonId, std::string_view email,
                   const std::string& letter_json, base::Time now);

// -- sending

// A letter that is due, leased to who took it.
struct Waiting {
    std::int64_t id = 0;
    std::optional<base::PersonId> person;
    std::string email;
    std::string kind;
    std::string letter;  // JSON
    base::Time created_at{};
    int attempts = 0;
};
// Without locking anything: is there one to take?
bool any_due(db::Transaction&, base::Time now);
// Those that are due longest and that nobody else is taking, in order.
std::vector<Waiting> take_due(db::Transaction&, base::Time now, base::Time leased_until, int most);

void mark_sent(db::Transaction&, std::span<const std::int64_t> ids, base::Time now);
void replace_text(db::Transaction&, std::int64_t id, std::string_view letter);
// "digest", "unwanted", "failed" or "bounced", and why.
void mark(db::Transaction&, std::int64_t id, std::string_view state, std::string_view why);
// Tried at `due_at` again, if the attempt has the lease still.
void retry(db::Transaction&, std::int64_t id, int attempt, base::Time due_at, std::string_view why);
// As if it had not been taken.
void release(db::Transaction&, std::int64_t id, int attempt, std::string_view why);

// -- choices

using Choices = std::map<std::string, Choice, std::less<>>;  // by kind; absent: at once
Choices choices_of(db::Transaction&, base::PersonId);
std::map<base::PersonId, Choices> choices_of(db::Transaction&, std::span<const base::PersonId>);
void set_choice(db::Transaction&, base::PersonId, std::string_view kind, Choice);

// -- digests

std::vector<base::PersonId> with_digest(db::Transaction&);
struct Gathered {
    std::string email;                            // of the last one
    std::map<std::int64_t, std::string> letters;  // JSON by id
};
// Marks them as sent.
Gathered gather(db::Transaction&, base::PersonId, base::Time now);

// -- what went wrong

void refuse_address(db::Transaction&, std::string_view email, std::optional<base::PersonId>,
                    std::string_view reason, base::Time now);
// Whose it was, when it was known; nothing when it did not refuse.
std::optional<std::optional<base::PersonId>> accept_address(db::Transaction&,
                                                            std::string_view email);

// -- to look at

struct Shown {
    std::int64_t id = 0;
    std::optional<base::PersonId> person;
    std::string email;
    std::string kind;
    std::string letter;  // JSON
    std::string state;
    base::Time created_at{};
    base::Time due_at{};
    int attempts = 0;
    std::optional<base::Time> sent_at;
    std::string last_error;
};
std::optional<Shown> find(db::Transaction&, std::int64_t id);
std::vector<Shown> newest(db::Transaction&, int most);
std::vector<Shown> in_trouble(db::Transaction&, int most);  // failed and bounced, the newest first

struct Counts {
    std::int64_t waiting = 0;
    std::int64_t digest = 0;
    std::int64_t failed = 0;
    std::int64_t bounced = 0;
    std::optional<base::Time> oldest_due;  // of those that wait
    std::string why;                       // what the oldest one was told
};
Counts count(db::Transaction&);
std::int64_t count_trouble(db::Transaction&);  // failed and bounced letters, addresses that refuse

struct RefusedAddress {
    std::string email;
    std::optional<base::PersonId> person;
    base::Time first_at{}, last_at{};
    std::int64_t letters = 0;
    std::string reason;
};
std::vector<RefusedAddress> refused_addresses(db::Transaction&, int most);
std::vector<RefusedAddress> refused_of(db::Transaction&, base::PersonId);
// To which nothing was sent since before then; see privacy::Holder::retain().
int retain_refused(db::Transaction&, base::Time before, int most, bool real);
bool is_refused(db::Transaction&, base::PersonId, std::string_view email);

// Failed or bounced ones wait again; returns how many.
int send_again(db::Transaction&, base::Time now);

// -- personal data (privacy.cpp)

struct OwnLetter {
    std::string kind, state, email;
    base::Time created_at{};
    std::optional<base::Time> sent_at;
};
std::vector<OwnLetter> letters_of(db::Transaction&, base::PersonId);
// These return how many rows they removed. Letters to the person, also those that wait.
int remove_letters_of(db::Transaction&, base::PersonId);
int remove_choices_of(db::Transaction&, base::PersonId);
int remove_refused_of(db::Transaction&, base::PersonId);
// Letters that have left, or never will, written before then; the oldest and at most `most`.
int count_ended(db::Transaction&, base::Time before, int most);
int remove_ended(db::Transaction&, base::Time before, int most);

}  // namespace mail::store
