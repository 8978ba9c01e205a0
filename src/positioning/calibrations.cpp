// SPDX-License-Identifier: EUPL-1.2
// What a calibration proposes, and a person decides.
#include "audit/audit.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "positioning/positioning.hpp"
#include "positioning/store.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace positioning {
namespace {

// The latest: some two million answers, half a gigabyte while they come from PostgreSQL, and
// minutes. Older ones would hide what has changed since.
constexpr int most_tests = 50'000;

void record(db::Transaction& transaction, base::PersonId by, std::string_view action,
            std::int64_t proposal, std::size_t items, base::Time now) {
    audit::record(transaction,
                  {.at = now,
                   .actor = by,
                   .role = "campus_team",
                   .action = action,
                   .object = "calibration",
                   .object_id = proposal,
                   .after = boost::json::serialize(boost::json::object{{"items", items}})});
}

base::unexpected<base::Error> decided() {
    return base::unexpected(base::Error{base::ErrorKind::conflict, "positioning.why_not.decided"});
}

}  // namespace

Proposal Positioning::propose(base::Time now) {
    // Reading and computing take their time: no transaction that writes waits for them.
    std::shared_ptr<const Measure> measure;
    const auto answerers = database_.read([&](db::Transaction& transaction) {
        measure = this->measure(transaction, db::Versions(transaction));
        return store::answerers(transaction, most_tests);
    });
    Proposal proposal = calibrate(*measure, answerers);
    if (proposal.answers == 0) return proposal;  // what waits for a decision goes on waiting
    database_.write(
        [&](db::Transaction& transaction) { store::replace_proposal(transaction, proposal, now); });
    return proposal;
}

std::optional<Positioning::Proposed> Positioning::proposed(db::Transaction& transaction) {
    auto found = store::proposed(transaction);
    if (!found) return found;
    const auto bank = items_.bank(transaction, db::Versions(transaction));
    // Of an item that was retired meanwhile nothing is proposed.
    std::erase_if(found->proposal.items,
                  [&](const ProposedItem& one) { return bank->find(one.item) == nullptr; });
    for (ProposedItem& one : found->proposal.items) one.before = bank->find(one.item)->parameters;
    return found;
}

base::Result<void> Positioning::approve_those(
    base::PersonId by, std::int64_t id, base::Time now,
    const std::function<bool(const ProposedItem&)>& chosen) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        // Two who decide at once take turns.
        if (!store::lock_open(transaction, id)) return decided();
        const auto open = proposed(transaction);
        std::vector<items::Calibrated> all;
        for (const ProposedItem& one : open->proposal.items)
            if (chosen(one)) all.push_back({one.item, one.after, one.answers, false});
        if (all.empty()) return decided();
        items_.set_parameters(transaction, all, by, now);
        // The log of decisions has each of them; here stays what is not decided.
        store::remove_items(transaction, id, all);
        if (all.size() == open->proposal.items.size())
            store::decide(transaction, id, true, by, now);
        record(transaction, by, "positioning.approve", id, all.size(), now);
        return {};
    });
}

base::Result<void> Positioning::approve(base::PersonId by, std::int64_t id,
                                        std::span<const base::ItemId> chosen, base::Time now) {
    if (chosen.empty())
        return base::unexpected(
            base::Error{base::ErrorKind::invalid, "positioning.why_not.none_chosen", "items"});
    return approve_those(by, id, now, [&](const ProposedItem& one) {
        return std::ranges::find(chosen, one.item) != chosen.end();
    });
}

base::Result<void> Positioning::approve_good(base::PersonId by, std::int64_t id, base::Time now) {
    return approve_those(by, id, now, &ProposedItem::good);
}

base::Result<void> Positioning::turn_down(base::PersonId by, std::int64_t id, base::Time now) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        if (!store::decide(transaction, id, false, by, now)) return decided();
        record(transaction, by, "positioning.refuse", id, 0, now);
        return {};
    });
}

}  // namespace positioning
