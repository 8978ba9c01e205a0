// SPDX-License-Identifier: EUPL-1.2
#include "pix/pix.hpp"

#include "audit/audit.hpp"
#include "base/url.hpp"
#include "db/database.hpp"
#include "jobs/jobs.hpp"
#include "pix/client.hpp"
#include "pix/results_file.hpp"
#include "pix/rules.hpp"
#include "pix/starting.hpp"
#include "pix/store.hpp"
#include "pix/taking.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace pix {
namespace json = boost::json;
using base::ErrorKind;

namespace {

void record(db::Transaction& transaction, const Pix::By& by, std::string_view action,
            std::string_view object, std::int64_t id, std::string after = {}) {
    audit::record(transaction, {.at = by.now,
                                .actor = by.person,
                                .role = by.role,
                                .perimeter = by.perimeter,
                                .action = action,
                                .object = object,
                                .object_id = id,
                                .after = std::move(after)});
}

}  // namespace

void enqueue_reading(db::Transaction& transaction, std::int64_t reading, base::Time due) {
    const std::string word = std::to_string(reading);
    jobs::enqueue(transaction, {.kind = "pix.read",
                                .payload = json::serialize(json::object{{"reading", reading}}),
                                .due_at = due,
                                .unique = word});
}

void enqueue_listing(db::Transaction& transaction, std::string_view connection, base::Time due) {
    jobs::enqueue(transaction,
                  {.kind = "pix.list",
                   .payload = json::serialize(json::object{{"connection", connection}}),
                   .due_at = due,
                   .unique = connection});
}

void start_reading(db::Transaction& transaction, const Campaign& campaign, base::Time now) {
    const auto& last = campaign.reading;
    std::int64_t id = 0;
    if (last && last->state == ReadingState::running) {
        id = last->id;  // its job may have ended with its node
    } else if (last && may_go_on(campaign, *last, now)) {
        id = last->id;
        store::go_on(transaction, id, now);
    } else {
        id = store::begin(transaction, campaign.id, next_since(campaign, now), now);
    }
    enqueue_reading(transaction, id, now);
}

Pix::Pix(db::Database& database, Options options)
    : database_(database),
      options_(std::move(options)),
      client_(std::make_unique<Client>(options_.timeout_ms)) {}
Pix::~Pix() = default;

const Connection* Pix::find(std::string_view code) const {
    const auto found = std::ranges::find(options_.connections, code, &Connection::code);
    return found == options_.connections.end() ? nullptr : &*found;
}

// -- the training office

ConnectionState Pix::state(db::Transaction& transaction, const Connection& connection) {
    return store::connection(transaction, connection.code);
}

std::vector<Campaign> Pix::campaigns(db::Transaction& transaction, const Connection& connection) {
    return store::campaigns(transaction, store::connection(transaction, connection.code).id);
}

Pix::Counts Pix::counts(db::Transaction& transaction, const Connection& connection) {
    const auto id = store::connection(transaction, connection.code).id;
    const auto results = store::count_results(transaction, id);
    return {.agreed = store::count_agreed(transaction, id),
            .results = {results.begin(), results.end()}};
}

std::optional<std::vector<OwnCampaigns::One>> Pix::own_campaigns(
    db::Transaction& transaction, base::OrganisationId organisation) {
    if (own_ == nullptr) return std::nullopt;
    return own_->run_below(transaction, organisation);
}

base::Result<void> Pix::list(const Connection& connection, const By& by) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto state = store::lock_connection(transaction, connection.code);
        store::set_listing(transaction, state.id, true);
        enqueue_listing(transaction, connection.code, by.now);
        return {};
    });
}

base::Result<Campaign> Pix::change(db::Transaction& transaction, const Connection& connection,
                                   std::int64_t campaign) {
    const auto id = store::connection(transaction, connection.code).id;
    auto found = store::lock_campaign(transaction, id, campaign);
    if (!found) return base::unexpected(base::Error{ErrorKind::not_found, "pix.campaign_unknown"});
    return std::move(*found);
}

base::Result<void> Pix::map(const Connection& connection, std::int64_t campaign,
                            std::string_view own, base::OrganisationId organisation, const By& by) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto found = change(transaction, connection, campaign);
        if (!found) return base::unexpected(found.error());
        if (auto reason = why_not_own(own, own_campaigns(transaction, organisation)))
            return base::unexpected(base::Error{ErrorKind::invalid, std::move(*reason)});
        if (found->campaign == own) return {};
        store::map(transaction, found->id, own);
        if (own.empty())
            store::stop(transaction, found->id, by.now);
        else if (found->campaign.empty())
            start_reading(transaction, *found, by.now);
        const json::object after{{"campaign", own}};
        record(transaction, by, "pix.map", "pix_campaign", found->id, json::serialize(after));
        return {};
    });
}

base::Result<void> Pix::read(const Connection& connection, std::int64_t campaign, const By& by) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto found = change(transaction, connection, campaign);
        if (!found) return base::unexpected(found.error());
        if (found->campaign.empty())
            return base::unexpected(base::Error{ErrorKind::conflict, "pix.problem.not_mapped"});
        if (!found->daily) store::set_daily(transaction, found->id, true);
        start_reading(transaction, *found, by.now);
        record(transaction, by, "pix.read", "pix_campaign", found->id);
        return {};
    });
}

base::Result<void> Pix::stop(const Connection& connection, std::int64_t campaign, const By& by) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto found = change(transaction, connection, campaign);
        if (!found) return base::unexpected(found.error());
        const bool running = store::stop(transaction, found->id, by.now) > 0;
        if (!running && !found->daily) return {};
        store::set_daily(transaction, found->id, false);
        record(transaction, by, "pix.stop", "pix_campaign", found->id);
        return {};
    });
}

base::Result<ImportReport> Pix::import(const Connection& connection, std::string_view csv,
                                       std::string_view column, const By& by) {
    auto file = read_results(csv, column);
    if (!file) return base::unexpected(file.error());
    return database_.write([&](db::Transaction& transaction) -> base::Result<ImportReport> {
        ImportReport report;
        for (const ResultsFile::Problem& problem : file->problems)
            report.problems.push_back({problem.line, problem.reason});
        const auto id = store::connection(transaction, connection.code).id;
        const std::vector<Campaign> campaigns = store::campaigns(transaction, id);
        store::Taken taken;
        for (const ResultLine& line : file->lines) {
            const auto campaign = std::ranges::find(campaigns, line.campaign, &Campaign::pix_id);
            const bool known = campaign != campaigns.end();
            if (!known || campaign->campaign.empty()) {
                report.problems.push_back(
                    {line.number,
                     {known ? "pix.import.not_mapped" : "pix.import.campaign_unknown",
                      "",
                      {{"text", std::to_string(line.campaign)}}}});
                continue;
            }
            take(transaction, *campaign, line.result, true, taken, by.now);
        }
        std::ranges::stable_sort(report.problems, {}, &ImportReport::Problem::line);
        report.added = taken.added;
        report.changed = taken.changed;
        report.unchanged = taken.unchanged;
        report.unknown = taken.unknown;
        report.withdrawn = taken.withdrawn;
        if (taken.added + taken.changed > 0)
            record(
                transaction, by, "pix.import", "pix_connection", id,
                json::serialize(json::object{{"added", taken.added}, {"changed", taken.changed}}));
        return report;
    });
}

// -- the agent

std::vector<Participant> Pix::parts_of(db::Transaction& transaction, base::PersonId person) {
    return store::participants(transaction, person);
}

std::vector<Result> Pix::results_of(db::Transaction& transaction, base::PersonId person) {
    return store::results_of(transaction, person);
}

base::Result<void> Pix::agree(base::PersonId person, const Connection& connection, bool topics,
                              base::Time now) {
    const std::string pseudonym = new_pseudonym();  // of who has none yet
    database_.write([&](db::Transaction& transaction) {
        // Also locks: of two at once the second sees what the first did.
        const auto id = store::lock_connection(transaction, connection.code).id;
        const auto before = store::participant(transaction, id, person);
        const bool agreed = before && !before->withdrawn_at;
        if (agreed && before->topics == topics) return;
        store::agree(transaction, id, person, pseudonym, topics, now);
        // What was read before and not kept is kept from now on.
        if (before && (!agreed || topics)) store::reread(transaction, id, now);
        if (before && !topics) store::remove_topics(transaction, before->id);
        audit::record(transaction, {.at = now,
                                    .actor = person,
                                    .action = "pix.agree",
                                    .object = "pix_connection",
                                    .object_id = id,
                                    .after = json::serialize(json::object{{"topics", topics}})});
    });
    return {};
}

base::Result<void> Pix::withdraw(base::PersonId person, std::string_view code, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        const auto id = store::connection(transaction, code).id;
        const auto part = store::participant(transaction, id, person);
        if (!part) return base::unexpected(base::Error{ErrorKind::not_found, "pix.part_unknown"});
        if (!store::withdraw(transaction, part->id, now)) return {};
        store::remove_results(transaction, part->id);
        audit::record(transaction, {.at = now,
                                    .actor = person,
                                    .action = "pix.withdraw",
                                    .object = "pix_connection",
                                    .object_id = id});
        return {};
    });
}

std::string Pix::link(const Connection& connection, const Campaign& campaign,
                      const Participant& participant) {
    return connection.application + "/campagnes/" + base::url_encode(campaign.code) +
           "?participantExternalId=" + base::url_encode(participant.pseudonym);
}

std::vector<Result> Pix::results(db::Transaction& transaction, std::string_view own_campaign) {
    if (own_campaign.empty()) return {};
    return store::shared_results(transaction, own_campaign);
}

}  // namespace pix
