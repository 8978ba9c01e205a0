// SPDX-License-Identifier: EUPL-1.2
#include "positioning/pdf.hpp"

#include "base/text.hpp"
#include "base/zone.hpp"
#include "http/router.hpp"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <memory>
#include <stdexcept>
#include <utility>
#include <vector>

namespace positioning {
namespace {

constexpr double page_width = 595, page_height = 842, margin = 56;  // A4, points

struct Free {
    void operator()(cairo_t* one) const { cairo_destroy(one); }
    void operator()(cairo_surface_t* one) const { cairo_surface_destroy(one); }
    void operator()(PangoLayout* one) const { g_object_unref(one); }
    void operator()(PangoFontDescription* one) const { pango_font_description_free(one); }
};

cairo_status_t append(void* to, const unsigned char* data, unsigned int length) {
    static_cast<std::string*>(to)->append(reinterpret_cast<const char*>(data), length);
    return CAIRO_STATUS_SUCCESS;
}

// Text from top to bottom over as many pages as it takes.
class Paper {
public:
    explicit Paper(const std::string& title, const std::string& language)
        : surface_(cairo_pdf_surface_create_for_stream(append, &bytes_, page_width, page_height)),
          cairo_(cairo_create(surface_.get())) {
        cairo_pdf_surface_set_metadata(surface_.get(), CAIRO_PDF_METADATA_TITLE, title.c_str());
        attributes_ = "lang='" + language + "'";
    }
    // `tag`: H1, H2 or P.
    void write(const std::string& text, const char* tag, double size, bool bold) {
        const std::unique_ptr<PangoLayout, Free> layout(pango_cairo_create_layout(cairo_.get()));
        const std::unique_ptr<PangoFontDescription, Free> font(
            pango_font_description_from_string("Sans"));
        pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
        if (bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
        pango_layout_set_font_description(layout.get(), font.get());
        pango_layout_set_width(layout.get(),
                               static_cast<int>((page_width - 2 * margin) * PANGO_SCALE));
        pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
        pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
        int height = 0;
        pango_layout_get_pixel_size(layout.get(), nullptr, &height);
        if (y_ + height > page_height - margin) new_page();
        cairo_tag_begin(cairo_.get(), tag, attributes_.c_str());
        cairo_move_to(cairo_.get(), margin, y_);
        pango_cairo_show_layout(cairo_.get(), layout.get());
        cairo_tag_end(cairo_.get(), tag);
        y_ += height + size * 0.5;
    }
    void gap(double height) { y_ += height; }
    // Levels 0 to 8: the likely range, the level, what is aimed at. The words stand beside it.
    void draw(const Standing& one) {
        constexpr double width = 300, height = 8, step = width / levels;
        if (y_ + height > page_height - margin) new_page();
        cairo_t* cairo = cairo_.get();
        cairo_set_source_rgb(cairo, 0.87, 0.87, 0.9);
        cairo_rectangle(cairo, margin, y_, width, height);
        cairo_fill(cairo);
        cairo_set_source_rgb(cairo, 0.42, 0.42, 0.85);
        cairo_rectangle(cairo, margin + one.low * step, y_, (one.high - one.low + 1) * step,
                        height);
        cairo_fill(cairo);
        cairo_set_source_rgb(cairo, 0, 0, 0.4);
        cairo_rectangle(cairo, margin + (one.level + 0.5) * step - 2, y_ - 2, 4, height + 4);
        cairo_fill(cairo);
        if (one.target > 0) {
            cairo_set_source_rgb(cairo, 0.75, 0.1, 0.1);
            cairo_rectangle(cairo, margin + one.target * step - 0.75, y_ - 3, 1.5, height + 6);
            cairo_fill(cairo);
        }
        cairo_set_source_rgb(cairo, 0, 0, 0);
        y_ += height + 14;
    }
    std::string done() {
        cairo_.reset();
        cairo_surface_finish(surface_.get());
        if (cairo_surface_status(surface_.get()) != CAIRO_STATUS_SUCCESS)
            throw std::logic_error("the PDF could not be written");
        surface_.reset();
        return std::move(bytes_);
    }

private:
    void new_page() {
        cairo_show_page(cairo_.get());
        y_ = margin;
    }
    std::string bytes_;
    std::unique_ptr<cairo_surface_t, Free> surface_;
    std::unique_ptr<cairo_t, Free> cairo_;
    std::string attributes_;
    double y_ = margin;
};

}  // namespace

std::string result_pdf(const ResultData& data, std::string_view language,
                       const http::PageRenderer& words) {
    using Values = std::vector<std::pair<std::string, std::string>>;
    const auto say = [&](const char* key, Values values = {}) {
        return words.message(language, {key, "", std::move(values)});
    };
    const std::string title = say("positioning.result.title");
    Paper paper(title, std::string{language});
    paper.write(title, "H1", 20, true);
    paper.write(data.name, "P", 12, false);
    paper.write(say("positioning.pdf.date",
                    {{"date", base::iso_date(base::in_paris(data.test.ended_at.value()).day)}}),
                "P", 11, false);
    if (data.test.fit.unusual) paper.write(say("positioning.result.unusual"), "P", 11, false);
    paper.write(say("positioning.pdf.how_to_read"), "P", 11, false);
    const frameworks::Framework& framework = frameworks::present();
    for (const frameworks::Area& area : framework.areas) {
        bool headed = false;
        for (const Standing& one : data.standings) {
            const frameworks::Competence* competence = framework.find(one.competence);
            if (competence == nullptr || competence->area != area.code) continue;
            if (!std::exchange(headed, true)) {
                paper.gap(10);
                paper.write(area.code + ". " + area.label.in(language), "H2", 14, true);
            }
            paper.write(one.competence + " " + competence->label.in(language), "P", 11, true);
            const Values values{{"level", std::to_string(one.level)},
                                {"low", std::to_string(one.low)},
                                {"high", std::to_string(one.high)},
                                {"target", std::to_string(one.target)}};
            std::string line =
                say(one.level == 0 ? "positioning.pdf.below" : "positioning.pdf.level", values);
            if (one.target > 0) line += " " + say("positioning.pdf.target", values);
            paper.write(line, "P", 10, false);
            paper.draw(one);
        }
    }
    paper.gap(8);
    paper.write(say("positioning.pdf.limits"), "P", 10, false);
    return paper.done();
}

}  // namespace positioning
