// SPDX-License-Identifier: EUPL-1.2
#include "pix/views.hpp"

#include "base/text.hpp"
#include "pix/rules.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace pix {
namespace json = boost::json;
namespace {

json::value time_or_null(const std::optional<base::Time>& time) {
    return time ? json::value(base::iso_time(*time)) : json::value(nullptr);
}

json::value told(const std::string& problem, const Words& words) {
    const auto reason = reason_of(problem);
    return reason ? json::value(words(*reason)) : json::value(nullptr);
}

json::object reading_view(const Reading& reading, const Words& words) {
    return {{"state", name_of(reading.state)},
            {"running", reading.state == ReadingState::running},
            {"failed", reading.state == ReadingState::failed},
            {"waiting", reading.state == ReadingState::running && reading.next_at.has_value()},
            {"whole", !reading.since.has_value()},
            {"since", time_or_null(reading.since)},
            {"pages_read", reading.page - 1},
            {"pages", reading.pages},
            {"added", reading.added},
            {"changed", reading.changed},
            {"unchanged", reading.unchanged},
            {"unknown", reading.unknown},
            {"withdrawn", reading.withdrawn},
            {"next_at", time_or_null(reading.next_at)},
            {"problem", told(reading.problem, words)},
            {"started_at", base::iso_time(reading.started_at)},
            {"changed_at", base::iso_time(reading.changed_at)}};
}

// A small group's number is not told: who knows some of them would know the others.
json::value group(int count) {
    return count > 0 && count < smallest_group ? json::value(nullptr) : json::value(count);
}

json::object campaign_view(const Campaign& campaign, const Shown& shown, const Words& words) {
    const auto counted =
        std::ranges::find(shown.counts.results, campaign.id, &std::pair<std::int64_t, int>::first);
    const int results = counted == shown.counts.results.end() ? 0 : counted->second;
    json::object view{{"id", campaign.id},
                      {"pix_id", campaign.pix_id},
                      {"name", campaign.name},
                      {"type", campaign.type},
                      {"target_profile", campaign.target_profile},
                      {"organisation", campaign.organisation},
                      {"code", campaign.code},
                      {"archived", campaign.archived_at.has_value()},
                      {"campaign", campaign.campaign},
                      {"mapped", !campaign.campaign.empty()},
                      {"daily", campaign.daily},
                      {"results", group(results)},
                      {"few_results", results > 0 && results < smallest_group}};
    view["reading"] =
        campaign.reading ? json::value(reading_view(*campaign.reading, words)) : nullptr;
    view["can_stop"] =
        !campaign.campaign.empty() &&
        (campaign.daily || (campaign.reading && campaign.reading->state == ReadingState::running));
    if (shown.own) {
        json::array options;
        for (const OwnCampaigns::One& one : *shown.own)
            options.push_back({{"value", one.code},
                               {"label", one.name},
                               {"selected", one.code == campaign.campaign}});
        view["options"] = std::move(options);
    }
    view["choose"] = shown.own.has_value();
    return view;
}

json::object head(const Shown& shown, const Words& words) {
    int mapped = 0;
    for (const Campaign& campaign : shown.campaigns) mapped += campaign.campaign.empty() ? 0 : 1;
    return {{"code", shown.connection->code},
            {"organisation", shown.organisation},
            {"url", shown.connection->url},
            {"application", shown.connection->application},
            {"listed_at", time_or_null(shown.state.listed_at)},
            {"listing", shown.state.listing},
            {"problem", told(shown.state.problem, words)},
            {"campaign_count", shown.campaigns.size()},
            {"mapped_count", mapped},
            {"agreed", group(shown.counts.agreed)},
            {"few_agreed", shown.counts.agreed > 0 && shown.counts.agreed < smallest_group}};
}

}  // namespace

json::object result_view(const Result& result) {
    json::array topics;
    for (const Topic& topic : result.topics)
        topics.push_back(
            {{"title", topic.title}, {"reached", topic.reached}, {"most", topic.most}});
    return {{"status", result.shared ? "shared" : "started"},
            {"shared_at", time_or_null(result.shared_at)},
            {"mastery_percent",
             result.mastery ? json::value(*result.mastery / 100.0) : json::value(nullptr)},
            {"stage", result.stage},
            {"stages", result.stages},
            {"badges", json::value_from(result.badges)},
            {"topics", std::move(topics)},
            {"read_at", base::iso_time(result.read_at)}};
}

json::object connections_view(const std::vector<Shown>& connections, const Words& words) {
    json::array list;
    for (const Shown& shown : connections) list.push_back(head(shown, words));
    return {{"has_connections", !list.empty()}, {"connections", std::move(list)}};
}

json::object connection_view(const Shown& shown, const Words& words) {
    json::object view = head(shown, words);
    view["page_code"] = shown.connection->code;  // beside the code of a campaign
    json::array campaigns;
    for (const Campaign& campaign : shown.campaigns)
        campaigns.push_back(campaign_view(campaign, shown, words));
    view["campaigns"] = std::move(campaigns);
    return view;
}

json::object import_view(const Shown& shown, const ImportReport* report, std::string_view column,
                         const Words& words) {
    json::object view{
        {"code", shown.connection->code},
        {"organisation", shown.organisation},
        {"form",
         {{"file", {{"required", true}}}, {"column", {{"value", column}, {"required", false}}}}}};
    if (report == nullptr) return view;
    json::array problems;
    for (const ImportReport::Problem& problem : report->problems)
        problems.push_back({{"line", problem.line}, {"message", words(problem.reason)}});
    view["report"] =
        json::object{{"added", report->added},         {"changed", report->changed},
                     {"unchanged", report->unchanged}, {"unknown", report->unknown},
                     {"withdrawn", report->withdrawn}, {"problem_count", report->problems.size()},
                     {"problems", std::move(problems)}};
    return view;
}

json::object mine_view(const std::vector<Mine>& mine, const std::vector<Result>& results,
                       const std::vector<Campaign>& of_results) {
    json::array connections;
    for (const Mine& one : mine) {
        const bool agreed = one.part && !one.part->withdrawn_at;
        json::array campaigns;
        for (const Campaign& campaign : one.campaigns)
            campaigns.push_back(
                {{"name", campaign.name},
                 {"code", campaign.code},
                 {"link", agreed && one.connection != nullptr
                              ? json::value(Pix::link(*one.connection, campaign, *one.part))
                              : json::value(nullptr)}});
        connections.push_back(
            {{"code", one.code},
             {"organisation", one.organisation},
             {"active", one.connection != nullptr},
             {"agreed", agreed},
             {"withdrawn", one.part && one.part->withdrawn_at.has_value()},
             {"agreed_at", agreed ? json::value(base::iso_time(one.part->agreed_at)) : nullptr},
             {"topics", agreed && one.part->topics},
             {"pseudonym", one.part ? json::value(one.part->pseudonym) : nullptr},
             {"campaigns", std::move(campaigns)},
             {"form",
              {{"agree", {{"checked", false}}},
               {"topics", {{"checked", agreed && one.part->topics}}}}}});
    }
    json::array list;
    for (const Result& result : results) {
        json::object view = result_view(result);
        const auto campaign = std::ranges::find(of_results, result.campaign, &Campaign::id);
        view["campaign"] = campaign == of_results.end() ? "" : campaign->name;
        view["shared"] = result.shared;
        view["has_mastery"] = result.mastery.has_value();
        view["has_badges"] = !result.badges.empty();
        view["has_topics"] = !result.topics.empty();
        list.push_back(std::move(view));
    }
    return {{"connections", std::move(connections)},
            {"has_results", !list.empty()},
            {"results", std::move(list)}};
}

}  // namespace pix
