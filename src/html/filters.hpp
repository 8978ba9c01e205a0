// SPDX-License-Identifier: EUPL-1.2
// {{value | filter:argument}}: how a value of a view is shown to a person. Times of views are UTC
// ("2026-11-22T13:30:00Z", or seconds since 1970 as a number) and shown in Europe/Paris; dates
// ("2026-11-22") have no zone. What cannot be read as date or number is shown as it is.
//
//   date            7 octobre 2026              7 October 2026
//   long_date       mardi 7 octobre 2026        Tuesday 7 October 2026
//   short_date      07/10/2026                  7 Oct 2026
//   time            14 h 30                     14:30
//   date_time       7 octobre 2026 à 14 h 30    7 October 2026 at 14:30
//   euros           cents: 1 234,50 €           €1,234.50
//   number          1 234,5                     1,234.5
//   duration        minutes: 1 h 30             1 h 30 min
//   url             percent-encoded, for one part of a path or query (RFC 3986, unreserved)
//   label:prefix    the message "prefix.<value>", or the value where there is none
//   json            JSON that is safe in <script type="application/ld+json">, and only there
#pragma once
#include <boost/json/fwd.hpp>

#include <array>
#include <string>
#include <string_view>

namespace html {

class Messages;

// The words of one language, read once from the catalogue (keys "html.*").
struct Words {
    Words(const Messages&, std::string_view language);
    const Messages& messages;
    std::string language;
    std::array<std::string, 12> months, short_months;
    std::array<std::string, 7> days;  // Monday first
    std::string first_day;            // "1er"
    std::string date, long_date, short_date, date_time, time, full_hour;
    std::string minutes, hours, hours_minutes;
    std::string thousands, decimal, euros;
};

struct Filter {
    std::string_view name;
    std::string (*apply)(const Words&, const boost::json::value&, std::string_view argument);
    bool takes_argument = false;
};

const Filter* find_filter(std::string_view name);  // nullptr when there is none

}  // namespace html
