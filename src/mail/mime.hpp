// SPDX-License-Identifier: EUPL-1.2
// A message as it goes over the wire (RFC 5322, MIME RFC 2045 to 2047, invitations RFC 6047). Pure:
// the same parts give the same bytes, so that a letter that leaves twice is the same letter.
#pragma once
#include "base/clock.hpp"

#include <string>
#include <string_view>

namespace mail {

struct Mailbox {
    std::string name;  // "" : none
    std::string email;
};
// "Campus <ne-pas-repondre@campus.example>" or the address alone; an empty address when it is none.
Mailbox read_mailbox(std::string_view text);

struct Message {
    std::string id;  // "<...@...>"
    base::Time date{};
    Mailbox from;
    Mailbox to;
    std::string language;
    std::string subject;
    std::string text;
    std::string html;
    std::string calendar;         // one VCALENDAR, "": none
    std::string calendar_method;  // "REQUEST", "CANCEL"
    std::string unsubscribe_url;  // of List-Unsubscribe (RFC 2369), "": none
};

// With CRLF, lines of at most 78 bytes, ASCII only. No value can begin a header of its own.
std::string write_message(const Message&);

// The pieces, for tests.
std::string quoted_printable(std::string_view text);  // RFC 2045, section 6.7; breaks become CRLF
std::string base64(std::string_view bytes);           // RFC 2045, section 6.8; lines of 76
// A header's free text: as it is when plain, else encoded words of UTF-8 (RFC 2047), folded.
// `begun` is what stands before it on its line.
std::string header_text(std::string_view text, std::size_t begun);

}  // namespace mail
