// SPDX-License-Identifier: EUPL-1.2
// campus live: item parameters answer by answer from a log, as a server would have learned them,
// with nightly batches and the trail of every change.
#include "psychometrics/answers.hpp"
#include "psychometrics/commands.hpp"
#include "psychometrics/match.hpp"
#include "psychometrics/output.hpp"
#include "psychometrics/table.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <cmath>
#include <memory>

namespace psychometrics {
namespace json = boost::json;
namespace {

struct Options {
    std::string responses, bank, tree, format, out, trail;
    std::size_t batch = 0;
    bool json = false;
};

// Where a bank does not know an item's errors: before its first answer.
constexpr engine::ItemPosterior of_new_item{};

Read<std::vector<engine::ItemPosterior>> beginnings(const std::string& file, const Bank& bank) {
    const auto refuse = [&](std::string what) {
        return std::unexpected(Problem{file, 0, 0, std::move(what)});
    };
    if (bank.se_a.empty() || bank.se_d.empty())
        return refuse("needs the columns se_a and se_d: 0 of a known item, empty of a new one");
    std::vector<engine::ItemPosterior> items;
    for (std::size_t i = 0; i < bank.items.size(); ++i) {
        const engine::Item& item = bank.items[i];
        if (item.categories() != 2)
            return refuse(
                fmt::format("the item {} has {} categories: such items are calibrated by "
                            "campus calibrate alone",
                            item.name, item.categories()));
        engine::ItemPosterior of{.a = item.a, .d = item.d[0], .c = item.c};
        of.aa = std::isnan(bank.se_a[i]) ? of_new_item.aa : bank.se_a[i] * bank.se_a[i];
        of.dd = std::isnan(bank.se_d[i]) ? of_new_item.dd : bank.se_d[i] * bank.se_d[i];
        items.push_back(of);
    }
    return items;
}

bool is_known(const engine::ItemPosterior& item) {
    return !(item.aa > 0 || item.dd > 0);
}

class Replay {
public:
    Replay(engine::Tree tree, const Bank& bank, std::vector<engine::ItemPosterior> items,
           std::size_t persons)
        : tree_(std::move(tree)),
          bank_(bank),
          items_(std::move(items)),
          learned_(items_.size()),
          given_(persons) {
        make_tables(0, 1);
    }

    // What it changed.
    std::optional<engine::ItemChange> observe(const Logged& logged, std::uint64_t number) {
        posterior_->reset();
        for (const auto& [item, answer] : given_[logged.person]) posterior_->add(item, answer);
        const auto change =
            engine::learn(items_[logged.item], *posterior_, logged.item, logged.answer, number);
        given_[logged.person].push_back({logged.item, logged.answer});
        if (change) {
            items_[logged.item] = change->after;
            ++learned_[logged.item];
        }
        return change;
    }

    // Every answer so far, all items and loadings at once; known items are anchors. Returns what it
    // changed, by item.
    struct Batch {
        std::vector<std::pair<std::size_t, engine::ItemChange>> changes;
        engine::Calibration found;
    };
    Batch batch(std::uint64_t number) {
        engine::Responses answers(items_.size());
        std::vector<engine::PackedAnswer> line;
        for (const auto& person : given_) {
            if (person.empty()) continue;
            line.clear();
            for (const auto& [item, answer] : person) line.emplace_back(item, answer);
            answers.add(line);
        }
        engine::CalibrationOptions options;
        options.priors.use = engine::Priors::Use::all;
        options.standard_errors = true;
        options.most_jointly = 0;  // thousands of items, every night
        const bool anchored = std::ranges::any_of(items_, is_known);
        if (anchored)
            for (std::size_t i = 0; i < items_.size(); ++i)
                options.anchors.push_back(is_known(items_[i]) ? std::optional(bank_.items[i])
                                                              : std::nullopt);
        Batch batch;
        double mean = 0;
        double sd = 1;
        if (tree_.size() == 1) {
            batch.found = engine::calibrate(answers, options);
            mean = batch.found.groups[0].mean;
            sd = batch.found.groups[0].sd;
        } else {
            std::vector<int> nodes_of;
            for (const engine::Item& item : bank_.items) nodes_of.push_back(item.node);
            engine::TreeCalibration whole =
                engine::calibrate_tree(answers, tree_, nodes_of, options);
            batch.found = std::move(whole.calibration);
            tree_ = *engine::Tree::of(std::move(whole.nodes));
        }
        for (std::size_t i = 0; i < items_.size(); ++i) {
            if (is_known(items_[i]) || batch.found.items[i].answers == 0) continue;
            batch.changes.emplace_back(
                i, engine::replace(items_[i], engine::posterior_of(batch.found.items[i]), number));
            items_[i] = batch.changes.back().second.after;
        }
        make_tables(mean, sd);
        return batch;
    }

    const std::vector<engine::ItemPosterior>& items() const { return items_; }
    std::size_t learned(std::size_t item) const { return learned_[item]; }
    const engine::Tree& tree() const { return tree_; }

private:
    // Candidates are scored with the parameters of the last batch, uncertain as they are.
    void make_tables(double mean, double sd) {
        std::vector<engine::Item> items = bank_.items;
        std::vector<engine::Uncertainty> unsure;
        for (std::size_t i = 0; i < items.size(); ++i) {
            const int node = items[i].node;
            items[i] = engine::item_at_mean(items_[i]);
            items[i].node = node;
            items[i].name = bank_.items[i].name;
            unsure.push_back({items_[i].aa, items_[i].dd, items_[i].ad});
        }
        engine::Grid grid = engine::grid_for(tree_);
        if (tree_.size() == 1)
            grid = engine::Grid::equally_spaced(61, mean - 5 * sd, mean + 5 * sd, mean, sd);
        tables_ = std::make_unique<engine::Tables>(
            *engine::Tables::of(engine::Network(tree_, std::move(grid)), std::move(items), unsure));
        posterior_ = std::make_unique<engine::Posterior>(*tables_);
    }

    engine::Tree tree_;
    const Bank& bank_;
    std::vector<engine::ItemPosterior> items_;
    std::vector<std::size_t> learned_;
    std::vector<std::vector<std::pair<std::uint32_t, int>>> given_;  // item and answer, by person
    std::unique_ptr<engine::Tables> tables_;
    std::unique_ptr<engine::Posterior> posterior_;
};

std::string trail_line(const Logged& logged, const std::string& item,
                       const engine::ItemChange& change) {
    return fmt::format("{},{},{},{},{},{},{},{},{},{}\n",
                       change.source == engine::ItemChange::Source::batch ? "batch" : "answer",
                       change.reference, logged.line, quoted(item), text_of(change.before.a),
                       text_of(change.before.d), text_of(change.after.a), text_of(change.after.d),
                       text_of(std::sqrt(change.after.aa)), text_of(std::sqrt(change.after.dd)));
}

// How far the answers one by one had come from where the batch is, in the batch's standard errors.
double distance(const Replay::Batch& batch) {
    double squares = 0;
    for (const auto& [item, change] : batch.changes)
        squares += std::pow(change.before.d - change.after.d, 2) / change.after.dd;
    return std::sqrt(squares / std::max<double>(1, static_cast<double>(batch.changes.size())));
}

std::string items_csv(const Bank& bank, const Replay& replay) {
    const bool tree = replay.tree().size() > 1;
    std::string text =
        tree ? "item,node,a,d,b,c,se_a,se_d,answers\n" : "item,a,d,b,c,se_a,se_d,answers\n";
    for (std::size_t i = 0; i < bank.items.size(); ++i) {
        const engine::ItemPosterior& item = replay.items()[i];
        text += quoted(bank.items[i].name) + ',';
        if (tree)
            text +=
                quoted(replay.tree().nodes()[static_cast<std::size_t>(bank.items[i].node)].name) +
                ',';
        text += fmt::format("{},{},{},{},{},{},{}\n", text_of(item.a), text_of(item.d),
                            text_of(-item.d / item.a), text_of(item.c), text_of(std::sqrt(item.aa)),
                            text_of(std::sqrt(item.dd)), replay.learned(i));
    }
    return text;
}

Read<int> run(const Options& options) {
    auto framework = read_tree(options.tree);
    if (!framework) return std::unexpected(framework.error());
    engine::Tree& tree = *framework;
    const auto bank = read_bank(options.bank, &tree);
    if (!bank) return std::unexpected(bank.error());
    const auto responses = read_responses(options.responses, layout_named(options.format));
    if (!responses) return std::unexpected(responses.error());
    const auto places = match_items(options.responses, *responses, options.bank, *bank);
    if (!places) return std::unexpected(places.error());
    auto begun = beginnings(options.bank, *bank);
    if (!begun) return std::unexpected(begun.error());
    if (options.batch > 0)
        for (std::size_t i = 0; i < bank->items.size(); ++i)
            if (bank->items[i].c > 0 && !is_known((*begun)[i]))
                return std::unexpected(Problem{options.bank, 0, 0,
                                               "--batch estimates a and d: the item " +
                                                   bank->items[i].name +
                                                   " has c and is not known"});
    std::optional<Output> trail;
    if (!options.trail.empty()) {
        auto opened = Output::open(options.trail);
        if (!opened) return std::unexpected(opened.error());
        trail = std::move(*opened);
        trail->write("source,number,line,item,a_before,d_before,a,d,se_a,se_d\n");
    }
    const std::vector<Logged> log = in_order(*responses, *places);
    Replay replay(std::move(tree), *bank, std::move(*begun), responses->persons.size());
    json::array batches;
    std::size_t changes = 0;
    double batch_seconds = 0;
    const double started = cpu_seconds();
    for (std::size_t at = 0; at < log.size(); ++at) {
        if (const auto change = replay.observe(log[at], at + 1)) {
            ++changes;
            if (trail) trail->write(trail_line(log[at], bank->items[log[at].item].name, *change));
        }
        if (options.batch == 0 || (at + 1) % options.batch != 0) continue;
        const double before = cpu_seconds();
        const Replay::Batch batch = replay.batch(batches.size() + 1);
        for (const auto& [item, change] : batch.changes)
            if (trail) trail->write(trail_line(log[at], bank->items[item].name, change));
        changes += batch.changes.size();
        batch_seconds += cpu_seconds() - before;
        batches.push_back(json::object{{"after_answers", at + 1},
                                       {"items", batch.changes.size()},
                                       {"loglik", batch.found.log_likelihood},
                                       {"converged", batch.found.converged},
                                       {"live_distance", distance(batch)}});
    }
    const double seconds = cpu_seconds() - started - batch_seconds;
    if (trail)
        if (const auto closed = trail->close(); !closed) return std::unexpected(closed.error());
    if (const auto written = write_file(options.out, items_csv(*bank, replay)); !written)
        return std::unexpected(written.error());
    if (options.json)
        print_json(
            json::object{{"items", bank->items.size()},
                         {"persons", responses->persons.size()},
                         {"answers", log.size()},
                         {"changes", changes},
                         {"microseconds_per_answer",
                          seconds * 1e6 / std::max<double>(1, static_cast<double>(log.size()))},
                         {"batch_seconds", batch_seconds},
                         {"batches", std::move(batches)}});
    return 0;
}

}  // namespace

void add_live(CLI::App& app, Work& chosen) {
    Subcommand command(
        app, "live",
        "Item parameters learned answer by answer from a log, with batches and a trail");
    const auto options = std::make_shared<Options>();
    command
        .option("responses", options->responses,
                "CSV file of answers, wide or long, in the order in which they were given")
        .required();
    command
        .option("--bank", options->bank,
                "Bank with the columns se_a and se_d: 0 of a known item, which stays; empty "
                "of a new one (then 0.5 and 2); otherwise what is known of it")
        .required();
    command.option("--tree", options->tree,
                   "The framework: name,parent,loading; else one dimension");
    command.option("--format", options->format, "wide or long; otherwise the header decides")
        .one_of({"wide", "long"});
    command.option("--batch", options->batch,
                   "After so many answers all of them so far are calibrated at once (2PL, weak "
                   "priors, known items as anchors), which replaces what was learned");
    command.option("--out", options->out, "The bank as it is at the end, as CSV").required();
    command.option("--trail", options->trail,
                   "Every change, as CSV: why, the number of the answer or batch, the line, "
                   "the item, before, after");
    command.flag("--json", options->json, "One JSON object on standard output");
    command.footer(
        "Example:\n  campus live log.csv --bank bank.csv --batch 50000 --trail trail.csv --out "
        "learned.csv --json\n"
        "A person is scored with the parameters of the last batch, from the answers before this "
        "one. live_distance: how far the live values of d were from the batch's, in its standard "
        "errors.");
    command.runs(chosen, [options] { return status_of(run(*options)); });
}

}  // namespace psychometrics
