// SPDX-License-Identifier: EUPL-1.2
// All SQL on enrolments and calendar_feeds.
#pragma once
#include "enrolments/enrolments.hpp"

namespace enrolments::store {

// The id, or nothing when the person already holds a seat or a place in that session.
std::optional<base::EnrolmentId> insert(db::Transaction&, const Enrolment&);
void insert_seated(db::Transaction&, base::SessionId, std::string_view json_person_ids,
                   base::Time now);
std::optional<Enrolment> find(db::Transaction&, base::EnrolmentId);
// The seat or place that the person holds in the session.
std::optional<Enrolment> find_held(db::Transaction&, base::SessionId, base::PersonId);
std::vector<Enrolment> held_by(db::Transaction&, base::PersonId, std::string_view json_session_ids);
// Of all these people, since that time.
std::vector<Enrolment> held_by_all(db::Transaction&, std::string_view json_person_ids,
                                   base::Time since);
struct OfPerson {
    std::vector<std::pair<Enrolment, int>> enrolments;  // with how many wait before
    bool has_feed = false;
};
OfPerson of_person(db::Transaction&, base::PersonId);
std::vector<Enrolment> of_session(db::Transaction&, base::SessionId);
void set_state(db::Transaction&, base::EnrolmentId, State, base::Time now);
// All who hold a seat or a place.
void cancel_all(db::Transaction&, base::SessionId, base::Time now);
// The first on the waiting list.
std::optional<Enrolment> first_waiting(db::Transaction&, base::SessionId);

void put_feed(db::Transaction&, base::PersonId, std::string_view token_hash, base::Time now);
std::optional<base::PersonId> owner_of_feed(db::Transaction&, std::string_view token_hash);

}  // namespace enrolments::store
