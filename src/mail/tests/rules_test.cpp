// SPDX-License-Identifier: EUPL-1.2
#include "mail/rules.hpp"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using mail::Choice;

TEST_CASE("what a person chose holds, but for what cannot wait and for invitations") {
    struct Row {
        Choice chosen;
        bool at_once, calendar;
        Choice becomes;
    };
    for (const Row& row : {
             Row{Choice::at_once, false, false, Choice::at_once},
             Row{Choice::digest, false, false, Choice::digest},
             Row{Choice::never, false, false, Choice::never},
             Row{Choice::digest, true, false, Choice::at_once},
             Row{Choice::never, true, false, Choice::at_once},
             Row{Choice::digest, false, true, Choice::at_once},
             Row{Choice::never, false, true, Choice::never},
             Row{Choice::never, true, true, Choice::at_once},
         })
        CHECK(mail::what_becomes(row.chosen, row.at_once, row.calendar) == row.becomes);
    CHECK(mail::choice_of("digest") == Choice::digest);
    CHECK_FALSE(mail::choice_of("weekly"));
}

TEST_CASE("a letter is tried again at growing intervals, for five days") {
    const base::Time written{std::chrono::sys_days{std::chrono::year{2026} / 11 / 23}};
    struct Row {
        int attempt;
        std::chrono::seconds age;
        std::optional<std::chrono::seconds> after;
    };
    for (const Row& row :
         {Row{1, 0s, 1min}, Row{2, 1min, 2min}, Row{8, 3h, 128min}, Row{9, 6h, 4h}, Row{10, 9h, 4h},
          Row{40, 120h - 1s, 4h}, Row{40, 120h, {}}, Row{1, 121h, {}}}) {
        CAPTURE(row.attempt);
        const auto next = mail::next_attempt(row.attempt, written, written + row.age);
        CHECK(next.has_value() == row.after.has_value());
        if (next && row.after) CHECK(*next - (written + row.age) == *row.after);
    }
}

TEST_CASE("what can stand in SMTP as an address") {
    for (const char* good : {"a@b", "camille.elan@ministere.gouv.fr", "o'neil+x@example.org"})
        CHECK(mail::is_address(good));
    for (const std::string& bad :
         {std::string{}, std::string{"a"}, std::string{"@b"}, std::string{"a@"},
          std::string{"a@b@c"}, std::string{"a b@c"}, std::string{"a@b\r\nRCPT TO:<x@y>"},
          std::string{"a@b>"}, std::string{"é@b"}, std::string{"\"a\"@b"},
          "a@" + std::string(253, 'b')}) {
        CAPTURE(bad);
        CHECK_FALSE(mail::is_address(bad));
    }
}
