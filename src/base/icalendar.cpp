// SPDX-License-Identifier: EUPL-1.2
#include "base/icalendar.hpp"

#include "base/text.hpp"

#include <date/tz.h>
#include <algorithm>
#include <cstdlib>
#include <map>

namespace base {
namespace {

// "20261122T153800": ISO 8601's basic form, of any calendar.
template <class Days, class Seconds>
std::string basic_time(Days day, Seconds of_day) {
    std::string out = iso_date(Date{std::chrono::days{day.time_since_epoch().count()}});
    std::erase(out, '-');
    const std::string clock = iso_time(Time{of_day}).substr(11, 8);
    out += 'T';
    for (const char c : clock)
        if (c != ':') out += c;
    return out;
}

template <class Point>
std::string basic_time(Point time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    return basic_time(day, std::chrono::duration_cast<std::chrono::seconds>(time - day));
}

std::string utc(Time time) {
    return basic_time(time) + 'Z';
}

std::string utc_offset(std::chrono::seconds offset) {
    const auto minutes = std::abs(offset.count() / 60);
    std::string out = offset.count() < 0 ? "-" : "+";
    for (const auto part : {minutes / 60, minutes % 60}) {
        if (part < 10) out += '0';
        out += std::to_string(part);
    }
    return out;
}

// Section 3.3.11. Control characters have no place in a calendar.
std::string escaped(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c == '\\' || c == ';' || c == ',')
            (out += '\\') += c;
        else if (c == '\n')
            out += "\\n";
        else if (static_cast<unsigned char>(c) >= ' ' && c != 0x7F)
            out += c;
    }
    return out;
}

// For URIs and quoted parameters (section 3.2), which know no escape.
std::string plain(std::string_view text) {
    std::string out;
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= ' ' && c != 0x7F) out += c == '"' ? '\'' : c;
    return out;
}

std::string common_name(std::string_view name) {
    return name.empty() ? std::string{} : ";CN=\"" + plain(name) + '"';
}

class Writer {
public:
    void line(std::string_view name, std::string_view value) {
        std::string content{name};
        content += ':';
        content += value;
        fold(content);
    }
    void optional(std::string_view name, std::string_view value) {
        if (!value.empty()) line(name, value);
    }
    std::string take() { return std::move(out_); }

private:
    // Section 3.1: 75 octets a line at most, the space of a continuation among them.
    void fold(std::string_view content) {
        std::size_t room = 75;
        while (content.size() > room) {
            std::size_t cut = room;
            while (cut > 1 && (static_cast<unsigned char>(content[cut]) & 0xC0) == 0x80) --cut;
            out_ += content.substr(0, cut);
            out_ += "\r\n ";
            content.remove_prefix(cut);
            room = 74;
        }
        out_ += content;
        out_ += "\r\n";
    }
    std::string out_;
};

// The rules of Directive 2000/84/EC, in force since 1996 in all of mainland France.
void write_paris(Writer& out) {
    out.line("BEGIN", "DAYLIGHT");
    out.line("DTSTART", "19960331T020000");
    out.line("RRULE", "FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU");
    out.line("TZOFFSETFROM", "+0100");
    out.line("TZOFFSETTO", "+0200");
    out.line("TZNAME", "CEST");
    out.line("END", "DAYLIGHT");
    out.line("BEGIN", "STANDARD");
    out.line("DTSTART", "19961027T030000");
    out.line("RRULE", "FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU");
    out.line("TZOFFSETFROM", "+0200");
    out.line("TZOFFSETTO", "+0100");
    out.line("TZNAME", "CET");
    out.line("END", "STANDARD");
}

// Any other zone: the very periods that the events fall in.
void write_periods(Writer& out, const date::time_zone& zone,
                   std::span<const CalendarEvent> events) {
    std::map<date::sys_seconds, date::sys_info> periods;
    for (const CalendarEvent& event : events)
        for (const Time time : {event.starts_at, event.ends_at}) {
            const auto info = zone.get_info(time);
            periods.emplace(info.begin, info);
        }
    if (periods.empty()) {
        const auto info = zone.get_info(date::sys_seconds{});
        periods.emplace(info.begin, info);
    }
    for (const auto& [begin, info] : periods) {
        const auto from = zone.get_info(begin - std::chrono::seconds{1}).offset;
        const bool ancient = begin < date::sys_seconds{};
        const char* kind = info.save.count() != 0 ? "DAYLIGHT" : "STANDARD";
        out.line("BEGIN", kind);
        out.line("DTSTART", ancient ? "19700101T000000" : basic_time(begin + from));
        out.line("TZOFFSETFROM", utc_offset(ancient ? info.offset : from));
        out.line("TZOFFSETTO", utc_offset(info.offset));
        out.line("TZNAME", info.abbrev);
        out.line("END", kind);
    }
}

}  // namespace

std::string write_calendar(std::span<const CalendarEvent> events, CalendarMethod method,
                           std::string_view name, std::string_view zone_name) {
    const date::time_zone& zone = *date::locate_zone(std::string(zone_name));
    const std::string in_zone = ";TZID=" + std::string(zone_name);
    const auto local = [&](Time time) { return basic_time(zone.to_local(time)); };
    Writer out;
    out.line("BEGIN", "VCALENDAR");
    out.line("VERSION", "2.0");
    out.line("PRODID", "-//Campus//Campus//FR");
    out.line("CALSCALE", "GREGORIAN");
    out.line("METHOD", method == CalendarMethod::publish   ? "PUBLISH"
                       : method == CalendarMethod::request ? "REQUEST"
                                                           : "CANCEL");
    out.optional("NAME", escaped(name));          // RFC 7986
    out.optional("X-WR-CALNAME", escaped(name));  // what most programs read
    out.line("BEGIN", "VTIMEZONE");
    out.line("TZID", zone_name);
    if (zone_name == "Europe/Paris")
        write_paris(out);
    else
        write_periods(out, zone, events);
    out.line("END", "VTIMEZONE");
    for (const CalendarEvent& event : events) {
        const bool cancelled = event.cancelled || method == CalendarMethod::cancel;
        out.line("BEGIN", "VEVENT");
        out.line("UID", escaped(event.uid));
        out.line("DTSTAMP", utc(event.updated_at));
        out.line("LAST-MODIFIED", utc(event.updated_at));
        out.line("SEQUENCE", std::to_string(event.sequence));
        out.line("DTSTART" + in_zone, local(event.starts_at));
        out.line("DTEND" + in_zone, local(event.ends_at));
        out.line("SUMMARY", escaped(event.summary));
        out.optional("DESCRIPTION", escaped(event.description));
        out.optional("LOCATION", escaped(event.location));
        out.optional("URL", plain(event.url));
        if (!event.organiser_mail.empty())
            out.line("ORGANIZER" + common_name(event.organiser_name),
                     "mailto:" + plain(event.organiser_mail));
        if (!event.attendee_mail.empty())
            out.line("ATTENDEE" + common_name(event.attendee_name) +
                         ";ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE",
                     "mailto:" + plain(event.attendee_mail));
        out.line("STATUS", cancelled ? "CANCELLED" : "CONFIRMED");
        out.line("TRANSP", cancelled ? "TRANSPARENT" : "OPAQUE");
        out.line("END", "VEVENT");
    }
    out.line("END", "VCALENDAR");
    return out.take();
}

}  // namespace base
