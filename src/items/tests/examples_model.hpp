// SPDX-License-Identifier: EUPL-1.2
// The example items beside the tests, one of each format and kind of file.
#pragma once
#include "items/items.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tests {

// All items of a folder, by path; none when there is no such folder.
std::vector<items::BankFile> bank_in(const std::string& folder);
std::string example(std::string_view code);  // its text
items::Item example_item(std::string_view code);
// The text with one thing replaced; it must be there.
std::string with(std::string text, std::string_view what, std::string_view by);

}  // namespace tests
