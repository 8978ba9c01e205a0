// SPDX-License-Identifier: EUPL-1.2
#include "plans/rules.hpp"

#include <algorithm>
#include <array>

namespace plans {
namespace {

constexpr int highest = frameworks::highest_level;

// The level that somebody reaches who begins at each, by the offers taken so far: none of them
// leads further from there. It is the same whatever their order.
using Reach = std::array<int, positioning::levels>;

constexpr Reach nowhere{0, 1, 2, 3, 4, 5, 6, 7, 8};

void climb(Reach& reach, int from, int to) {
    const Reach before = reach;
    for (int& level : reach)
        if (level >= from && level < to) level = before[static_cast<std::size_t>(to)];
}

double missing(const Need& need, const Reach& reach) {
    if (!need.open) return 0;
    double sum = 0;
    for (int level = 0; level < need.target; ++level) {
        const auto at = static_cast<std::size_t>(level);
        sum += need.levels[at] * std::max(0, need.target - reach[at]);
    }
    return sum;
}

positioning::Levels levels_after(const positioning::Levels& levels, const Reach& reach) {
    positioning::Levels after{};
    for (std::size_t level = 0; level < levels.size(); ++level)
        after[static_cast<std::size_t>(reach[level])] += levels[level];
    return after;
}

int minutes_of(const Offering& offering) {
    return offering.minutes > 0 ? offering.minutes : 60;
}

// A teaching of a competence that is needed.
struct Stair {
    std::size_t need;
    int from, to;
};

class Planner {
public:
    Planner(std::span<const Need> needs, std::span<const Offering> offerings, const Limits& limits)
        : needs_(needs), offerings_(offerings), limits_(limits), reach_(needs.size(), nowhere) {
        stairs_.reserve(offerings.size());
        for (const Offering& offering : offerings) {
            std::vector<Stair> stairs;
            for (const Teaching& one : offering.teaches) {
                const auto need = std::ranges::find(needs, one.competence, &Need::competence);
                if (need == needs.end() || one.to <= one.from || one.to > highest || one.from < 0)
                    continue;
                stairs.push_back(
                    {static_cast<std::size_t>(need - needs.begin()), one.from, one.to});
            }
            // Of one competence the lower first, and each competence together.
            std::ranges::sort(stairs, [](const Stair& a, const Stair& b) {
                return std::pair{a.need, a.from} < std::pair{b.need, b.from};
            });
            stairs_.push_back(std::move(stairs));
        }
    }

    void restart() { reach_.assign(needs_.size(), nowhere); }

    void take(std::size_t offering) {
        for (const Stair& stair : stairs_[offering])
            climb(reach_[stair.need], stair.from, stair.to);
    }

    double gap() const {
        double sum = 0;
        for (std::size_t i = 0; i < needs_.size(); ++i) sum += missing(needs_[i], reach_[i]);
        return sum;
    }

    // What an offer closes beyond those taken.
    double gain(std::size_t offering) const {
        double sum = 0;
        const auto& stairs = stairs_[offering];
        for (auto it = stairs.begin(); it != stairs.end();) {
            const std::size_t need = it->need;
            Reach reach = reach_[need];
            const double before = missing(needs_[need], reach);
            for (; it != stairs.end() && it->need == need; ++it) climb(reach, it->from, it->to);
            sum += before - missing(needs_[need], reach);
        }
        return sum;
    }

    // An offer behind those that it presupposes and that are not taken yet.
    std::vector<std::size_t> bundle(std::size_t offering, const std::vector<bool>& taken) const {
        std::vector<std::size_t> list;
        std::vector<bool> seen(offerings_.size());
        add_to_bundle(offering, taken, seen, list);
        return list;
    }

    bool teaches_nothing(std::size_t offering) const { return stairs_[offering].empty(); }

    Step step(std::size_t offering) {
        Step made{.offering = offering};
        const auto& stairs = stairs_[offering];
        for (auto it = stairs.begin(); it != stairs.end();) {
            const std::size_t need = it->need;
            const Need& of = needs_[need];
            Closing closing{.competence = of.competence,
                            .from = middle_of(levels_after(of.levels, reach_[need]))};
            const double before = missing(of, reach_[need]);
            for (; it != stairs.end() && it->need == need; ++it)
                climb(reach_[need], it->from, it->to);
            closing.to = middle_of(levels_after(of.levels, reach_[need]));
            closing.levels = before - missing(of, reach_[need]);
            made.levels += closing.levels;
            constexpr double worth_telling = 0.05;
            if (closing.levels >= worth_telling) made.closes.push_back(std::move(closing));
        }
        std::ranges::stable_sort(made.closes, std::ranges::greater{}, &Closing::levels);
        return made;
    }

    std::vector<std::size_t> choose();
    std::vector<std::size_t> without_superfluous(std::vector<std::size_t> chosen);
    std::vector<std::size_t> ordered(const std::vector<std::size_t>& chosen);
    Path path(const std::vector<std::size_t>& order);

private:
    void add_to_bundle(std::size_t offering, const std::vector<bool>& taken,
                       std::vector<bool>& seen, std::vector<std::size_t>& list) const {
        if (taken[offering] || seen[offering]) return;
        seen[offering] = true;  // a circle of prerequisites ends here
        for (const base::OfferId id : offerings_[offering].after) {
            const auto before = std::ranges::find(offerings_, id, &Offering::offer);
            if (before != offerings_.end())
                add_to_bundle(static_cast<std::size_t>(before - offerings_.begin()), taken, seen,
                              list);
        }
        list.push_back(offering);
    }
    // With those that it presupposes: what it closes, and how long it takes.
    std::pair<double, int> worth(const std::vector<std::size_t>& bundle) {
        if (bundle.size() == 1) return {gain(bundle.front()), minutes_of(offerings_[bundle[0]])};
        const std::vector<Reach> before = reach_;
        const double gap_before = gap();
        int minutes = 0;
        for (const std::size_t one : bundle) {
            minutes += minutes_of(offerings_[one]);
            take(one);
        }
        const double closed = gap_before - gap();
        reach_ = before;
        return {closed, minutes};
    }
    bool comes_before(std::size_t first, std::size_t second) const;

    std::span<const Need> needs_;
    std::span<const Offering> offerings_;
    const Limits& limits_;
    std::vector<Reach> reach_;
    std::vector<std::vector<Stair>> stairs_;
};

std::vector<std::size_t> Planner::choose() {
    restart();
    std::vector<std::size_t> chosen;
    std::vector<bool> taken(offerings_.size());
    while (chosen.size() < limits_.most_steps) {
        std::vector<std::size_t> best;
        double best_rate = 0;
        bool best_kept = false;
        for (std::size_t i = 0; i < offerings_.size(); ++i) {
            if (taken[i] || teaches_nothing(i)) continue;
            const bool kept = offerings_[i].kept;
            if (best_kept && !kept) continue;
            // Most offers presuppose none, and need no list made.
            std::vector<std::size_t> group =
                offerings_[i].after.empty() ? std::vector{i} : bundle(i, taken);
            if (chosen.size() + group.size() > limits_.most_steps) continue;
            const auto [levels, minutes] = worth(group);
            const bool worthwhile = levels > 1e-9 && levels >= limits_.least_levels &&
                                    (kept || minutes <= levels * limits_.most_minutes_per_level);
            if (!worthwhile) continue;
            const double rate = levels / minutes;
            if (rate > best_rate || (kept && !best_kept)) {
                best = std::move(group);
                best_rate = rate;
                best_kept = kept;
            }
        }
        if (best.empty()) break;
        for (const std::size_t one : best) {
            taken[one] = true;
            take(one);
            chosen.push_back(one);
        }
    }
    return chosen;
}

// Whether the first one must be over before the second begins.
bool Planner::comes_before(std::size_t first, std::size_t second) const {
    if (std::ranges::find(offerings_[second].after, offerings_[first].offer) !=
        offerings_[second].after.end())
        return true;
    // It raises somebody who could not follow the second one yet.
    constexpr double likely_enough = 0.05;
    for (const Stair& low : stairs_[first])
        for (const Stair& high : stairs_[second]) {
            if (low.need != high.need || low.from >= high.from || low.to < high.from) continue;
            double raised = 0;
            for (int level = low.from; level < high.from; ++level)
                raised += needs_[low.need].levels[static_cast<std::size_t>(level)];
            if (needs_[low.need].open && raised > likely_enough) return true;
        }
    return false;
}

// Removes one after the other, the longest first, what all the others together close as well.
std::vector<std::size_t> Planner::without_superfluous(std::vector<std::size_t> chosen) {
    const auto gap_without = [&](std::size_t out) {
        restart();
        for (const std::size_t one : chosen)
            if (one != out) take(one);
        return gap();
    };
    while (true) {
        const double whole = gap_without(offerings_.size());
        std::optional<std::size_t> superfluous;
        for (const std::size_t one : chosen) {
            const bool needed =
                offerings_[one].kept || std::ranges::any_of(chosen, [&](std::size_t other) {
                    return std::ranges::find(offerings_[other].after, offerings_[one].offer) !=
                           offerings_[other].after.end();
                });
            const double lost = gap_without(one) - whole;
            if (needed || (lost > 1e-9 && lost >= limits_.least_levels)) continue;
            if (!superfluous || minutes_of(offerings_[one]) > minutes_of(offerings_[*superfluous]))
                superfluous = one;
        }
        if (!superfluous) return chosen;
        std::erase(chosen, *superfluous);
    }
}

std::vector<std::size_t> Planner::ordered(const std::vector<std::size_t>& chosen) {
    restart();
    std::vector<std::size_t> order;
    std::vector<std::size_t> open = chosen;
    while (!open.empty()) {
        std::optional<std::size_t> best;
        double best_rate = -1;
        for (const std::size_t one : open) {
            const bool may = std::ranges::none_of(
                open, [&](std::size_t other) { return other != one && comes_before(other, one); });
            if (!may) continue;
            const double rate =
                gain(one) / minutes_of(offerings_[one]) + (offerings_[one].kept ? 1000 : 0);
            if (rate > best_rate) {
                best = one;
                best_rate = rate;
            }
        }
        // A circle: as they were chosen.
        const std::size_t next = best.value_or(open.front());
        take(next);
        order.push_back(next);
        std::erase(open, next);
    }
    return order;
}

Path Planner::path(const std::vector<std::size_t>& order) {
    restart();
    Path made{.steps = {}, .after = {needs_.begin(), needs_.end()}, .gap = gap()};
    for (const std::size_t one : order) made.steps.push_back(step(one));
    for (std::size_t i = 0; i < needs_.size(); ++i)
        made.after[i].levels = levels_after(needs_[i].levels, reach_[i]);
    made.left = gap();
    return made;
}

}  // namespace

double gap_of(const Need& need) {
    return missing(need, nowhere);
}

int middle_of(const positioning::Levels& levels) {
    double below = 0;
    for (int level = 0; level < highest; ++level) {
        below += levels[static_cast<std::size_t>(level)];
        if (below >= 0.5) return level;
    }
    return highest;
}

positioning::Levels raised(const positioning::Levels& levels, std::span<const Teaching> teachings) {
    Reach reach = nowhere;
    for (const Teaching& one : teachings)
        if (one.from >= 0 && one.to <= highest) climb(reach, one.from, one.to);
    return levels_after(levels, reach);
}

std::vector<std::size_t> choose(std::span<const Need> needs, std::span<const Offering> offerings,
                                const Limits& limits) {
    return Planner(needs, offerings, limits).choose();
}

Path make_path(std::span<const Need> needs, std::span<const Offering> offerings,
               const Limits& limits) {
    Planner planner(needs, offerings, limits);
    return planner.path(planner.ordered(planner.without_superfluous(planner.choose())));
}

base::Date ends_on(base::Date from, std::int64_t minutes, int hours_per_week) {
    constexpr std::int64_t days_per_week = 7;
    const std::int64_t per_week = std::int64_t{hours_per_week} * 60;
    const std::int64_t days = (minutes * days_per_week + per_week - 1) / per_week;
    return from + std::chrono::days{days};
}

}  // namespace plans
