// SPDX-License-Identifier: EUPL-1.2
// How the seats of a session are given, as data that everyone can read: quotas, prerequisites,
// selection, priorities, times. Part of the door; what follows from it for those who ask is decided
// in enrolments (seats.hpp). Pure.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "base/result.hpp"

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sessions {

enum class Selection {
    first_come,
    on_motivation,  // people apply until a date, the organiser grades, results are given at once
};

// Seats kept for some until a moment, then open to all.
struct Quota {
    // "organisation" (code, with all below it), "population" (etat, territoriale, hospitaliere,
    // contractor), "town" (folded), "department" and "region" (INSEE codes), "outside_idf" (value
    // "1": not in Île-de-France)
    std::string kind;
    std::string value;
    int seats = 0;
    base::Time reserved_until{};
    // The name of its seats, unique in a session: how an enrolment remembers whose seat it has.
    std::string pool() const { return kind + ":" + value; }
    friend bool operator==(const Quota&, const Quota&) = default;
};
inline constexpr std::array<std::string_view, 6> quota_kinds{
    "organisation", "population", "outside_idf", "region", "department", "town"};
inline constexpr std::array<std::string_view, 4> quota_populations{"etat", "territoriale",
                                                                   "hospitaliere", "contractor"};

// A line of the grid: points from 0 to most_points, times the weight.
struct Criterion {
    std::string name;
    int weight = 1;
    friend bool operator==(const Criterion&, const Criterion&) = default;
};
inline constexpr int most_points = 5;
inline constexpr int most_weight = 10;

// Who goes before others on the waiting list, the first rule that tells two apart deciding.
enum class Priority {
    state_agents,    // agents of the State
    far_from_paris,  // outside Île-de-France, where the session is by video only
    waited_before,   // on the list of two earlier sessions of the offer without getting a seat
};
inline constexpr std::array all_priorities{Priority::state_agents, Priority::far_from_paris,
                                           Priority::waited_before};
std::string_view name_of(Priority);
std::optional<Priority> priority_of(std::string_view name);

struct SeatRules {
    Selection selection = Selection::first_come;
    base::Time apply_until{};  // of a selection
    base::Date results_on{};   // ... the day on which they are promised
    std::vector<Criterion> grid;
    std::vector<Quota> quotas;
    std::vector<base::OfferId> prerequisites;
    std::vector<Priority> priorities;
    int offer_hours = 48;                       // how long one may think about a freed seat
    std::optional<base::Date> minimum_by = {};  // when a minimum that is not reached is told

    // Is more asked than who came first? Then a seat is given by looking at everyone who holds one
    // or waits; else by one statement.
    bool ruled() const {
        return selection == Selection::on_motivation || !quotas.empty() || !priorities.empty();
    }
    friend bool operator==(const SeatRules&, const SeatRules&) = default;
};

// As it stands in the database; "{}" for the plain rule. Throws std::logic_error for what is none.
std::string to_json(const SeatRules&);
SeatRules seat_rules_from(std::string_view json);

inline constexpr int most_quotas = 6;
inline constexpr int most_criteria = 8;
inline constexpr int most_offer_hours = 14 * 24;

// What is wrong, by field of the form ("quotas.0.value"); empty: nothing.
std::vector<base::Reason> problems_of(const SeatRules&, int capacity, base::Time closes_at,
                                      base::Time starts_at);

// The INSEE code of the region in which a département is; "" for one that there is not.
std::string_view region_of(std::string_view department);
inline constexpr std::string_view ile_de_france = "11";
// All regions: code and name, by name.
struct Region {
    std::string_view code, name;
};
extern const std::array<Region, 18> regions;

}  // namespace sessions
