// SPDX-License-Identifier: EUPL-1.2
// The agent's pages.
#include "base/icalendar.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "campaigns/rules.hpp"
#include "campaigns/summary.hpp"
#include "campaigns/views.hpp"

#include <boost/json.hpp>

#include <array>

namespace campaigns {
namespace json = boost::json;
namespace {

// Where an agent is in a campaign: the end of a message key.
std::string_view state_of(const Mine& mine) {
    if (!mine.part) return "invited";
    const Participation& part = *mine.part;
    if (part.declined_at) return "declined";
    if (!part.test) return "invited";  // a test that was removed, too
    if (!part.finished_at) return "begun";
    if (!part.chosen_at) return "finished";
    return part.shared ? "shared" : "kept";
}

json::object mine_object(const Mine& mine, const Names& names) {
    json::object view = summary(mine.campaign, names);
    const std::string_view state = state_of(mine);
    view["state"] = state;
    view["invited"] = mine.invited;
    view["waits"] = phase_of(mine.campaign, names.now) == Phase::open &&
                    (state == "invited" || state == "begun" || state == "finished");
    return view;
}

}  // namespace

json::object mine_view(const std::vector<Mine>& list, std::string_view typed, const Names& names) {
    json::array campaigns;
    for (const Mine& mine : list) campaigns.push_back(mine_object(mine, names));
    return {{"campaigns", std::move(campaigns)},
            {"form", {{"code", {{"value", typed}, {"required", true}}}}}};
}

json::object part_view(const PartPage& page, const Names& names,
                       const std::function<std::string(const base::Reason&)>& words) {
    const Mine& mine = page.mine;
    const Phase phase = phase_of(mine.campaign, names.now);
    const auto& part = mine.part;
    const bool open = phase == Phase::open && !page.why_not_asked;
    const std::string_view state = state_of(mine);
    const bool finished = part && part->test && part->finished_at;
    json::object view = mine_object(mine, names);
    view["message"] = mine.campaign.message;
    view["takes_pix"] = mine.campaign.takes_pix;
    view["cancelled_why"] = mine.campaign.cancelled_why;
    view["not_asked"] =
        page.why_not_asked ? json::value(words(*page.why_not_asked)) : json::value(nullptr);
    view["can_take_part"] = open;
    view["reminded"] = mine.reminded;
    view["competences"] = page.competences;
    view["finished"] = finished;
    view["shared"] = finished && part->shared;
    view["chosen"] = finished && part->chosen_at.has_value();
    view["can_choose"] =
        why_not_choose(mine.campaign, part ? &*part : nullptr, names.now) == nullptr;
    view["declined"] = state == "declined";
    view["can_decline"] = open && !finished && state != "declined";
    view["test"] = part && part->test ? json::value(part->test->value) : json::value(nullptr);
    // What a form to begin needs, where one may begin and nothing is in progress.
    const bool other_test = page.in_progress && (!part || part->test != page.in_progress->id);
    const bool same = other_test && page.in_progress->scope == mine.campaign.scope &&
                      page.in_progress->scope_code == mine.campaign.scope_code;
    view["other_test"] =
        other_test && !same ? json::value(page.in_progress->id.value) : json::value(nullptr);
    view["can_start"] = open && !finished && state != "begun" && (!other_test || same);
    view["can_go_on"] = open && state == "begun";
    view["has_earlier"] = page.has_earlier;
    view["phone"] = page.phone;
    json::array fitting;
    for (const positioning::Test& test : page.fitting)
        if (!part || part->test != test.id)
            fitting.push_back({{"id", test.id.value},
                               {"scope", positioning::name_of(test.scope)},
                               {"ended_at", base::iso_time(*test.ended_at)}});
    view["fitting"] = open ? std::move(fitting) : json::array{};
    return view;
}

json::object stop_view(const Invitation& invitation, const Campaign& campaign, const Names& names) {
    json::object view = summary(campaign, names);
    return {{"title", view.at("title")},
            {"organisation", view.at("organisation")},
            {"key", invitation.stop_key},
            {"stopped", invitation.stopped_at.has_value()}};
}

std::string deadline_calendar(const Campaign& campaign, std::string_view title,
                              std::string_view text, std::string_view base_url) {
    constexpr std::chrono::hours morning{9};
    const base::Time starts = base::paris_time(last_day(campaign), morning);
    const std::array<base::CalendarEvent, 1> events{
        base::CalendarEvent{.uid = "campaign-" + std::to_string(campaign.id.value) + "@campus",
                            .sequence = static_cast<int>(campaign.revision),
                            .starts_at = starts,
                            .ends_at = starts + std::chrono::minutes{minutes_asked},
                            .summary = std::string{title},
                            .description = std::string{text},
                            .url = std::string{base_url} + "/my-campaigns/" + campaign.code,
                            .cancelled = campaign.cancelled_at.has_value(),
                            .updated_at = campaign.published_at.value_or(campaign.created_at)}};
    return base::write_calendar(events, base::CalendarMethod::publish, title);
}

}  // namespace campaigns
