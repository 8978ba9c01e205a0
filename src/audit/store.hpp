// SPDX-License-Identifier: EUPL-1.2
// All SQL on the log of decisions and its seals.
#pragma once
#include "audit/audit.hpp"
#include "audit/digest.hpp"

#include <functional>

namespace audit::store {

void insert(db::Transaction&, const Decision&);

// -- the order of the log
struct Place {
    std::int64_t turn = INT64_MIN, id = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
};
using OnRow = std::function<void(const RowView&)>;
// No row with a smaller turn will ever appear. Ask it before the rows, in a statement of its own.
std::int64_t horizon(db::Transaction&);
void rows_to_seal(db::Transaction&, Place after, std::int64_t before_turn, int most, const OnRow&);
void rows_between(db::Transaction&, Place after, Place last, const OnRow&);
void row_of(db::Transaction&, std::int64_t id, const OnRow&);
struct Unsealed {
    std::int64_t count = 0;
    std::optional<base::Time> since;
};
Unsealed unsealed(db::Transaction&, Place after);
// PostgreSQL only: see Audit::continue_order.
void continue_order(db::Transaction&);

// -- seals
struct Head {
    std::int64_t number = 0;
    Place last;
    std::string hash;
};
Head last_seal(db::Transaction&);
// False when the number is taken.
bool insert_seal(db::Transaction&, const SealView&, std::string_view hash);
// The seals after `number`, at most `most`.
void seals_after(db::Transaction&, std::int64_t number, int most,
                 const std::function<void(const SealView&, std::string_view hash)>&);

// -- the end of their term
struct Removal {
    std::int64_t up_to_seal = 0;
    Place last;
};
Removal last_removal(db::Transaction&);
void insert_removal(db::Transaction&, const Removal&, base::Time older_than);
int delete_rows(db::Transaction&, Place last);

// -- reading it
std::vector<LogEntry> log(db::Transaction&, const LogFilter&);
std::vector<Audit::Decided> decided_by(db::Transaction&, base::PersonId, int most);

}  // namespace audit::store
