// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/commands.hpp"
#include "psychometrics/match.hpp"
#include "psychometrics/options.hpp"
#include "psychometrics/output.hpp"
#include "psychometrics/plot.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

namespace psychometrics {
namespace json = boost::json;
namespace {

struct Options {
    std::string bank, responses, tree, out = "-", plot;
    std::string format = "auto";
    std::string estimate = "eap";
    std::string missing = "ignored";
    std::string dont_know = "wrong";
    std::string cuts, core;
    std::size_t points = 0;
    bool soft = false;
    bool fit = false;
    bool json = false;
};

constexpr const char* examples = R"(Examples:
  # Ability, standard error and person fit of everybody
  campus score --bank items.csv --responses answers.csv --fit --out scores.csv

  # A profile: every node of a tree, and how likely each of four levels is
  campus score --bank items.csv --responses answers.csv --tree tree.csv \
      --cuts=-1,0,1 --out profile.csv

  # The probability that somebody has at least .5 in 1.1 and 0 in 1.2, together
  campus score --bank items.csv --responses answers.csv --tree tree.csv --core 1.1=0.5,1.2=0

  # What the bank measures: information and characteristic curves
  campus score --bank items.csv --responses answers.csv --plot bank.svg --json

Answers: wide (a column an item) or long (person,item,y, and seconds for response times; the bank's
time_beta and time_alpha then give speed, and answers too fast to be thought about).
Out: person,answers,theta,se, then as asked: theta_NODE,se_NODE; p1,p2,... of the levels; p_core;
lz; speed,speed_se,rapid. se is the posterior standard deviation (eap), else 1/sqrt(information).
)";

struct Scoring {
    const Options& options;
    const Bank& bank;
    const Responses& responses;
    const std::vector<std::size_t>& places;
    const engine::Tables& tables;
    engine::Conventions conventions;
    std::vector<double> cuts;
    std::vector<engine::AtLeast> core;
};

// What one person answered, by the conventions. An item of no column counts only when all missing
// answers are wrong.
std::vector<engine::Answer> answers_of(const Scoring& scoring, std::size_t person) {
    std::vector<engine::Answer> answers;
    const auto& responses = scoring.responses;
    const bool fill = scoring.conventions.missing == engine::Unanswered::wrong;
    std::vector<unsigned char> seen(fill ? scoring.bank.items.size() : 0, 0);
    for (std::size_t at = responses.begin[person]; at < responses.begin[person + 1]; ++at) {
        const std::size_t item = scoring.places[responses.item[at]];
        if (item == SIZE_MAX) continue;
        if (fill) seen[item] = 1;
        int answer = responses.answer[at];
        if (answer == engine::dont_know) {
            if (scoring.conventions.dont_know == engine::Unanswered::ignored) continue;
            answer = 0;
        }
        answers.push_back({&scoring.bank.items[item], answer});
    }
    if (fill)
        for (const std::size_t item : scoring.places)
            if (item != SIZE_MAX && !seen[item]) answers.push_back({&scoring.bank.items[item], 0});
    return answers;
}

struct Row {
    std::vector<engine::Estimate> nodes;
    std::vector<double> more;  // levels, core, fit, speed
};

void add_speed(const Scoring& scoring, std::size_t person, Row& row) {
    std::vector<engine::Timed> times;
    const auto& responses = scoring.responses;
    for (std::size_t at = responses.begin[person]; at < responses.begin[person + 1]; ++at) {
        const std::size_t item = scoring.places[responses.item[at]];
        if (item == SIZE_MAX || !(responses.seconds[at] > 0)) continue;
        const double beta = scoring.bank.time_beta[item];
        const double alpha = scoring.bank.time_alpha[item];
        if (!std::isnan(beta) && alpha > 0)
            times.push_back({{beta, alpha}, static_cast<double>(responses.seconds[at])});
    }
    const engine::Speed speed = engine::speed(times);
    double rapid = 0;
    for (std::size_t i = 0; i < times.size(); ++i) rapid += engine::is_rapid_guess(times, i);
    row.more.insert(row.more.end(), {speed.mean, speed.sd, rapid});
}

std::vector<double> theta_of(const std::vector<engine::Estimate>& nodes) {
    std::vector<double> theta;
    for (const engine::Estimate& node : nodes) theta.push_back(node.theta);
    return theta;
}

Row score(const Scoring& scoring, engine::Posterior& posterior, std::size_t person,
          const std::vector<engine::Answer>& answers) {
    Row row;
    posterior.reset();
    for (const engine::Answer& answer : answers)
        posterior.add(static_cast<std::size_t>(answer.item - scoring.bank.items.data()),
                      answer.category);
    const std::string& estimate = scoring.options.estimate;
    const std::size_t nodes = scoring.tables.tree().size();
    for (std::size_t node = 0; node < nodes; ++node) {
        if (estimate == "map") {
            row.nodes.push_back(engine::map_estimate(answers));
        } else if (estimate == "wle") {
            row.nodes.push_back(engine::wle_estimate(answers));
        } else {
            const engine::Moments moments = posterior.moments(static_cast<int>(node));
            row.nodes.push_back({moments.mean, std::sqrt(moments.variance)});
        }
    }
    if (!scoring.cuts.empty())
        for (std::size_t node = 0; node < nodes; ++node)
            for (const double p : posterior.levels(static_cast<int>(node), scoring.cuts))
                row.more.push_back(p);
    if (!scoring.core.empty()) row.more.push_back(posterior.probability(scoring.core));
    if (scoring.options.fit)
        row.more.push_back(nodes > 1 ? engine::lz_star(answers, theta_of(row.nodes))
                                     : engine::lz_star(answers, estimate == "wle"
                                                                    ? engine::Estimator::wle
                                                                    : engine::Estimator::map));
    if (!scoring.responses.seconds.empty() && !scoring.bank.time_beta.empty())
        add_speed(scoring, person, row);
    return row;
}

std::string header(const Scoring& scoring) {
    std::string text = "person,answers,theta,se";
    const auto& nodes = scoring.tables.tree().nodes();
    for (std::size_t i = 1; i < nodes.size(); ++i)
        text += fmt::format(",theta_{0},se_{0}", nodes[i].name);
    if (!scoring.cuts.empty())
        for (std::size_t node = 0; node < nodes.size(); ++node)
            for (std::size_t level = 1; level <= scoring.cuts.size() + 1; ++level)
                text += node == 0 ? fmt::format(",p{}", level)
                                  : fmt::format(",p{}_{}", level, nodes[node].name);
    if (!scoring.core.empty()) text += ",p_core";
    if (scoring.options.fit) text += ",lz";
    if (!scoring.responses.seconds.empty() && !scoring.bank.time_beta.empty())
        text += ",speed,speed_se,rapid";
    return text + '\n';
}

// Information of the bank and of its first items, and what they expect of a candidate.
std::string plot_of(const Bank& bank) {
    Plot information{.title = "Information of the bank",
                     .description = "Fisher information of all items together against ability.",
                     .x = "theta",
                     .y = "information",
                     .series = {{.name = "", .points = {}}},
                     .y_low = 0,
                     .y_high = {},
                     .x_names = {}};
    Plot curves{.title = "Characteristic curves",
                .description =
                    "Expected score, as a share of the highest, against ability, of the "
                    "easiest, a middle and the hardest item.",
                .x = "theta",
                .y = "expected share",
                .series = {},
                .y_low = 0,
                .y_high = 1,
                .x_names = {}};
    std::vector<std::size_t> order(bank.items.size());
    std::iota(order.begin(), order.end(), 0UL);
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) {
        return engine::expected_score(bank.items[i], 0).mean /
               static_cast<double>(bank.items[i].d.size());
    });
    std::vector<std::size_t> shown{order.front(), order[order.size() / 2], order.back()};
    shown.erase(std::ranges::unique(shown).begin(), shown.end());
    for (const std::size_t i : shown)
        curves.series.push_back({.name = bank.items[i].name, .points = {}});
    for (int step = -80; step <= 80; ++step) {
        const double theta = step * 0.05;
        double sum = 0;
        for (const engine::Item& item : bank.items) sum += engine::information(item, theta).fisher;
        information.series[0].points.emplace_back(theta, sum);
        for (std::size_t i = 0; i < shown.size(); ++i) {
            const engine::Item& item = bank.items[shown[i]];
            curves.series[i].points.emplace_back(theta, engine::expected_score(item, theta).mean /
                                                            static_cast<double>(item.d.size()));
        }
    }
    return svg({information, curves});
}

struct NodeSums {
    double theta = 0, squares = 0, errors = 0;
};

json::object summary(const Scoring& scoring, const std::vector<NodeSums>& sums,
                     std::size_t answers) {
    const auto n = static_cast<double>(scoring.responses.persons.size());
    json::array nodes;
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const double mean = sums[i].theta / n;
        const double variance = sums[i].squares / n - mean * mean;
        // Marginal reliability (Green, Bock, Humphreys, Linn & Reckase 1984).
        nodes.push_back({{"node", scoring.tables.tree().nodes()[i].name},
                         {"mean", mean},
                         {"sd", std::sqrt(std::max(variance, 0.0))},
                         {"mean_error_variance", sums[i].errors / n},
                         {"reliability", variance / (variance + sums[i].errors / n)}});
    }
    return {{"persons", scoring.responses.persons.size()},
            {"items", scoring.bank.items.size()},
            {"answers", answers},
            {"nodes", nodes},
            {"cpu_seconds", cpu_seconds()}};
}

Read<json::object> write_scores(const Scoring& scoring) {
    // With --json alone standard output is the object's.
    const bool to_file = scoring.options.out != "-" || !scoring.options.json;
    std::optional<Output> output;
    if (to_file) {
        auto opened = Output::open(scoring.options.out);
        if (!opened) return std::unexpected(opened.error());
        output = std::move(*opened);
        output->write(header(scoring));
    }
    engine::Posterior posterior(scoring.tables);
    std::vector<NodeSums> sums(scoring.tables.tree().size());
    std::size_t total = 0;
    std::string line;
    for (std::size_t person = 0; person < scoring.responses.persons.size(); ++person) {
        const auto answers = answers_of(scoring, person);
        const Row row = score(scoring, posterior, person, answers);
        total += answers.size();
        line = fmt::format("{},{}", scoring.responses.persons[person], answers.size());
        for (std::size_t i = 0; i < row.nodes.size(); ++i) {
            const engine::Estimate& found = row.nodes[i];
            line += fmt::format(",{},{}", text_of(found.theta),
                                std::isfinite(found.se) ? text_of(found.se) : "");
            sums[i].theta += found.theta;
            sums[i].squares += found.theta * found.theta;
            sums[i].errors += found.se * found.se;
        }
        for (const double number : row.more) line += ',' + text_of(number);
        line += '\n';
        if (output) output->write(line);
    }
    if (output)
        if (const auto closed = output->close(); !closed) return std::unexpected(closed.error());
    return summary(scoring, sums, total);
}

Read<int> run(const Options& options) {
    auto framework = read_tree(options.tree);
    if (!framework) return std::unexpected(framework.error());
    engine::Tree& tree = *framework;
    if (tree.size() > 1 && (options.estimate == "map" || options.estimate == "wle"))
        return std::unexpected(
            Problem{"--estimate", 0, 0, "with a tree: eap or tree, which are the same"});
    const auto bank = read_bank(options.bank, &tree);
    if (!bank) return std::unexpected(bank.error());
    const auto responses =
        read_responses(options.responses, options.format == "long"   ? Layout::narrow
                                          : options.format == "wide" ? Layout::wide
                                                                     : Layout::automatic);
    if (!responses) return std::unexpected(responses.error());
    const auto places = match_items(options.responses, *responses, options.bank, *bank);
    if (!places) return std::unexpected(places.error());
    const auto tables =
        make_tables(options.bank, tree, *bank, options.points, options.soft, Grained::fine);
    if (!tables) return std::unexpected(tables.error());
    const auto convention = [](const std::string& text) {
        return text == "wrong" ? engine::Unanswered::wrong : engine::Unanswered::ignored;
    };
    Scoring scoring{options, *bank,   *responses,
                    *places, *tables, {convention(options.missing), convention(options.dont_know)},
                    {},      {}};
    if (!options.cuts.empty()) {
        auto cuts = read_cuts(options.cuts);
        if (!cuts) return std::unexpected(cuts.error());
        scoring.cuts = std::move(*cuts);
    }
    for (std::size_t at = 0; at < options.core.size();) {
        const std::size_t end = std::min(options.core.find(',', at), options.core.size());
        const std::string part = options.core.substr(at, end - at);
        const std::size_t equals = part.rfind('=');
        const auto cut =
            equals == std::string::npos ? std::nullopt : to_number(part.substr(equals + 1));
        const int node = tree.find(part.substr(0, equals));
        if (!cut || node < 0)
            return std::unexpected(
                Problem{"--core", 0, 0, part + " is not NODE=cut with a node of the tree"});
        scoring.core.push_back({node, *cut});
        at = end + 1;
    }
    const auto written = write_scores(scoring);
    if (!written) return std::unexpected(written.error());
    if (!options.plot.empty())
        if (const auto plotted = write_file(options.plot, plot_of(*bank)); !plotted)
            return std::unexpected(plotted.error());
    if (options.json) print_json(*written);
    return 0;
}

}  // namespace

void add_score(CLI::App& app, Work& chosen) {
    Subcommand sub(app, "score", "Abilities from answers to items of known parameters");
    const auto options = std::make_shared<Options>();
    sub.option("--bank", options->bank, "Items with their parameters (CSV)").required();
    sub.option("--responses", options->responses, "Answers, wide or long (CSV)").required();
    sub.option("--format", options->format, "Of the answers: wide, long, or auto (by the header)")
        .one_of({"auto", "wide", "long"})
        .with_default();
    sub.option("--tree", options->tree,
               "The framework: name,parent,loading (CSV); else one dimension");
    sub.option("--estimate", options->estimate, "eap, map, wle, or tree (eap of each node)")
        .one_of({"eap", "map", "wle", "tree"})
        .with_default();
    sub.option("--missing", options->missing, "Answers not given: ignored or wrong")
        .one_of({"ignored", "wrong"})
        .with_default();
    sub.option("--dont-know", options->dont_know, "\"Don't know\" (? or dk): ignored or wrong")
        .one_of({"ignored", "wrong"})
        .with_default();
    sub.option("--cuts", options->cuts, "Cut points: adds the probability of each level");
    sub.option("--core", options->core,
               "NODE=cut,...: adds the probability of all of these together");
    sub.option("--points", options->points,
               "Grid points (121 on [-6, 6] in one dimension, 64 or more in a tree)")
        .within(5, 512);
    sub.flag("--soft", options->soft,
             "Soft scoring: the items' standard errors are part of the likelihood");
    sub.flag("--fit", options->fit, "Adds lz*, the fit of each person");
    sub.option("--out", options->out, "File for the scores; - for standard output").with_default();
    sub.option("--plot", options->plot, "File: information and characteristic curves (SVG)");
    sub.flag("--json", options->json, "A summary as one JSON object on standard output");
    sub.footer(examples);
    sub.runs(chosen, [options] { return status_of(run(*options)); });
}

}  // namespace psychometrics
