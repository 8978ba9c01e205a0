// SPDX-License-Identifier: EUPL-1.2
// Simulation: the sequences of a reference program, intervals that cover what they say, results
// that do not depend on threads; exposure.
#include "psychometrics/simulation.hpp"
#include "places.hpp"
#include "psychometrics/options.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

using namespace psychometrics;

namespace {

const std::string data = SOURCE_DIR "/tests/data/irt/";

engine::Tree digcomp_like() {
    std::vector<engine::Node> nodes{{"general"}};
    int number = 0;
    for (const int competences : {3, 6, 4, 4, 4}) {
        const int at = static_cast<int>(nodes.size());
        nodes.push_back({std::to_string(++number), 0, 0.85});
        for (int i = 1; i <= competences; ++i)
            nodes.push_back({std::to_string(number) + "." + std::to_string(i), at, 0.9});
    }
    return *engine::Tree::of(nodes);
}

engine::Tables profile(int each = 30) {
    engine::Tree tree = digcomp_like();
    std::vector<engine::Item> items;
    engine::Random random(5);
    for (const int leaf : tree.leaves())
        for (int i = 0; i < each; ++i) {
            auto item = engine::Item::two_pl(engine::exp(0.3 * random.normal()), random.normal());
            item.node = leaf;
            item.name = std::to_string(items.size() + 1);
            items.push_back(item);
        }
    engine::Grid grid = engine::grid_for(tree);
    return *engine::Tables::of({std::move(tree), std::move(grid)}, std::move(items));
}

struct Cat500 {
    Bank bank = *read_bank(data + "cat500_items.csv");
    engine::Tables tables = *make_tables("cat500", {}, bank, 0, false);
    Simulation plan;
    AnswerMatrix matrix;
    Cat500() {
        const Responses answers = *read_responses(data + "cat500_responses_1000.csv");
        matrix = {answers.persons.size(), answers.items.size(), {}};
        matrix.answers.assign(answers.answer.begin(), answers.answer.end());
        plan.tables = &tables;
        plan.matrix = &matrix;
        plan.candidates = matrix.candidates;
        const std::string text = *read_text(data + "cat500_true_theta.csv");
        Table table = *Table::open("truth", text);
        while (*table.next()) plan.truth.push_back(*table.number(0));
    }
};

}  // namespace

TEST_CASE("EAP and maximum information give catR's sequences for 999 of 1,000 candidates") {
    Cat500 cat;
    cat.plan.rules.select = engine::Select::fisher;
    std::string log =
        "person,theta,se,k1,k2,k3,k4,k5,k6,k7,k8,k9,k10,k11,k12,k13,k14,k15,k16,k17,k18,"
        "k19,k20\n";
    cat.plan.log = [&](std::string_view text) { log += text; };
    const SimulationResult result = simulate(cat.plan);
    const std::string text = *read_text(data + "cat500_reference_catR_EAP_MFI.csv");
    Table reference = *Table::open("reference", text);
    Table ours = *Table::open("ours", log);
    CHECK(reference.header() == ours.header());
    int same = 0;
    while (*reference.next()) {
        REQUIRE(*ours.next());
        same += std::equal(reference.cells().begin() + 3, reference.cells().end(),
                           ours.cells().begin() + 3);
        CHECK(std::abs(*reference.number(1) - *ours.number(1)) < 0.04);
        CHECK(std::abs(*reference.number(2) - *ours.number(2)) < 0.02);
    }
    CHECK(same >= 999);
    CHECK(result.competences.rmse() == doctest::Approx(0.2939).epsilon(1e-3));
    CHECK(result.exposure().overlap == doctest::Approx(0.433).epsilon(2e-3));
    CHECK(result.exposure().unused == 410);
}

TEST_CASE(
    "stated 90 % intervals cover 88 to 92 % of 5,000 candidates, in one dimension and in each "
    "node") {
    const engine::Tables tables = profile();
    Simulation plan;
    plan.tables = &tables;
    plan.candidates = 5000;
    plan.rules.stop.length = 42;
    plan.cuts = {-1.8, -1.2, -0.6, 0, 0.6, 1.2, 1.8};
    const SimulationResult result = simulate(plan);
    // A node of 5,000: three standard errors of the share are .013 more.
    for (const NodeResult& node : result.nodes) {
        CHECK(node.share(node.covered) > 0.887);
        CHECK(node.share(node.covered) < 0.92 + 0.002);
        CHECK(std::abs(node.bias()) < 0.03);
        CHECK(node.mean_se() == doctest::Approx(node.rmse()).epsilon(0.04));
    }
    CHECK(result.competences.share(result.competences.covered) > 0.88);
    CHECK(result.competences.share(result.competences.covered) < 0.92);
    CHECK(result.competences.rmse() < 0.54);
    CHECK(result.competences.share(result.competences.adjacent) > 0.89);
    // Every competence has its two questions.
    std::uint64_t first = 0;
    for (std::size_t item = 0; item < 30; ++item) first += result.given[item];
    CHECK(first == 2UL * 5000);

    Cat500 cat;
    Simulation one;
    one.tables = &cat.tables;
    one.candidates = 5000;
    one.rules.select = engine::Select::fisher;
    const SimulationResult flat = simulate(one);
    CHECK(flat.competences.share(flat.competences.covered) > 0.88);
    CHECK(flat.competences.share(flat.competences.covered) < 0.92);
}

TEST_CASE(
    "the same seed gives the same log and figures whatever the threads; another seed another") {
    const engine::Tables tables = profile(6);
    const auto run = [&](unsigned threads, std::uint64_t seed) {
        Simulation plan;
        plan.tables = &tables;
        plan.candidates = 2000;
        plan.rules.stop.length = 25;
        plan.rules.exposure.temperature = 0.2;
        plan.threads = threads;
        plan.seed = seed;
        plan.cuts = {0};
        std::string log;
        plan.log = [&](std::string_view text) { log += text; };
        const SimulationResult result = simulate(plan);
        return std::pair(log, result.competences.squares);
    };
    const auto one = run(1, 7);
    CHECK(one == run(2, 7));
    CHECK(one == run(5, 7));
    CHECK(one != run(1, 8));
    CHECK(std::ranges::count(one.first, '\n') == 2000);
}

TEST_CASE("tolls hold exposure under a quarter and overlap under a fifth at an RMSE under .31") {
    Cat500 cat;
    cat.plan.rules.select = engine::Select::fisher;
    cat.plan.control = engine::ExposureControl::Rule::toll;
    cat.plan.most = 0.25;
    cat.plan.overlap = 0.2;
    const SimulationResult result = simulate(cat.plan);
    CHECK(result.exposure().most <= 0.25);
    CHECK(result.exposure().overlap <= 0.20);
    CHECK(result.competences.rmse() <= 0.31);
}

TEST_CASE("each exposure rule lowers the largest exposure and the overlap of maximum information") {
    Cat500 cat;
    cat.plan.rules.select = engine::Select::fisher;
    const auto exposure = [&](const auto& change) {
        Simulation plan = cat.plan;
        change(plan);
        return simulate(plan).exposure();
    };
    const auto plain = exposure([](Simulation&) {});
    CHECK(plain.most == 1);
    using Rule = engine::ExposureControl::Rule;
    const auto randomesque = exposure([](Simulation& plan) { plan.rules.exposure.among = 5; });
    const auto stochastic = exposure([](Simulation& plan) {
        plan.rules.exposure.temperature = plan.rules.exposure.last_temperature = 0.25;
    });
    const auto hetter = exposure([](Simulation& plan) {
        plan.control = Rule::sympson_hetter;
        plan.most = 0.25;
    });
    const auto eligibility = exposure([](Simulation& plan) {
        plan.control = Rule::eligibility;
        plan.most = 0.2;
    });
    CHECK(randomesque.most < 0.9);
    CHECK(randomesque.overlap < plain.overlap);
    CHECK(stochastic.overlap < 0.21);
    CHECK(stochastic.unused < 100);
    CHECK(hetter.most < 0.31);
    CHECK(hetter.overlap < 0.25);
    CHECK(eligibility.most < 0.25);
    CHECK(eligibility.overlap < 0.20);
}

TEST_CASE("eligibility that leaves too few items gives way") {
    std::vector<engine::Item> items;
    for (int i = 0; i < 10; ++i) items.push_back(engine::Item::two_pl(1, 0.2 * i));
    const auto tables = *engine::Tables::of({}, items);
    Simulation plan;
    plan.tables = &tables;
    plan.candidates = 200;
    plan.rules.stop.length = 10;
    plan.control = engine::ExposureControl::Rule::eligibility;
    plan.most = 0.3;
    const SimulationResult result = simulate(plan);
    CHECK(result.shortest == 10);
}

TEST_CASE("quotas hold in every simulated test") {
    const engine::Tables tables = profile(6);
    std::vector<engine::Quota> quotas;
    const engine::Tree tree = digcomp_like();
    for (const int area : tree.children(0)) {
        engine::Quota quota{"area", {}, 4, 6};
        for (std::size_t i = 0; i < tables.items().size(); ++i)
            if (tree.nodes()[static_cast<std::size_t>(tables.items()[i].node)].parent == area)
                quota.items.push_back(i);
        quotas.push_back(quota);
    }
    const auto blueprint = *engine::Blueprint::of(tables.items().size(), 25, quotas);
    Simulation plan;
    plan.tables = &tables;
    plan.candidates = 300;
    plan.rules.stop.length = 25;
    plan.rules.blueprint = &blueprint;
    plan.rules.turn = engine::Turn::best;
    std::string log = "person,theta,se";
    for (int k = 1; k <= 25; ++k) log += ",k" + std::to_string(k);
    log += '\n';
    plan.log = [&](std::string_view text) { log += text; };
    const SimulationResult result = simulate(plan);
    CHECK(result.shortest == 25);
    Table table = *Table::open("log", log);
    while (*table.next()) {
        std::vector<int> counts(quotas.size(), 0);
        for (std::size_t k = 3; k < table.cells().size(); ++k) {
            const auto item = static_cast<std::size_t>(*table.number(k)) - 1;
            for (std::size_t q = 0; q < quotas.size(); ++q)
                counts[q] += std::ranges::binary_search(quotas[q].items, item);
        }
        for (const int count : counts) CHECK((count >= 4 && count <= 6));
    }
}
