// SPDX-License-Identifier: EUPL-1.2
// A random source that gives the same numbers everywhere and for ever: what a candidate was shown
// is made again from its seed. SplitMix64 (Steele, Lea, Flood 2014, doi 10.1145/2660193.2660195).
#pragma once
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace items {

class Random {
public:
    // Streams of one seed know nothing of each other: a parameter more moves no option.
    Random(std::uint64_t seed, std::string_view stream) : state_(seed) {
        for (const char c : stream)  // FNV-1a
            state_ = (state_ ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
    std::uint64_t next() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    // 0 to n - 1, each as likely as the others; n > 0.
    std::uint64_t below(std::uint64_t n) {
        const std::uint64_t uneven = std::numeric_limits<std::uint64_t>::max() % n + 1;
        const std::uint64_t most = std::numeric_limits<std::uint64_t>::max() - uneven % n;
        std::uint64_t drawn = next();
        while (drawn > most) drawn = next();
        return drawn % n;
    }
    template <class T>
    void shuffle(std::vector<T>& list) {
        for (std::size_t i = list.size(); i > 1; --i)
            std::swap(list[i - 1], list[static_cast<std::size_t>(below(i))]);
    }

private:
    std::uint64_t state_;
};

}  // namespace items
