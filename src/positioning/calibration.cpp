// SPDX-License-Identifier: EUPL-1.2
#include "positioning/calibration.hpp"

#include "engine/dif.hpp"
#include "engine/math.hpp"
#include "engine/session.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace positioning {
namespace {

constexpr int most_rounds = 60;
constexpr double settled = 0.002;  // largest change of a parameter in a round
constexpr double smallest_slope = 0.2;

// Of an item: how many right and in all are expected at each point of the grid, and the scores of
// single answers for the standard errors (Louis 1982 by the cross-products of the scores).
struct Counts {
    std::vector<double> right, all;
    double aa = 0, ad = 0, dd = 0;
    double infit_top = 0, infit_bottom = 0, outfit = 0;
    std::int64_t answers = 0;
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
    std::map<base::ItemId, std::size_t> numbers;
};
Bank bank_of(const Measure& measure) {
    Bank bank;
    for (const items::BankItem& one : measure.bank().items()) {
        const int node = measure.node_of(one.competence());
        if (node < 0) continue;
        bank.numbers.emplace(one.id, bank.list.size());
        bank.list.push_back(&one);
        bank.items.push_back({.name = one.code(),
                              .node = node,
                              .a = one.parameters.a,
                              .d = {one.parameters.d},
                              .c = luck_of(one.item->format)});
    }
    return bank;
}

// The E-step; with `last` also what the standard errors and the fit need, at these parameters.
std::vector<Counts> expect(const engine::Tables& tables,
                           const std::vector<std::vector<engine::Given>>& persons, bool last,
                           std::vector<std::vector<double>>* abilities) {
    const std::vector<double>& grid = tables.grid().nodes;
    std::vector<Counts> counts(tables.items().size());
    engine::Posterior posterior(tables);
    for (std::size_t person = 0; person < persons.size(); ++person) {
        posterior.reset();
        for (const auto& [item, category] : persons[person]) posterior.add(item, category);
        if (abilities != nullptr)
            for (int node = 0; node < static_cast<int>(tables.tree().size()); ++node)
                (*abilities)[static_cast<std::size_t>(node)][person] = posterior.moments(node).mean;
        for (const auto& [number, category] : persons[person]) {
            const engine::Item& item = tables.items()[number];
            const std::span<const double> weights = posterior.marginal(item.node);
            Counts& one = counts[number];
            if (one.all.empty()) {
                one.all.assign(grid.size(), 0);
                one.right.assign(grid.size(), 0);
            }
            ++one.answers;
            double score_a = 0, score_d = 0;
            for (std::size_t q = 0; q < grid.size(); ++q) {
                one.all[q] += weights[q];
                one.right[q] += weights[q] * category;
                if (!last) continue;
                const auto [p, by_logit] = curve(item, grid[q]);
                const double variance = p * (1 - p);
                const double residual = category - p;
                const double slope = weights[q] * residual * by_logit / variance;
                score_a += slope * grid[q];
                score_d += slope;
                one.infit_top += weights[q] * residual * residual;
                one.infit_bottom += weights[q] * variance;
                one.outfit += weights[q] * residual * residual / variance;
            }
            one.aa += score_a * score_a;
            one.ad += score_a * score_d;
            one.dd += score_d * score_d;
        }
    }
    return counts;
}

// The M-step of one item: Fisher scoring to the mode of its expected posterior, the prior that of
// its level.
void improve(engine::Item& item, const Counts& counts, const items::Parameters& prior,
             const std::vector<double>& grid) {
    const double prior_a = 1 / (prior.se_a * prior.se_a), prior_d = 1 / (prior.se_d * prior.se_d);
    for (int step = 0; step < 20; ++step) {
        double ga = prior_a * (prior.a - item.a), gd = prior_d * (prior.d - item.d[0]);
        double aa = prior_a, ad = 0, dd = prior_d;
        for (std::size_t q = 0; q < grid.size(); ++q) {
            const auto [p, by_logit] = curve(item, grid[q]);
            const double variance = p * (1 - p);
            const double gradient = (counts.right[q] - counts.all[q] * p) * by_logit / variance;
            const double information = counts.all[q] * by_logit * by_logit / variance;
            ga += gradient * grid[q];
            gd += gradient;
            aa += information * grid[q] * grid[q];
            ad += information * grid[q];
            dd += information;
        }
        const double determinant = aa * dd - ad * ad;
        const double da = std::clamp((dd * ga - ad * gd) / determinant, -0.5, 0.5);
        const double db = std::clamp((aa * gd - ad * ga) / determinant, -1.0, 1.0);
        item.a = std::max(smallest_slope, item.a + da);
        item.d[0] += db;
        if (std::abs(da) + std::abs(db) < 1e-6) return;
    }
}

// Of b = -d / a, by the delta method, a and d taken as uncorrelated, as they are kept.
double se_of_difficulty(const items::Parameters& p) {
    const double b = p.difficulty();
    return std::hypot(p.se_d, b * p.se_a) / p.a;
}

std::string dif_of(const engine::Responses& responses, std::size_t item,
                   const std::vector<Answerer>& persons,
                   const std::vector<std::size_t>& who_answered, const engine::Matching& matching) {
    std::map<std::string, std::size_t> sizes;
    for (const std::size_t person : who_answered) ++sizes[persons[person].branch];
    if (sizes["etat"] < fewest_of_branch) return "";
    std::string worst;
    char worst_class = 'A';
    for (const auto& [branch, size] : sizes) {
        if (branch == "etat" || branch.empty() || size < fewest_of_branch) continue;
        std::vector<std::uint32_t> groups;
        for (const Answerer& person : persons)
            groups.push_back(person.branch == "etat" ? 0U : person.branch == branch ? 1U : 2U);
        const auto found = engine::mantel_haenszel(responses, groups, item, matching);
        if (found.ets > worst_class) {
            worst_class = found.ets;
            worst = branch + " " + found.ets;
        }
    }
    return worst;
}

}  // namespace

Proposal calibrate(const Measure& measure, const std::vector<Answerer>& given) {
    Proposal proposal;
    Bank bank = bank_of(measure);
    if (bank.list.empty() || measure.tables() == nullptr) return proposal;
    std::vector<std::vector<engine::Given>> persons;
    std::vector<std::vector<std::size_t>> who_answered(bank.list.size());
    engine::Responses responses(bank.list.size());
    for (const Answerer& person : given) {
        std::vector<engine::Given> answers;
        std::vector<engine::PackedAnswer> packed;
        for (const AnsweredItem& one : person.answers)
            if (const auto number = bank.numbers.find(one.item); number != bank.numbers.end()) {
                answers.push_back({number->second, one.right ? 1 : 0});
                packed.emplace_back(number->second, one.right ? 1 : 0);
                who_answered[number->second].push_back(persons.size());
            }
        proposal.answers += static_cast<std::int64_t>(answers.size());
        persons.push_back(std::move(answers));
        responses.add(packed);
    }
    proposal.persons = static_cast<std::int64_t>(persons.size());

    const engine::Network& network = measure.tables()->network();
    const std::vector<double>& grid = network.grid().nodes;
    const auto tables_now = [&] {
        auto tables = engine::Tables::of(network, bank.items);
        if (!tables) throw std::logic_error("calibration: " + tables.error());
        return *std::move(tables);
    };
    for (; proposal.rounds < most_rounds && !proposal.converged; ++proposal.rounds) {
        const auto counts = expect(tables_now(), persons, false, nullptr);
        double change = 0;
        for (std::size_t i = 0; i < bank.items.size(); ++i) {
            if (counts[i].answers < fewest_answers) continue;
            const engine::Item before = bank.items[i];
            improve(bank.items[i], counts[i], items::prior_of_level(bank.list[i]->item->level),
                    grid);
            change = std::max({change, std::abs(bank.items[i].a - before.a),
                               std::abs(bank.items[i].d[0] - before.d[0])});
        }
        proposal.converged = change < settled;
    }
    std::vector<std::vector<double>> abilities(network.tree().size(),
                                               std::vector<double>(persons.size()));
    const auto counts = expect(tables_now(), persons, true, &abilities);
    std::map<int, engine::Matching> matching;
    for (std::size_t i = 0; i < bank.items.size(); ++i) {
        const Counts& one = counts[i];
        if (one.answers < fewest_answers) continue;
        const items::BankItem& item = *bank.list[i];
        const items::Parameters prior = items::prior_of_level(item.item->level);
        ProposedItem proposed{.item = item.id, .before = item.parameters, .answers = one.answers};
        const double aa = one.aa + 1 / (prior.se_a * prior.se_a);
        const double dd = one.dd + 1 / (prior.se_d * prior.se_d);
        const double determinant = aa * dd - one.ad * one.ad;
        proposed.after = {.a = bank.items[i].a,
                          .d = bank.items[i].d[0],
                          .se_a = std::sqrt(dd / determinant),
                          .se_d = std::sqrt(aa / determinant),
                          .calibrated = true};
        proposed.infit = one.infit_top / one.infit_bottom;
        proposed.outfit = one.outfit / static_cast<double>(one.answers);
        proposed.shift =
            (proposed.after.difficulty() - item.parameters.difficulty()) /
            std::hypot(se_of_difficulty(proposed.after), se_of_difficulty(item.parameters));
        const int node = bank.items[i].node;
        auto [of_node, made] = matching.try_emplace(node);
        if (made)
            of_node->second = engine::match_by_ability(abilities[static_cast<std::size_t>(node)]);
        proposed.dif = dif_of(responses, i, given, who_answered[i], of_node->second);
        constexpr double most_misfit = 1.3, least_misfit = 0.7, weak_slope = 0.4, most_shift = 3;
        proposed.good = proposed.infit < most_misfit && proposed.infit > least_misfit &&
                        proposed.outfit < 1.5 && proposed.after.a > weak_slope &&
                        std::abs(proposed.shift) < most_shift && !proposed.dif.ends_with('C');
        proposal.items.push_back(std::move(proposed));
    }
    return proposal;
}

}  // namespace positioning
