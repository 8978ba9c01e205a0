// SPDX-License-Identifier: EUPL-1.2
// A set of positions in an index, one bit each: what facets and further conditions are made of.
#pragma once
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

// Counting bits takes one instruction where the processor has it (every x86-64 since 2008) and ten
// where the compiler may not assume so. CAMPUS_POPCNT marks the copy of a function for the former;
// has_popcnt() chooses at run time.
#if defined(__x86_64__)
#define CAMPUS_POPCNT [[gnu::target("popcnt")]]
#else
#define CAMPUS_POPCNT
#endif

namespace catalogue {

bool has_popcnt();

class Bits {
public:
    Bits() = default;
    // All bits are `value`.
    explicit Bits(std::size_t size, bool value = false);

    std::size_t size() const { return size_; }
    // Precondition: position < size().
    void set(std::size_t position) { words_[position / 64] |= std::uint64_t{1} << position % 64; }
    // False beyond the end, so that a set made for an older index does no harm.
    bool test(std::size_t position) const {
        return position < size_ && (words_[position / 64] >> position % 64 & 1) != 0;
    }
    std::size_t count() const;
    bool any() const;
    // Keep this size; what the other lacks counts as not set.
    Bits& operator&=(const Bits& other);
    Bits& operator|=(const Bits& other);
    friend bool operator==(const Bits&, const Bits&) = default;

    // Calls visit(position) in rising order until it returns false.
    template <class Visit>
    void visit_while(Visit visit) const {
        for (std::size_t i = 0; i < words_.size(); ++i)
            for (std::uint64_t word = words_[i]; word != 0; word &= word - 1)
                if (!visit(i * 64 + static_cast<std::size_t>(std::countr_zero(word)))) return;
    }
    template <class Visit>
    void visit(Visit visit) const {
        visit_while([&](std::size_t position) {
            visit(position);
            return true;
        });
    }

    friend std::size_t count_common(const Bits&, const Bits&);  // of both, without making the set

private:
    std::size_t size_ = 0;
    std::vector<std::uint64_t> words_;  // bits beyond size_ are 0
};

std::size_t count_common(const Bits&, const Bits&);

}  // namespace catalogue
