// SPDX-License-Identifier: EUPL-1.2
#include "catalogue/format_xml.hpp"

namespace catalogue {

std::string xml_text(std::string_view text, std::size_t most) {
    std::string out;
    out.reserve(text.size());
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte < ' ' && byte != '\n' && byte != '\t') || byte == 0x7F) continue;
        const auto three = text.substr(i, 3);
        if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {  // U+FFFE, U+FFFF
            i += 2;
            continue;
        }
        if ((byte & 0xC0) != 0x80 && ++characters > most) break;
        out += text[i];
    }
    return out;
}

pugi::xml_node add_text(pugi::xml_node parent, const char* name, std::string_view text,
                        std::size_t most) {
    pugi::xml_node node = parent.append_child(name);
    node.text().set(xml_text(text, most).c_str());
    return node;
}

std::string to_string(const pugi::xml_document& document) {
    struct : pugi::xml_writer {
        std::string text;
        void write(const void* data, std::size_t size) override {
            text.append(static_cast<const char*>(data), size);
        }
    } writer;
    document.save(writer, "  ", pugi::format_indent, pugi::encoding_utf8);
    return std::move(writer.text);
}

}  // namespace catalogue
