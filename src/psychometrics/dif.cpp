// SPDX-License-Identifier: EUPL-1.2
// campus dif: items that favour one group among persons of the same ability.
#include "psychometrics/answers.hpp"
#include "psychometrics/commands.hpp"
#include "psychometrics/output.hpp"
#include "psychometrics/plot.hpp"
#include "psychometrics/table.hpp"

#include <fmt/format.h>
#include <boost/json.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <stdexcept>

namespace psychometrics {
namespace {
namespace json = boost::json;

struct Options {
    std::string responses;
    std::string format;
    std::string group;
    std::string reference;
    std::string focal;
    std::string model = "2pl";
    std::string out;
    std::string plot;
    bool ratio = false;
    bool no_purification = false;
    bool json = false;
    unsigned threads = 1;
};

struct Row {
    engine::MantelHaenszel mh;
    engine::LogisticDif logistic;
    engine::RatioDif ratio;
};

bool complete(const engine::Responses& answers) {
    for (std::size_t p = 0; p < answers.persons(); ++p)
        if (answers.of(p).size() != answers.items()) return false;
    return true;
}

// 0 reference, 1 focal, 2 neither.
Read<std::vector<std::uint32_t>> roles(const AnswerFile& file, const Options& options) {
    const auto refuse = [&](std::string what) {
        return std::unexpected(Problem{options.responses, 0, 0, std::move(what)});
    };
    const auto number = [&](const std::string& name, std::size_t otherwise) {
        if (name.empty()) return otherwise;
        return static_cast<std::size_t>(std::ranges::find(file.group_names, name) -
                                        file.group_names.begin());
    };
    if (file.group_names.size() < 2) return refuse("has one group only: DIF compares two");
    if (file.group_names.size() > 2 && (options.reference.empty() || options.focal.empty()))
        return refuse(fmt::format("has {} groups: say which two by --reference and --focal",
                                  file.group_names.size()));
    const std::size_t reference =
        number(options.reference, options.focal == file.group_names[0] ? 1 : 0);
    const std::size_t focal = number(options.focal, reference == 0 ? 1 : 0);
    if (reference >= file.group_names.size()) return refuse("has no group " + options.reference);
    if (focal >= file.group_names.size()) return refuse("has no group " + options.focal);
    if (reference == focal) return refuse("the reference group and the focal group are the same");
    std::vector<std::uint32_t> of;
    for (const std::uint32_t group : file.groups)
        of.push_back(group == reference ? 0 : group == focal ? 1 : 2);
    return of;
}

// Mantel-Haenszel twice: those of class C at first do not count in the second's matching.
void by_matching(const AnswerFile& file, const std::vector<std::uint32_t>& groups,
                 const Options& options, std::vector<Row>& rows) {
    const engine::Responses& answers = file.answers;
    const std::size_t items = answers.items();
    const bool by_score = complete(answers);
    engine::Matching by_ability;
    if (!by_score) {
        engine::CalibrationOptions how;
        how.person_estimates = true;
        how.threads = options.threads;
        by_ability = engine::match_by_ability(engine::calibrate(answers, how).mean);
    }
    std::vector<bool> left_out(items);
    const bool purified = by_score && !options.no_purification;
    for (int round = 0; round < (purified ? 2 : 1); ++round) {
        for (std::size_t i = 0; i < items; ++i) {
            const engine::Matching matching =
                by_score ? engine::match_by_score(answers, left_out, i) : by_ability;
            rows[i].mh = engine::mantel_haenszel(answers, groups, i, matching);
            rows[i].logistic = engine::logistic_dif(answers, groups, i, matching);
        }
        for (std::size_t i = 0; i < items; ++i) left_out[i] = rows[i].mh.ets == 'C';
    }
}

Plot chart(const AnswerFile& file, const std::vector<Row>& rows) {
    Series bars{.name = "", .points = {}, .form = Series::Form::bars};
    Plot plot{.title = "Mantel-Haenszel difference by item",
              .description =
                  "Delta of each item: below 0 it is harder for the focal group; beyond "
                  "1.5 it is large.",
              .x = "Item",
              .y = "Delta",
              .series = {},
              .y_low = {},
              .y_high = {},
              .x_names = {}};
    for (std::size_t i = 0; i < rows.size(); ++i) {
        bars.points.emplace_back(static_cast<double>(i), rows[i].mh.delta);
        if (rows.size() <= 30) plot.x_names.emplace_back(static_cast<double>(i), file.items[i]);
    }
    plot.series.push_back(std::move(bars));
    return plot;
}

int run(const Options& options) {
    const auto file = read_answers(options.responses, layout_named(options.format), options.group);
    if (!file) return fail(file.error());
    const auto groups = roles(*file, options);
    if (!groups) return fail(groups.error());
    const std::map<std::string, engine::Family> families{
        {"2pl", engine::Family::two_parameter}, {"1pl", engine::Family::one_parameter},
        {"rasch", engine::Family::rasch},       {"3pl", engine::Family::three_parameter},
        {"grm", engine::Family::graded},        {"gpcm", engine::Family::partial_credit}};
    const bool polytomous = options.model == "grm" || options.model == "gpcm";
    std::vector<Row> rows(file->items.size());
    try {
        if (!polytomous) by_matching(*file, *groups, options, rows);
        if (options.ratio || polytomous) {
            engine::CalibrationOptions how;
            how.family = families.at(options.model);
            how.threads = options.threads;
            std::vector<std::size_t> all;
            for (std::size_t i = 0; i < rows.size(); ++i) all.push_back(i);
            const auto found = engine::ratio_dif(file->answers, *groups, all, how);
            for (std::size_t i = 0; i < rows.size(); ++i) rows[i].ratio = found[i];
        }
    } catch (const std::invalid_argument& problem) {
        return fail(
            Problem{options.responses, 0, 0,
                    std::string(problem.what()) + "; for more categories: --model grm or gpcm"});
    }
    std::string text =
        "item,delta_mh,se_delta,odds_ratio,chi2_mh,p_mh,ets,lr_group,lr_uniform,p_uniform,"
        "lr_nonuniform,p_nonuniform,r2_change,irt_lr,irt_df,irt_p,irt_a_difference,"
        "irt_b_difference\n";
    const bool ratio = options.ratio || polytomous;
    std::map<char, std::size_t> classes{{'A', 0}, {'B', 0}, {'C', 0}};
    json::array flagged;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const Row& row = rows[i];
        text += quoted(file->items[i]);
        if (polytomous) {
            text += ",,,,,,,,,,,,";
        } else {
            for (const double value :
                 {row.mh.delta, row.mh.se, row.mh.odds_ratio, row.mh.chi_square, row.mh.p})
                text += ',' + text_of(value);
            text += fmt::format(",{}{}", row.mh.ets,
                                row.mh.ets == 'A'  ? ""
                                : row.mh.delta < 0 ? "-"
                                                   : "+");
            for (const double value :
                 {row.logistic.group, row.logistic.uniform, row.logistic.p_uniform,
                  row.logistic.nonuniform, row.logistic.p_nonuniform, row.logistic.r2_change})
                text += ',' + text_of(value);
            ++classes[row.mh.ets];
        }
        if (ratio)
            text += fmt::format(",{},{},{},{},{}\n", text_of(row.ratio.chi_square), row.ratio.df,
                                text_of(row.ratio.p), text_of(row.ratio.a_difference),
                                text_of(row.ratio.b_difference));
        else
            text += ",,,,,\n";
        if (row.mh.ets != 'A' || (polytomous && row.ratio.p < 0.01)) {
            json::object of{{"item", file->items[i]}};
            if (!polytomous) {
                of["ets"] = std::string(1, row.mh.ets);
                of["delta"] = row.mh.delta;
            } else {
                of["irt_p"] = row.ratio.p;
            }
            flagged.push_back(std::move(of));
        }
    }
    if (!options.out.empty())
        if (const auto written = write_file(options.out, text); !written)
            return fail(written.error());
    if (!options.plot.empty()) {
        if (polytomous) return fail("--plot shows Mantel-Haenszel: not for grm and gpcm");
        if (const auto written = write_file(options.plot, svg({chart(*file, rows)})); !written)
            return fail(written.error());
    }
    const auto reference = std::ranges::count(*groups, 0U);
    const auto focal = std::ranges::count(*groups, 1U);
    if (options.json)
        print_json(json::object{{"items", file->items.size()},
                                {"reference_persons", reference},
                                {"focal_persons", focal},
                                {"matching", complete(file->answers) ? "score" : "ability"},
                                {"A", classes['A']},
                                {"B", classes['B']},
                                {"C", classes['C']},
                                {"flagged", std::move(flagged)}});
    else
        fmt::print(stderr, "{} items: {} of class A, {} B, {} C; {} reference, {} focal persons\n",
                   file->items.size(), classes['A'], classes['B'], classes['C'], reference, focal);
    if (!options.json && options.out.empty()) fmt::print("{}", text);
    return 0;
}

}  // namespace

void add_dif(CLI::App& app, Work& chosen) {
    Subcommand command(app, "dif", "Items that favour a group: differential item functioning");
    const auto options = std::make_shared<Options>();
    command.option("responses", options->responses, "CSV file of answers, as for calibrate")
        .required();
    command.option("--group", options->group, "Column of each person's group").required();
    command.option("--format", options->format, "wide or long; otherwise the header decides")
        .one_of({"wide", "long"});
    command.option("--reference", options->reference, "Its name; otherwise the first person's");
    command.option("--focal", options->focal, "Its name; otherwise the other one");
    command.flag("--lr", options->ratio,
                 "Also the likelihood ratio within the item response model, one calibration "
                 "an item");
    command.option("--model", options->model, "Of --lr; grm and gpcm: the likelihood ratio only")
        .with_default()
        .one_of({"rasch", "1pl", "2pl", "3pl", "grm", "gpcm"});
    command.flag("--no-purification", options->no_purification,
                 "Keep items of class C in the score that persons are matched by");
    command.option("--threads", options->threads, "The result does not depend on it")
        .with_default()
        .within(1, 256);
    command.option("--out", options->out, "A line an item, as CSV");
    command.option("--plot", options->plot, "Delta by item, as SVG");
    command.flag("--json", options->json, "One JSON object on standard output");
    command.footer(
        "Example:\n  campus dif answers.csv --group language --lr --out dif.csv --plot dif.svg\n"
        "Complete answers are matched by score, others by estimated ability. ETS classes: A "
        "negligible, B moderate, C large; - harder for the focal group, + easier.");
    command.runs(chosen, [options] { return run(*options); });
}

}  // namespace psychometrics
