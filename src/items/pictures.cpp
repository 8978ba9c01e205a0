// SPDX-License-Identifier: EUPL-1.2
// PDF, PNG and JPEG: drawn by cairo and pango, encoded by cairo and libjpeg, their properties added
// by hand.
#include "items/documents.hpp"
#include "items/normalise.hpp"

#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <zlib.h>

#include <cstdio>

#include <jpeglib.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <stdexcept>

namespace items {
namespace {

struct Free {
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(cairo_t* context) const { cairo_destroy(context); }
    void operator()(PangoLayout* layout) const { g_object_unref(layout); }
    void operator()(PangoFontDescription* font) const { pango_font_description_free(font); }
    void operator()(PangoLayoutIter* lines) const { pango_layout_iter_free(lines); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

cairo_status_t append(void* out, const unsigned char* bytes, unsigned int size) {
    static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(bytes), size);
    return CAIRO_STATUS_SUCCESS;
}

void check(cairo_status_t status) {
    if (status != CAIRO_STATUS_SUCCESS) throw std::logic_error(cairo_status_to_string(status));
}

Owned<PangoLayout> layout_of(cairo_t* context, const char* font_name, const std::string& text,
                             double width) {
    Owned<PangoLayout> layout(pango_cairo_create_layout(context));
    const Owned<PangoFontDescription> font(pango_font_description_from_string(font_name));
    pango_layout_set_font_description(layout.get(), font.get());
    pango_layout_set_width(layout.get(), static_cast<int>(width * PANGO_SCALE));
    pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
    pango_layout_set_text(layout.get(), text.data(), static_cast<int>(text.size()));
    return layout;
}

constexpr double page_width = 595.28, page_height = 841.89, margin = 71;  // A4, points

}  // namespace

std::string write_pdf(const std::vector<std::string>& paragraphs, const Properties& properties) {
    std::string out;
    const Owned<cairo_surface_t> surface(
        cairo_pdf_surface_create_for_stream(append, &out, page_width, page_height));
    const auto set = [&](cairo_pdf_metadata_t name, std::string_view property,
                         const char* otherwise = nullptr) {
        const auto found = properties.find(property);
        if (found != properties.end())
            cairo_pdf_surface_set_metadata(surface.get(), name, found->second.c_str());
        else if (otherwise != nullptr)
            cairo_pdf_surface_set_metadata(surface.get(), name, otherwise);
    };
    set(CAIRO_PDF_METADATA_TITLE, "title");
    set(CAIRO_PDF_METADATA_AUTHOR, "author");
    set(CAIRO_PDF_METADATA_SUBJECT, "subject");
    set(CAIRO_PDF_METADATA_KEYWORDS, "keywords");
    set(CAIRO_PDF_METADATA_CREATOR, "software");
    // Without one cairo writes the time of now, and the file would differ each time.
    set(CAIRO_PDF_METADATA_CREATE_DATE, "created", "2026-01-01T00:00:00");
    const Owned<cairo_t> context(cairo_create(surface.get()));
    cairo_tag_begin(context.get(), "Document", nullptr);
    double y = margin;
    for (const std::string& paragraph : paragraphs) {
        const bool heading = paragraph.starts_with("# ");
        const char* tag = heading ? "H1" : "P";
        cairo_tag_begin(context.get(), tag, nullptr);
        const auto layout =
            layout_of(context.get(), heading ? "DejaVu Sans Bold 15" : "DejaVu Sans 10.5",
                      heading ? paragraph.substr(2) : paragraph, page_width - 2 * margin);
        const Owned<PangoLayoutIter> lines(pango_layout_get_iter(layout.get()));
        do {
            PangoRectangle box;
            pango_layout_iter_get_line_extents(lines.get(), nullptr, &box);
            const double height = static_cast<double>(box.height) / PANGO_SCALE;
            if (y + height > page_height - margin) {
                cairo_show_page(context.get());
                y = margin;
            }
            const double baseline =
                static_cast<double>(pango_layout_iter_get_baseline(lines.get()) - box.y) /
                PANGO_SCALE;
            cairo_move_to(context.get(), margin, y + baseline);
            pango_cairo_show_layout_line(context.get(),
                                         pango_layout_iter_get_line_readonly(lines.get()));
            y += height;
        } while (pango_layout_iter_next_line(lines.get()));
        cairo_tag_end(context.get(), tag);
        y += heading ? 12 : 8;
    }
    cairo_tag_end(context.get(), "Document");
    cairo_show_page(context.get());
    check(cairo_status(context.get()));
    cairo_surface_finish(surface.get());
    check(cairo_surface_status(surface.get()));
    return out;
}

// --- Pictures ------------------------------------------------------------------------------------

namespace {

constexpr int picture_width = 640, picture_height = 420;

// Sky, a hill, and the caption: what is asked stands in the properties, not in the picture.
Owned<cairo_surface_t> draw_picture(std::string_view caption) {
    Owned<cairo_surface_t> surface(
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, picture_width, picture_height));
    const Owned<cairo_t> context(cairo_create(surface.get()));
    cairo_set_source_rgb(context.get(), 0.85, 0.91, 0.96);
    cairo_paint(context.get());
    cairo_set_source_rgb(context.get(), 0.55, 0.66, 0.55);
    cairo_move_to(context.get(), 0, 300);
    cairo_curve_to(context.get(), 200, 190, 420, 330, picture_width, 240);
    cairo_line_to(context.get(), picture_width, picture_height);
    cairo_line_to(context.get(), 0, picture_height);
    cairo_fill(context.get());
    cairo_set_source_rgb(context.get(), 1, 1, 1);
    cairo_rectangle(context.get(), 0, picture_height - 90, picture_width, 90);
    cairo_fill(context.get());
    cairo_set_source_rgb(context.get(), 0.1, 0.1, 0.15);
    cairo_move_to(context.get(), 20, picture_height - 80);
    const auto layout =
        layout_of(context.get(), "DejaVu Sans 13", std::string(caption), picture_width - 40);
    pango_cairo_show_layout(context.get(), layout.get());
    check(cairo_status(context.get()));
    cairo_surface_flush(surface.get());
    return surface;
}

void put32(std::string& out, std::uint32_t value) {
    for (const unsigned shift : {24U, 16U, 8U, 0U})
        out += static_cast<char>((value >> shift) & 0xFFU);
}
void put16(std::string& out, std::uint32_t value) {
    out += static_cast<char>((value >> 8U) & 0xFFU);
    out += static_cast<char>(value & 0xFFU);
}

std::string png_chunk(const std::string& type, const std::string& data) {
    std::string out;
    put32(out, static_cast<std::uint32_t>(data.size()));
    const std::string checked = type + data;
    out += checked;
    put32(out, static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(checked.data()),
                                                static_cast<uInt>(checked.size()))));
    return out;
}

// One directory of EXIF: entries sorted by tag, values behind them.
class Directory {
public:
    void ascii(std::uint32_t tag, const std::string& text) {
        entries_.push_back({tag, 2, static_cast<std::uint32_t>(text.size() + 1), text + '\0'});
    }
    void pointer(std::uint32_t tag, std::uint32_t offset) {
        std::string value;
        put32(value, offset);
        entries_.push_back({tag, 4, 1, value});
    }
    // Degrees, minutes and thousandths of a second.
    void degrees(std::uint32_t tag, double angle) {
        angle = std::abs(angle);
        const auto thousandths = static_cast<std::uint32_t>(std::lround(angle * 3600 * 1000));
        std::string value;
        for (const auto& [over, under] :
             {std::pair{thousandths / 3'600'000, 1U}, std::pair{thousandths / 60'000 % 60, 1U},
              std::pair{thousandths % 60'000, 1000U}}) {
            put32(value, over);
            put32(value, under);
        }
        entries_.push_back({tag, 5, 3, value});
    }
    bool empty() const { return entries_.empty(); }
    std::uint32_t size() const {
        std::size_t bytes = 2 + entries_.size() * 12 + 4;
        for (const Entry& entry : entries_)
            if (entry.value.size() > 4) bytes += entry.value.size() + entry.value.size() % 2;
        return static_cast<std::uint32_t>(bytes);
    }
    std::string written(std::uint32_t offset) {
        std::ranges::sort(entries_, {}, &Entry::tag);
        std::string out, values;
        auto behind = static_cast<std::uint32_t>(offset + 2 + entries_.size() * 12 + 4);
        put16(out, static_cast<std::uint32_t>(entries_.size()));
        for (const Entry& entry : entries_) {
            put16(out, entry.tag);
            put16(out, entry.type);
            put32(out, entry.count);
            std::string value = entry.value;
            if (value.size() <= 4) {
                value.resize(4);
                out += value;
                continue;
            }
            put32(out, behind + static_cast<std::uint32_t>(values.size()));
            values += value;
            if (values.size() % 2 != 0) values += '\0';
        }
        put32(out, 0);  // no next directory
        return out + values;
    }

private:
    struct Entry {
        std::uint32_t tag, type, count;
        std::string value;
    };
    std::vector<Entry> entries_;
};

// "2026-03-14T09:30:00" as EXIF writes it.
std::string exif_time(std::string moment) {
    for (const std::size_t place : {std::size_t{4}, std::size_t{7}})
        if (place < moment.size()) moment[place] = ':';
    if (moment.size() > 10) moment[10] = ' ';
    return moment;
}

std::string exif_of(std::string_view caption, const Properties& properties) {
    Directory main, details, place;
    const auto text = [&](Directory& to, std::uint32_t tag, std::string_view name) {
        if (const auto found = properties.find(name); found != properties.end())
            to.ascii(tag, found->second);
    };
    main.ascii(0x010E, std::string(caption));  // ImageDescription
    text(main, 0x010F, "make");
    text(main, 0x0110, "model");
    text(main, 0x0131, "software");
    text(main, 0x013B, "author");  // Artist
    if (const auto taken = properties.find("taken"); taken != properties.end()) {
        details.ascii(0x9003, exif_time(taken->second));  // DateTimeOriginal
        main.ascii(0x0132, exif_time(taken->second));
    }
    const auto angle = [&](std::string_view name) {
        const auto found = properties.find(name);
        return found == properties.end() ? std::nullopt : read_plain_number(found->second);
    };
    if (const auto latitude = angle("latitude"), longitude = angle("longitude");
        latitude && longitude) {
        place.ascii(0x0001, *latitude < 0 ? "S" : "N");
        place.degrees(0x0002, *latitude);
        place.ascii(0x0003, *longitude < 0 ? "W" : "E");
        place.degrees(0x0004, *longitude);
    }
    // Pointers have a size whatever their value, so they may be put in twice.
    constexpr std::uint32_t start = 8, pointer_entry = 12;
    std::uint32_t behind = start + main.size() + (details.empty() ? 0 : pointer_entry) +
                           (place.empty() ? 0 : pointer_entry);
    std::string inner;
    if (!details.empty()) {
        main.pointer(0x8769, behind);
        inner += details.written(behind);
        behind += details.size();
    }
    if (!place.empty()) {
        main.pointer(0x8825, behind);
        inner += place.written(behind);
    }
    std::string exif("Exif\0\0MM\0*", 10);
    put32(exif, start);
    return exif + main.written(start) + inner;
}

[[noreturn]] void fail(j_common_ptr common) {
    std::array<char, JMSG_LENGTH_MAX> message{};
    common->err->format_message(common, message.data());
    throw std::logic_error(message.data());
}

}  // namespace

std::string write_png(std::string_view caption, const Properties& properties) {
    const auto surface = draw_picture(caption);
    std::string out;
    check(cairo_surface_write_to_png_stream(surface.get(), append, &out));
    std::string chunks;
    for (const auto& [name, value] : properties) {
        std::string keyword = name;
        if (!keyword.empty() && keyword[0] >= 'a' && keyword[0] <= 'z')
            keyword[0] = static_cast<char>(keyword[0] & ~0x20);
        const bool ascii =
            std::ranges::all_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
        keyword.append(ascii ? 1 : 5, '\0').append(value);
        chunks += png_chunk(ascii ? "tEXt" : "iTXt", keyword);
    }
    constexpr std::size_t behind_header = 8 + 25;  // the signature and IHDR
    return out.insert(behind_header, chunks);
}

std::string write_jpeg(std::string_view caption, const Properties& properties) {
    const auto surface = draw_picture(caption);
    const std::string exif = exif_of(caption, properties);
    jpeg_error_mgr errors{};
    jpeg_compress_struct encoder{};
    encoder.err = jpeg_std_error(&errors);
    errors.error_exit = fail;
    jpeg_create_compress(&encoder);
    unsigned char* bytes = nullptr;
    unsigned long size = 0;
    jpeg_mem_dest(&encoder, &bytes, &size);
    encoder.image_width = picture_width;
    encoder.image_height = picture_height;
    encoder.input_components = 3;
    encoder.in_color_space = JCS_RGB;
    jpeg_set_defaults(&encoder);
    constexpr int quality = 82;
    jpeg_set_quality(&encoder, quality, TRUE);
    encoder.write_JFIF_header = FALSE;  // EXIF stands first
    jpeg_start_compress(&encoder, TRUE);
    jpeg_write_marker(&encoder, JPEG_APP0 + 1, reinterpret_cast<const JOCTET*>(exif.data()),
                      static_cast<unsigned>(exif.size()));
    const unsigned char* pixels = cairo_image_surface_get_data(surface.get());
    const int stride = cairo_image_surface_get_stride(surface.get());
    std::vector<unsigned char> row(std::size_t{picture_width} * 3);
    for (int y = 0; y < picture_height; ++y) {
        for (int x = 0; x < picture_width; ++x) {
            std::uint32_t pixel = 0;  // RGB24 in the machine's order
            std::copy_n(pixels + y * stride + x * 4, 4, reinterpret_cast<unsigned char*>(&pixel));
            for (const unsigned channel : {0U, 1U, 2U})
                row[static_cast<std::size_t>(x) * 3 + channel] =
                    static_cast<unsigned char>((pixel >> (16U - 8U * channel)) & 0xFFU);
        }
        JSAMPROW rows[1] = {row.data()};
        jpeg_write_scanlines(&encoder, rows, 1);
    }
    jpeg_finish_compress(&encoder);
    jpeg_destroy_compress(&encoder);
    std::string out(reinterpret_cast<const char*>(bytes), size);
    std::free(bytes);  // allocated by libjpeg
    return out;
}

}  // namespace items
