// SPDX-License-Identifier: EUPL-1.2
// campus itemfit: do the items behave as their parameters say?
#include "psychometrics/itemfit.hpp"

#include "psychometrics/commands.hpp"
#include "psychometrics/output.hpp"
#include "psychometrics/plot.hpp"
#include "psychometrics/table.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <memory>

namespace psychometrics {
namespace json = boost::json;
namespace {

struct Options {
    std::string responses;
    std::string format;
    std::string bank;
    std::string out;
    std::string pairs;
    std::string plot;
    double mean = 0;
    double sd = 1;
    std::size_t parameters = 0;
    double q3 = 0.2;
    bool json = false;
};

Plot chart(const std::vector<std::string>& names, const engine::Fit& fit) {
    Plot plot{.title = "Fit of the items",
              .description =
                  "Mean squares of residuals: 1 where the model holds, above it answers "
                  "are less predictable than the model says.",
              .x = "Item",
              .y = "Mean square",
              .series = {{.name = "infit", .points = {}, .form = Series::Form::dots},
                         {.name = "outfit", .points = {}, .form = Series::Form::dots}},
              .y_low = {},
              .y_high = {},
              .x_names = {}};
    for (std::size_t i = 0; i < fit.items.size(); ++i) {
        plot.series[0].points.emplace_back(static_cast<double>(i), fit.items[i].infit);
        plot.series[1].points.emplace_back(static_cast<double>(i), fit.items[i].outfit);
        if (names.size() <= 30) plot.x_names.emplace_back(static_cast<double>(i), names[i]);
    }
    return plot;
}

int run(const Options& options) {
    const auto file = read_answers(options.responses, layout_named(options.format), "");
    if (!file) return fail(file.error());
    const auto bank = read_bank(options.bank);
    if (!bank) return fail(bank.error());
    const auto items = matched(*bank, file->items);
    std::vector<engine::Item> known;
    const auto counts = file->answers.counts();
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (!items[i]) return fail(Problem{options.bank, 0, 0, "has no item " + file->items[i]});
        if (counts[i].size() > items[i]->categories())
            return fail(Problem{options.responses, 0, 0,
                                fmt::format("an answer to {} is beyond its {} categories",
                                            file->items[i], items[i]->categories())});
        known.push_back(*items[i]);
    }
    engine::FitOptions how;
    how.mean = options.mean;
    how.sd = options.sd;
    how.parameters = options.parameters;
    how.dependence = options.q3;
    const engine::Fit fit = engine::item_fit(known, file->answers, how);
    if (!options.out.empty())
        if (const auto written = write_file(options.out, fit_csv(file->items, fit)); !written)
            return fail(written.error());
    if (!options.pairs.empty()) {
        std::string text = "item,other,q3,persons\n";
        for (const engine::Dependence& pair : fit.dependent)
            text += fmt::format("{},{},{},{}\n", quoted(file->items[pair.one]),
                                quoted(file->items[pair.other]), text_of(pair.q3), pair.persons);
        if (const auto written = write_file(options.pairs, text); !written)
            return fail(written.error());
    }
    if (!options.plot.empty())
        if (const auto written = write_file(options.plot, svg({chart(file->items, fit)})); !written)
            return fail(written.error());
    if (options.json)
        print_json(fit_json(file->items, fit));
    else if (options.out.empty())
        fmt::print("{}", fit_csv(file->items, fit));
    return 0;
}

}  // namespace

std::string fit_csv(const std::vector<std::string>& names, const engine::Fit& fit) {
    std::string text = "item,answers,infit,outfit,s_x2,df,p\n";
    for (std::size_t i = 0; i < names.size(); ++i) {
        const engine::ItemFit& of = fit.items[i];
        text += fmt::format("{},{},{},{},", quoted(names[i]), of.answers, text_of(of.infit),
                            text_of(of.outfit));
        text +=
            of.df == 0 ? ",,\n" : fmt::format("{},{},{}\n", text_of(of.s_x2), of.df, text_of(of.p));
    }
    return text;
}

json::object fit_json(const std::vector<std::string>& names, const engine::Fit& fit) {
    json::array misfits;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const engine::ItemFit& of = fit.items[i];
        if (of.df > 0 && of.p < 0.01)
            misfits.push_back(
                json::object{{"item", names[i]}, {"s_x2", of.s_x2}, {"df", of.df}, {"p", of.p}});
    }
    json::array pairs;
    for (const engine::Dependence& pair : fit.dependent)
        pairs.push_back(json::object{{"item", names[pair.one]},
                                     {"other", names[pair.other]},
                                     {"q3", pair.q3},
                                     {"persons", pair.persons}});
    return {{"items", names.size()},
            {"misfitting", std::move(misfits)},
            {"mean_q3", fit.mean_q3},
            {"dependent", std::move(pairs)}};
}

void add_itemfit(CLI::App& app, Work& chosen) {
    Subcommand command(app, "itemfit",
                       "Fit of calibrated items: S-X2, infit, outfit, local dependence (Q3)");
    const auto options = std::make_shared<Options>();
    command.option("responses", options->responses, "CSV file of answers, as for calibrate")
        .required();
    command.option("--bank", options->bank, "Bank with the parameters").required();
    command.option("--format", options->format, "wide or long; otherwise the header decides")
        .one_of({"wide", "long"});
    command.option("--mean", options->mean, "Of the persons' abilities")
        .with_default()
        .within(-10.0, 10.0);
    command.option("--sd", options->sd, "Of the persons' abilities")
        .with_default()
        .within(0.01, 10.0);
    command
        .option("--parameters", options->parameters,
                "Of each item that were estimated from these answers (2 for the 2pl): taken "
                "from the degrees of freedom")
        .with_default();
    command.option("--q3", options->q3, "A pair is reported above the mean of all by so much")
        .with_default()
        .within(0.0, 2.0);
    command.option("--out", options->out, "A line an item, as CSV");
    command.option("--pairs", options->pairs, "The dependent pairs, as CSV");
    command.option("--plot", options->plot, "Infit and outfit, as SVG");
    command.flag("--json", options->json, "One JSON object on standard output");
    command.footer(
        "Example:\n  campus itemfit answers.csv --bank bank.csv --parameters 2 --out fit.csv "
        "--json\n"
        "S-X2 uses persons who answered every item; up to 400 items.");
    command.runs(chosen, [options] { return run(*options); });
}

}  // namespace psychometrics
