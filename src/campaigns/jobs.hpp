// SPDX-License-Identifier: EUPL-1.2
// What of a campaign is done later.
#pragma once
#include "campaigns/campaigns.hpp"

namespace campaigns {

inline constexpr std::string_view letters_job = "campaigns.letters";
inline constexpr std::string_view invite_all_job = "campaigns.invite_all";
inline constexpr std::string_view remind_job = "campaigns.remind";
inline constexpr std::string_view count_job = "campaigns.count";

// `reminder`: its number from 1; 0 where there is none.
void enqueue(db::Transaction&, std::string_view kind, base::CampaignId, base::Time due,
             int reminder);
// Letters at the opening, reminders, the last count.
void enqueue_all(db::Transaction&, const Campaign&, base::Time now);

}  // namespace campaigns
