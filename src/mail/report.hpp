// SPDX-License-Identifier: EUPL-1.2
// Delivery reports that come later, as a message (RFC 3464 in RFC 6522's multipart/report). Anybody
// can write one: it is believed only when it gives back the Message-ID of a letter of ours, which
// nobody can guess who has not got the letter.
#pragma once
#include "base/clock.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace db {
class Transaction;
}

namespace mail {

// What is beyond is not read.
inline constexpr std::size_t most_report_bytes = std::size_t{512} * 1024;
inline constexpr std::size_t most_report_recipients = 50;

struct Report {
    std::string message_id;  // of the letter that it is about, with <>; "" : not told
    struct Recipient {
        std::string address;     // as it was at the end of the way
        std::string action;      // "failed", "delayed", "delivered", "relayed", "expanded"
        std::string status;      // "5.1.1" (RFC 3463)
        std::string diagnostic;  // what the last server said, one line, at most 300 bytes
    };
    std::vector<Recipient> recipients;
};

// Nothing when it is no delivery report.
std::optional<Report> read_report(std::string_view message);

enum class Received {
    recorded,    // the letter came back, its address is marked
    no_failure,  // delayed, delivered: nothing to do
    not_ours,    // no letter has this Message-ID, or it was forgotten
    unreadable,
};
Received receive_report(db::Transaction&, std::string_view message, base::Time now);
std::string_view name_of(Received);

}  // namespace mail
