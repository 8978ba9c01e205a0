// SPDX-License-Identifier: EUPL-1.2
// Letters leave the outbox: in batches that a node leases, at least once, a second time with the
// same Message-ID.
#pragma once
#include "mail/mail.hpp"
#include "mail/mime.hpp"
#include "mail/smtp.hpp"
#include "mail/store.hpp"

#include <atomic>
#include <mutex>
#include <stop_token>

namespace db {
class Database;
}

namespace mail {

class Kinds;

struct SenderOptions {
    SmtpOptions smtp;
    Mailbox from;
    std::string base_url;
};

// Stable for a row of the outbox, and not to be guessed by who has not read the letter: a report
// about it is believed because of it (see report.hpp).
std::string message_id(std::int64_t id, std::string_view letter_json, std::string_view domain);

// The letter of a row as it goes over the wire.
std::string wire_message(const store::Waiting&, const boost::json::value& letter, const Typesetter&,
                         const SenderOptions&, bool refusable);

// What came of one look at the outbox.
struct Turn {
    int letters = 0;       // dealt with: sent, refused, not wanted, put off
    std::string obstacle;  // why none can leave now; "" : none
};

// Sends from one thread; several nodes at once.
class Sender {
public:
    // The arguments must outlive it.
    Sender(db::Database&, const Typesetter&, const Kinds&, SenderOptions);

    // Without a relay letters wait.
    bool has_relay() const { return smtp_.configured(); }
    // Takes at most one batch of letters that are due and sends what its readers want. The rest of
    // a batch waits as before when the relay does not answer, or once stopped.
    Turn send_due(base::Time now, const std::stop_token& = {});

    // For /metrics, which asks no database: counted now, and as last counted.
    void refresh_counts();
    store::Counts last_counts() const;
    std::int64_t sent_here() const { return sent_; }  // since the start of the process

private:
    struct Batch {
        std::vector<store::Waiting> letters;
        std::map<base::PersonId, store::Choices> choices;
    };
    Batch take(base::Time now);
    Choice chosen_for(const Batch&, const store::Waiting&) const;
    Delivery deliver(const store::Waiting&, const boost::json::value& letter,
                     const std::stop_token&);

    db::Database& database_;
    const Typesetter& typesetter_;
    const Kinds& kinds_;
    const SenderOptions options_;
    Smtp smtp_;
    std::atomic<std::int64_t> sent_ = 0;
    mutable std::mutex mutex_;  // of counts_
    store::Counts counts_;
};

// Puts one letter in the place of all those that a person gets together; returns how many people.
int make_digests(db::Database&, base::Time now);

}  // namespace mail
