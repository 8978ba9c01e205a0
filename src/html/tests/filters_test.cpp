// SPDX-License-Identifier: EUPL-1.2
#include "html/filters.hpp"

#include "html/messages.hpp"

#include <doctest/doctest.h>
#include <boost/json.hpp>

namespace {

std::string show(std::string_view language, std::string_view filter,
                 const boost::json::value& value, std::string_view argument = {}) {
    static const html::Messages messages;
    static const html::Words french(messages, "fr");
    static const html::Words english(messages, "en");
    const html::Filter* found = html::find_filter(filter);
    REQUIRE(found);
    return found->apply(language == "fr" ? french : english, value, argument);
}

// With ordinary spaces, to be readable here.
std::string plain(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const auto rest = text.substr(at);
        const std::size_t wide = rest.starts_with("\u00A0")   ? 2
                                 : rest.starts_with("\u202F") ? 3
                                                              : 0;
        out += wide > 0 ? ' ' : rest.front();
        at += wide > 0 ? wide : 1;
    }
    return out;
}

std::string fr(std::string_view filter, const boost::json::value& value) {
    return plain(show("fr", filter, value));
}

std::string en(std::string_view filter, const boost::json::value& value) {
    return plain(show("en", filter, value));
}

}  // namespace

TEST_CASE("dates in words and figures") {
    CHECK(fr("date", "2026-10-07") == "7 octobre 2026");
    CHECK(en("date", "2026-10-07") == "7 October 2026");
    CHECK(fr("date", "2026-10-01") == "1er octobre 2026");
    CHECK(fr("long_date", "2026-10-07") == "mercredi 7 octobre 2026");
    CHECK(en("long_date", "2026-10-06") == "Tuesday 6 October 2026");
    CHECK(fr("short_date", "2026-10-01") == "01/10/2026");
    CHECK(en("short_date", "2026-10-01") == "1 Oct 2026");
    CHECK(show("fr", "date", "2026-10-07") == "7\u00A0octobre 2026");
}

TEST_CASE("times are those of Paris, in summer and in winter") {
    CHECK(fr("time", "2026-07-01T12:30:00Z") == "14 h 30");
    CHECK(fr("time", "2026-12-01T13:30Z") == "14 h 30");
    CHECK(fr("time", "2026-12-01T08:00:00Z") == "9 h");
    CHECK(en("time", "2026-12-01T08:00:00Z") == "09:00");
    CHECK(fr("time", "2026-12-01T08:05:00Z") == "9 h 05");
    CHECK(fr("date", "2026-12-31T23:30:00Z") == "1er janvier 2027");
    CHECK(fr("date_time", "2026-10-07T12:30:00Z") == "7 octobre 2026 à 14 h 30");
    CHECK(en("date_time", "2026-10-07T12:30:00Z") == "7 October 2026 at 14:30");
    // Clocks go back on 25 October 2026 at 03:00.
    CHECK(en("time", "2026-10-25T00:59:00Z") == "02:59");
    CHECK(en("time", "2026-10-25T01:00:00Z") == "02:00");
    CHECK(en("date_time", 1'793'361'600) == "30 October 2026 at 13:00");
}

TEST_CASE("a date without time has no time, and what is no date is shown as it is") {
    CHECK(fr("time", "2026-10-07") == "");
    CHECK(fr("date_time", "2026-10-07") == "7 octobre 2026");
    for (const char* odd : {"", "bientôt", "2026-13-01", "2026-10-07T", "2026-10-07T25:00:00Z",
                            "2026-10-07T12:30:00+01:00", "2026-10-07T1a:30Z", "2026-10-0712:30:00"})
        CHECK(show("fr", "date_time", odd) == odd);
    CHECK(fr("date", boost::json::value(INT64_MAX)) == "9223372036854775807");
    CHECK(fr("date", true) == "true");
    CHECK(fr("date", boost::json::array{1}) == "");
}

TEST_CASE("amounts, numbers and durations") {
    CHECK(fr("euros", 123450) == "1 234,50 €");
    CHECK(en("euros", 123450) == "€1,234.50");
    CHECK(fr("euros", 5) == "0,05 €");
    CHECK(fr("euros", -123) == "-1,23 €");
    CHECK(fr("euros", boost::json::value(INT64_MIN)) == "-92 233 720 368 547 758,08 €");
    CHECK(fr("euros", "gratuit") == "gratuit");
    CHECK(show("fr", "number", 1234567) == "1\u202F234\u202F567");
    CHECK(fr("number", 999) == "999");
    CHECK(en("number", -1234.5) == "-1,234.5");
    CHECK(fr("number", 0.25) == "0,25");
    CHECK(fr("duration", 90) == "1 h 30");
    CHECK(en("duration", 90) == "1 h 30 min");
    CHECK(fr("duration", 45) == "45 min");
    CHECK(fr("duration", 840) == "14 h");
    CHECK(fr("duration", 65) == "1 h 05");
    CHECK(fr("duration", 0) == "0 min");
    CHECK(fr("duration", -1) == "-1");
}

TEST_CASE("labels and URLs") {
    CHECK(show("fr", "label", 3, "html.day") == "mercredi");
    CHECK(show("fr", "label", "8", "html.day") == "8");
    CHECK(show("fr", "label", "", "html.day") == "");
    CHECK(fr("url", "été & co/1?") == "%C3%A9t%C3%A9%20%26%20co%2F1%3F");
    CHECK(fr("url", "a-Z_0.~") == "a-Z_0.~");
    CHECK(html::find_filter("nothing") == nullptr);
}
