// SPDX-License-Identifier: EUPL-1.2
// A world of people and sessions to do random things in, and a small model of what the rules of
// seats make of it: lists that are sorted and counted anew at each step, slow and plain.
#pragma once
#include "test_app.hpp"

#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

// What tells people apart for the rules.
struct SeatPerson {
    base::PersonId id;
    std::string organisation, population, department;
    bool contractor = false;
};

class SeatWorld {
public:
    SeatWorld(TestApp&, unsigned seed, int people);
    // A session of one of the kinds, starting about so many days after now; of one of two offers.
    base::SessionId new_session(int kind);
    static constexpr int kinds = 5;  // plain, few seats, quotas, priorities, motivation
    // For the processes of a crowd: where the database is, who is there, which sessions.
    std::string written(unsigned seed) const;

    TestApp& app;
    std::mt19937 random;
    std::vector<SeatPerson> people;
    std::vector<base::OfferId> offers;
    std::vector<base::SessionId> sessions;
    int below(int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); }
};

class SeatModel {
public:
    explicit SeatModel(SeatWorld&);
    ~SeatModel();
    // One random operation, in the database and in the model; "" when both did the same and are the
    // same, else what is different.
    std::string step();
    // How often each operation was done with success.
    const std::map<std::string, int>& done() const { return done_; }

private:
    struct Row;
    struct Session;
    struct Walk;
    std::string same(const Session&);
    SeatWorld& world_;
    std::vector<Session> sessions_;
    std::vector<std::pair<base::PersonId, base::OfferId>> returns_;  // not used yet
    std::map<std::string, int> done_;
    std::int64_t offers_made_ = 0;
};

// Random operations on the sessions of a world that others walk in, too. The number done.
int walk_in_a_crowd(const std::string& world_file, int steps);
