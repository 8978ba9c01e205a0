// SPDX-License-Identifier: EUPL-1.2
// Line and bar charts as SVG: with title and description for those who hear them, colours that
// differ in lightness, dashes and markers so that no colour is needed, and no script.
#pragma once
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace psychometrics {

struct Series {
    std::string name;  // "" : not in the legend
    std::vector<std::pair<double, double>> points;
    enum class Form { line, dots, bars } form = Form::line;
};
struct Plot {
    std::string title;
    std::string description;  // what the chart shows, in a sentence
    std::string x;            // names of the axes
    std::string y;
    std::vector<Series> series;
    std::optional<double> y_low, y_high;                  // else from the data
    std::vector<std::pair<double, std::string>> x_names;  // ticks by name, instead of numbers
};
// One picture with the plots below each other.
std::string svg(const std::vector<Plot>&);

}  // namespace psychometrics
