// SPDX-License-Identifier: EUPL-1.2
// One candidate's adaptive test: which question next, when to stop, what is known meanwhile.
#pragma once
#include "engine/blueprint.hpp"
#include "engine/estimates.hpp"
#include "engine/exposure.hpp"
#include "engine/posterior.hpp"
#include "engine/random.hpp"

#include <array>
#include <optional>
#include <vector>

namespace engine {

// What makes an item the best.
enum class Select {
    random,    // any: a base line
    fisher,    // most Fisher information at the estimate (Lord 1980): MFI
    weighted,  // most Fisher information, averaged over the posterior (van der Linden 1998): MPWI
    kl,        // most Kullback-Leibler information about the estimate, averaged over the posterior
               // (Chang & Ying 1996)
    mepv,      // least expected posterior variance (van der Linden 1998), exactly
    entropy,   // most mutual information between answer and ability (Lindley 1956)
};
// Which node is asked about next, where several have items.
enum class Turn {
    rotate,    // one after the other
    variance,  // the one least known
    best,      // the one with the best item: all items are compared
};
enum class Ability { eap, map, wle };

struct Stop {
    std::size_t length = 20;  // at most
    std::size_t shortest = 0;
    double se = 0;                 // every node with items is known better than this; 0: not used
    std::vector<double> cuts;      // of levels
    double level_probability = 0;  // the likeliest level of every node has this probability
    double odds = 0;               // posterior odds for or against `cuts[0]`, of the root, at least
    double gain = 0;               // the best question lowers the standard error by less than this
    double seconds = 0;            // expected time of the items given
    bool any() const {
        return se > 0 || level_probability > 0 || odds > 0 || gain > 0 || seconds > 0;
    }
};
enum class Stopped { no, length, se, level, odds, gain, time, no_item };

struct Rules {
    Select select = Select::mepv;
    Turn turn = Turn::rotate;
    Ability ability = Ability::eap;
    // Weight of each node: nodes of weight 0 have no turn of their own. Of `mepv`: of the node's
    // variance in the sum that an item is to lower; empty: only the node of the item itself.
    std::vector<double> weights;
    // Uncertain items (Tables::uncertainty) are compared with parameters drawn from their
    // posterior, so that they are seen where they may inform (Thompson sampling); `fisher` only.
    bool thompson = false;
    Stop stop;
    Exposure exposure;
    std::vector<double> seconds;           // expected, of each item; empty: unknown
    const Blueprint* blueprint = nullptr;  // outlives the session
};

// An item that was given, and the answer: a category, or `missing`.
struct Given {
    std::size_t item;
    int category;
};

class Session {
public:
    // Both outlive it.
    Session(const Tables&, const Rules&);

    // A new candidate with random numbers of their own. `control` is the present state of
    // Sympson-Hetter or of eligibility, or null; it outlives this candidate's test.
    void begin(Random random, const ExposureControl* control = nullptr);
    // A test in progress as its answers tell it: what a server keeps between two questions is the
    // seed and these. begin(), then all of them, in microseconds. Draws of the next question come
    // from the seed and its number, so asking twice gives the same question twice (an
    // item that Sympson-Hetter turned down earlier may be tried again). Throws
    // std::invalid_argument where an item is not in the bank, comes twice, or lacks the category.
    void resume(std::uint64_t seed, std::span<const Given>, const ExposureControl* = nullptr);
    // Never to be given to this candidate.
    void bar(std::size_t item) { block(tables_->slot_of(item)); }
    // The next item, or none: see stopped().
    std::optional<std::size_t> next();
    // Of the item that next() gave: a category, or `missing` (not answered and not counted).
    void answer(int category);

    const std::vector<std::size_t>& given() const { return given_; }
    const std::vector<int>& answers() const { return answers_; }
    Stopped stopped() const { return stopped_; }
    // The ability of a node as rules.ability says.
    Estimate estimate(int node);
    Posterior& posterior() { return posterior_; }
    // Of eligibility: the items that this candidate could not be given, a flag each.
    const std::vector<unsigned char>& ineligible() const { return ineligible_; }

private:
    const Pool* choose_pool();
    bool has_free(const Pool&) const;
    Best choose(const Pool&);
    // The worth of each item of the pool, into values_.
    void value(const Pool&);
    void value_mepv(const Pool&);
    void add_gain(const Pool&, const double* p, const double* covariances, double weight);
    Best draw(const Pool&);
    void apply_blueprint();
    // The best free item of the shadow test, where quotas cross.
    Best choose_by_shadow_test();
    bool should_stop();
    void block(std::size_t slot);
    bool has_turn(const Pool&) const;

    const Tables* tables_;
    const Rules* rules_;
    const Kernels* run_;
    Posterior posterior_;
    Random random_{0};
    const ExposureControl* control_ = nullptr;
    BlueprintState blueprint_;
    std::vector<unsigned char> usable_;  // neither given nor barred
    std::vector<double> worth_;
    Aligned blocked_, values_, first_, second_, u_, v_, gains_;
    std::vector<std::size_t> blocked_slots_;  // to be freed by begin()
    std::vector<unsigned char> ineligible_;
    std::vector<std::size_t> given_;
    std::vector<int> answers_;
    std::vector<Answer> scored_;
    std::size_t next_pool_ = 0;
    double seconds_ = 0;
    double last_gain_ = 0;  // expected fall of the variance by the item chosen; NaN: not known
    Stopped stopped_ = Stopped::no;
};

}  // namespace engine
