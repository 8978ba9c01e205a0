// SPDX-License-Identifier: EUPL-1.2
#include "positioning/pdf.hpp"

#include "base/text.hpp"
#include "base/zone.hpp"
#include "http/router.hpp"
#include "paper/paper.hpp"

#include <array>
#include <utility>
#include <vector>

namespace positioning {
namespace {

// Levels 0 to 8: the likely range, the level, what is aimed at. The words stand beside it.
void draw(paper::Paper& on, const Standing& one) {
    constexpr double width = 300, height = 8, step = width / levels;
    const std::array<paper::Block, 4> blocks{
        {{0, 0, width, height, 0.87, 0.87, 0.9},
         {one.low * step, 0, (one.high - one.low + 1) * step, height, 0.42, 0.42, 0.85},
         {(one.level + 0.5) * step - 2, -2, 4, height + 4, 0, 0, 0.4},
         {one.target * step - 0.75, -3, 1.5, height + 6, 0.75, 0.1, 0.1}}};
    on.draw(height, std::span{blocks}.first(one.target > 0 ? 4 : 3));
}

}  // namespace

std::string result_pdf(const ResultData& data, std::string_view language,
                       const http::PageRenderer& words) {
    using Values = std::vector<std::pair<std::string, std::string>>;
    const auto say = [&](const char* key, Values values = {}) {
        return words.message(language, {key, "", std::move(values)});
    };
    const std::string title = say("positioning.result.title");
    paper::Paper page(title, std::string{language});
    page.write(title, "H1", 20, true);
    page.write(data.name, "P", 12, false);
    page.write(say("positioning.pdf.date",
                   {{"date", base::iso_date(base::in_paris(data.test.ended_at.value()).day)}}),
               "P", 11, false);
    // For who answered, as on the page; not for the supervisor.
    if (data.own && data.test.fit.unusual)
        page.write(say("positioning.result.unusual"), "P", 11, false);
    page.write(say("positioning.pdf.how_to_read"), "P", 11, false);
    const frameworks::Framework& framework = frameworks::present();
    for (const frameworks::Area& area : framework.areas) {
        bool headed = false;
        for (const Standing& one : data.standings) {
            const frameworks::Competence* competence = framework.find(one.competence);
            if (competence == nullptr || competence->area != area.code) continue;
            if (!std::exchange(headed, true)) {
                page.gap(10);
                page.write(area.code + ". " + area.label.in(language), "H2", 14, true);
            }
            page.write(one.competence + " " + competence->label.in(language), "P", 11, true);
            const Values values{{"level", std::to_string(one.level)},
                                {"low", std::to_string(one.low)},
                                {"high", std::to_string(one.high)},
                                {"target", std::to_string(one.target)}};
            std::string line =
                say(one.level == 0 ? "positioning.pdf.below" : "positioning.pdf.level", values);
            if (one.target > 0) line += " " + say("positioning.pdf.target", values);
            page.write(line, "P", 10, false);
            draw(page, one);
        }
    }
    page.gap(8);
    page.write(say("positioning.pdf.limits"), "P", 10, false);
    return page.done();
}

}  // namespace positioning
