// SPDX-License-Identifier: EUPL-1.2
#include "psychometrics/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace psychometrics {
namespace {

constexpr double width = 640;
constexpr double height = 360;
constexpr double left = 64;
constexpr double right = 16;
constexpr double top = 44;
constexpr double bottom = 52;

// Okabe & Ito's colours, those with contrast 3:1 on white first; the dash tells them apart, too.
constexpr std::array colours{"#0072b2", "#b34700", "#00785a", "#8f3f71", "#444444", "#7a5c00"};
constexpr std::array dashes{"", "7 4", "2 3", "9 3 2 3", "12 4", "4 2"};

std::string escaped(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '"')
            result += "&quot;";
        else
            result += c;
    }
    return result;
}

// Round steps, 1, 2 or 5 times a power of ten, about five of them.
double step_of(double span) {
    const double raw = span / 5;
    const double power = std::pow(10, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (raw <= factor * power) return factor * power;
    return 10 * power;
}

struct Axis {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    double from = 0;  // in the picture
    double to = 1;

    void include(double value) {
        if (!std::isfinite(value)) return;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    void settle() {
        if (!(low <= high)) low = 0, high = 1;
        if (low == high) low -= 0.5, high += 0.5;
    }
    double at(double value) const { return from + (value - low) / (high - low) * (to - from); }
    std::vector<double> ticks() const {
        std::vector<double> found;
        const double step = step_of(high - low);
        for (double k = std::ceil(low / step - 1e-9); k * step <= high + step * 1e-9; ++k)
            found.push_back(k * step);
        return found;
    }
};

std::string tick_text(double value) {
    return fmt::format("{:.6g}", std::abs(value) < 1e-12 ? 0.0 : value);
}

void draw(std::string& out, const Plot& plot, double offset) {
    Axis x{.from = left, .to = width - right};
    Axis y{.from = offset + height - bottom, .to = offset + top};
    const bool bars = std::ranges::any_of(
        plot.series, [](const Series& s) { return s.form == Series::Form::bars; });
    for (const Series& series : plot.series)
        for (const auto& [px, py] : series.points) {
            x.include(px);
            y.include(py);
        }
    if (bars) {
        x.low -= 0.6;
        x.high += 0.6;
        y.include(0);
    }
    if (plot.y_low) y.low = *plot.y_low;
    if (plot.y_high) y.high = *plot.y_high;
    x.settle();
    y.settle();

    out += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"15\" font-weight=\"bold\">{}</text>\n",
                       left, offset + 20, escaped(plot.title));
    for (const double tick : y.ticks())
        out += fmt::format(
            "<path d=\"M{0:.1f} {1:.1f}H{2:.1f}\" stroke=\"#ccc\"/>"
            "<text x=\"{3:.1f}\" y=\"{4:.1f}\" text-anchor=\"end\">{5}</text>\n",
            x.from, y.at(tick), x.to, x.from - 8, y.at(tick) + 4, tick_text(tick));
    const auto x_tick = [&](double at, const std::string& text) {
        out += fmt::format(
            "<path d=\"M{0:.1f} {1:.1f}v5\" stroke=\"#444\"/>"
            "<text x=\"{0:.1f}\" y=\"{2:.1f}\" text-anchor=\"middle\">{3}</text>\n",
            x.at(at), y.from, y.from + 18, escaped(text));
    };
    if (plot.x_names.empty())
        for (const double tick : x.ticks()) x_tick(tick, tick_text(tick));
    for (const auto& [at, name] : plot.x_names) x_tick(at, name);
    out +=
        fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\" stroke=\"#444\"/>\n", x.from, y.from, x.to);
    out += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n",
                       (x.from + x.to) / 2, offset + height - 10, escaped(plot.x));
    out += fmt::format(
        "<text transform=\"translate(14 {:.1f}) rotate(-90)\" text-anchor=\"middle\">{}</text>\n",
        (y.from + y.to) / 2, escaped(plot.y));

    std::size_t number = 0;
    const auto bar_series = static_cast<double>(std::ranges::count_if(
        plot.series, [](const Series& s) { return s.form == Series::Form::bars; }));
    double bar = 0;
    double legend = left;
    for (const Series& series : plot.series) {
        const char* colour = colours[number % colours.size()];
        const char* dash = dashes[number % dashes.size()];
        ++number;
        if (series.form == Series::Form::line) {
            std::string path;
            for (const auto& [px, py] : series.points)
                if (std::isfinite(py))
                    path += fmt::format("{}{:.2f} {:.2f}", path.empty() ? "M" : "L", x.at(px),
                                        y.at(std::clamp(py, y.low, y.high)));
            out += fmt::format(
                "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" "
                "stroke-dasharray=\"{}\"/>\n",
                path, colour, dash);
        } else if (series.form == Series::Form::dots) {
            for (const auto& [px, py] : series.points)
                out += fmt::format("<circle cx=\"{:.2f}\" cy=\"{:.2f}\" r=\"2.5\" fill=\"{}\"/>\n",
                                   x.at(px), y.at(py), colour);
        } else {
            const double wide = (x.at(1) - x.at(0)) * 0.8 / bar_series;
            for (const auto& [px, py] : series.points) {
                const double base = y.at(std::clamp(0.0, y.low, y.high));
                const double end = y.at(py);
                out += fmt::format(
                    "<rect x=\"{:.2f}\" y=\"{:.2f}\" width=\"{:.2f}\" height=\"{:.2f}\" "
                    "fill=\"{}\"/>\n",
                    x.at(px) + wide * (bar - bar_series / 2), std::min(base, end), wide,
                    std::abs(base - end), colour);
            }
            ++bar;
        }
        if (series.name.empty()) continue;
        out += fmt::format(
            "<path d=\"M{0:.1f} {1:.1f}h22\" stroke=\"{2}\" stroke-width=\"3\" "
            "stroke-dasharray=\"{3}\"/><text x=\"{4:.1f}\" y=\"{5:.1f}\">{6}</text>\n",
            legend, offset + 34, colour, dash, legend + 27, offset + 38, escaped(series.name));
        legend += 45 + 6.5 * static_cast<double>(series.name.size());
    }
}

}  // namespace

std::string svg(const std::vector<Plot>& plots) {
    const double whole = height * static_cast<double>(plots.size());
    std::string titles;
    std::string descriptions;
    for (const Plot& plot : plots) {
        titles += (titles.empty() ? "" : "; ") + plot.title;
        descriptions += (descriptions.empty() ? "" : " ") + plot.description;
    }
    std::string out = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
        "height=\"{1}\" role=\"img\" aria-labelledby=\"title description\" "
        "font-family=\"Marianne, Arial, sans-serif\" font-size=\"12\" fill=\"#161616\">\n"
        "<title id=\"title\">{2}</title>\n<desc id=\"description\">{3}</desc>\n"
        "<rect width=\"{0}\" height=\"{1}\" fill=\"#fff\"/>\n",
        width, whole, escaped(titles), escaped(descriptions));
    double offset = 0;
    for (const Plot& plot : plots) {
        draw(out, plot, offset);
        offset += height;
    }
    return out + "</svg>\n";
}

}  // namespace psychometrics
