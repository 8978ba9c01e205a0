// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/commands.hpp"
#include "psychometrics/match.hpp"
#include "psychometrics/options.hpp"
#include "psychometrics/output.hpp"
#include "psychometrics/plot.hpp"
#include "psychometrics/simulation.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <thread>
#include <unordered_map>

namespace psychometrics {
namespace json = boost::json;
namespace {

struct Options {
    std::string bank, responses, tree, truth, blueprint, log, items, plot;
    std::size_t candidates = 1000;
    std::string select = "mepv";
    std::string estimate;
    std::string turn = "rotate";
    std::string weights;
    std::size_t length = 20;
    std::string stop, exposure;
    std::string cuts = "-1.8,-1.2,-0.6,0,0.6,1.2,1.8";
    std::size_t points = 0;
    std::uint64_t seed = 1;
    unsigned threads = 0;
    bool soft = false;
    bool thompson = false;
    bool json = false;
};

constexpr const char* examples = R"(Examples:
  # What a bank of one dimension is worth: 10,000 candidates, 20 questions
  campus simulate --bank items.csv --candidates 10000 --length 20

  # The same answers for every program: maximum information, as catR does
  campus simulate --bank cat500_items.csv --responses cat500_responses_1000.csv \
      --select mfi --estimate eap --length 20 --log out.csv

  # 42 questions over a tree of competences, quotas kept, stop when all are known
  campus simulate --bank items.csv --tree tree.csv --length 42 \
      --blueprint quotas.csv --stop se=0.4,min=21 --json

  # No item for more than a quarter of the candidates, no two tests alike by more than a fifth
  campus simulate --bank items.csv --select mfi --exposure toll=0.25,overlap=0.2 --plot exposure.svg

Files (CSV with a header): bank item,a,b or item,a,d, optional c, model (2pl, 3pl, grm, gpcm) with
d1,d2,... or b1,b2,..., node, format, level, language, stimulus, enemies, timed, seconds, se_a, se_d;
tree name,parent,loading; blueprint attribute,value,min,max. Logit = a * theta + d.
Log: person,theta,se,k1,k2,... where k is the item's name; with a tree then theta_NODE,se_NODE.
)";

// The answers in the order of the bank. "Don't know" is a wrong answer.
Read<AnswerMatrix> make_matrix(const Options& options, const Responses& responses,
                               const Bank& bank) {
    const auto places = match_items(options.responses, responses, options.bank, bank);
    if (!places) return std::unexpected(places.error());
    AnswerMatrix matrix{responses.persons.size(), bank.items.size(), {}};
    matrix.answers.assign(matrix.candidates * matrix.items, engine::missing);
    for (std::size_t person = 0; person < matrix.candidates; ++person)
        for (std::size_t at = responses.begin[person]; at < responses.begin[person + 1]; ++at)
            if (const std::size_t item = (*places)[responses.item[at]]; item != SIZE_MAX)
                matrix.answers[person * matrix.items + item] =
                    static_cast<std::int8_t>(std::max<int>(responses.answer[at], 0));
    return matrix;
}

// Columns named like the nodes, or theta.
Read<std::vector<double>> read_truth(const std::string& file, const engine::Tree& tree,
                                     std::size_t candidates) {
    const auto text = read_text(file);
    if (!text) return std::unexpected(text.error());
    auto table = Table::open(file, *text);
    if (!table) return std::unexpected(table.error());
    std::vector<std::size_t> columns;
    for (const engine::Node& node : tree.nodes()) {
        const auto found = std::ranges::find(table->header(), node.name);
        if (found != table->header().end())
            columns.push_back(static_cast<std::size_t>(found - table->header().begin()));
        else if (const auto theta = table->find({"theta"}); theta && tree.size() == 1)
            columns.push_back(*theta);
        else
            return table->wrong(std::nullopt, "the header has no column " + node.name);
    }
    std::vector<double> truth;
    for (;;) {
        const auto more = table->next();
        if (!more) return std::unexpected(more.error());
        if (!*more) break;
        for (const std::size_t column : columns) {
            const auto number = table->number(column);
            if (!number) return std::unexpected(number.error());
            truth.push_back(*number);
        }
    }
    if (truth.size() < candidates * tree.size())
        return table->wrong(std::nullopt,
                            fmt::format("fewer lines than the {} candidates", candidates));
    return truth;
}

Read<bool> read_rules(const Options& options, const engine::Tree& tree, Simulation& plan) {
    using engine::Select;
    static const std::unordered_map<std::string, Select> selects{
        {"random", Select::random}, {"mfi", Select::fisher}, {"mpwi", Select::weighted},
        {"kl", Select::kl},         {"mepv", Select::mepv},  {"entropy", Select::entropy}};
    engine::Rules& rules = plan.rules;
    rules.select = selects.at(options.select);
    rules.turn = options.turn == "best"       ? engine::Turn::best
                 : options.turn == "variance" ? engine::Turn::variance
                                              : engine::Turn::rotate;
    rules.ability = options.estimate == "map"   ? engine::Ability::map
                    : options.estimate == "wle" ? engine::Ability::wle
                                                : engine::Ability::eap;
    const auto problem = [](const char* option, std::string what) {
        return std::unexpected(Problem{option, 0, 0, std::move(what)});
    };
    if (tree.size() > 1 && rules.ability != engine::Ability::eap)
        return problem("--estimate", "with a tree: eap or tree, which are the same");
    if (tree.size() == 1 && options.estimate == "tree")
        return problem("--estimate", "tree needs --tree");
    rules.thompson = options.thompson;
    rules.stop.length = options.length;
    rules.stop.cuts = plan.cuts;
    const auto stop =
        read_pairs("--stop", options.stop, {"se", "level", "odds", "gain", "time", "min"});
    if (!stop) return std::unexpected(stop.error());
    for (const auto& [name, values] : *stop) {
        if (name == "se") rules.stop.se = values[0];
        if (name == "level") rules.stop.level_probability = values[0];
        if (name == "odds") rules.stop.odds = values[0];
        if (name == "gain") rules.stop.gain = values[0];
        if (name == "time") rules.stop.seconds = values[0];
        if (name == "min") rules.stop.shortest = static_cast<std::size_t>(values[0]);
    }
    if (rules.stop.gain > 0 && rules.select != Select::mepv)
        return problem("--stop", "gain is predicted by --select mepv only");
    const auto exposure = read_pairs(
        "--exposure", options.exposure,
        {"none", "randomesque", "stochastic", "sympson-hetter", "eligibility", "toll", "overlap"});
    if (!exposure) return std::unexpected(exposure.error());
    for (const auto& [name, values] : *exposure) {
        if (name == "randomesque")
            rules.exposure.among = std::max<std::size_t>(1, static_cast<std::size_t>(values[0]));
        if (name == "stochastic") {
            rules.exposure.temperature = values[0];
            rules.exposure.last_temperature = values.size() > 1 ? values[1] : values[0];
        }
        if (name == "sympson-hetter") plan.control = engine::ExposureControl::Rule::sympson_hetter;
        if (name == "eligibility") plan.control = engine::ExposureControl::Rule::eligibility;
        if (name == "toll") plan.control = engine::ExposureControl::Rule::toll;
        const bool bounds = name == "sympson-hetter" || name == "eligibility" || name == "toll";
        if (bounds) plan.most = values[0];
        if (name == "overlap") plan.overlap = values[0];
        if (bounds && !(plan.most > 0 && plan.most <= 1))
            return problem("--exposure", name + " is a share in (0, 1], for example .25");
    }
    if (plan.overlap < 1 && plan.control != engine::ExposureControl::Rule::eligibility &&
        plan.control != engine::ExposureControl::Rule::toll)
        return problem("--exposure",
                       "overlap goes with toll or eligibility, for example toll=.25,overlap=.2");
    if (options.weights == "all") {
        rules.weights.assign(tree.size(), 1);
    } else if (options.weights == "competences") {
        rules.weights.assign(tree.size(), 0);
        for (const int leaf : tree.leaves()) rules.weights[static_cast<std::size_t>(leaf)] = 1;
    } else if (!options.weights.empty()) {
        rules.weights.assign(tree.size(), 0);
        std::vector<std::string> names;
        for (const engine::Node& node : tree.nodes()) names.push_back(node.name);
        const auto weights = read_pairs("--weights", options.weights, names);
        if (!weights) return std::unexpected(weights.error());
        for (const auto& [name, values] : *weights)
            rules.weights[static_cast<std::size_t>(tree.find(name))] = values[0];
    }
    return true;
}

json::value or_null(bool known, double number) {
    return known ? json::value(number) : json::value(nullptr);
}

json::object report(const Options& options, const Simulation& plan,
                    const SimulationResult& result) {
    const bool known = result.truth_known;
    const auto figures = [&](const NodeResult& sum) {
        return json::object{{"rmse", or_null(known, sum.rmse())},
                            {"bias", or_null(known, sum.bias())},
                            {"coverage", or_null(known, sum.share(sum.covered))},
                            {"exact", or_null(known, sum.share(sum.exact))},
                            {"adjacent", or_null(known, sum.share(sum.adjacent))},
                            {"mean_se", or_null(known, sum.mean_se())}};
    };
    json::object whole{{"candidates", result.candidates},
                       {"items", plan.tables->items().size()},
                       {"select", options.select},
                       {"seed", options.seed}};
    for (const auto& [name, value] : figures(result.competences)) whole[name] = value;
    if (plan.tables->tree().size() > 1) {
        json::array nodes;
        for (std::size_t i = 0; i < result.nodes.size(); ++i) {
            json::object node{{"node", plan.tables->tree().nodes()[i].name}};
            for (const auto& [name, value] : figures(result.nodes[i])) node[name] = value;
            nodes.push_back(node);
        }
        whole["nodes"] = nodes;
    }
    whole["length"] =
        static_cast<double>(result.questions) / static_cast<double>(result.candidates);
    whole["length_min"] = result.shortest;
    whole["length_max"] = result.longest;
    constexpr std::array reasons{"none", "length", "se",   "level",
                                 "odds", "gain",   "time", "no_item"};
    json::object stopped;
    for (std::size_t i = 0; i < reasons.size(); ++i)
        if (result.stopped[i] > 0) stopped[reasons[i]] = result.stopped[i];
    whole["stopped"] = stopped;
    const engine::ExposureReport exposure = result.exposure();
    whole["exposure"] = {
        {"max", exposure.most}, {"unused", exposure.unused}, {"over_quarter", exposure.over}};
    whole["overlap"] = exposure.overlap;
    if (known) {
        json::array confusion;
        for (const auto& row : result.confusion) confusion.push_back(json::value_from(row));
        whole["levels"] = confusion;
    }
    whole["cpu_seconds"] = result.cpu_seconds;
    whole["microseconds_per_question"] = result.microseconds_per_question();
    return whole;
}

void print_text(const Simulation& plan, const SimulationResult& result) {
    const engine::ExposureReport exposure = result.exposure();
    fmt::print("{} candidates, {:.1f} questions of {} items\n", result.candidates,
               static_cast<double>(result.questions) / static_cast<double>(result.candidates),
               plan.tables->items().size());
    if (result.truth_known) {
        fmt::print("{:<24}{:>8}{:>8}{:>10}{:>8}{:>10}\n", "", "RMSE", "bias", "90 % int.", "exact",
                   "+- 1 level");
        const auto line = [](const std::string& name, const NodeResult& sum) {
            fmt::print("{:<24}{:>8.3f}{:>8.3f}{:>10.3f}{:>8.3f}{:>10.3f}\n", name, sum.rmse(),
                       sum.bias(), sum.share(sum.covered), sum.share(sum.exact),
                       sum.share(sum.adjacent));
        };
        if (result.nodes.size() > 1)
            for (std::size_t i = 0; i < result.nodes.size(); ++i)
                line(plan.tables->tree().nodes()[i].name, result.nodes[i]);
        line(result.nodes.size() > 1 ? "all with items" : "theta", result.competences);
    }
    fmt::print(
        "exposure at most {:.3f}, overlap {:.3f}, {} items never given\n"
        "{:.3f} microseconds a question\n",
        exposure.most, exposure.overlap, exposure.unused, result.microseconds_per_question());
}

std::string plot_of(const Simulation& plan, const SimulationResult& result) {
    std::vector<double> shares;
    for (const std::uint64_t given : result.given)
        shares.push_back(static_cast<double>(given) / static_cast<double>(result.candidates));
    std::ranges::sort(shares, std::greater{});
    Plot exposure{.title = "Exposure of the items",
                  .description = fmt::format(
                      "Share of candidates who are given each item, most exposed first: {:.2f} at "
                      "most, {} of {} items never.",
                      shares.front(), result.exposure().unused, shares.size()),
                  .x = "items, most exposed first",
                  .y = "share of candidates",
                  .series = {{.name = "", .points = {}}},
                  .y_low = 0,
                  .y_high = {},
                  .x_names = {}};
    for (std::size_t i = 0; i < shares.size(); ++i)
        exposure.series[0].points.emplace_back(static_cast<double>(i + 1), shares[i]);
    std::vector<Plot> plots{exposure};
    if (result.truth_known) {
        Plot agreement{.title = "Level found and true level",
                       .description =
                           "For each true level the share of candidates who are given "
                           "that level, and that level or one beside it.",
                       .x = "true level",
                       .y = "share",
                       .series = {{.name = "exact", .points = {}, .form = Series::Form::bars},
                                  {.name = "within one", .points = {}, .form = Series::Form::bars}},
                       .y_low = 0,
                       .y_high = 1,
                       .x_names = {}};
        for (std::size_t level = 0; level < result.confusion.size(); ++level) {
            const auto& row = result.confusion[level];
            double all = 0;
            double near = 0;
            for (std::size_t i = 0; i < row.size(); ++i) {
                all += static_cast<double>(row[i]);
                if (i + 1 >= level && i <= level + 1) near += static_cast<double>(row[i]);
            }
            const double at = static_cast<double>(level + 1);
            agreement.x_names.emplace_back(at, std::to_string(level + 1));
            if (all == 0) continue;
            agreement.series[0].points.emplace_back(at, static_cast<double>(row[level]) / all);
            agreement.series[1].points.emplace_back(at, near / all);
        }
        plots.push_back(std::move(agreement));
        if (result.nodes.size() > 1) {
            Plot accuracy{.title = "Accuracy of each node",
                          .description = "Root mean square error of the posterior mean.",
                          .x = "node",
                          .y = "RMSE",
                          .series = {{.name = "", .points = {}, .form = Series::Form::bars}},
                          .y_low = 0,
                          .y_high = {},
                          .x_names = {}};
            for (std::size_t i = 0; i < result.nodes.size(); ++i) {
                accuracy.series[0].points.emplace_back(static_cast<double>(i),
                                                       result.nodes[i].rmse());
                accuracy.x_names.emplace_back(static_cast<double>(i),
                                              plan.tables->tree().nodes()[i].name);
            }
            plots.push_back(std::move(accuracy));
        }
    }
    return svg(plots);
}

Read<bool> write_items(const std::string& file, const Simulation& plan,
                       const SimulationResult& result) {
    std::string out = "item,given,exposure\n";
    for (std::size_t i = 0; i < result.given.size(); ++i)
        out += fmt::format(
            "{},{},{}\n", plan.tables->items()[i].name, result.given[i],
            static_cast<double>(result.given[i]) / static_cast<double>(result.candidates));
    return write_file(file, out);
}

Read<int> run(const Options& options) {
    Simulation plan;
    auto framework = read_tree(options.tree);
    if (!framework) return std::unexpected(framework.error());
    engine::Tree& tree = *framework;
    const auto bank = read_bank(options.bank, &tree);
    if (!bank) return std::unexpected(bank.error());
    const auto cuts = read_cuts(options.cuts);
    if (!cuts) return std::unexpected(cuts.error());
    plan.cuts = *cuts;
    if (const auto read = read_rules(options, tree, plan); !read)
        return std::unexpected(read.error());
    for (const ItemFacts& facts : bank->facts) plan.rules.seconds.push_back(facts.seconds);

    AnswerMatrix matrix;
    plan.candidates = options.candidates;
    if (!options.responses.empty()) {
        const auto responses = read_responses(options.responses);
        if (!responses) return std::unexpected(responses.error());
        auto matched = make_matrix(options, *responses, *bank);
        if (!matched) return std::unexpected(matched.error());
        matrix = std::move(*matched);
        plan.matrix = &matrix;
        plan.candidates = matrix.candidates;
    }
    if (!options.truth.empty()) {
        auto truth = read_truth(options.truth, tree, plan.candidates);
        if (!truth) return std::unexpected(truth.error());
        plan.truth = std::move(*truth);
    }
    std::optional<engine::Blueprint> blueprint;
    if (!options.blueprint.empty() || has_rules(*bank)) {
        auto read = read_blueprint(options.blueprint, *bank, tree, options.length);
        if (!read) return std::unexpected(read.error());
        blueprint = std::move(*read);
        plan.rules.blueprint = &*blueprint;
    }
    for (std::size_t i = 1; i < tree.size(); ++i) plan.logged_nodes.push_back(static_cast<int>(i));
    const auto tables = make_tables(options.bank, tree, *bank, options.points, options.soft);
    if (!tables) return std::unexpected(tables.error());
    plan.tables = &*tables;
    plan.seed = options.seed;
    plan.threads =
        options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());

    std::optional<Output> log;
    if (!options.log.empty()) {
        auto opened = Output::open(options.log);
        if (!opened) return std::unexpected(opened.error());
        log = std::move(*opened);
        std::string header = "person,theta,se";
        for (std::size_t k = 1; k <= options.length; ++k) header += fmt::format(",k{}", k);
        for (const int node : plan.logged_nodes) {
            const std::string& name = tree.nodes()[static_cast<std::size_t>(node)].name;
            header += fmt::format(",theta_{0},se_{0}", name);
        }
        log->write(header + '\n');
        plan.log = [&](std::string_view text) { log->write(text); };
    }
    if (plan.candidates >= 100'000)
        plan.progress = [all = plan.candidates](std::size_t done) {
            fmt::print(stderr, "{} of {} candidates\n", done, all);
        };
    const SimulationResult result = simulate(plan);
    if (log)
        if (const auto closed = log->close(); !closed) return std::unexpected(closed.error());
    if (!options.items.empty())
        if (const auto written = write_items(options.items, plan, result); !written)
            return std::unexpected(written.error());
    if (!options.plot.empty())
        if (const auto written = write_file(options.plot, plot_of(plan, result)); !written)
            return std::unexpected(written.error());
    if (options.json)
        print_json(report(options, plan, result));
    else if (options.log != "-")
        print_text(plan, result);
    return 0;
}

}  // namespace

void add_simulate(CLI::App& app, Work& chosen) {
    Subcommand sub(app, "simulate",
                   "Adaptive tests of many candidates: how good is a bank, a rule, a length");
    const auto options = std::make_shared<Options>();
    sub.option("--bank", options->bank, "Items with their parameters (CSV)").required();
    sub.option("--responses", options->responses,
               "Answers to look up, a column an item (CSV); else they are simulated");
    sub.option("--candidates", options->candidates, "How many are simulated")
        .within(1, 1'000'000'000)
        .with_default();
    sub.option("--tree", options->tree,
               "The framework: name,parent,loading (CSV); else one dimension");
    sub.option("--truth", options->truth,
               "True abilities, a column a node (CSV); else they are drawn");
    sub.option("--select", options->select,
               "random, mfi, mpwi, kl, mepv (least expected posterior variance) or entropy")
        .one_of({"random", "mfi", "mpwi", "kl", "mepv", "entropy"})
        .with_default();
    sub.option("--estimate", options->estimate, "eap, map, wle, or tree (eap of each node)")
        .one_of({"eap", "map", "wle", "tree"});
    sub.option("--turn", options->turn,
               "Whose turn it is, of nodes: rotate, variance (least known), best (item over all)")
        .one_of({"rotate", "variance", "best"})
        .with_default();
    sub.option("--weights", options->weights,
               "Nodes whose variances mepv adds up: all, competences, or NODE=weight,...; "
               "else the item's own");
    sub.option("--length", options->length, "Questions, at most").within(1, 10'000).with_default();
    sub.option("--stop", options->stop,
               "Before that: se=,level=,odds=,gain=,time= (seconds), not before min=");
    sub.option("--blueprint", options->blueprint, "Quotas: attribute,value,min,max (CSV)");
    sub.option(
        "--exposure", options->exposure,
        "randomesque=5, stochastic=.3[:last], sympson-hetter=.25, eligibility=.25, toll=.25, "
        "overlap=.2; several with commas");
    sub.option("--cuts", options->cuts, "Cut points of the levels").with_default();
    sub.option("--points", options->points,
               "Grid points (41 in one dimension, 24 or more in a tree)")
        .within(5, 512);
    sub.flag("--soft", options->soft,
             "Soft scoring: the items' standard errors are part of the likelihood");
    sub.flag(
        "--thompson", options->thompson,
        "With --soft and mfi: uncertain items are chosen by parameters drawn from their posterior");
    sub.option("--seed", options->seed, "The same seed gives the same result on any machine")
        .with_default();
    sub.option("--threads", options->threads,
               "As many as cores by default; the result does not depend on it")
        .within(1, 1024);
    sub.option("--log", options->log, "File: a line a candidate");
    sub.option("--items", options->items, "File: how often each item was given");
    sub.option("--plot", options->plot, "File: exposure, level agreement, accuracy (SVG)");
    sub.flag("--json", options->json, "One JSON object on standard output");
    sub.footer(examples);
    sub.runs(chosen, [options] { return status_of(run(*options)); });
}

}  // namespace psychometrics
