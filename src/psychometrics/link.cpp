// SPDX-License-Identifier: EUPL-1.2
// campus link: a bank brought to the scale of another through the items that both have.
#include "psychometrics/answers.hpp"
#include "psychometrics/commands.hpp"
#include "psychometrics/output.hpp"
#include "psychometrics/plot.hpp"
#include "psychometrics/table.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>

namespace psychometrics {
namespace {
namespace json = boost::json;
using engine::LinkMethod;

struct Options {
    std::string from;
    std::string to;
    std::string method = "stocking-lord";
    std::string out;
    std::string plot;
    bool json = false;
};

const std::map<std::string, LinkMethod>& methods() {
    static const std::map<std::string, LinkMethod> names{
        {"mean-mean", LinkMethod::mean_mean},
        {"mean-sigma", LinkMethod::mean_sigma},
        {"haebara", LinkMethod::haebara},
        {"stocking-lord", LinkMethod::stocking_lord},
    };
    return names;
}

double difficulty(const engine::Item& item) {
    double sum = 0;
    for (const double d : item.d) sum += -d / item.a;
    return sum / static_cast<double>(item.d.size());
}

Plot chart(const std::vector<engine::Item>& from, const std::vector<engine::Item>& to,
           const engine::Link& link) {
    Series items{.name = "common items", .points = {}, .form = Series::Form::dots};
    Series line{.name = fmt::format("b' = {:.3f} b + {:.3f}", link.slope, link.intercept),
                .points = {}};
    double low = difficulty(from[0]);
    double high = low;
    for (std::size_t i = 0; i < from.size(); ++i) {
        const double b = difficulty(from[i]);
        low = std::min(low, b);
        high = std::max(high, b);
        items.points.emplace_back(b, difficulty(to[i]));
    }
    for (const double b : {low, high}) line.points.emplace_back(b, link.slope * b + link.intercept);
    return {.title = "Common items on both scales",
            .description = fmt::format(
                "Difficulty of {} items, and the line that links the scales.", from.size()),
            .x = "Difficulty on the old scale",
            .y = "Difficulty on the new scale",
            .series = {std::move(items), std::move(line)},
            .y_low = {},
            .y_high = {},
            .x_names = {}};
}

int run(const Options& options) {
    const auto from = read_bank(options.from);
    if (!from) return fail(from.error());
    const auto to = read_bank(options.to);
    if (!to) return fail(to.error());
    std::vector<std::string> names;
    for (const engine::Item& item : from->items) names.push_back(item.name);
    const auto partners = matched(*to, names);
    std::vector<engine::Item> ours;
    std::vector<engine::Item> theirs;
    for (std::size_t i = 0; i < names.size(); ++i)
        if (partners[i]) {
            ours.push_back(from->items[i]);
            theirs.push_back(*partners[i]);
        }
    if (ours.size() < 2)
        return fail(Problem{options.to, 0, 0,
                            fmt::format("has {} of the items of {}: linking needs at least two",
                                        ours.size(), options.from)});
    engine::Link link;
    std::map<std::string, engine::Link> all;
    try {
        link = engine::link(ours, theirs, methods().at(options.method));
        for (const auto& [name, method] : methods()) all[name] = engine::link(ours, theirs, method);
    } catch (const std::invalid_argument& problem) {
        return fail(problem.what());
    }
    const std::vector<double> z = engine::robust_z(ours, theirs, link);
    if (!options.out.empty()) {
        std::size_t steps = 1;
        for (const engine::Item& item : from->items) steps = std::max(steps, item.d.size());
        std::string text = "item,a";
        for (const char* letter : {"d", "b"})
            for (std::size_t k = 1; k <= steps; ++k)
                text += steps == 1 ? fmt::format(",{}", letter) : fmt::format(",{}{}", letter, k);
        text += ",c,model,robust_z\n";
        std::map<std::string, double> z_of;
        for (std::size_t i = 0; i < ours.size(); ++i) z_of[ours[i].name] = z[i];
        for (const engine::Item& item : from->items) {
            const engine::Item moved = engine::linked(item, link);
            text += quoted(moved.name) + ',' + text_of(moved.a);
            for (std::size_t k = 0; k < steps; ++k)
                text += ',' + (k < moved.d.size() ? text_of(moved.d[k]) : "");
            for (std::size_t k = 0; k < steps; ++k)
                text += ',' + (k < moved.d.size() ? text_of(-moved.d[k] / moved.a) : "");
            text += ',' + text_of(moved.c) + ',' + model_name(moved) + ',';
            if (const auto at = z_of.find(item.name); at != z_of.end()) text += text_of(at->second);
            text += '\n';
        }
        if (const auto written = write_file(options.out, text); !written)
            return fail(written.error());
    }
    if (!options.plot.empty())
        if (const auto written = write_file(options.plot, svg({chart(ours, theirs, link)}));
            !written)
            return fail(written.error());
    json::array drifted;
    for (std::size_t i = 0; i < ours.size(); ++i)
        if (std::abs(z[i]) > 1.645)
            drifted.push_back(json::object{{"item", ours[i].name}, {"robust_z", z[i]}});
    if (!options.json) {
        fmt::print(stderr,
                   "theta' = {:.4f} theta + {:.4f} by {} from {} items; {} of them drifted\n",
                   link.slope, link.intercept, options.method, ours.size(), drifted.size());
        return 0;
    }
    json::object every;
    for (const auto& [name, of] : all)
        every[name] = json::object{{"slope", of.slope}, {"intercept", of.intercept}};
    print_json(json::object{{"method", options.method},
                            {"slope", link.slope},
                            {"intercept", link.intercept},
                            {"loss", link.loss},
                            {"common_items", ours.size()},
                            {"drifted", std::move(drifted)},
                            {"methods", std::move(every)}});
    return 0;
}

}  // namespace

void add_link(CLI::App& app, Work& chosen) {
    Subcommand command(app, "link",
                       "Brings a bank to the scale of another through the items that both have");
    const auto options = std::make_shared<Options>();
    command.option("from", options->from, "Bank (CSV) to be brought to the other scale").required();
    command.option("to", options->to, "Bank whose scale stays").required();
    std::vector<std::string> names;
    for (const auto& [name, method] : methods()) names.push_back(name);
    command.option("--method", options->method, "mean-mean, mean-sigma, haebara or stocking-lord")
        .with_default()
        .one_of(names);
    command.option("--out", options->out, "The first bank on the new scale, as CSV");
    command.option("--plot", options->plot, "The common items on both scales, as SVG");
    command.flag("--json", options->json, "One JSON object on standard output");
    command.footer(
        "Example:\n  campus link new.csv old.csv --method haebara --out new-on-old-scale.csv "
        "--json\n"
        "theta' = slope * theta + intercept. robust_z beyond 1.645: the item has drifted; link "
        "again "
        "without it.");
    command.runs(chosen, [options] { return run(*options); });
}

}  // namespace psychometrics
