// SPDX-License-Identifier: EUPL-1.2
#include "paper/paper.hpp"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>

#include <stdexcept>

namespace paper {
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

}  // namespace

struct Paper::Impl {
    std::string bytes;
    std::unique_ptr<cairo_surface_t, Free> surface;
    std::unique_ptr<cairo_t, Free> cairo;
    std::string attributes;
    double y = margin;

    // A new page where this does not fit any more.
    void make_room(double height) {
        if (y + height <= page_height - margin) return;
        cairo_show_page(cairo.get());
        y = margin;
    }
};

Paper::Paper(const std::string& title, const std::string& language)
    : impl_(std::make_unique<Impl>()) {
    impl_->surface.reset(
        cairo_pdf_surface_create_for_stream(append, &impl_->bytes, page_width, page_height));
    impl_->cairo.reset(cairo_create(impl_->surface.get()));
    cairo_pdf_surface_set_metadata(impl_->surface.get(), CAIRO_PDF_METADATA_TITLE, title.c_str());
    impl_->attributes = "lang='" + language + "'";
}

Paper::~Paper() = default;

void Paper::write(const std::string& text, const char* tag, double size, bool bold) {
    cairo_t* cairo = impl_->cairo.get();
    const std::unique_ptr<PangoLayout, Free> layout(pango_cairo_create_layout(cairo));
    const std::unique_ptr<PangoFontDescription, Free> font(
        pango_font_description_from_string("Sans"));
    pango_font_description_set_absolute_size(font.get(), size * PANGO_SCALE);
    if (bold) pango_font_description_set_weight(font.get(), PANGO_WEIGHT_BOLD);
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_set_width(layout.get(), static_cast<int>((page_width - 2 * margin) * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    int height = 0;
    pango_layout_get_pixel_size(layout.get(), nullptr, &height);
    impl_->make_room(height);
    cairo_tag_begin(cairo, tag, impl_->attributes.c_str());
    cairo_move_to(cairo, margin, impl_->y);
    pango_cairo_show_layout(cairo, layout.get());
    cairo_tag_end(cairo, tag);
    impl_->y += height + size * 0.5;
}

void Paper::gap(double height) {
    impl_->y += height;
}

void Paper::draw(double height, std::span<const Block> blocks) {
    impl_->make_room(height);
    cairo_t* cairo = impl_->cairo.get();
    for (const Block& block : blocks) {
        cairo_set_source_rgb(cairo, block.red, block.green, block.blue);
        cairo_rectangle(cairo, margin + block.x, impl_->y + block.y, block.width, block.height);
        cairo_fill(cairo);
    }
    cairo_set_source_rgb(cairo, 0, 0, 0);
    impl_->y += height + 14;
}

std::string Paper::done() {
    impl_->cairo.reset();
    cairo_surface_finish(impl_->surface.get());
    if (cairo_surface_status(impl_->surface.get()) != CAIRO_STATUS_SUCCESS)
        throw std::logic_error("the PDF could not be written");
    impl_->surface.reset();
    return std::move(impl_->bytes);
}

}  // namespace paper
