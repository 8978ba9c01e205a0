// SPDX-License-Identifier: EUPL-1.2
#include "engine/calibration_kernels.hpp"
#include "engine/aligned.hpp"
#include "engine/cpu.hpp"
#include "engine/math.hpp"
#include "engine/random.hpp"

#include <doctest/doctest.h>

#include <cstring>

namespace engine {
extern const CalibrationKernels calibration_kernels_baseline;
extern const CalibrationKernels calibration_kernels_avx2;
extern const CalibrationKernels calibration_kernels_avx512;
}  // namespace engine

using namespace engine;
using doctest::Approx;

namespace {

// Everything that the kernels compute from one set of numbers.
AlignedVector<double> all_results(const CalibrationKernels& kernels) {
    Random random(7);
    const auto numbers = [&](std::size_t count, double low, double high) {
        AlignedVector<double> of(count);
        for (double& value : of) value = low + (high - low) * random.uniform();
        return of;
    };
    AlignedVector<double> out;
    const auto keep = [&](const auto& values) {
        out.insert(out.end(), values.begin(), values.end());
    };

    constexpr std::size_t nodes = 64;
    AlignedVector<double> theta(nodes);
    for (std::size_t q = 0; q < nodes; ++q) theta[q] = -6 + 12.0 * static_cast<double>(q) / 63;
    const AlignedVector<double> counts = numbers(nodes, 0, 40);
    AlignedVector<double> five(8);
    kernels.logistic_sums(theta.data(), counts.data(), nodes, 1.3, -0.4, five.data());
    keep(five);
    AlignedVector<double> softplus(nodes);
    kernels.add_softplus(theta.data(), nodes, -0.7, 2, softplus.data());
    keep(softplus);
    AlignedVector<double> wrong(nodes);
    AlignedVector<double> right(nodes);
    kernels.logistic_rows(theta.data(), nodes, 1.1, 0.3, 0.2, wrong.data(), right.data());
    keep(wrong);
    keep(right);

    const AlignedVector<double> factor = numbers(nodes, 0.1, 2);
    const AlignedVector<double> middle = numbers(8, -3, 3);
    const AlignedVector<double> score = numbers(32, -20, 20);
    AlignedVector<double> live(32, 1.0);
    live[31] = 0;
    AlignedVector<double> mass(nodes * 8);
    AlignedVector<double> mean(32);
    AlignedVector<double> marginal(32);
    kernels.score_posteriors({.nodes = nodes,
                              .stride = 16,
                              .low = -6,
                              .step = 12.0 / 63,
                              .factor = factor.data(),
                              .middle = middle.data()},
                             score.data(), live.data(), 32, mass.data(), mean.data(),
                             marginal.data());
    keep(mass);
    keep(mean);
    keep(marginal);

    for (const std::size_t q :
         {std::size_t{16}, std::size_t{32}, std::size_t{48}, std::size_t{64}, std::size_t{128}}) {
        const AlignedVector<double> table = numbers(10 * q, -5, 0);
        AlignedVector<float> singles(table.size());
        for (std::size_t k = 0; k < table.size(); ++k) singles[k] = static_cast<float>(table[k]);
        const std::uint32_t rows[] = {3, 1, 4, 1, 5, 9, 2};
        AlignedVector<double> weights(3 * q);
        AlignedVector<float> single_weights(3 * q);
        for (std::size_t p = 0; p < 3; ++p) {
            out.push_back(kernels.person_f64(table.data(), q, rows, 7 - p, table.data() + p * q,
                                             weights.data() + p * q));
            out.push_back(kernels.person_f32(singles.data(), q, rows, 7 - p, singles.data() + p * q,
                                             single_weights.data() + p * q));
        }
        const std::uint16_t persons[] = {2, 0, 1, 2, 2};
        AlignedVector<double> expected(q);
        kernels.expected_f64(weights.data(), q, persons, 5, expected.data());
        kernels.expected_f32(single_weights.data(), q, persons, 5, expected.data());
        keep(weights);
        keep(single_weights);
        keep(expected);
        double sum = 0;
        for (std::size_t k = 0; k < q; ++k) sum += weights[k];
        CHECK(sum == Approx(1).epsilon(1e-12));
    }

    const AlignedVector<double> matrix = numbers(tree_nodes * tree_nodes, 0, 1);
    const AlignedVector<double> in = numbers(7 * tree_nodes, 0, 1);
    AlignedVector<double> sent(7 * tree_nodes);
    kernels.message(in.data(), 7, matrix.data(), sent.data());
    keep(sent);
    AlignedVector<double> joint(tree_nodes * tree_nodes);
    kernels.joint(in.data(), sent.data(), 7, joint.data());
    keep(joint);
    AlignedVector<double> likelihood(tree_nodes);
    const std::uint32_t rows[] = {0, 3, 2};
    out.push_back(kernels.likelihood(matrix.data(), rows, 3, likelihood.data()));
    keep(likelihood);
    return out;
}

}  // namespace

TEST_CASE("each width of vectors gives the same bits") {
    const AlignedVector<double> baseline = all_results(calibration_kernels_baseline);
    const auto same = [&](const CalibrationKernels& kernels) {
        const AlignedVector<double> other = all_results(kernels);
        REQUIRE(other.size() == baseline.size());
        CHECK(std::memcmp(other.data(), baseline.data(), baseline.size() * sizeof(double)) == 0);
    };
    if (cpu() >= Cpu::avx2) same(calibration_kernels_avx2);
    if (cpu() >= Cpu::avx512) same(calibration_kernels_avx512);
}

TEST_CASE("messages and joint counts are the matrix products that they stand for") {
    const CalibrationKernels& kernels = calibration_kernels();
    Random random(1);
    AlignedVector<double> matrix(tree_nodes * tree_nodes);
    AlignedVector<double> in(5 * tree_nodes);
    for (double& value : matrix) value = random.uniform();
    for (double& value : in) value = random.uniform();
    AlignedVector<double> sent(in.size());
    kernels.message(in.data(), 5, matrix.data(), sent.data());
    AlignedVector<double> joint(matrix.size());
    kernels.joint(in.data(), sent.data(), 5, joint.data());
    for (std::size_t q = 0; q < tree_nodes; q += 7) {
        double expected = 0;
        for (std::size_t k = 0; k < tree_nodes; ++k)
            expected += in[4 * tree_nodes + k] * matrix[k * tree_nodes + q];
        CHECK(sent[4 * tree_nodes + q] == Approx(expected).epsilon(1e-13));
        double both = 0;
        for (std::size_t p = 0; p < 5; ++p)
            both += in[p * tree_nodes + 3] * sent[p * tree_nodes + q];
        CHECK(joint[3 * tree_nodes + q] == Approx(both).epsilon(1e-13));
    }
}
