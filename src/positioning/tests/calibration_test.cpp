// SPDX-License-Identifier: EUPL-1.2
// A calibration finds the parameters that answers came from, what drifted and what is unfair.
#include "positioning/calibration.hpp"
#include "engine/random.hpp"
#include "simulated_model.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>

using namespace positioning;

TEST_CASE(
    "a calibration comes nearer to the truth than the priors, and sees drift and unfairness") {
    const SimulatedBank bank = simulated_bank(8, 3);
    const Measure measure(frameworks::present(), bank.bank);
    constexpr std::int64_t unfair = 20, drifted = 64;  // of levels 4 and 7
    std::vector<Answerer> persons;
    for (std::uint64_t seed = 1; seed <= 1500; ++seed) {
        Answerer person{.branch = seed % 3 == 0 ? "territoriale" : "etat", .answers = {}};
        const Abilities abilities = simulated_abilities(seed);
        const Answers truly = by_ability(bank, abilities, seed);
        engine::Random random(seed, 9);
        for (const items::BankItem& item : bank.bank->items()) {
            if (random.below(5) != 0) continue;  // each is asked a fifth of the items
            bool right = truly(item, static_cast<std::uint64_t>(item.id.value)).right;
            if (item.id.value == unfair && person.branch == "territoriale")
                right = right && random.uniform() < 0.3;
            if (item.id.value == drifted) right = random.uniform() < 0.97;
            person.answers.push_back({item.id, 1, right});
        }
        persons.push_back(std::move(person));
    }
    const Proposal proposal = calibrate(measure, persons);
    CHECK(proposal.converged);
    CHECK(proposal.persons == 1500);
    CHECK(proposal.items.size() == bank.bank->items().size());
    // Where nothing was calibrated before, each competence has the scale of its declared levels,
    // here of eight items: that error is common to them, and not the items' own.
    std::map<std::string, std::vector<double>> of_competence;
    for (const ProposedItem& one : proposal.items)
        of_competence[std::string(bank.bank->find(one.item)->competence())].push_back(
            one.after.difficulty() - bank.truth.at(one.item).difficulty());
    for (auto& [competence, errors] : of_competence) std::ranges::sort(errors);
    double before = 0, after = 0, covered = 0;
    int compared = 0, looked = 0;
    for (const ProposedItem& one : proposal.items) {
        const items::Parameters& truth = bank.truth.at(one.item);
        if (one.item.value == unfair) {
            CHECK(one.dif == "territoriale C");
            CHECK_FALSE(one.good());
            continue;
        }
        if (one.item.value == drifted) {
            CHECK(one.after.difficulty() < one.before.difficulty());
            CHECK_FALSE(one.good());
            continue;
        }
        const auto& errors = of_competence.at(std::string(bank.bank->find(one.item)->competence()));
        const double common = errors[errors.size() / 2];
        before += std::pow(one.before.d - truth.d, 2);
        after += std::pow(one.after.d - truth.d, 2);
        covered += std::abs(one.after.d - truth.d + one.after.a * common) < 1.645 * one.after.se_d;
        ++compared;
        looked += !one.good();
    }
    MESSAGE("RMSE of d: " << std::sqrt(before / compared) << " by the priors, "
                          << std::sqrt(after / compared) << " calibrated; 90% intervals cover "
                          << covered / compared << "; to be looked at " << looked << " of "
                          << compared);
    CHECK(after < before / 3);
    CHECK(covered / compared > 0.8);
    CHECK(looked < compared / 10);
}

namespace {

// Persons of whom the mean is not that of the scale; each is asked a fifth of the items.
std::vector<Answerer> answerers(const SimulatedBank& bank, std::uint64_t count, double mean,
                                const std::function<bool(const items::BankItem&, bool)>& say) {
    std::vector<Answerer> persons;
    for (std::uint64_t seed = 1; seed <= count; ++seed) {
        Answerer person{.branch = "etat", .answers = {}};
        Abilities abilities = simulated_abilities(seed);
        for (auto& [competence, theta] : abilities) theta += mean;
        const Answers truly = by_ability(bank, abilities, seed);
        engine::Random random(seed, 9);
        for (const items::BankItem& item : bank.bank->items())
            if (random.below(5) == 0)
                person.answers.push_back(
                    {item.id, 1,
                     say(item, truly(item, static_cast<std::uint64_t>(item.id.value)).right)});
        persons.push_back(std::move(person));
    }
    return persons;
}

bool as_it_is(const items::BankItem&, bool right) {
    return right;
}

// The same bank, of which these items were calibrated before, exactly.
Measure calibrated(const SimulatedBank& bank, const std::function<bool(base::ItemId)>& which) {
    std::vector<items::BankItem> list = bank.bank->items();
    for (items::BankItem& one : list)
        if (which(one.id)) {
            one.parameters = bank.truth.at(one.id);
            one.parameters.se_a = one.parameters.se_d = 0.1;
            one.parameters.calibrated = true;
        }
    return {frameworks::present(), std::make_shared<const items::Bank>(2, std::move(list))};
}

double mean_error_of_b(const Proposal& proposal, const SimulatedBank& bank) {
    double sum = 0;
    for (const ProposedItem& one : proposal.items)
        sum += one.after.difficulty() - bank.truth.at(one.item).difficulty();
    return sum / static_cast<double>(proposal.items.size());
}

}  // namespace

TEST_CASE(
    "calibrated items hold the scale, whoever answers; one that drifted is found and let go") {
    const SimulatedBank bank = simulated_bank(8, 3);
    constexpr std::int64_t drifted = 61;  // of level 5
    const Measure measure = calibrated(bank, [](base::ItemId id) { return id.value % 2 == 1; });
    const auto persons = answerers(bank, 800, 0.6, [](const items::BankItem& item, bool right) {
        return right || item.id.value == drifted;  // everybody knows it by now
    });
    const Proposal proposal = calibrate(measure, persons);
    CHECK(proposal.converged);
    CHECK(proposal.waiting == 0);
    int fresh = 0, anchors_to_look_at = 0;
    for (const ProposedItem& one : proposal.items) {
        if (one.item.value == drifted) {
            CHECK(one.drifted());
            CHECK_FALSE(one.good());
            CHECK(one.shift < -3);
            CHECK(one.after.difficulty() < one.before.difficulty() - 0.5);
        } else if (one.before.calibrated) {
            ++anchors_to_look_at;
            CHECK(one.after.d == one.before.d);
        } else {
            ++fresh;
        }
    }
    CHECK(fresh == 84);
    CHECK(anchors_to_look_at <= 4);
    CHECK(proposal.kept + anchors_to_look_at == 83);
    // By the persons alone, all would look easier by 0.6.
    MESSAGE("mean error of b: " << mean_error_of_b(proposal, bank));
    CHECK(std::abs(mean_error_of_b(proposal, bank)) < 0.15);
}

TEST_CASE("where nothing is calibrated the declared levels hold the scale") {
    const SimulatedBank bank = simulated_bank(8, 3);
    const Measure measure(frameworks::present(), bank.bank);
    const Proposal proposal = calibrate(measure, answerers(bank, 800, 0.6, as_it_is));
    CHECK(proposal.converged);
    MESSAGE("mean error of b: " << mean_error_of_b(proposal, bank));
    CHECK(std::abs(mean_error_of_b(proposal, bank)) < 0.15);
}

TEST_CASE("thirty answers are needed, to the text as it is published") {
    const SimulatedBank bank = simulated_bank(2, 3);
    const Measure measure(frameworks::present(), bank.bank);
    CHECK(calibrate(measure, {}).items.empty());
    CHECK(calibrate(measure, {}).waiting == 42);
    std::vector<Answerer> persons(29, {.branch = "etat", .answers = {{{1}, 1, true}}});
    CHECK(calibrate(measure, persons).items.empty());
    persons.push_back({.branch = "etat", .answers = {{{1}, 2, true}}});  // an earlier text
    CHECK(calibrate(measure, persons).items.empty());
    persons.push_back({.branch = "etat", .answers = {{{1}, 1, false}}});
    const Proposal proposal = calibrate(measure, persons);
    CHECK(proposal.items.size() == 1);
    CHECK(proposal.waiting == 41);
}
