// SPDX-License-Identifier: EUPL-1.2
// campus drift: which items have changed since they were calibrated?
#include "psychometrics/answers.hpp"
#include "psychometrics/commands.hpp"
#include "psychometrics/match.hpp"
#include "psychometrics/options.hpp"
#include "psychometrics/output.hpp"
#include "psychometrics/plot.hpp"
#include "psychometrics/table.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

namespace psychometrics {
namespace json = boost::json;
namespace {

constexpr std::size_t items_shown = 5;  // and the threshold: as many as there are styles

struct Options {
    std::string responses, bank, tree, format, out, plot;
    double slack = 0.1;
    double false_alarms = 1;
    bool json = false;
};

struct Observed {
    std::uint32_t item;
    double residual;
    double variance;
};

struct ItemDrift {
    engine::Drift sums;
    double residuals = 0;
    double most_above = 0;
    double most_below = 0;
    const char* alarm = "";  // the first one
    std::size_t alarm_answer = 0;
    std::uint32_t alarm_line = 0;
    std::vector<std::pair<double, double>> path;  // the larger sum, by answers

    double most() const { return std::max(most_above, most_below); }
};

// Each answer less what its item and the person's other answers lead to expect.
std::vector<Observed> residuals(const engine::Tables& tables, const std::vector<Logged>& log,
                                std::size_t persons) {
    std::vector<std::vector<std::uint32_t>> of_person(persons);
    for (std::size_t at = 0; at < log.size(); ++at)
        of_person[log[at].person].push_back(static_cast<std::uint32_t>(at));
    std::vector<Observed> found(log.size());
    engine::Posterior posterior(tables);
    for (const auto& answers : of_person) {
        posterior.reset();
        for (const std::uint32_t at : answers) posterior.add(log[at].item, log[at].answer);
        for (const std::uint32_t at : answers) {
            const engine::Item& item = tables.items()[log[at].item];
            posterior.remove(log[at].item, log[at].answer);
            const auto p = posterior.marginal(item.node);
            double mean = 0;
            double square = 0;
            for (std::size_t q = 0; q < p.size(); ++q) {
                const engine::Expected score = engine::expected_score(item, tables.grid().nodes[q]);
                mean += p[q] * score.mean;
                square += p[q] * (score.variance + score.mean * score.mean);
            }
            posterior.add(log[at].item, log[at].answer);
            found[at] = {log[at].item, log[at].answer - mean, square - mean * mean};
        }
    }
    return found;
}

std::vector<ItemDrift> watch(const std::vector<Logged>& log, const std::vector<Observed>& observed,
                             std::size_t items, const engine::DriftOptions& how) {
    std::vector<ItemDrift> found(items);
    for (std::size_t at = 0; at < log.size(); ++at) {
        ItemDrift& of = found[observed[at].item];
        of.sums.observe(observed[at].residual, observed[at].variance, how);
        of.residuals += observed[at].residual;
        of.most_above = std::max(of.most_above, of.sums.above());
        of.most_below = std::max(of.most_below, of.sums.below());
        of.path.emplace_back(static_cast<double>(of.sums.answers()),
                             std::max(of.sums.above(), of.sums.below()));
        if (*of.alarm != '\0' || !(of.sums.easier(how) || of.sums.harder(how))) continue;
        of.alarm = of.sums.easier(how) ? "easier" : "harder";
        of.alarm_answer = of.sums.answers();
        of.alarm_line = log[at].line;
    }
    return found;
}

// The items whose sums rose highest.
Plot chart(const Bank& bank, const std::vector<ItemDrift>& found, double threshold) {
    Plot plot{.title = "Drift",
              .description =
                  "Cumulative sums of standardized residuals of the items where they rose highest; "
                  "above the line an item is taken to have changed.",
              .x = "Answers",
              .y = "Cumulative sum",
              .series = {},
              .y_low = 0,
              .y_high = {},
              .x_names = {}};
    std::vector<std::size_t> order(found.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return found[i].most(); });
    order.resize(std::min(order.size(), items_shown));
    double last = 1;
    for (const std::size_t i : order) {
        const auto& path = found[i].path;
        Series& series = plot.series.emplace_back();
        series.name = bank.items[i].name;
        const std::size_t every = path.size() / 400 + 1;
        for (std::size_t k = 0; k < path.size(); k += every) series.points.push_back(path[k]);
        last = std::max(last, static_cast<double>(path.size()));
    }
    plot.series.push_back({.name = "threshold", .points = {{0, threshold}, {last, threshold}}});
    return plot;
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
    const auto tables = make_tables(options.bank, tree, *bank, 0, false, Grained::fine);
    if (!tables) return std::unexpected(tables.error());
    const std::vector<Logged> log = in_order(*responses, *places);
    if (log.empty()) return std::unexpected(Problem{options.responses, 0, 0, "has no answer"});

    // Two sums an item, each answer moves one item's: so long between false alarms of one sum.
    engine::DriftOptions how{.slack = options.slack};
    const double between = 2 * static_cast<double>(log.size()) / options.false_alarms;
    how.threshold = engine::threshold_for(between, options.slack);
    const auto found =
        watch(log, residuals(*tables, log, responses->persons.size()), bank->items.size(), how);

    std::string text =
        "item,answers,mean_residual,above,below,most_above,most_below,alarm,alarm_answer,"
        "alarm_line\n";
    json::array alarms;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const ItemDrift& of = found[i];
        const std::size_t answers = of.sums.answers();
        text +=
            fmt::format("{},{},{},{},{},{},{},{},", quoted(bank->items[i].name), answers,
                        answers == 0 ? "" : text_of(of.residuals / static_cast<double>(answers)),
                        text_of(of.sums.above()), text_of(of.sums.below()), text_of(of.most_above),
                        text_of(of.most_below), of.alarm);
        if (*of.alarm == '\0') {
            text += ",\n";
            continue;
        }
        text += fmt::format("{},{}\n", of.alarm_answer, of.alarm_line);
        alarms.push_back(json::object{{"item", bank->items[i].name},
                                      {"has_become", of.alarm},
                                      {"after_answers", of.alarm_answer},
                                      {"line", of.alarm_line}});
    }
    if (!options.out.empty())
        if (const auto written = write_file(options.out, text); !written)
            return std::unexpected(written.error());
    if (!options.plot.empty())
        if (const auto written =
                write_file(options.plot, svg({chart(*bank, found, how.threshold)}));
            !written)
            return std::unexpected(written.error());
    if (options.json)
        print_json(json::object{{"items", bank->items.size()},
                                {"persons", responses->persons.size()},
                                {"answers", log.size()},
                                {"slack", how.slack},
                                {"threshold", how.threshold},
                                {"answers_to_false_alarm", between},
                                {"alarms", std::move(alarms)},
                                {"cpu_seconds", cpu_seconds()}});
    else if (options.out.empty())
        fmt::print("{}", text);
    return 0;
}

}  // namespace

void add_drift(CLI::App& app, Work& chosen) {
    Subcommand command(
        app, "drift", "Items that have become easier or harder since they were calibrated (CUSUM)");
    const auto options = std::make_shared<Options>();
    command
        .option("responses", options->responses,
                "CSV file of answers, wide or long, in the order in which they were given")
        .required();
    command.option("--bank", options->bank, "Bank with the parameters").required();
    command.option("--tree", options->tree,
                   "The framework: name,parent,loading; else one dimension");
    command.option("--format", options->format, "wide or long; otherwise the header decides")
        .one_of({"wide", "long"});
    command
        .option("--slack", options->slack,
                "Half of the shift to be found soonest, in standard deviations of an answer: "
                "an item with a = 1 that becomes 0.5 easier shifts by 0.2")
        .with_default()
        .within(0.01, 1.0);
    command
        .option("--false-alarms", options->false_alarms,
                "How many are expected in the whole file where no item changed: sets the "
                "threshold")
        .with_default()
        .within(0.001, 1000.0);
    command.option("--out", options->out, "A line an item, as CSV");
    command.option("--plot", options->plot, "The sums of the items that moved most, as SVG");
    command.flag("--json", options->json, "One JSON object on standard output");
    command.footer(
        "Example:\n  campus drift log.csv --bank bank.csv --out drift.csv --plot drift.svg --json\n"
        "Each answer is compared with what the person's other answers lead to expect.");
    command.runs(chosen, [options] { return status_of(run(*options)); });
}

}  // namespace psychometrics
