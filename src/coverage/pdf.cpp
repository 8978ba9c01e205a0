// SPDX-License-Identifier: EUPL-1.2
#include "coverage/pdf.hpp"

#include "base/text.hpp"
#include "http/router.hpp"
#include "organisations/organisations.hpp"
#include "paper/paper.hpp"

#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace coverage {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

// At the core, on the way, the rest: of the headcount, or of those positioned where none is known.
void draw(paper::Paper& on, const Figures& figures) {
    constexpr double width = 400, height = 8;
    const auto positioned = static_cast<double>(figures.counts[count_positioned]);
    const auto at_core = static_cast<double>(figures.counts[count_at_core]);
    const double all = figures.of ? static_cast<double>(figures.of->agents) : positioned;
    const std::array<paper::Block, 3> blocks{
        {{0, 0, width, height, 0.87, 0.87, 0.9},
         {0, 0, width * positioned / all, height, 0.6, 0.65, 0.9},
         {0, 0, width * at_core / all, height, 0, 0, 0.57}}};
    on.draw(height, blocks);
}

}  // namespace

std::string coverage_pdf(const CoveragePage& page, const http::PageRenderer& words) {
    const auto say = [&](const char* key, Values values = {}) {
        return words.message(page.place.language, {key, "", std::move(values)});
    };
    const auto figure = [&](const std::optional<std::int64_t>& count) {
        return count ? std::to_string(*count) : say("coverage.under_five");
    };
    paper::Paper sheet(say("coverage.title"), std::string{page.place.language});
    sheet.write(say("coverage.title"), "H1", 20, true);
    const auto put = [&](const organisations::Organisation& one, const char* tag) {
        sheet.write(one.name, tag, *tag == 'H' ? 14 : 11, true);
        const auto found = page.figures.find(one.id);
        if (found == page.figures.end()) {
            sheet.write(say("coverage.nothing"), "P", 10, false);
            return;
        }
        const Figures& figures = found->second;
        const Row row = row_of(figures);
        if (figures.of)
            sheet.write(
                say(figures.of->summed ? "coverage.pdf.headcount_summed" : "coverage.pdf.headcount",
                    {{"agents", std::to_string(figures.of->agents)},
                     {"date", base::iso_date(figures.of->as_of)},
                     {"source", figures.of->source}}),
                "P", 10, false);
        else
            sheet.write(say("coverage.no_headcount"), "P", 10, false);
        sheet.write(say("coverage.pdf.row", {{"positioned", figure(row.positioned)},
                                             {"at_core", figure(row.at_core)},
                                             {"on_the_way", figure(row.on_the_way)}}),
                    "P", 10, false);
        if (row.unknown)
            sheet.write(say("coverage.pdf.unknown", {{"unknown", std::to_string(*row.unknown)}}),
                        "P", 10, false);
        if (row.positioned) draw(sheet, figures);
        sheet.gap(6);
    };
    if (page.published_on)
        sheet.write(say("coverage.pdf.published", {{"date", base::iso_date(*page.published_on)}}),
                    "P", 10, false);
    put(page.place.organisation, "H2");
    for (const organisations::Organisation* one : page.children) put(*one, "P");
    sheet.gap(8);
    for (const char* key :
         {"coverage.define.positioned", "coverage.define.at_core", "coverage.define.on_the_way",
          "coverage.define.unknown", "coverage.define.suppressed"})
        sheet.write(say(key, {{"sure_enough", std::to_string(std::lround(sure_enough * 100))}}),
                    "P", 9, false);
    return sheet.done();
}

}  // namespace coverage
