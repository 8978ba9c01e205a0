// SPDX-License-Identifier: EUPL-1.2
// The E-step of the 1PL and 2PL through sufficient statistics (Birnbaum 1968): among persons who
// answered the same items, the likelihood depends on the answers by s = sum a_i x_i alone,
//   L(theta) = exp(sum d_i x_i) exp(theta s - sum log(1 + exp(a_i theta + d_i))),
// and the M-step needs of the persons only their mass by node and sum x_i E[theta]. So a pass costs
// one posterior a person, whatever the number of items, and two sums over the bits of the answers.
// These go by bytes: a table of the 256 sums of eight slopes (Arlazarov et al. 1970, "four
// Russians"), and, the other way, 256 sums of E[theta] that are folded into eight.
#include "engine/aligned.hpp"
#include "engine/calibration_kernels.hpp"
#include "engine/calibration_steps.hpp"
#include "engine/math.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace engine {
namespace {

constexpr std::size_t persons_in_block = 1024;  // fixed, so that sums do not depend on threads
constexpr std::size_t lanes = 8;
constexpr std::size_t together = 16;

// Persons of one group who answered the same items.
struct Cell {
    std::size_t group = 0;
    std::vector<std::uint32_t> items;
    std::vector<std::uint32_t> persons;
    std::vector<std::uint8_t> bits;  // bytes() a person
    std::vector<double> right;       // by item
    std::size_t bytes() const { return (items.size() + 7) / 8; }
};

class ByScores final : public Expectation {
public:
    ByScores(const Responses&, const Layout&, const Nodes&, std::span<const std::uint32_t> groups,
             unsigned threads);
    void counts(std::span<const double> x, Counts&) override;
    void posteriors(std::span<const double> x, const Visit&) override;

private:
    struct Block {
        const Cell* cell;
        std::size_t first;
        std::size_t count;
    };
    struct Partial {
        AlignedVector<double> mass;
        std::vector<double> right_theta;
        double log_marginal = 0;
    };
    struct Prepared {
        std::vector<double> base;  // log posterior at the centre of the scores
        AlignedVector<double> factor;
        std::vector<double> middle;
        std::vector<double> tables;  // 256 a byte
        double centre = 0;
        ScoreGrid grid;
    };
    Prepared prepare(const Cell&, std::span<const double> x) const;
    void pass(const Block&, const Prepared&, Partial&) const;

    const Layout& layout_;
    const Nodes& nodes_;
    unsigned threads_;
    std::vector<Cell> cells_;
    std::vector<Block> blocks_;
    std::vector<Partial> partials_;
    std::vector<Prepared> prepared_;
};

ByScores::ByScores(const Responses& responses, const Layout& layout, const Nodes& nodes,
                   std::span<const std::uint32_t> groups, unsigned threads)
    : layout_(layout), nodes_(nodes), threads_(threads) {
    std::map<std::vector<std::uint32_t>, std::size_t> known;
    std::vector<std::uint32_t> key;
    std::vector<std::uint32_t> key_before;
    std::size_t cell_before = 0;
    for (std::size_t p = 0; p < responses.persons(); ++p) {
        const std::span<const PackedAnswer> answers = responses.of(p);
        const std::uint32_t group = groups.empty() ? 0 : groups[p];
        key.clear();
        for (const PackedAnswer answer : answers)
            key.push_back(static_cast<std::uint32_t>(answer.item()));
        if (!std::is_sorted(key.begin(), key.end())) std::sort(key.begin(), key.end());
        key.push_back(group);
        if (p == 0 || key != key_before) {
            const auto [at, fresh] = known.try_emplace(key, cells_.size());
            if (fresh) {
                Cell& cell = cells_.emplace_back();
                cell.group = group;
                cell.items.assign(key.begin(), key.end() - 1);
                cell.right.resize(cell.items.size());
            }
            cell_before = at->second;
            key_before = key;
        }
        Cell& cell = cells_[cell_before];
        cell.persons.push_back(static_cast<std::uint32_t>(p));
        const std::size_t begin = cell.bits.size();
        cell.bits.resize(begin + cell.bytes());
        std::size_t position = 0;
        for (const PackedAnswer answer : answers) {
            const auto item = static_cast<std::uint32_t>(answer.item());
            if (position >= cell.items.size() || cell.items[position] != item)
                position = static_cast<std::size_t>(
                    std::lower_bound(cell.items.begin(), cell.items.end(), item) -
                    cell.items.begin());
            cell.bits[begin + position / 8] |=
                static_cast<std::uint8_t>(answer.category() << (position % 8));
            cell.right[position] += static_cast<double>(answer.category());
            ++position;
        }
    }
    for (const Cell& cell : cells_)
        for (std::size_t first = 0; first < cell.persons.size(); first += persons_in_block)
            blocks_.push_back(
                {&cell, first, std::min(persons_in_block, cell.persons.size() - first)});
    partials_.resize(blocks_.size());
    for (std::size_t b = 0; b < blocks_.size(); ++b) {
        partials_[b].mass.resize(nodes.size() * lanes);
        partials_[b].right_theta.resize(blocks_[b].cell->bytes() * 8);
    }
    prepared_.resize(cells_.size());
}

ByScores::Prepared ByScores::prepare(const Cell& cell, std::span<const double> x) const {
    const std::size_t q = nodes_.size();
    Prepared of;
    of.tables.resize(cell.bytes() * 256);
    AlignedVector<double> softplus(q);
    double lowest = 0;
    double highest = 0;
    for (std::size_t k = 0; k < cell.items.size(); ++k) {
        const std::size_t item = cell.items[k];
        const double a = layout_.slope(x, item);
        (a < 0 ? lowest : highest) += a;
        calibration_kernels().add_softplus(nodes_.theta.data(), q, a, x[layout_.items[item].d],
                                           softplus.data());
        double* const table = of.tables.data() + k / 8 * 256;
        const std::size_t bit = std::size_t{1} << (k % 8);
        for (std::size_t i = 0; i < bit; ++i) table[bit + i] = table[i] + a;
    }
    // The last byte may have fewer than eight items; bits beyond are never set.
    of.centre = 0.5 * (lowest + highest);
    const double reach = highest - of.centre;
    // A stride is a run of powers of exp(step s): short enough to stay within e^+-300.
    std::size_t stride = 16;
    while (stride > 1 && reach * nodes_.step * static_cast<double>(stride) > 300) stride /= 2;
    const double mean = x[layout_.groups_at + 2 * cell.group];
    const double sd = exp(x[layout_.groups_at + 2 * cell.group + 1]);
    of.base = nodes_.log_weights(mean, sd);
    const std::vector<double>& base = of.base;
    for (std::size_t k = 0; k < q; ++k) of.base[k] += nodes_.theta[k] * of.centre - softplus[k];
    of.factor.resize(q);
    of.middle.resize(q / stride);
    for (std::size_t m = 0; m < q / stride; ++m) {
        of.middle[m] = base[m * stride + stride / 2];
        for (std::size_t k = m * stride; k < (m + 1) * stride; ++k)
            of.factor[k] = exp(base[k] - of.middle[m]);
    }
    of.grid = {.nodes = q,
               .stride = stride,
               .low = nodes_.theta.front(),
               .step = nodes_.step,
               .factor = of.factor.data(),
               .middle = of.middle.data()};
    return of;
}

void ByScores::pass(const Block& block, const Prepared& prepared, Partial& out) const {
    const Cell& cell = *block.cell;
    const std::size_t bytes = cell.bytes();
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled below, as far as it is read
    alignas(64) std::array<double, persons_in_block> score;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled below, as far as it is read
    alignas(64) std::array<double, persons_in_block> live;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled below, as far as it is read
    alignas(64) std::array<double, persons_in_block> mean;
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): filled below, as far as it is read
    alignas(64) std::array<double, persons_in_block> marginal;
    const std::uint8_t* bits = cell.bits.data() + block.first * bytes;
    for (std::size_t p = 0; p < block.count; ++p, bits += bytes) {
        double sum = -prepared.centre;
        const double* table = prepared.tables.data();
        for (std::size_t b = 0; b < bytes; ++b, table += 256) sum += table[bits[b]];
        score[p] = sum;
        live[p] = 1;
    }
    const std::size_t padded = (block.count + together - 1) / together * together;
    std::fill(score.begin() + block.count, score.begin() + padded, 0.0);
    std::fill(live.begin() + block.count, live.begin() + padded, 0.0);
    std::fill(out.mass.begin(), out.mass.end(), 0.0);
    calibration_kernels().score_posteriors(prepared.grid, score.data(), live.data(), padded,
                                           out.mass.data(), mean.data(), marginal.data());
    out.log_marginal = 0;
    for (std::size_t p = 0; p < block.count; ++p) out.log_marginal += marginal[p];

    // sum over persons of x_i E[theta]: by the value of each byte, then folded bit by bit.
    thread_local std::vector<double> by_byte;
    by_byte.assign(bytes * 256, 0.0);
    bits = cell.bits.data() + block.first * bytes;
    for (std::size_t p = 0; p < block.count; ++p, bits += bytes)
        for (std::size_t b = 0; b < bytes; ++b) by_byte[b * 256 + bits[b]] += mean[p];
    for (std::size_t b = 0; b < bytes; ++b) {
        double* const sums = by_byte.data() + b * 256;
        for (std::size_t bit = 8; bit-- > 0;) {
            const std::size_t half = std::size_t{1} << bit;
            double upper = 0;
            for (std::size_t i = 0; i < half; ++i) upper += sums[half + i];
            out.right_theta[b * 8 + bit] = upper;
            for (std::size_t i = 0; i < half; ++i) sums[i] += sums[half + i];
        }
    }
}

void ByScores::counts(std::span<const double> x, Counts& out) {
    const std::size_t q = nodes_.size();
    const std::size_t items = layout_.items.size();
    out.log_likelihood = 0;
    out.answered.assign(items * q, 0.0);
    out.right.assign(items, 0.0);
    out.right_theta.assign(items, 0.0);
    out.given.clear();
    out.mass.assign(layout_.groups * q, 0.0);
    in_parallel(threads_, cells_.size(),
                [&](std::size_t c) { prepared_[c] = prepare(cells_[c], x); });
    in_parallel(threads_, blocks_.size(), [&](std::size_t b) {
        const auto cell = static_cast<std::size_t>(blocks_[b].cell - cells_.data());
        pass(blocks_[b], prepared_[cell], partials_[b]);
    });
    std::vector<double> mass(q);
    std::size_t b = 0;
    for (const Cell& cell : cells_) {
        std::fill(mass.begin(), mass.end(), 0.0);
        for (; b < blocks_.size() && blocks_[b].cell == &cell; ++b) {
            const Partial& partial = partials_[b];
            out.log_likelihood += partial.log_marginal;
            for (std::size_t k = 0; k < q; ++k)
                for (std::size_t lane = 0; lane < lanes; ++lane)
                    mass[k] += partial.mass[k * lanes + lane];
            for (std::size_t k = 0; k < cell.items.size(); ++k)
                out.right_theta[cell.items[k]] += partial.right_theta[k];
        }
        for (std::size_t k = 0; k < q; ++k) out.mass[cell.group * q + k] += mass[k];
        for (std::size_t k = 0; k < cell.items.size(); ++k) {
            const std::size_t item = cell.items[k];
            for (std::size_t n = 0; n < q; ++n) out.answered[item * q + n] += mass[n];
            out.right[item] += cell.right[k];
            out.log_likelihood += x[layout_.items[item].d] * cell.right[k];
        }
    }
}

void ByScores::posteriors(std::span<const double> x, const Visit& visit) {
    const std::size_t q = nodes_.size();
    std::vector<double> weights(q);
    for (const Cell& cell : cells_) {
        const Prepared prepared = prepare(cell, x);
        for (std::size_t p = 0; p < cell.persons.size(); ++p) {
            double score = -prepared.centre;
            for (std::size_t b = 0; b < cell.bytes(); ++b)
                score += prepared.tables[b * 256 + cell.bits[p * cell.bytes() + b]];
            double top = -1e300;
            for (std::size_t k = 0; k < q; ++k) {
                weights[k] = prepared.base[k] + nodes_.theta[k] * score;
                top = std::max(top, weights[k]);
            }
            double sum = 0;
            for (double& weight : weights) sum += weight = exp(weight - top);
            for (double& weight : weights) weight /= sum;
            visit(cell.persons[p], weights);
        }
    }
}

}  // namespace

std::size_t patterns(const Responses& responses, std::span<const std::uint32_t> groups,
                     std::size_t most) {
    std::map<std::vector<std::uint32_t>, bool> known;
    std::vector<std::uint32_t> key;
    std::vector<std::uint32_t> before;
    for (std::size_t p = 0; p < responses.persons(); ++p) {
        key.clear();
        for (const PackedAnswer answer : responses.of(p))
            key.push_back(static_cast<std::uint32_t>(answer.item()));
        if (!std::is_sorted(key.begin(), key.end())) std::sort(key.begin(), key.end());
        key.push_back(groups.empty() ? 0 : groups[p]);
        if (key == before) continue;
        known.try_emplace(key);
        before = key;
        if (known.size() > most) break;
    }
    return known.size();
}

std::unique_ptr<Expectation> expectation_by_scores(const Responses& responses, const Layout& layout,
                                                   const Nodes& nodes,
                                                   std::span<const std::uint32_t> groups,
                                                   unsigned threads) {
    return std::make_unique<ByScores>(responses, layout, nodes, groups, threads);
}

}  // namespace engine
