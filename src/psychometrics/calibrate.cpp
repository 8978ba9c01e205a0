// SPDX-License-Identifier: EUPL-1.2
// campus calibrate: item parameters from a file of answers.
#include "psychometrics/answers.hpp"
#include "psychometrics/commands.hpp"
#include "psychometrics/curves.hpp"
#include "psychometrics/itemfit.hpp"
#include "psychometrics/output.hpp"
#include "psychometrics/table.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <chrono>
#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>

namespace psychometrics {
namespace {
namespace json = boost::json;
using engine::Family;

struct Options {
    std::string responses;
    std::string format;
    std::string model = "2pl";
    std::string anchors;
    std::string group;
    std::string priors = "auto";
    std::string out;
    std::string scores;
    std::string plot;
    std::string tree;
    std::string nodes;
    std::string tree_out;
    bool se = false;
    bool fit = false;
    bool json = false;
    unsigned threads = 1;
};

const std::map<std::string, Family>& families() {
    static const std::map<std::string, Family> names{
        {"rasch", Family::rasch},       {"1pl", Family::one_parameter},
        {"2pl", Family::two_parameter}, {"3pl", Family::three_parameter},
        {"grm", Family::graded},        {"gpcm", Family::partial_credit},
    };
    return names;
}

// auto, none, all, or NAME=FIRST:SECOND,... for all items; nothing if it is none of these.
std::optional<engine::Priors> priors_of(const std::string& text) {
    engine::Priors priors;
    if (text == "auto") return priors;
    priors.use = engine::Priors::Use::none;
    if (text == "none") return priors;
    priors.use = engine::Priors::Use::all;
    if (text == "all" || text == "weak") return priors;
    std::string_view rest = text;
    while (!rest.empty()) {
        const std::string_view part = rest.substr(0, rest.find(','));
        rest.remove_prefix(std::min(rest.size(), part.size() + 1));
        const std::size_t colon = part.find(':');
        if (part.size() < 2 || part[1] != '=' || colon == std::string_view::npos) return {};
        const auto first = to_number(part.substr(2, colon - 2));
        const auto second = to_number(part.substr(colon + 1));
        if (!first || !second || *second <= 0) return {};
        if (part[0] == 'a') {
            priors.log_a_mean = *first;
            priors.log_a_sd = *second;
        } else if (part[0] == 'd') {
            priors.d_mean = *first;
            priors.d_sd = *second;
        } else if (part[0] == 'c' && *first >= 1 && *second >= 1) {
            priors.c_alpha = *first;
            priors.c_beta = *second;
        } else {
            return {};
        }
    }
    return priors;
}

std::string model_of(const engine::Item& item, Family family) {
    std::string name = model_name(item);
    if (name != "2pl") return name;
    return family == Family::rasch ? "rasch" : family == Family::one_parameter ? "1pl" : name;
}

std::string number(double value) {
    return std::isfinite(value) ? fmt::format("{}", value) : std::string{};
}

// `tree`: adds the column node.
std::string items_csv(const AnswerFile& file, const engine::Calibration& found, Family family,
                      bool se, const engine::Tree* tree, const std::optional<engine::Fit>& fit) {
    std::size_t steps = 1;
    for (const auto& estimate : found.items) steps = std::max(steps, estimate.item.d.size());
    const auto several = [&](const char* letter) {
        std::string names;
        for (std::size_t k = 1; k <= steps; ++k)
            names += steps == 1 ? fmt::format(",{}", letter) : fmt::format(",{}{}", letter, k);
        return names;
    };
    std::string out = "item,a" + several("d") + several("b") + ",c";
    if (se) out += ",se_a" + several("se_d") + (steps == 1 ? ",se_b" : "") + ",se_c";
    out += tree ? ",model,node,answers,fixed,prior" : ",model,answers,fixed,prior";
    out += fit ? ",infit,outfit,s_x2,df,p\n" : "\n";
    for (std::size_t i = 0; i < found.items.size(); ++i) {
        const engine::ItemEstimate& estimate = found.items[i];
        const engine::Item& item = estimate.item;
        out += quoted(file.items[i]) + ',' + number(item.a);
        for (std::size_t k = 0; k < steps; ++k)
            out += ',' + (k < item.d.size() ? number(item.d[k]) : "");
        for (std::size_t k = 0; k < steps; ++k)
            out += ',' + (k < item.d.size() ? number(-item.d[k] / item.a) : "");
        out += ',' + number(item.c);
        if (se) {
            out += ',' + number(estimate.se.front());
            for (std::size_t k = 0; k < steps; ++k)
                out += ',' + (k < item.d.size() ? number(estimate.se[k + 1]) : "");
            if (steps == 1) out += ',' + number(estimate.se_b);
            out += ',' + number(estimate.se.back());
        }
        out += ',' + model_of(item, family);
        if (tree) out += ',' + quoted(tree->nodes()[static_cast<std::size_t>(item.node)].name);
        out += fmt::format(",{},{},{}", estimate.answers, estimate.fixed ? 1 : 0,
                           estimate.prior ? 1 : 0);
        if (fit) {
            const engine::ItemFit& of = fit->items[i];
            out += fmt::format(",{},{}", number(of.infit), number(of.outfit));
            out +=
                of.df == 0 ? ",,," : fmt::format(",{},{},{}", number(of.s_x2), of.df, number(of.p));
        }
        out += '\n';
    }
    return out;
}

std::string scores_csv(const AnswerFile& file, const engine::Calibration& found) {
    std::string out = "person,theta,se\n";
    for (std::size_t p = 0; p < file.persons.size(); ++p)
        out += quoted(file.persons[p]) + ',' + number(found.mean[p]) + ',' + number(found.sd[p]) +
               '\n';
    return out;
}

std::string tree_csv(const engine::TreeCalibration& found) {
    const std::vector<engine::Node>& nodes = found.nodes;
    const bool se = !found.se_loadings.empty();
    std::string out = se ? "name,parent,loading,se_loading\n" : "name,parent,loading\n";
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        const engine::Node& node = nodes[n];
        out += quoted(node.name) + ',';
        if (node.parent >= 0)
            out += quoted(nodes[static_cast<std::size_t>(node.parent)].name) + ',' +
                   number(node.loading);
        else
            out += ',';
        if (se) out += ',' + number(found.se_loadings[n]);
        out += '\n';
    }
    return out;
}

// A line a person: theta and standard error of each node.
std::string tree_scores_csv(const AnswerFile& file, const engine::TreeCalibration& found) {
    std::string out = "person";
    for (const engine::Node& node : found.nodes)
        out += fmt::format(",{},{}", quoted(node.name), quoted("se_" + node.name));
    out += '\n';
    const std::size_t size = found.nodes.size();
    for (std::size_t p = 0; p < file.persons.size(); ++p) {
        out += quoted(file.persons[p]);
        for (std::size_t n = 0; n < size; ++n)
            out += ',' + number(found.mean[p * size + n]) + ',' + number(found.sd[p * size + n]);
        out += '\n';
    }
    return out;
}

json::array nodes_json(const engine::TreeCalibration& found) {
    const std::vector<engine::Node>& nodes = found.nodes;
    json::array out;
    for (std::size_t n = 0; n < nodes.size(); ++n) {
        const engine::Node& node = nodes[n];
        json::object of{{"name", node.name}};
        if (node.parent >= 0) {
            of["parent"] = nodes[static_cast<std::size_t>(node.parent)].name;
            of["loading"] = node.loading;
            if (!found.se_loadings.empty() && std::isfinite(found.se_loadings[n]))
                of["se_loading"] = found.se_loadings[n];
        }
        out.push_back(std::move(of));
    }
    return out;
}

json::object report(const AnswerFile& file, const engine::Calibration& found,
                    const Options& options, double reading, double computing) {
    json::array groups;
    for (std::size_t g = 0; g < found.groups.size(); ++g) {
        const engine::GroupEstimate& group = found.groups[g];
        json::object of{
            {"name", file.group_names.empty() ? "all" : json::string(file.group_names[g])},
            {"persons", group.persons},
            {"mean", group.mean},
            {"sd", group.sd}};
        if (options.se) {
            of["se_mean"] = group.se_mean;
            of["se_sd"] = group.se_sd;
        }
        groups.push_back(std::move(of));
    }
    static const std::map<engine::StandardErrors, const char*> methods{
        {engine::StandardErrors::none, "none"},
        {engine::StandardErrors::observed, "observed"},
        {engine::StandardErrors::by_item, "by item"}};
    const auto with_prior =
        std::ranges::count_if(found.items, [](const auto& i) { return i.prior; });
    const double n = static_cast<double>(file.persons.size());
    const double k = static_cast<double>(found.parameters);
    return {{"model", options.model},
            {"loglik", found.log_likelihood},
            {"iterations", found.iterations},
            {"converged", found.converged},
            {"still_to_gain", found.still_to_gain},
            {"cpu_seconds", computing},
            {"read_seconds", reading},
            {"items", file.items.size()},
            {"persons", file.persons.size()},
            {"answers", file.answers.answers()},
            {"parameters", found.parameters},
            {"aic", 2 * k - 2 * found.log_likelihood},
            {"bic", k * std::log(n) - 2 * found.log_likelihood},
            {"items_with_priors", with_prior},
            {"standard_errors", methods.at(found.standard_errors)},
            {"groups", std::move(groups)}};
}

int calibrate(const Options& options) {
    const auto priors = priors_of(options.priors);
    if (!priors)
        return fail(
            "--priors is auto, none, all, or like a=0:0.5,d=0:2,c=5:17 (log a and d: mean "
            "and standard deviation; c: the two parameters of a beta density, at least 1)");
    const double begun = cpu_seconds();
    auto file = read_answers(options.responses, layout_named(options.format), options.group);
    if (!file) return fail(file.error());
    engine::CalibrationOptions how;
    how.family = families().at(options.model);
    how.priors = *priors;
    how.groups = file->groups;
    how.standard_errors = options.se;
    how.person_estimates = !options.scores.empty();
    how.threads = options.threads;
    // A line a second, once it takes longer than that.
    how.progress = [last = std::chrono::steady_clock::now()](std::size_t step, double objective,
                                                             double gain) mutable {
        const auto now = std::chrono::steady_clock::now();
        if (now - last < std::chrono::seconds(1)) return;
        last = now;
        fmt::print(stderr, "step {}: log-posterior {:.4f}, gaining {:.2g}\n", step, objective,
                   gain);
    };
    if (!options.anchors.empty()) {
        const auto bank = read_bank(options.anchors);
        if (!bank) return fail(bank.error());
        how.anchors = matched(*bank, file->items);
        if (std::ranges::none_of(how.anchors, [](const auto& a) { return a.has_value(); }))
            return fail(Problem{options.anchors, 0, 0, "none of its items is among the answers"});
    }
    std::vector<bool> keep(file->items.size());
    for (std::size_t i = 0; i < how.anchors.size(); ++i) keep[i] = how.anchors[i].has_value();
    const bool polytomous = how.family == Family::graded || how.family == Family::partial_credit;
    const std::size_t recoded = polytomous ? close_up(file->answers, keep) : 0;
    if (recoded > 0)
        fmt::print(stderr,
                   "campus: {} items have categories that nobody gave: theirs are numbered anew "
                   "from 0\n",
                   recoded);
    std::optional<Framework> framework;
    if (!options.tree.empty()) {
        if (!options.group.empty() || options.fit)
            return fail("--tree goes with neither --group nor --fit");
        auto of = read_framework(options.tree, options.nodes, file->items);
        if (!of) return fail(of.error());
        framework = std::move(*of);
    } else if (!options.nodes.empty() || !options.tree_out.empty()) {
        return fail("--nodes and --tree-out need --tree");
    }
    const double read = cpu_seconds();
    engine::TreeCalibration whole;
    engine::Calibration& found = whole.calibration;
    try {
        if (framework)
            whole =
                engine::calibrate_tree(file->answers, framework->tree, framework->nodes_of, how);
        else
            found = engine::calibrate(file->answers, how);
    } catch (const std::invalid_argument& problem) {
        return fail(Problem{options.responses, 0, 0, problem.what()});
    }
    const double done = cpu_seconds();

    for (std::size_t i = 0; i < found.items.size(); ++i) found.items[i].item.name = file->items[i];
    std::optional<engine::Fit> fit;
    if (options.fit) {
        if (found.groups.size() > 1) return fail("--fit is for one group: use campus itemfit");
        std::vector<engine::Item> items;
        for (const auto& estimate : found.items) items.push_back(estimate.item);
        fit = engine::item_fit(
            items, file->answers,
            {.mean = found.groups[0].mean,
             .sd = found.groups[0].sd,
             .parameters = how.family == Family::rasch || how.family == Family::one_parameter ? 1U
                           : how.family == Family::three_parameter                            ? 3U
                                                                   : 2U});
    }
    if (const auto written =
            write_file(options.out, items_csv(*file, found, how.family, options.se,
                                              framework ? &framework->tree : nullptr, fit));
        !written)
        return fail(written.error());
    if (!options.tree_out.empty())
        if (const auto written = write_file(options.tree_out, tree_csv(whole)); !written)
            return fail(written.error());
    if (!options.scores.empty())
        if (const auto written =
                write_file(options.scores,
                           framework ? tree_scores_csv(*file, whole) : scores_csv(*file, found));
            !written)
            return fail(written.error());
    if (!options.plot.empty()) {
        std::vector<engine::Item> items;
        for (const auto& estimate : found.items) items.push_back(estimate.item);
        if (const auto written = write_file(options.plot, svg(curves(items))); !written)
            return fail(written.error());
    }
    if (options.json) {
        json::object object = report(*file, found, options, read - begun, done - read);
        if (fit) object["fit"] = fit_json(file->items, *fit);
        if (framework) object["tree"] = nodes_json(whole);
        print_json(object);
    } else {
        fmt::print(stderr,
                   "{} items, {} persons: log-likelihood {:.4f} after {} steps, {:.3f} s{}\n",
                   file->items.size(), file->persons.size(), found.log_likelihood, found.iterations,
                   done - read, found.converged ? "" : "; NOT CONVERGED");
    }
    return 0;
}

}  // namespace

void add_calibrate(CLI::App& app, Work& chosen) {
    Subcommand command(app, "calibrate",
                       "Item parameters from answers: marginal maximum likelihood (EM)");
    const auto options = std::make_shared<Options>();
    command.option("responses", options->responses, "CSV file of answers; - is standard input")
        .required();
    command
        .option("--format", options->format,
                "wide: a header of item names, a line a person, 0/1/... or empty; long: "
                "person,item,y. Otherwise the header decides")
        .one_of({"wide", "long"});
    command
        .option("--model", options->model,
                "rasch: slope 1, variance estimated; 1pl: one slope for all, variance 1; 2pl, "
                "3pl, grm (graded), gpcm (partial credit): variance 1")
        .with_default()
        .one_of({"rasch", "1pl", "2pl", "3pl", "grm", "gpcm"});
    command.option("--anchors", options->anchors,
                   "Bank (item,a,b or item,a,d) whose items keep their parameters; mean and "
                   "variance of the persons are then estimated");
    command.option("--group", options->group,
                   "Column of each person's group: means and variances are estimated, the "
                   "first group is N(0, 1)");
    command
        .option("--priors", options->priors,
                "auto: pure maximum likelihood, but c of the 3pl ~ Beta(5, 17), and, for "
                "items whose answers "
                "are all alike or (where less than half of the table is filled) fewer than "
                "300, log a ~ N(0, "
                "0.5) and d ~ N(0, 2); none; all: these for each item; or "
                "a=MEAN:SD,d=MEAN:SD,c=ALPHA:BETA")
        .with_default();
    command.option("--tree", options->tree,
                   "Abilities and their items: name,parent[,loading] with items as leaves, or "
                   "item,competence[,area]; loadings are estimated with the items. Areas "
                   "without parent are put below one general ability");
    command.option("--nodes", options->nodes,
                   "item,node: what each item measures, where the tree does not say it");
    command.option("--tree-out", options->tree_out, "The tree with its loadings, as CSV");
    command.flag(
        "--se", options->se,
        "Standard errors: of all parameters together up to 1500 of them (with a tree 300, loadings "
        "included), otherwise of each item by itself");
    command.flag("--fit", options->fit, "Also infit, outfit, S-X2; pairs by Q3 in the JSON");
    command.option("--threads", options->threads, "The result does not depend on it")
        .with_default()
        .within(1, 256);
    command.option("--out", options->out, "The bank, as CSV; - is standard output").required();
    command.option("--scores", options->scores, "Also the persons: person,theta,se");
    command.option("--plot", options->plot, "Characteristic and information curves, as SVG");
    command.flag("--json", options->json, "One JSON object on standard output");
    command.footer(
        "Example:\n  campus calibrate answers.csv --model 2pl --se --out bank.csv --json\n"
        "The log-likelihood is without priors. grm, gpcm: categories that nobody gave are closed "
        "up. Exit status 1 and line and column for bad input.");
    command.runs(chosen, [options] { return calibrate(*options); });
}

}  // namespace psychometrics
