// SPDX-License-Identifier: EUPL-1.2
// Adaptive tests: a bank of 500 items with the answers of 1,000 candidates (tests/data/irt), and a
// tree of 21 competences with 630 items.
#include "engine_bench.hpp"
#include "places.hpp"
#include "psychometrics/options.hpp"
#include "psychometrics/simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

namespace bench {
namespace {

namespace psy = psychometrics;

const std::string data = SOURCE_DIR "/tests/data/irt/";

template <class T>
T must(psy::Read<T> read) {
    if (read) return std::move(*read);
    fmt::print(stderr, "{}\n", read.error().text());
    std::exit(1);
}

struct Cat500 {
    psy::Bank bank = must(psy::read_bank(data + "cat500_items.csv"));
    engine::Tables tables = must(psy::make_tables("cat500", {}, bank, 0, false));
    psy::AnswerMatrix matrix;
    std::vector<double> truth;
    std::vector<std::vector<std::string>> reference;

    Cat500() {
        const auto answers = must(psy::read_responses(data + "cat500_responses_1000.csv"));
        matrix = {answers.persons.size(), answers.items.size(), {}};
        matrix.answers.assign(answers.answer.begin(), answers.answer.end());
        const auto truths = must(psy::read_text(data + "cat500_true_theta.csv"));
        auto table = must(psy::Table::open("truth", truths));
        while (must(table.next())) truth.push_back(must(table.number(0)));
        const auto sequences = must(psy::read_text(data + "cat500_reference_catR_EAP_MFI.csv"));
        auto rows = must(psy::Table::open("reference", sequences));
        while (must(rows.next()))
            reference.emplace_back(rows.cells().begin() + 3, rows.cells().end());
    }
    psy::Simulation plan(engine::Select select) const {
        psy::Simulation plan;
        plan.tables = &tables;
        plan.rules.select = select;
        plan.matrix = &matrix;
        plan.truth = truth;
        plan.candidates = matrix.candidates;
        return plan;
    }
};

// 5 areas of 3, 6, 4, 4, 4 competences (as DigComp), 30 items each; slopes and difficulties as in
// cat500: log a ~ N(-.011, .288^2), b ~ N(0, 1).
struct Profile {
    engine::Tables tables;
    explicit Profile(double general, double area) {
        std::vector<engine::Node> nodes{{"general"}};
        std::vector<engine::Item> items;
        engine::Random random(630);
        int number = 0;
        for (const int competences : {3, 6, 4, 4, 4}) {
            const int at = static_cast<int>(nodes.size());
            nodes.push_back({fmt::format("{}", ++number), 0, general});
            for (int i = 1; i <= competences; ++i)
                nodes.push_back({fmt::format("{}.{}", number, i), at, area});
        }
        engine::Tree tree = *engine::Tree::of(nodes);
        for (const int leaf : tree.leaves())
            for (int i = 0; i < 30; ++i) {
                const double a = engine::exp(-0.011 + 0.288 * random.normal());
                auto item = engine::Item::two_pl(a, random.normal());
                item.node = leaf;
                item.name = fmt::format("{}-{}", leaf, i);
                items.push_back(std::move(item));
            }
        engine::Grid grid = engine::grid_for(tree);
        tables = *engine::Tables::of({std::move(tree), std::move(grid)}, std::move(items));
    }
};

// The least of several runs: what the work costs when nothing disturbs it.
psy::SimulationResult best_of(int runs, const psy::Simulation& plan) {
    psy::SimulationResult best = psy::simulate(plan);
    for (int i = 1; i < runs; ++i) {
        const auto again = psy::simulate(plan);
        if (again.cpu_seconds < best.cpu_seconds) best = again;
    }
    return best;
}

void measure_sequences(const Cat500& cat) {
    psy::Simulation plan = cat.plan(engine::Select::fisher);
    std::string log;
    plan.log = [&](std::string_view text) { log += text; };
    psy::simulate(plan);
    log.insert(
        0, "person,theta,se" + [] {
            std::string names;
            for (int k = 1; k <= 20; ++k) names += fmt::format(",k{}", k);
            return names + '\n';
        }());
    auto table = must(psy::Table::open("log", log));
    int other = 0;
    for (const auto& sequence : cat.reference) {
        must(table.next());
        other += !std::equal(sequence.begin(), sequence.end(), table.cells().begin() + 3);
    }
    row("cat500, EAP + MFI: sequences other than catR's, of 1,000", other, "", 1);
}

// Microseconds of one call, the least of several rounds.
template <class F>
double microseconds(int calls, const F& f) {
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
        const double began = cpu_seconds();
        for (int k = 0; k < calls; ++k) f(k);
        best = std::min(best, (cpu_seconds() - began) * 1e6 / calls);
    }
    return best;
}

// What a server asks between two questions; it keeps of a test only its seed and its answers.
// Goals: an answer within 50 us, so that two cores hold 2,000 a second with ease.
void measure_door(const engine::Tables& tables) {
    engine::Rules rules;
    rules.stop.length = 42;
    engine::Session session(tables, rules);
    session.begin(engine::Random(1));
    engine::Random random(2);
    std::vector<engine::Given> given;
    for (int k = 0; k < 30; ++k) {
        const std::size_t item = *session.next();
        given.push_back({item, random.uniform() < 0.6 ? 1 : 0});
        session.answer(given.back().category);
    }
    row("a test of 30 answers rebuilt, and its next question",
        microseconds(2000,
                     [&](int k) {
                         session.resume(static_cast<std::uint64_t>(k), given);
                         session.next();
                     }),
        "us", 50);

    engine::Rules targets = rules;
    targets.turn = engine::Turn::best;
    targets.weights.assign(tables.tree().size(), 0);
    for (const int leaf : tables.tree().leaves())
        if (leaf % 7 == 0) targets.weights[static_cast<std::size_t>(leaf)] = 1;
    engine::Session targeted(tables, targets);
    row("  the best for three competences, of all 630 items",
        microseconds(200,
                     [&](int k) {
                         targeted.resume(static_cast<std::uint64_t>(k), given);
                         targeted.next();
                     }),
        "us", 500);

    const double cuts[] = {-1.8, -1.2, -0.6, 0, 0.6, 1.2, 1.8};
    session.resume(1, given);
    engine::Posterior& posterior = session.posterior();
    double sum = 0;
    row("profile of all 27 nodes: ranges and levels",
        microseconds(200,
                     [&](int) {
                         for (int node = 0; node < static_cast<int>(tables.tree().size()); ++node)
                             sum += engine::profile(posterior, node, cuts).expected_level;
                     }),
        "us", 500);
    std::vector<engine::AtLeast> core;
    for (const int leaf : tables.tree().leaves())
        if (core.size() < 5) core.push_back({leaf, 0});
    row("probability of five competences at the core, together",
        microseconds(500, [&](int) { sum += posterior.probability(core); }), "us", 50);
    std::vector<engine::Answer> answers;
    for (const auto& [item, category] : given) answers.push_back({&tables.items()[item], category});
    std::vector<double> theta;
    for (int node = 0; node < static_cast<int>(tables.tree().size()); ++node)
        theta.push_back(posterior.moments(node).mean);
    row("lz* of the test", microseconds(500, [&](int) { sum += engine::lz_star(answers, theta); }),
        "us", 50);
    const std::size_t next = *session.next();
    row("what the answer teaches of its item (live calibration)",
        microseconds(2000,
                     [&](int k) { sum += engine::learn({}, posterior, next, k % 2, 1)->after.d; }),
        "us", 10, sum == 0 ? "?" : "");
}

void measure_million(const engine::Tables& tables) {
    psy::Simulation plan;
    plan.tables = &tables;
    plan.rules.stop.length = 42;
    plan.threads = 2;
    plan.candidates = 10'000;
    psy::simulate(plan);
    const double before = peak_megabytes();
    plan.candidates = 1'000'000;
    const auto began = std::chrono::steady_clock::now();
    const auto result = psy::simulate(plan);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    row("a million candidates of 42 questions, tree, two cores", seconds, "s", 15,
        "of the clock: two cores must be free");
    // What two free cores need, whoever else uses them now.
    row("  its CPU time", result.cpu_seconds, "s", 30,
        fmt::format("{:.3f} us a question", result.microseconds_per_question()));
    row("  its memory beyond that of 10,000", peak_megabytes() - before, "MB", 1);
}

}  // namespace

void measure_cat() {
    heading("Adaptive tests of 20 questions, 500 items, 1,000 candidates, one core");
    const Cat500 cat;
    measure_sequences(cat);
    const auto mfi = best_of(7, cat.plan(engine::Select::fisher));
    row("cat500, EAP + MFI, a question", mfi.microseconds_per_question(), "us", 1,
        fmt::format("RMSE {:.4f}", mfi.competences.rmse()));
    const auto mepv = best_of(7, cat.plan(engine::Select::mepv));
    row("cat500, exact MEPV, a question", mepv.microseconds_per_question(), "us", 3,
        fmt::format("RMSE {:.4f}", mepv.competences.rmse()));

    psy::Simulation held = cat.plan(engine::Select::fisher);
    held.control = engine::ExposureControl::Rule::toll;
    held.most = 0.25;
    held.overlap = 0.2;
    const auto controlled = psy::simulate(held);
    row("cat500, exposure by toll: overlap", controlled.exposure().overlap, "", 0.2);
    row("  largest exposure", controlled.exposure().most, "", 0.25);
    row("  RMSE", controlled.competences.rmse(), "", 0.31,
        fmt::format("{} items never given", controlled.exposure().unused));

    heading("Tree: 21 competences, 630 items, loadings .85 / .90, 42 questions");
    const Profile profile(0.85, 0.9);
    psy::Simulation plan;
    plan.tables = &profile.tables;
    plan.rules.stop.length = 42;
    plan.cuts = {-1.8, -1.2, -0.6, 0, 0.6, 1.2, 1.8};
    plan.candidates = 20'000;
    const auto tree = best_of(3, plan);
    row("a question", tree.microseconds_per_question(), "us", 5);
    row("RMSE of a competence", tree.competences.rmse(), "", 0.53,
        fmt::format("exact level {:.2f}, within one {:.2f}, 90 % intervals cover {:.3f}",
                    tree.competences.share(tree.competences.exact),
                    tree.competences.share(tree.competences.adjacent),
                    tree.competences.share(tree.competences.covered)));
    plan.candidates = 2'000;
    plan.rules.weights.assign(profile.tables.tree().size(), 0);
    for (const int leaf : profile.tables.tree().leaves())
        plan.rules.weights[static_cast<std::size_t>(leaf)] = 1;
    const auto weighted = psy::simulate(plan);
    row("a question, exact MEPV over all 21 competences", weighted.microseconds_per_question(),
        "us", 20, fmt::format("RMSE {:.3f}", weighted.competences.rmse()));
    heading("What a server asks, the same tree");
    measure_door(profile.tables);
    heading("The same tree, many candidates");
    measure_million(profile.tables);
}

}  // namespace bench
