// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/simulation.hpp"

#include "psychometrics/output.hpp"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <cmath>
#include <condition_variable>
#include <limits>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace psychometrics {
namespace {

constexpr std::size_t block_size = 256;  // candidates that a thread takes at a time
constexpr double normal_95 = 1.6448536269514722;

void append_number(std::string& out, double number) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, number).ptr;
    out.append(text, end);
}

// What a block of candidates adds; sums are folded in the order of the blocks.
struct Block {
    std::vector<NodeResult> nodes;
    std::string log;
    std::size_t candidates = 0;
};

std::size_t level_of(double theta, std::span<const double> cuts) {
    return static_cast<std::size_t>(std::ranges::upper_bound(cuts, theta) - cuts.begin());
}

// Whether x lies between the 5 % and the 95 % point of a distribution of mass `sum` on the grid.
bool covers(const engine::Network& network, const double* weights, double sum, double x) {
    const double above = engine::share_above(network, weights, x);
    return above >= 0.05 * sum && above <= 0.95 * sum;
}

class Worker {
public:
    Worker(const Simulation& simulation, const engine::ExposureControl* control)
        : plan_(simulation),
          control_(control),
          session_(*simulation.tables, simulation.rules),
          given(simulation.tables->items().size(), 0),
          stopped(static_cast<std::size_t>(engine::Stopped::no_item) + 1, 0),
          confusion((simulation.cuts.size() + 1) * (simulation.cuts.size() + 1), 0),
          truth_(simulation.tables->tree().size(), 0) {}

    Block run(std::size_t begin, std::size_t end) {
        Block block{std::vector<NodeResult>(truth_.size()), {}, end - begin};
        for (std::size_t candidate = begin; candidate < end; ++candidate) {
            take_test(candidate);
            measure(block, candidate);
        }
        return block;
    }
    engine::Session& session() { return session_; }

private:
    const std::vector<engine::Item>& true_items() const {
        return plan_.true_items.empty() ? plan_.tables->items() : plan_.true_items;
    }

    void draw_truth(std::size_t candidate, engine::Random& random) {
        const auto& nodes = plan_.tables->tree().nodes();
        if (!plan_.truth.empty()) {
            std::copy_n(plan_.truth.begin() + static_cast<std::ptrdiff_t>(candidate * nodes.size()),
                        nodes.size(), truth_.begin());
            return;
        }
        for (std::size_t i = 0; i < nodes.size(); ++i) {
            const double own = random.normal();
            const double loading = nodes[i].loading;
            truth_[i] = nodes[i].parent < 0
                            ? own
                            : loading * truth_[static_cast<std::size_t>(nodes[i].parent)] +
                                  std::sqrt(1 - loading * loading) * own;
        }
    }

    int draw_answer(std::size_t index, engine::Random& random) const {
        const engine::Item& item = true_items()[index];
        const double theta = truth_[static_cast<std::size_t>(item.node)];
        const double u = random.uniform();
        if (item.model == engine::Model::logistic)
            return u < item.c + (1 - item.c) * engine::logistic(item.a * theta + item.d[0]);
        std::array<double, engine::max_categories> p{};
        engine::probabilities(item, theta, p);
        double sum = 0;
        for (std::size_t k = 0; k + 1 < item.categories(); ++k) {
            sum += p[k];
            if (u < sum) return static_cast<int>(k);
        }
        return static_cast<int>(item.categories()) - 1;
    }

    void take_test(std::size_t candidate) {
        // One stream for the candidate and the answers, one for what the test draws.
        engine::Random random(plan_.seed, 2 * candidate);
        draw_truth(candidate, random);
        session_.begin(engine::Random(plan_.seed, 2 * candidate + 1), control_);
        if (plan_.matrix)
            for (std::size_t item = 0; item < plan_.matrix->items; ++item)
                if (plan_.matrix->at(candidate, item) < 0) session_.bar(item);
        while (const auto item = session_.next())
            session_.answer(plan_.matrix ? plan_.matrix->at(candidate, *item)
                                         : draw_answer(*item, random));
        for (const std::size_t item : session_.given()) ++given[item];
        ++stopped[static_cast<std::size_t>(session_.stopped())];
        questions += session_.given().size();
        shortest = std::min(shortest, session_.given().size());
        longest = std::max(longest, session_.given().size());
    }

    void measure(Block& block, std::size_t candidate) {
        const bool by_grid = plan_.rules.ability == engine::Ability::eap;
        const std::size_t levels = plan_.cuts.size() + 1;
        const bool truth_known = !plan_.matrix || !plan_.truth.empty();
        for (std::size_t node = 0; truth_known && node < truth_.size(); ++node) {
            const int number = static_cast<int>(node);
            const double truth = truth_[node];
            engine::Estimate found;
            bool covered = false;
            if (by_grid) {
                const double* weights = nullptr;
                const engine::Moments moments = session_.posterior().distribution(number, weights);
                found = {moments.mean, std::sqrt(moments.variance)};
                covered = covers(plan_.tables->network(), weights, moments.sum, truth);
            } else {
                found = session_.estimate(number);
                covered = std::abs(found.theta - truth) <= normal_95 * found.se;
            }
            NodeResult& sum = block.nodes[node];
            ++sum.candidates;
            sum.errors += found.theta - truth;
            sum.squares += (found.theta - truth) * (found.theta - truth);
            sum.se += found.se;
            sum.covered += covered;
            const std::size_t real = level_of(truth, plan_.cuts);
            const std::size_t given_level = level_of(found.theta, plan_.cuts);
            sum.exact += real == given_level;
            sum.adjacent += real <= given_level + 1 && given_level <= real + 1;
            if (plan_.tables->pool_of(number)) ++confusion[real * levels + given_level];
        }
        if (!plan_.log) return;
        std::string& out = block.log;
        out += std::to_string(candidate + 1);
        const auto write_estimate = [&](int node) {
            const engine::Estimate found = session_.estimate(node);
            out += ',';
            append_number(out, found.theta);
            out += ',';
            append_number(out, found.se);
        };
        write_estimate(0);
        for (std::size_t i = 0; i < plan_.rules.stop.length; ++i) {
            out += ',';
            if (i < session_.given().size()) out += plan_.tables->items()[session_.given()[i]].name;
        }
        for (const int node : plan_.logged_nodes) write_estimate(node);
        out += '\n';
    }

    const Simulation& plan_;
    const engine::ExposureControl* control_;
    engine::Session session_;

public:
    std::vector<std::uint64_t> given, stopped, confusion;
    std::uint64_t questions = 0;
    std::size_t shortest = SIZE_MAX;
    std::size_t longest = 0;

private:
    std::vector<double> truth_;
};

// Takes the blocks in their order, however they come; nobody runs far ahead.
class InOrder {
public:
    InOrder(const Simulation& plan, SimulationResult& result, std::size_t ahead)
        : plan_(plan), result_(result), ahead_(ahead) {}

    void put(std::size_t number, Block block) {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [&] { return number < next_ + ahead_; });
        waiting_.emplace(number, std::move(block));
        for (auto first = waiting_.begin(); first != waiting_.end() && first->first == next_;
             first = waiting_.erase(first), ++next_)
            take(first->second);
        moved_.notify_all();
    }

private:
    void take(const Block& block) {
        for (std::size_t i = 0; i < block.nodes.size(); ++i) result_.nodes[i].add(block.nodes[i]);
        if (plan_.log) plan_.log(block.log);
        done_ += block.candidates;
        if (plan_.progress && next_ % 256 == 255) plan_.progress(done_);
    }
    const Simulation& plan_;
    SimulationResult& result_;
    std::size_t ahead_;
    std::size_t done_ = 0;
    std::mutex mutex_;
    std::condition_variable moved_;
    std::map<std::size_t, Block> waiting_;
    std::size_t next_ = 0;
};

void collect(SimulationResult& result, const Worker& worker, std::size_t levels) {
    for (std::size_t i = 0; i < result.given.size(); ++i) result.given[i] += worker.given[i];
    for (std::size_t i = 0; i < result.stopped.size(); ++i) result.stopped[i] += worker.stopped[i];
    for (std::size_t i = 0; i < worker.confusion.size(); ++i)
        result.confusion[i / levels][i % levels] += worker.confusion[i];
    result.questions += worker.questions;
    result.shortest = std::min(result.shortest, worker.shortest);
    result.longest = std::max(result.longest, worker.longest);
}

SimulationResult run_all(const Simulation& plan, engine::ExposureControl* control) {
    const std::size_t levels = plan.cuts.size() + 1;
    SimulationResult result;
    result.nodes.resize(plan.tables->tree().size());
    result.given.resize(plan.tables->items().size());
    result.stopped.resize(static_cast<std::size_t>(engine::Stopped::no_item) + 1);
    result.confusion.assign(levels, std::vector<std::uint64_t>(levels));
    result.candidates = plan.candidates;
    result.truth_known = !plan.matrix || !plan.truth.empty();
    const double began = cpu_seconds();
    // What one candidate may be given follows from all before: one at a time.
    const bool one_by_one = control && control->is_live();
    const std::size_t size = one_by_one ? 1 : block_size;
    const std::size_t blocks = (plan.candidates + size - 1) / size;
    const unsigned threads = one_by_one ? 1
                                        : static_cast<unsigned>(std::min<std::size_t>(
                                              plan.threads, std::max<std::size_t>(blocks, 1)));
    InOrder order(plan, result, 8UL * threads);
    std::vector<Worker> workers;
    workers.reserve(threads);
    for (unsigned i = 0; i < threads; ++i) workers.emplace_back(plan, control);
    std::atomic<std::size_t> next = 0;
    const auto work = [&](Worker& worker) {
        for (;;) {
            const std::size_t block = next++;
            if (block >= blocks) return;
            const std::size_t begin = block * size;
            order.put(block, worker.run(begin, std::min(begin + size, plan.candidates)));
            if (one_by_one)
                control->record(worker.session().ineligible(), worker.session().given());
        }
    };
    {
        std::vector<std::jthread> running;
        for (unsigned i = 1; i < threads; ++i)
            running.emplace_back([&work, &worker = workers[i]] { work(worker); });
        work(workers[0]);
    }
    for (const Worker& worker : workers) collect(result, worker, levels);
    for (const engine::Pool& pool : plan.tables->pools())
        result.competences.add(result.nodes[static_cast<std::size_t>(pool.node)]);
    result.cpu_seconds = cpu_seconds() - began;
    return result;
}

// Simulated candidates before the first: rounds until the probabilities of Sympson and Hetter have
// settled; one run until tolls have.
void settle(const Simulation& plan, engine::ExposureControl& control) {
    using Rule = engine::ExposureControl::Rule;
    if (control.rule() == Rule::eligibility) return;
    Simulation trial = plan;
    trial.log = nullptr;
    trial.progress = nullptr;
    trial.matrix = nullptr;
    trial.truth.clear();
    trial.candidates = control.rule() == Rule::toll ? 5000 : 2000;
    const int rounds = control.rule() == Rule::toll ? 1 : 12;
    for (int round = 1; round <= rounds; ++round) {
        trial.seed = plan.seed ^ (0x5EEDULL << 32) ^ static_cast<std::uint64_t>(round);
        const SimulationResult result = run_all(trial, &control);
        if (control.rule() == Rule::toll) continue;
        // P(chosen) = P(given) / k.
        std::vector<std::uint64_t> chosen(result.given.size());
        for (std::size_t i = 0; i < chosen.size(); ++i)
            chosen[i] = static_cast<std::uint64_t>(static_cast<double>(result.given[i]) /
                                                   control.probability(i));
        control.adjust(chosen, trial.candidates);
    }
}

}  // namespace

double NodeResult::rmse() const {
    return std::sqrt(squares / static_cast<double>(candidates));
}
double NodeResult::bias() const {
    return errors / static_cast<double>(candidates);
}
double NodeResult::mean_se() const {
    return se / static_cast<double>(candidates);
}
double NodeResult::share(std::uint64_t count) const {
    return static_cast<double>(count) / static_cast<double>(candidates);
}
void NodeResult::add(const NodeResult& other) {
    candidates += other.candidates;
    squares += other.squares;
    errors += other.errors;
    se += other.se;
    covered += other.covered;
    exact += other.exact;
    adjacent += other.adjacent;
}

double SimulationResult::microseconds_per_question() const {
    return questions == 0 ? 0 : cpu_seconds * 1e6 / static_cast<double>(questions);
}

SimulationResult simulate(const Simulation& plan) {
    using Rule = engine::ExposureControl::Rule;
    if (plan.control == Rule::none) return run_all(plan, nullptr);
    engine::ExposureControl control(plan.control, plan.tables->items().size(), plan.most,
                                    plan.overlap);
    settle(plan, control);
    return run_all(plan, &control);
}

}  // namespace psychometrics
