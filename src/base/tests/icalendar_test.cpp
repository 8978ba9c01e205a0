// SPDX-License-Identifier: EUPL-1.2
#include "base/icalendar.hpp"

#include "base/text.hpp"

#include <doctest/doctest.h>

using namespace std::chrono;
using base::CalendarEvent;
using base::CalendarMethod;

static CalendarEvent an_event(base::Time starts_at) {
    return {.uid = "seat-7@campus.example",
            .sequence = 2,
            .starts_at = starts_at,
            .ends_at = starts_at + 3h,
            .summary = "Accessibilité ; bases, suite",
            .updated_at = base::Time{sys_days{2026y / 1 / 2}}};
}

static std::string written(const CalendarEvent& event,
                           CalendarMethod method = CalendarMethod::publish,
                           std::string_view zone = "Europe/Paris") {
    return base::write_calendar({&event, 1}, method, "Mes formations", zone);
}

static std::string unfolded(std::string text) {
    for (auto at = text.find("\r\n "); at != std::string::npos; at = text.find("\r\n ", at))
        text.erase(at, 3);
    return text;
}

TEST_CASE("times are written in the zone, on both sides of a change of the clocks") {
    struct Case {
        base::Time utc;
        const char* local;
    };
    const auto at = [](sys_days day, minutes time) { return base::Time{day} + time; };
    for (const auto& [utc, local] : {
             Case{at(2027y / 3 / 28, 0h + 59min), "20270328T015900"},
             Case{at(2027y / 3 / 28, 1h), "20270328T030000"},
             Case{at(2026y / 10 / 25, 0h), "20261025T020000"},
             Case{at(2026y / 10 / 25, 1h), "20261025T020000"},
             Case{at(2026y / 10 / 25, 2h), "20261025T030000"},
             Case{at(2026y / 12 / 31, 23h), "20270101T000000"},
             Case{at(2026y / 7 / 14, 7h), "20260714T090000"},
         })
        CHECK(written(an_event(utc))
                  .contains("\r\nDTSTART;TZID=Europe/Paris:" + std::string(local) + "\r\n"));
}

TEST_CASE("a zone overseas describes the periods of its events") {
    const auto text = written(an_event(base::Time{sys_days{2026y / 7 / 14}} + 7h),
                              CalendarMethod::publish, "America/Martinique");
    CHECK(text.contains("DTSTART;TZID=America/Martinique:20260714T030000\r\n"));
    CHECK(text.contains("TZOFFSETTO:-0400\r\n"));
    const auto miquelon = written(an_event(base::Time{sys_days{2026y / 7 / 14}} + 7h),
                                  CalendarMethod::publish, "America/Miquelon");
    CHECK(
        miquelon.contains("BEGIN:DAYLIGHT\r\nDTSTART:20260308T020000\r\nTZOFFSETFROM:-0300\r\n"
                          "TZOFFSETTO:-0200\r\n"));
    CHECK_THROWS_AS(written(an_event({}), CalendarMethod::publish, "Europe/Nowhere"),
                    std::runtime_error);
}

TEST_CASE("text is escaped and nothing can break out of its line") {
    auto event = an_event(base::Time{sys_days{2026y / 7 / 14}});
    event.description = "a\\b\r\nBEGIN:VEVENT\x01";
    event.url = "https://campus.example/x\r\nATTACH:y";
    event.organiser_name = "A \"B\"; C";
    event.organiser_mail = "a@campus.example";
    const auto text = unfolded(written(event));
    CHECK(text.contains("SUMMARY:Accessibilité \\; bases\\, suite\r\n"));
    CHECK(text.contains("DESCRIPTION:a\\\\b\\nBEGIN:VEVENT\r\n"));
    CHECK(text.contains("URL:https://campus.example/xATTACH:y\r\n"));
    CHECK(text.contains("ORGANIZER;CN=\"A 'B'; C\":mailto:a@campus.example\r\n"));
    CHECK_FALSE(text.contains("ATTENDEE"));
}

TEST_CASE("lines are folded at 75 octets without cutting a character") {
    auto event = an_event(base::Time{sys_days{2026y / 7 / 14}});
    for (int i = 0; i < 80; ++i) event.description += i % 3 == 0 ? "é" : i % 3 == 1 ? "a" : "🎓";
    const auto text = written(event);
    std::string_view rest = text;
    std::size_t longest = 0;
    while (!rest.empty()) {
        const auto end = rest.find("\r\n");
        REQUIRE(end != std::string_view::npos);
        longest = std::max(longest, end);
        CHECK(base::is_utf8(rest.substr(0, end)));
        rest.remove_prefix(end + 2);
    }
    CHECK(longest <= 75);
    CHECK(longest > 70);
    CHECK(unfolded(text).contains("DESCRIPTION:" + event.description + "\r\n"));
}

TEST_CASE("a cancellation keeps the identity and says so") {
    const auto event = an_event(base::Time{sys_days{2026y / 7 / 14}});
    const auto text = written(event, CalendarMethod::cancel);
    for (const char* line : {"METHOD:CANCEL", "UID:seat-7@campus.example", "SEQUENCE:2",
                             "STATUS:CANCELLED", "DTSTAMP:20260102T000000Z"})
        CHECK(text.contains("\r\n" + std::string(line) + "\r\n"));
    CHECK(written(event).contains("\r\nSTATUS:CONFIRMED\r\n"));
    CHECK(written(event) == written(event));
    CHECK(base::write_calendar({}, CalendarMethod::publish, "").ends_with("END:VCALENDAR\r\n"));
}
