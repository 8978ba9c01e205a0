// SPDX-License-Identifier: EUPL-1.2
// What organisers do: opening, changing, closing and calling off a campaign.
#include "campaigns/campaigns.hpp"

#include "audit/audit.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "campaigns/jobs.hpp"
#include "campaigns/rules.hpp"
#include "campaigns/store.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "jobs/jobs.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <stdexcept>

namespace campaigns {
namespace json = boost::json;
using base::ErrorKind;

namespace {

base::unexpected<base::Error> refuse(const char* key) {
    return base::unexpected(base::Error{ErrorKind::conflict, key});
}

void record(db::Transaction& transaction, const Campaign& campaign, const By& by,
            std::string_view action, base::Time now, std::string after = {}) {
    audit::record(transaction, {.at = now,
                                .actor = by.person,
                                .role = by.role,
                                .perimeter = campaign.organisation,
                                .action = action,
                                .object = "campaign",
                                .object_id = campaign.id.value,
                                .after = std::move(after)});
}

std::string dates_of(const Campaign& campaign) {
    return json::serialize(json::object{{"opens_at", base::iso_time(campaign.opens_at)},
                                        {"closes_at", base::iso_time(campaign.closes_at)}});
}

}  // namespace

void enqueue(db::Transaction& transaction, std::string_view kind, base::CampaignId campaign,
             base::Time due, int reminder) {
    const std::string unique = std::to_string(campaign.value) + ":" + std::to_string(reminder) +
                               ":" + std::to_string(base::to_epoch(due));
    jobs::enqueue(transaction, {.kind = kind,
                                .payload = json::serialize(json::object{
                                    {"campaign", campaign.value}, {"reminder", reminder}}),
                                .due_at = due,
                                .unique = unique});
}

// What is to be done at the moments that the campaign has now. Jobs of former ones find nothing to
// do.
void enqueue_all(db::Transaction& transaction, const Campaign& campaign, base::Time now) {
    enqueue(transaction, letters_job, campaign.id, std::max(now, campaign.opens_at), 0);
    int reminder = 0;
    for (const base::Time at :
         reminder_times(campaign.opens_at, campaign.closes_at, campaign.reminders)) {
        ++reminder;
        if (at > now) enqueue(transaction, remind_job, campaign.id, at, reminder);
    }
    enqueue(transaction, count_job, campaign.id, std::max(now, campaign.closes_at), 0);
}

Campaigns::Campaigns(db::Database& database, identity::Identity& identity,
                     organisations::Organisations& organisations,
                     positioning::Positioning& positioning, pix::Pix& pix, std::string base_url)
    : database_(database),
      identity_(identity),
      organisations_(organisations),
      positioning_(positioning),
      pix_(pix),
      base_url_(std::move(base_url)) {}

std::optional<Campaign> Campaigns::find(db::Transaction& transaction, base::CampaignId id) {
    return store::find(transaction, id);
}

Campaigns::Listed Campaigns::list(db::Transaction& transaction,
                                  const std::vector<base::OrganisationId>& organisations, int from,
                                  int most) {
    const std::string ids = db::json_ids(organisations);
    return {store::of_organisations(transaction, ids, from, most),
            store::count_of_organisations(transaction, ids)};
}

base::Result<Campaign> Campaigns::locked(db::Transaction& transaction, base::CampaignId id) {
    auto found = store::lock(transaction, id);
    if (!found) return base::unexpected(base::Error{ErrorKind::not_found, "campaigns.unknown"});
    return *std::move(found);
}

// A trade that nobody knows has no targets; the areas are checked by the rules.
std::vector<base::Reason> Campaigns::problems(db::Transaction& transaction, const Campaign& given,
                                              const Campaign* before, const By& by,
                                              base::Time now) {
    auto problems = problems_of(given, before, now);
    if (problems.empty() && given.scope == positioning::Scope::trade &&
        !positioning_.targets_of(transaction, db::Versions(transaction), by.person, given.scope,
                                 given.scope_code, now))
        problems.push_back({"campaigns.problem.trade", "trade", {}});
    return problems;
}

base::CampaignId Campaigns::insert(db::Transaction& transaction, Campaign campaign,
                                   base::PersonId by, base::Time now) {
    campaign.framework = frameworks::present().id;
    campaign.created_by = by;
    campaign.created_at = now;
    constexpr int tries = 20;
    for (int i = 0; i < tries; ++i) {
        campaign.code = code_from(base::sha256_hex(base::random_token()));
        if (const auto id = store::insert(transaction, campaign)) return *id;
    }
    throw std::logic_error("campaigns: no code is free");
}

base::Result<base::CampaignId> Campaigns::create(const Campaign& given, const By& by,
                                                 base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<base::CampaignId> {
        if (auto problems = this->problems(transaction, given, nullptr, by, now); !problems.empty())
            return base::unexpected(base::Error{ErrorKind::invalid, std::move(problems)});
        Campaign campaign = given;
        campaign.id = insert(transaction, given, by.person, now);
        record(transaction, campaign, by, "campaigns.create", now, dates_of(campaign));
        return campaign.id;
    });
}

base::Result<void> Campaigns::change(const Campaign& given, const By& by, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto before = locked(transaction, given.id);
        if (!before) return base::unexpected(before.error());
        if (const char* why = why_not_change(phase_of(*before, now))) return refuse(why);
        if (before->revision != given.revision) return refuse("campaigns.why_not.changed");
        if (auto problems = this->problems(transaction, given, &*before, by, now);
            !problems.empty())
            return base::unexpected(base::Error{ErrorKind::invalid, std::move(problems)});
        store::update(transaction, given);
        Campaign campaign = given;
        campaign.published_at = before->published_at;
        if (campaign.published_at) enqueue_all(transaction, campaign, now);
        record(transaction, *before, by, "campaigns.change", now, dates_of(campaign));
        return {};
    });
}

base::Result<base::CampaignId> Campaigns::duplicate(base::CampaignId id, const By& by,
                                                    base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<base::CampaignId> {
        auto found = store::find(transaction, id);
        if (!found) return base::unexpected(base::Error{ErrorKind::not_found, "campaigns.unknown"});
        Campaign copy = *std::move(found);
        // Tomorrow, and as long as the first one.
        const auto length = copy.closes_at - copy.opens_at;
        copy.opens_at = next_day(now);
        copy.closes_at = copy.opens_at + length;
        copy.id = insert(transaction, copy, by.person, now);
        record(transaction, copy, by, "campaigns.create", now, dates_of(copy));
        return copy.id;
    });
}

base::Result<void> Campaigns::publish(base::CampaignId id, const By& by, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        auto campaign = locked(transaction, id);
        if (!campaign) return base::unexpected(campaign.error());
        if (const char* why = why_not_publish(*campaign, now)) return refuse(why);
        store::publish(transaction, id, now);
        campaign->published_at = now;
        enqueue_all(transaction, *campaign, now);
        enqueue(transaction, count_job, id, now, 0);
        record(transaction, *campaign, by, "campaigns.publish", now, dates_of(*campaign));
        return {};
    });
}

base::Result<void> Campaigns::close(base::CampaignId id, const By& by, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        auto campaign = locked(transaction, id);
        if (!campaign) return base::unexpected(campaign.error());
        if (const char* why = why_not_close(phase_of(*campaign, now))) return refuse(why);
        store::close(transaction, id, now);
        enqueue(transaction, count_job, id, now, 0);
        record(transaction, *campaign, by, "campaigns.close", now);
        return {};
    });
}

base::Result<void> Campaigns::cancel(base::CampaignId id, std::string_view why, const By& by,
                                     base::Time now) {
    if (why.empty())
        return base::unexpected(
            base::Error{ErrorKind::invalid, "campaigns.problem.cancel_why", "why"});
    if (base::length(why) > longest_reason)
        return base::unexpected(base::Error{
            ErrorKind::invalid,
            base::Reason{
                "campaigns.problem.too_long", "why", {{"most", std::to_string(longest_reason)}}}});
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        auto campaign = locked(transaction, id);
        if (!campaign) return base::unexpected(campaign.error());
        if (const char* not_so = why_not_cancel(phase_of(*campaign, now))) return refuse(not_so);
        store::cancel(transaction, id, why, now);
        enqueue(transaction, letters_job, id, now, 0);
        enqueue(transaction, count_job, id, now, 0);
        record(transaction, *campaign, by, "campaigns.cancel", now);
        return {};
    });
}

std::vector<pix::OwnCampaigns::One> Campaigns::run_below(db::Transaction& transaction,
                                                         base::OrganisationId organisation) {
    const auto tree = organisations_.tree(transaction, db::Versions(transaction));
    std::vector<One> found;
    constexpr int most = 500;  // of a list to choose from
    for (const Campaign& campaign :
         store::of_organisations(transaction, db::json_ids(below(*tree, organisation)), 0, most))
        if (campaign.takes_pix && !campaign.cancelled_at)
            found.push_back({campaign.code, campaign.title});
    return found;
}

void Campaigns::put(db::Transaction& transaction, base::CampaignId campaign, base::PersonId person,
                    base::OrganisationId organisation, const Participation& part) {
    store::put_participation(transaction, campaign, person, organisation, part);
}

}  // namespace campaigns
