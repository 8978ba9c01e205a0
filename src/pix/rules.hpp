// SPDX-License-Identifier: EUPL-1.2
// When to ask Pix again, what to ask for, which of two results counts: pure functions.
#pragma once
#include "pix/client.hpp"
#include "pix/contract.hpp"
#include "pix/pix.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pix {

// -- what to read
// The data that Pix gives to prescribers is a copy and may be late: a reading also asks for what
// came so long before the one before. Reading twice changes nothing.
inline constexpr std::chrono::days overlap{3};
// And everything anew after so long: what was begun long ago and shared since, what was corrected.
inline constexpr std::chrono::days between_whole{7};
// Since when the next reading asks; nothing: everything.
std::optional<base::Time> next_since(const Campaign&, base::Time now);
// May a reading that failed or was stopped go on where it ended, instead of a new one?
bool may_go_on(const Campaign&, const Reading&, base::Time now);

// -- when to ask again
// The header Retry-After: seconds or an HTTP date (RFC 9110, 10.2.3); at least a second, at most a
// day. Nothing when it says nothing.
std::optional<std::chrono::seconds> retry_after(std::string_view header, base::Time now);
inline constexpr int most_failures = 8;  // one after the other; then somebody must look
// After a minute, then twice as long each time, at most an hour. Nothing: no more.
std::optional<base::Time> ask_again(const Trouble&, int failures, base::Time now);

// -- results
// "campus-" and 32 hexadecimal digits, random: leads to nobody without our table.
std::string new_pseudonym();
bool is_pseudonym(std::string_view);
struct Stored {  // what tells one result from the next of the same person and campaign
    std::optional<std::int64_t> pix_id;  // nothing: from a file
    bool shared = false;
    std::optional<base::Time> shared_at;
};
// Does `next` take the place of `present`? The same participation says what holds now; of two, the
// shared one, then the later one; of two of the same time, the one that Pix itself told.
bool takes_place(const Stored& present, const Stored& next);

// Results of before then are not taken: they would be removed the same night (the rule
// "pix.results" of data/reference/retention.json).
inline constexpr std::chrono::years longest_kept{3};
bool too_old(const contract::Participation&, base::Time now);

// -- problems, as the tables keep them: a reason without its field
std::string to_json(const base::Reason&);
std::optional<base::Reason> reason_of(std::string_view json);  // nothing for ""

// Why this is no code of a campaign of ours.
std::optional<base::Reason> why_not_own(std::string_view code,
                                        const std::optional<std::vector<OwnCampaigns::One>>& known);

// A group of fewer people tells too much of each.
inline constexpr int smallest_group = 5;

}  // namespace pix
