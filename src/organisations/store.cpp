// SPDX-License-Identifier: EUPL-1.2
#include "organisations/store.hpp"

#include "db/database.hpp"

namespace organisations::store {
namespace {

db::Value siret_of(const Organisation& organisation) {
    return organisation.siret.empty() ? db::Value{} : db::Value{organisation.siret};
}

db::Value parent_of(const Organisation& organisation) {
    return organisation.parent ? db::Value{organisation.parent->value} : db::Value{};
}

}  // namespace

constexpr db::Query select_all{"organisations.all", R"sql(
    SELECT id, code, parent_id, name, short_name, kind, branch, siret, town, department
    FROM organisations ORDER BY id
)sql"};

std::vector<Organisation> all(db::Transaction& transaction) {
    std::vector<Organisation> found;
    transaction.run(select_all, {}, [&](const db::Row& row) {
        Organisation organisation;
        organisation.id = {row.integer(0)};
        organisation.code = row.text(1);
        if (const auto parent = row.optional_integer(2))
            organisation.parent = base::OrganisationId{*parent};
        organisation.name = row.text(3);
        organisation.short_name = row.text(4);
        organisation.kind = row.text(5);
        organisation.branch = row.text(6);
        organisation.siret = row.optional_text(7).value_or("");
        organisation.town = row.text(8);
        organisation.department = row.text(9);
        found.push_back(std::move(organisation));
    });
    return found;
}

constexpr db::Query insert_organisation{"organisations.insert", R"sql(
    INSERT INTO organisations (code, parent_id, name, short_name, kind, branch, siret, town,
                               department)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id
)sql"};

base::OrganisationId insert(db::Transaction& transaction, const Organisation& o) {
    base::OrganisationId id;
    transaction.run(insert_organisation,
                    {o.code, parent_of(o), o.name, o.short_name, o.kind, o.branch, siret_of(o),
                     o.town, o.department},
                    [&](const db::Row& row) { id.value = row.integer(0); });
    return id;
}

constexpr db::Query update_organisation{"organisations.update", R"sql(
    UPDATE organisations SET parent_id = $2, name = $3, short_name = $4, kind = $5, branch = $6,
                             siret = $7, town = $8, department = $9
    WHERE id = $1
)sql"};

void update(db::Transaction& transaction, const Organisation& o) {
    transaction.run(update_organisation, {o.id.value, parent_of(o), o.name, o.short_name, o.kind,
                                          o.branch, siret_of(o), o.town, o.department});
}

}  // namespace organisations::store
