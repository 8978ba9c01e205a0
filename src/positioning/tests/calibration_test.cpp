// SPDX-License-Identifier: EUPL-1.2
// A calibration finds the parameters that answers came from, what drifted and what is unfair.
#include "positioning/calibration.hpp"
#include "engine/random.hpp"
#include "simulated_model.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace positioning;

TEST_CASE(
    "a calibration comes nearer to the truth than the priors, and sees drift and unfairness") {
    const SimulatedBank bank = simulated_bank(8, 3);
    const Measure measure(frameworks::present(), bank.bank);
    constexpr std::int64_t unfair = 20, drifted = 60;
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
            person.answers.push_back({item.id, right});
        }
        persons.push_back(std::move(person));
    }
    const Proposal proposal = calibrate(measure, persons);
    CHECK(proposal.converged);
    CHECK(proposal.persons == 1500);
    CHECK(proposal.items.size() == bank.bank->items().size());
    double before = 0, after = 0, covered = 0;
    int compared = 0, looked = 0;
    for (const ProposedItem& one : proposal.items) {
        const items::Parameters& truth = bank.truth.at(one.item);
        if (one.item.value == unfair) {
            CHECK(one.dif == "territoriale C");
            CHECK_FALSE(one.good);
            continue;
        }
        if (one.item.value == drifted) {
            CHECK(one.after.difficulty() < one.before.difficulty());
            CHECK_FALSE(one.good);
            continue;
        }
        before += std::pow(one.before.d - truth.d, 2);
        after += std::pow(one.after.d - truth.d, 2);
        covered += std::abs(one.after.d - truth.d) < 1.645 * one.after.se_d;
        ++compared;
        looked += !one.good;
    }
    MESSAGE("RMSE of d: " << std::sqrt(before / compared) << " by the priors, "
                          << std::sqrt(after / compared) << " calibrated; 90% intervals cover "
                          << covered / compared << "; to be looked at " << looked << " of "
                          << compared);
    CHECK(after < before / 3);
    CHECK(covered / compared > 0.8);
    CHECK(looked < compared / 10);
}

TEST_CASE("without answers nothing is proposed") {
    const SimulatedBank bank = simulated_bank(2, 3);
    const Measure measure(frameworks::present(), bank.bank);
    CHECK(calibrate(measure, {}).items.empty());
    CHECK(calibrate(measure, {{.branch = "etat", .answers = {{{1}, true}}}}).items.empty());
}
