// SPDX-License-Identifier: EUPL-1.2
// What the XML formats share: texts that XML 1.0 allows, and writing to a string.
#pragma once
#include <cstdint>
#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace catalogue {

// Without the characters that XML 1.0 forbids even escaped, cut after `most` characters.
std::string xml_text(std::string_view text, std::size_t most = SIZE_MAX);

// Adds <name>text</name> and gives it back.
pugi::xml_node add_text(pugi::xml_node parent, const char* name, std::string_view text,
                        std::size_t most = SIZE_MAX);

std::string to_string(const pugi::xml_document&);

}  // namespace catalogue
