// SPDX-License-Identifier: EUPL-1.2
// Calendar files (RFC 5545), written only. Pure: times come in as UTC and are written in a zone, so
// that a calendar keeps showing 9:00 when the offset of that zone changes.
#pragma once
#include "base/clock.hpp"

#include <span>
#include <string>
#include <string_view>

namespace base {

struct CalendarEvent {
    std::string uid;   // the same in every file about this event, for ever
    int sequence = 0;  // one more at each change of time, place or state
    Time starts_at{};
    Time ends_at{};
    std::string summary;
    std::string description;  // "" : none, as for all that follows
    std::string location;
    std::string url;
    std::string organiser_name;
    std::string organiser_mail;  // without it the name is not written either
    // Whom an invitation is for, who has said yes already (RFC 5546, section 3.2.2, wants both).
    std::string attendee_name;
    std::string attendee_mail;  // without it the name is not written either
    bool cancelled = false;
    Time updated_at{};  // DTSTAMP and LAST-MODIFIED: the same event gives the same bytes
};

// RFC 5546: a feed or a file to add, an invitation, a withdrawal (its events are cancelled ones).
enum class CalendarMethod { publish, request, cancel };

// The whole file, lines folded at 75 octets and ended by CRLF. Throws std::runtime_error for a zone
// that the system's time zone database does not have.
std::string write_calendar(std::span<const CalendarEvent>, CalendarMethod, std::string_view name,
                           std::string_view zone = "Europe/Paris");

}  // namespace base
