// SPDX-License-Identifier: EUPL-1.2
// All SQL on enrolments, overtakings, grades, seat_returns, replacements and calendar_feeds.
#pragma once
#include "enrolments/enrolments.hpp"
#include "enrolments/seats.hpp"

namespace enrolments::store {

// The id, or nothing when the person already holds a seat or a place in that session.
std::optional<base::EnrolmentId> insert(db::Transaction&, const Enrolment&,
                                        std::string_view motivation = "");
void insert_seated(db::Transaction&, base::SessionId, std::string_view json_person_ids,
                   base::Time now);
std::optional<Enrolment> find(db::Transaction&, base::EnrolmentId);
// The seat or place that the person holds in the session.
std::optional<Enrolment> find_held(db::Transaction&, base::SessionId, base::PersonId);
std::vector<Enrolment> held_by(db::Transaction&, base::PersonId, std::string_view json_session_ids);
// Of all these people, since that time.
std::vector<Held> held_by_all(db::Transaction&, std::string_view json_person_ids, base::Time since);
struct OfPerson {
    std::vector<std::pair<Enrolment, int>> enrolments;  // with how many wait before
    bool has_feed = false;
};
OfPerson of_person(db::Transaction&, base::PersonId);
// All that hold something.
std::vector<Enrolment> of_session(db::Transaction&, base::SessionId);
std::map<base::EnrolmentId, std::string> motivations(db::Transaction&, base::SessionId);
void set_state(db::Transaction&, base::EnrolmentId, State, base::Time now);
// All who hold a seat or a place.
void cancel_all(db::Transaction&, base::SessionId, base::Time now);
void set_offered(db::Transaction&, base::EnrolmentId, std::string_view pool, base::Time answer_by,
                 base::Time now);
void set_pool(db::Transaction&, base::EnrolmentId, std::string_view pool);
void set_standing(db::Transaction&, base::EnrolmentId, std::string_view standing);
void set_motivation(db::Transaction&, base::EnrolmentId, std::string_view motivation);
void set_kept(db::Transaction&, base::EnrolmentId, base::Time now);
void set_all_moved(db::Transaction&, base::SessionId, base::Time now);
void set_prerequisite(db::Transaction&, base::EnrolmentId, std::string_view prerequisite,
                      std::string_view reason);
// The result of a selection: a seat of that pool, or a place on the list.
void set_result(db::Transaction&, const Enrolment&, base::Time now);

// Of the sessions named: on how many lists the person was and never got a seat; in how many they
// had one.
int lists_without_seat(db::Transaction&, base::PersonId, std::string_view json_session_ids);
int seats_held(db::Transaction&, base::PersonId, std::string_view json_session_ids);

// Those who wait and came before this one.
std::vector<base::EnrolmentId> waiting_before(db::Transaction&, base::SessionId, base::EnrolmentId);
// Twice is once.
void insert_overtakings(db::Transaction&, std::string_view json_passed_ids, base::EnrolmentId by,
                        std::string_view reason, base::Time now);
// How many passed this one, by reason.
std::vector<std::pair<std::string, int>> overtakings_of(db::Transaction&, base::EnrolmentId);

void put_grade(db::Transaction&, base::EnrolmentId, base::PersonId grader, int criterion,
               int points, base::Time now);
std::map<base::EnrolmentId, std::vector<Grade>> grades(db::Transaction&, base::SessionId);

// Once a person and session.
void insert_return(db::Transaction&, base::PersonId, base::OfferId, base::SessionId,
                   base::Time now);
// Uses a returned priority of the person for the offer up, if there is one.
bool use_return(db::Transaction&, base::PersonId, base::OfferId, base::EnrolmentId);

struct Replacement {
    std::int64_t id = 0;
    base::EnrolmentId enrolment;
    base::PersonId colleague, proposed_by;
    bool open = false;
};
// The new one takes the place of one that is open.
std::int64_t put_replacement(db::Transaction&, const Replacement&, base::Time now);
std::optional<Replacement> find_replacement(db::Transaction&, std::int64_t id);
void close_replacement(db::Transaction&, std::int64_t id, std::string_view state);

std::map<base::SessionId, sessions::ToDo> to_do(db::Transaction&,
                                                std::string_view json_session_ids);

// For `campus check`: of each session, what its rows say.
struct RowCount {
    base::SessionId session;
    State state = State::seated;
    std::string pool;
    int rows = 0;
};
std::vector<RowCount> row_counts(db::Transaction&);
struct Odd {
    base::SessionId session;
    std::int64_t enrolment = 0;
};
std::vector<Odd> held_twice(db::Transaction&);
std::vector<Odd> offers_that_ended(db::Transaction&, base::Time before);
// Waits although somebody who came later has a seat, and no reason was written down.
std::vector<Odd> overtaken_without_reason(db::Transaction&);
// Was on the list and holds nothing, but nothing says what became of the seat or place.
std::vector<Odd> lost_places(db::Transaction&);

// The first on the waiting list of a session without rules of its own.
std::optional<Enrolment> first_waiting(db::Transaction&, base::SessionId);

void put_feed(db::Transaction&, base::PersonId, std::string_view token_hash, base::Time now);
std::optional<base::PersonId> owner_of_feed(db::Transaction&, std::string_view token_hash);

// -- store_privacy.cpp
int delete_feed(db::Transaction&, base::PersonId);
std::map<base::EnrolmentId, std::string> motivations_of(db::Transaction&, base::PersonId);
struct OwnGrade {
    base::EnrolmentId enrolment;
    int criterion = 0;
    int points = 0;
    base::Time graded_at{};
};
std::vector<OwnGrade> grades_of(db::Transaction&, base::PersonId);
// Those that the person proposed or was asked for: state, and when.
std::vector<std::pair<std::string, base::Time>> replacements_of(db::Transaction&, base::PersonId);
int empty_texts_of(db::Transaction&, base::PersonId);
int delete_grades_of(db::Transaction&, base::PersonId);
// See privacy::Holder::retain().
int retain_texts(db::Transaction&, base::Time before, int most, bool real);
int retain_replacements(db::Transaction&, base::Time before, int most, bool real);

}  // namespace enrolments::store
