// SPDX-License-Identifier: EUPL-1.2
// Quotas: what may come next against a search through all tests; the greedy choice against the best
// test of all.
#include "engine/engine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

using namespace engine;

namespace {

bool keeps(const std::vector<Quota>& quotas, unsigned test) {
    return std::ranges::all_of(quotas, [&](const Quota& quota) {
        std::size_t count = 0;
        for (const std::size_t item : quota.items) count += (test >> item) & 1U;
        return count >= quota.at_least && count <= quota.at_most;
    });
}

// All tests of `length` of `items` that keep the quotas and hold those given.
std::vector<unsigned> all_tests(std::size_t items, std::size_t length,
                                const std::vector<Quota>& quotas, unsigned given) {
    std::vector<unsigned> found;
    for (unsigned test = 0; test < 1U << items; ++test)
        if (static_cast<std::size_t>(__builtin_popcount(test)) == length &&
            (test & given) == given && keeps(quotas, test))
            found.push_back(test);
    return found;
}

// Disjoint parts of the items, some of them cut again, with bounds by chance.
std::vector<Quota> nested_quotas(Random& random, std::size_t items) {
    std::vector<Quota> quotas;
    std::size_t begin = 0;
    while (begin < items) {
        const std::size_t size = std::min<std::size_t>(2 + random.below(4), items - begin);
        Quota outer{"outer", {}, random.below(2), 1 + random.below(4)};
        for (std::size_t i = begin; i < begin + size; ++i) outer.items.push_back(i);
        if (size > 2) {
            Quota inner{"inner", {}, random.below(2), 1 + random.below(2)};
            for (std::size_t i = begin; i < begin + size / 2; ++i) inner.items.push_back(i);
            quotas.push_back(inner);
        }
        quotas.push_back(outer);
        begin += size;
    }
    return quotas;
}

}  // namespace

TEST_CASE("of nested quotas the items that may come next are exactly those of some full test") {
    Random random(3);
    int fillable = 0;
    for (int trial = 0; trial < 300; ++trial) {
        const std::size_t items = 12;
        const std::size_t length = 3 + random.below(5);
        const auto quotas = nested_quotas(random, items);
        const auto blueprint = Blueprint::of(items, length, quotas);
        const bool possible = !all_tests(items, length, quotas, 0).empty();
        // A quota alone may be refused sooner; what is accepted can be filled.
        if (!blueprint) {
            CHECK_FALSE(possible);
            continue;
        }
        CHECK(possible);
        CHECK(blueprint->is_laminar());
        ++fillable;
        BlueprintState state(&*blueprint);
        std::vector<double> worth;
        for (std::size_t i = 0; i < items; ++i) worth.push_back(random.uniform());
        unsigned given = 0;
        for (std::size_t k = 0; k < length; ++k) {
            const auto tests = all_tests(items, length, quotas, given);
            REQUIRE_FALSE(tests.empty());
            std::vector<unsigned char> usable(items);
            for (std::size_t i = 0; i < items; ++i) usable[i] = ((given >> i) & 1U) == 0;
            const auto& allowed = state.allowed(usable);
            std::size_t greedy = items;
            for (std::size_t i = 0; i < items; ++i) {
                const bool in_some = usable[i] && std::ranges::any_of(tests, [&](unsigned t) {
                                         return (t >> i) & 1U;
                                     });
                CHECK((allowed[i] != 0) == in_some);
                if (allowed[i] && (greedy == items || worth[i] > worth[greedy])) greedy = i;
            }
            // The shadow test: the best of all full tests, of it the best free item.
            const auto value = [&](unsigned test) {
                double sum = 0;
                for (std::size_t i = 0; i < items; ++i) sum += (test >> i) & 1U ? worth[i] : 0;
                return sum;
            };
            const unsigned best = *std::ranges::max_element(tests, {}, value);
            std::size_t shadow = items;
            for (std::size_t i = 0; i < items; ++i)
                if (usable[i] && ((best >> i) & 1U) &&
                    (shadow == items || worth[i] > worth[shadow]))
                    shadow = i;
            CHECK(greedy == shadow);
            state.give(greedy);
            given |= 1U << greedy;
        }
        CHECK(keeps(quotas, given));
    }
    CHECK(fillable > 50);
}

TEST_CASE("enemies, sets with one stimulus, no two timed in a row") {
    std::vector<Item> items;
    Random random(5);
    for (int i = 0; i < 30; ++i)
        items.push_back(Item::two_pl(0.7 + random.uniform(), random.normal()));
    const Tables tables = *Tables::of({}, items);
    std::vector<int> stimulus(30, -1);
    for (std::size_t i = 10; i < 14; ++i) stimulus[i] = 0;
    std::vector<unsigned char> timed(30, 0);
    for (std::size_t i = 0; i < 30; i += 2) timed[i] = 1;
    // The first three are enemies; of the set all or, if the test ends, what fits.
    const auto blueprint = *Blueprint::of(
        30, 15, {{"enemies", {0, 1, 2}, 0, 1}, {"set", {10, 11, 12, 13}, 2, 4}}, stimulus);
    Rules rules{.select = Select::mepv, .stop = {.length = 15}, .blueprint = &blueprint};
    Session session(tables, rules);
    for (std::uint64_t person = 0; person < 40; ++person) {
        session.begin(Random(7, person));
        while (const auto item = session.next())
            session.answer(static_cast<int>((*item ^ person) & 1));
        const auto& given = session.given();
        REQUIRE(given.size() == 15);
        CHECK(std::ranges::count_if(given, [](std::size_t i) { return i < 3; }) <= 1);
        const auto in_set = [&](std::size_t i) { return stimulus[i] == 0; };
        const auto first = std::ranges::find_if(given, in_set);
        const auto count = std::ranges::count_if(given, in_set);
        CHECK(count >= 2);
        CHECK(std::all_of(first, first + count, in_set));
    }
    const auto apart = *Blueprint::of(30, 20, {}, {}, timed);
    Rules no_two{.select = Select::mepv, .stop = {.length = 20}, .blueprint = &apart};
    Session other(tables, no_two);
    other.begin(Random(1));
    while (const auto item = other.next()) other.answer(static_cast<int>(*item % 2));
    CHECK(other.given().size() == 20);
    for (std::size_t k = 1; k < other.given().size(); ++k)
        CHECK_FALSE((timed[other.given()[k - 1]] && timed[other.given()[k]]));
}

TEST_CASE("what cannot be filled is refused in words") {
    CHECK_FALSE(Blueprint::of(5, 3, {{"x", {0, 1}, 3, 3}}));
    CHECK_FALSE(Blueprint::of(5, 3, {{"x", {0, 1}, 0, 0}, {"y", {2, 3, 4}, 0, 2}}));
    CHECK_FALSE(Blueprint::of(5, 3, {{"x", {9}, 0, 1}}));
    CHECK_FALSE(Blueprint::of(5, 6, {}));
    CHECK_FALSE(
        Blueprint::of(6, 2, {{"x", {0, 1}, 1, 2}, {"y", {2, 3}, 1, 2}, {"z", {4, 5}, 1, 2}}));
    CHECK(Blueprint::of(5, 5, {}));
}

TEST_CASE("of crossing quotas the shadow test is the best of all tests") {
    Random random(11);
    int solved = 0;
    for (int trial = 0; trial < 40; ++trial) {
        const std::size_t items = 13;
        const std::size_t length = 5;
        std::vector<Quota> quotas;
        for (int q = 0; q < 5; ++q) {
            Quota quota{"q", {}, random.below(3), 2 + random.below(3)};
            for (std::size_t i = 0; i < items; ++i)
                if (random.uniform() < 0.45) quota.items.push_back(i);
            if (quota.items.size() < 3) continue;
            quotas.push_back(quota);
        }
        const auto blueprint = Blueprint::of(items, length, quotas);
        if (!blueprint || blueprint->is_laminar()) continue;
        std::vector<double> worth;
        for (std::size_t i = 0; i < items; ++i) worth.push_back(random.uniform());
        const auto value = [&](unsigned test) {
            double sum = 0;
            for (std::size_t i = 0; i < items; ++i) sum += (test >> i) & 1U ? worth[i] : 0;
            return sum;
        };
        BlueprintState state(&*blueprint);
        unsigned given = 0;
        for (std::size_t k = 0; k < length; ++k) {
            const auto tests = all_tests(items, length, quotas, given);
            std::vector<unsigned char> usable(items);
            for (std::size_t i = 0; i < items; ++i) usable[i] = ((given >> i) & 1U) == 0;
            const auto shadow = state.shadow_test(usable, usable, worth);
            CHECK(shadow.empty() == tests.empty());
            if (shadow.empty()) break;
            ++solved;
            unsigned test = given;
            for (const std::size_t item : shadow) test |= 1U << item;
            CHECK(value(test) ==
                  doctest::Approx(value(*std::ranges::max_element(tests, {}, value))));
            CHECK(keeps(quotas, test));
            const std::size_t best = *std::ranges::max_element(
                shadow, {}, [&](std::size_t item) { return worth[item]; });
            state.give(best);
            given |= 1U << best;
        }
    }
    CHECK(solved > 40);
}

TEST_CASE("a session keeps crossing quotas") {
    std::vector<Item> items;
    Random random(13);
    for (int i = 0; i < 60; ++i)
        items.push_back(Item::two_pl(0.7 + random.uniform(), random.normal()));
    const Tables tables = *Tables::of({}, items);
    std::vector<Quota> quotas(5);
    for (std::size_t i = 0; i < 60; ++i) {
        quotas[i % 3].items.push_back(i);            // formats
        quotas[3 + (i / 3) % 2].items.push_back(i);  // languages
    }
    for (Quota& quota : quotas) quota.at_least = 3, quota.at_most = 8;
    quotas[4].at_most = 5;
    const auto blueprint = *Blueprint::of(60, 12, quotas);
    CHECK_FALSE(blueprint.is_laminar());
    Rules rules{.select = Select::fisher, .stop = {.length = 12}, .blueprint = &blueprint};
    Session session(tables, rules);
    for (std::uint64_t person = 0; person < 5; ++person) {
        session.begin(Random(17, person));
        while (const auto item = session.next())
            session.answer(static_cast<int>((*item ^ person) & 1));
        CHECK(session.given().size() == 12);
        for (const Quota& quota : quotas) {
            const auto count = std::ranges::count_if(session.given(), [&](std::size_t item) {
                return std::ranges::binary_search(quota.items, item);
            });
            CHECK(count >= static_cast<std::ptrdiff_t>(quota.at_least));
            CHECK(count <= static_cast<std::ptrdiff_t>(quota.at_most));
        }
    }
}
