// SPDX-License-Identifier: EUPL-1.2
// Many candidates take an adaptive test, on all cores; what comes out does not depend on how many.
// Memory does not grow with the candidates.
#pragma once
#include "engine/engine.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace psychometrics {

// Answers to look up: category of each item (columns in the order of the bank) by candidate.
struct AnswerMatrix {
    std::size_t candidates = 0;
    std::size_t items = 0;
    std::vector<std::int8_t> answers;  // row by row; negative: the item cannot be asked
    int at(std::size_t candidate, std::size_t item) const {
        return answers[candidate * items + item];
    }
};

struct Simulation {
    const engine::Tables* tables = nullptr;
    engine::Rules rules;
    std::size_t candidates = 1000;
    std::uint64_t seed = 1;
    unsigned threads = 1;
    // Candidates' true abilities, nodes side by side; empty: drawn from the tree, unless answers
    // are looked up, and then they are not known.
    std::vector<double> truth;
    const AnswerMatrix* matrix = nullptr;
    std::vector<engine::Item> true_items;  // what generates the answers; empty: the bank itself
    std::vector<double> cuts;              // of levels
    engine::ExposureControl::Rule control = engine::ExposureControl::Rule::none;
    double most = 1;     // exposure
    double overlap = 1;  // of eligibility and toll
    // Text of each candidate in their order, from one thread at a time; empty: none is made.
    std::function<void(std::string_view)> log;
    // Now and then, how many candidates are done; empty: nobody is told.
    std::function<void(std::size_t)> progress;
    std::vector<int> logged_nodes;  // theta and se of these after the items
};

struct NodeResult {
    std::uint64_t candidates = 0;
    double squares = 0;  // sums over candidates
    double errors = 0;
    double se = 0;
    std::uint64_t covered = 0;  // the true value is in the 90 % interval
    std::uint64_t exact = 0;    // levels
    std::uint64_t adjacent = 0;

    double rmse() const;
    double bias() const;
    double mean_se() const;
    double share(std::uint64_t count) const;
    void add(const NodeResult&);
};
struct SimulationResult {
    std::vector<NodeResult> nodes;
    NodeResult competences;  // all nodes with items together
    bool truth_known = false;
    std::uint64_t candidates = 0;
    std::uint64_t questions = 0;
    std::size_t shortest = SIZE_MAX;
    std::size_t longest = 0;
    std::vector<std::uint64_t> given;                   // how often each item was
    std::vector<std::uint64_t> stopped;                 // by engine::Stopped
    std::vector<std::vector<std::uint64_t>> confusion;  // true level x level found, competences
    double cpu_seconds = 0;                             // of the candidates alone
    engine::ExposureReport exposure() const { return engine::report_exposure(given, candidates); }
    double microseconds_per_question() const;
};
SimulationResult simulate(const Simulation&);

}  // namespace psychometrics
