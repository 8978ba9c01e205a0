// SPDX-License-Identifier: EUPL-1.2
// What agents do: opening a campaign by its code, positioning themselves, sharing or keeping.
#include "audit/audit.hpp"
#include "base/zone.hpp"
#include "campaigns/campaigns.hpp"
#include "campaigns/rules.hpp"
#include "campaigns/store.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

namespace campaigns {
using base::ErrorKind;

namespace {

constexpr int most_shown = 100;

base::unexpected<base::Error> refuse(const char* key, ErrorKind kind = ErrorKind::conflict) {
    return base::unexpected(base::Error{kind, key});
}

// Only that somebody shared, or took it back, with nobody's perimeter: who kept a result stands in
// no log.
void record(db::Transaction& transaction, base::PersonId person, std::string_view action,
            base::CampaignId campaign, base::Time now) {
    audit::record(transaction, {.at = now,
                                .actor = person,
                                .action = action,
                                .object = "campaign",
                                .object_id = campaign.value});
}

// A draft is unknown to agents.
base::Result<Campaign> published(std::optional<Campaign> found) {
    if (!found || !found->published_at) return refuse("campaigns.unknown", ErrorKind::not_found);
    return *std::move(found);
}

bool same_scope(const positioning::Test& test, const Campaign& campaign) {
    return test.framework == campaign.framework && test.scope == campaign.scope &&
           test.scope_code == campaign.scope_code;
}

}  // namespace

std::vector<Mine> Campaigns::mine(db::Transaction& transaction, base::PersonId person) {
    const auto found = identity_.find(transaction, person);
    return store::mine(transaction, person, found ? found->email : "", most_shown);
}

int Campaigns::waiting_for(db::Transaction& transaction, base::PersonId person, base::Time now) {
    return store::count_waiting(transaction, person, now);
}

base::Result<Mine> Campaigns::open_code(base::PersonId person, std::string_view typed,
                                        base::Time now) {
    const std::string code = read_code(typed);
    const base::Time since = now - wrong_codes_within;
    const auto look = [&](db::Transaction& transaction) -> base::Result<Mine> {
        auto campaign = store::find_by_code(transaction, code);
        Mine mine;
        if (campaign && campaign->published_at) {
            mine.campaign = *std::move(campaign);
            mine.part = store::participation(transaction, mine.campaign.id, person);
            const auto known = identity_.find(transaction, person);
            const auto invitation =
                known ? store::invitation(transaction, mine.campaign.id, known->email)
                      : std::nullopt;
            mine.invited = invitation.has_value();
            mine.reminded = invitation && !invitation->stopped_at;
            if (mine.invited || mine.part) return mine;
        }
        if (store::wrong_codes(transaction, person, since) >= most_wrong_codes)
            return refuse("campaigns.why_not.too_many_codes");
        if (mine.campaign.id.value == 0)
            return refuse("campaigns.code_unknown", ErrorKind::not_found);
        return mine;
    };
    auto found = database_.read(look);
    if (!found && found.error().kind == ErrorKind::not_found && !typed.empty())
        database_.write([&](db::Transaction& transaction) {
            store::count_wrong_code(transaction, person, now, since);
        });
    return found;
}

std::optional<base::Reason> Campaigns::why_not_asked(db::Transaction& transaction,
                                                     const Campaign& campaign,
                                                     base::PersonId person, base::Time now) {
    const auto works = identity_.affiliation(transaction, person, base::in_paris(now).day);
    const auto tree = organisations_.tree(transaction, db::Versions(transaction));
    if (is_asked(campaign, *tree, works ? &*works : nullptr)) return std::nullopt;
    const auto* organisation = tree->find(campaign.organisation);
    return base::Reason{"campaigns.why_not.not_asked",
                        "",
                        {{"organisation", organisation == nullptr ? "" : organisation->name}}};
}

std::vector<positioning::Test> Campaigns::fitting(db::Transaction& transaction,
                                                  const Campaign& campaign, base::PersonId person,
                                                  base::Time now) {
    std::vector<positioning::Test> found;
    const auto targets = positioning_.targets_of(transaction, db::Versions(transaction), person,
                                                 campaign.scope, campaign.scope_code, now);
    if (!targets) return found;
    for (positioning::Test& test : positioning_.history(transaction, person))
        if (fits(test, campaign, *targets, now)) found.push_back(std::move(test));
    return found;
}

// The participation of somebody who may take part, made if there was none.
base::Result<Participation> Campaigns::joined(db::Transaction& transaction,
                                              const Campaign& campaign, base::PersonId person,
                                              base::Time now) {
    if (const char* why = why_not_take_part(phase_of(campaign, now))) return refuse(why);
    if (auto why = why_not_asked(transaction, campaign, person, now))
        return base::unexpected(base::Error{ErrorKind::conflict, *std::move(why)});
    const auto works = identity_.affiliation(transaction, person, base::in_paris(now).day);
    if (store::insert_participation(transaction, campaign.id, person, works->organisation, now))
        if (const auto known = identity_.find(transaction, person))
            store::recognise(transaction, campaign.id, known->email, person, works->organisation);
    return store::participation(transaction, campaign.id, person).value();
}

base::Result<base::PositioningId> Campaigns::start(base::PersonId person, base::CampaignId id,
                                                   const positioning::Start& options,
                                                   base::Time now) {
    // With the test that is in progress, if it is one for this campaign; {}: there is none.
    const auto go_on = [&](db::Transaction& transaction) -> base::Result<base::PositioningId> {
        const auto campaign = published(store::find(transaction, id));
        if (!campaign) return base::unexpected(campaign.error());
        const auto part = joined(transaction, *campaign, person, now);
        if (!part) return base::unexpected(part.error());
        const auto test = positioning_.in_progress(transaction, person);
        if (!test) return base::PositioningId{};
        if (!same_scope(*test, *campaign)) return refuse("campaigns.why_not.other_test");
        if (part->test != test->id) store::set_test(transaction, part->id, test->id, std::nullopt);
        return test->id;
    };
    const auto before = database_.write(go_on);
    if (!before || before->value != 0) return before;
    const auto campaign =
        database_.read([&](db::Transaction& transaction) { return store::find(transaction, id); });
    positioning::Start start = options;
    start.scope = campaign.value().scope;
    start.code = campaign->scope_code;
    const auto begun = positioning_.start(person, start, now);
    // Of two at once one begins the test, and both take part with it.
    if (!begun && begun.error().kind != ErrorKind::conflict) return begun;
    const auto after = database_.write(go_on);
    if (!after) return after;
    if (after->value == 0) return begun;
    return after;
}

base::Result<void> Campaigns::attach(base::PersonId person, base::CampaignId id,
                                     base::PositioningId given, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto campaign = published(store::find(transaction, id));
        if (!campaign) return base::unexpected(campaign.error());
        const auto part = joined(transaction, *campaign, person, now);
        if (!part) return base::unexpected(part.error());
        for (const positioning::Test& test : fitting(transaction, *campaign, person, now)) {
            if (test.id != given) continue;
            if (part->test != given || part->declined_at)
                store::set_test(transaction, part->id, given, test.ended_at);
            return {};
        }
        return base::unexpected(
            base::Error{ErrorKind::invalid, "campaigns.problem.does_not_fit", "positioning"});
    });
}

base::Result<void> Campaigns::share(base::PersonId person, base::CampaignId id, bool shared,
                                    base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        // The row first, so that the last count sees all or nothing of it.
        const auto campaign = published(store::lock(transaction, id));
        if (!campaign) return base::unexpected(campaign.error());
        const auto part = store::participation(transaction, id, person);
        if (const char* why = why_not_choose(*campaign, part ? &*part : nullptr, now))
            return refuse(why);
        if (part->chosen_at && part->shared == shared) return {};
        store::choose(transaction, part->id, shared, now);
        if (shared) record(transaction, person, "campaigns.share", id, now);
        if (!shared && part->shared) record(transaction, person, "campaigns.unshare", id, now);
        return {};
    });
}

base::Result<void> Campaigns::decline(base::PersonId person, base::CampaignId id, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto campaign = published(store::find(transaction, id));
        if (!campaign) return base::unexpected(campaign.error());
        const auto part = joined(transaction, *campaign, person, now);
        if (!part) return base::unexpected(part.error());
        if (part->finished_at && part->test) return refuse("campaigns.why_not.finished");
        if (!part->declined_at) store::set_declined(transaction, part->id, now);
        return {};
    });
}

std::optional<Campaign> Campaigns::of_test(db::Transaction& transaction, base::PositioningId test,
                                           base::Time now) {
    return store::of_test(transaction, test, now);
}

void Campaigns::ended(db::Transaction& transaction, const positioning::Test& test, base::Time now) {
    store::finish(transaction, test.id, now);
}

}  // namespace campaigns
