// SPDX-License-Identifier: EUPL-1.2
// The words that the real site's files use for our codes. They belong to the format, as its column
// names do: they are the same in every language of the reader.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catalogue {

std::string_view kind_label(std::string_view code);      // "Université d'été"; the code if unknown
std::string_view modality_label(std::string_view code);  // "En ligne"

// From the label, a usual other word or the code, in any case and accents.
std::optional<std::string> kind_of(std::string_view word);
std::optional<std::string> modality_of(std::string_view word);

void add_once(std::vector<std::string>& list, const std::string& item);

}  // namespace catalogue
