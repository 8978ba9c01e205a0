// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/catalogue.hpp"

#include "catalogue/store.hpp"
#include "catalogue/themes.hpp"
#include "db/database.hpp"
#include "db/json_ids.hpp"
#include "db/versions.hpp"
#include "identity/identity.hpp"
#include "organisations/organisations.hpp"

#include <algorithm>

namespace catalogue {

// The offers of the last index, so that a change costs the work of what changed.
struct Catalogue::Prepared {
    struct Entry {
        std::shared_ptr<const Indexed> indexed;
        base::OrganisationId owner;
    };
    std::int64_t version = 0;
    std::map<base::OfferId, Entry> offers;
};

Catalogue::Catalogue(db::Database& database, organisations::Organisations& organisations,
                     identity::Identity& identity, const Themes& themes, const Synonyms& synonyms)
    : database_(database),
      organisations_(organisations),
      identity_(identity),
      themes_(themes),
      synonyms_(synonyms),
      prepared_(std::make_unique<Prepared>()) {}

Catalogue::~Catalogue() = default;

const Offer* Published::find(base::OfferId id) const {
    const std::size_t position = index.find(id);
    return position == index.size() ? nullptr : &index.at(position).offer;
}

Bits Published::open_to(const Reader& reader) const {
    Bits open(index.size());
    for (const auto& [eligibility, offers] : by_eligibility)
        if (!why_not_take(eligibility, reader)) open |= offers;
    return open;
}

std::shared_ptr<const Published> Catalogue::published(db::Transaction& transaction,
                                                      const db::Versions& versions,
                                                      base::Date today) {
    const std::int64_t wanted = versions.of(version_name);
    const std::lock_guard lock(mutex_);
    if (published_ && published_->version >= wanted && published_->day == today) return published_;

    store::for_changed(transaction, prepared_->version, [&](const store::ChangedOffer& changed) {
        if (changed.content.empty()) {
            prepared_->offers.erase(changed.id);
            return;
        }
        prepared_->offers[changed.id] = {
            prepare({changed.id, std::string{changed.slug}, store::read_content(changed.content),
                     changed.published_at}),
            changed.organisation};
    });
    prepared_->version = std::max(wanted, prepared_->version);

    std::vector<std::shared_ptr<const Indexed>> shown;
    for (const auto& [id, entry] : prepared_->offers) {
        const Offer& offer = source_of(*entry.indexed).offer;
        if (offer.visible && (!offer.expires_on || *offer.expires_on >= today))
            shown.push_back(entry.indexed);
    }
    Index index(std::move(shown), synonyms_);
    std::vector<base::OrganisationId> owners;
    std::vector<std::pair<Eligibility, Bits>> by_eligibility;
    for (std::size_t i = 0; i < index.size(); ++i) {
        owners.push_back(prepared_->offers.at(index.at(i).id).owner);
        const Eligibility& rule = index.at(i).offer.eligibility;
        auto group = std::find_if(by_eligibility.begin(), by_eligibility.end(),
                                  [&](const auto& known) { return known.first == rule; });
        if (group == by_eligibility.end())
            group = by_eligibility.insert(group, {rule, Bits(index.size())});
        group->second.set(i);
    }
    published_ = std::make_shared<const Published>(Published{
        prepared_->version, today, std::move(index), std::move(owners), std::move(by_eligibility)});
    return published_;
}

std::optional<Reader> Catalogue::reader(db::Transaction& transaction, const db::Versions& versions,
                                        std::optional<base::PersonId> person, base::Date today) {
    if (!person) return std::nullopt;
    Reader reader{*person, {}, false, {}};
    if (const auto affiliation = identity_.affiliation(transaction, *person, today)) {
        reader.population = affiliation->population;
        reader.contractor = affiliation->contractor;
        const auto tree = organisations_.tree(transaction, versions);
        for (const auto* organisation : tree->chain(affiliation->organisation))
            reader.organisations.push_back(organisation->code);
    }
    return reader;
}

std::map<base::OfferId, OfferTitle> Catalogue::titles(db::Transaction& transaction,
                                                      const std::vector<base::OfferId>& ids) {
    std::map<base::OfferId, OfferTitle> titles;
    std::vector<base::OfferId> unknown;
    {
        // What a node has in memory may be a moment old; a title may be, too.
        const std::lock_guard lock(mutex_);
        for (const base::OfferId id : ids) {
            const std::size_t at = published_ ? published_->index.find(id) : 0;
            if (!published_ || at == published_->index.size()) {
                unknown.push_back(id);
                continue;
            }
            const IndexedOffer& known = published_->index.at(at);
            titles[id] = {known.slug, known.offer.shown_title(), known.offer.fictitious};
        }
    }
    if (!unknown.empty())
        store::for_contents(
            transaction, db::json_ids(unknown), [&](const store::ChangedOffer& found) {
                const Offer offer = store::read_content(found.content);
                titles[found.id] = {std::string{found.slug}, offer.shown_title(), offer.fictitious};
            });
    return titles;
}

std::vector<Exported> Catalogue::exported(db::Transaction& transaction,
                                          const db::Versions& versions, base::Date today) {
    const auto shown = published(transaction, versions, today);
    std::vector<Exported> offers;
    offers.reserve(shown->index.size());
    for (std::size_t i = 0; i < shown->index.size(); ++i) {
        const IndexedOffer& indexed = shown->index.at(i);
        offers.push_back({indexed.slug, indexed.offer, indexed.published_at, indexed.id});
    }
    std::sort(offers.begin(), offers.end(),
              [](const Exported& a, const Exported& b) { return a.slug < b.slug; });
    return offers;
}

}  // namespace catalogue
