// SPDX-License-Identifier: EUPL-1.2
#include "items/editing.hpp"

#include "audit/audit.hpp"
#include "base/text.hpp"
#include "db/database.hpp"
#include "db/versions.hpp"
#include "frameworks/frameworks.hpp"
#include "identity/identity.hpp"
#include "items/store.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <cstdio>

namespace items {
namespace {

using base::ErrorKind;

constexpr std::size_t longest_comment = 2'000;  // characters
constexpr int most_of_competence = 999;

base::Result<void> refuse(std::string_view why_not) {
    return base::unexpected(refusal_of(why_not));
}

// Of an item, for the log of decisions.
std::string told(const ItemRecord& record) {
    boost::json::object object{{"state", name_of(state_of(record))}};
    if (record.published_number) object["version"] = *record.published_number;
    return boost::json::serialize(object);
}

}  // namespace

const ItemVersion* Dossier::version(std::int64_t number) const {
    const auto found = std::ranges::find(versions, number, &ItemVersion::number);
    return found == versions.end() ? nullptr : &*found;
}

const ItemVersion& Dossier::present() const {
    return *version(record.working_number ? *record.working_number
                                          : record.published_number.value());
}

std::vector<base::Reason> reasons_of(const std::vector<Problem>& problems) {
    std::vector<base::Reason> reasons;
    for (const Problem& problem : problems) {
        if (!problem.serious) continue;
        base::Reason reason = problem.reason;
        reason.field = "text";
        reason.values.emplace_back("at", std::to_string(problem.line));
        reasons.push_back(std::move(reason));
    }
    return reasons;
}

Editing::Editing(db::Database& database, Items& items, identity::Identity& identity)
    : database_(database), items_(items), identity_(identity) {}

std::optional<Dossier> Editing::find(db::Transaction& transaction, base::ItemId id) {
    auto record = store::find(transaction, id);
    if (!record) return std::nullopt;
    return Dossier{std::move(*record), store::versions(transaction, id)};
}

std::vector<Listed> Editing::list(db::Transaction& transaction) {
    const auto statistics = items_.statistics(transaction);
    std::vector<Listed> list;
    for (store::Overview& overview : store::all(transaction)) {
        Listed listed{.record = std::move(overview.record),
                      .state = State::draft,
                      .author = overview.author,
                      .changed_at = overview.changed_at,
                      .statistics = {}};
        listed.state = state_of(listed.record);
        listed.text = std::move(overview.text);
        if (const auto found = statistics.find(listed.record.id); found != statistics.end())
            listed.statistics = found->second;
        list.push_back(std::move(listed));
    }
    return list;
}

base::Result<base::ItemId> Editing::create(base::PersonId person, std::string_view competence,
                                           std::string_view text, base::Time now) {
    if (frameworks::present().find(competence) == nullptr)
        return base::unexpected(
            base::Error{ErrorKind::invalid, "items.competence_unknown", "competence"});
    const std::string any_code = std::string(competence) + "-000";
    if (auto reasons = reasons_of(read_item(any_code, text).problems); !reasons.empty())
        return base::unexpected(base::Error{ErrorKind::invalid, std::move(reasons)});
    return database_.write([&](db::Transaction& transaction) -> base::Result<base::ItemId> {
        const std::int64_t revision = db::bump_version(transaction, version_name);
        for (int number = 1; number <= most_of_competence; ++number) {
            char digits[8];
            std::snprintf(digits, sizeof digits, "-%03d", number);
            const std::string code = std::string(competence) + digits;
            if (const auto taken = store::find_by_code(transaction, code)) {
                // The same form sent twice is one item.
                const auto versions = store::versions(transaction, taken->id);
                if (!taken->published_number && versions.front().author == person &&
                    versions.front().text == text)
                    return taken->id;
                continue;
            }
            ItemRecord record;
            record.code = code;
            record.working_number = 1;
            record.working_state = "draft";
            record.revision = revision;
            const base::ItemId id = store::insert(transaction, record).value();
            store::insert_version(transaction, id,
                                  {.number = 1,
                                   .text = std::string(text),
                                   .author = person,
                                   .created_at = now,
                                   .reviewer = {},
                                   .reviewed_at = {},
                                   .comment = {}});
            return id;
        }
        return base::unexpected(
            base::Error{ErrorKind::conflict, "items.competence_full", "competence"});
    });
}

base::Result<void> Editing::change(base::PersonId person, base::ItemId id, std::int64_t revision,
                                   base::Time now, const Logged& logged,
                                   const std::function<bool(const Dossier&)>& done_already,
                                   const Change& apply) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        // First of all, because it locks: nobody else changes an item until this is through.
        const std::int64_t next = db::bump_version(transaction, version_name);
        auto dossier = find(transaction, id);
        if (!dossier) return base::unexpected(base::Error{ErrorKind::not_found, "items.unknown"});
        if (done_already(*dossier)) return {};
        if (dossier->record.revision != revision)
            return base::unexpected(base::Error{ErrorKind::conflict, "items.stale"});
        const std::string before = told(dossier->record);
        if (auto applied = apply(transaction, *dossier); !applied) return applied;
        dossier->record.revision = next;
        store::update(transaction, dossier->record);
        if (logged.action.empty()) return {};
        const auto rights = identity_.rights(transaction, db::Versions(transaction), person);
        audit::Decision decision{.at = now,
                                 .actor = person,
                                 .role = "campus_team",
                                 .action = logged.action,
                                 .object = "item",
                                 .object_id = id.value,
                                 .before = before,
                                 .after = told(dossier->record)};
        if (const auto tops = rights.perimeters("campus_team"); !tops.empty())
            decision.perimeter = tops.front();
        audit::record(transaction, decision);
        return {};
    });
}

base::Result<void> Editing::save(base::PersonId person, base::ItemId id, std::int64_t revision,
                                 std::string_view text, base::Time now) {
    return change(
        person, id, revision, now, {},
        [&](const Dossier& dossier) { return dossier.present().text == text; },
        [&](db::Transaction& transaction, Dossier& dossier) -> base::Result<void> {
            ItemRecord& record = dossier.record;
            if (const auto why = why_not_edit(record)) return refuse(*why);
            if (auto reasons = reasons_of(read_item(record.code, text).problems); !reasons.empty())
                return base::unexpected(base::Error{ErrorKind::invalid, std::move(reasons)});
            ItemVersion version;
            version.text = text;
            version.author = person;
            version.created_at = now;
            if (record.working_number) {
                const ItemVersion& before = dossier.present();
                version.number = before.number;
                // Who sent it back may now write it, and another one reviews.
                if (before.reviewer != person) {
                    version.reviewer = before.reviewer;
                    version.reviewed_at = before.reviewed_at;
                    version.comment = before.comment;
                }
                store::update_version(transaction, id, version);
            } else {
                version.number = dossier.versions.front().number + 1;
                store::insert_version(transaction, id, version);
                record.working_number = version.number;
            }
            record.working_state = "draft";
            return {};
        });
}

base::Result<void> Editing::ask_review(base::PersonId person, base::ItemId id,
                                       std::int64_t revision, base::Time now) {
    return change(
        person, id, revision, now, {.action = "items.ask_review"},
        [](const Dossier& dossier) { return state_of(dossier.record) == State::review; },
        [&](db::Transaction&, Dossier& dossier) -> base::Result<void> {
            if (const auto why = why_not_ask_review(dossier.record)) return refuse(*why);
            dossier.record.working_state = "review";
            return {};
        });
}

base::Result<void> Editing::publish(base::PersonId person, base::ItemId id, std::int64_t revision,
                                    base::Time now) {
    return change(
        person, id, revision, now, {.action = "items.publish"},
        [&](const Dossier& dossier) {
            return !dossier.record.working_number && dossier.present().reviewer == person;
        },
        [&](db::Transaction& transaction, Dossier& dossier) -> base::Result<void> {
            ItemRecord& record = dossier.record;
            ItemVersion version = record.working_number ? dossier.present() : ItemVersion{};
            if (const auto why = why_not_publish(record, version.author, person))
                return refuse(*why);
            version.reviewer = person;
            version.reviewed_at = now;
            // A load may have published a later one meanwhile: numbers follow the publication.
            if (version.number != dossier.versions.front().number) {
                version.number = dossier.versions.front().number + 1;
                store::insert_version(transaction, id, version);
            } else {
                store::update_version(transaction, id, version);
            }
            record.published_number = version.number;
            record.working_number.reset();
            record.working_state.clear();
            return {};
        });
}

base::Result<void> Editing::send_back(base::PersonId person, base::ItemId id, std::int64_t revision,
                                      std::string_view comment, base::Time now) {
    const auto said = base::trim(comment);
    if (said.empty())
        return base::unexpected(
            base::Error{ErrorKind::invalid, "items.comment_missing", "comment"});
    if (base::length(said) > longest_comment)
        return base::unexpected(base::Error{
            ErrorKind::invalid,
            base::Reason{
                "items.comment_long", "comment", {{"most", std::to_string(longest_comment)}}}});
    return change(
        person, id, revision, now, {.action = "items.return"},
        [&](const Dossier& dossier) {
            const ItemVersion& present = dossier.present();
            return dossier.record.working_state == "draft" && present.reviewer == person &&
                   present.comment == said;
        },
        [&](db::Transaction& transaction, Dossier& dossier) -> base::Result<void> {
            ItemVersion version = dossier.record.working_number ? dossier.present() : ItemVersion{};
            if (const auto why = why_not_send_back(dossier.record, version.author, person))
                return refuse(*why);
            version.reviewer = person;
            version.reviewed_at = now;
            version.comment = said;
            store::update_version(transaction, id, version);
            dossier.record.working_state = "draft";
            return {};
        });
}

base::Result<void> Editing::retire(base::PersonId person, base::ItemId id, std::int64_t revision,
                                   base::Time now) {
    return change(
        person, id, revision, now, {.action = "items.retire"},
        [](const Dossier& dossier) { return dossier.record.retired_at.has_value(); },
        [&](db::Transaction&, Dossier& dossier) -> base::Result<void> {
            if (const auto why = why_not_retire(dossier.record)) return refuse(*why);
            dossier.record.retired_at = now;
            return {};
        });
}

base::Result<void> Editing::restore(base::PersonId person, base::ItemId id, std::int64_t revision,
                                    base::Time now) {
    return change(
        person, id, revision, now, {.action = "items.restore"},
        [](const Dossier& dossier) { return !dossier.record.retired_at; },
        [&](db::Transaction&, Dossier& dossier) -> base::Result<void> {
            if (const auto why = why_not_restore(dossier.record)) return refuse(*why);
            dossier.record.retired_at.reset();
            return {};
        });
}

}  // namespace items
