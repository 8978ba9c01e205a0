// SPDX-License-Identifier: EUPL-1.2
// The form of a campaign: what was typed, as it was typed, and the campaign that it says. Pure.
#pragma once
#include "campaigns/campaigns.hpp"

#include <string>
#include <vector>

namespace http {
class Form;
}

namespace campaigns {

// Days are those of Paris ("2026-12-01"); `closes` is the last on which one may take part.
struct Form {
    std::string title, organisation, population, message, scope, area, trade, opens, closes,
        reminders;
    bool takes_pix = false;
    std::int64_t revision = -1;
};

Form read_form(const http::Form&);
// A month from tomorrow on, the common core, two reminders.
Form empty_form(std::string_view organisation_code, base::Time now);
Form form_of(const Campaign&, std::string_view organisation_code);

struct ReadCampaign {
    Campaign campaign;  // right where there is no problem
    std::vector<base::Reason> problems;
};
// `before`: the campaign that is changed, nullptr for a new one. Of a published one the fields that
// are settled may be left out.
ReadCampaign campaign_from(const Form&, const Campaign* before, const organisations::Tree&,
                           base::Time now);

}  // namespace campaigns
