// SPDX-License-Identifier: EUPL-1.2
// A bank of items made ready to measure, and what the answers of one test say: which question next,
// how well the levels are known, when to stop. Pure: values in, values out; the engine's own
// posterior is made anew from the answers each time, in microseconds.
#pragma once
#include "base/ids.hpp"
#include "engine/posterior.hpp"
#include "frameworks/frameworks.hpp"
#include "items/items.hpp"
#include "positioning/answers.hpp"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace positioning {

// -- levels

// Level 0: not yet at the first.
inline constexpr int levels = frameworks::highest_level + 1;
using Levels = std::array<double, levels>;  // probability of each
// Whoever has a level answers two in three of its items right (without luck): the usual criterion
// of bookmark standard setting (Lewis, Mitzel & Green 1996; Huynh 2006). The ability where levels
// 1 to 8 begin, on the scale of the framework (mean 0, standard deviation 1).
std::span<const double, frameworks::highest_level> cuts();

// The likely range holds the ability with this probability, equally sure on both sides.
inline constexpr double likely = 0.8;

// Of somebody of whom nothing is known: the framework's population.
const Levels& levels_of_anybody();

// Chance of a right answer by luck alone, where nothing says better: one option in four.
double luck_of(items::Format);

// -- how a test goes

inline constexpr std::size_t most_questions = 40;
inline constexpr double sure_of_target = 0.9;  // that it is reached, or is not

// What an earlier test of the person says of a competence by itself: an observation of theta with a
// normal error. It fades: what was known once is less sure later.
struct Belief {
    std::string competence;
    double mean = 0, sd = 1;
};
inline constexpr double fading_sd = 0.5;

// What stays the same during a test.
struct Plan {
    frameworks::Targets targets;  // the competences asked about; 0: no level is aimed at
    std::uint64_t seed = 0;
    bool phone = false;                   // only items that can be done on a telephone
    bool untimed = false;                 // none whose time counts
    std::vector<Belief> beliefs = {};     // of an earlier test
    std::vector<base::ItemId> seen = {};  // then; not asked again
};

// A published bank on the tree of a framework. Immutable.
class Measure {
public:
    Measure(const frameworks::Framework&, std::shared_ptr<const items::Bank>);

    const items::Bank& bank() const { return *bank_; }
    // Nothing when the bank has no item of the framework: then nothing can be asked.
    const engine::Tables* tables() const { return tables_ ? &*tables_ : nullptr; }
    int node_of(std::string_view competence) const;  // -1: unknown
    // Its number in the tables; nothing for one that is only calibrated, or published no more.
    std::optional<std::size_t> find(base::ItemId) const;
    const items::BankItem& item(std::size_t number) const { return *measuring_[number]; }
    // Published to be calibrated, not to measure.
    std::span<const items::BankItem* const> calibrating() const { return calibrating_; }
    const std::vector<base::ItemId>& enemies_of(base::ItemId) const;
    // Of a competence's node: the numbers of its items, one after the other.
    struct Numbers {
        std::size_t begin = 0, end = 0;
    };
    Numbers numbers_of(int node) const { return ranges_[static_cast<std::size_t>(node)]; }
    // cuts(), for posteriors of tables().
    const engine::Cuts& levels_begin() const { return *cuts_; }

private:
    std::shared_ptr<const items::Bank> bank_;
    std::optional<engine::Tables> tables_;
    std::optional<engine::Cuts> cuts_;
    std::vector<Numbers> ranges_;  // by node
    std::map<std::string, int, std::less<>> nodes_;
    std::map<base::ItemId, std::size_t> numbers_;
    std::vector<const items::BankItem*> measuring_, calibrating_;
    std::map<base::ItemId, std::vector<base::ItemId>> enemies_;
};

// A competence as the answers tell it.
struct Standing {
    std::string competence;
    int target = 0;  // 0: none
    int level = 0;   // as likely above as below
    int low = 0, high = 0;
    Levels levels{};
    double mean = 0, sd = 1;          // of theta
    double own_mean = 0, own_sd = 0;  // see Belief; sd 0: no answer of its own
    int answers = 0;                  // that measure
    double reached = 0;               // probability that the target is; 1 without one
    bool known = false;               // well enough to ask no more
};

struct Choice {
    base::ItemId item;
    std::int64_t version = 0;
    bool measures = true;
};
enum class End { no, known, length, no_item };
struct Next {
    std::optional<Choice> choice;  // nothing: the test is over
    End end = End::no;
    std::vector<Standing> standings;  // of the competences asked about, by code
    // How far: competences known well enough, and about how many questions are left.
    int known = 0, about_left = 0;
};
Next next(const Measure&, const Plan&, std::span<const Given>);

// The same without choosing.
std::vector<Standing> standings(const Measure&, const Plan&, std::span<const Given>);
// That all these levels are reached together, their dependence kept. Nothing when a competence was
// neither asked about nor known before.
std::optional<double> probability_of(const Measure&, const Plan&, std::span<const Given>,
                                     const frameworks::Targets&);

// Whether the answers hang together.
struct PersonFit {
    std::optional<double> lz;  // nothing: too few answers to say
    int rapid = 0;             // answers too fast to have been read
    bool unusual = false;      // the answers contradict each other more than chance lets expect
    bool hurried = false;
};
// `typical_s`: of an item, the median of its answers; 0: unknown.
PersonFit person_fit(const Measure&, const Plan&, std::span<const Given>,
                     const std::map<base::ItemId, int>& typical_s);

}  // namespace positioning
