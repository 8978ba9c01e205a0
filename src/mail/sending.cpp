// SPDX-License-Identifier: EUPL-1.2
#include "mail/sending.hpp"

#include "base/secrets.hpp"
#include "db/database.hpp"
#include "mail/kinds.hpp"
#include "mail/letter.hpp"
#include "mail/rules.hpp"
#include "mail/store.hpp"

#include <fmt/core.h>
#include <boost/json.hpp>

#include <chrono>
#include <cstdio>

namespace mail {
namespace json = boost::json;
namespace {

std::string_view domain_of(std::string_view email) {
    return email.substr(email.find('@') + 1);
}

// What is noted of a letter that was taken.
void note(db::Transaction& transaction, const store::Waiting& letter, const Delivery& delivery,
          base::Time now) {
    const auto give_up = [&](const char* state) {
        fmt::print(stderr, "letter {} ({}), attempt {}: {}\n", letter.id, letter.kind,
                   letter.attempts, delivery.reply);
        store::mark(transaction, letter.id, state, delivery.reply);
    };
    switch (delivery.fate) {
        case Fate::delivered:
            break;  // all of them at once
        case Fate::refused:
            store::refuse_address(transaction, letter.email, letter.person, delivery.reply, now);
            return give_up("bounced");
        case Fate::rejected:
            return give_up("failed");
        case Fate::later:
            if (const auto again = next_attempt(letter.attempts, letter.created_at, now))
                return store::retry(transaction, letter.id, letter.attempts, *again,
                                    delivery.reply);
            return give_up("failed");
        case Fate::no_relay:
            return store::release(transaction, letter.id, letter.attempts, delivery.reply);
    }
}

}  // namespace

std::string message_id(std::int64_t id, std::string_view letter_json, std::string_view domain) {
    return fmt::format("<{}.{}@{}>", id, digest_of(letter_json), domain);
}

std::string wire_message(const store::Waiting& waiting, const json::value& letter,
                         const Typesetter& typesetter, const SenderOptions& options,
                         bool refusable) {
    Rendered rendered = render(letter, typesetter, options.base_url, refusable);
    return write_message(
        {.id = message_id(waiting.id, waiting.letter, domain_of(options.from.email)),
         .date = waiting.created_at,
         .from = options.from,
         .to = {std::move(rendered.name), waiting.email},
         .language = std::move(rendered.language),
         .subject = std::move(rendered.subject),
         .text = std::move(rendered.text),
         .html = std::move(rendered.html),
         .calendar = std::move(rendered.calendar),
         .calendar_method = std::move(rendered.calendar_method),
         .unsubscribe_url = refusable ? options.base_url + "/me/mail" : std::string{}});
}

Sender::Sender(db::Database& database, const Typesetter& typesetter, const Kinds& kinds,
               SenderOptions options)
    : database_(database),
      typesetter_(typesetter),
      kinds_(kinds),
      options_(std::move(options)),
      smtp_(options_.smtp) {}

Sender::Batch Sender::take(base::Time now) {
    // Most often there is none: a node that has nothing to do writes nothing.
    if (!database_.read(
            [&](db::Transaction& transaction) { return store::any_due(transaction, now); }))
        return {};
    return database_.write([&](db::Transaction& transaction) {
        Batch batch{store::take_due(transaction, now, now + lease, batch_size), {}};
        std::vector<base::PersonId> persons;
        for (const store::Waiting& letter : batch.letters)
            if (letter.person) persons.push_back(*letter.person);
        batch.choices = store::choices_of(transaction, persons);
        return batch;
    });
}

Choice Sender::chosen_for(const Batch& batch, const store::Waiting& letter) const {
    if (!letter.person || !kinds_.refusable(letter.kind)) return Choice::at_once;
    const auto choices = batch.choices.find(*letter.person);
    if (choices == batch.choices.end()) return Choice::at_once;
    const auto choice = choices->second.find(letter.kind);
    return choice == choices->second.end() ? Choice::at_once : choice->second;
}

Delivery Sender::deliver(const store::Waiting& waiting, const json::value& letter,
                         const std::stop_token& stop) {
    if (!is_address(waiting.email)) return {Fate::refused, "not an address for mail"};
    return smtp_.send(
        options_.from.email, waiting.email,
        wire_message(waiting, letter, typesetter_, options_, kinds_.refusable(waiting.kind)), stop);
}

Turn Sender::send_due(base::Time now, const std::stop_token& stop) {
    if (!has_relay()) return {};
    const auto begun = std::chrono::steady_clock::now();
    const Batch batch = take(now);

    Turn turn;
    std::vector<std::int64_t> sent;
    std::vector<const store::Waiting*> to_forget;
    std::vector<std::pair<const store::Waiting*, Choice>> not_wanted;
    std::vector<std::pair<const store::Waiting*, Delivery>> others;
    for (const store::Waiting& waiting : batch.letters) {
        // What is left after half of a lease, or of the relay's patience, waits as before.
        if (!turn.obstacle.empty() || stop.stop_requested() ||
            std::chrono::steady_clock::now() - begun > lease / 2) {
            others.push_back({&waiting, {Fate::no_relay, turn.obstacle}});
            continue;
        }
        const json::value letter = read_letter(waiting.letter);
        const Choice becomes =
            what_becomes(chosen_for(batch, waiting), is_at_once(letter), has_calendar(letter));
        if (becomes != Choice::at_once) {
            not_wanted.emplace_back(&waiting, becomes);
        } else {
            Delivery delivery = deliver(waiting, letter, stop);
            if (delivery.fate == Fate::no_relay) turn.obstacle = delivery.reply;
            if (delivery.fate != Fate::delivered) {
                others.emplace_back(&waiting, std::move(delivery));
            } else {
                sent.push_back(waiting.id);
                if (lets_in(letter)) to_forget.push_back(&waiting);
            }
        }
        if (turn.obstacle.empty()) ++turn.letters;
    }
    if (batch.letters.empty()) return turn;
    database_.write([&](db::Transaction& transaction) {
        store::mark_sent(transaction, sent, now);
        for (const store::Waiting* one : to_forget)
            store::replace_text(transaction, one->id, without_text(one->letter));
        for (const auto& [waiting, becomes] : not_wanted)
            store::mark(transaction, waiting->id, becomes == Choice::digest ? "digest" : "unwanted",
                        "");
        for (const auto& [waiting, delivery] : others) note(transaction, *waiting, delivery, now);
    });
    sent_ += static_cast<std::int64_t>(sent.size());
    return turn;
}

void Sender::refresh_counts() {
    const store::Counts counts =
        database_.read([](db::Transaction& transaction) { return store::count(transaction); });
    const std::scoped_lock lock(mutex_);
    counts_ = counts;
}

store::Counts Sender::last_counts() const {
    const std::scoped_lock lock(mutex_);
    return counts_;
}

int make_digests(db::Database& database, base::Time now) {
    const auto persons =
        database.read([](db::Transaction& transaction) { return store::with_digest(transaction); });
    for (const base::PersonId person : persons)
        database.write([&](db::Transaction& transaction) {
            const store::Gathered gathered = store::gather(transaction, person, now);
            if (gathered.letters.empty()) return;  // somebody else was faster
            store::insert_digest(transaction, person, gathered.email, digest_json(gathered.letters),
                                 now);
        });
    return static_cast<int>(persons.size());
}

}  // namespace mail
