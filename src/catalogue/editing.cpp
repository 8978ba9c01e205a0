// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/editing.hpp"

#include "audit/audit.hpp"
#include "base/text.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/store.hpp"
#include "catalogue/themes.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace catalogue {
namespace {

using base::ErrorKind;

// Within it, the same draft by the same person is a form sent twice.
constexpr std::chrono::minutes same_form{10};
constexpr std::size_t longest_stem = 74;  // leaves room for "-99999" in the 80 bytes of a slug
constexpr std::size_t longest_comment = 2'000;  // characters

base::Date day_of(base::Time time) {
    return std::chrono::floor<std::chrono::days>(time);
}

std::string content_of(const Offer& offer) {
    return boost::json::serialize(to_json(offer));
}

bool is_expired(const Offer& offer, base::Date today) {
    return offer.expires_on && *offer.expires_on < today;
}

Actor actor_of(const identity::Rights& rights, base::PersonId person,
               base::OrganisationId organisation) {
    return {person, rights.may("organiser", organisation), rights.may("campus_team", organisation)};
}

std::string stem_of(const Offer& offer) {
    std::string stem = base::slug(offer.title).substr(0, longest_stem);
    while (stem.ends_with('-')) stem.pop_back();
    return stem.empty() ? "offre" : stem;
}

base::Result<void> refuse(std::string_view why_not) {
    return base::unexpected(refusal_of(why_not));
}

// Of an offer, for the log of decisions.
std::string told(const OfferRecord& record) {
    boost::json::object object{{"state", name_of(state_of(record, false))}};
    if (record.published_number) object["version"] = *record.published_number;
    return boost::json::serialize(object);
}

}  // namespace

const OfferVersion* Dossier::version(std::int64_t number) const {
    const auto found = std::ranges::find(versions, number, &OfferVersion::number);
    return found == versions.end() ? nullptr : &*found;
}

const OfferVersion& Dossier::present() const {
    return *version(record.working_number ? *record.working_number : *record.published_number);
}

Editing::Editing(db::Database& database, Catalogue& catalogue, identity::Identity& identity)
    : database_(database), catalogue_(catalogue), identity_(identity) {}

base::Result<Dossier> Editing::find(db::Transaction& transaction, base::PersonId person,
                                    base::OfferId id, base::Date today) {
    auto record = store::find(transaction, id);
    if (!record)
        return base::unexpected(base::Error{ErrorKind::not_found, "catalogue.offer_unknown"});
    const db::Versions counters(transaction);
    const auto rights = identity_.rights(transaction, counters, person);
    const Actor actor = actor_of(rights, person, record->organisation);
    if (!actor.may_see())
        return base::unexpected(base::Error{ErrorKind::forbidden, "catalogue.editing.not_yours"});
    Dossier dossier{std::move(*record), store::versions(transaction, id), {}, false, actor};
    dossier.offer = store::read_content(dossier.present().content);
    if (dossier.record.published_number)
        dossier.expired = is_expired(
            store::read_content(dossier.version(*dossier.record.published_number)->content), today);
    return dossier;
}

std::vector<Listed> Editing::list(db::Transaction& transaction, const db::Versions& counters,
                                  const identity::Rights& rights, base::PersonId person,
                                  base::Date today) {
    std::vector<base::OrganisationId> mine;
    for (const auto& [organisation, depth] : rights.tree().in_order())
        if (actor_of(rights, person, organisation->id).may_see()) mine.push_back(organisation->id);
    const auto found = store::of_organisations(transaction, db::json_ids(mine));

    // Only an offer that readers do not see can have expired.
    const auto published = catalogue_.published(transaction, counters, today);
    std::vector<base::OfferId> unseen;
    for (const auto& overview : found)
        if (overview.record.published_number && !published->find(overview.record.id))
            unseen.push_back(overview.record.id);
    std::vector<base::OfferId> expired;
    store::for_contents(transaction, db::json_ids(unseen), [&](const store::ChangedOffer& offer) {
        if (is_expired(store::read_content(offer.content), today)) expired.push_back(offer.id);
    });
    std::ranges::sort(expired);

    std::vector<Listed> list;
    list.reserve(found.size());
    for (const auto& overview : found) {
        const OfferRecord& record = overview.record;
        const Actor actor = actor_of(rights, person, record.organisation);
        list.push_back({record, state_of(record, std::ranges::binary_search(expired, record.id)),
                        waits_for(record, actor, overview.author), overview.sent_back,
                        overview.changed_at});
    }
    std::ranges::stable_partition(list, &Listed::waits);
    return list;
}

void Editing::with_titles(db::Transaction& transaction, std::vector<Listed>& list) {
    std::vector<base::OfferId> ids;
    for (const Listed& listed : list) ids.push_back(listed.record.id);
    const auto titles = catalogue_.titles(transaction, ids);
    for (Listed& listed : list) listed.title = titles.at(listed.record.id).title;
}

base::Result<base::OfferId> Editing::create(base::PersonId person,
                                            base::OrganisationId organisation, const Offer& offer,
                                            base::Time now) {
    if (auto problems = problems_of(offer, catalogue_.themes()); !problems.empty())
        return base::unexpected(base::Error{ErrorKind::invalid, std::move(problems)});
    const std::string content = content_of(offer);
    return database_.write([&](db::Transaction& transaction) -> base::Result<base::OfferId> {
        const std::int64_t revision = db::bump_version(transaction, version_name);
        const auto rights = identity_.rights(transaction, db::Versions(transaction), person);
        if (!rights.may("organiser", organisation))
            return base::unexpected(base::Error{
                ErrorKind::forbidden, "catalogue.editing.not_your_organisation", "organisation"});
        OfferRecord record{.id = {}, .slug = stem_of(offer), .organisation = organisation};
        record.working_number = 1;
        record.working_state = "draft";
        record.revision = revision;
        const std::string stem = record.slug;
        for (int number = 2;; ++number) {
            const auto taken = store::find_by_slug(transaction, record.slug);
            if (!taken) break;
            const auto first = store::find_version(transaction, *taken, 1);
            if (first && first->author == person && first->content == content &&
                now - first->created_at < same_form)
                return *taken;
            record.slug = stem + "-" + std::to_string(number);
        }
        const base::OfferId id = store::insert(transaction, record).value();
        store::insert_version(
            transaction, id,
            {.number = 1, .content = content, .author = person, .created_at = now});
        return id;
    });
}

base::Error Editing::stale(db::Transaction& transaction, const Dossier& dossier) {
    const OfferVersion& present = dossier.present();
    const bool reviewed = present.reviewed_at && *present.reviewed_at >= present.created_at;
    const auto who = reviewed ? present.reviewer : present.author;
    const auto person = who ? identity_.find(transaction, *who) : std::nullopt;
    if (!person) return {ErrorKind::conflict, "catalogue.editing.stale_by_import"};
    return {ErrorKind::conflict,
            base::Reason{"catalogue.editing.stale", "", {{"who", person->full_name()}}}};
}

base::Result<void> Editing::change(base::PersonId person, base::OfferId id, std::int64_t revision,
                                   base::Time now, const Logged& logged,
                                   const std::function<bool(const Dossier&)>& done_already,
                                   const Change& apply) {
    return database_.write([&](db::Transaction& transaction) -> base::Result<void> {
        // First of all, because it locks: nobody else changes an offer until this is through.
        const std::int64_t next = db::bump_version(transaction, version_name);
        auto dossier = find(transaction, person, id, day_of(now));
        if (!dossier) return base::unexpected(std::move(dossier.error()));
        if (done_already(*dossier)) return {};
        if (dossier->record.revision != revision)
            return base::unexpected(stale(transaction, *dossier));
        const std::string before = told(dossier->record);
        if (auto applied = apply(transaction, *dossier); !applied) return applied;
        dossier->record.revision = next;
        store::update(transaction, dossier->record);
        if (!logged.action.empty())
            audit::record(transaction, {.at = now,
                                        .actor = person,
                                        .role = logged.role,
                                        .perimeter = dossier->record.organisation,
                                        .action = logged.action,
                                        .object = "offer",
                                        .object_id = id.value,
                                        .before = before,
                                        .after = told(dossier->record)});
        return {};
    });
}

base::Result<void> Editing::save(base::PersonId person, base::OfferId id, std::int64_t revision,
                                 const Offer& offer, base::Time now) {
    const std::string content = content_of(offer);
    return change(
        person, id, revision, now, {},
        [&](const Dossier& dossier) {
            return dossier.actor.organiser && dossier.present().content == content;
        },
        [&](db::Transaction& transaction, Dossier& dossier) -> base::Result<void> {
            OfferRecord& record = dossier.record;
            if (const auto why = why_not_edit(record, dossier.actor)) return refuse(*why);
            if (auto problems = problems_of(offer, catalogue_.themes()); !problems.empty())
                return base::unexpected(base::Error{ErrorKind::invalid, std::move(problems)});
            OfferVersion version{
                .number = 0, .content = content, .author = person, .created_at = now};
            if (record.working_number) {
                const OfferVersion& before = dossier.present();
                version.number = before.number;
                version.reviewer = before.reviewer;
                version.reviewed_at = before.reviewed_at;
                version.comment = before.comment;
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

base::Result<void> Editing::propose(base::PersonId person, base::OfferId id, std::int64_t revision,
                                    base::Time now) {
    return change(
        person, id, revision, now, {.action = "catalogue.propose"},
        [](const Dossier& dossier) {
            return dossier.actor.organiser && dossier.record.is_proposed();
        },
        [&](db::Transaction&, Dossier& dossier) -> base::Result<void> {
            if (const auto why = why_not_propose(dossier.record, dossier.actor))
                return refuse(*why);
            auto problems = problems_of(dossier.offer, catalogue_.themes());
            std::ranges::move(problems_for_publication(dossier.offer),
                              std::back_inserter(problems));
            if (!problems.empty())
                return base::unexpected(base::Error{ErrorKind::invalid, std::move(problems)});
            dossier.record.working_state = "proposed";
            return {};
        });
}

base::Result<void> Editing::publish(base::PersonId person, base::OfferId id, std::int64_t revision,
                                    base::Time now) {
    return change(
        person, id, revision, now, {.action = "catalogue.publish", .role = "campus_team"},
        [&](const Dossier& dossier) {
            return !dossier.record.working_number && dossier.present().reviewer == person;
        },
        [&](db::Transaction& transaction, Dossier& dossier) -> base::Result<void> {
            OfferRecord& record = dossier.record;
            OfferVersion version = dossier.present();
            if (const auto why = why_not_publish(record, dossier.actor, version.author))
                return refuse(*why);
            version.reviewer = person;
            version.reviewed_at = now;
            // An import may have published a later one meanwhile: numbers follow the publication.
            if (version.number != dossier.versions.front().number) {
                version.number = dossier.versions.front().number + 1;
                store::insert_version(transaction, id, version);
            } else {
                store::update_version(transaction, id, version);
            }
            record.published_number = version.number;
            if (!record.published_at) record.published_at = now;
            record.working_number.reset();
            record.working_state.clear();
            return {};
        });
}

base::Result<void> Editing::send_back(base::PersonId person, base::OfferId id,
                                      std::int64_t revision, std::string_view comment,
                                      base::Time now) {
    const auto said = base::trim(comment);
    if (said.empty())
        return base::unexpected(
            base::Error{ErrorKind::invalid, "catalogue.editing.comment_missing", "comment"});
    if (base::length(said) > longest_comment)
        return base::unexpected(base::Error{
            ErrorKind::invalid, base::Reason{"catalogue.problem.too_long",
                                             "comment",
                                             {{"most", std::to_string(longest_comment)}}}});
    return change(
        person, id, revision, now, {.action = "catalogue.return", .role = "campus_team"},
        [&](const Dossier& dossier) {
            const OfferVersion& present = dossier.present();
            return dossier.record.is_draft() && present.reviewer == person &&
                   present.comment == said;
        },
        [&](db::Transaction& transaction, Dossier& dossier) -> base::Result<void> {
            if (const auto why = why_not_send_back(dossier.record, dossier.actor))
                return refuse(*why);
            OfferVersion version = dossier.present();
            version.reviewer = person;
            version.reviewed_at = now;
            version.comment = said;
            store::update_version(transaction, id, version);
            dossier.record.working_state = "draft";
            return {};
        });
}

base::Result<void> Editing::retire(base::PersonId person, base::OfferId id, std::int64_t revision,
                                   base::Time now) {
    return change(
        person, id, revision, now, {.action = "catalogue.retire"},
        [](const Dossier& dossier) { return dossier.record.retired_at.has_value(); },
        [&](db::Transaction&, Dossier& dossier) -> base::Result<void> {
            if (const auto why = why_not_retire(dossier.record, dossier.actor)) return refuse(*why);
            dossier.record.retired_at = now;
            return {};
        });
}

base::Result<void> Editing::restore(base::PersonId person, base::OfferId id, std::int64_t revision,
                                    base::Time now) {
    return change(
        person, id, revision, now, {.action = "catalogue.restore"},
        [](const Dossier& dossier) { return !dossier.record.retired_at; },
        [&](db::Transaction&, Dossier& dossier) -> base::Result<void> {
            if (const auto why = why_not_restore(dossier.record, dossier.actor))
                return refuse(*why);
            dossier.record.retired_at.reset();
            return {};
        });
}

}  // namespace catalogue
