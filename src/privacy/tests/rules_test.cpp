// SPDX-License-Identifier: EUPL-1.2
#include "privacy/rules.hpp"

#include "base/embedded.hpp"
#include "base/text.hpp"

#include <doctest/doctest.h>

#include <stdexcept>

using namespace std::chrono;
using namespace std::chrono_literals;

TEST_CASE("what is due is counted by the calendar, to the second") {
    const base::Time now = sys_days{2026y / November / 22} + 2h + 3s;
    const auto before = [&](const privacy::Rule& rule) { return privacy::due_before(rule, now); };
    CHECK(before({.object = "a.b", .years = 5}) == sys_days{2021y / November / 22} + 2h + 3s);
    CHECK(before({.object = "a.b", .months = 6}) == sys_days{2026y / May / 22} + 2h + 3s);
    CHECK(before({.object = "a.b", .days = 1}) == sys_days{2026y / November / 21} + 2h + 3s);
    // A month that has no such day: its last one.
    CHECK(privacy::due_before({.object = "a.b", .months = 1}, sys_days{2026y / March / 31}) ==
          sys_days{2026y / February / 28});
    CHECK(privacy::due_before({.object = "a.b", .years = 1}, sys_days{2028y / February / 29}) ==
          sys_days{2027y / February / 28});
    CHECK(privacy::answer_due(sys_days{2027y / January / 31}) == sys_days{2027y / February / 28});
}

TEST_CASE("the run of the day is tonight, or tomorrow when it has begun") {
    const auto today = sys_days{2026y / November / 22};
    CHECK(privacy::next_run(today + 2h - 1s) == today + 2h);
    CHECK(privacy::next_run(today + 2h) == today + days{1} + 2h);
}

TEST_CASE("the table of durations can be read, and a wrong one is refused") {
    CHECK(privacy::read_rules(base::embedded("reference/retention.json")).size() >= 6);
    const auto read = [](const std::string& rule) {
        return privacy::read_rules(R"({"rules":[{"source":{"fr":"a","en":"b"},)" + rule + "}]}");
    };
    CHECK(read(R"("object":"mail.letters","months":6)").front().months == 6);
    CHECK_THROWS_AS(read(R"("object":"letters","months":6)"), std::logic_error);
    CHECK_THROWS_AS(read(R"("object":"mail.letters")"), std::logic_error);
    CHECK_THROWS_AS(read(R"("object":"mail.letters","months":6,"days":2)"), std::logic_error);
}

TEST_CASE("who decides has the perimeter, and is not the person themselves") {
    const base::OrganisationId dinum{1}, rennes{2};
    privacy::ErasureRequest request{.id = 1, .person = {9}, .organisation = dinum};
    const auto why = [&](const audit::Sight& sight, base::PersonId by = base::PersonId{7}) {
        const auto error = privacy::why_not_decide(request, by, sight);
        return error ? error->reasons.front().message_key : std::string{};
    };
    CHECK(why({.organisations = {dinum}}) == "");
    CHECK(why({.organisations = {rennes}}) == "privacy.why_not.unknown");
    CHECK(why({}) == "privacy.why_not.unknown");
    CHECK(why({.everything = true}) == "");
    CHECK(why({.organisations = {dinum}}, {9}) == "privacy.why_not.oneself");
    request.state = privacy::ErasureState::done;
    CHECK(why({.organisations = {dinum}}) == "privacy.why_not.decided");
    // Of somebody who works nowhere: whoever has the whole tree.
    request = {.id = 1, .person = {9}};
    CHECK(why({.organisations = {dinum}}) == "privacy.why_not.unknown");
    CHECK(why({.everything = true}) == "");
}

TEST_CASE("a refusal needs a written reason") {
    CHECK(privacy::why_not_this_reason("")->message_key == "privacy.why_not.reason_missing");
    CHECK(privacy::why_not_this_reason(" \n ")->message_key == "privacy.why_not.reason_missing");
    CHECK(!privacy::why_not_this_reason("Litige en cours."));
    CHECK(!privacy::why_not_this_reason(std::string(2'000, 'a')));
    CHECK(privacy::why_not_this_reason(std::string(2'001, 'a'))->message_key ==
          "privacy.why_not.reason_too_long");
}
