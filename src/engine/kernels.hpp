// SPDX-License-Identifier: EUPL-1.2
// The inner loops of measurement and selection, in three widths with the same bits (simd.hpp).
// Arrays begin at a multiple of 64 bytes and are padded to a multiple of 8 numbers.
#pragma once
#include <cstddef>
#include <cstdint>

namespace engine {

// Moments of a posterior; `sum` is its mass before it is divided by it.
struct Moments {
    double sum = 0;
    double mean = 0;
    double variance = 0;
};
struct Best {
    double value = -1e300;
    std::size_t slot = SIZE_MAX;  // SIZE_MAX: none is free
};
// Items side by side; see Tables.
struct Slots {
    const double* a;
    const double* d;
    const double* c;
    const double* blocked;  // added to the worth: 0, a toll below 0, or -1e300: barred
    const double* rank;     // of equal items the one with the smallest rank is chosen
    std::size_t begin;
    std::size_t end;  // both multiples of 8
};

struct Kernels {
    const char* name;
    // out = exp(x), log(x), n a multiple of 8.
    void (*exp)(const double* x, double* out, std::size_t n);
    void (*log)(const double* x, double* out, std::size_t n);
    // sum += added; both n long.
    void (*add)(double* sum, const double* added, std::size_t n);
    // out = exp(l - max l), nothing below e^-600.
    void (*likelihood)(const double* l, double* out, std::size_t n);
    // out = weight * exp(l - max l), and its moments over `nodes`.
    Moments (*posterior)(const double* l, const double* weight, const double* nodes, double* out,
                         std::size_t n);
    // The moments of x * y over nodes; out = x * y.
    Moments (*product_moments)(const double* x, const double* y, const double* nodes, double* out,
                               std::size_t n);
    // out = factors[0] * ... * factors[count - 1], divided by its largest; returns that.
    double (*product)(const double* const* factors, std::size_t count, double* out, std::size_t n);
    // x = x * by.
    void (*scale)(double* x, double by, std::size_t n);
    // out[i] = sum over j of x[j] rows[j][i]; rows of n numbers, x of `count`.
    void (*transfer)(const double* rows, const double* x, double* out, std::size_t count,
                     std::size_t n);
    double (*dot)(const double* x, const double* y, std::size_t n);
    // u = p * by, v = u * (x - mean).
    void (*centre)(const double* p, double by, const double* x, double mean, double* u, double* v,
                   std::size_t n);
    // first[i] = sum over q of u[q] rows[q][i], second[i] the same with v; rows `stride` apart.
    void (*mix)(const double* rows, std::size_t stride, const double* u, const double* v,
                std::size_t count, double* first, double* second, std::size_t n);
    // Expected fall of the variance by a question with P(1) = p[i] and covariance v[i]:
    // out = v^2 / (p (1 - p)).
    void (*gain)(const double* p, const double* v, double* out, std::size_t n);
    // Fisher information at theta of dichotomous items.
    void (*fisher)(const Slots&, double theta, double* out);
    // Its largest. Items must stand by falling a^2: what follows is left out once a^2 / 4 is below
    // the best, since no item informs more than that.
    Best (*best_fisher)(const Slots&, double theta);
    // The largest of value[slot - begin] + blocked[slot].
    Best (*best)(const Slots&, const double* value);
};

// Of this machine.
const Kernels& kernels();
// By name (baseline, avx2, avx512), or null when this machine cannot run them.
const Kernels* kernels_named(const char* name);

}  // namespace engine
