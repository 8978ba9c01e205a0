// SPDX-License-Identifier: EUPL-1.2
// What may be done with a campaign, when its reminders leave, what a code and an address are: pure
// functions of values.
#pragma once
#include "campaigns/campaigns.hpp"
#include "frameworks/frameworks.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace campaigns {

// -- limits
inline constexpr std::size_t longest_title = 120;     // characters
inline constexpr std::size_t longest_message = 2000;  // characters
inline constexpr std::size_t longest_reason = 1000;   // characters
inline constexpr std::chrono::days longest_time{366};
inline constexpr int most_reminders = 3;
inline constexpr int most_invitations = 20'000;        // of a campaign
inline constexpr std::size_t most_addresses = 10'000;  // of a list
inline constexpr std::size_t most_problems = 100;      // told of a list

// -- phases and what may be done in them
Phase phase_of(const Campaign&, base::Time now);

// What is wrong with a campaign as a form gave it; empty: nothing. `before`: as it stands, nullptr
// for a new one. Of a published campaign only title, message, reminders, Pix and the closing day
// may change: people were told the rest.
std::vector<base::Reason> problems_of(const Campaign&, const Campaign* before, base::Time now);
// Message keys; nullptr: it may be.
const char* why_not_change(Phase);
const char* why_not_publish(const Campaign&, base::Time now);
const char* why_not_close(Phase);
const char* why_not_cancel(Phase);
const char* why_not_invite(Phase);
// Starting, bringing a result, declining.
const char* why_not_take_part(Phase);
// Sharing and keeping.
const char* why_not_choose(const Campaign&, const Participation*, base::Time now);

// Is an agent who works there asked? Not those of service providers: they are no agents.
bool is_asked(const Campaign&, const organisations::Tree&, const identity::Affiliation*);

// An organisation and all below it.
std::vector<base::OrganisationId> below(const organisations::Tree&, base::OrganisationId);

// -- dates
base::Time next_day(base::Time now);   // its first moment in Paris
base::Date last_day(const Campaign&);  // in Paris, on which one may still take part
// The moments of the reminders that were asked for: at nine in Paris on days spread evenly between
// the opening and the end (Monday for a weekend's day), none within a day of the opening or of the
// end, none twice.
std::vector<base::Time> reminder_times(base::Time opens_at, base::Time closes_at, int reminders);

// -- results from before
// As old as it may be when it is brought.
inline constexpr std::chrono::days recent{90};
// Does a finished test tell what the campaign asks: all its competences, not too long ago?
bool fits(const positioning::Test&, const Campaign&, const frameworks::Targets&, base::Time now);

// -- codes: six signs of twenty that nobody takes for another when they are read aloud or written
// by hand, without vowels so that no word comes out; 64 million.
inline constexpr std::string_view code_signs = "3479CDFHJKMNPQRTVWXY";
inline constexpr std::size_t code_length = 6;
// From at least 16 random bytes as hexadecimal digits.
std::string code_from(std::string_view random_hex);
// As typed, in any case, with spaces and hyphens; "" for what cannot be one.
std::string read_code(std::string_view typed);
std::string shown_code(std::string_view code);  // "K7R MQX"
inline constexpr int most_wrong_codes = 10;     // of a person, within an hour
inline constexpr std::chrono::hours wrong_codes_within{1};

// -- addresses
struct Addresses {
    struct One {
        int line = 1;
        std::string email;  // lower case
    };
    std::vector<One> good;  // each once
    int repeated = 0;
    std::vector<InviteReport::Problem> problems;
};
// A list as people paste it or as a file has it (one to a line or between commas, semicolons, tabs;
// with names around, quotes, <...>; a heading): what has an @ is read, in any encoding that has
// ASCII. Refuses one without any address and one over most_addresses.
base::Result<Addresses> read_addresses(std::string_view text);
// RFC 5321's mailboxes as offices use them: no quotes, no comments, a domain with a dot.
bool is_address(std::string_view email);
// Of a provider that gives everybody an address: no professional one.
bool is_personal(std::string_view email);

}  // namespace campaigns
