// SPDX-License-Identifier: EUPL-1.2
// exp, log, normal numbers; the three widths of the kernels give the same bits.
#include "engine/engine.hpp"
#include "engine/kernels.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>

using namespace engine;

TEST_CASE("exp and log agree with the mathematical library to a few units of the last place") {
    for (double x = -700; x < 700; x += 0.37)
        CHECK(std::abs(engine::exp(x) / std::exp(x) - 1) < 4e-16 * 1.5);
    for (double x = 1e-300; x < 1e300; x *= 1.7)
        CHECK(std::abs(engine::log(x) - std::log(x)) <=
              4e-16 * std::max(std::abs(std::log(x)), 1.0));
    for (double x = 0.5; x < 2; x += 0.0007)
        CHECK(std::abs(engine::log(x) - std::log(x)) <= 4e-16 * std::abs(std::log(x)) + 1e-300);
    CHECK(engine::exp(-1e300) > 0);
    CHECK(std::isfinite(engine::exp(1e300)));
    CHECK(std::isnan(engine::exp(std::numeric_limits<double>::quiet_NaN())));
    CHECK(engine::softplus(800) == 800);
    CHECK(engine::softplus(-40) == doctest::Approx(std::exp(-40.0)).epsilon(1e-12));
}

TEST_CASE("random numbers are the same everywhere, and normal") {
    Random random(1, 2);
    // Written down once; another machine that differs breaks the promise of --seed.
    CHECK(random.bits() == 1267147986593609955U);
    double sum = 0;
    double squares = 0;
    double fourth = 0;
    constexpr int n = 200'000;
    for (int i = 0; i < n; ++i) {
        const double z = random.normal();
        sum += z;
        squares += z * z;
        fourth += z * z * z * z;
    }
    CHECK(std::abs(sum / n) < 4 / std::sqrt(n));
    CHECK(std::abs(squares / n - 1) < 4 * std::sqrt(2.0 / n));
    CHECK(std::abs(fourth / n - 3) < 4 * std::sqrt(96.0 / n));
    CHECK(Random::normal_quantile(0.975) == doctest::Approx(1.959963984540054).epsilon(1e-14));
    CHECK(Random::normal_quantile(1e-20) == doctest::Approx(-9.262340089798408).epsilon(1e-14));
    CHECK(Random::normal_quantile(0.3) == -Random::normal_quantile(0.7));
}

TEST_CASE("every width of vectors gives the same bits") {
    Random random(3);
    constexpr std::size_t n = 64;
    const auto make = [&](std::size_t size, double low, double high) {
        Aligned made(size);
        for (double& x : made) x = low + (high - low) * random.uniform();
        return made;
    };
    const Aligned l = make(n, -30, 0), weight = make(n, 0, 1), nodes = make(n, -4, 4);
    const Aligned rows = make(n * n, 0, 1), a = make(n, 0.1, 2), d = make(n, -3, 3);
    const Aligned c = make(n, 0, 0.3), blocked(n, 0);
    Aligned rank(n);
    Aligned sorted = a;
    std::ranges::sort(sorted, std::greater{});
    for (std::size_t i = 0; i < n; ++i) rank[i] = static_cast<double>(i);
    const auto run = [&](const Kernels& kernels) {
        std::vector<double> all;
        Aligned out(n), second(n);
        const auto keep = [&] { all.insert(all.end(), out.begin(), out.end()); };
        const auto keep_moments = [&](const Moments& m) {
            all.insert(all.end(), {m.sum, m.mean, m.variance});
        };
        kernels.exp(l.data(), out.data(), n), keep();
        for (std::size_t i = 0; i < n; ++i) CHECK(out[i] == engine::exp(l[i]));
        kernels.log(weight.data(), out.data(), n), keep();
        for (std::size_t i = 0; i < n; ++i) CHECK(out[i] == engine::log(weight[i]));
        kernels.likelihood(l.data(), out.data(), n), keep();
        keep_moments(kernels.posterior(l.data(), weight.data(), nodes.data(), out.data(), n)),
            keep();
        keep_moments(kernels.product_moments(l.data(), weight.data(), nodes.data(), out.data(), n));
        kernels.transfer(rows.data(), weight.data(), out.data(), n, n), keep();
        kernels.transfer(rows.data(), weight.data(), out.data(), 24, 24), keep();
        all.push_back(kernels.dot(l.data(), weight.data(), n));
        const double* factors[3] = {weight.data(), a.data(), rows.data()};
        all.push_back(kernels.product(factors, 3, out.data(), n)), keep();
        kernels.mix(rows.data(), n, weight.data(), l.data(), 41, out.data(), second.data(), 56);
        keep();
        kernels.gain(weight.data(), l.data(), out.data(), n), keep();
        const Slots slots{sorted.data(), d.data(), c.data(), blocked.data(), rank.data(), 0, n};
        kernels.fisher(slots, 0.3, out.data()), keep();
        const Best best = kernels.best_fisher(slots, 0.3);
        const Best plain = kernels.best(slots, out.data());
        CHECK(best.slot == plain.slot);
        CHECK(best.value == plain.value);
        all.push_back(best.value);
        all.push_back(static_cast<double>(best.slot));
        return all;
    };
    const auto baseline = run(*kernels_named("baseline"));
    for (const char* name : {"avx2", "avx512"})
        if (const Kernels* kernels = kernels_named(name)) {
            CAPTURE(std::string{name});
            const auto wide = run(*kernels);
            REQUIRE(wide.size() == baseline.size());
            CHECK(std::memcmp(wide.data(), baseline.data(), wide.size() * sizeof(double)) == 0);
        }
}

TEST_CASE("of equal items the first is chosen, wherever it stands") {
    const Aligned a(16, 1.0), d(16, 0.0), c(16, 0.0);
    Aligned blocked(16, 0), rank(16);
    for (std::size_t i = 0; i < 16; ++i) rank[i] = static_cast<double>(15 - i);
    const Slots slots{a.data(), d.data(), c.data(), blocked.data(), rank.data(), 0, 16};
    CHECK(kernels().best_fisher(slots, 0.5).slot == 15);
    blocked[15] = -1e300;
    CHECK(kernels().best_fisher(slots, 0.5).slot == 14);
    blocked.assign(16, -1e300);
    CHECK(kernels().best_fisher(slots, 0.5).slot == SIZE_MAX);
}
