// SPDX-License-Identifier: EUPL-1.2
#include "positioning/calibration.hpp"

#include "engine/dif.hpp"
#include "engine/math.hpp"
#include "engine/session.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace positioning {
namespace {

constexpr int most_rounds = 500;   // of all passes together
constexpr double settled = 0.002;  // largest change of a parameter in a round
constexpr double smallest_slope = 0.2;

// Sure: so many standard errors. An anchor is let go when its difficulty is surely another one, and
// by as much as matters: a third of a level. Some passes, since one that drifted makes others look
// as if they had.
constexpr double sure = 3, least_drift = 0.25;
constexpr int most_passes = 3;

// What a good item keeps to, as far as chance allows.
constexpr double most_misfit = 0.3, most_outfit = 0.5, weak_slope = 0.4;

// Of an item: how many right and in all are expected at each point of the grid, and for the
// standard errors the cross-products of the scores of single answers (derivatives of the
// log-likelihood, by Fisher's identity).
struct Counts {
    std::vector<double> right, all;
    double aa = 0, ad = 0, dd = 0;
    std::int64_t answers = 0;
    // From what each person's other answers predict of this one, p and its derivative by d: the
    // score and its variance, residuals and variances of the answers, and what these vary by.
    double score = 0, information = 0;
    double squares = 0, variance = 0, variance_of_squares = 0;
    double standardized = 0, variance_of_standardized = 0;
};

struct Curve {
    double p = 0, by_logit = 0;  // probability, and its derivative by the logit
};
Curve curve(const engine::Item& item, double theta) {
    const double plain = engine::logistic(item.a * theta + item.d[0]);
    return {item.c + (1 - item.c) * plain, (1 - item.c) * plain * (1 - plain)};
}

// Every published item, also those on trial, on the tree of the measure.
struct Bank {
    std::vector<const items::BankItem*> list;
    std::vector<engine::Item> items;
    std::vector<bool> anchors;  // keep their parameters
    std::map<base::ItemId, std::size_t> numbers;
};
Bank bank_of(const Measure& measure) {
    Bank bank;
    for (const items::BankItem& one : measure.bank().items()) {
        const int node = measure.node_of(one.competence());
        if (node < 0) continue;
        bank.numbers.emplace(one.id, bank.list.size());
        bank.list.push_back(&one);
        bank.anchors.push_back(one.parameters.calibrated);
        bank.items.push_back({.name = one.code(),
                              .node = node,
                              .a = one.parameters.a,
                              .d = {one.parameters.d},
                              .c = luck_of(one.item->format)});
    }
    return bank;
}

void observe(Counts& counts, int category, double p, double by_d) {
    const double variance = p * (1 - p), residual = category - p;
    counts.score += residual * by_d / variance;
    counts.information += by_d * by_d / variance;
    counts.squares += residual * residual;
    counts.variance += variance;
    counts.variance_of_squares += variance * (1 - 2 * p) * (1 - 2 * p);
    counts.standardized += residual * residual / variance;
    counts.variance_of_standardized += 1 / variance - 4;
}

// What is estimated: the items, and where those who answered stand on each node.
struct Fitting {
    const engine::Network& network;
    Bank bank;
    std::vector<double> means;  // by node
    const std::vector<std::vector<engine::Given>>& persons;

    // The grid is about 0, and so is everybody: the mean is in the items instead.
    engine::Tables tables() const {
        std::vector<engine::Item> shifted = bank.items;
        for (engine::Item& item : shifted)
            item.d[0] += item.a * means[static_cast<std::size_t>(item.node)];
        auto made = engine::Tables::of(network, std::move(shifted));
        if (!made) throw std::logic_error("calibration: " + made.error());
        return *std::move(made);
    }
    double theta(int node, std::size_t q) const {
        return network.grid().nodes[q] + means[static_cast<std::size_t>(node)];
    }
};

// By node and person: E[theta], without the mean of all.
using Abilities = std::vector<std::vector<double>>;

// The E-step. With `last` also the scores and the fit, at these parameters.
std::vector<Counts> expect(const Fitting& fitting, bool last, Abilities& abilities) {
    const engine::Tables tables = fitting.tables();
    const std::size_t points = fitting.network.grid().nodes.size();
    std::vector<Counts> counts(fitting.bank.items.size());
    engine::Posterior posterior(tables);
    for (std::size_t person = 0; person < fitting.persons.size(); ++person) {
        posterior.reset();
        for (const auto& [item, category] : fitting.persons[person]) posterior.add(item, category);
        for (std::size_t node = 0; node < abilities.size(); ++node)
            abilities[node][person] = posterior.moments(static_cast<int>(node)).mean;
        for (const auto& [number, category] : fitting.persons[person]) {
            const engine::Item& item = fitting.bank.items[number];
            const std::span<const double> weights = posterior.marginal(item.node);
            Counts& one = counts[number];
            if (one.all.empty()) {
                one.all.assign(points, 0);
                one.right.assign(points, 0);
            }
            ++one.answers;
            double score_a = 0, score_d = 0;
            double others = 0, predicted = 0, by_d = 0;
            for (std::size_t q = 0; q < points; ++q) {
                one.all[q] += weights[q];
                one.right[q] += weights[q] * category;
                if (!last) continue;
                const double theta = fitting.theta(item.node, q);
                const auto [p, by_logit] = curve(item, theta);
                const double slope = weights[q] * (category - p) * by_logit / (p * (1 - p));
                score_a += slope * theta;
                score_d += slope;
                // The posterior without this answer.
                const double without = weights[q] / (category == 1 ? p : 1 - p);
                others += without;
                predicted += without * p;
                by_d += without * by_logit;
            }
            if (!last) continue;
            one.aa += score_a * score_a;
            one.ad += score_a * score_d;
            one.dd += score_d * score_d;
            observe(one, category, predicted / others, by_d / others);
        }
    }
    return counts;
}

items::Parameters prior_of(const items::BankItem& item) {
    return items::prior_of_level(item.item->level);
}

// What the M-step of an item makes as large as it can: its part of the expected log-likelihood, and
// the prior of its level.
double worth(const engine::Item& item, const Counts& counts, const items::Parameters& prior,
             const Fitting& fitting) {
    const double by_a = (item.a - prior.a) / prior.se_a, by_d = (item.d[0] - prior.d) / prior.se_d;
    double sum = -0.5 * (by_a * by_a + by_d * by_d);
    for (std::size_t q = 0; q < counts.all.size(); ++q) {
        const double p = curve(item, fitting.theta(item.node, q)).p;
        sum += counts.right[q] * engine::log(p) +
               (counts.all[q] - counts.right[q]) * engine::log(1 - p);
    }
    return sum;
}

// By Fisher scoring, with steps halved where luck makes them too long.
void improve(engine::Item& item, const Counts& counts, const items::Parameters& prior,
             const Fitting& fitting) {
    const double prior_a = 1 / (prior.se_a * prior.se_a), prior_d = 1 / (prior.se_d * prior.se_d);
    double now = worth(item, counts, prior, fitting);
    for (int step = 0; step < 20; ++step) {
        double ga = prior_a * (prior.a - item.a), gd = prior_d * (prior.d - item.d[0]);
        double aa = prior_a, ad = 0, dd = prior_d;
        for (std::size_t q = 0; q < counts.all.size(); ++q) {
            const double theta = fitting.theta(item.node, q);
            const auto [p, by_logit] = curve(item, theta);
            const double variance = p * (1 - p);
            const double gradient = (counts.right[q] - counts.all[q] * p) * by_logit / variance;
            const double information = counts.all[q] * by_logit * by_logit / variance;
            ga += gradient * theta;
            gd += gradient;
            aa += information * theta * theta;
            ad += information * theta;
            dd += information;
        }
        const double determinant = aa * dd - ad * ad;
        double da = (dd * ga - ad * gd) / determinant;
        double db = (aa * gd - ad * ga) / determinant;
        if (item.a + da < smallest_slope) {  // at the edge d has a best place of its own
            da = smallest_slope - item.a;
            db = (gd - ad * da) / dd;
        }
        engine::Item next = item;
        double then = now;
        for (int halved = 0; halved < 12; ++halved, da /= 2, db /= 2) {
            next.a = item.a + da;
            next.d[0] = item.d[0] + db;
            then = worth(next, counts, prior, fitting);
            if (then >= now) break;
        }
        if (then <= now) return;
        item = std::move(next);
        now = then;
        if (std::abs(da) + std::abs(db) < 1e-5) return;
    }
}

// The mean of a node's persons, by what they are expected to be. Where no anchor holds the scale,
// persons and items may move together without any answer being likelier: they move to where the
// declared levels are likeliest.
double move_mean(Fitting& fitting, int node, const std::vector<double>& abilities,
                 const std::vector<Counts>& counts) {
    double sum = 0;
    for (const double ability : abilities) sum += ability;
    const double by_persons = sum / static_cast<double>(abilities.size());
    double& mean = fitting.means[static_cast<std::size_t>(node)];
    mean += by_persons;
    double pull = 0, weight = 0;
    std::vector<engine::Item*> moving;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        engine::Item& item = fitting.bank.items[i];
        if (item.node != node || counts[i].answers == 0) continue;
        if (fitting.bank.anchors[i]) return by_persons;
        const items::Parameters prior = prior_of(*fitting.bank.list[i]);
        const double precision = 1 / (prior.se_d * prior.se_d);
        pull += precision * item.a * (item.d[0] - prior.d);
        weight += precision * item.a * item.a;
        moving.push_back(&item);
    }
    if (moving.empty()) return by_persons;
    const double together = pull / weight;
    mean += together;
    for (engine::Item* item : moving) item->d[0] -= item->a * together;
    return by_persons + together;
}

// Until nothing moves any more.
void fit(Fitting& fitting, Abilities& abilities, Proposal& proposal) {
    proposal.converged = false;
    while (proposal.rounds < most_rounds && !proposal.converged) {
        ++proposal.rounds;
        const auto counts = expect(fitting, false, abilities);
        double change = 0;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (counts[i].answers < fewest_answers || fitting.bank.anchors[i]) continue;
            engine::Item& item = fitting.bank.items[i];
            const engine::Item before = item;
            improve(item, counts[i], prior_of(*fitting.bank.list[i]), fitting);
            change =
                std::max({change, std::abs(item.a - before.a), std::abs(item.d[0] - before.d[0])});
        }
        for (int node = 0; node < static_cast<int>(abilities.size()); ++node)
            if (std::ranges::any_of(fitting.bank.items,
                                    [&](const engine::Item& item) { return item.node == node; }))
                change = std::max(
                    change, std::abs(move_mean(fitting, node,
                                               abilities[static_cast<std::size_t>(node)], counts)));
        proposal.converged = change < settled;
    }
}

// Of an anchor: how far its answers would move its difficulty, and that in standard errors; the
// score test (Rao 1948; for item parameters Glas 1998).
struct Shift {
    double by = 0, in_errors = 0;
};
Shift shift_of(const Counts& counts, double slope) {
    if (counts.information <= 0) return {};
    return {-counts.score / counts.information / slope,
            -counts.score / std::sqrt(counts.information)};
}

// Of b = -d / a, by the delta method, a and d taken as uncorrelated, as they are kept.
double se_of_difficulty(const items::Parameters& p) {
    const double b = p.difficulty();
    return std::hypot(p.se_d, b * p.se_a) / p.a;
}

// Whom a branch is compared with: the State, the largest.
constexpr std::string_view reference_branch = "etat";

// Of each other branch: who is of it (1), of the State (0), or of neither.
using Branches = std::map<std::string, std::vector<std::uint32_t>>;
Branches branches_of(const std::vector<Answerer>& persons) {
    Branches branches;
    for (const Answerer& person : persons)
        if (!person.branch.empty() && person.branch != reference_branch) branches[person.branch];
    for (auto& [branch, groups] : branches)
        for (const Answerer& person : persons)
            groups.push_back(person.branch == reference_branch ? 0U
                             : person.branch == branch         ? 1U
                                                               : 2U);
    return branches;
}

// The class of the branch that the item treats most unlike the State, where it is not A.
std::string dif_of(const engine::Responses& responses, std::size_t item, const Branches& branches,
                   const std::vector<std::size_t>& who_answered, const engine::Matching& matching) {
    std::string worst;
    char worst_class = 'A';
    for (const auto& [branch, groups] : branches) {
        std::array<std::size_t, 3> sizes{};
        for (const std::size_t person : who_answered) ++sizes.at(groups[person]);
        if (sizes[0] < fewest_of_branch || sizes[1] < fewest_of_branch) continue;
        const auto found = engine::mantel_haenszel(responses, groups, item, matching);
        if (found.ets > worst_class) {
            worst_class = found.ets;
            worst = branch + " " + found.ets;
        }
    }
    return worst;
}

// Every published item's answers, person by person; those to an earlier text do not count.
struct Answered {
    std::vector<std::vector<engine::Given>> persons;
    std::vector<std::vector<std::size_t>> who;  // by item
    engine::Responses responses;
    std::int64_t answers = 0;
};
Answered answers_of(const Bank& bank, const std::vector<Answerer>& given) {
    Answered out{.persons = {},
                 .who = std::vector<std::vector<std::size_t>>(bank.list.size()),
                 .responses = engine::Responses(bank.list.size())};
    for (const Answerer& person : given) {
        std::vector<engine::Given> answers;
        std::vector<engine::PackedAnswer> packed;
        for (const AnsweredItem& one : person.answers) {
            const auto number = bank.numbers.find(one.item);
            if (number == bank.numbers.end() || bank.list[number->second]->version != one.version)
                continue;
            answers.push_back({number->second, one.right ? 1 : 0});
            packed.emplace_back(number->second, one.right ? 1 : 0);
            out.who[number->second].push_back(out.persons.size());
        }
        out.answers += static_cast<std::int64_t>(answers.size());
        out.persons.push_back(std::move(answers));
        out.responses.add(packed);
    }
    return out;
}

items::Parameters estimate(const engine::Item& item, const Counts& counts,
                           const items::Parameters& prior) {
    const double aa = counts.aa + 1 / (prior.se_a * prior.se_a);
    const double dd = counts.dd + 1 / (prior.se_d * prior.se_d);
    const double determinant = aa * dd - counts.ad * counts.ad;
    return {.a = item.a,
            .d = item.d[0],
            .se_a = std::sqrt(dd / determinant),
            .se_d = std::sqrt(aa / determinant),
            .calibrated = true};
}

std::vector<std::string> reasons_to_look(const ProposedItem& one, const Counts& counts) {
    const auto answers = static_cast<double>(counts.answers);
    const double infit_se = std::sqrt(counts.variance_of_squares) / counts.variance;
    const double outfit_se = std::sqrt(counts.variance_of_standardized) / answers;
    std::vector<std::string> reasons;
    if (one.drifted()) reasons.emplace_back("drift");
    if (!one.before.calibrated && std::abs(one.shift) >= sure) reasons.emplace_back("level");
    if (std::abs(one.infit - 1) >= std::max(most_misfit, sure * infit_se) ||
        one.outfit - 1 >= std::max(most_outfit, sure * outfit_se))
        reasons.emplace_back("fit");
    if (one.after.a <= weak_slope) reasons.emplace_back("slope");
    if (one.dif.ends_with('C')) reasons.emplace_back("dif");
    return reasons;
}

}  // namespace

Proposal calibrate(const Measure& measure, const std::vector<Answerer>& given) {
    Proposal proposal;
    if (measure.tables() == nullptr) return proposal;
    const engine::Network& network = measure.tables()->network();
    const std::size_t nodes = network.tree().size();
    Bank bank = bank_of(measure);
    const Answered answered = answers_of(bank, given);
    proposal.persons = static_cast<std::int64_t>(answered.persons.size());
    proposal.answers = answered.answers;
    Fitting fitting{network, std::move(bank), std::vector<double>(nodes, 0), answered.persons};
    Abilities abilities(nodes, std::vector<double>(answered.persons.size()));
    if (answered.answers == 0) {
        proposal.converged = true;
        proposal.waiting = static_cast<int>(fitting.bank.list.size());
        return proposal;
    }

    std::vector<Counts> counts;
    std::map<std::size_t, double> drifts;  // of anchors let go, in standard errors
    for (int pass = 1;; ++pass) {
        fit(fitting, abilities, proposal);
        counts = expect(fitting, true, abilities);
        bool let_go = false;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (!fitting.bank.anchors[i] || counts[i].answers < fewest_answers) continue;
            const Shift shift = shift_of(counts[i], fitting.bank.items[i].a);
            if (std::abs(shift.in_errors) <= sure || std::abs(shift.by) <= least_drift) continue;
            fitting.bank.anchors[i] = false;
            drifts[i] = shift.in_errors;
            let_go = true;
        }
        if (!let_go || pass == most_passes) break;
    }

    const Branches branches = branches_of(given);
    std::map<int, engine::Matching> matching;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const Counts& one = counts[i];
        if (one.answers < fewest_answers) {
            ++proposal.waiting;
            continue;
        }
        const items::BankItem& item = *fitting.bank.list[i];
        const engine::Item& fitted = fitting.bank.items[i];
        ProposedItem proposed{.item = item.id,
                              .before = item.parameters,
                              .after = item.parameters,
                              .answers = one.answers};
        if (fitting.bank.anchors[i]) {
            proposed.shift = shift_of(one, fitted.a).in_errors;
        } else {
            proposed.after = estimate(fitted, one, prior_of(item));
            const auto drift = drifts.find(i);
            proposed.shift = drift != drifts.end()
                                 ? drift->second
                                 : (proposed.after.difficulty() - item.parameters.difficulty()) /
                                       std::hypot(se_of_difficulty(proposed.after),
                                                  se_of_difficulty(item.parameters));
        }
        proposed.infit = one.squares / one.variance;
        proposed.outfit = one.standardized / static_cast<double>(one.answers);
        auto [of_node, made] = matching.try_emplace(fitted.node);
        if (made)
            of_node->second =
                engine::match_by_ability(abilities[static_cast<std::size_t>(fitted.node)]);
        proposed.dif = dif_of(answered.responses, i, branches, answered.who[i], of_node->second);
        proposed.reasons = reasons_to_look(proposed, one);
        if (fitting.bank.anchors[i] && proposed.good())
            ++proposal.kept;
        else
            proposal.items.push_back(std::move(proposed));
    }
    return proposal;
}

}  // namespace positioning
