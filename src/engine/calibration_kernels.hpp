// SPDX-License-Identifier: EUPL-1.2
// The inner loops of calibration, compiled once for each width of vector (simd.hpp) and chosen
// once. Same bits whatever the machine: that is what lets a calibration be repeated elsewhere.
#pragma once
#include <cstddef>
#include <cstdint>

namespace engine {

// Persons who answered the same items in one group, for models where a person's weighted score
// s = sum a_i x_i says all about theta: log posterior = theta_q s + base_q + constant.
struct ScoreGrid {
    std::size_t nodes = 0;   // a multiple of `stride`
    std::size_t stride = 0;  // nodes reached by multiplication from one exponential
    double low = 0;          // theta of the first node
    double step = 0;
    // exp(base_q - base at the middle of its stride), nodes of them.
    const double* factor = nullptr;
    const double* middle = nullptr;  // base at the middle of each stride
};

struct CalibrationKernels {
    // The posteriors of `count` persons (a multiple of 16) from their weighted scores.
    // `live` is 1, or 0 for padding. Adds the posterior mass of each node to `mass` (8 partial sums
    // a node); writes E[theta] and the log of the integral.
    void (*score_posteriors)(const ScoreGrid&, const double* score, const double* live,
                             std::size_t count, double* mass, double* mean, double* log_marginal);
    // into[q] += log(1 + exp(a theta_q + d)).
    void (*add_softplus)(const double* theta, std::size_t nodes, double a, double d, double* into);
    // Sums over nodes of n P, n P theta, n W, n W theta, n W theta^2, W = P (1 - P).
    void (*logistic_sums)(const double* theta, const double* n, std::size_t nodes, double a,
                          double d, double* five);
    // log(1 - P) and log P of the logistic with asymptote c.
    void (*logistic_rows)(const double* theta, std::size_t nodes, double a, double d, double c,
                          double* wrong, double* right);
    // Adds the rows of a table of log-probabilities to the log prior, and normalises: the posterior
    // of one person into `weights`; returns the log of the integral. nodes: 16, 32, 48,
    // 64 or 128.
    double (*person_f32)(const float* table, std::size_t nodes, const std::uint32_t* rows,
                         std::size_t count, const float* log_prior, float* weights);
    double (*person_f64)(const double* table, std::size_t nodes, const std::uint32_t* rows,
                         std::size_t count, const double* log_prior, double* weights);
    // into[q] += sum of weights[person * nodes + q] over the persons listed.
    void (*expected_f32)(const float* weights, std::size_t nodes, const std::uint16_t* persons,
                         std::size_t count, double* into);
    void (*expected_f64)(const double* weights, std::size_t nodes, const std::uint16_t* persons,
                         std::size_t count, double* into);

    // Of the tree, in rows of tree_nodes numbers.
    // out = exp(sum of rows of the table - its maximum); returns the maximum.
    double (*likelihood)(const double* table, const std::uint32_t* rows, std::size_t count,
                         double* out);
    // out[p] = in[p] times the matrix (tree_nodes x tree_nodes), for `count` rows p.
    void (*message)(const double* in, std::size_t count, const double* matrix, double* out);
    // matrix[i][j] += sum over p of left[p][i] right[p][j].
    void (*joint)(const double* left, const double* right, std::size_t count, double* matrix);
};

// Points of integration of each node of the tree: a multiple of 8.
inline constexpr std::size_t tree_nodes = 40;

// For this machine.
const CalibrationKernels& calibration_kernels();

}  // namespace engine
