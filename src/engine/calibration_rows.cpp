// SPDX-License-Identifier: EUPL-1.2
// The E-step for any model and any pattern of answers. The parameters become a table of
// log-probabilities, one row of nodes for each category of each item; a person's log-posterior is
// the sum of the rows of their answers, and the expected counts of a row are the sum of the
// posteriors of those who gave that answer. Both directions only read rows of a table that is kept
// small: persons come in groups of 2^15 whose posteriors fit in the cache, and in single precision
// while iterations are many (relative error of a count about 1e-6; the last passes are in double).
#include "engine/aligned.hpp"
#include "engine/calibration_kernels.hpp"
#include "engine/calibration_steps.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace engine {
namespace {

constexpr std::size_t persons_in_batch = std::size_t{1} << 15;  // numbers of persons fit 16 bits
constexpr std::size_t persons_in_block = 512;  // fixed, so that sums do not depend on threads
constexpr std::size_t rows_in_block = 64;

template <class Number>
struct Tables {
    AlignedVector<Number> log_probability;  // rows x nodes
    AlignedVector<Number> log_prior;        // groups x nodes
    AlignedVector<Number> weights;          // persons of a batch x nodes
};

class ByRows final : public Expectation {
public:
    ByRows(const Responses&, const Layout&, const Nodes&, std::span<const std::uint32_t> groups,
           unsigned threads);
    void counts(std::span<const double> x, Counts& out) override {
        if (exact_)
            counts_of(doubles_, x, out);
        else
            counts_of(singles_, x, out);
    }
    void exact(bool yes) override { exact_ = yes; }
    void posteriors(std::span<const double> x, const Visit&) override;

private:
    struct Batch {
        std::size_t first = 0;
        std::size_t count = 0;
        std::vector<std::uint32_t> begin;   // of each row in givers
        std::vector<std::uint16_t> givers;  // persons of the batch, by row
    };
    template <class Number>
    void fill(Tables<Number>&, std::span<const double> x) const;
    template <class Number>
    double weigh(Tables<Number>&, const Batch&);
    template <class Number>
    void counts_of(Tables<Number>&, std::span<const double> x, Counts&);
    std::size_t group_of(std::size_t person) const { return groups_.empty() ? 0 : groups_[person]; }

    const Layout& layout_;
    const Nodes& nodes_;
    std::span<const std::uint32_t> groups_;
    unsigned threads_;
    bool exact_ = true;
    std::vector<std::size_t> begin_;   // of each person in rows_
    std::vector<std::uint32_t> rows_;  // of the table, one an answer
    std::vector<Batch> batches_;
    Tables<float> singles_;
    Tables<double> doubles_;
    std::vector<double> block_sums_;
};

ByRows::ByRows(const Responses& responses, const Layout& layout, const Nodes& nodes,
               std::span<const std::uint32_t> groups, unsigned threads)
    : layout_(layout), nodes_(nodes), groups_(groups), threads_(threads) {
    const std::size_t q = nodes.size();
    if (q % 16 != 0 || (q > 64 && q != 128))
        throw std::logic_error("the kernels have no rows of so many nodes");
    begin_.reserve(responses.persons() + 1);
    rows_.reserve(responses.answers());
    begin_.push_back(0);
    for (std::size_t p = 0; p < responses.persons(); ++p) {
        for (const PackedAnswer answer : responses.of(p))
            rows_.push_back(layout.items[answer.item()].row +
                            static_cast<std::uint32_t>(answer.category()));
        begin_.push_back(rows_.size());
    }
    for (std::size_t first = 0; first < responses.persons(); first += persons_in_batch) {
        Batch& batch = batches_.emplace_back();
        batch.first = first;
        batch.count = std::min(persons_in_batch, responses.persons() - first);
        batch.begin.assign(layout.rows + 1, 0);
        for (std::size_t k = begin_[first]; k < begin_[first + batch.count]; ++k)
            ++batch.begin[rows_[k] + 1];
        for (std::size_t row = 0; row < layout.rows; ++row)
            batch.begin[row + 1] += batch.begin[row];
        batch.givers.resize(batch.begin.back());
        std::vector<std::uint32_t> next(batch.begin.begin(), batch.begin.end() - 1);
        for (std::size_t p = 0; p < batch.count; ++p)
            for (std::size_t k = begin_[first + p]; k < begin_[first + p + 1]; ++k)
                batch.givers[next[rows_[k]]++] = static_cast<std::uint16_t>(p);
    }
}

template <class Number>
void ByRows::fill(Tables<Number>& tables, std::span<const double> x) const {
    const std::size_t q = nodes_.size();
    tables.log_probability.resize(layout_.rows * q);
    tables.log_prior.resize(layout_.groups * q);
    for (std::size_t g = 0; g < layout_.groups; ++g) {
        const std::vector<double> prior =
            nodes_.log_weights(x[layout_.groups_at + 2 * g], exp(x[layout_.groups_at + 2 * g + 1]));
        std::ranges::copy(prior, tables.log_prior.data() + g * q);
    }
    in_parallel(
        threads_, (layout_.items.size() + rows_in_block - 1) / rows_in_block,
        [&](std::size_t block) {
            AlignedVector<double> wrong(q);
            AlignedVector<double> right(q);
            std::vector<double> at(max_categories);
            const std::size_t last = std::min((block + 1) * rows_in_block, layout_.items.size());
            for (std::size_t i = block * rows_in_block; i < last; ++i) {
                const Layout::Place& place = layout_.items[i];
                Number* const out = tables.log_probability.data() + place.row * q;
                const double a = layout_.slope(x, i);
                if (place.model == Model::logistic) {
                    const double c = place.guessing ? logistic(x[place.d + 1]) : 0;
                    calibration_kernels().logistic_rows(nodes_.theta.data(), q, a, x[place.d], c,
                                                        wrong.data(), right.data());
                    for (std::size_t k = 0; k < q; ++k) {
                        out[k] = static_cast<Number>(wrong[k]);
                        out[q + k] = static_cast<Number>(right[k]);
                    }
                    continue;
                }
                const auto from = x.begin() + place.d;
                Item item;
                item.model = place.model;
                item.a = a;
                item.d.assign(from, from + place.steps);
                for (std::size_t k = 0; k < q; ++k) {
                    log_probabilities(item, nodes_.theta[k], at);
                    for (std::size_t y = 0; y <= place.steps; ++y)
                        out[y * q + k] = static_cast<Number>(at[y]);
                }
            }
        });
}

template <class Number>
double ByRows::weigh(Tables<Number>& tables, const Batch& batch) {
    const std::size_t q = nodes_.size();
    tables.weights.resize(batch.count * q);
    const std::size_t blocks = (batch.count + persons_in_block - 1) / persons_in_block;
    block_sums_.assign(blocks, 0.0);
    const CalibrationKernels& kernels = calibration_kernels();
    in_parallel(threads_, blocks, [&](std::size_t block) {
        double sum = 0;
        const std::size_t last = std::min((block + 1) * persons_in_block, batch.count);
        for (std::size_t p = block * persons_in_block; p < last; ++p) {
            const std::size_t person = batch.first + p;
            const std::uint32_t* const rows = rows_.data() + begin_[person];
            const std::size_t count = begin_[person + 1] - begin_[person];
            const Number* const prior = tables.log_prior.data() + group_of(person) * q;
            Number* const weights = tables.weights.data() + p * q;
            if constexpr (sizeof(Number) == sizeof(float))
                sum += kernels.person_f32(tables.log_probability.data(), q, rows, count, prior,
                                          weights);
            else
                sum += kernels.person_f64(tables.log_probability.data(), q, rows, count, prior,
                                          weights);
        }
        block_sums_[block] = sum;
    });
    double sum = 0;
    for (const double of : block_sums_) sum += of;
    return sum;
}

template <class Number>
void ByRows::counts_of(Tables<Number>& tables, std::span<const double> x, Counts& out) {
    const std::size_t q = nodes_.size();
    out.log_likelihood = 0;
    out.given.assign(layout_.rows * q, 0.0);
    out.mass.assign(layout_.groups * q, 0.0);
    fill(tables, x);
    const CalibrationKernels& kernels = calibration_kernels();
    for (const Batch& batch : batches_) {
        out.log_likelihood += weigh(tables, batch);
        in_parallel(
            threads_, (layout_.rows + rows_in_block - 1) / rows_in_block, [&](std::size_t block) {
                const std::size_t last = std::min((block + 1) * rows_in_block, layout_.rows);
                for (std::size_t row = block * rows_in_block; row < last; ++row) {
                    const std::uint16_t* const givers = batch.givers.data() + batch.begin[row];
                    const std::size_t count = batch.begin[row + 1] - batch.begin[row];
                    if (count == 0) continue;
                    double* const into = out.given.data() + row * q;
                    if constexpr (sizeof(Number) == sizeof(float))
                        kernels.expected_f32(tables.weights.data(), q, givers, count, into);
                    else
                        kernels.expected_f64(tables.weights.data(), q, givers, count, into);
                }
            });
        if (layout_.groups == 1 && !layout_.first_group_free) continue;
        for (std::size_t p = 0; p < batch.count; ++p) {
            double* const mass = out.mass.data() + group_of(batch.first + p) * q;
            const Number* const weights = tables.weights.data() + p * q;
            for (std::size_t k = 0; k < q; ++k) mass[k] += static_cast<double>(weights[k]);
        }
    }
    out.answered.clear();
    if (layout_.scores_suffice()) by_scores(layout_, nodes_, out);
}

void ByRows::posteriors(std::span<const double> x, const Visit& visit) {
    fill(doubles_, x);
    const std::size_t q = nodes_.size();
    for (const Batch& batch : batches_) {
        weigh(doubles_, batch);
        for (std::size_t p = 0; p < batch.count; ++p)
            visit(batch.first + p, {doubles_.weights.data() + p * q, q});
    }
}

}  // namespace

void by_scores(const Layout& layout, const Nodes& nodes, Counts& counts) {
    const std::size_t items = layout.items.size();
    const std::size_t q = nodes.size();
    counts.answered.assign(items * q, 0.0);
    counts.right.assign(items, 0.0);
    counts.right_theta.assign(items, 0.0);
    for (std::size_t i = 0; i < items; ++i) {
        const double* const wrong = counts.given.data() + layout.items[i].row * q;
        const double* const right = wrong + q;
        for (std::size_t k = 0; k < q; ++k) {
            counts.answered[i * q + k] = wrong[k] + right[k];
            counts.right[i] += right[k];
            counts.right_theta[i] += right[k] * nodes.theta[k];
        }
    }
}

std::unique_ptr<Expectation> expectation_by_rows(const Responses& responses, const Layout& layout,
                                                 const Nodes& nodes,
                                                 std::span<const std::uint32_t> groups,
                                                 unsigned threads) {
    return std::make_unique<ByRows>(responses, layout, nodes, groups, threads);
}

}  // namespace engine
