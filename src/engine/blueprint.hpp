// SPDX-License-Identifier: EUPL-1.2
// What a test must contain whatever is known of the candidate: so many items of each competence,
// format, level or language, at least and at most.
//
// Shadow test (van der Linden & Reese 1998; van der Linden 2005): at each question the best full
// test that keeps all the rules and holds the items already given, of which the best free item is
// asked. Where the sets of the rules are nested or disjoint (a laminar family) the tests are the
// bases of a generalised matroid, so the greedy choice is the shadow test's: the best item with
// which the rest can still be filled. That is decided by counting, in microseconds.
#pragma once
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string>
#include <vector>

namespace engine {

struct Quota {
    std::string name;
    std::vector<std::size_t> items;
    std::size_t at_least = 0;
    std::size_t at_most = SIZE_MAX;
};

class Blueprint {
public:
    // A test of `length` of `items` items. Enemies are quotas of at most one. Items of one stimulus
    // are given one after the other: `stimulus` holds a number for each item, -1 for none (empty:
    // none at all). `timed` items are never given twice in a row (empty: none is).
    // Refuses, in words, what cannot be filled.
    static std::expected<Blueprint, std::string> of(std::size_t items, std::size_t length,
                                                    std::vector<Quota>,
                                                    std::vector<int> stimulus = {},
                                                    std::vector<unsigned char> timed = {});
    bool is_laminar() const { return laminar_; }
    std::size_t length() const { return length_; }
    const std::vector<Quota>& quotas() const { return quotas_; }

private:
    friend class BlueprintState;
    std::size_t items_ = 0;
    std::size_t length_ = 0;
    bool laminar_ = true;
    std::vector<Quota> quotas_;
    std::vector<int> stimulus_;
    std::vector<unsigned char> timed_;
    // Sorted by size, small ones first; the last is the test itself, with all items.
    // Laminar: the number of each quota's smallest containing quota; each item's smallest quota.
    std::vector<int> parent_;
    std::vector<int> innermost_;
    std::vector<std::vector<std::uint32_t>> quotas_of_;  // of each item
};

// How far one test has come.
class BlueprintState {
public:
    BlueprintState() = default;
    explicit BlueprintState(const Blueprint*);
    void reset();
    void give(std::size_t item);
    // The items that may come next, as a flag each: usable ones (not given, not barred) with which
    // the test can still be completed. Of laminar quotas exactly; where quotas cross only by the
    // rules of order and the quotas that are full: see shadow_test().
    const std::vector<unsigned char>& allowed(std::span<const unsigned char> usable);
    // Where quotas cross: the free items of the best full test, by integer programming (CBC).
    // `worth` of each item; at least one of those in `next` is among them, so that the test can go
    // on by the rules of order. Empty when no test keeps all the quotas.
    std::vector<std::size_t> shadow_test(std::span<const unsigned char> usable,
                                         std::span<const unsigned char> next,
                                         std::span<const double> worth) const;

private:
    void count_needs(std::span<const unsigned char> usable);
    bool may_give_from(int quota) const;
    void apply_order(std::span<const unsigned char> usable);
    const Blueprint* blueprint_ = nullptr;
    std::size_t given_ = 0;
    int last_ = -1;
    std::vector<std::size_t> counts_;
    std::vector<unsigned char> allowed_;
    // Of each quota, and last of the whole test: items still needed and items still possible.
    std::vector<std::size_t> needs_, possible_, spare_;
};

}  // namespace engine
