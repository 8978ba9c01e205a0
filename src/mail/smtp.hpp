// SPDX-License-Identifier: EUPL-1.2
// Hands messages to a relay (SMTP, RFC 5321; submission, RFC 6409) by libcurl, over one connection
// for as long as the relay keeps it.
#pragma once
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

namespace mail {

enum class StartTls { required, if_offered, never };

struct SmtpOptions {
    std::string url;  // "smtp://relay.example:587", "smtps://…"; "" : none, letters wait
    std::string user;
    std::string password;
    StartTls starttls = StartTls::required;  // of smtp://
    std::string helo;                        // our name for EHLO
    int connect_timeout_s = 10;
    int letter_timeout_s = 60;  // less than half a lease
};

enum class Fate {
    delivered,  // the relay has taken it over
    later,      // not now: 4xx, or the connection broke in the middle
    refused,    // the recipient's address, for good: 5xx to RCPT TO
    rejected,   // the message itself, for good: 5xx to DATA
    no_relay,   // nothing to do with this letter: no connection, no sign-in, sender not allowed
};

struct Delivery {
    Fate fate = Fate::no_relay;
    std::string reply;  // what the relay said, or what failed; one line, "" when delivered
};

// From one thread at a time.
class Smtp {
public:
    explicit Smtp(SmtpOptions);
    ~Smtp();
    bool configured() const;
    // `from` and `to` are addresses (see is_address). Gives up soon once stopped.
    Delivery send(std::string_view from, std::string_view to, std::string_view message,
                  const std::stop_token& = {});

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace mail
