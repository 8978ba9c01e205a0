// SPDX-License-Identifier: EUPL-1.2
#include "coverage/training.hpp"

#include "coverage/suppression.hpp"

#include <coin/Cbc_C_Interface.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <queue>

namespace coverage {
namespace {

// -- groups

// Where a group of agents can be cut in two.
struct Cut {
    std::size_t competence = 0;
    int level = 0;      // the lower part has this level at most
    double spread = 0;  // persons times variance: what the cut may take away
};

constexpr int highest = Group::levels - 1;

std::optional<Cut> best_cut(std::span<const Need> agents, std::size_t competences) {
    std::optional<Cut> best;
    std::vector<std::array<std::int64_t, highest + 1>> counts(competences);
    for (auto& one : counts) one.fill(0);
    std::int64_t persons = 0;
    for (const Need& need : agents) {
        persons += need.persons;
        for (std::size_t c = 0; c < competences; ++c)
            counts[c][static_cast<std::size_t>(need.levels[c])] += need.persons;
    }
    for (std::size_t c = 0; c < competences; ++c) {
        double sum = 0, squares = 0;
        for (int level = 0; level <= highest; ++level) {
            const auto there = static_cast<double>(counts[c][static_cast<std::size_t>(level)]);
            sum += there * level;
            squares += there * level * level;
        }
        const double spread = squares - sum * sum / static_cast<double>(persons);
        if (best && spread <= best->spread) continue;
        // As even as can be.
        std::int64_t below = 0, furthest = std::numeric_limits<std::int64_t>::max();
        for (int level = 0; level < highest; ++level) {
            below += counts[c][static_cast<std::size_t>(level)];
            if (below < smallest_group || persons - below < smallest_group) continue;
            const std::int64_t off = std::abs(persons - 2 * below);
            if (off >= furthest) continue;
            furthest = off;
            best = Cut{c, level, spread};
        }
    }
    return best;
}

// -- what courses bring

// Some courses that one agent takes, and what they bring to one of a group.
struct Column {
    double gain = 0;
    std::int64_t minutes = 0, cents = 0;
    std::array<int, most_courses_each> courses{-1, -1, -1};
};

bool helps(const Group& group, const Levels& targets, const Course& course) {
    return std::ranges::any_of(course.lessons, [&](const Lesson& lesson) {
        const int to = std::min(lesson.to, targets[lesson.competence]);
        if (lesson.from >= to) return false;
        const auto& counts = group.counts[lesson.competence];
        return std::any_of(counts.begin(), counts.begin() + to,
                           [](std::int64_t persons) { return persons > 0; });
    });
}

// Columns that no other one beats in everything, the largest gain first.
std::vector<Column> worthwhile(std::vector<Column> columns) {
    std::ranges::sort(columns, [](const Column& one, const Column& other) {
        if (one.gain != other.gain) return one.gain > other.gain;
        if (one.minutes != other.minutes) return one.minutes < other.minutes;
        return one.cents < other.cents;
    });
    std::vector<Column> kept;
    // Of those kept, the cents by minutes: the longer, the cheaper.
    std::map<std::int64_t, std::int64_t> stairs;
    for (const Column& column : columns) {
        auto next = stairs.upper_bound(column.minutes);
        if (next != stairs.begin() && std::prev(next)->second <= column.cents) continue;
        next = stairs.lower_bound(column.minutes);
        while (next != stairs.end() && next->second >= column.cents) next = stairs.erase(next);
        stairs.emplace(column.minutes, column.cents);
        kept.push_back(column);
    }
    return kept;
}

// What one agent of the group may take. `usable`: places in `courses`.
std::vector<Column> columns_for(const Group& group, const Levels& targets,
                                std::span<const Course> courses, std::span<const int> usable) {
    std::vector<int> own;
    for (const int i : usable)
        if (helps(group, targets, courses[static_cast<std::size_t>(i)])) own.push_back(i);
    std::vector<Column> all;
    std::array<const Course*, most_courses_each> taken{};
    Column column;
    const auto extend = [&](auto& self, std::size_t from, std::size_t count) -> void {
        for (std::size_t i = from; i < own.size(); ++i) {
            const Course& course = courses[static_cast<std::size_t>(own[i])];
            taken.at(count) = &course;
            column.courses.at(count) = own[i];
            column.minutes += course.minutes;
            column.cents += course.cents;
            column.gain = gain(group, targets, std::span{taken.data(), count + 1});
            if (column.gain > 0) all.push_back(column);
            if (count + 1 < most_courses_each) self(self, i + 1, count + 1);
            column.minutes -= course.minutes;
            column.cents -= course.cents;
            column.courses.at(count) = -1;
        }
    };
    extend(extend, 0, 0);
    return worthwhile(std::move(all));
}

bool beats(const Course& better, const Course& course) {
    if (better.minutes > course.minutes || better.cents > course.cents) return false;
    return std::ranges::all_of(course.lessons, [&](const Lesson& lesson) {
        return std::ranges::any_of(better.lessons, [&](const Lesson& other) {
            return other.competence == lesson.competence && other.from <= lesson.from &&
                   other.to >= lesson.to;
        });
    });
}

// The number of sets of courses grows with its third power.
constexpr std::size_t most_courses = 64;

// Those that bring something, without those that another one beats; the ones that bring most an
// hour where they are too many.
std::vector<int> usable_courses(std::span<const Group> groups, const Levels& targets,
                                std::span<const Course> courses) {
    std::vector<std::pair<double, int>> worth;
    for (std::size_t i = 0; i < courses.size(); ++i) {
        const Course& course = courses[i];
        const Course* const alone = &course;
        double brought = 0;
        bool any = false;
        for (const Group& group : groups) {
            any = any || helps(group, targets, course);
            brought +=
                static_cast<double>(group.persons) * gain(group, targets, std::span{&alone, 1});
        }
        if (!any || course.minutes < 1) continue;
        bool beaten = false;
        for (std::size_t j = 0; j < courses.size() && !beaten; ++j)
            beaten = j != i && courses[j].minutes >= 1 && beats(courses[j], course) &&
                     (j < i || !beats(course, courses[j]));
        if (!beaten) worth.emplace_back(-brought / course.minutes, static_cast<int>(i));
    }
    std::ranges::sort(worth);
    if (worth.size() > most_courses) worth.resize(most_courses);
    std::vector<int> usable;
    for (const auto& [value, i] : worth) usable.push_back(i);
    return usable;
}

// -- the programme: of each group, how many agents take each column, under two budgets

struct Takers {
    std::int64_t persons = 0;
    std::vector<Column> columns;  // the largest gain first
};

struct Weights {  // of a minute and a cent, in levels
    double minute = 0, cent = 0;
};

double worth(const Column& column, const Weights& weights) {
    return column.gain - weights.minute * static_cast<double>(column.minutes) -
           weights.cent * static_cast<double>(column.cents);
}

// The column that pays best; -1: none does.
int best_at(const Takers& group, const Weights& weights) {
    int best = -1;
    double most = 1e-12;
    for (std::size_t i = 0; i < group.columns.size(); ++i)
        if (const double value = worth(group.columns[i], weights); value > most) {
            most = value;
            best = static_cast<int>(i);
        }
    return best;
}

// No plan closes more than this, whatever the weights.
double dual(std::span<const Takers> groups, const Budget& budget, const Weights& weights) {
    double bound = weights.minute * static_cast<double>(budget.minutes) +
                   weights.cent * static_cast<double>(budget.cents);
    for (const Takers& group : groups)
        if (const int best = best_at(group, weights); best >= 0)
            bound += static_cast<double>(group.persons) *
                     worth(group.columns[static_cast<std::size_t>(best)], weights);
    return bound;
}

// The dual is convex: a search by thirds, within a search by thirds.
template <class Value>
double least(double high, const Value& value) {
    double low = 0;
    constexpr int steps = 48;
    for (int step = 0; step < steps && high > 0; ++step) {
        const double one = low + (high - low) / 3, other = high - (high - low) / 3;
        if (value(one) <= value(other))
            high = other;
        else
            low = one;
    }
    return (low + high) / 2;
}

Weights best_weights(std::span<const Takers> groups, const Budget& budget,
                     const std::function<void(int)>& progress) {
    double minute = 0, cent = 0;
    for (const Takers& group : groups)
        for (const Column& column : group.columns) {
            minute = std::max(minute, column.gain / static_cast<double>(column.minutes));
            if (column.cents > 0)
                cent = std::max(cent, column.gain / static_cast<double>(column.cents));
        }
    const auto best_cent = [&](double weight) {
        return least(cent, [&](double other) { return dual(groups, budget, {weight, other}); });
    };
    int asked = 0;
    const double found = least(minute, [&](double weight) {
        if (progress) progress(30 + 40 * ++asked / 97);
        return dual(groups, budget, {weight, best_cent(weight)});
    });
    return {found, best_cent(found)};
}

struct Choice {
    std::size_t group = 0, column = 0;
    std::int64_t agents = 0;
};

struct Total {
    double closed = 0;
    std::int64_t minutes = 0, cents = 0;
};
Total total_of(std::span<const Takers> groups, std::span<const Choice> choices) {
    Total total;
    for (const Choice& choice : choices) {
        const Column& column = groups[choice.group].columns[choice.column];
        total.closed += static_cast<double>(choice.agents) * column.gain;
        total.minutes += choice.agents * column.minutes;
        total.cents += choice.agents * column.cents;
    }
    return total;
}

// A plan at these weights, or at the next higher ones that the budget can pay.
std::vector<Choice> affordable(std::span<const Takers> groups, const Budget& budget,
                               const Weights& weights) {
    const auto at = [&](double factor) {
        std::vector<Choice> choices;
        for (std::size_t g = 0; g < groups.size(); ++g)
            if (const int best =
                    best_at(groups[g], {weights.minute * factor, weights.cent * factor});
                best >= 0)
                choices.push_back({g, static_cast<std::size_t>(best), groups[g].persons});
        return choices;
    };
    const auto fits = [&](std::span<const Choice> choices) {
        const Total total = total_of(groups, choices);
        return total.minutes <= budget.minutes && total.cents <= budget.cents;
    };
    std::vector<Choice> best;
    double low = 1, high = 64;
    for (int step = 0; step < 40; ++step) {
        const double factor = (low + high) / 2;
        auto choices = at(factor);
        if (fits(choices)) {
            best = std::move(choices);
            high = factor;
        } else {
            low = factor;
        }
    }
    return best;
}

struct Delete {
    void operator()(Cbc_Model* model) const { Cbc_deleteModel(model); }
};
struct Solved {
    std::vector<Choice> choices;
    bool optimal = false;
    double bound = std::numeric_limits<double>::infinity();
};

// By CBC, with these columns of each group.
Solved solve(std::span<const Takers> groups,
             std::span<const std::pair<std::size_t, std::size_t>> used, const Budget& budget,
             const char* seconds, const char* gap) {
    const int minutes_row = static_cast<int>(groups.size()), cents_row = minutes_row + 1;
    std::vector<int> starts{0}, rows;
    std::vector<double> values, objective, upper;
    for (const auto& [g, c] : used) {
        const Column& column = groups[g].columns[c];
        rows.insert(rows.end(), {static_cast<int>(g), minutes_row});
        values.insert(values.end(), {1, static_cast<double>(column.minutes) / 60});
        if (column.cents > 0) {
            rows.push_back(cents_row);
            values.push_back(static_cast<double>(column.cents) / 100);
        }
        starts.push_back(static_cast<int>(rows.size()));
        objective.push_back(column.gain);
        upper.push_back(static_cast<double>(groups[g].persons));
    }
    std::vector<double> most;
    for (const Takers& group : groups) most.push_back(static_cast<double>(group.persons));
    most.push_back(static_cast<double>(budget.minutes) / 60);
    most.push_back(static_cast<double>(budget.cents) / 100);
    const std::vector<double> row_least(most.size(), 0), zeros(used.size(), 0);
    const std::unique_ptr<Cbc_Model, Delete> model(Cbc_newModel());
    Cbc_loadProblem(model.get(), static_cast<int>(used.size()), static_cast<int>(most.size()),
                    starts.data(), rows.data(), values.data(), zeros.data(), upper.data(),
                    objective.data(), row_least.data(), most.data());
    Cbc_setObjSense(model.get(), -1);
    for (std::size_t i = 0; i < used.size(); ++i) Cbc_setInteger(model.get(), static_cast<int>(i));
    Cbc_setParameter(model.get(), "log", "0");
    Cbc_setParameter(model.get(), "sec", seconds);
    Cbc_setParameter(model.get(), "ratio", gap);
    Cbc_solve(model.get());
    Solved solved;
    const double* solution = Cbc_getColSolution(model.get());
    if (solution == nullptr || Cbc_isProvenInfeasible(model.get()) != 0 ||
        Cbc_getNumCols(model.get()) != static_cast<int>(used.size()))
        return solved;
    for (std::size_t i = 0; i < used.size(); ++i)
        if (const auto agents = static_cast<std::int64_t>(std::llround(solution[i])); agents > 0)
            solved.choices.push_back({used[i].first, used[i].second, agents});
    solved.optimal = Cbc_isProvenOptimal(model.get()) != 0;
    solved.bound = Cbc_getBestPossibleObjValue(model.get());
    return solved;
}

// What the solver returned, held against the true numbers.
bool holds(std::span<const Takers> groups, std::span<const Choice> choices, const Budget& budget) {
    std::vector<std::int64_t> agents(groups.size(), 0);
    for (const Choice& choice : choices) agents[choice.group] += choice.agents;
    for (std::size_t g = 0; g < groups.size(); ++g)
        if (agents[g] > groups[g].persons) return false;
    const Total total = total_of(groups, choices);
    return total.minutes <= budget.minutes && total.cents <= budget.cents;
}

constexpr std::size_t most_columns_exact = 6000;

}  // namespace

std::vector<Group> groups_of(std::span<const Need> agents, const Levels& targets,
                             std::size_t most_groups) {
    const std::size_t competences = targets.size();
    std::map<Levels, std::int64_t> distinct;
    std::int64_t persons = 0;
    for (const Need& need : agents) {
        Levels levels = need.levels;
        for (std::size_t c = 0; c < competences; ++c) levels[c] = std::min(levels[c], targets[c]);
        distinct[std::move(levels)] += need.persons;
        persons += need.persons;
    }
    if (persons < smallest_group) return {};
    std::vector<Need> all;
    for (auto& [levels, count] : distinct) all.push_back({levels, count});
    struct Piece {
        std::span<Need> agents;
        Cut cut;
        bool operator<(const Piece& other) const { return cut.spread < other.cut.spread; }
    };
    std::priority_queue<Piece> open;
    std::vector<std::span<Need>> finished;
    const auto put = [&](std::span<Need> part) {
        if (const auto cut = best_cut(part, competences))
            open.push({part, *cut});
        else
            finished.push_back(part);
    };
    put(all);
    while (!open.empty() && open.size() + finished.size() < most_groups) {
        const Piece part = open.top();
        open.pop();
        const auto upper = std::ranges::stable_partition(part.agents, [&](const Need& need) {
            return need.levels[part.cut.competence] <= part.cut.level;
        });
        const auto below = static_cast<std::size_t>(upper.begin() - part.agents.begin());
        put(part.agents.first(below));
        put(part.agents.subspan(below));
    }
    for (; !open.empty(); open.pop()) finished.push_back(open.top().agents);
    std::vector<Group> groups;
    for (const auto& part : finished) {
        Group group{.persons = 0, .counts = {competences, {{}}}};
        for (const Need& need : part) {
            group.persons += need.persons;
            for (std::size_t c = 0; c < competences; ++c)
                group.counts[c].at(static_cast<std::size_t>(need.levels[c])) += need.persons;
        }
        group.persons = rounded_down(group.persons);
        groups.push_back(std::move(group));
    }
    return groups;
}

Group group_of(const Need& need) {
    Group group{.persons = need.persons, .counts = {need.levels.size(), {{}}}};
    for (std::size_t c = 0; c < need.levels.size(); ++c)
        group.counts[c].at(static_cast<std::size_t>(need.levels[c])) = need.persons;
    return group;
}

double gain(const Group& group, const Levels& targets, std::span<const Course* const> courses) {
    double sum = 0;
    for (std::size_t i = 0; i < courses.size(); ++i)
        for (std::size_t j = 0; j < courses[i]->lessons.size(); ++j) {
            const std::size_t competence = courses[i]->lessons[j].competence;
            // Each competence once, where it is first taught.
            const auto teaches = [&](const Lesson& lesson) {
                return lesson.competence == competence;
            };
            const auto& lessons = courses[i]->lessons;
            if (std::any_of(lessons.begin(), lessons.begin() + static_cast<std::ptrdiff_t>(j),
                            teaches) ||
                std::any_of(courses.begin(), courses.begin() + static_cast<std::ptrdiff_t>(i),
                            [&](const Course* before) {
                                return std::ranges::any_of(before->lessons, teaches);
                            }))
                continue;
            const int target = targets[competence];
            std::int64_t gained = 0, persons = 0;
            for (int from = 0; from < Group::levels; ++from) {
                const std::int64_t there = group.counts[competence][static_cast<std::size_t>(from)];
                persons += there;
                if (there == 0 || from >= target) continue;
                int level = from;
                for (bool again = true; again && level < target;) {
                    again = false;
                    for (const Course* course : courses)
                        for (const Lesson& lesson : course->lessons)
                            if (teaches(lesson) && level >= lesson.from && level < lesson.to) {
                                level = lesson.to;
                                again = true;
                            }
                }
                gained += there * (std::min(level, target) - from);
            }
            if (gained > 0) sum += static_cast<double>(gained) / static_cast<double>(persons);
        }
    return sum;
}

Plan plan_training(std::span<const Group> agents, const Levels& targets,
                   std::span<const Course> courses, const Budget& budget,
                   const std::function<void(int)>& progress) {
    Plan plan;
    plan.seats.assign(courses.size(), 0);
    for (const Group& group : agents)
        for (std::size_t c = 0; c < targets.size(); ++c) {
            std::int64_t missing = 0, persons = 0;
            for (int level = 0; level < Group::levels; ++level) {
                const std::int64_t there = group.counts[c][static_cast<std::size_t>(level)];
                persons += there;
                missing += there * std::max(0, targets[c] - level);
            }
            if (persons > 0)
                plan.gap +=
                    static_cast<double>(group.persons * missing) / static_cast<double>(persons);
        }
    const auto usable = usable_courses(agents, targets, courses);
    std::vector<Takers> groups;
    std::size_t columns = 0, done = 0;
    for (const Group& one : agents) {
        if (progress && done++ % 16 == 0)
            progress(static_cast<int>(30 * done / (agents.size() + 1)));
        Takers group{one.persons, columns_for(one, targets, courses, usable)};
        columns += group.columns.size();
        if (!group.columns.empty()) groups.push_back(std::move(group));
    }
    const auto finish = [&](std::span<const Choice> choices) {
        const Total total = total_of(groups, choices);
        plan.closed = total.closed;
        plan.minutes = total.minutes;
        plan.cents = total.cents;
        for (const Choice& choice : choices)
            for (const int course : groups[choice.group].columns[choice.column].courses)
                if (course >= 0) plan.seats[static_cast<std::size_t>(course)] += choice.agents;
        plan.exact = plan.exact || plan.bound - total.closed <= 1e-9 * plan.bound;
        plan.bound = std::max(plan.bound, plan.closed);
        return plan;
    };
    // The budget buys the best for everybody: nothing to solve.
    std::vector<Choice> best;
    for (std::size_t g = 0; g < groups.size(); ++g) best.push_back({g, 0, groups[g].persons});
    if (holds(groups, best, budget)) {
        plan.bound = total_of(groups, best).closed;
        return finish(best);
    }
    const Weights weights = best_weights(groups, budget, progress);
    plan.bound = dual(groups, budget, weights);
    best = affordable(groups, budget, weights);
    if (progress) progress(72);
    const bool all = columns <= most_columns_exact;
    std::vector<std::pair<std::size_t, std::size_t>> used;
    for (std::size_t g = 0; g < groups.size(); ++g) {
        std::vector<bool> wanted(groups[g].columns.size(), all);
        // Those that pay best at weights near the best ones.
        for (const double minute : {0.9, 0.98, 1.0, 1.02, 1.1})
            for (const double cent : {0.9, 0.98, 1.0, 1.02, 1.1})
                if (const int column =
                        best_at(groups[g], {weights.minute * minute, weights.cent * cent});
                    column >= 0)
                    wanted[static_cast<std::size_t>(column)] = true;
        for (std::size_t c = 0; c < wanted.size(); ++c)
            if (wanted[c]) used.emplace_back(g, c);
    }
    const Solved solved = solve(groups, used, budget, all ? "6" : "60", all ? "0" : "0.0005");
    if (holds(groups, solved.choices, budget) &&
        total_of(groups, solved.choices).closed > total_of(groups, best).closed)
        best = solved.choices;
    if (all && solved.optimal && holds(groups, solved.choices, budget)) {
        plan.exact = true;
        plan.bound = total_of(groups, best).closed;
    }
    return finish(best);
}

}  // namespace coverage
