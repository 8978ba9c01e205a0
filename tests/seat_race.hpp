// SPDX-License-Identifier: EUPL-1.2
// Many people who want the same session, and what must hold of its seats at every moment.
#pragma once
#include "campus_process.hpp"
#include "test_app.hpp"

#include <string>
#include <vector>

// Signed in, with the token of their session cookie.
struct Taker {
    base::PersonId person;
    std::string token;
};
std::vector<Taker> given_takers(TestApp&, int count);

// The real program judges by the real time: a session made after this is open for it.
void use_real_time(TestApp&);

std::string take_target(base::SessionId);
std::string withdraw_target(std::int64_t enrolment);

// The seats of a session as one snapshot of the database shows them.
struct SeatCount {
    std::int64_t capacity = 0, taken = 0, waiting = 0;  // the counters of the session
    std::int64_t seated_rows = 0, waiting_rows = 0;     // the enrolments
    std::int64_t holders = 0;                           // different people among them
    std::int64_t last_promoted = 0;                     // the latest place that has a seat now
    std::vector<std::int64_t> places;                   // of those who wait, in order
    // What is wrong, in words; "" when nothing is.
    std::string broken() const;
};
SeatCount seat_count(db::Database&, base::SessionId);
