// SPDX-License-Identifier: EUPL-1.2
#include "frameworks/frameworks.hpp"

#include "audit/audit.hpp"
#include "base/text.hpp"
#include "base/zone.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "frameworks/data.hpp"
#include "frameworks/rules.hpp"
#include "frameworks/store.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

namespace frameworks {
namespace {

std::string told(const Targets& targets) {
    return boost::json::serialize(boost::json::value_from(targets));
}

}  // namespace

struct Frameworks::Snapshot {
    std::int64_t version = 0;
    std::shared_ptr<const Trades> trades;
    std::shared_ptr<const Cores> cores;
};

Frameworks::Frameworks(db::Database& database, identity::Identity& identity,
                       organisations::Organisations& organisations)
    : database_(database), identity_(identity), organisations_(organisations) {}

std::shared_ptr<const Frameworks::Snapshot> Frameworks::snapshot(db::Transaction& transaction,
                                                                 const db::Versions& versions) {
    const std::int64_t wanted = versions.of(version_name);
    {
        const std::lock_guard lock(mutex_);
        if (snapshot_ && snapshot_->version == wanted) return snapshot_;
    }
    std::vector<Trade> trades = proposed_trades();
    for (store::EditedTargets& edited : store::trade_targets(transaction, present().id))
        for (Trade& trade : trades)
            if (trade.code == edited.trade) {
                trade.targets = std::move(edited.targets);
                trade.edited = true;
                trade.edited_by = edited.author;
                trade.edited_at = edited.changed_at;
            }
    auto fresh = std::make_shared<Snapshot>();
    fresh->version = wanted;
    fresh->trades = std::make_shared<const Trades>(std::move(trades));
    fresh->cores = std::make_shared<const Cores>(store::cores(transaction), proposed_core());
    const std::lock_guard lock(mutex_);
    if (!snapshot_ || snapshot_->version < wanted) snapshot_ = fresh;
    return fresh;
}

std::shared_ptr<const Trades> Frameworks::trades(db::Transaction& transaction,
                                                 const db::Versions& versions) {
    return snapshot(transaction, versions)->trades;
}

std::shared_ptr<const Cores> Frameworks::cores(db::Transaction& transaction,
                                               const db::Versions& versions) {
    return snapshot(transaction, versions)->cores;
}

Core Frameworks::core_of(db::Transaction& transaction, const db::Versions& versions,
                         base::OrganisationId organisation, base::Date day) {
    const auto tree = organisations_.tree(transaction, versions);
    return cores(transaction, versions)->of(*tree, organisation, day);
}

base::Result<void> Frameworks::set_trade(base::PersonId by, std::string_view code,
                                         const Targets& targets, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        // First of all, because it locks: nobody else changes one until this is through.
        db::bump_version(transaction, version_name);
        const db::Versions versions(transaction);
        const auto rights = identity_.rights(transaction, versions, by);
        const auto perimeters = rights.perimeters("campus_team");
        if (perimeters.empty())
            return base::unexpected(
                base::Error{base::ErrorKind::forbidden, "frameworks.why_not.campus_team"});
        // From the tables themselves: the snapshot of a transaction that may roll back is not kept.
        Targets before;
        bool known = false;
        for (const Trade& trade : proposed_trades())
            if (trade.code == code) {
                known = true;
                before = trade.targets;
            }
        if (!known)
            return base::unexpected(
                base::Error{base::ErrorKind::not_found, "frameworks.trade_unknown"});
        if (auto why = why_not_targets(present(), targets))
            return base::unexpected(base::Error{base::ErrorKind::invalid, std::move(*why)});
        for (const auto& edited : store::trade_targets(transaction, present().id))
            if (edited.trade == code) before = edited.targets;
        store::put_trade_targets(transaction, present().id, {std::string(code), targets, by, now});
        audit::record(transaction,
                      {.at = now,
                       .actor = by,
                       .role = "campus_team",
                       .perimeter = perimeters.front(),
                       .action = "frameworks.set_trade",
                       .object = "trade",
                       .before = told(before),
                       .after = boost::json::serialize(boost::json::object{
                           {"trade", code}, {"targets", boost::json::value_from(targets)}})});
        return {};
    });
}

base::Result<std::int64_t> Frameworks::set_core(base::PersonId by, const NewCore& given,
                                                base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<std::int64_t> {
        db::bump_version(transaction, version_name);
        const db::Versions versions(transaction);
        const auto rights = identity_.rights(transaction, versions, by);
        const std::string_view role = given.organisation ? "training_office" : "campus_team";
        const bool may = given.organisation ? rights.may(role, *given.organisation)
                                            : !rights.perimeters(role).empty();
        if (!may)
            return base::unexpected(
                base::Error{base::ErrorKind::forbidden, given.organisation
                                                            ? "frameworks.why_not.training_office"
                                                            : "frameworks.why_not.campus_team"});
        if (auto why = why_not_core(given, base::in_paris(now).day))
            return base::unexpected(base::Error{base::ErrorKind::invalid, std::move(*why)});
        const std::int64_t id = store::put_core(transaction, {.organisation = given.organisation,
                                                              .framework = present().id,
                                                              .from = given.from,
                                                              .targets = given.targets,
                                                              .note = given.note,
                                                              .author = by,
                                                              .created_at = now});
        audit::record(transaction,
                      {.at = now,
                       .actor = by,
                       .role = role,
                       .perimeter = given.organisation ? *given.organisation
                                                       : rights.perimeters(role).front(),
                       .action = "frameworks.set_core",
                       .object = "core",
                       .object_id = id,
                       .after = boost::json::serialize(boost::json::object{
                           {"from", base::iso_date(given.from)},
                           {"targets", boost::json::value_from(given.targets)}})});
        return id;
    });
}

}  // namespace frameworks
