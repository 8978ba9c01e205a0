// SPDX-License-Identifier: EUPL-1.2
// Disclosure control of counts in a tree of organisations: no group of one to four persons can be
// had from what is published, by subtracting rows, columns, pages or days. Pure.
//
// Method (Handbook on Statistical Disclosure Control, 2nd ed., chapter 5: 5.2 differencing, 5.5
// rounding, https://sdctools.github.io/HandbookSDC/05-frequency-tables.html):
// - Every published count is a multiple of five, so every sum and difference of published counts is
//   one, too: of a parent and its children, of two columns, of two days, of two viewers' pages.
//   Counts are rounded down; 0 reads "fewer than 5".
// - Figures are held: those of an organisation change only when at least five persons differ from
//   when they last changed, and when those of all above it change, too. Who knows that one
//   colleague did a test last night learns nothing from this morning's page.
// - What an organisation shows beyond those below it leaves open who of them it is: were five
//   services of up to four to show 20 together, each would be known to have four.
// - The unknown (headcount minus counted) are a group, too: at least five are left.
// So a figure tells what there was to within four, or, where few people come and go, what there was
// a while ago.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace coverage {

inline constexpr std::int64_t smallest_group = 5;

// Several counts of the same persons. Which are parts of which says a Shape.
using Counts = std::vector<std::int64_t>;

// Chains of counts, each of which is part of the one before: {{0, 1}} for positioned and at the
// core; {{0, 1}, {0, 2, 3}} shares the first count between two chains. The first of all chains is
// count 0, the others stand in one chain each.
struct Shape {
    std::size_t counts = 1;
    std::vector<std::vector<std::size_t>> chains = {{0}};
};
// One chain of that many counts.
Shape chain_of(std::size_t counts);

// An organisation as it is.
struct Part {
    std::optional<std::size_t> parent;      // its place in the list: before this one
    Counts own;                             // of its own people, not of the organisations below
    std::optional<std::int64_t> headcount;  // declared, with all below; see coherent()
};

// What an organisation keeps from one publication to the next. Never shown.
struct Held {
    Counts base;    // what there was, with all below, when its figures last changed
    Counts figure;  // what was then to be shown
    friend bool operator==(const Held&, const Held&) = default;
};

struct Publication {
    std::vector<Held> held;  // as the parts
    std::vector<Counts>
        shown;  // each organisation with all below: multiples of five; 0: under five
};

// Of the parts as they are now; `before`: what the last publication held, an empty one for an
// organisation that is new.
Publication publish(const Shape&, std::span<const Part>, std::span<const Held> before);

// How many persons differ at least between two counts of the same group.
std::int64_t persons_between(const Shape&, const Counts&, const Counts&);

// Headcounts made to agree: none is less than the sum of those declared below it.
void make_coherent(std::span<Part>);

// For a figure outside of any tree that is counted once: 23 is 20, 4 is 0.
constexpr std::int64_t rounded_down(std::int64_t count) {
    const std::int64_t rest = count % smallest_group;
    return count - (rest < 0 ? rest + smallest_group : rest);
}

}  // namespace coverage
