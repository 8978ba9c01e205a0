// SPDX-License-Identifier: EUPL-1.2
// The columns of a request, for the queries of store*.cpp.
#pragma once
#include "base/text.hpp"
#include "db/database.hpp"
#include "requests/request.hpp"

// `of`: the alias of the table with a dot, or "" where there is none (SQLite's RETURNING has none).
// clang-format off
#define REQUEST_COLUMNS_OF(of) \
    of "id, " of "person_id, " of "offer_id, " of "session_id, " of "organisation_id, " \
    of "circuit_id, " of "state, " of "step, " of "decider, " of "decider_id, " \
    of "escalated, " of "due_at, " of "regime, " of "nature, " of "prerequisite, " \
    of "expertise, " of "motivation, " of "observatoire, " of "accommodation, " \
    of "created_at, " of "submitted_at, " of "changed_at, " of "decided_at, " \
    of "deferred_until, " of "outcome, " of "revision, " of "price_cents"
// clang-format on
#define REQUEST_COLUMNS REQUEST_COLUMNS_OF("r.")

namespace requests::store {

inline constexpr int request_columns = 27;

template <class Id>
std::optional<std::int64_t> value_of(const std::optional<Id>& id) {
    return id ? std::optional{id->value} : std::nullopt;
}
template <class Id>
std::optional<Id> id_at(const db::Row& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional{Id{row.integer(column)}};
}
inline std::optional<base::Time> time_at(const db::Row& row, int column) {
    return row.is_null(column) ? std::nullopt
                               : std::optional{base::from_epoch(row.integer(column))};
}
inline std::optional<base::Date> date_at(const db::Row& row, int column) {
    return row.is_null(column) ? std::nullopt
                               : std::optional{base::Date{std::chrono::days{row.integer(column)}}};
}
inline std::int64_t day_number(base::Date day) {
    return day.time_since_epoch().count();
}
inline std::optional<std::int64_t> epoch_of(const std::optional<base::Time>& time) {
    return time ? std::optional{base::to_epoch(*time)} : std::nullopt;
}
inline std::optional<std::int64_t> day_of(const std::optional<base::Date>& day) {
    return day ? std::optional{day_number(*day)} : std::nullopt;
}

Request request_from(const db::Row&);

}  // namespace requests::store
