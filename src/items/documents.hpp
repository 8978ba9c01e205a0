// SPDX-License-Identifier: EUPL-1.2
// Documents and pictures made for one candidate; the same bytes for the same content.
#pragma once
#include "items/variant.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace items {

// title, author, subject, keywords, created; of pictures make, model, taken, latitude, longitude,
// author, software. Others go where the format has room for any name (PNG).
using Properties = std::map<std::string, std::string, std::less<>>;

std::string write_csv(const Table&);
// OpenDocument 1.3: a spreadsheet; a text whose paragraphs with "# " are headings.
std::string write_ods(const Table&);
std::string write_odt(const std::vector<std::string>& paragraphs, const Properties&);
// Tagged, so that a screen reader finds the headings.
std::string write_pdf(const std::vector<std::string>& paragraphs, const Properties&);
// A plain picture with its caption; the properties as EXIF 2.3.
std::string write_jpeg(std::string_view caption, const Properties&);
// The same; the properties as text chunks (PNG 1.2, 11.3.4).
std::string write_png(std::string_view caption, const Properties&);

}  // namespace items
