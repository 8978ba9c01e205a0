// SPDX-License-Identifier: EUPL-1.2
#include "campaigns/form.hpp"

#include "base/text.hpp"
#include "base/zone.hpp"
#include "campaigns/rules.hpp"
#include "http/request.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>

namespace campaigns {
namespace {

using std::chrono::days;

// The first moment of that day; nothing, and a problem, for what is no day.
std::optional<base::Time> day_in(const std::string& text, const char* field, days later,
                                 std::vector<base::Reason>& problems) {
    if (const auto day = base::parse_iso_date(text)) return base::paris_time(*day + later, {});
    problems.push_back({"campaigns.problem.no_day", field, {}});
    return std::nullopt;
}

ReadCampaign taken_from(const Form& form, const Campaign* before, const organisations::Tree& tree) {
    ReadCampaign read;
    Campaign& campaign = read.campaign;
    if (before != nullptr) campaign = *before;
    campaign.title = form.title;
    campaign.message = form.message;
    campaign.takes_pix = form.takes_pix;
    campaign.revision = form.revision;
    const auto reminders = base::to_integer(form.reminders.empty() ? "0" : form.reminders);
    campaign.reminders = reminders && *reminders >= 0 && *reminders <= most_reminders
                             ? static_cast<int>(*reminders)
                             : -1;
    if (const auto closes = day_in(form.closes, "closes", days{1}, read.problems))
        // One that was closed in the middle of a day stays so.
        if (before == nullptr || base::iso_date(last_day(*before)) != form.closes)
            campaign.closes_at = *closes;
    if (before != nullptr && before->published_at) return read;

    campaign.population = form.population;
    if (const auto opens = day_in(form.opens, "opens", days{0}, read.problems))
        campaign.opens_at = *opens;
    else
        campaign.opens_at = campaign.closes_at - days{1};  // nothing is said of the other day
    if (const auto* organisation = tree.find(std::string_view{form.organisation}))
        campaign.organisation = organisation->id;
    else
        read.problems.push_back({"campaigns.problem.organisation", "organisation", {}});
    const auto scope = positioning::scope_named(form.scope);
    if (!scope) read.problems.push_back({"campaigns.problem.scope", "scope", {}});
    campaign.scope = scope.value_or(positioning::Scope::core);
    campaign.scope_code = campaign.scope == positioning::Scope::area    ? form.area
                          : campaign.scope == positioning::Scope::trade ? form.trade
                                                                        : "";
    return read;
}

}  // namespace

Form read_form(const http::Form& form) {
    const auto text = [&](std::string_view name) { return std::string{form.text(name)}; };
    // One line: it becomes the subject of letters.
    std::string title = text("title");
    std::ranges::replace_if(title, [](char c) { return c == '\r' || c == '\n'; }, ' ');
    return {.title = std::move(title),
            .organisation = text("organisation"),
            .population = text("population"),
            .message = text("message"),
            .scope = text("scope"),
            .area = text("area"),
            .trade = text("trade"),
            .opens = text("opens"),
            .closes = text("closes"),
            .reminders = text("reminders"),
            .takes_pix = form.flag("takes_pix"),
            .revision = form.integer("revision").value_or(-1)};
}

Form empty_form(std::string_view organisation_code, base::Time now) {
    const base::Date today = base::in_paris(now).day;
    return {.title = {},
            .organisation = std::string{organisation_code},
            .population = {},
            .message = {},
            .scope = "core",
            .area = {},
            .trade = {},
            .opens = base::iso_date(today + days{1}),
            .closes = base::iso_date(today + days{30}),
            .reminders = "2"};
}

Form form_of(const Campaign& campaign, std::string_view organisation_code) {
    const bool area = campaign.scope == positioning::Scope::area;
    const bool trade = campaign.scope == positioning::Scope::trade;
    return {.title = campaign.title,
            .organisation = std::string{organisation_code},
            .population = campaign.population,
            .message = campaign.message,
            .scope = std::string{positioning::name_of(campaign.scope)},
            .area = area ? campaign.scope_code : "",
            .trade = trade ? campaign.scope_code : "",
            .opens = base::iso_date(base::in_paris(campaign.opens_at).day),
            .closes = base::iso_date(last_day(campaign)),
            .reminders = std::to_string(campaign.reminders),
            .takes_pix = campaign.takes_pix,
            .revision = campaign.revision};
}

ReadCampaign campaign_from(const Form& form, const Campaign* before,
                           const organisations::Tree& tree, base::Time now) {
    ReadCampaign read = taken_from(form, before, tree);
    // All that is wrong at once; of what could not be read, only that.
    for (base::Reason& reason : problems_of(read.campaign, before, now))
        if (std::ranges::find(read.problems, reason.field, &base::Reason::field) ==
            read.problems.end())
            read.problems.push_back(std::move(reason));
    return read;
}

}  // namespace campaigns
