// SPDX-License-Identifier: EUPL-1.2
// Random numbers that are the same on every machine: xoshiro256++ (Blackman & Vigna 2021) with our
// own transforms. Each candidate has a stream of their own, named by the seed and a number, so that
// results do not depend on how the candidates are shared among threads.
#pragma once
#include "engine/math.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace engine {

class Random {
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) {
        // SplitMix64 spreads the two numbers over the state, as the authors of xoshiro advise.
        std::uint64_t mixed = mix(seed) ^ (stream * 0xD1342543DE82EF95U + 0x632BE59BD9B4E019U);
        for (std::uint64_t& word : state_) word = mix(mixed += 0x9E3779B97F4A7C15U);
    }

    std::uint64_t bits() {
        const std::uint64_t result = std::rotl(state_[0] + state_[3], 23) + state_[0];
        const std::uint64_t shifted = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= shifted;
        state_[3] = std::rotl(state_[3], 45);
        return result;
    }
    // In (0, 1), never either end: the middle of one of 2^52 equal parts.
    double uniform() { return (static_cast<double>(bits() >> 12) + 0.5) * 0x1p-52; }
    // In [0, end), end below 2^32; uneven by less than 2^-32.
    std::uint64_t below(std::uint64_t end) { return ((bits() >> 32) * end) >> 32; }
    double normal() { return normal_quantile(uniform()); }

    // Inverse of the normal distribution function: Wichura 1988, AS 241 (PPND16), error about
    // 1e-16.
    static double normal_quantile(double p);

private:
    static std::uint64_t mix(std::uint64_t z) {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    std::array<std::uint64_t, 4> state_{};
};

inline double Random::normal_quantile(double p) {
    const double q = p - 0.5;
    if (q > -0.425 && q < 0.425) {
        const double r = 0.180625 - q * q;
        const double above =
            (((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) *
                     r +
                 45921.953931549871457) *
                    r +
                13731.693765509461125) *
                   r +
               1971.5909503065514427) *
                  r +
              133.14166789178437745) *
                 r +
             3.387132872796366608);
        const double below =
            (((((((5226.495278852545925 * r + 28729.085735721942674) * r + 39307.89580009271061) *
                     r +
                 21213.794301586595867) *
                    r +
                5394.1960214247511077) *
                   r +
               687.1870074920579083) *
                  r +
              42.313330701600911252) *
                 r +
             1.0);
        return q * above / below;
    }
    double r = std::sqrt(-log(q < 0 ? p : 1.0 - p));
    double value = 0;
    if (r <= 5) {
        r -= 1.6;
        value = (((((((7.7454501427834140764e-4 * r + .0227238449892691845833) * r +
                      .24178072517745061177) *
                         r +
                     1.27045825245236838258) *
                        r +
                    3.64784832476320460504) *
                       r +
                   5.7694972214606914055) *
                      r +
                  4.6303378461565452959) *
                     r +
                 1.42343711074968357734) /
                (((((((1.05075007164441684324e-9 * r + 5.475938084995344946e-4) * r +
                      .0151986665636164571966) *
                         r +
                     .14810397642748007459) *
                        r +
                    .68976733498510000455) *
                       r +
                   1.6763848301838038494) *
                      r +
                  2.05319162663775882187) *
                     r +
                 1.0);
    } else {
        r -= 5;
        value = (((((((2.01033439929228813265e-7 * r + 2.71155556874348757815e-5) * r +
                      .0012426609473880784386) *
                         r +
                     .026532189526576123093) *
                        r +
                    .29656057182850489123) *
                       r +
                   1.7848265399172913358) *
                      r +
                  5.4637849111641143699) *
                     r +
                 6.6579046435011037772) /
                (((((((2.04426310338993978564e-15 * r + 1.4215117583164458887e-7) * r +
                      1.8463183175100546818e-5) *
                         r +
                     7.868691311456132591e-4) *
                        r +
                    .0148753612908506148525) *
                       r +
                   .13692988092273580531) *
                      r +
                  .59983220655588793769) *
                     r +
                 1.0);
    }
    return q < 0 ? -value : value;
}

}  // namespace engine
