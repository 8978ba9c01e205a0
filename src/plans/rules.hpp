// SPDX-License-Identifier: EUPL-1.2
// Which offers close the gap between a profile and a target, in which order, and what each closes.
// Pure: values in, values out.
//
// A gap is counted in expected levels: the sum over the levels that one may have of their
// probability times what is missing to the target. An offer from level f to level t brings whoever
// has at least f up to t; several offers of a competence are climbed like stairs. So what a set of
// offers closes is a function of the set, each gap is counted once, and it never falls when an
// offer is added.
//
// choose() is the greedy rule: again and again the offer that closes most per hour beyond what is
// chosen. Where nobody is below the level at which an offer begins, the function is submodular (it
// is a maximum over the set, as in facility location), and each beginning of the list closes at
// least 1 - 1/e, 63%, of what any choice of offers of as many hours could: Nemhauser, Wolsey &
// Fisher, Mathematical Programming 14 (1978), for equal durations; the same proof holds per hour as
// long as the budget is the hours of that beginning (Sviridenko, Operations Research Letters 32,
// 2004, section 2). Where offers build on each other no such bound is known, but the whole list
// still closes all that can be closed. Both are held against the exact optimum in the tests.
#pragma once
#include "base/clock.hpp"
#include "base/ids.hpp"
#include "positioning/positioning.hpp"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace plans {

// What is asked of a competence, and what is known of it.
struct Need {
    std::string competence;
    int target = 0;                   // 1 to 8
    positioning::Levels levels = {};  // probability of each level from 0
    bool open = true;                 // false: nothing is missing, whatever is uncertain
    friend bool operator==(const Need&, const Need&) = default;
};

// Brings whoever has the level `from` (0: anybody) to the level `to`.
struct Teaching {
    std::string competence;
    int from = 0, to = 0;
};

struct Offering {
    base::OfferId offer;
    std::vector<Teaching> teaches;
    int minutes = 0;                        // what is not above 0 counts as an hour
    std::vector<base::OfferId> after = {};  // other offers that it presupposes
    bool kept = false;                      // the person wants it: comes before better ones
};

struct Limits {
    double least_levels = 0.2;  // what closes less is left out
    // An offer that takes longer for each level closed is left out: a working week.
    int most_minutes_per_level = 35 * 60;
    std::size_t most_steps = 12;
};

// What a step closes of one competence, beyond the steps before it.
struct Closing {
    std::string competence;
    int from = 0, to = 0;  // the level as likely above as below, before and after
    double levels = 0;     // expected, towards the target
};
struct Step {
    std::size_t offering = 0;  // its place in the list given
    double levels = 0;
    std::vector<Closing> closes = {};  // the widest first
};

struct Path {
    std::vector<Step> steps;
    std::vector<Need> after;   // as the needs given, with the levels to expect after the last step
    double gap = 0, left = 0;  // expected levels, before and after
};

// Expected levels that are missing; 0 of a need that is not open.
double gap_of(const Need&);
// As likely above as below.
int middle_of(const positioning::Levels&);
// As they are to be expected after these teachings, whatever their order.
positioning::Levels raised(const positioning::Levels&, std::span<const Teaching>);

// The greedy choice, in its order: places in `offerings`. Kept ones come first, and each after the
// offers that it presupposes, as far as these are in the list.
std::vector<std::size_t> choose(std::span<const Need>, std::span<const Offering>,
                                const Limits& = {});
// The plan: the greedy choice, without what later ones made superfluous, in the order of what is
// closed per hour; but an offer stands after those that it presupposes, and after those that bring
// the person to the level at which it begins.
Path make_path(std::span<const Need>, std::span<const Offering>, const Limits& = {});

// The day on which so many minutes are over at so many hours (> 0) a week, from that day on.
base::Date ends_on(base::Date from, std::int64_t minutes, int hours_per_week);

}  // namespace plans
