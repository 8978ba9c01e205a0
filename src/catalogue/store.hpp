// SPDX-License-Identifier: EUPL-1.2
// All SQL on offers and offer_versions.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/rules.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catalogue {

// The counter of db/versions.hpp that every change of an offer bumps.
inline constexpr std::string_view version_name = "catalogue";

}  // namespace catalogue

namespace catalogue::store {

// What was stored was checked when it went in; if it cannot be read now, that is a bug and throws.
Offer read_content(std::string_view content);

// What the index needs of one offer that changed; content is empty when it left the catalogue.
struct ChangedOffer {
    base::OfferId id;
    std::string_view slug;
    base::OrganisationId organisation;
    base::Time published_at{};
    std::string_view content;
};
void for_changed(db::Transaction&, std::int64_t after_revision,
                 const std::function<void(const ChangedOffer&)>&);

// The same for offers by id, in whatever state; organisation and published_at are not filled.
void for_contents(db::Transaction&, std::string_view json_ids,
                  const std::function<void(const ChangedOffer&)>&);

struct Stored {  // an offer and its published content, as an import compares them
    OfferRecord row;
    std::string content;
};
std::vector<Stored> all(db::Transaction&);
// Those of these organisations, latest changed first, with what their list tells.
struct Overview {
    OfferRecord record;
    std::optional<base::PersonId> author;  // of the working version
    bool sent_back = false;
    base::Time changed_at{};
};
std::vector<Overview> of_organisations(db::Transaction&, std::string_view json_ids);

std::optional<OfferRecord> find(db::Transaction&, base::OfferId);
std::optional<base::OfferId> find_by_slug(db::Transaction&, std::string_view slug);
// The id, or nothing when the slug is taken.
std::optional<base::OfferId> insert(db::Transaction&, const OfferRecord&);
void update(db::Transaction&, const OfferRecord&);

void insert_version(db::Transaction&, base::OfferId, const OfferVersion&);
// Replaces content, author and review of a version that was never published.
void update_version(db::Transaction&, base::OfferId, const OfferVersion&);
std::optional<OfferVersion> find_version(db::Transaction&, base::OfferId, std::int64_t number);
std::vector<OfferVersion> versions(db::Transaction&, base::OfferId);  // newest first

}  // namespace catalogue::store
