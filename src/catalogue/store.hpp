// SPDX-License-Identifier: EUPL-1.2
// All SQL on offers and offer_versions.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "catalogue/catalogue.hpp"

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

// The row of an offer without its contents.
struct OfferRow {
    base::OfferId id;
    std::string slug;
    base::OrganisationId organisation;
    std::optional<std::int64_t> published_number;
    std::optional<base::Time> published_at;
    std::optional<std::int64_t> working_number;
    std::string working_state;  // "", draft, proposed
    std::optional<base::Time> retired_at;
    std::int64_t revision = 0;
};

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
    OfferRow row;
    std::string content;
};
std::vector<Stored> all(db::Transaction&);
std::vector<OfferRow> of_organisations(db::Transaction&, std::string_view json_ids);

std::optional<OfferRow> find(db::Transaction&, base::OfferId);
std::optional<base::OfferId> find_by_slug(db::Transaction&, std::string_view slug);
// The id, or nothing when the slug is taken.
std::optional<base::OfferId> insert(db::Transaction&, const OfferRow&);
void update(db::Transaction&, const OfferRow&);

struct Version {
    std::int64_t number = 0;
    std::string content;
    std::optional<base::PersonId> author;
    base::Time created_at{};
    std::optional<base::PersonId> reviewer;
    std::optional<base::Time> reviewed_at;
    std::string comment;
};
void insert_version(db::Transaction&, base::OfferId, const Version&);
// Replaces content, author and review of a version that was never published.
void update_version(db::Transaction&, base::OfferId, const Version&);
std::optional<Version> find_version(db::Transaction&, base::OfferId, std::int64_t number);
std::vector<Version> versions(db::Transaction&, base::OfferId);  // newest first

}  // namespace catalogue::store
