// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/store.hpp"

#include "db/database.hpp"

#include <boost/json.hpp>

namespace catalogue::store {
namespace {

db::Value or_null(const std::optional<std::int64_t>& value) {
    return {value};
}

db::Value or_null(const std::optional<base::Time>& time) {
    return time ? db::Value{base::to_epoch(*time)} : db::Value{};
}

db::Value or_null(const std::optional<base::PersonId>& person) {
    return person ? db::Value{person->value} : db::Value{};
}

db::Value text_or_null(const std::string& text) {
    return text.empty() ? db::Value{} : db::Value{text};
}

std::optional<base::Time> time_at(const db::Row& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return base::from_epoch(row.integer(column));
}

std::optional<base::PersonId> person_at(const db::Row& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return base::PersonId{row.integer(column)};
}

OfferRecord offer_from(const db::Row& row) {
    return {{row.integer(0)},
            std::string{row.text(1)},
            {row.integer(2)},
            row.optional_integer(3),
            time_at(row, 4),
            row.optional_integer(5),
            row.optional_text(6).value_or(""),
            time_at(row, 7),
            row.integer(8)};
}

OfferVersion version_from(const db::Row& row) {
    return {row.integer(0),          std::string{row.text(1)},
            person_at(row, 2),       base::from_epoch(row.integer(3)),
            person_at(row, 4),       time_at(row, 5),
            std::string{row.text(6)}};
}

}  // namespace

Offer read_content(std::string_view content) {
    auto offer = offer_from_json(boost::json::parse(content));
    if (!offer) throw std::logic_error("an offer in the database cannot be read");
    return std::move(*offer);
}

constexpr db::Query select_changed{"catalogue.changed", R"sql(
    SELECT o.id, o.slug, o.organisation_id, o.published_at,
           CASE WHEN o.retired_at IS NULL THEN v.content END
    FROM offers o
    LEFT JOIN offer_versions v ON v.offer_id = o.id AND v.number = o.published_number
    WHERE o.revision > $1
)sql"};

void for_changed(db::Transaction& transaction, std::int64_t after_revision,
                 const std::function<void(const ChangedOffer&)>& on_offer) {
    transaction.run(select_changed, {after_revision}, [&](const db::Row& row) {
        on_offer({{row.integer(0)},
                  row.text(1),
                  {row.integer(2)},
                  time_at(row, 3).value_or(base::Time{}),
                  row.is_null(4) ? std::string_view{} : row.text(4)});
    });
}

// The newest version of each, published or not, is good enough to name it.
constexpr db::Query select_contents{"catalogue.contents", R"sql(
    SELECT o.id, o.slug, v.content
    FROM offers o
    JOIN offer_versions v ON v.offer_id = o.id
                         AND v.number = coalesce(o.published_number, o.working_number)
    WHERE o.id IN (SELECT value FROM json_each(CAST($1 AS text)) AS ids)
)sql"};

void for_contents(db::Transaction& transaction, std::string_view json_ids,
                  const std::function<void(const ChangedOffer&)>& on_offer) {
    transaction.run(select_contents, {json_ids}, [&](const db::Row& row) {
        on_offer({{row.integer(0)}, row.text(1), {}, {}, row.text(2)});
    });
}

constexpr db::Query select_all{"catalogue.all_by_slug", R"sql(
    SELECT o.id, o.slug, o.organisation_id, o.published_number, o.published_at, o.working_number,
           o.working_state, o.retired_at, o.revision, v.content
    FROM offers o
    LEFT JOIN offer_versions v ON v.offer_id = o.id AND v.number = o.published_number
)sql"};

std::vector<Stored> all(db::Transaction& transaction) {
    std::vector<Stored> found;
    transaction.run(select_all, {}, [&](const db::Row& row) {
        found.push_back({offer_from(row), row.optional_text(9).value_or("")});
    });
    return found;
}

constexpr db::Query select_offer{"catalogue.offer", R"sql(
    SELECT id, slug, organisation_id, published_number, published_at, working_number,
           working_state, retired_at, revision
    FROM offers WHERE id = $1
)sql"};

std::optional<OfferRecord> find(db::Transaction& transaction, base::OfferId id) {
    std::optional<OfferRecord> found;
    transaction.run(select_offer, {id.value}, [&](const db::Row& row) { found = offer_from(row); });
    return found;
}

constexpr db::Query select_by_organisations{"catalogue.of_organisations", R"sql(
    SELECT o.id, o.slug, o.organisation_id, o.published_number, o.published_at, o.working_number,
           o.working_state, o.retired_at, o.revision, w.author_id,
           coalesce(w.comment, ''), coalesce(o.retired_at, w.created_at, p.reviewed_at, 0)
    FROM offers o
    LEFT JOIN offer_versions w ON w.offer_id = o.id AND w.number = o.working_number
    LEFT JOIN offer_versions p ON p.offer_id = o.id AND p.number = o.published_number
    WHERE o.organisation_id IN (SELECT value FROM json_each(CAST($1 AS text)))
    ORDER BY o.revision DESC, o.id
)sql"};

std::vector<Overview> of_organisations(db::Transaction& transaction, std::string_view json_ids) {
    std::vector<Overview> found;
    transaction.run(select_by_organisations, {json_ids}, [&](const db::Row& row) {
        Overview overview{offer_from(row), person_at(row, 9), false,
                          base::from_epoch(row.integer(11))};
        overview.sent_back = overview.record.is_draft() && !row.text(10).empty();
        found.push_back(std::move(overview));
    });
    return found;
}

constexpr db::Query select_by_slug{"catalogue.by_slug", R"sql(
    SELECT id FROM offers WHERE slug = $1
)sql"};

std::optional<base::OfferId> find_by_slug(db::Transaction& transaction, std::string_view slug) {
    std::optional<base::OfferId> found;
    transaction.run(select_by_slug, {slug},
                    [&](const db::Row& row) { found = base::OfferId{row.integer(0)}; });
    return found;
}

constexpr db::Query insert_offer{"catalogue.insert", R"sql(
    INSERT INTO offers (slug, organisation_id, published_number, published_at, working_number,
                        working_state, retired_at, revision)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (slug) DO NOTHING RETURNING id
)sql"};

std::optional<base::OfferId> insert(db::Transaction& transaction, const OfferRecord& offer) {
    std::optional<base::OfferId> id;
    transaction.run(insert_offer,
                    {offer.slug, offer.organisation.value, or_null(offer.published_number),
                     or_null(offer.published_at), or_null(offer.working_number),
                     text_or_null(offer.working_state), or_null(offer.retired_at), offer.revision},
                    [&](const db::Row& row) { id = base::OfferId{row.integer(0)}; });
    return id;
}

constexpr db::Query update_offer{"catalogue.update", R"sql(
    UPDATE offers SET organisation_id = $2, published_number = $3, published_at = $4,
                      working_number = $5, working_state = $6, retired_at = $7, revision = $8
    WHERE id = $1
)sql"};

void update(db::Transaction& transaction, const OfferRecord& offer) {
    transaction.run(update_offer,
                    {offer.id.value, offer.organisation.value, or_null(offer.published_number),
                     or_null(offer.published_at), or_null(offer.working_number),
                     text_or_null(offer.working_state), or_null(offer.retired_at), offer.revision});
}

constexpr db::Query insert_version_row{"catalogue.insert_version", R"sql(
    INSERT INTO offer_versions (offer_id, number, content, author_id, created_at, reviewer_id,
                                reviewed_at, comment)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
)sql"};

void insert_version(db::Transaction& transaction, base::OfferId offer,
                    const OfferVersion& version) {
    transaction.run(insert_version_row,
                    {offer.value, version.number, version.content, or_null(version.author),
                     base::to_epoch(version.created_at), or_null(version.reviewer),
                     or_null(version.reviewed_at), version.comment});
}

constexpr db::Query update_version_row{"catalogue.update_version", R"sql(
    UPDATE offer_versions SET content = $3, author_id = $4, created_at = $5, reviewer_id = $6,
                              reviewed_at = $7, comment = $8
    WHERE offer_id = $1 AND number = $2
)sql"};

void update_version(db::Transaction& transaction, base::OfferId offer,
                    const OfferVersion& version) {
    transaction.run(update_version_row,
                    {offer.value, version.number, version.content, or_null(version.author),
                     base::to_epoch(version.created_at), or_null(version.reviewer),
                     or_null(version.reviewed_at), version.comment});
}

constexpr db::Query select_version{"catalogue.version", R"sql(
    SELECT number, content, author_id, created_at, reviewer_id, reviewed_at, comment
    FROM offer_versions WHERE offer_id = $1 AND number = $2
)sql"};

std::optional<OfferVersion> find_version(db::Transaction& transaction, base::OfferId offer,
                                         std::int64_t number) {
    std::optional<OfferVersion> found;
    transaction.run(select_version, {offer.value, number},
                    [&](const db::Row& row) { found = version_from(row); });
    return found;
}

constexpr db::Query select_versions{"catalogue.versions", R"sql(
    SELECT number, content, author_id, created_at, reviewer_id, reviewed_at, comment
    FROM offer_versions WHERE offer_id = $1 ORDER BY number DESC
)sql"};

std::vector<OfferVersion> versions(db::Transaction& transaction, base::OfferId offer) {
    std::vector<OfferVersion> found;
    transaction.run(select_versions, {offer.value},
                    [&](const db::Row& row) { found.push_back(version_from(row)); });
    return found;
}

}  // namespace catalogue::store
