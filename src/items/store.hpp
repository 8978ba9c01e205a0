// SPDX-License-Identifier: EUPL-1.2
// All SQL on items, item_versions, item_parameters, item_uses and item_seconds.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "items/items.hpp"
#include "items/rules.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace items {

// The counter of db/versions.hpp that every change of an item bumps.
inline constexpr std::string_view version_name = "items";

}  // namespace items

namespace items::store {

struct Published {
    base::ItemId id;
    std::string code;
    std::int64_t number = 0;
    bool seeded = true;
    std::optional<Parameters> parameters;  // nothing: not calibrated
};
std::vector<Published> published(db::Transaction&);  // by code
std::optional<std::string> text(db::Transaction&, base::ItemId, std::int64_t number);
// The published texts of items that changed after that revision; valid inside the callback.
void for_texts(db::Transaction&, std::int64_t after_revision,
               const std::function<void(base::ItemId, std::string_view)>&);

// An item with what the list tells of its newest version.
struct Overview {
    ItemRecord record;
    std::string text;  // of the working version, else the published one
    std::optional<base::PersonId> author;
    base::Time changed_at{};
};
std::vector<Overview> all(db::Transaction&);
std::optional<ItemRecord> find(db::Transaction&, base::ItemId);
std::optional<ItemRecord> find_by_code(db::Transaction&, std::string_view code);
// The id, or nothing when the code is taken.
std::optional<base::ItemId> insert(db::Transaction&, const ItemRecord&);
void update(db::Transaction&, const ItemRecord&);

std::vector<ItemVersion> versions(db::Transaction&, base::ItemId);  // newest first
void insert_version(db::Transaction&, base::ItemId, const ItemVersion&);
void update_version(db::Transaction&, base::ItemId, const ItemVersion&);

void put_parameters(db::Transaction&, const Calibrated&, base::PersonId by, base::Time now);
void set_seeded(db::Transaction&, base::ItemId, bool seeded);
void add_uses(db::Transaction&, base::ItemId, const Statistics& more);
void add_seconds(db::Transaction&, base::ItemId, int bucket, std::int64_t count);
std::map<base::ItemId, Statistics> statistics(db::Transaction&);
std::map<base::ItemId, int> typical_seconds(db::Transaction&, std::span<const base::ItemId>);

// The bucket that a time falls into, and its middle in seconds.
int bucket_of(int seconds);
int seconds_of(int bucket);

}  // namespace items::store
