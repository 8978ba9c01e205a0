// SPDX-License-Identifier: EUPL-1.2
// A PDF of headings, paragraphs and bars, tagged for screen readers. Lengths in points.
#pragma once
#include "paper/qr.hpp"

#include <memory>
#include <span>
#include <string>

namespace paper {

// A filled rectangle, from the left margin and the present height; colours from 0 to 1.
struct Block {
    double x = 0, y = 0, width = 0, height = 0;
    double red = 0, green = 0, blue = 0;
};

// Text from top to bottom over as many A4 pages as it takes.
class Paper {
public:
    Paper(const std::string& title, const std::string& language);
    ~Paper();
    // `tag`: H1, H2 or P.
    void write(const std::string& text, const char* tag, double size, bool bold);
    void gap(double height);
    // What it shows stands in words beside it.
    void draw(double height, std::span<const Block>);
    // The bytes; nothing is written afterwards.
    std::string done();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace paper
