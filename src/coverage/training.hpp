// SPDX-License-Identifier: EUPL-1.2
// The draft of a training plan: how many seats of which courses close most of what is missing to
// the common core, under a budget of hours and euros. Pure; the integer programme is solved by CBC.
#pragma once
#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

namespace coverage {

// Levels by competence, in some order that all values below share.
using Levels = std::vector<int>;

// Agents with the same levels.
struct Need {
    Levels levels;
    std::int64_t persons = 0;
    friend bool operator==(const Need&, const Need&) = default;
};

// Agents of similar need, who take the same courses.
struct Group {
    static constexpr int levels = 9;  // 0 to 8
    std::int64_t persons = 0;
    // Of each competence, how many have each level; in all at least `persons`.
    std::vector<std::array<std::int64_t, levels>> counts;
    friend bool operator==(const Group&, const Group&) = default;
};

// Agents as groups, at most so many, each of five at least and counted as a multiple of five: a
// plan made from them tells of nobody. Splits where levels differ most, at the median, as long as
// both sides have five (Mondrian: LeFevre, DeWitt, Ramakrishnan 2006). Levels at or above the
// target are one. Fewer than five agents are no group.
std::vector<Group> groups_of(std::span<const Need> agents, const Levels& targets,
                             std::size_t most_groups);
// Agents with the same levels as a group, whatever their number.
Group group_of(const Need&);

// What a seat brings in one competence, to who has level `from` (0: anybody) at least.
struct Lesson {
    std::size_t competence = 0;
    int from = 0, to = 0;
};
struct Course {
    std::vector<Lesson> lessons;
    int minutes = 0;         // of each seat, from 1
    std::int64_t cents = 0;  // of each seat
};
struct Budget {
    std::int64_t minutes = 0, cents = 0;  // of all seats together
    friend bool operator==(const Budget&, const Budget&) = default;
};
// That one agent takes at most.
inline constexpr std::size_t most_courses_each = 3;

// Levels up to the targets that one of a group gains on average by these courses, taken in the best
// order. Exact: what a course brings in one competence depends on the level in that one only.
double gain(const Group&, const Levels& targets, std::span<const Course* const>);

struct Plan {
    std::vector<std::int64_t> seats;  // as the courses
    double gap = 0;                   // levels that are missing before
    double closed = 0;                // by these seats
    double bound = 0;                 // no plan closes more
    bool exact = false;               // this one is the best
    std::int64_t minutes = 0, cents = 0;
};
// The best plan where the problem is small; else one with its bound (Lagrangian dual of the
// budgets; Geoffrion 1974), usually within a thousandth. `progress`: percent, now and then.
Plan plan_training(std::span<const Group>, const Levels& targets, std::span<const Course>,
                   const Budget&, const std::function<void(int)>& progress = {});

}  // namespace coverage
