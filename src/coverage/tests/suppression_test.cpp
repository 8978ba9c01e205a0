// SPDX-License-Identifier: EUPL-1.2
#include "coverage/suppression.hpp"

#include "engine/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

using namespace coverage;

namespace {

const Shape one = chain_of(1);
const Shape two = chain_of(2);  // positioned, at the core

std::vector<Held> nothing_held(std::size_t parts) {
    return std::vector<Held>(parts);
}

// A root with these services, as one count each.
std::vector<Part> family(std::int64_t own, const std::vector<std::int64_t>& services) {
    std::vector<Part> parts{{.parent = {}, .own = {own}, .headcount = {}}};
    for (const auto count : services)
        parts.push_back({.parent = 0, .own = {count}, .headcount = {}});
    return parts;
}

std::vector<std::int64_t> shown(const Publication& made, std::size_t k = 0) {
    std::vector<std::int64_t> figures;
    for (const Counts& counts : made.shown) figures.push_back(counts.at(k));
    return figures;
}

using Figures = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("counts are rounded down to a multiple of five") {
    struct {
        std::int64_t count, rounded;
    } constexpr table[] = {{0, 0}, {4, 0}, {5, 5}, {9, 5}, {10, 10}, {-1, -5}, {-5, -5}, {-6, -10}};
    for (const auto& [count, rounded] : table) CHECK(rounded_down(count) == rounded);
}

TEST_CASE("how many persons differ at least between two rows") {
    struct {
        Counts before, after;
        std::int64_t persons;
    } const table[] = {
        {{10, 4}, {10, 4}, 0},
        {{10, 4}, {14, 4}, 4},
        {{10, 4}, {14, 8}, 4},  // the four who came are at the core
        {{10, 4}, {14, 9}, 5},  // and one who was there reached it
        {{10, 4}, {10, 9}, 5},
        {{10, 4}, {6, 0}, 4},
        {{10, 4}, {5, 0}, 5},
        {{10, 4}, {13, 2}, 5},  // 3 more, yet 2 fewer at the core: 5 more on the way
    };
    for (const auto& row : table) {
        CHECK(persons_between(two, row.before, row.after) == row.persons);
        CHECK(persons_between(two, row.after, row.before) == row.persons);
    }
}

TEST_CASE("a group under five is hidden, and cannot be had from the organisation above") {
    struct {
        std::int64_t own;
        Figures services, figures;
    } const table[] = {
        {0, {4}, {0, 0}},
        {0, {5}, {5, 5}},
        {0, {12, 3}, {10, 10, 0}},        // 2 + 3 are five, but two services: each would be known
        {0, {12, 3, 4}, {15, 10, 0, 0}},  // 2 + 3 + 4: of three services, shown above
        {3, {12, 3}, {15, 10, 0}},
        {0, {4, 4, 4, 4, 4}, {15, 0, 0, 0, 0, 0}},  // not 20: each would be known to have four
        {300, {4, 4}, {300, 0, 0}},
        {7, {}, {5}},
    };
    for (const auto& row : table) {
        const auto parts = family(row.own, row.services);
        CHECK(shown(publish(one, parts, nothing_held(parts.size()))) == row.figures);
    }
}

TEST_CASE("a figure changes when five persons differ, and not before") {
    auto parts = family(0, {7});
    auto made = publish(one, parts, nothing_held(2));
    CHECK(shown(made) == Figures{5, 5});
    struct {
        std::int64_t count, figure;
    } constexpr days[] = {{10, 5},  {11, 5},  {12, 10}, {15, 10}, {16, 10},
                          {17, 15}, {13, 15}, {12, 10}, {8, 10},  {7, 5}};
    for (const auto& [count, figure] : days) {
        parts[1].own = {count};
        made = publish(one, parts, made.held);
        CHECK(shown(made) == Figures{figure, figure});
    }
    // The same once more changes nothing.
    CHECK(publish(one, parts, made.held).held == made.held);
}

TEST_CASE("who joins alone shows in no column") {
    std::vector<Part> parts{{.parent = {}, .own = {24, 4}, .headcount = {}}};
    auto made = publish(two, parts, nothing_held(1));
    CHECK(made.shown[0] == Counts{20, 0});
    parts[0].own = {25, 5};  // would be 25 and 5: the newcomer is at the core
    made = publish(two, parts, made.held);
    CHECK(made.shown[0] == Counts{20, 0});
    parts[0].own = {29, 8};
    made = publish(two, parts, made.held);
    CHECK(made.shown[0] == Counts{25, 5});
}

TEST_CASE("at least five stay unknown of every headcount") {
    struct {
        std::int64_t headcount, counted, figure;
    } constexpr table[] = {
        {9, 9, 0},    {10, 10, 5},  {14, 14, 5}, {15, 14, 10}, {15, 9, 5},
        {20, 20, 15}, {20, 16, 15}, {10, 20, 5}, {3, 3, 0},    {600'000, 599'999, 599'995}};
    for (const auto& row : table) {
        const std::vector<Part> parts{
            {.parent = {}, .own = {row.counted}, .headcount = row.headcount}};
        CHECK(shown(publish(one, parts, nothing_held(1))) == Figures{row.figure});
    }
    // Nor of those who work in no service: 23 of them, 22 counted.
    std::vector<Part> parts = family(22, {50});
    parts[0].headcount = 123;
    parts[1].headcount = 100;
    CHECK(shown(publish(one, parts, nothing_held(2))) == Figures{65, 50});
}

TEST_CASE("headcounts agree from the bottom up") {
    std::vector<Part> parts{{.parent = {}, .own = {0}, .headcount = 100},
                            {.parent = 0, .own = {0}, .headcount = {}},
                            {.parent = 1, .own = {0}, .headcount = 80},
                            {.parent = 0, .own = {0}, .headcount = 30}};
    make_coherent(parts);
    CHECK(parts[0].headcount == 110);
    CHECK(!parts[1].headcount);
    CHECK(parts[3].headcount == 30);
}

// --- The attacker who solves all linear relations ------------------------------------------------

namespace {

// Equations between the cells (persons of one organisation alone, on one day), brought to reduced
// row echelon form.
class Equations {
public:
    explicit Equations(std::size_t cells) : cells_(cells) {}
    void add(std::vector<double> row, double value) {
        row.push_back(value);
        reduce(row);
        const auto pivot = pivot_of(row);
        if (!pivot) return;
        const double by = row[*pivot];
        for (double& x : row) x /= by;
        for (auto& [column, other] : rows_) {
            const double factor = other[*pivot];
            for (std::size_t i = 0; i < row.size(); ++i) other[i] -= factor * row[i];
        }
        rows_.emplace(*pivot, std::move(row));
    }
    // What the equations say of such a sum of cells; nothing: nothing.
    std::optional<double> solve(std::vector<double> sum) const {
        sum.push_back(0);
        reduce(sum);
        if (pivot_of(sum)) return std::nullopt;
        return -sum.back();
    }

private:
    void reduce(std::vector<double>& row) const {
        for (const auto& [column, known] : rows_) {
            const double factor = row[column];
            if (std::abs(factor) < 1e-9) continue;
            for (std::size_t i = 0; i < row.size(); ++i) row[i] -= factor * known[i];
        }
    }
    std::optional<std::size_t> pivot_of(const std::vector<double>& row) const {
        for (std::size_t i = 0; i < cells_; ++i)
            if (std::abs(row[i]) > 1e-9) return i;
        return std::nullopt;
    }
    std::size_t cells_;
    std::map<std::size_t, std::vector<double>> rows_;
};

bool is_under(const std::vector<Part>& parts, std::size_t inner, std::size_t outer) {
    for (std::optional<std::size_t> at = inner; at; at = parts[*at].parent)
        if (*at == outer) return true;
    return false;
}

// Organisations as they come: a tree, people who are positioned, reach the core, leave.
struct World {
    std::vector<Part> parts;
    void begin(engine::Random& random) {
        const std::size_t count = 2 + random.below(9);
        for (std::size_t i = 0; i < count; ++i) {
            Part part{.parent = {}, .own = {0, 0}, .headcount = {}};
            if (i > 0) part.parent = random.below(static_cast<std::uint32_t>(i));
            if (random.below(3) > 0) part.headcount = static_cast<std::int64_t>(random.below(60));
            parts.push_back(part);
        }
        make_coherent(parts);
        live(random, 12);
    }
    void live(engine::Random& random, std::uint32_t most) {
        for (Part& part : parts) {
            std::int64_t& all = part.own[0];
            std::int64_t& core = part.own[1];
            all = std::max<std::int64_t>(
                0, all + static_cast<std::int64_t>(random.below(most)) - (most > 6 ? 1 : 2));
            core = std::clamp<std::int64_t>(core + static_cast<std::int64_t>(random.below(4)) - 1,
                                            0, all);
        }
    }
};

}  // namespace

TEST_CASE("who solves all that was published, of all days, finds no group of one to four") {
    constexpr int trees = 300, days = 4;
    engine::Random random(20261231, 1);
    for (int tree = 0; tree < trees; ++tree) {
        World world;
        world.begin(random);
        const std::size_t parts = world.parts.size();
        // Cells: organisation x day x (at the core, on the way).
        const auto cell = [&](std::size_t part, int day, int on_the_way) {
            return (static_cast<std::size_t>(day) * parts + part) * 2 +
                   static_cast<std::size_t>(on_the_way);
        };
        const std::size_t cells = parts * days * 2;
        const auto subtree = [&](std::size_t top, int day, bool core, bool way, double sign,
                                 std::vector<double> sum) {
            for (std::size_t i = 0; i < parts; ++i)
                if (is_under(world.parts, i, top)) {
                    if (core) sum[cell(i, day, 0)] += sign;
                    if (way) sum[cell(i, day, 1)] += sign;
                }
            return sum;
        };
        const std::vector<double> none(cells, 0.0);
        Equations equations(cells);
        std::vector<Held> held = nothing_held(parts);
        for (int day = 0; day < days; ++day) {
            const auto made = publish(two, world.parts, held);
            held = made.held;
            for (std::size_t i = 0; i < parts; ++i) {
                const double positioned = static_cast<double>(made.shown[i][0]);
                const double at_core = static_cast<double>(made.shown[i][1]);
                REQUIRE(at_core <= positioned);
                if (positioned == 0) continue;
                equations.add(subtree(i, day, true, true, 1, none), positioned);
                if (at_core > 0) equations.add(subtree(i, day, true, false, 1, none), at_core);
                if (world.parts[i].headcount)  // the unknown
                    REQUIRE(static_cast<double>(*world.parts[i].headcount) - positioned >= 5);
            }
            world.live(random, static_cast<std::uint32_t>(3 + random.below(8)));
        }
        const auto safe = [&](std::vector<double> sum) {
            const auto value = equations.solve(std::move(sum));
            return !value || std::abs(*value) < 1e-6 || std::abs(*value) > 4.999;
        };
        bool all_safe = true;
        for (std::size_t i = 0; i < parts; ++i)
            for (int day = 0; day < days; ++day)
                for (const auto& [core, way] :
                     {std::pair{true, true}, {true, false}, {false, true}}) {
                    const auto here = subtree(i, day, core, way, 1, none);
                    std::vector<double> alone = none;
                    if (core) alone[cell(i, day, 0)] = 1;
                    if (way) alone[cell(i, day, 1)] = 1;
                    all_safe = all_safe && safe(here) && safe(alone);
                    // Without each of the others below it, or beside it.
                    for (std::size_t j = i + 1; j < parts; ++j)
                        all_safe = all_safe && safe(subtree(j, day, core, way, -1, here));
                    for (int before = 0; before < day; ++before)
                        all_safe = all_safe && safe(subtree(i, before, core, way, -1, here));
                }
        CHECK(all_safe);
    }
}

// --- The attacker who thinks of every case -------------------------------------------------------

namespace {

// All worlds that look the same from outside: what each sum of cells can be.
struct Range {
    std::int64_t least = std::numeric_limits<std::int64_t>::max(), most = 0;
    void add(std::int64_t value) {
        least = std::min(least, value);
        most = std::max(most, value);
    }
    bool found() const { return (least >= 1 && most <= 4) || most == 0; }
};

// `published`: what a world looks like, nothing where there is none such. `cells_of`: the cells of
// a world whose sums are at stake; every subset of them is tried.
void check_every_world(const std::vector<std::int64_t>& limits,
                       const std::function<Figures(const Figures&)>& published,
                       const std::function<Figures(const Figures&)>& cells_of) {
    std::map<Figures, std::vector<Range>> by_looks;
    Figures world(limits.size(), 0);
    for (;;) {
        const Figures cells = cells_of(world);
        Figures looks = published(world);
        auto& ranges = by_looks[std::move(looks)];
        ranges.resize((std::size_t{1} << cells.size()) - 1);
        for (std::size_t subset = 1; subset <= ranges.size(); ++subset) {
            std::int64_t sum = 0;
            for (std::size_t i = 0; i < cells.size(); ++i)
                if ((subset >> i & 1U) != 0) sum += cells[i];
            ranges[subset - 1].add(sum);
        }
        std::size_t digit = 0;
        while (digit < world.size() && world[digit] == limits[digit]) world[digit++] = 0;
        if (digit == world.size()) break;
        ++world[digit];
    }
    by_looks.erase(Figures{});
    CHECK(by_looks.size() > 1);
    for (const auto& [looks, ranges] : by_looks)
        for (std::size_t subset = 0; subset < ranges.size(); ++subset) {
            std::string told;
            for (const auto figure : looks) told += std::to_string(figure) + " ";
            CAPTURE(told);
            CAPTURE(subset + 1);
            CAPTURE(ranges[subset].least);
            CAPTURE(ranges[subset].most);
            CHECK(!ranges[subset].found());
        }
}

Figures figures_of(const Publication& made) {
    Figures all;
    for (const Counts& counts : made.shown) all.insert(all.end(), counts.begin(), counts.end());
    return all;
}

}  // namespace

TEST_CASE(
    "no union of services can be one to four persons only, in any world that looks the same") {
    for (const std::size_t services : {1U, 2U, 3U, 4U, 5U}) {
        const auto published = [&](const Figures& world) {
            const auto parts = family(0, world);
            return figures_of(publish(one, parts, nothing_held(parts.size())));
        };
        check_every_world(Figures(services, 9), published,
                          [](const Figures& world) { return world; });
    }
    // With people of the office itself.
    const auto published = [&](const Figures& world) {
        const auto parts = family(world[0], {world[1], world[2], world[3]});
        return figures_of(publish(one, parts, nothing_held(parts.size())));
    };
    check_every_world({24, 9, 9, 9}, published, [](const Figures& world) { return world; });
}

TEST_CASE("nor on the way, at the core, or unknown") {
    // Two services: positioned and at the core of each.
    const auto parts_of = [](const Figures& world) {
        return std::vector<Part>{{.parent = {}, .own = {0, 0}, .headcount = {}},
                                 {.parent = 0, .own = {world[0], world[1]}, .headcount = {}},
                                 {.parent = 0, .own = {world[2], world[3]}, .headcount = {}}};
    };
    check_every_world(
        {14, 14, 14, 14},
        [&](const Figures& world) {
            if (world[1] > world[0] || world[3] > world[2]) return Figures{};  // no such world
            return figures_of(publish(two, parts_of(world), nothing_held(3)));
        },
        [](const Figures& world) {
            return Figures{world[0] - world[1], world[1], world[2] - world[3], world[3]};
        });
    // Those of whom nothing is known, of services with 12, 17 and 30 people.
    const std::vector<std::int64_t> headcounts{12, 17, 30};
    check_every_world(
        headcounts,
        [&](const Figures& world) {
            auto parts = family(0, world);
            parts[0].headcount = 59;
            for (std::size_t i = 0; i < 3; ++i) parts[i + 1].headcount = headcounts[i];
            return figures_of(publish(one, parts, nothing_held(4)));
        },
        [&](const Figures& world) {
            Figures unknown;
            for (std::size_t i = 0; i < 3; ++i) unknown.push_back(headcounts[i] - world[i]);
            return unknown;
        });
}

TEST_CASE("nor who came between two days") {
    // Two services, on two days; nobody leaves.
    check_every_world(
        {9, 9, 12, 12},
        [](const Figures& world) {
            auto parts = family(0, {world[0], world[1]});
            const auto first = publish(one, parts, nothing_held(3));
            parts[1].own[0] += world[2];
            parts[2].own[0] += world[3];
            Figures both = figures_of(first);
            const Figures second = figures_of(publish(one, parts, first.held));
            both.insert(both.end(), second.begin(), second.end());
            return both;
        },
        [](const Figures& world) { return Figures{world[2], world[3]}; });
}

TEST_CASE("every figure of a large tree lies near what it counts") {
    engine::Random random(7, 1);
    std::vector<Part> parts{{.parent = {}, .own = {0, 0}, .headcount = {}}};
    for (std::size_t i = 1; i < 2000; ++i)
        parts.push_back(
            {.parent = i < 40 ? 0 : 1 + random.below(39), .own = {0, 0}, .headcount = {}});
    std::vector<Held> held = nothing_held(parts.size());
    for (int day = 0; day < 30; ++day) {
        for (Part& part : parts) {
            part.own[0] += static_cast<std::int64_t>(random.below(3));
            part.own[1] = part.own[0] / 2;
        }
        const auto made = publish(two, parts, held);
        held = made.held;
        Counts all(parts.size(), 0);
        for (std::size_t i = parts.size(); i-- > 0;) {
            all[i] += parts[i].own[0];
            if (parts[i].parent) all[*parts[i].parent] += all[i];
            const std::int64_t missing = all[i] - made.shown[i][0];
            CHECK(missing >= -4);
            CHECK(missing <= 12);
        }
    }
}
