// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/bits.hpp"

#include <algorithm>

namespace catalogue {
namespace {

using Words = std::span<const std::uint64_t>;

[[gnu::always_inline]] inline std::size_t count_all(Words a) {
    std::size_t count = 0;
    for (const auto word : a) count += static_cast<std::size_t>(std::popcount(word));
    return count;
}
[[gnu::always_inline]] inline std::size_t count_both(Words a, Words b) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        count += static_cast<std::size_t>(std::popcount(a[i] & b[i]));
    return count;
}

CAMPUS_POPCNT std::size_t count_all_fast(Words a) {
    return count_all(a);
}
CAMPUS_POPCNT std::size_t count_both_fast(Words a, Words b) {
    return count_both(a, b);
}

}  // namespace

bool has_popcnt() {
#if defined(__x86_64__)
    static const bool has = __builtin_cpu_supports("popcnt") != 0;
    return has;
#else
    return false;
#endif
}

Bits::Bits(std::size_t size, bool value)
    : size_(size), words_((size + 63) / 64, value ? ~std::uint64_t{0} : 0) {
    if (value && size % 64 != 0) words_.back() >>= 64 - size % 64;
}

std::size_t Bits::count() const {
    return has_popcnt() ? count_all_fast(words_) : count_all(words_);
}

bool Bits::any() const {
    return std::ranges::any_of(words_, [](std::uint64_t word) { return word != 0; });
}

Bits& Bits::operator&=(const Bits& other) {
    const std::size_t common = std::min(words_.size(), other.words_.size());
    for (std::size_t i = 0; i < common; ++i) words_[i] &= other.words_[i];
    std::fill(words_.begin() + static_cast<std::ptrdiff_t>(common), words_.end(), 0);
    return *this;
}

Bits& Bits::operator|=(const Bits& other) {
    const std::size_t common = std::min(words_.size(), other.words_.size());
    for (std::size_t i = 0; i < common; ++i) words_[i] |= other.words_[i];
    if (size_ < other.size_ && size_ % 64 != 0)
        words_.back() &= ~std::uint64_t{0} >> (64 - size_ % 64);
    return *this;
}

std::size_t count_common(const Bits& a, const Bits& b) {
    const std::size_t common = std::min(a.words_.size(), b.words_.size());
    const Words left = Words{a.words_}.first(common);
    const Words right = Words{b.words_}.first(common);
    return has_popcnt() ? count_both_fast(left, right) : count_both(left, right);
}

}  // namespace catalogue
